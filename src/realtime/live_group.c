/* SPDX-License-Identifier: MIT */
/* realtime/live_group.c -- one run for all: when it is due, whom its result is for.
 *
 *                  hit, joined                  task
 *   WATCHING -----------------------> DUE -------------> RUNNING   hit, joined meanwhile: dirty
 *     ^   |                            ^                    |
 *     |   | hit, throttled             | timer, joined      |
 *     |   +------------> WAITING ------+                    |
 *     +------------------------- result --------------------+
 *
 * One that was dirty goes on from WATCHING at once, as if it were hit then.
 *
 * Invariants
 *   1. At most one run is in flight for a group, and none is begun for one without queries.
 *   2. A key is in the index from the moment the run meets it. What is invalidated while a run is
 *      in flight makes the group dirty: it runs again; also when the run meets the key afterwards,
 *      as a resolver that answers late may have read its data before. So the last
 *      result of a group in WATCHING is of the newest data.
 *   3. Results have versions, which only grow. A query gets the newest one or none: never an
 *      older one after a newer one, and none of a run that began before it joined.
 *   4. A result that differs from the one before is offered to every query, also when it is out of
 *      date already: under a storm of invalidations each sees progress.
 *   5. A throttled group begins a run once in throttle_ms, but for newcomers, and gives each query
 *      a result once in throttle_ms.
 *   6. `result` is held exactly while some query is behind; what a stalled client costs is this
 *      one reference. */
#include "realtime/live_group.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/map.h"
#include "json/write.h"

#define BIT(s) (1u << (s))
/* A version that no group reaches: of a query that has had a result, though not of this group. */
#define FOREIGN UINT32_MAX

static const xy_str more = XY_STR_INIT(",\"isLive\":true");

static const uint8_t may_go[XY_LIVE_STATES] = {
    [XY_LIVE_WATCHING] = BIT(XY_LIVE_WAITING) | BIT(XY_LIVE_DUE),
    [XY_LIVE_WAITING] = BIT(XY_LIVE_DUE),
    [XY_LIVE_DUE] = BIT(XY_LIVE_RUNNING),
    [XY_LIVE_RUNNING] = BIT(XY_LIVE_WATCHING),
};

static void go(xy_live_group *group, xy_live_state to)
{
    XY_ASSERT(to < XY_LIVE_STATES);
    XY_ASSERT(may_go[group->state] & BIT(to));
    group->state = (uint8_t)to;
}

static xy_live *live_of(const xy_live_group *group)
{
    return xy__live_family_of(group)->live;
}

static uint64_t now_of(const xy_live_group *group)
{
    return xy__loop_now(live_of(group)->loop);
}

static xy_live_query *query_at(xy_link *link)
{
    return XY_CONTAINER(XY_CONTAINER(link, xy_kin, link), xy_live_query, kin);
}

static bool is_behind(const xy_live_group *group, const xy_live_query *query)
{
    return query->version != group->version || query->version == 0;
}

/* ---- when it runs ---- */

static void make_due(xy_live_group *group)
{
    xy_live *live = live_of(group);

    go(group, XY_LIVE_DUE);
    xy__list_append(&live->due, &group->due_link);
    xy__live_schedule(live);
}

/* The timer serves the next run and results that are held back, whichever comes first. */
static void arm(xy_live_group *group, uint64_t delay_ms)
{
    xy_timer *timer = &group->throttle->timer;

    if (!xy__timer_armed(timer) || timer->due_ms > now_of(group) + delay_ms)
        xy__timer_start(live_of(group)->loop, timer, delay_ms);
}

static uint64_t next_run_ms(const xy_live_group *group)
{
    return group->throttle->run_ms + xy__live_family_of(group)->throttle_ms;
}

/* It has to run: now, or when the throttle lets it. */
static void want_run(xy_live_group *group)
{
    uint64_t now = now_of(group);

    if (!group->throttle || group->fresh || !group->run || next_run_ms(group) <= now) {
        make_due(group);
        return;
    }
    go(group, XY_LIVE_WAITING);
    arm(group, next_run_ms(group) - now);
}

static void note_cause(xy_live_group *group, xy_live_cause cause, uint32_t key_hash)
{
    group->cause = (uint8_t)cause;
    group->key_hash = key_hash;
    group->hit_ms = (uint32_t)now_of(group);
}

void xy__live_group_hit(xy_live_group *group, xy_live_cause cause, uint32_t key_hash)
{
    if (group->state == XY_LIVE_DUE || group->state == XY_LIVE_WAITING || group->dirty)
        return;
    if (group->state == XY_LIVE_RUNNING) {
        group->dirty = true;
    } else {
        want_run(group);
    }
    note_cause(group, cause, key_hash);
}

/* A query needs a result of a run that is yet to begin. */
static void need_run(xy_live_group *group, xy_live_query *query, xy_live_cause cause)
{
    query->min_run = group->run + 1;
    if (group->state == XY_LIVE_WAITING && group->fresh) {
        make_due(group);
        note_cause(group, cause, 0);
    } else {
        xy__live_group_hit(group, cause, 0);
    }
}

void xy__live_group_joined(xy_live_query *query)
{
    xy_live_group *group = xy__live_group_of(query);

    group->behind++;
    group->fresh++;
    need_run(group, query, XY_LIVE_OPENED);
}

/* ---- whom a result is for ---- */

static void drop_result(xy_live_group *group)
{
    xy__shared_result_unref(group->result);
    group->result = NULL;
}

static void give(xy_live_group *group, xy_live_query *query)
{
    group->fresh -= query->version == 0;
    group->behind--;
    group->results++;
    group->bytes += xy_bytes_str(group->result->json).len;
    query->version = group->version;
    if (group->throttle)
        query->given_ms = (uint32_t)now_of(group);
    /* One that is closed is as good as full: its on_stop is on the way. */
    if (xy__outlet_put_shared(query->outlet, group->result) != XY_OK)
        query->stalled = true;
}

/* Milliseconds until the query may be given its next result. */
static uint64_t wait_of(const xy_live_group *group, const xy_live_query *query)
{
    uint64_t throttle_ms = xy__live_family_of(group)->throttle_ms;
    uint32_t since;

    if (!group->throttle || query->version == 0)
        return 0;
    since = (uint32_t)now_of(group) - query->given_ms;
    return since >= throttle_ms ? 0 : throttle_ms - since;
}

static bool wants(const xy_live_group *group, const xy_live_query *query)
{
    /* Between its run's begin and end a group has the result of the one before, if any. */
    return is_behind(group, query) && !query->stalled &&
           query->min_run <= group->run - (group->state == XY_LIVE_RUNNING);
}

/* Queries and their outlets lie anywhere: those that come next are fetched meanwhile. */
static void look_ahead(const xy_link *head, xy_link *link)
{
    if (link->next == head)
        return;
    __builtin_prefetch(link->next->next);
    __builtin_prefetch(query_at(link->next)->outlet, 1);
}

/* Give the newest result to all who want it and may have it. */
static void deliver(xy_live_group *group)
{
    uint64_t given = group->results;
    uint64_t wait_ms = UINT64_MAX;

    for (xy_link *link = group->cohort.kin.next; link != &group->cohort.kin; link = link->next) {
        xy_live_query *query = query_at(link);
        uint64_t wait;

        look_ahead(&group->cohort.kin, link);
        if (!wants(group, query))
            continue;
        wait = wait_of(group, query);
        if (wait == 0) {
            give(group, query);
        } else if (wait < wait_ms) {
            wait_ms = wait;
        }
    }
    xy__gauge_add(&live_of(group)->gauges->live_results, group->results - given);
    if (wait_ms != UINT64_MAX)
        arm(group, wait_ms);
    if (!group->behind)
        drop_result(group);
}

void xy__live_group_ready(xy_live_query *query)
{
    xy_live_group *group = xy__live_group_of(query);
    uint64_t wait;

    query->stalled = false;
    if (!group->result || !wants(group, query))
        return;
    wait = wait_of(group, query);
    if (wait) {
        arm(group, wait);
        return;
    }
    give(group, query);
    xy__gauge_add(&live_of(group)->gauges->live_results, 1);
    if (!group->behind)
        drop_result(group);
}

static void on_timer(xy_timer *timer)
{
    xy_live_group *group = XY_CONTAINER(timer, xy_live_throttle, timer)->group;

    if (group->state == XY_LIVE_WAITING && next_run_ms(group) <= now_of(group)) {
        make_due(group);
        return;
    }
    if (group->state == XY_LIVE_WAITING)
        arm(group, next_run_ms(group) - now_of(group));
    if (group->result)
        deliver(group);
}

void xy__live_group_leaving(xy_live_query *query)
{
    xy_live_group *group = xy__live_group_of(query);

    group->behind -= is_behind(group, query);
    group->fresh -= query->version == 0;
    if (!group->behind)
        drop_result(group);
}

/* ---- a result ---- */

/* `{…}` with the keys that it depends on, for developers. takes: json. gives: one reference. */
static xy_bytes *with_keys(const xy_live_group *group, xy_bytes *json)
{
    const xy_live_dependant *keys = &group->dependant;
    xy_str text = xy_bytes_str(json);
    xy_buf out;

    xy__buf_init(&out, SIZE_MAX);
    xy__buf_append(&out, text.ptr, text.len - 1);
    XY_BUF_LITERAL(&out, ",\"extensions\":{\"liveResourceIdentifier\":[");
    for (uint32_t i = 0; i < keys->len; i++) {
        if (i > 0)
            xy__buf_char(&out, ',');
        xy__json_write_str(&out, xy__live_key_text(keys->edges[i].key));
    }
    XY_BUF_LITERAL(&out, "]}}");
    xy_bytes_unref(json);
    return xy__buf_take(&out);
}

/* Another result than the one before? Then it is the newest, and nobody has it. */
static bool renew(xy_live_group *group, xy_str json)
{
    uint64_t digest = xy__hash(json);
    const xy_live *live = live_of(group);

    if (group->version && digest == group->digest && !live->options->resend_equal) {
        group->equal++;
        xy__gauge_add(&live->gauges->live_equal, 1);
        return false;
    }
    if (group->version) {
        group->superseded += group->behind - group->fresh;
        xy__gauge_add(&live->gauges->live_superseded, group->behind - group->fresh);
    }
    group->digest = digest;
    group->version = group->version + 1 == FOREIGN ? 1 : group->version + 1;
    group->behind = group->cohort.size;
    return true;
}

/* takes: json. */
static void take_result(xy_live_group *group, xy_bytes *json, unsigned flags)
{
    bool is_new;

    if (live_of(group)->options->tell_keys && !(flags & XY_PUT_NO_DATA))
        json = with_keys(group, json);
    is_new = renew(group, xy_bytes_str(json));
    if (is_new)
        drop_result(group);
    if (group->behind && !group->result) {
        group->result = xy__shared_result_create(json, flags);
    } else {
        xy_bytes_unref(json);
    }
}

/* One error for each of its queries, and the end. The group is gone afterwards. */
static void give_up(xy_live_group *group)
{
    xy_live_family *family = xy__live_family_of(group);
    xy_bytes *failure = xy__operation_failure(
        family->operation, XY_LIVE_TOO_LARGE_CODE,
        XY_STR("The live query has ended: it depends on more objects than it may."));

    while (group->cohort.size) {
        bool last = group->cohort.size == 1;
        xy_live_query *query = query_at(group->cohort.kin.next);
        xy_outlet *outlet = query->outlet;

        xy__outlet_put(outlet, xy_bytes_ref(failure),
                       (unsigned)XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA);
        xy__outlet_end(outlet);
        xy__live_query_close(query);
        if (last)
            break;
    }
    xy_bytes_unref(failure);
}

/* Modulo 2^64 less is more. */
static void note_edges(xy_live *live)
{
    xy__gauge_add(&live->gauges->live_keys, live->index.edges - live->edges_told);
    live->edges_told = live->index.edges;
}

static void on_result(void *arg, xy_bytes *json, unsigned flags)
{
    xy_live_group *group = arg;
    xy_live *live = live_of(group);

    xy__cohort_settle(&group->cohort);
    xy__live_index_end(&live->index, &group->dependant);
    note_edges(live);
    group->lag_ms = (uint32_t)now_of(group) - group->lag_ms;
    go(group, XY_LIVE_WATCHING);
    if (group->too_large && group->cohort.size) {
        xy_bytes_unref(json);
        give_up(group);
        return;
    }
    if (!group->cohort.size) {
        xy_bytes_unref(json);
        xy__cohort_release(&group->cohort);
        return;
    }
    take_result(group, json, flags);
    deliver(group);
    if (group->dirty) {
        group->dirty = false;
        want_run(group);
    }
}

/* ---- a run ---- */

/* Was the key invalidated since the run began? Rather yes than no. */
static bool is_recent(const xy_live_group *group, uint32_t key_hash)
{
    const xy_live *live = live_of(group);

    if (live->recent_count - group->recent_from > XY_LIVE_RECENT)
        return true;
    for (uint32_t i = group->recent_from; i != live->recent_count; i++)
        if (live->recent[i % XY_LIVE_RECENT] == key_hash)
            return true;
    return false;
}

static void on_key(xy_watch *watch, xy_str key)
{
    xy_live_group *group = XY_CONTAINER(watch, xy_live_group, watch);
    xy_live *live = live_of(group);
    uint32_t known = group->dependant.len;
    uint32_t key_hash;

    if (group->dependant.len > live->options->keys_max) {
        group->too_large = true;
        return;
    }
    xy__live_index_tell(&live->index, &group->dependant, key, false);
    if (group->dependant.len == known)
        return;
    key_hash = xy__live_key_hash(group->dependant.edges[known].key);
    if (is_recent(group, key_hash))
        xy__live_group_hit(group, XY_LIVE_KEY, key_hash);
}

static void on_fact(xy_watch *watch, xy_fact_kind kind, xy_str name)
{
    xy_live_group *group = XY_CONTAINER(watch, xy_live_group, watch);

    xy__family_learn(group->cohort.family, kind, name);
}

static const xy_watch_ops watch_ops = {.on_key = on_key, .on_fact = on_fact};

void xy__live_group_run(xy_live_group *group)
{
    xy_live_family *family = xy__live_family_of(group);
    xy_live *live = family->live;

    xy__list_remove(&group->due_link);
    go(group, XY_LIVE_RUNNING);
    if (!xy__cohort_prepare(&group->cohort)) {
        xy__cohort_release(&group->cohort);
        return;
    }
    group->run++;
    if (group->throttle)
        group->throttle->run_ms = now_of(group);
    group->last_cause = group->cause;
    group->last_key_hash = group->key_hash;
    group->lag_ms = group->hit_ms;
    group->recent_from = live->recent_count;
    xy__live_index_begin(&group->dependant);
    xy__gauge_add(&live->gauges->live_runs, 1);
    xy__execute_query_as(family->operation,
                         &(xy_run_terms){
                             .identity = group->cohort.identity,
                             .watch = &group->watch,
                             .asking = query_at(group->cohort.kin.next)->outlet,
                             .more = more,
                         },
                         on_result, group);
}

/* ---- the family's cohorts ---- */

static void on_coordinate(void *arg, xy_str coordinate)
{
    xy_live_group *group = arg;

    xy__live_index_tell(&live_of(group)->index, &group->dependant, coordinate, true);
}

static xy_live_throttle *create_throttle(xy_live_group *group)
{
    xy_live_throttle *throttle = xy__zalloc(sizeof *throttle);

    throttle->timer.fn = on_timer;
    throttle->group = group;
    return throttle;
}

static xy_cohort *create(xy_family *base)
{
    xy_live_family *family = XY_CONTAINER(base, xy_live_family, family);
    xy_live_group *group = xy__zalloc(sizeof *group);

    group->cohort.family = base;
    group->watch.ops = &watch_ops;
    if (family->throttle_ms)
        group->throttle = create_throttle(group);
    xy__list_init(&group->due_link);
    xy__live_coordinates(family->operation, family->live->options->indices, on_coordinate, group);
    note_edges(family->live);
    xy__gauge_add(&family->live->gauges->live_groups, 1);
    return &group->cohort;
}

static void destroy(xy_cohort *cohort)
{
    xy_live_group *group = XY_CONTAINER(cohort, xy_live_group, cohort);
    xy_live *live = live_of(group);

    xy__watch_cancel(&group->watch);
    xy__live_index_clear(&live->index, &group->dependant);
    note_edges(live);
    if (group->throttle)
        xy__timer_stop(live->loop, &group->throttle->timer);
    free(group->throttle);
    xy__list_remove(&group->due_link);
    drop_result(group);
    xy__gauge_sub(&live->gauges->live_groups, 1);
    free(group);
}

/* A group that was made for those who move begins with what they have. */
static void inherit(xy_live_group *group, const xy_live_group *from)
{
    group->digest = from->digest;
    group->version = 1;
}

static bool have_same(const xy_live_group *a, const xy_live_group *b)
{
    return a->version && b->version && a->digest == b->digest;
}

static void moved(xy_kin *kin, xy_cohort *cohort)
{
    xy_live_query *query = XY_CONTAINER(kin, xy_live_query, kin);
    xy_live_group *from = XY_CONTAINER(cohort, xy_live_group, cohort);
    xy_live_group *to = xy__live_group_of(query);
    bool was_behind = is_behind(from, query);
    bool fresh = query->version == 0;

    from->behind -= was_behind;
    from->fresh -= fresh;
    if (!from->behind)
        drop_result(from);
    if (!to->version && from->version)
        inherit(to, from);
    if (!fresh)
        query->version = !was_behind && have_same(to, from) ? to->version : FOREIGN;
    to->behind += is_behind(to, query);
    to->fresh += fresh;
    need_run(to, query, XY_LIVE_FACT);
}

const xy_family_ops xy__live_family_ops = {create, destroy, moved};
