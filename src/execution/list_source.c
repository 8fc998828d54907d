/* SPDX-License-Identifier: MIT */
#include "execution/list_source.h"

#include <stdlib.h>
#include <string.h>

#include "base/fatal.h"
#include "execution/found.h"
#include "execution/increments.h"
#include "execution/list_rest.h"
#include "json/read.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_LIST_SOURCE_STATES] = {
    [XY_LIST_SOURCE_COLLECTING] = BIT(XY_LIST_SOURCE_SETTLED) | BIT(XY_LIST_SOURCE_STOPPED),
    [XY_LIST_SOURCE_SETTLED] = BIT(XY_LIST_SOURCE_STOPPED),
    [XY_LIST_SOURCE_STOPPED] = 0,
};

static void go(xy_list_source *source, xy_list_source_state to)
{
    XY_ASSERT(may_go[source->state] & BIT(to));
    source->state = to;
}

static xy_list_source *source_of(xy_source_stream *stream)
{
    return XY_CONTAINER(stream, xy_list_source, stream);
}

/* ---- items ---- */

size_t xy__list_source_len(const xy_list_source *source)
{
    return source->len - source->first;
}

static void append(xy_list_source *source, xy_source_item item)
{
    if (source->len == source->cap) {
        source->cap = source->cap ? 2 * source->cap : 8;
        source->items = xy__realloc(source->items, source->cap * sizeof *source->items);
    }
    source->items[source->len++] = item;
    source->bytes += item.text->len;
}

/* The first `count` are no longer needed here. */
static void forget(xy_list_source *source, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        xy_source_item *item = &source->items[source->first++];

        source->bytes -= item->text->len;
        xy_bytes_unref(item->text);
    }
    if (source->first == source->len) {
        source->first = 0;
        source->len = 0;
    } else if (2 * source->first >= source->cap) {
        source->len -= source->first;
        memmove(source->items, source->items + source->first, source->len * sizeof *source->items);
        source->first = 0;
    }
}

xy_result xy__list_source_item(xy_list_source *source, xy_run *run, size_t index)
{
    const xy_source_item *item = &source->items[source->first + index];
    xy_str text = xy__arena_str(&run->arena, xy_bytes_str(item->text));
    xy_value *value;

    if (item->is_error)
        return xy_result_error(text);
    value = XY_ARENA_NEW(&run->arena, xy_value);
    if (xy__json_read(&run->arena, text, 0, value, NULL) < 0)
        return xy_result_error(XY_STR("An item of the list is not JSON."));
    return xy_result_value(value);
}

xy_result xy__list_source_take(xy_list_source *source, xy_run *run)
{
    xy_result result = xy__list_source_item(source, run, 0);

    forget(source, 1);
    return result;
}

/* ---- the end ---- */

static void finish(xy_list_source *source)
{
    xy_run *run = source->run;

    xy__source_stream_stop(&source->stream);
    forget(source, xy__list_source_len(source));
    free(source->items);
    xy__run_unhold(run);
}

static void on_stop_task(xy_task *task)
{
    finish(XY_CONTAINER(task, xy_list_source, stop));
}

void xy__list_source_stop(xy_list_source *source)
{
    if (source->state == XY_LIST_SOURCE_STOPPED)
        return;
    go(source, XY_LIST_SOURCE_STOPPED);
    source->rest = NULL;
    if (source->pushing > 0) {
        xy__loop_soon(source->env.loop, &source->stop);
    } else {
        finish(source);
    }
}

/* The promise of the list. */
static void on_promise_stop(void *arg)
{
    xy_list_source *source = arg;
    xy_promise *promise = source->call->own;

    xy__list_source_stop(source);
    xy_promise_resolve(promise);
}

/* ---- settling ---- */

static bool is_enough(const xy_list_source *source)
{
    return source->ended || source->len >= source->wanted;
}

static void settle(xy_list_source *source)
{
    xy_call *call = source->call;

    go(source, XY_LIST_SOURCE_SETTLED);
    if (source->failed && source->len < source->wanted) {
        xy_put(call, xy_result_error(source->message));
        call->code = source->code;
        call->internal = !source->code;
    } else {
        xy_put(call, (xy_result){.kind = XY_RESULT_SOURCE, .object = source});
    }
    xy_promise_resolve(call->own);
}

static void tell_ready(xy_list_source *source)
{
    source->full = false;
    source->pushing++;
    xy__source_stream_ready(&source->stream);
    source->pushing--;
}

static void check(xy_list_source *source)
{
    if (source->state == XY_LIST_SOURCE_COLLECTING && source->awaited && is_enough(source)) {
        settle(source);
    } else if (source->rest) {
        xy__list_rest_wake(source->rest);
        if (source->rest->increments)
            xy__increments_go_on(source->rest->increments);
    }
}

/* A resolver of a field that is none pushes all the same. */
static bool is_list(const xy_type *type)
{
    return type->kind == XY_TYPE_LIST ||
           (type->kind == XY_TYPE_NON_NULL && type->of->kind == XY_TYPE_LIST);
}

void xy__list_source_await(xy_list_source *source, xy_run *run, const xy_frame *at,
                           const xy_plan_field *field, const xy_type *type)
{
    if (!is_list(type)) {
        source->ended = true;
        source->failed = true;
        source->code = NULL;
        source->message = XY_STR("A field that is no list pushes items.");
    }
    source->wanted =
        run->part && xy__is_streamed(at, field) ? xy__stream_wanted(run, field) : SIZE_MAX;
    source->awaited = true;
    if (source->state != XY_LIST_SOURCE_COLLECTING)
        return;
    if (is_enough(source)) {
        settle(source);
    } else if (source->full) {
        tell_ready(source);
    }
}

void xy__list_source_completed(xy_list_source *source)
{
    if (!source->rest)
        xy__list_source_stop(source);
}

void xy__list_source_follow(xy_list_source *source, xy_list_rest *rest, size_t count)
{
    source->rest = rest;
    forget(source, count);
}

/* ---- pushing ---- */

static size_t bytes_max(const xy_list_source *source)
{
    return source->state == XY_LIST_SOURCE_COLLECTING
               ? source->run->executor->limits.response_bytes_max
               : XY_SOURCE_BYTES_MAX;
}

/* While items are collected all that is wanted is taken; how many those are is not known before the
 * resolver has returned. */
static bool is_full(const xy_list_source *source)
{
    const xy_increments *increments = source->rest ? source->rest->increments : NULL;

    if (source->state == XY_LIST_SOURCE_STOPPED ||
        (source->state == XY_LIST_SOURCE_COLLECTING && source->awaited))
        return false;
    return xy__list_source_len(source) >= XY_SOURCE_ITEMS_FULL ||
           source->bytes >= XY_SOURCE_BYTES_FULL || (increments && increments->full);
}

/* takes: item.text. */
static int take_in(xy_list_source *source, xy_source_item item)
{
    if (source->state == XY_LIST_SOURCE_STOPPED) {
        xy_bytes_unref(item.text);
        return XY_ECLOSED;
    }
    append(source, item);
    if (source->bytes > bytes_max(source)) {
        xy_stream_fail(&source->stream, "LIST_TOO_LARGE",
                       "More items of the list wait than there may.");
        return XY_ELIMIT;
    }
    check(source);
    source->full = is_full(source);
    return source->full ? XY_EFULL : XY_OK;
}

static int push_item(xy_list_source *source, xy_source_item item)
{
    int rc;

    source->pushing++;
    rc = take_in(source, item);
    source->pushing--;
    return rc;
}

static int on_push(xy_source_stream *stream, xy_bytes *event)
{
    return push_item(source_of(stream), (xy_source_item){.text = event});
}

static void on_end(xy_source_stream *stream)
{
    xy_list_source *source = source_of(stream);

    source->pushing++;
    source->ended = true;
    check(source);
    source->pushing--;
}

static void on_fail(xy_source_stream *stream, const char *code, xy_str message)
{
    xy_list_source *source = source_of(stream);

    source->failed = true;
    source->code = code;
    source->message = xy__arena_str(&source->run->arena, message);
    on_end(stream);
}

static int on_topic(xy_source_stream *stream, xy_str topic)
{
    (void)stream;
    (void)topic;
    return XY_ENOTFOUND;
}

static const xy_source_stream_ops source_ops = {
    .push = on_push,
    .end = on_end,
    .fail = on_fail,
    .topic = on_topic,
};

int xy_stream_push_error(xy_source_stream *stream, const char *message)
{
    if (stream->env->ops != &source_ops)
        return XY_ENOTFOUND;
    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    return push_item(source_of(stream), (xy_source_item){
                                            .text = xy_bytes_create(xy_str_from(message)),
                                            .is_error = true,
                                        });
}

bool xy__list_source_ready(xy_list_source *source)
{
    if (!source->full || 2 * xy__list_source_len(source) > XY_SOURCE_ITEMS_FULL)
        return false;
    tell_ready(source);
    return true;
}

/* ---- the resolver's side ---- */

xy_source_stream *xy_later_list(xy_call *call)
{
    xy_executor *executor = call->operation->executor;
    xy_list_source *source;

    XY_ASSERT(call->run && executor->loop);
    source = XY_ARENA_NEW(&call->run->arena, xy_list_source);
    source->env = (xy_source_env){&source_ops, executor->loop, XY_SOURCE_BYTES_MAX};
    xy__source_stream_init(&source->stream, &source->env);
    source->call = call;
    source->run = call->run;
    source->wanted = SIZE_MAX;
    source->stop.fn = on_stop_task;
    xy__run_hold(call->run);
    call->source = source;
    xy_promise_on_stop(xy_later(call), on_promise_stop, source);
    return &source->stream;
}
