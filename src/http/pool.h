/* SPDX-License-Identifier: MIT */
/* http/pool.h -- a few freed blocks of one size kept for the next one who needs such a block. */
#ifndef XY_HTTP_POOL_H
#define XY_HTTP_POOL_H

#include <stddef.h>

typedef struct xy_pool {
    void *spare; /* linked through their first word */
    size_t spare_len;
    size_t spare_max;
    size_t size;
} xy_pool;

/* Blocks of `size` bytes, of which up to `spare_max` are kept when they are not needed. */
void xy__pool_init(xy_pool *pool, size_t size, size_t spare_max);

/* Frees the spare ones; blocks that are in use stay valid and are freed by free(). */
void xy__pool_deinit(xy_pool *pool);

/* A block, not cleared. gives: it; return it with xy__pool_put(). */
void *xy__pool_get(xy_pool *pool);

/* takes: block, of this pool; NULL is fine. */
void xy__pool_put(xy_pool *pool, void *block);

#endif
