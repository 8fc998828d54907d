/* SPDX-License-Identifier: MIT */
/* serve/trusted.h -- the documents that are known before a server starts: those that a client's
 * build has extracted from its source.
 *
 * Read from a JSON file, in the form of graphql-codegen's client preset (which Redwood, Yoga and
 * Relay share) or of Apollo's manifest:
 *
 *   {"<id>": "<text>", …}
 *   {"format": "apollo-persisted-query-manifest", "version": 1,
 *    "operations": [{"id": "<id>", "body": "<text>", …}, …]}
 *
 * An id of 64 hexadecimal digits is the SHA-256 of its text, any other is just a name. Every
 * document is parsed and validated, with the limits of all others, before the first request.
 * Read-only afterwards: from any thread, without a lock. */
#ifndef XY_SERVE_TRUSTED_H
#define XY_SERVE_TRUSTED_H

#include <stdio.h>

#include "execution/document.h"
#include "serve/document_id.h"

/* A larger file is refused. */
#define XY_TRUSTED_FILE_MAX ((size_t)256 << 20)

typedef struct xy_trusted xy_trusted;

/* Read the file at `path`. What is wrong with it is written to `problems`, a line each, as
 * `file:line:column: …` where the file is meant and `file: id:line:column: …` within a document.
 * keeps: schema, until the destroy. gives: *out. Returns 0; XY_EINVAL when there was a problem. */
int xy__trusted_load(const char *path, const xy_schema *schema, const xy_document_options *options,
                     FILE *problems, xy_trusted **out);

/* takes: trusted (NULL is fine). */
void xy__trusted_destroy(xy_trusted *trusted);

/* The document that `id` names; NULL: none. A document with a name is found by its SHA-256, too.
 * Borrowed; it lives as long as `trusted`. */
xy_document *xy__trusted_find(const xy_trusted *trusted, const xy_document_id *id);

/* The document with this very text, likewise. */
xy_document *xy__trusted_find_text(const xy_trusted *trusted, xy_str text);

/* How many there are. */
size_t xy__trusted_len(const xy_trusted *trusted);

#endif
