/* SPDX-License-Identifier: MIT */
/* serve/document_cache.h -- documents found again by their text, and parameters by the raw text
 * of the request that had them.
 *
 *   body ---hash---> parameters, query's hash ------> document, plans
 *         no JSON is read       |             nothing is parsed or validated
 *                               '--- shape ---> document of a text with other literals, plans
 *                                     one pass; literals are coerced for each operation
 *
 * One for all workers of a process: shards with a lock and a share of the bytes each, and what
 * stays in a shard is decided by serve/sieve.h. Hashes only lead to an entry, the whole text
 * decides. Each byte is charged once: parameters do not hold the document; but a document
 * that is found by its text and by its shape is charged for both. What is found is a
 * reference: an entry that goes meanwhile lives on with whoever uses it.
 *
 * Only valid documents are offered, and parameters only with one, so that no flood of bad
 * requests can push out a good one. A NULL cache is one that is switched off. */
#ifndef XY_SERVE_DOCUMENT_CACHE_H
#define XY_SERVE_DOCUMENT_CACHE_H

#include "execution/lift.h"
#include "serve/kept_params.h"

/* Longer bodies and query strings are read each time. */
#define XY_CACHED_REQUEST_MAX ((size_t)64 << 10)

typedef struct xy_document_cache xy_document_cache;

typedef struct xy_cache_figures {
    uint64_t hits;    /* documents that were found, ever */
    uint64_t misses;  /* documents that had to be made, ever */
    uint64_t entries; /* documents and parameters, now */
    uint64_t bytes;   /* held by them, now */
    uint64_t evicted; /* entries, ever */
} xy_cache_figures;

/* An empty cache for `bytes_max` bytes; NULL for 0. */
xy_document_cache *xy__document_cache_create(size_t bytes_max);

/* takes: cache (NULL is fine). */
void xy__document_cache_destroy(xy_document_cache *cache);

/* The document whose text is `text` and its hash `hash`. gives: one reference; NULL: not there.
 * From any thread. */
xy_document *xy__document_cache_find(xy_document_cache *cache, uint64_t hash, xy_str text);

/* A document of a text of this shape, ready for others of it (execution/lift.h). gives: one
 * reference; NULL: not there. From any thread. */
xy_document *xy__document_cache_find_shape(xy_document_cache *cache, const xy_shape *shape);

/* A document was found neither way: count that. From any thread. */
void xy__document_cache_missed(xy_document_cache *cache, uint64_t hash);

/* Is it worth while to make a document ready for other texts of this shape? It is when the shape
 * came up before. From any thread. */
bool xy__document_cache_wants_shape(xy_document_cache *cache, const xy_shape *shape);

/* A document that is ready for other texts: it comes in; if it is there, what its plans have grown
 * by is charged. shares: document. From any thread. */
void xy__document_cache_offer_shape(xy_document_cache *cache, const xy_shape *shape,
                                    xy_document *document);

/* A valid document that was just used: it comes in when it is offered a second time, and if it is
 * there, what its plans have grown by is charged. shares: document. From any thread. */
void xy__document_cache_offer(xy_document_cache *cache, uint64_t hash, xy_document *document);

/* The parameters read earlier from `text`, whose hash is `hash`. gives: one reference; NULL: not
 * there. From any thread. */
xy_kept_params *xy__document_cache_find_params(xy_document_cache *cache, uint64_t hash,
                                               xy_params_origin origin, xy_str text);

/* Parameters whose document is valid: they come in when they are offered a second time. shares:
 * params. From any thread. */
void xy__document_cache_offer_params(xy_document_cache *cache, uint64_t hash,
                                     xy_kept_params *params);

/* The figures, those of each shard exact. From any thread. */
xy_cache_figures xy__document_cache_read(xy_document_cache *cache);

#endif
