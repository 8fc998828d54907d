/* SPDX-License-Identifier: MIT */
/* redis/line.h -- one try to reach a server, and the socket that comes of it: bytes out, bytes in.
 *
 *   name --> addresses --> connected --> bytes, until it is lost
 *
 * Nothing blocks; each address has its share of the time. */
#ifndef XY_REDIS_LINE_H
#define XY_REDIS_LINE_H

#include "base/buf.h"
#include "base/loop.h"
#include "redis/url.h"

typedef struct xy_redis_line xy_redis_line;

/* Any of them may close the line. */
typedef struct xy_redis_line_ops {
    void (*on_connected)(void *arg);
    /* It could not be made, or is lost: nothing comes after that, and it wants to be closed. */
    void (*on_lost)(void *arg, const char *why);
    void (*on_bytes)(void *arg, const char *ptr, size_t len);
    /* All that was taken over is written: there may be more. */
    void (*on_written)(void *arg);
} xy_redis_line_ops;

/* keeps: loop, url, ops, arg, until it is closed. gives: a line, which does nothing yet. */
xy_redis_line *xy__redis_line_new(xy_loop *loop, const xy_redis_url *url,
                                  const xy_redis_line_ops *ops, void *arg);

/* Begin to connect, for so long; `turn` says which address is the first to be tried. What fails at
 * once is told before this returns. */
void xy__redis_line_connect(xy_redis_line *line, uint32_t timeout_ms, uint32_t turn);

/* takes: line (NULL is fine). No function of its ops is called any more. */
void xy__redis_line_close(xy_redis_line *line);

/* Write what is in `out`, unless earlier bytes are still being written: then it stays there, for
 * on_written(). A connected line only. */
void xy__redis_line_write(xy_redis_line *line, xy_buf *out);

/* Bytes taken over and not written yet. */
size_t xy__redis_line_unsent(const xy_redis_line *line);

#endif
