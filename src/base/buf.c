/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"

#define CAP_FIRST ((size_t)231) /* with the header of xy_bytes and the NUL one malloc class */

void xy__buf_init(xy_buf *buf, size_t max)
{
    *buf = (xy_buf){.max = max};
}

void xy__buf_deinit(xy_buf *buf)
{
    xy_bytes_unref(buf->bytes);
    xy__buf_init(buf, buf->max);
}

void xy__buf_reset(xy_buf *buf, size_t keep)
{
    if (buf->cap > keep)
        xy__buf_deinit(buf);
    buf->len = 0;
    buf->err = XY_OK;
}

bool xy__buf_grow(xy_buf *buf, size_t more)
{
    size_t cap = buf->cap ? buf->cap : CAP_FIRST;

    if (buf->err)
        return false;
    if (more > buf->max || buf->len > buf->max - more) {
        buf->err = XY_ELIMIT;
        /* From here on the inline paths see no room and end here, at the sticky error. */
        buf->cap = buf->len;
        return false;
    }
    while (cap < buf->len + more)
        cap = cap > buf->max / 2 ? buf->max : cap * 2;
    if (cap > buf->max)
        cap = buf->max;
    /* One byte beyond the capacity is for the NUL of printf. */
    if (!buf->bytes) {
        buf->bytes = xy__bytes_alloc(cap + 1);
    } else {
        buf->bytes = xy__realloc(buf->bytes, sizeof *buf->bytes + cap + 1);
    }
    buf->ptr = buf->bytes->data;
    buf->cap = cap;
    return true;
}

void xy__buf_printf(xy_buf *buf, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    XY_ASSERT(len >= 0);
    if (len && xy__buf_room(buf, (size_t)len)) {
        vsnprintf(buf->ptr + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

void xy__buf_int(xy_buf *buf, int64_t value)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;

    do {
        digits[--at] = (char)('0' + rest % 10);
        rest /= 10;
    } while (rest);
    if (value < 0)
        digits[--at] = '-';
    xy__buf_append(buf, digits + at, sizeof digits - at);
}

xy_bytes *xy__buf_take(xy_buf *buf)
{
    xy_bytes *bytes = buf->bytes ? buf->bytes : xy__bytes_alloc(0);

    bytes->len = buf->len;
    xy__buf_init(buf, buf->max);
    return bytes;
}
