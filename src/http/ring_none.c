/* SPDX-License-Identifier: MIT */
/* http/ring_none.c -- what stands for ring.c in a build without liburing: never READY. */
#include <errno.h>

#include "http/ring.h"

xy_ring *xy__ring_create(void)
{
    return NULL;
}

void xy__ring_destroy(xy_ring *ring)
{
    (void)ring;
}

bool xy__ring_send(xy_ring *ring, xy_ring_send *sends, size_t len)
{
    (void)ring;
    for (size_t i = 0; i < len; i++)
        sends[i].result = -ECANCELED;
    return false;
}
