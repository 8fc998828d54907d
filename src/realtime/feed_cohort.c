/* SPDX-License-Identifier: MIT */
/* realtime/feed_cohort.c -- equal followers: one event in hand, one run, one result for all.
 *
 *                event                     result                    nothing waits
 *    IDLE ------------------> RUNNING -----------------> DELIVERING ---------------> IDLE
 *      |                      ^     |                        |
 *      | inherits             |     | nobody to run for      | events wait
 *      v               task   |     v                        |
 *    WAITING -----------------+   IDLE, WAITING <------------+       the last has left (any): GONE
 *
 * Invariants
 *   1. At most one run is in flight. It is executed as cohort->identity, and begun only if what
 *      is in hand is for somebody who is in step, or to whom it is due.
 *   2. What is in hand is for those in step with an earlier `since`, and for those behind to whom
 *      it is due. What waits behind it is for those in step with an earlier `since`.
 *   3. A result is put only to followers who are in the cohort after it was settled: for them the
 *      run could not have read anything else.
 *      Who moves away meanwhile has the same event before him, and what waits behind it: in a
 *      cohort of those who move alike, or else in his own backlog.
 *   4. In WAITING something is in hand or waits, and the task is queued or on the stack.
 *   5. Nobody moves while the kin are walked, as when a result is put: a result that comes then
 *      has to wait. Who leaves is not looked at any more.
 *   6. In GONE it is in no table and holds nothing; memory goes when it is not on the stack.
 *
 * Read next: family.h (who is equal), execution/watch.h (how that is known). */
#include <stdlib.h>

#include "base/fatal.h"
#include "realtime/feed_parts.h"
#include "realtime/gap_notice.h"

/* Waiting events executed in one turn of the loop; then it is other clients' turn. */
#define TURN_EVENTS 64u

#define BIT(state)  (1u << (state))

static const uint8_t may_go[COHORT_STATES] = {
    [COHORT_IDLE] = BIT(COHORT_RUNNING) | BIT(COHORT_WAITING) | BIT(COHORT_GONE),
    [COHORT_WAITING] = BIT(COHORT_RUNNING) | BIT(COHORT_GONE),
    [COHORT_RUNNING] =
        BIT(COHORT_DELIVERING) | BIT(COHORT_IDLE) | BIT(COHORT_WAITING) | BIT(COHORT_GONE),
    [COHORT_DELIVERING] = BIT(COHORT_IDLE) | BIT(COHORT_WAITING) | BIT(COHORT_GONE),
    [COHORT_GONE] = 0,
};

static void go(feed_cohort *cohort, feed_cohort_state to)
{
    XY_ASSERT(may_go[cohort->state] & BIT(to));
    cohort->state = to;
}

static xy_feed *feed_of(const feed_cohort *cohort)
{
    return XY_CONTAINER(cohort->cohort.family, xy_feed, family);
}

static void enter(feed_cohort *cohort)
{
    xy__feed_enter(feed_of(cohort));
    cohort->busy++;
}

static void leave(feed_cohort *cohort)
{
    xy_feed *feed = feed_of(cohort);

    if (cohort->busy == 1 && cohort->state != COHORT_GONE)
        xy__cohort_release(&cohort->cohort);
    if (--cohort->busy == 0 && cohort->state == COHORT_GONE)
        free(cohort);
    xy__feed_exit(feed);
}

static void schedule(feed_cohort *cohort)
{
    xy__loop_soon(feed_of(cohort)->kind.terms->env.loop, &cohort->task);
}

/* ---- for whom ---- */

static xy_following *following_at(xy_link *link)
{
    return XY_CONTAINER(link, xy_following, kin.link);
}

/* Does an event with this number concern it as one of its cohort? */
static bool is_in_step(const xy_following *following, uint64_t number)
{
    return !following->follower->backlog && following->since < number;
}

/* Does what is in hand? */
static bool takes_part(const xy_following *following, uint64_t number)
{
    const xy_backlog *backlog = following->follower->backlog;

    return backlog ? backlog->due == following : following->since < number;
}

/* Is it to be told of the gap before what is in hand? It takes part. */
static bool is_behind_gap(const feed_cohort *cohort, const xy_following *following)
{
    const xy_backlog *backlog = following->follower->backlog;

    return backlog ? backlog->due_gap : xy__feed_gap_of(&cohort->in_hand, following->since);
}

static bool anyone_in_step(const feed_cohort *cohort, uint64_t number)
{
    for (xy_link *link = cohort->cohort.kin.next; link != &cohort->cohort.kin; link = link->next)
        if (is_in_step(following_at(link), number))
            return true;
    return false;
}

static bool anyone_takes_part(const feed_cohort *cohort)
{
    for (xy_link *link = cohort->cohort.kin.next; link != &cohort->cohort.kin; link = link->next)
        if (takes_part(following_at(link), cohort->in_hand.number))
            return true;
    return false;
}

/* Until walk_on() says NULL. */
static void walk_begin(feed_cohort *cohort)
{
    feed_of(cohort)->walking++;
    cohort->walk_next = cohort->cohort.kin.next;
}

/* The next of all who have not left meanwhile; NULL at the end. */
static xy_following *walk_on(feed_cohort *cohort)
{
    xy_link *link = cohort->walk_next;

    if (link == &cohort->cohort.kin) {
        cohort->walk_next = NULL;
        feed_of(cohort)->walking--;
        return NULL;
    }
    cohort->walk_next = link->next;
    /* They lie anywhere: who comes next is fetched meanwhile. */
    if (link->next != &cohort->cohort.kin) {
        __builtin_prefetch(link->next->next);
        __builtin_prefetch(following_at(link->next)->follower->outlet, 1);
    }
    return following_at(link);
}

/* ---- the run ---- */

/* Done with what is in hand. */
static void rest(feed_cohort *cohort)
{
    xy_bytes_unref(cohort->in_hand.event);
    cohort->in_hand = (xy_event_slot){0};
    if (xy__event_queue_empty(&cohort->queue)) {
        go(cohort, COHORT_IDLE);
        return;
    }
    go(cohort, COHORT_WAITING);
    if (!cohort->stepping)
        schedule(cohort);
}

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    xy_feed *feed = feed_of(XY_CONTAINER(watch, feed_cohort, watch));

    xy__family_learn(&feed->family, kind, name);
}

static const xy_watch_ops watch_ops = {.on_fact = on_fact};

/* A result for all; the same for those who are to be told of a gap before it, once there is one. */
typedef struct results {
    xy_shared_result *plain;
    xy_shared_result *noticed; /* or NULL */
} results;

static xy_shared_result *with_notice(const feed_cohort *cohort, results *both)
{
    const xy_shared_result *plain = both->plain;

    if (!both->noticed) {
        both->noticed = xy__shared_result_create(xy__gap_notice(plain->json, cohort->in_hand.gap),
                                                 plain->flags);
        xy__event_slot_name(&cohort->in_hand, both->noticed);
    }
    xy__gauge_add(&feed_of(cohort)->kind.terms->gauges->gaps, 1);
    return both->noticed;
}

static void put_due(xy_following *following, xy_shared_result *result)
{
    xy_follower *follower = following->follower;
    const xy_follower_ops *ops = xy__feed_of(following)->kind.ops;

    follower->backlog->due = NULL;
    follower->backlog->due_gap = false;
    if (xy__outlet_put_shared(follower->outlet, result) != XY_OK)
        ops->stalled(follower);
    ops->go_on(follower);
}

/* The hot path: what is said of one who is in step is in one line of the cache. Returns how many
 * were given it: all but those who were passed over, as nobody comes or goes from within put(). */
static uint32_t deliver(feed_cohort *cohort, results *both)
{
    const xy_follower_ops *ops = feed_of(cohort)->kind.ops;
    uint64_t number = cohort->in_hand.number;
    bool gap = cohort->in_hand.gap;
    uint32_t given = cohort->cohort.size;
    xy_following *following;

    walk_begin(cohort);
    while ((following = walk_on(cohort))) {
        xy_follower *follower = following->follower;
        xy_shared_result *result = both->plain;

        if (!takes_part(following, number)) {
            given--;
            continue;
        }
        if (gap && is_behind_gap(cohort, following))
            result = with_notice(cohort, both);
        if (follower->backlog) {
            put_due(following, result);
        } else if (xy__outlet_put_shared(follower->outlet, result) != XY_OK) {
            following->since = number;
            ops->stalled(follower);
        }
    }
    return given;
}

static void count_results(feed_cohort *cohort, uint32_t given, size_t len)
{
    cohort->results += given;
    cohort->bytes += (uint64_t)given * len;
}

/* takes: result. */
static void finish(feed_cohort *cohort, xy_bytes *result, unsigned flags)
{
    xy_feed *feed = feed_of(cohort);
    results both = {.plain = xy__shared_result_create(result, flags)};
    size_t len = xy_bytes_str(result).len;

    xy__event_slot_name(&cohort->in_hand, both.plain);
    go(cohort, COHORT_DELIVERING);
    feed->sorting++;
    xy__cohort_settle(&cohort->cohort);
    count_results(cohort, deliver(cohort, &both), len);
    xy__shared_result_unref(both.plain);
    xy__shared_result_unref(both.noticed);
    if (cohort->state != COHORT_GONE)
        rest(cohort);
}

static void on_result(void *arg, xy_bytes *result, unsigned flags)
{
    feed_cohort *cohort = arg;

    if (feed_of(cohort)->walking > 0) {
        cohort->result = result;
        cohort->result_flags = flags;
        schedule(cohort);
        return;
    }
    enter(cohort);
    finish(cohort, result, flags);
    leave(cohort);
}

/* The run answers later: those with several topics do not wait here for what comes then. */
static void let_go_of_several(feed_cohort *cohort)
{
    xy_following *following;

    walk_begin(cohort);
    while ((following = walk_on(cohort)))
        if (following->follower->further && is_in_step(following, cohort->in_hand.number))
            xy__follower_fall_behind(following->follower, feed_of(cohort)->kind.terms);
}

/* Spec 6.2.3.2 MapSourceToResponseEvent, one event: the one in hand. */
static void execute(feed_cohort *cohort)
{
    xy_feed *feed = feed_of(cohort);

    go(cohort, COHORT_RUNNING);
    feed->sorting++;
    if (!xy__cohort_prepare(&cohort->cohort) || !anyone_takes_part(cohort)) {
        rest(cohort);
        return;
    }
    cohort->runs++;
    xy__execute_event(feed->kind.operation,
                      &(xy_run_terms){
                          .identity = cohort->cohort.identity,
                          .watch = &cohort->watch,
                          .asking = following_at(cohort->cohort.kin.next)->follower->outlet,
                      },
                      cohort->in_hand.event, on_result, cohort);
    if (feed->several && cohort->state == COHORT_RUNNING)
        let_go_of_several(cohort);
}

static void on_task(xy_task *task)
{
    feed_cohort *cohort = XY_CONTAINER(task, feed_cohort, task);
    xy_bytes *result = cohort->result;

    enter(cohort);
    cohort->stepping = true;
    cohort->result = NULL;
    if (result)
        finish(cohort, result, cohort->result_flags);
    for (unsigned i = 0; i < TURN_EVENTS && cohort->state == COHORT_WAITING; i++) {
        if (!cohort->in_hand.event)
            xy__event_queue_take(&cohort->queue, &cohort->in_hand);
        execute(cohort);
    }
    cohort->stepping = false;
    if (cohort->state == COHORT_WAITING)
        xy__loop_next(feed_of(cohort)->kind.terms->env.loop, task);
    leave(cohort);
}

/* ---- events ---- */

/* Whoever needs the first takes what waits along, if he can go on from there by reading again; else
 * he is too slow, or goes without, as the policy says. Returns its number. */
static uint64_t drop_first(feed_cohort *cohort)
{
    const xy_feed *feed = feed_of(cohort);
    bool is_end = feed->kind.terms->queue.overflow == XY_OVERFLOW_CLOSE;
    xy_following *following;
    xy_event_slot first = xy__event_queue_at(&cohort->queue, 0);
    uint64_t dropped = 0;

    walk_begin(cohort);
    while ((following = walk_on(cohort))) {
        if (!is_in_step(following, first.number) ||
            (feed->durable && feed->kind.ops->read_again(following->follower)))
            continue;
        if (is_end) {
            feed->kind.ops->too_slow(following->follower);
        } else {
            dropped++;
        }
    }
    cohort->dropped += dropped;
    xy__gauge_add(&feed->kind.terms->gauges->dropped, dropped);
    /* When the last has left, the queue has gone with him. */
    xy_bytes_unref(xy__event_queue_pop(&cohort->queue));
    return first.number;
}

/* Those with several topics fall behind before anything waits for them here. */
static void give_several(feed_cohort *cohort, xy_event_slot slot)
{
    const xy_feed *feed = feed_of(cohort);
    xy_following *following;
    xy_gap gap;

    walk_begin(cohort);
    while ((following = walk_on(cohort))) {
        if (!following->follower->further || !is_in_step(following, slot.number))
            continue;
        gap = xy__feed_gap_of(&slot, following->since);
        following->since = slot.number;
        xy__follower_fall_behind(following->follower, feed->kind.terms);
        if (gap)
            following->follower->backlog->gap = gap;
        feed->kind.ops->event(following->follower, slot);
        feed->kind.ops->go_on(following->follower);
    }
}

void xy__feed_cohort_gap(feed_cohort *cohort)
{
    const xy_feed *feed = feed_of(cohort);
    xy_following *following;

    enter(cohort);
    walk_begin(cohort);
    while ((following = walk_on(cohort)))
        if (following->follower->further && is_in_step(following, feed->gap_number))
            xy__follower_fall_behind(following->follower, feed->kind.terms);
    leave(cohort);
}

static void enqueue(feed_cohort *cohort, xy_event_slot slot)
{
    uint64_t dropped = 0;

    if (feed_of(cohort)->several)
        give_several(cohort, slot);
    if (cohort->state == COHORT_GONE || !anyone_in_step(cohort, slot.number))
        return;
    while (!xy__event_queue_fits(&cohort->queue, slot.event)) {
        dropped = drop_first(cohort);
        if (cohort->state == COHORT_GONE)
            return;
    }
    xy__event_queue_append(&cohort->queue, slot);
    if (dropped)
        xy__event_queue_dropped(&cohort->queue, dropped);
}

void xy__feed_cohort_offer(feed_cohort *cohort, xy_event_slot slot)
{
    enter(cohort);
    if (cohort->state == COHORT_IDLE) {
        cohort->in_hand = slot;
        xy_bytes_ref(slot.event);
        execute(cohort);
    } else {
        enqueue(cohort, slot);
    }
    leave(cohort);
}

static void copy_slot(xy_event_slot slot, uint64_t since, xy_event_queue *queue)
{
    if (since >= slot.number)
        return;
    slot.gap = xy__feed_gap_of(&slot, since);
    xy__event_queue_append(queue, slot);
}

void xy__feed_cohort_copy(const feed_cohort *cohort, uint64_t since, xy_event_queue *queue)
{
    xy_event_slot current = feed_of(cohort)->current;

    for (uint32_t i = 0; i < cohort->queue.len; i++)
        copy_slot(xy__event_queue_at(&cohort->queue, i), since, queue);
    if (current.event && cohort->offered < current.number)
        copy_slot(current, since, queue);
}

/* ---- moves ---- */

static bool is_at_its_end(const feed_cohort *cohort, uint64_t since)
{
    const xy_feed *feed = feed_of(cohort);
    uint64_t last =
        cohort->queue.len ? xy__event_queue_at(&cohort->queue, cohort->queue.len - 1).number : 0;

    if (feed->current.event && cohort->offered < feed->current.number)
        last = feed->current.number;
    return since >= last && !xy__feed_cohort_holds(cohort, since);
}

/* A new cohort begins where its first has come from. */
static void inherit(feed_cohort *cohort, const feed_cohort *from)
{
    xy_feed *feed = feed_of(cohort);

    cohort->heir_of = from;
    cohort->heir_at = feed->sorting;
    cohort->in_hand = from->in_hand;
    if (cohort->in_hand.event)
        xy_bytes_ref(cohort->in_hand.event);
    xy__feed_cohort_copy(from, 0, &cohort->queue);
    if (!cohort->in_hand.event && xy__event_queue_empty(&cohort->queue))
        return;
    go(cohort, COHORT_WAITING);
    schedule(cohort);
}

/* Into others' midst, who are at another event perhaps: he takes what he has before him along. */
static void take_along(xy_following *following, const feed_cohort *from)
{
    xy_feed *feed = feed_of(from);
    xy_follower *follower = following->follower;
    uint64_t since = following->since;
    xy_event_slot in_hand = from->in_hand;
    bool holds = follower->backlog || xy__feed_cohort_holds(from, since);
    xy_gap gap = follower->backlog ? XY_GAP_NONE : xy__feed_next_gap(feed, since);

    if (!is_behind_gap(from, following))
        in_hand.gap = XY_GAP_NONE;
    if (!follower->backlog) {
        if (since < feed->last)
            following->since = feed->last;
        if (is_at_its_end(from, since) && !gap)
            return;
        xy__follower_fall_behind(follower, feed->kind.terms);
        xy__feed_cohort_copy(from, since, &follower->backlog->queue);
        if (gap)
            follower->backlog->gap = gap;
    } else if (follower->backlog->due == following) {
        follower->backlog->due = NULL;
        follower->backlog->due_gap = false;
    } else {
        return;
    }
    if (holds)
        xy__event_queue_prepend(&follower->backlog->queue, in_hand);
    feed->kind.ops->go_on(follower);
}

static void on_moved(xy_kin *kin, xy_cohort *old)
{
    xy_following *following = XY_CONTAINER(kin, xy_following, kin);
    feed_cohort *from = XY_CONTAINER(old, feed_cohort, cohort);
    feed_cohort *to = xy__feed_cohort_of(following);
    const xy_feed *feed = feed_of(from);

    if (following->follower->backlog) {
        from->behind--;
        to->behind++;
    }
    if (to->cohort.size == 1 && to->state == COHORT_IDLE)
        inherit(to, from);
    if (to->heir_of != from || to->heir_at != feed->sorting) {
        take_along(following, from);
    } else if (following->follower->further && !following->follower->backlog &&
               !is_at_its_end(to, following->since)) {
        xy__follower_fall_behind(following->follower, feed->kind.terms);
        feed->kind.ops->go_on(following->follower);
    }
}

/* ---- looking at it ---- */

void xy__feed_cohort_alone(feed_cohort *cohort, size_t len)
{
    cohort->alone++;
    count_results(cohort, 1, len);
}

void xy__feed_cohort_tell(const feed_cohort *cohort, xy_on_feed_info *fn, void *arg)
{
    static const char *const states[COHORT_STATES] = {"idle", "waiting", "running", "delivering",
                                                      "gone"};
    const xy_feed *feed = feed_of(cohort);
    bool inherited = cohort->state == COHORT_WAITING && cohort->in_hand.event;
    xy_feed_info info = {
        .cohort = cohort,
        .operation = feed->kind.operation,
        .topic = xy__subscriber_topic(feed->subscriber),
        .state = states[cohort->state],
        .members = cohort->cohort.size,
        .behind = cohort->behind,
        .waiting = cohort->queue.len + inherited,
        .runs = cohort->runs,
        .alone = cohort->alone,
        .results = cohort->results,
        .bytes = cohort->bytes,
        .dropped = cohort->dropped,
    };

    fn(arg, &info);
}

/* ---- life ---- */

static xy_cohort *on_create(xy_family *family)
{
    const xy_feed *feed = XY_CONTAINER(family, xy_feed, family);
    feed_cohort *cohort = xy__zalloc(sizeof *cohort);

    cohort->watch.ops = &watch_ops;
    cohort->task.fn = on_task;
    cohort->offered = feed->last;
    xy__event_queue_init(&cohort->queue, &feed->kind.terms->queue, feed->kind.terms->gauges);
    return &cohort->cohort;
}

static void on_destroy(xy_cohort *base)
{
    feed_cohort *cohort = XY_CONTAINER(base, feed_cohort, cohort);

    go(cohort, COHORT_GONE);
    xy__watch_cancel(&cohort->watch);
    xy__task_cancel(&cohort->task);
    xy_bytes_unref(cohort->in_hand.event);
    xy_bytes_unref(cohort->result);
    xy__event_queue_deinit(&cohort->queue);
    if (cohort->busy == 0)
        free(cohort);
}

const xy_family_ops xy__feed_family_ops = {on_create, on_destroy, on_moved};
