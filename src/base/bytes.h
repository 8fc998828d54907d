/* SPDX-License-Identifier: MIT */
/* base/bytes.h -- the inside of xy_bytes, for those who fill one before they share it
 * (base/buf.h). */
#ifndef XY_BASE_BYTES_H
#define XY_BASE_BYTES_H

#include <stdatomic.h>
#include <stdint.h>

#include "xylem/bytes.h"

struct xy_bytes {
    _Atomic uint32_t refs;
    size_t len;
    char data[];
};

/* Room for `cap` bytes, length 0, one reference. Fill `data` and set `len` before anyone else
 * gets a reference. */
xy_bytes *xy__bytes_alloc(size_t cap);

#endif
