/* SPDX-License-Identifier: MIT */
/* serve/batch.c -- see the head of serve/batch.h for the states.
 *
 * Read next: serve/graphql.h (what each place is executed by), serve/answer.c (the other reply). */
#include "serve/batch.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "execution/response.h"
#include "json/read.h"
#include "serve/context.h"
#include "serve/graphql.h"
#include "serve/http_error.h"
#include "serve/result.h"

#define BATCH_DEPTH_MAX 128u

#define BIT(s)          (1u << (s))

typedef enum batch_state { BATCH_NEW, BATCH_RUNNING, BATCH_DONE, BATCH_STATES } batch_state;

static const uint8_t batch_may_go[BATCH_STATES] = {
    [BATCH_NEW] = BIT(BATCH_RUNNING),
    [BATCH_RUNNING] = BIT(BATCH_DONE),
    [BATCH_DONE] = 0,
};

typedef struct batch batch;

/* One operation and its result. */
typedef struct place {
    xy_reply reply;
    xy_outlet outlet;
    batch *batch;
    size_t at; /* its text in the body */
    size_t len;
    xy_context *context; /* begun: a reference */
    xy_bytes *result;    /* NULL: not there yet */
} place;

struct batch {
    batch_state state;
    bool starting; /* an operation is: its result may come before that returns */
    xy_service *service;
    xy_exchange *exchange;
    xy_caller caller;
    xy_media media;
    xy_task go_on;         /* starts what a mutation kept waiting */
    const place *mutation; /* which is not over, or NULL */
    size_t bytes;          /* in results */
    size_t waiting;
    size_t next; /* place to be started */
    size_t len;
    place places[];
};

static void batch_go(batch *all, batch_state to)
{
    XY_ASSERT(to < BATCH_STATES);
    XY_ASSERT(batch_may_go[all->state] & BIT(to));
    all->state = to;
}

/* Enters DONE. The exchange has been dealt with by the caller. */
static void finish(batch *all)
{
    batch_go(all, BATCH_DONE);
    xy__task_cancel(&all->go_on);
    for (size_t i = 0; i < all->len; i++) {
        xy_bytes_unref(all->places[i].result);
        xy__context_unref(all->places[i].context);
    }
    xy__caller_deinit(&all->caller);
    free(all);
}

/* ---- the answer ---- */

static xy_bytes *join(const batch *all)
{
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    xy__buf_room(&buf, all->bytes + all->len + 1);
    for (size_t i = 0; i < all->len; i++) {
        xy__buf_char(&buf, i == 0 ? '[' : ',');
        xy__buf_str(&buf, xy_bytes_str(all->places[i].result));
    }
    xy__buf_char(&buf, ']');
    return xy__buf_take(&buf);
}

static void answer(batch *all)
{
    const xy_result_head head = {
        .status = 200,
        .media = all->media,
        .request_id = xy__request_id_text(&all->caller.id),
    };

    xy__result_respond(all->service, all->exchange, &head, join(all));
    finish(all);
}

/* ---- a place ---- */

static xy_bytes *error_response(xy_str message)
{
    xy_arena arena;
    xy_errors errors;
    xy_bytes *response;

    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    xy__errors_add(&errors, message);
    response = xy__errors_response(&errors);
    xy__arena_deinit(&arena);
    return response;
}

/* takes: result. */
static void fill(place *here, xy_bytes *result)
{
    batch *all = here->batch;

    if (all->bytes + result->len > all->service->config->limits.response_bytes_max) {
        xy_bytes_unref(result);
        result = error_response(XY_STR("The results of this batch are together larger than a "
                                       "response may be: send fewer operations."));
    }
    all->bytes += result->len;
    here->result = result;
}

/* Its result is there and nothing more comes of it. */
static void leave(place *here)
{
    batch *all = here->batch;

    all->waiting--;
    if (all->mutation == here)
        all->mutation = NULL;
    if (all->starting)
        return;
    if (all->waiting == 0) {
        answer(all);
    } else if (!all->mutation && all->next < all->len) {
        xy__loop_soon(all->service->loop, &all->go_on);
    }
}

static int place_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    place *here = XY_CONTAINER(outlet, place, outlet);

    XY_ASSERT(flags & XY_PUT_LAST);
    xy__context_note(here->context, result->len, flags);
    fill(here, result);
    return XY_OK;
}

static void place_end(xy_outlet *outlet)
{
    leave(XY_CONTAINER(outlet, place, outlet));
}

static const xy_outlet_ops place_ops = {.put = place_put, .end = place_end};

static void place_refuse(xy_reply *reply, xy_refused why, xy_bytes *response)
{
    place *here = XY_CONTAINER(reply, place, reply);

    (void)why;
    fill(here, response);
    leave(here);
}

static xy_outlet *place_begin(xy_reply *reply, xy_context *context, xy_expectation expected)
{
    place *here = XY_CONTAINER(reply, place, reply);

    if (expected != XY_EXPECT_RESULT) {
        fill(here, error_response(XY_STR("An operation that has more than one result cannot be "
                                         "part of a batch: send it alone, with Accept: "
                                         "text/event-stream.")));
        leave(here);
        return NULL;
    }
    here->context = xy__context_ref(context);
    if (xy__operation_type(context->operation) == XY_OPERATION_MUTATION)
        here->batch->mutation = here;
    here->outlet.ops = &place_ops;
    return &here->outlet;
}

static const xy_reply_ops place_replies = {.refuse = place_refuse, .begin = place_begin};

/* ---- running ---- */

static void start(batch *all)
{
    xy_str body = xy__exchange_request(all->exchange)->body;

    all->starting = true;
    while (all->next < all->len && !all->mutation) {
        place *here = &all->places[all->next++];

        xy__graphql_serve_text(all->service, &all->caller, XY_PARAMS_BODY,
                               (xy_str){body.ptr + here->at, here->len}, &here->reply);
    }
    all->starting = false;
    if (all->waiting == 0)
        answer(all);
}

static void on_go_on(xy_task *task)
{
    start(XY_CONTAINER(task, batch, go_on));
}

static void on_stop(xy_exchange *exchange, void *arg)
{
    batch *all = arg;

    (void)exchange;
    for (size_t i = 0; i < all->len; i++)
        if (!all->places[i].result)
            xy__outlet_stop(&all->places[i].outlet);
    finish(all);
}

/* ---- the array ---- */

/* The end of the element that begins at `at`: a comma or bracket outside of it. `text` is JSON. */
static size_t element_end(xy_str text, size_t at)
{
    size_t depth = 0;
    bool in_string = false;

    for (; at < text.len; at++) {
        char c = text.ptr[at];

        if (in_string) {
            at += c == '\\';
            in_string = c != '"';
        } else if (c == '"') {
            in_string = true;
        } else if (c == '[' || c == '{') {
            depth++;
        } else if (depth == 0 && (c == ',' || c == ']')) {
            break;
        } else if (c == ']' || c == '}') {
            depth--;
        }
    }
    return at;
}

static void set_places(batch *all, xy_str body)
{
    size_t at = (size_t)((const char *)memchr(body.ptr, '[', body.len) - body.ptr) + 1;

    for (size_t i = 0; i < all->len; i++) {
        place *here = &all->places[i];

        *here = (place){.reply.ops = &place_replies, .batch = all, .at = at};
        here->len = element_end(body, at) - at;
        at += here->len + 1;
    }
}

/* Read as a whole before anything is executed, so that what is cut off does nothing at all. */
static int measure(const xy_service *service, xy_str body, size_t *len, xy_arena *arena,
                   xy_str *message)
{
    uint32_t max = service->config->limits.batch_max;
    xy_json_error json;
    xy_value array;
    int rc;

    rc = xy__json_read(arena, body, BATCH_DEPTH_MAX, &array, &json);
    if (rc == XY_EUTF8) {
        *message = XY_STR("The request body is not valid UTF-8.");
        return 400;
    }
    if (rc < 0) {
        *message = xy__arena_printf(arena, "POST body sent invalid JSON: %s at byte %zu.",
                                    json.message, json.offset);
        return 400;
    }
    if (array.len == 0) {
        *message = XY_STR("A batch must hold at least one operation.");
        return 400;
    }
    if (array.len > max) {
        *message =
            xy__arena_printf(arena, "Batching is limited to %u operations per request.", max);
        return 413;
    }
    *len = array.len;
    return 200;
}

static void run(xy_service *service, xy_exchange *exchange, const xy_caller *caller, xy_media media,
                size_t len)
{
    batch *all = xy__zalloc(sizeof *all + len * sizeof all->places[0]);
    const xy_request *request = xy__exchange_request(exchange);

    all->service = service;
    all->exchange = exchange;
    all->caller = *caller;
    all->caller.last_event_id = XY_STR_NULL; /* of the request, and nothing subscribes here */
    all->caller.identity = xy__identity_ref(caller->identity);
    all->media = media;
    all->go_on.fn = on_go_on;
    all->len = all->waiting = len;
    set_places(all, request->body);
    batch_go(all, BATCH_RUNNING);
    xy__exchange_on_stop(exchange, on_stop, all);
    start(all);
}

void xy__batch_serve(xy_service *service, xy_exchange *exchange, const xy_caller *caller,
                     xy_media media)
{
    xy_str message;
    xy_arena arena;
    size_t len = 0;
    int status;

    if (media != XY_MEDIA_JSON && media != XY_MEDIA_GRAPHQL_RESPONSE) {
        xy__respond_not_acceptable(
            exchange,
            XY_STR("application/graphql-response+json; charset=utf-8, application/json; "
                   "charset=utf-8"),
            XY_STR("Not acceptable: a batch is answered with JSON. Send Accept: "
                   "application/json."));
        return;
    }
    xy__arena_init(&arena, SIZE_MAX);
    status = measure(service, xy__exchange_request(exchange)->body, &len, &arena, &message);
    if (status != 200)
        xy__exchange_respond_error(exchange, status, message);
    xy__arena_deinit(&arena);
    if (status == 200)
        run(service, exchange, caller, media, len);
}
