/* SPDX-License-Identifier: MIT */
/* realtime/subscription.c -- one client's subscription.
 *
 *               opened                end, fail, too slow            all delivered
 *   OPENING ------------> ACTIVE ------------------------> DRAINING ---------------> CLOSED
 *      |                                                      ^                        ^
 *      +---- refused; ended or failed inside the opener ------+     client gone (any) -+
 *
 * Whose source has named topics is in step with its equals or behind (follower.h). An event for one
 * in step is executed elsewhere, once for all (feed_cohort.c). One that has a backlog executes its
 * events itself, at once when nothing stands in the way; else they wait in its queue:
 *
 *   running  a run of its own is in flight (a resolver of it answers later)
 *   due      a run that it shares is in flight
 *   resume   what comes before them is read from the history of a durable topic (resume.h)
 *   stalled  the outlet said XY_EFULL; its on_ready ends that
 *   owed     the source was told XY_EFULL; it is owed an on_ready
 *   waiting  one of its topics is not live: it is behind, and its outlet not told that it is open
 *
 * Invariants
 *   1. Events are executed in the order in which they came, one at a time, each in a run of its
 *      own or one of equals, always as the client's own identity or one that no run can tell from
 *      it.
 *   2. Nothing is executed and nothing put while `stalled`, but for the failure that ends it all.
 *   3. Events come in OPENING and ACTIVE only. Topics are left when ACTIVE is left, or when what
 *      is due has come; the source is stopped at the end of that turn, however long the client
 *      takes to read the rest.
 *   4. While it has a backlog and nothing stands in the way, the task is queued.
 *   5. Functions of the source are called from the task, never from within one of its own calls.
 *   6. In CLOSED there is no outlet, no topic, no backlog and no run; the task takes the rest away,
 *      still in the same turn.
 *
 * Read next: execution/source_stream.h (the source's side), execution/outlet.h (the client's),
 * feed.h (the topics'). */
#include "realtime/subscription.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/response.h"
#include "realtime/feed.h"
#include "realtime/gap_notice.h"

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

/* There may be very many: what only some need is in the follower's backlog, or in the source's
 * extras. */
struct xy_subscription {
    xy_follower follower;
    xy_source_stream stream; /* its env is that of the terms, a reference */
    xy_operation *operation; /* a reference */
    xy_identity *identity;   /* a reference, or NULL: anonymous */
    xy_task task;
    uint8_t state; /* of subscription_state */
    bool running;
    bool stalled;
    bool owed;
    bool too_slow;
    bool pushes;   /* its source has, at least once */
    bool stepping; /* the task is on the stack */
    bool opened;   /* the outlet was told */
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
    sub->state = (uint8_t)to;
}

static xy_terms *terms_of(const xy_subscription *sub)
{
    const xy_source_env *env = sub->stream.env;

    return XY_CONTAINER((uintptr_t)env, xy_terms, env);
}

static xy_subscription *sub_of(xy_follower *follower)
{
    return XY_CONTAINER(follower, xy_subscription, follower);
}

static bool takes_events(const xy_subscription *sub)
{
    return sub->state == SUBSCRIPTION_OPENING || sub->state == SUBSCRIPTION_ACTIVE;
}

/* At the end of this turn; of the next one when this one has had its share. */
static void schedule(xy_subscription *sub)
{
    xy_loop *loop = sub->stream.env->loop;

    if (sub->stepping) {
        xy__loop_next(loop, &sub->task);
    } else {
        xy__loop_soon(loop, &sub->task);
    }
}

static xy_backlog *fall_behind(xy_subscription *sub)
{
    xy__follower_fall_behind(&sub->follower, terms_of(sub));
    return sub->follower.backlog;
}

/* ---- until its topics are live ---- */

static void tell_open(xy_subscription *sub)
{
    if (sub->opened)
        return;
    sub->opened = true;
    xy__outlet_open(sub->follower.outlet);
}

/* Whoever was told too early may have missed events, unless he knows where he was. */
static void stop_waiting(xy_subscription *sub)
{
    xy_backlog *backlog = sub->follower.backlog;

    xy__hub_await_no_more(&backlog->opening);
    if (backlog->told && !(backlog->resume && xy__resume_knows(backlog->resume)))
        backlog->gap = XY_GAP_RECONNECTED;
    backlog->told = false;
}

static void on_opening(xy_opening *opening, bool overdue)
{
    xy_backlog *backlog = XY_CONTAINER(opening, xy_backlog, opening);
    xy_subscription *sub =
        XY_CONTAINER(backlog->laggard.following, xy_subscription, follower.first);
    const xy_subscriber *dead = overdue ? NULL : xy__follower_dead_topic(&sub->follower);

    if (overdue) {
        backlog->told = true;
        tell_open(sub);
    } else if (dead) {
        xy__hub_await(dead, opening);
    } else {
        stop_waiting(sub);
        tell_open(sub);
        schedule(sub);
    }
}

/* A topic that is added later makes it wait, too. */
static void await_topics(xy_subscription *sub)
{
    const xy_subscriber *dead = xy__follower_dead_topic(&sub->follower);

    if (!dead || (sub->follower.backlog && sub->follower.backlog->opening.hub))
        return;
    fall_behind(sub)->opening.fn = on_opening;
    xy__hub_await(dead, &sub->follower.backlog->opening);
}

/* No topic makes it wait any more. */
static void give_up_waiting(xy_subscription *sub)
{
    if (sub->follower.backlog)
        xy__hub_await_no_more(&sub->follower.backlog->opening);
}

/* ---- runs of its own ---- */

static void before_put(xy_subscription *sub)
{
    xy_backlog *backlog = sub->follower.backlog;

    if (!sub->opened)
        backlog->told |= backlog->opening.hub != NULL;
    tell_open(sub);
}

static void put(xy_subscription *sub, xy_bytes *result, unsigned flags)
{
    before_put(sub);
    /* One that is closed is as good as full: its on_stop is on the way. */
    if (xy__outlet_put(sub->follower.outlet, result, flags) != XY_OK)
        sub->stalled = true;
}

/* takes: result. gives: it with what its run came behind. */
static xy_bytes *add_notice(const xy_subscription *sub, xy_bytes *result)
{
    xy_gap gap = sub->follower.backlog->run.gap;
    xy_bytes *noticed;

    if (!gap)
        return result;
    noticed = xy__gap_notice(result, gap);
    xy_bytes_unref(result);
    xy__gauge_add(&terms_of(sub)->gauges->gaps, 1);
    return noticed;
}

/* The result of the event of its own run. takes: result. */
static void put_event(xy_subscription *sub, xy_bytes *result, unsigned flags)
{
    const xy_event_slot *slot = &sub->follower.backlog->run;
    xy_shared_result *named;

    result = add_notice(sub, result);
    if (!slot->id.epoch) {
        put(sub, result, flags);
        return;
    }
    named = xy__shared_result_create(result, flags);
    xy__event_slot_name(slot, named);
    before_put(sub);
    if (xy__outlet_put_shared(sub->follower.outlet, named) != XY_OK)
        sub->stalled = true;
    xy__shared_result_unref(named);
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    xy_subscription *sub = arg;

    sub->running = false;
    if (sub->follower.first.kin.cohort)
        xy__feed_alone(&sub->follower.first, xy_bytes_str(result).len);
    put_event(sub, result, flags);
    if (!sub->stepping)
        schedule(sub);
}

/* Spec 6.2.3.2 MapSourceToResponseEvent, one event. */
static void execute(xy_subscription *sub, xy_event_slot slot)
{
    xy_run_terms terms = {
        .identity = xy__identity_now(sub->identity),
        .watch = &sub->follower.backlog->watch,
        .asking = sub->follower.outlet,
    };

    sub->running = true;
    sub->follower.backlog->run = (xy_event_slot){.id = slot.id, .tag = slot.tag, .gap = slot.gap};
    xy__execute_event(sub->operation, &terms, slot.event, on_result, sub);
}

static bool may_execute(const xy_subscription *sub)
{
    const xy_backlog *backlog = sub->follower.backlog;

    return backlog && !backlog->due && !sub->running && !sub->stalled;
}

/* ---- what was before ---- */

/* The next event says of a gap before it. */
static xy_gap take_gap(xy_backlog *backlog)
{
    xy_gap gap = backlog->gap;

    backlog->gap = XY_GAP_NONE;
    return gap;
}

static bool is_alone(const xy_subscription *sub)
{
    return xy__follower_topics(&sub->follower) == 1 && !sub->pushes;
}

static void on_resume_news(void *arg)
{
    schedule(arg);
}

/* It is behind. */
static xy_resume_owner owner_of(xy_subscription *sub)
{
    return (xy_resume_owner){
        .hub = terms_of(sub)->hub,
        .loop = sub->stream.env->loop,
        .queue = &sub->follower.backlog->queue,
        .alone = is_alone(sub),
        .on_news = on_resume_news,
        .arg = sub,
    };
}

static void resume_after(xy_subscription *sub, const xy_resume_owner *owner,
                         const xy_event_id_claim *claim)
{
    const xy_pubsub *ps = xy__hub_pubsub(owner->hub);
    XY_VEC(xy_str) durable = {0};

    for (size_t i = 0; i < xy__follower_topics(&sub->follower); i++) {
        xy_str topic = xy__follower_topic(&sub->follower, i);

        if (xy__pubsub_is_durable(ps, topic))
            *xy_vec_push(NULL, &durable) = topic;
    }
    sub->follower.backlog->resume = durable.len
                                        ? xy__resume_after(owner, claim, durable.items, durable.len)
                                        : xy__resume_from_nowhere(owner);
    free(durable.items);
}

/* `text` is where the client says that it was. */
static void resume(xy_subscription *sub, xy_str text)
{
    xy_event_id_claim claim;
    xy_resume_owner owner;

    fall_behind(sub);
    owner = owner_of(sub);
    if (xy__event_id_read(text, &claim)) {
        resume_after(sub, &owner, &claim);
    } else {
        sub->follower.backlog->resume = xy__resume_from_nowhere(&owner);
    }
    schedule(sub);
}

/* More waits than may. What comes of a durable topic alone can be read again. */
static bool read_again(xy_subscription *sub)
{
    xy_backlog *backlog = sub->follower.backlog;
    xy_resume_owner owner = owner_of(sub);

    if (backlog->resume)
        return xy__resume_overflow(backlog->resume);
    if (!is_alone(sub) || !xy__feed_is_durable(&sub->follower.first))
        return false;
    backlog->resume = xy__resume_from_first(&owner, xy__follower_topic(&sub->follower, 0));
    return true;
}

/* Other things than events of one topic come into the queue. */
static void keep_company(xy_subscription *sub)
{
    if (sub->follower.backlog && sub->follower.backlog->resume)
        xy__resume_in_company(sub->follower.backlog->resume);
}

/* This needs no event to be told. */
static void tell_unknown(xy_subscription *sub)
{
    xy_bytes *nothing = xy_bytes_create(XY_STR("{\"data\":null}"));

    xy__gauge_add(&terms_of(sub)->gauges->gaps, 1);
    put(sub, xy__gap_notice(nothing, XY_GAP_UNKNOWN_ID), 0);
    xy_bytes_unref(nothing);
}

/* Of history. */
static xy_resume_step take_resumed(xy_subscription *sub, xy_event_slot *out)
{
    xy_resume *resume = sub->follower.backlog->resume;
    xy_resume_step step;

    if (xy__resume_take_unknown(resume))
        tell_unknown(sub);
    if (sub->stalled)
        return XY_RESUME_WAIT;
    step = xy__resume_next(resume, out);
    if (step == XY_RESUME_AGAIN)
        schedule(sub);
    return step;
}

static void finish_resume(xy_backlog *backlog)
{
    xy_gap gap = xy__resume_gap(backlog->resume);

    if (gap)
        backlog->gap = gap;
    xy__resume_destroy(backlog->resume);
    backlog->resume = NULL;
}

/* The next event to execute: what is read comes before what waits. A gap that was told meanwhile is
 * before the first of both. */
static bool take(xy_subscription *sub, xy_event_slot *out)
{
    xy_backlog *backlog = sub->follower.backlog;
    xy_resume_step step;

    if (!backlog->resume)
        return xy__event_queue_take(&backlog->queue, out);
    step = take_resumed(sub, out);
    if (step == XY_RESUME_DONE) {
        finish_resume(backlog);
        step = xy__event_queue_take(&backlog->queue, out) ? XY_RESUME_EVENT : XY_RESUME_DONE;
    }
    if (step == XY_RESUME_EVENT && !out->gap)
        out->gap = take_gap(backlog);
    return step == XY_RESUME_EVENT;
}

/* Waiting events, in order, as long as nothing stands in the way. False when the turn's share is
 * used up before that. */
static bool execute_waiting(xy_subscription *sub)
{
    xy_event_slot slot;

    for (unsigned i = 0; i < TURN_EVENTS; i++) {
        if (!may_execute(sub) || !take(sub, &slot))
            return true;
        execute(sub, slot);
        xy_bytes_unref(slot.event);
    }
    return false;
}

/* ---- the end ---- */

/* takes: failure (NULL: the source has just ended). */
static void drain(xy_subscription *sub, xy_bytes *failure)
{
    go(sub, SUBSCRIPTION_DRAINING);
    give_up_waiting(sub);
    fall_behind(sub)->failure = failure;
    if (sub->follower.backlog->resume)
        xy__resume_give_up(sub->follower.backlog->resume);
    sub->follower.backlog->resume = NULL;
    xy__follower_leave(&sub->follower);
    schedule(sub);
}

static void drop_waiting(xy_subscription *sub)
{
    if (sub->follower.backlog)
        xy__event_queue_deinit(&sub->follower.backlog->queue);
}

/* The policy XY_OVERFLOW_CLOSE: what waits is not worth waiting for any more. */
static void give_up(xy_subscription *sub)
{
    sub->too_slow = true;
    give_up_waiting(sub);
    xy__gauge_add(&terms_of(sub)->gauges->overflows, 1);
    xy__follower_leave_at_once(&sub->follower);
    drop_waiting(sub);
    drain(sub, xy__operation_failure(sub->operation, XY_SLOW_CLIENT_CODE, XY_STR(SLOW_CLIENT)));
}

static void close_now(xy_subscription *sub)
{
    go(sub, SUBSCRIPTION_CLOSED);
    give_up_waiting(sub);
    xy__follower_leave_at_once(&sub->follower);
    xy__follower_drop_backlog(&sub->follower);
    sub->running = false;
    sub->follower.outlet = NULL;
    xy__gauge_sub(&terms_of(sub)->gauges->subscriptions, 1);
    xy__task_cancel(&sub->task);
    xy__loop_soon(sub->stream.env->loop, &sub->task);
}

/* All is delivered: say so. */
static void finish(xy_subscription *sub)
{
    xy_bytes *failure = sub->follower.backlog->failure;

    sub->follower.backlog->failure = NULL;
    if (failure)
        put(sub, failure, FAILURE_FLAGS);
    xy__outlet_end(sub->follower.outlet);
    close_now(sub);
}

/* Nobody's code is on the stack now. */
static void destroy(xy_subscription *sub)
{
    xy__source_stream_stop(&sub->stream);
    xy__follower_deinit(&sub->follower);
    xy__operation_unref(sub->operation);
    xy__identity_unref(sub->identity);
    xy__terms_unref(terms_of(sub));
    free(sub);
}

/* ---- the task ---- */

static void stop_source(xy_subscription *sub)
{
    xy__source_stream_stop(&sub->stream);
    if (sub->too_slow && sub->running) {
        xy__watch_cancel(&sub->follower.backlog->watch);
        sub->running = false;
    }
}

/* Nothing waits any more. A source that pushes without any topic keeps the backlog: it will need
 * it again. So does who waits for a topic, or is to be told of a gap with the next event. */
static void go_on(xy_subscription *sub)
{
    const xy_backlog *backlog = sub->follower.backlog;

    if (xy__follower_topics(&sub->follower) > 0 && !backlog->opening.hub && !backlog->gap)
        xy__follower_catch_up(&sub->follower);
    if (!sub->owed)
        return;
    sub->owed = false;
    xy__source_stream_ready(&sub->stream);
}

static void step(xy_subscription *sub)
{
    const xy_backlog *backlog;

    if (sub->state == SUBSCRIPTION_DRAINING) {
        stop_source(sub);
        xy__follower_leave(&sub->follower);
    }
    if (!execute_waiting(sub)) {
        schedule(sub);
        return;
    }
    backlog = sub->follower.backlog;
    if (!backlog || backlog->due || sub->running || backlog->resume ||
        !xy__event_queue_empty(&backlog->queue)) {
        /* A result, an answer or on_ready goes on from here; or there is nothing to do. */
    } else if (sub->state == SUBSCRIPTION_DRAINING) {
        finish(sub);
    } else if (!sub->stalled) {
        go_on(sub);
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

static int enqueue(xy_subscription *sub, xy_event_slot slot)
{
    xy_backlog *backlog = sub->follower.backlog;
    int rc;

    if (!xy__event_queue_fits(&backlog->queue, slot.event) && read_again(sub))
        return XY_OK;
    rc = xy__event_queue_push(&backlog->queue, slot);
    if (rc < 0)
        give_up(sub);
    return rc;
}

/* Never executed from here: the source's own code is on the stack. */
static int on_push(xy_source_stream *stream, xy_bytes *event)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);
    int rc = XY_ECLOSED;

    sub->pushes = true;
    keep_company(sub);
    if (takes_events(sub))
        rc = enqueue(sub, (xy_event_slot){.event = event, .gap = take_gap(fall_behind(sub))});
    xy_bytes_unref(event);
    if (rc < 0)
        return rc;
    schedule(sub);
    if (!sub->stalled && !xy__event_queue_high(&sub->follower.backlog->queue))
        return XY_OK;
    sub->owed = true;
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

    if (!takes_events(sub))
        return;
    sub->operation->executor->asking = sub->follower.outlet;
    drain(sub, xy__operation_failure(sub->operation, code, message));
    sub->operation->executor->asking = NULL;
}

static const xy_follower_ops follower_ops;

static int on_topic(xy_source_stream *stream, xy_str topic)
{
    xy_subscription *sub = XY_CONTAINER(stream, xy_subscription, stream);
    xy_feed_kind kind = {&follower_ops, terms_of(sub), sub->operation};
    int rc;

    if (!takes_events(sub))
        return XY_ECLOSED;
    if (xy__follower_topics(&sub->follower) == XY_SUBSCRIPTION_TOPICS_MAX &&
        !xy__follower_follows(&sub->follower, topic))
        return XY_ELIMIT;
    if (!xy__follower_follows(&sub->follower, topic))
        keep_company(sub);
    rc = xy__follower_join(&sub->follower, &kind, topic, sub->identity);
    if (rc == XY_OK)
        await_topics(sub);
    return rc;
}

static const xy_source_stream_ops source_ops = {
    .push = on_push,
    .end = on_end,
    .fail = on_fail,
    .topic = on_topic,
};

/* ---- from its feeds ---- */

static void on_event(xy_follower *follower, xy_event_slot slot)
{
    xy_subscription *sub = sub_of(follower);
    const xy_resume *reads = follower->backlog->resume;

    if (reads && !xy__resume_wants(reads, &slot))
        return;
    slot.gap = reads ? XY_GAP_NONE : take_gap(follower->backlog);
    if (!reads && may_execute(sub) && xy__event_queue_empty(&follower->backlog->queue)) {
        execute(sub, slot);
    } else {
        enqueue(sub, slot);
    }
}

/* Its turn among the tasks is the same as if the run had been its own. */
static void on_stalled(xy_follower *follower)
{
    sub_of(follower)->stalled = true;
    fall_behind(sub_of(follower));
    schedule(sub_of(follower));
}

static void on_go_on(xy_follower *follower)
{
    schedule(sub_of(follower));
}

static bool on_read_again(xy_follower *follower)
{
    xy_subscription *sub = sub_of(follower);

    if (!is_alone(sub))
        return false;
    fall_behind(sub);
    schedule(sub);
    return read_again(sub);
}

static void on_too_slow(xy_follower *follower)
{
    give_up(sub_of(follower));
}

static const xy_follower_ops follower_ops = {
    .event = on_event,
    .stalled = on_stalled,
    .go_on = on_go_on,
    .read_again = on_read_again,
    .too_slow = on_too_slow,
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

/* The opener's refusal replaces whatever it did before. takes: failure. */
static void refuse(xy_subscription *sub, xy_bytes *failure)
{
    drop_waiting(sub);
    if (takes_events(sub)) {
        drain(sub, failure);
    } else {
        xy_bytes_unref(sub->follower.backlog->failure);
        sub->follower.backlog->failure = failure;
    }
}

/* Errors are not the operation's, which may be that of others, too. */
static void open_source(xy_subscription *sub, xy_str last_event_id)
{
    xy_arena arena;
    xy_errors errors;
    int rc;

    xy__arena_init(&arena, sub->operation->arena.max);
    xy__errors_init(&errors, &arena);
    sub->operation->executor->asking = sub->follower.outlet;
    rc = xy__create_source_stream(sub->operation, sub->identity, &sub->stream, &errors);
    sub->operation->executor->asking = NULL;
    if (rc < 0) {
        refuse(sub, xy__errors_response(&errors));
    } else if (sub->state == SUBSCRIPTION_OPENING) {
        go(sub, SUBSCRIPTION_ACTIVE);
        if (last_event_id.len)
            resume(sub, last_event_id);
    }
    if (!sub->follower.backlog || !sub->follower.backlog->opening.hub)
        tell_open(sub);
    xy__arena_deinit(&arena);
}

xy_subscription *xy__subscription_open(xy_hub *hub, xy_operation *operation, xy_identity *identity,
                                       xy_outlet *outlet, const xy_subscription_options *options)
{
    xy_subscription *sub = xy__zalloc(sizeof *sub);
    xy_terms *terms = xy__terms_of(hub, options, &source_ops);

    sub->operation = xy__operation_ref(operation);
    sub->identity = xy__identity_ref(identity);
    sub->follower.outlet = outlet;
    sub->task.fn = on_task;
    xy__source_stream_init(&sub->stream, &terms->env);
    xy__gauge_add(&terms->gauges->subscriptions, 1);
    outlet->on_ready = on_ready;
    outlet->on_stop = on_stop;
    outlet->arg = sub;
    open_source(sub, options->last_event_id);
    return sub;
}

void xy__subscription_end(xy_subscription *sub)
{
    if (takes_events(sub))
        drain(sub, NULL);
}

size_t xy__subscription_waiting(const xy_subscription *sub)
{
    const xy_follower *follower = &sub->follower;

    if (follower->backlog && follower->backlog->resume)
        return xy__resume_waiting(follower->backlog->resume) + follower->backlog->queue.len;
    if (follower->backlog)
        return follower->backlog->queue.len;
    return follower->first.kin.cohort ? xy__feed_waiting(&follower->first) : 0;
}
