/* SPDX-License-Identifier: MIT */
/* realtime/subscription.c -- one client's subscription.
 *
 *               opened                end, fail, too slow            all delivered
 *   OPENING ------------> ACTIVE ------------------------> DRAINING ---------------> CLOSED
 *      |                                                      ^                        ^
 *      +---- refused; ended or failed inside the opener ------+     client gone (any) -+
 *
 * An event is executed at once when nothing stands in its way; else it waits in the queue:
 *
 *   running  a run is in flight (a resolver of it answers later)
 *   stalled  the outlet said XY_EFULL; its on_ready ends that
 *   behind   the source was told XY_EFULL; it is owed an on_ready
 *
 * Invariants
 *   1. Events are executed in the order in which they came, one at a time, each in a run of its
 *      own, always with the operation that was opened: the client's own identity.
 *   2. Nothing is executed and nothing put while `stalled`, but for the failure that ends it all.
 *   3. Events come in OPENING and ACTIVE only. Topics are left when ACTIVE is left; the source is
 *      stopped at the end of that turn, however long the client takes to read the rest.
 *   4. While an event waits and nothing stands in its way, the task is queued.
 *   5. Functions of the source are called from the task, never from within one of its own calls.
 *   6. In CLOSED there is no outlet, no hub and no run; the task takes the rest away, still in
 *      the same turn.
 *
 * Read next: execution/source_stream.h (the source's side), execution/outlet.h (the client's). */
#include "realtime/subscription.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/response.h"

/* Waiting events executed in one turn of the loop; then it is other clients' turn. */
#define TURN_EVENTS   64u

#define FAILURE_FLAGS ((unsigned)XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA)
#define SLOW_CLIENT   "The subscription has ended: events came faster than the client read them."

typedef enum subscription_state {
    SUBSCRIPTION_OPENING,
    SUBSCRIPTION_ACTIVE,
    SUBSCRIPTION_DRAINING,
    SUBSCRIPTION_CLOSED,
    SUBSCRIPTION_STATES,
} subscription_state;

struct xy_subscription {
    xy_source_stream stream;
    xy_source_env env;
    xy_hub *hub;
    xy_operation *operation; /* a reference */
    xy_outlet *outlet;
    xy_task task;
    xy_event_queue queue;
    XY_VEC(xy_subscriber *) topics;
    xy_bytes *failure; /* the result that ends it; NULL: none */
    subscription_state state;
    bool running;
    bool stalled;
    bool behind;
    bool too_slow;
    bool stepping; /* the task is on the stack */
};

#define BIT(state) (1u << (state))

static const uint8_t may_go[SUBSCRIPTION_STATES] = {
    [SUBSCRIPTION_OPENING] =
        BIT(SUBSCRIPTION_ACTIVE) | BIT(SUBSCRIPTION_DRAINING) | BIT(SUBSCRIPTION_CLOSED),
    [SUBSCRIPTION_ACTIVE] = BIT(SUBSCRIPTION_DRAINING) | BIT(SUBSCRIPTION_CLOSED),
    [SUBSCRIPTION_DRAINING] = BIT(SUBSCRIPTION_CLOSED),
    [SUBSCRIPTION_CLOSED] = 0,
};

static void go(xy_subscription *sub, subscription_state to)
{
    XY_ASSERT(may_go[sub->state] & BIT(to));
    sub->state = to;
}

static bool takes_events(const xy_subscription *sub)
{
    return sub->state == SUBSCRIPTION_OPENING || sub->state == SUBSCRIPTION_ACTIVE;
}

/* At the end of this turn; of the next one when this one has had its share. */
static void schedule(xy_subscription *sub)
{
    if (sub->stepping) {
        xy__loop_next(xy__hub_loop(sub->hub), &sub->task);
    } else {
        xy__loop_soon(xy__hub_loop(sub->hub), &sub->task);
    }
}

static void leave_topics(xy_subscription *sub)
{
    while (sub->topics.len)
        xy__hub_unsubscribe(sub->topics.items[--sub->topics.len]);
}

/* ---- runs ---- */

static void put(xy_subscription *sub, xy_bytes *result, unsigned flags)
{
    /* One that is closed is as good as full: its on_stop is on the way. */
    if (xy__outlet_put(sub->outlet, result, flags) != XY_OK)
        sub->stalled = true;
}

/* Is there anything for the task to do once the run is over? */
static bool has_more(const xy_subscription *sub)
{
    return !xy__event_queue_empty(&sub->queue) || sub->behind ||
           sub->state == SUBSCRIPTION_DRAINING;
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    xy_subscription *sub = arg;

    sub->running = false;
    put(sub, result, flags);
    if (!sub->stepping && has_more(sub))
        schedule(sub);
}

/* Spec 6.2.3.2 MapSourceToResponseEvent, one event. */
static void execute(xy_subscription *sub, xy_bytes *event)
{
    sub->running = true;
    xy__execute_event(sub->operation, NULL, event, on_result, sub);
}

static bool may_execute(const xy_subscription *sub)
{
    return !sub->running && !sub->stalled;
}

/* Waiting events, in order, as long as nothing stands in the way. False when the turn's share is
 * used up before that. */
static bool execute_waiting(xy_subscription *sub)
{
    for (unsigned i = 0; i < TURN_EVENTS; i++) {
        xy_bytes *event = may_execute(sub) ? xy__event_queue_pop(&sub->queue) : NULL;

        if (!event)
            return true;
        execute(sub, event);
        xy_bytes_unref(event);
    }
    return false;
}

/* ---- the end ---- */

/* takes: failure (NULL: the source has just ended). */
static void drain(xy_subscription *sub, xy_bytes *failure)
{
    go(sub, SUBSCRIPTION_DRAINING);
    leave_topics(sub);
    sub->failure = failure;
    schedule(sub);
}

/* The policy XY_OVERFLOW_CLOSE: what waits is not worth waiting for any more. */
static void give_up(xy_subscription *sub)
{
    sub->too_slow = true;
    xy__event_queue_deinit(&sub->queue);
    xy__gauge_add(&xy__pubsub_gauges(xy__hub_pubsub(sub->hub))->overflows, 1);
    drain(sub, xy__operation_failure(sub->operation, XY_SLOW_CLIENT_CODE, XY_STR(SLOW_CLIENT)));
}

static void close_now(xy_subscription *sub)
{
    go(sub, SUBSCRIPTION_CLOSED);
    leave_topics(sub);
    xy__operation_cancel(sub->operation);
    sub->running = false;
    xy__event_queue_deinit(&sub->queue);
    xy_bytes_unref(sub->failure);
    sub->failure = NULL;
    sub->outlet = NULL;
    xy__gauge_sub(&xy__pubsub_gauges(xy__hub_pubsub(sub->hub))->subscriptions, 1);
    xy__task_cancel(&sub->task);
    xy__loop_soon(xy__hub_loop(sub->hub), &sub->task);
    sub->hub = NULL; /* it may be the next to go */
}

/* All is delivered: say so. */
static void finish(xy_subscription *sub)
{
    xy_bytes *failure = sub->failure;

    sub->failure = NULL;
    if (failure)
        put(sub, failure, FAILURE_FLAGS);
    xy__outlet_end(sub->outlet);
    close_now(sub);
}

/* Nobody's code is on the stack now. */
static void destroy(xy_subscription *sub)
{
    xy__source_stream_stop(&sub->stream);
    xy__operation_unref(sub->operation);
    free(sub->topics.items);
    free(sub);
}

/* ---- the task ---- */

static void stop_source(xy_subscription *sub)
{
    xy__source_stream_stop(&sub->stream);
    if (sub->too_slow && sub->running) {
        xy__operation_cancel(sub->operation);
        sub->running = false;
    }
}

static void step(xy_subscription *sub)
{
    if (sub->state == SUBSCRIPTION_DRAINING)
        stop_source(sub);
    if (!execute_waiting(sub)) {
        schedule(sub);
    } else if (sub->running || !xy__event_queue_empty(&sub->queue)) {
        /* A result or on_ready goes on from here. */
    } else if (sub->state == SUBSCRIPTION_DRAINING) {
        finish(sub);
    } else if (sub->behind && !sub->stalled) {
        sub->behind = false;
        xy__source_stream_ready(&sub->stream);
    }
}

static void on_task(xy_task *task)
{
    xy_subscription *sub = XY_CONTAINER(task, xy_subscription, task);

    if (sub->state == SUBSCRIPTION_CLOSED) {
        destroy(sub);
        return;
    }
    sub->stepping = true;
    step(sub);
    sub->stepping = false;
}

/* ---- from the source ---- */

static int enqueue(xy_subscription *sub, xy_bytes *event)
{
    int rc = xy__event_queue_push(&sub->queue, event);

    if (rc < 0)
        give_up(sub);
    return rc;
}

/* Never executed from here: the source's own code is on the stack. */
static int on_push(xy_source_stream *stream, xy_bytes *event)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);
    int rc = takes_events(sub) ? enqueue(sub, event) : XY_ECLOSED;

    xy_bytes_unref(event);
    if (rc < 0)
        return rc;
    schedule(sub);
    if (!sub->stalled && !xy__event_queue_high(&sub->queue))
        return XY_OK;
    sub->behind = true;
    return XY_EFULL;
}

static void on_end(xy_source_stream *stream)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);

    if (takes_events(sub))
        drain(sub, NULL);
}

static void on_fail(xy_source_stream *stream, const char *code, xy_str message)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);

    if (takes_events(sub))
        drain(sub, xy__operation_failure(sub->operation, code, message));
}

/* From the hub, in a step of the loop of its own: executed from here, so that a client which
 * keeps up never has anything in its queue. */
static void on_event(void *arg, const xy_event *event)
{
    xy_subscription *sub = arg;

    if (may_execute(sub) && xy__event_queue_empty(&sub->queue)) {
        execute(sub, event->payload);
    } else {
        enqueue(sub, event->payload);
    }
}

static int on_topic(xy_source_stream *stream, xy_str topic)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);
    xy_subscriber *subscriber;
    int rc;

    if (!takes_events(sub))
        return XY_ECLOSED;
    for (size_t i = 0; i < sub->topics.len; i++)
        if (xy_str_eq(xy__subscriber_topic(sub->topics.items[i]), topic))
            return XY_OK;
    if (sub->topics.len == XY_SUBSCRIPTION_TOPICS_MAX)
        return XY_ELIMIT;
    rc = xy__hub_subscribe(sub->hub, topic, on_event, sub, &subscriber);
    if (rc == XY_OK)
        *xy_vec_push(NULL, &sub->topics) = subscriber;
    return rc;
}

static const xy_source_stream_ops source_ops = {
    .push = on_push,
    .end = on_end,
    .fail = on_fail,
    .topic = on_topic,
};

/* ---- from the client ---- */

static void on_ready(void *arg)
{
    xy_subscription *sub = arg;

    sub->stalled = false;
    schedule(sub);
}

static void on_stop(void *arg)
{
    close_now(arg);
}

/* ---- from the server ---- */

/* The opener's refusal replaces whatever it did before. */
static void refuse(xy_subscription *sub)
{
    xy_bytes *failure = xy__errors_response(&sub->operation->errors);

    xy__event_queue_deinit(&sub->queue);
    if (takes_events(sub)) {
        drain(sub, failure);
    } else {
        xy_bytes_unref(sub->failure);
        sub->failure = failure;
    }
}

xy_subscription *xy__subscription_open(xy_hub *hub, xy_operation *operation, xy_outlet *outlet,
                                       const xy_subscription_options *options)
{
    xy_subscription *sub = xy__zalloc(sizeof *sub);
    xy_realtime_gauges *gauges = xy__pubsub_gauges(xy__hub_pubsub(hub));

    sub->hub = hub;
    sub->operation = xy__operation_ref(operation);
    sub->outlet = outlet;
    sub->task.fn = on_task;
    xy__event_queue_init(&sub->queue, &options->queue, gauges);
    sub->env = (xy_source_env){&source_ops, xy__hub_loop(hub), options->event_bytes_max};
    xy__source_stream_init(&sub->stream, &sub->env);
    xy__gauge_add(&gauges->subscriptions, 1);
    outlet->on_ready = on_ready;
    outlet->on_stop = on_stop;
    outlet->arg = sub;
    if (xy__create_source_stream(operation, operation->identity, &sub->stream, &operation->errors) <
        0) {
        refuse(sub);
    } else if (sub->state == SUBSCRIPTION_OPENING) {
        go(sub, SUBSCRIPTION_ACTIVE);
    }
    return sub;
}

void xy__subscription_end(xy_subscription *sub)
{
    if (takes_events(sub))
        drain(sub, NULL);
}

const xy_event_queue *xy__subscription_queue(const xy_subscription *sub)
{
    return &sub->queue;
}
