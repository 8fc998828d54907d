/* SPDX-License-Identifier: MIT */
#include "base/bytes.h"

#include <stdlib.h>

#include "base/fatal.h"

xy_bytes *xy__bytes_alloc(size_t cap)
{
    xy_bytes *bytes = xy__malloc(sizeof *bytes + cap);

    atomic_init(&bytes->refs, 1);
    bytes->len = 0;
    return bytes;
}

xy_bytes *xy_bytes_create(xy_str s)
{
    xy_bytes *bytes = xy__bytes_alloc(s.len);

    if (s.len)
        memcpy(bytes->data, s.ptr, s.len);
    bytes->len = s.len;
    return bytes;
}

xy_bytes *xy_bytes_ref(xy_bytes *bytes)
{
    uint32_t before = atomic_fetch_add_explicit(&bytes->refs, 1, memory_order_relaxed);

    XY_ASSERT(before > 0 && before < UINT32_MAX);
    return bytes;
}

void xy_bytes_unref(xy_bytes *bytes)
{
    if (!bytes)
        return;
    /* Release: our reads are done before another thread may free; acquire: we see theirs done
     * before we free. */
    if (atomic_fetch_sub_explicit(&bytes->refs, 1, memory_order_acq_rel) == 1)
        free(bytes);
}

xy_str xy_bytes_str(const xy_bytes *bytes)
{
    return (xy_str){bytes->data, bytes->len};
}
