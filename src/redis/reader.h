/* SPDX-License-Identifier: MIT */
/* redis/reader.h -- bytes of a server to replies, without a socket and within bounds.
 *
 * hiredis' redisReader takes the protocol apart; the replies are built in an arena that is
 * emptied from reply to reply. A server may announce what it likes: memory is taken for what has
 * come, not for what is said to come. */
#ifndef XY_REDIS_READER_H
#define XY_REDIS_READER_H

#include <hiredis/hiredis.h>

#include "xylem/error.h"

#include "base/arena.h"

/* Elements of all arrays of one reply. */
#define XY_REDIS_ELEMENTS_MAX (1u << 20)
/* Of a line: an error, a status, a length. */
#define XY_REDIS_LINE_MAX ((size_t)64 << 10)

typedef struct xy_redis_reader {
    redisReader *reader;
    xy_arena arena;  /* the reply that is being read */
    size_t elements; /* announced in it so far */
    size_t len;      /* its bytes so far, and those behind it */
    size_t bytes_max;
    const char *why; /* what was wrong; static, or the reader's own */
} xy_redis_reader;

/* keeps: reader, where it is, until the end. */
void xy__redis_reader_init(xy_redis_reader *reader, size_t bytes_max);
void xy__redis_reader_deinit(xy_redis_reader *reader);

/* Forget what was half read, and what was wrong: another connection begins. */
void xy__redis_reader_reset(xy_redis_reader *reader);

/* More bytes. Feed little at a time: what lies behind a reply is moved when that is taken. */
void xy__redis_reader_feed(xy_redis_reader *reader, const char *ptr, size_t len);

/* The next whole reply, valid until the next call; NULL: there is none yet. Returns XY_OK, or
 * XY_ESYNTAX for good, with `why`: no reply, or one that is larger than may be. */
int xy__redis_reader_next(xy_redis_reader *reader, const redisReply **out);

#endif
