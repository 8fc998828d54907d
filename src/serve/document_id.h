/* SPDX-License-Identifier: MIT */
/* serve/document_id.h -- how a request names a document instead of sending it, or along with it.
 *
 *   extensions.persistedQuery {version: 1, sha256Hash}   Apollo's clients, urql, Redwood, Yoga
 *   documentId                                           GraphQL over HTTP, appendix A
 *
 * Both mean the same here: the SHA-256 of the document's text in hexadecimal digits, with or
 * without "sha256:" before it; or any other name that the trusted documents are kept under. */
#ifndef XY_SERVE_DOCUMENT_ID_H
#define XY_SERVE_DOCUMENT_ID_H

#include <stdint.h>

#include "xylem/str.h"

#define XY_DIGEST_BYTES ((size_t)32)

typedef enum xy_document_id_kind {
    XY_DOCUMENT_ID_NONE,
    XY_DOCUMENT_ID_DIGEST,
    XY_DOCUMENT_ID_NAME,
} xy_document_id_kind;

/* A SHA-256. */
typedef struct xy_digest {
    uint8_t bytes[XY_DIGEST_BYTES];
} xy_digest;

typedef struct xy_document_id {
    xy_document_id_kind kind;
    xy_str name;      /* NAME: borrowed from what it was read from */
    xy_digest digest; /* DIGEST */
} xy_document_id;

/* Read `text`; empty: NONE. keeps: text, as long as the result. */
xy_document_id xy__document_id_read(xy_str text);

/* The SHA-256 of a document's text. */
xy_digest xy__digest_of(xy_str text);

static inline bool xy__digest_eq(const xy_digest *a, const xy_digest *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The bytes of `digest`, as the key of a table. */
static inline xy_str xy__digest_str(const xy_digest *digest)
{
    return (xy_str){(const char *)digest->bytes, sizeof digest->bytes};
}

#endif
