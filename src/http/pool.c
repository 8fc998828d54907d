/* SPDX-License-Identifier: MIT */
#include "http/pool.h"

#include <stdlib.h>

#include "base/fatal.h"

/* A recycled block hides its use after the end from the sanitizer, so there nothing is recycled. */
#if defined(__SANITIZE_ADDRESS__)
#define RECYCLE 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RECYCLE 0
#else
#define RECYCLE 1
#endif
#else
#define RECYCLE 1
#endif

void xy__pool_init(xy_pool *pool, size_t size, size_t spare_max)
{
    XY_ASSERT(size >= sizeof(void *));
    *pool = (xy_pool){.size = size, .spare_max = RECYCLE ? spare_max : 0};
}

void xy__pool_deinit(xy_pool *pool)
{
    while (pool->spare) {
        void *block = pool->spare;

        pool->spare = *(void **)block;
        free(block);
    }
    pool->spare_len = 0;
}

void *xy__pool_get(xy_pool *pool)
{
    void *block = pool->spare;

    if (!block)
        return xy__malloc(pool->size);
    pool->spare = *(void **)block;
    pool->spare_len--;
    return block;
}

void xy__pool_put(xy_pool *pool, void *block)
{
    if (!block)
        return;
    if (pool->spare_len >= pool->spare_max) {
        free(block);
        return;
    }
    *(void **)block = pool->spare;
    pool->spare = block;
    pool->spare_len++;
}
