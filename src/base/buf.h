/* SPDX-License-Identifier: MIT */
/* base/buf.h -- a growing buffer with a named maximum and a sticky error.
 *
 * Append freely, check `err` once at the end: after a breach of `max` every append is a no-op
 * and `err` is XY_ELIMIT. The storage is an xy_bytes from the start, so a finished buffer
 * becomes a shared chunk without a copy. */
#ifndef XY_BASE_BUF_H
#define XY_BASE_BUF_H

#include "xylem/error.h"

#include "base/bytes.h"

typedef struct xy_buf {
    xy_bytes *bytes; /* NULL until the first append */
    char *ptr;       /* bytes->data */
    size_t len;
    size_t cap;
    size_t max;
    int err;
} xy_buf;

/* An empty buffer that never holds more than `max` bytes. */
void xy__buf_init(xy_buf *buf, size_t max);

/* Frees the storage; `buf` may be all zero. */
void xy__buf_deinit(xy_buf *buf);

/* Empty it, clear the error, keep the storage (unless it is larger than `keep`). */
void xy__buf_reset(xy_buf *buf, size_t keep);

/* The slow path of xy__buf_room(). */
bool xy__buf_grow(xy_buf *buf, size_t more);

/* Make room for `more` bytes at buf->ptr + buf->len. False (and err set) when that would breach
 * the maximum. */
static inline bool xy__buf_room(xy_buf *buf, size_t more)
{
    return XY_LIKELY(more <= buf->cap - buf->len) || xy__buf_grow(buf, more);
}

static inline void xy__buf_char(xy_buf *buf, char c)
{
    if (xy__buf_room(buf, 1))
        buf->ptr[buf->len++] = c;
}

static inline void xy__buf_append(xy_buf *buf, const void *ptr, size_t len)
{
    if (len && xy__buf_room(buf, len)) {
        memcpy(buf->ptr + buf->len, ptr, len);
        buf->len += len;
    }
}

static inline void xy__buf_str(xy_buf *buf, xy_str s)
{
    xy__buf_append(buf, s.ptr, s.len);
}

#define XY_BUF_LITERAL(buf, literal) xy__buf_append((buf), "" literal, sizeof(literal) - 1)

/* Formatted text; for the cold paths. */
void xy__buf_printf(xy_buf *buf, const char *fmt, ...) XY_PRINTF(2, 3);

/* Decimal digits of an integer, without printf. */
void xy__buf_int(xy_buf *buf, int64_t value);

/* Forget what was written after `len`; an error stays. */
static inline void xy__buf_truncate(xy_buf *buf, size_t len)
{
    buf->len = len < buf->len ? len : buf->len;
    if (XY_UNLIKELY(buf->err))
        buf->cap = buf->len;
}

/* The content, until the next append; never the null string. */
static inline xy_str xy__buf_view(const xy_buf *buf)
{
    return (xy_str){buf->ptr ? buf->ptr : "", buf->len};
}

/* The content as a shared chunk without a copy; the buffer is empty afterwards. gives: one
 * reference. */
xy_bytes *xy__buf_take(xy_buf *buf);

#endif
