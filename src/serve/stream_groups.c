/* SPDX-License-Identifier: MIT */
/* serve/stream_groups.c -- in two passes over the groups, none of which may be kept: the first
 * finds out which are the largest, the second writes these. */
#include "serve/stream_groups.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "execution/exec.h"
#include "json/write.h"
#include "realtime/feed.h"
#include "serve/document_id.h"
#include "serve/request_log.h"

typedef struct collector {
    xy_stream_groups *out;
    const xy_service *service;
    size_t limit;
    uint32_t worker;
    uint32_t order; /* of the group that comes next in this pass */
    size_t cursor;  /* second pass: the item that comes next; */
    size_t start;   /* and where the text of this one begins */
} collector;

int xy__stream_group_compare(const void *a, const void *b)
{
    const xy_stream_group *x = a;
    const xy_stream_group *y = b;

    if (x->members != y->members)
        return x->members > y->members ? -1 : 1;
    if (x->runs != y->runs)
        return x->runs > y->runs ? -1 : 1;
    return (x->order > y->order) - (x->order < y->order);
}

static int compare_order(const void *a, const void *b)
{
    const xy_stream_group *x = a;
    const xy_stream_group *y = b;

    return (x->order > y->order) - (x->order < y->order);
}

static void sort(xy_stream_groups *groups, int (*compare)(const void *, const void *))
{
    if (groups->len)
        qsort(groups->items, groups->len, sizeof *groups->items, compare);
}

/* ---- which ---- */

/* Sorting twice the limit when that is full, and not at each group, costs one comparison or two
 * for each. */
static void offer(collector *c, uint32_t members, uint32_t runs)
{
    xy_stream_groups *out = c->out;

    out->items[out->len++] =
        (xy_stream_group){.members = members, .runs = runs, .order = c->order++};
    out->total++;
    if (out->len > 2 * c->limit) {
        sort(out, xy__stream_group_compare);
        out->len = c->limit;
    }
}

static void offer_live(void *arg, const xy_live_info *info)
{
    offer(arg, info->members, info->runs);
}

static void offer_feed(void *arg, const xy_feed_info *info)
{
    offer(arg, info->members, info->runs);
}

/* ---- what ---- */

/* `text` of `max` bytes at most, up to a whole character, with a sign that there was more. */
static void put_cut(xy_buf *buf, xy_str text, size_t max)
{
    size_t len = text.len < max ? text.len : max;

    while (len < text.len && len && ((uint8_t)text.ptr[len] & 0xC0) == 0x80)
        len--;
    xy__json_write_str(buf, (xy_str){text.ptr, len});
    if (len < text.len) {
        buf->len--; /* the quote */
        XY_BUF_LITERAL(buf, "…\"");
    }
}

/* The same in each answer as long as the group lives, and no address of memory. */
static void put_id(xy_buf *buf, const collector *c, const void *group)
{
    const struct {
        uint64_t seed;
        uint64_t worker;
        uint64_t group;
    } parts = {c->service->id_seed, c->worker, (uint64_t)(uintptr_t)group};
    xy_digest digest = xy__digest_of((xy_str){(const char *)&parts, sizeof parts});

    XY_BUF_LITERAL(buf, "\"id\":\"");
    for (size_t i = 0; i < 8; i++)
        xy__buf_printf(buf, "%02x", digest.bytes[i]);
    XY_BUF_LITERAL(buf, "\",");
}

static void put_operation(xy_buf *buf, const collector *c, const xy_operation *operation)
{
    const xy_ast_name *name = xy__plans_ast(operation->plans)->name;
    xy_buf variables;

    XY_BUF_LITERAL(buf, "\"operation\":");
    if (name) {
        put_cut(buf, name->value, XY_LOGGED_NAME_MAX);
    } else {
        XY_BUF_LITERAL(buf, "null");
    }
    XY_BUF_LITERAL(buf, ",\"document\":");
    put_cut(buf, operation->document->source.text, XY_SHOWN_DOCUMENT_MAX);
    xy__buf_init(&variables, SIZE_MAX);
    xy__logged_variables_write(&variables, &operation->variables,
                               c->service->config->log_variables);
    XY_BUF_LITERAL(buf, ",\"variables\":");
    xy__buf_str(buf, xy__buf_view(&variables));
    xy__buf_deinit(&variables);
}

static void put_keys(xy_buf *buf, const xy_live_dependant *keys)
{
    uint32_t shown = keys->len < XY_SHOWN_KEYS_MAX ? keys->len : XY_SHOWN_KEYS_MAX;

    XY_BUF_LITERAL(buf, "\"keys\":[");
    for (uint32_t i = 0; i < shown; i++) {
        if (i)
            xy__buf_char(buf, ',');
        put_cut(buf, xy__live_key_text(keys->edges[i].key), XY_SHOWN_KEY_BYTES_MAX);
    }
    xy__buf_printf(buf, "],\"keyCount\":%" PRIu32, keys->len);
}

static void put_cause(xy_buf *buf, const xy_live_info *info)
{
    static const char *const names[] = {
        [XY_LIVE_NEVER] = "never", [XY_LIVE_OPENED] = "opened", [XY_LIVE_KEY] = "key",
        [XY_LIVE_ALL] = "all",     [XY_LIVE_FACT] = "fact",
    };

    xy__buf_printf(buf, "\"cause\":{\"kind\":\"%s\"", names[info->cause]);
    if (info->cause == XY_LIVE_KEY) {
        xy_str key = xy__live_info_key(info);

        XY_BUF_LITERAL(buf, ",\"key\":");
        if (key.ptr) {
            put_cut(buf, key, XY_SHOWN_KEY_BYTES_MAX);
        } else {
            XY_BUF_LITERAL(buf, "null");
        }
    }
    xy__buf_char(buf, '}');
}

static void put_live(xy_buf *buf, const collector *c, const xy_live_info *info)
{
    XY_BUF_LITERAL(buf, "{\"kind\":\"live\",");
    put_id(buf, c, info->keys);
    put_operation(buf, c, info->operation);
    xy__buf_printf(buf,
                   ",\"worker\":%" PRIu32 ",\"state\":\"%s\",\"members\":%" PRIu32
                   ",\"behind\":%" PRIu32 ",\"runs\":%" PRIu32 ",\"equal\":%" PRIu32
                   ",\"superseded\":%" PRIu32 ",\"results\":%" PRIu64 ",\"bytes\":%" PRIu64
                   ",\"lagMs\":%" PRIu32 ",\"throttleMs\":%" PRIu64 ",",
                   c->worker, info->state, info->members, info->behind, info->runs, info->equal,
                   info->superseded, info->results, info->bytes, info->lag_ms, info->throttle_ms);
    put_keys(buf, info->keys);
    xy__buf_char(buf, ',');
    put_cause(buf, info);
    xy__buf_char(buf, '}');
}

static void put_feed(xy_buf *buf, const collector *c, const xy_feed_info *info)
{
    XY_BUF_LITERAL(buf, "{\"kind\":\"subscription\",");
    put_id(buf, c, info->cohort);
    put_operation(buf, c, info->operation);
    XY_BUF_LITERAL(buf, ",\"topic\":");
    put_cut(buf, info->topic, XY_SHOWN_KEY_BYTES_MAX);
    xy__buf_printf(buf,
                   ",\"worker\":%" PRIu32 ",\"state\":\"%s\",\"members\":%" PRIu32
                   ",\"behind\":%" PRIu32 ",\"runs\":%" PRIu32 ",\"alone\":%" PRIu32
                   ",\"results\":%" PRIu64 ",\"bytes\":%" PRIu64 ",\"waiting\":%" PRIu32
                   ",\"dropped\":%" PRIu64,
                   c->worker, info->state, info->members, info->behind, info->runs, info->alone,
                   info->results, info->bytes, info->waiting, info->dropped);
    if (info->runs || info->alone) {
        XY_BUF_LITERAL(buf, ",\"cause\":{\"kind\":\"event\",\"topic\":");
        put_cut(buf, info->topic, XY_SHOWN_KEY_BYTES_MAX);
        XY_BUF_LITERAL(buf, "}}");
    } else {
        XY_BUF_LITERAL(buf, ",\"cause\":{\"kind\":\"never\"}}");
    }
}

/* Is the group at hand one of those to be written? Then it is to be ended. */
static bool begin(collector *c)
{
    const xy_stream_groups *out = c->out;
    uint32_t order = c->order++;

    c->start = out->text.len;
    return c->cursor < out->len && out->items[c->cursor].order == order;
}

static void end(collector *c)
{
    c->out->items[c->cursor++].text.len = c->out->text.len - c->start;
}

static void write_live(void *arg, const xy_live_info *info)
{
    collector *c = arg;

    if (!begin(c))
        return;
    put_live(&c->out->text, c, info);
    end(c);
}

static void write_feed(void *arg, const xy_feed_info *info)
{
    collector *c = arg;

    if (!begin(c))
        return;
    put_feed(&c->out->text, c, info);
    end(c);
}

/* ---- both ---- */

/* Each kind of stream has its walk here, the same in both passes. */
static void walk(collector *c, bool writes)
{
    c->order = 0;
    if (c->service->live)
        xy__live_each(c->service->live, writes ? write_live : offer_live, c);
    if (c->service->hub)
        xy__feed_each(c->service->hub, writes ? write_feed : offer_feed, c);
}

/* The text has stopped moving: point into it. */
static void set_texts(xy_stream_groups *groups)
{
    const char *at = xy__buf_view(&groups->text).ptr;

    for (size_t i = 0; i < groups->len; i++) {
        groups->items[i].text.ptr = at;
        at += groups->items[i].text.len;
    }
}

void xy__stream_groups_collect(xy_stream_groups *out, const xy_service *service, size_t limit,
                               uint32_t worker)
{
    collector c = {.out = out, .service = service, .limit = limit, .worker = worker};

    *out = (xy_stream_groups){.items = xy__zalloc((2 * limit + 1) * sizeof *out->items)};
    xy__buf_init(&out->text, SIZE_MAX);
    walk(&c, false);
    sort(out, xy__stream_group_compare);
    if (out->len > limit)
        out->len = limit;
    sort(out, compare_order);
    walk(&c, true);
    set_texts(out);
    sort(out, xy__stream_group_compare);
}

void xy__stream_groups_deinit(xy_stream_groups *groups)
{
    xy__buf_deinit(&groups->text);
    free(groups->items);
    *groups = (xy_stream_groups){0};
}
