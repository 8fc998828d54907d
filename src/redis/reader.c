/* SPDX-License-Identifier: MIT */
/* redis/reader.c -- hiredis' reader with replies of our own making.
 *
 * Why not its own replies: it takes 8 bytes for each element of an array that is announced, up to
 * 2^31, before the first has come; and it calls the allocator twice for each string. */
#include "redis/reader.h"

#include "base/fatal.h"

static redisReply *node_new(const redisReadTask *task, int type)
{
    xy_redis_reader *reader = task->privdata;
    redisReply *node = XY_ARENA_NEW(&reader->arena, redisReply);

    node->type = type;
    if (task->parent) {
        redisReply *parent = task->parent->obj;

        parent->element[task->idx] = node;
    }
    return node;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the type is hiredis' */
static void *string_new(const redisReadTask *task, char *ptr, size_t len)
{
    xy_redis_reader *reader = task->privdata;
    redisReply *node = node_new(task, task->type);
    xy_str copy = xy__arena_str(&reader->arena, (xy_str){ptr, len});

    node->str = (char *)(uintptr_t)copy.ptr;
    node->len = len;
    return node;
}

/* NULL makes the reader stop. */
static void *array_new(const redisReadTask *task, int elements)
{
    xy_redis_reader *reader = task->privdata;
    redisReply *node;

    if ((size_t)elements > XY_REDIS_ELEMENTS_MAX - reader->elements) {
        reader->why = "a reply with too many elements";
        return NULL;
    }
    reader->elements += (size_t)elements;
    node = node_new(task, REDIS_REPLY_ARRAY);
    node->elements = (size_t)elements;
    node->element = XY_ARENA_ARRAY(&reader->arena, redisReply *, (size_t)elements);
    return node;
}

static void *integer_new(const redisReadTask *task, long long value)
{
    redisReply *node = node_new(task, REDIS_REPLY_INTEGER);

    node->integer = value;
    return node;
}

static void *nil_new(const redisReadTask *task)
{
    return node_new(task, REDIS_REPLY_NIL);
}

static void node_free(void *node)
{
    (void)node; /* goes with the arena */
}

static redisReplyObjectFunctions functions = {
    .createString = string_new,
    .createArray = array_new,
    .createInteger = integer_new,
    .createNil = nil_new,
    .freeObject = node_free,
};

void xy__redis_reader_reset(xy_redis_reader *reader)
{
    if (reader->reader)
        redisReaderFree(reader->reader);
    reader->reader = redisReaderCreateWithFunctions(&functions);
    if (!reader->reader)
        xy__fatal("out of memory (a Redis reader)");
    reader->reader->privdata = reader;
    xy__arena_reset(&reader->arena);
    reader->elements = 0;
    reader->len = 0;
    reader->why = NULL;
}

void xy__redis_reader_init(xy_redis_reader *reader, size_t bytes_max)
{
    *reader = (xy_redis_reader){.bytes_max = bytes_max};
    xy__arena_init(&reader->arena, SIZE_MAX);
    xy__redis_reader_reset(reader);
}

void xy__redis_reader_deinit(xy_redis_reader *reader)
{
    if (reader->reader)
        redisReaderFree(reader->reader);
    reader->reader = NULL;
    xy__arena_deinit(&reader->arena);
}

void xy__redis_reader_feed(xy_redis_reader *reader, const char *ptr, size_t len)
{
    if (reader->why)
        return;
    reader->len += len;
    if (redisReaderFeed(reader->reader, ptr, len) != REDIS_OK)
        reader->why = reader->reader->errstr;
}

/* What has come of the next item holds no end of a line where there must be one. Each look for it
 * begins at the beginning, so this bounds the work, too. */
static bool line_is_endless(const redisReader *reader)
{
    return reader->len - reader->pos > XY_REDIS_LINE_MAX &&
           !memmem(reader->buf + reader->pos, XY_REDIS_LINE_MAX, "\r\n", 2);
}

int xy__redis_reader_next(xy_redis_reader *reader, const redisReply **out)
{
    redisReader *r = reader->reader;
    void *reply = NULL;

    *out = NULL;
    if (r->ridx == -1) {
        xy__arena_reset(&reader->arena);
        reader->elements = 0;
    }
    if (!reader->why && redisReaderGetReply(r, &reply) != REDIS_OK && !reader->why)
        reader->why = r->errstr;
    if (reader->why)
        return XY_ESYNTAX;
    if (reply) {
        reader->len = r->len - r->pos;
        *out = reply;
        return XY_OK;
    }
    if (reader->len > reader->bytes_max) {
        reader->why = "a reply that is too long";
    } else if (line_is_endless(r)) {
        reader->why = "a line that is too long";
    }
    return reader->why ? XY_ESYNTAX : XY_OK;
}
