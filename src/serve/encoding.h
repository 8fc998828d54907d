/* SPDX-License-Identifier: MIT */
/* serve/encoding.h -- content codings of answers: which one a client gets, and compression.
 *
 *   xy__encoding_choose()   when the request is read: what Accept-Encoding asks for
 *   xy__encoder_encode()    when its result is there: the body, compressed if that is worth it
 *
 * RFC 9110 12.5.3. An encoder is of one thread and has its compressors ready for the next body. */
#ifndef XY_SERVE_ENCODING_H
#define XY_SERVE_ENCODING_H

#include <stdint.h>

#include "xylem/bytes.h"

/* Smaller bodies are sent as they are: they fit into one packet anyway. In bytes. */
#define XY_ENCODING_BODY_MIN ((size_t)1024)

typedef enum xy_coding {
    XY_CODING_IDENTITY,
    XY_CODING_GZIP,
    XY_CODING_BROTLI,
    XY_CODING_ZSTD,
    XY_CODING_COUNT,
} xy_coding;

/* What a client gets. A value; all zero: identity. */
typedef struct xy_encoding {
    uint8_t coding;   /* xy_coding */
    bool no_identity; /* identity;q=0: small bodies must be compressed too */
} xy_encoding;

typedef struct xy_encoder xy_encoder;

/* Read the value of an Accept-Encoding header; the null string is an absent one, which asks for
 * nothing. Where nothing that is known is acceptable: identity. */
xy_encoding xy__encoding_choose(xy_str header);

/* The value of Content-Encoding: "gzip", "br", "zstd"; the null string for identity. */
xy_str xy__coding_name(xy_coding coding);

/* gives: an encoder; it makes a compressor when it first needs it. */
xy_encoder *xy__encoder_create(void);

/* takes: encoder (NULL is fine). */
void xy__encoder_destroy(xy_encoder *encoder);

/* Compress `body` as *encoding says, unless it is small or would not become smaller; *encoding is
 * then identity. The larger the body, the cheaper the level: the loop is not held up. takes: one
 * reference to body. gives: one reference to what is to be sent. */
xy_bytes *xy__encoder_encode(xy_encoder *encoder, xy_encoding *encoding, xy_bytes *body);

/* Compress `body` as well as `coding` can, however long that takes: for what is made once and sent
 * often. gives: one reference, or NULL when that would not be smaller. */
xy_bytes *xy__encoding_strongest(xy_coding coding, xy_str body);

#endif
