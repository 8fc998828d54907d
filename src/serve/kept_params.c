/* SPDX-License-Identifier: MIT */
#include "serve/kept_params.h"

#include <stdlib.h>

#include "xylem/error.h"

#include "base/fatal.h"
#include "base/map.h"

#define PARAMS_BYTES_MAX ((size_t)64 << 20)
/* What is read from a text of an ordinary request, in units of its length and beyond it. */
#define ARENA_PER_TEXT ((size_t)2)
#define ARENA_EXTRA    ((size_t)192)
#define ARENA_MAX      ((size_t)4096)

/* The copy and what is read from it fit one chunk, mostly, and waste little of it. */
static uint32_t first_chunk(size_t len)
{
    size_t size = len < ARENA_MAX ? ARENA_PER_TEXT * len + ARENA_EXTRA : ARENA_MAX;

    return (uint32_t)(size & ~(XY_ARENA_ALIGN - 1));
}

int xy__kept_params_read(xy_params_origin origin, xy_str text, xy_kept_params **out,
                         xy_params_error *error)
{
    xy_kept_params *kept = xy__zalloc(sizeof *kept);
    int rc;

    atomic_init(&kept->refs, 1);
    kept->origin = origin;
    xy__arena_init_small(&kept->arena, PARAMS_BYTES_MAX, first_chunk(text.len));
    kept->text = xy__arena_str(&kept->arena, text);
    if (origin == XY_PARAMS_BODY) {
        rc = xy__params_read_body(&kept->arena, kept->text, &kept->params, error);
    } else {
        rc = xy__params_read_query(&kept->arena, kept->text, &kept->params, error);
    }
    if (rc == XY_OK)
        kept->query_hash = xy__hash(kept->params.query);
    *out = kept;
    return rc;
}

xy_kept_params *xy__kept_params_ref(xy_kept_params *kept)
{
    atomic_fetch_add_explicit(&kept->refs, 1, memory_order_relaxed);
    return kept;
}

void xy__kept_params_unref(xy_kept_params *kept)
{
    if (!kept || atomic_fetch_sub_explicit(&kept->refs, 1, memory_order_acq_rel) != 1)
        return;
    xy__arena_deinit(&kept->arena);
    free(kept);
}

size_t xy__kept_params_bytes(const xy_kept_params *kept)
{
    return sizeof *kept + kept->arena.held;
}
