/* SPDX-License-Identifier: MIT */
/* realtime/live.c -- a worker's live queries: where invalidations arrive, and which groups run.
 *
 * Groups that are due run together at the end of a turn of the loop, so that a batch of keys runs
 * each once. What a run invalidates itself is for the next turn: a query that invalidates its own
 * keys keeps nobody else from being served.
 *
 * Read next: live_group.c (one group), live_index.h (keys), family.h (who is equal). */
#include "realtime/live.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/map.h"
#include "realtime/live_group.h"

/* Groups that run in one turn of the loop; then sockets are served. */
#define TURN_RUNS 256u

static xy_live_query *query_of(void *arg)
{
    return arg;
}

static xy_live_group *group_at(xy_link *link)
{
    return XY_CONTAINER(XY_CONTAINER(link, xy_cohort, link), xy_live_group, cohort);
}

static xy_live_family *family_at(xy_link *link)
{
    return XY_CONTAINER(link, xy_live_family, link);
}

/* ---- runs ---- */

void xy__live_schedule(xy_live *live)
{
    if (live->turn == live->loop->turns) {
        xy__loop_next(live->loop, &live->task);
    } else {
        xy__loop_soon(live->loop, &live->task);
    }
}

static void on_task(xy_task *task)
{
    xy_live *live = XY_CONTAINER(task, xy_live, task);

    live->turn = live->loop->turns;
    for (unsigned i = 0; i < TURN_RUNS && !xy__list_empty(&live->due); i++)
        xy__live_group_run(XY_CONTAINER(live->due.next, xy_live_group, due_link));
    if (!xy__list_empty(&live->due))
        xy__live_schedule(live);
}

/* ---- invalidations ---- */

static void on_hit(xy_live_dependant *dependant, uint32_t key_hash)
{
    xy__live_group_hit(XY_CONTAINER(dependant, xy_live_group, dependant), XY_LIVE_KEY, key_hash);
}

static size_t on_keys(xy_invalidation_listener *listener, xy_str batch)
{
    xy_live *live = XY_CONTAINER(listener, xy_live, listener);
    size_t count = 0;
    xy_str key;

    for (; xy__invalidation_next(&batch, &key); count++) {
        live->recent[live->recent_count++ % XY_LIVE_RECENT] = (uint32_t)xy__hash(key);
        xy__live_index_hit(&live->index, key, on_hit);
    }
    return count;
}

static void on_all(xy_invalidation_listener *listener)
{
    xy_live *live = XY_CONTAINER(listener, xy_live, listener);

    for (xy_link *link = live->families.next; link != &live->families; link = link->next) {
        xy_link *cohorts = &family_at(link)->family.cohorts;

        for (xy_link *at = cohorts->next; at != cohorts; at = at->next)
            xy__live_group_hit(group_at(at), XY_LIVE_ALL, 0);
    }
}

static void on_left(xy_invalidation_listener *listener)
{
    free(XY_CONTAINER(listener, xy_live, listener));
}

static const xy_invalidation_ops invalidation_ops = {on_keys, on_all, on_left};

/* ---- life ---- */

xy_live *xy__live_create(xy_invalidations *all, xy_loop *loop, const xy_live_options *options,
                         xy_realtime_gauges *gauges)
{
    xy_live *live = xy__zalloc(sizeof *live);

    live->loop = loop;
    live->all = all;
    live->options = options;
    live->gauges = gauges;
    live->task.fn = on_task;
    live->turn = UINT64_MAX;
    xy__list_init(&live->families);
    xy__list_init(&live->due);
    xy__invalidations_join(all, &live->listener, loop, &invalidation_ops);
    return live;
}

void xy__live_destroy(xy_live *live)
{
    if (!live)
        return;
    XY_ASSERT(xy__list_empty(&live->families));
    xy__task_cancel(&live->task);
    xy__live_index_deinit(&live->index);
    xy__invalidations_leave(live->all, &live->listener);
}

/* ---- queries ---- */

static uint64_t bounded_throttle(const xy_live_options *options, uint64_t throttle_ms)
{
    if (throttle_ms < options->throttle_min_ms)
        return options->throttle_min_ms;
    return throttle_ms < options->throttle_max_ms ? throttle_ms : options->throttle_max_ms;
}

static xy_live_family *open_family(xy_live *live, xy_operation *operation, uint64_t throttle_ms)
{
    xy_live_family *family = xy__zalloc(sizeof *family);

    if (xy__list_empty(&live->families))
        xy__invalidations_watch(live->all);
    xy__family_init(&family->family, &xy__live_family_ops);
    family->live = live;
    family->operation = xy__operation_ref(operation);
    family->throttle_ms = bounded_throttle(live->options, throttle_ms);
    xy__list_append(&live->families, &family->link);
    operation->live = family;
    return family;
}

static void close_family(xy_live_family *family)
{
    xy_live *live = family->live;

    xy__family_deinit(&family->family);
    xy__list_remove(&family->link);
    if (xy__list_empty(&live->families))
        xy__invalidations_unwatch(live->all);
    family->operation->live = NULL;
    xy__operation_unref(family->operation);
    free(family);
}

void xy__live_query_close(xy_live_query *query)
{
    xy_live_group *group = xy__live_group_of(query);
    xy_live_family *family = xy__live_family_of(group);

    xy__gauge_sub(&family->live->gauges->live_queries, 1);
    xy__live_group_leaving(query);
    xy__family_leave(&query->kin);
    free(query);
    if (xy__family_empty(&family->family))
        close_family(family);
}

static void on_ready(void *arg)
{
    xy__live_group_ready(query_of(arg));
}

static void on_stop(void *arg)
{
    xy__live_query_close(query_of(arg));
}

void xy__live_open(xy_live *live, xy_operation *operation, xy_identity *identity, xy_outlet *outlet,
                   uint64_t throttle_ms)
{
    xy_live_family *family = operation->live;
    xy_live_query *query = xy__zalloc(sizeof *query);

    if (!family)
        family = open_family(live, operation, throttle_ms);
    query->outlet = outlet;
    outlet->on_ready = on_ready;
    outlet->on_stop = on_stop;
    outlet->arg = query;
    xy__gauge_add(&live->gauges->live_queries, 1);
    xy__family_join(&family->family, &query->kin, identity);
    xy__live_group_joined(query);
}

/* ---- looking at them ---- */

xy_str xy__live_info_key(const xy_live_info *info)
{
    for (uint32_t i = 0; i < info->keys->len; i++)
        if (xy__live_key_hash(info->keys->edges[i].key) == info->key_hash)
            return xy__live_key_text(info->keys->edges[i].key);
    return XY_STR_NULL;
}

static void tell_group(xy_live_group *group, xy_on_live_info *fn, void *arg)
{
    static const char *const states[XY_LIVE_STATES] = {"watching", "waiting", "due", "running"};
    const xy_live_family *family = xy__live_family_of(group);
    xy_live_info info = {
        .operation = family->operation,
        .keys = &group->dependant,
        .state = states[group->state],
        .members = group->cohort.size,
        .behind = group->behind,
        .runs = group->run,
        .equal = group->equal,
        .superseded = group->superseded,
        .results = group->results,
        .bytes = group->bytes,
        .throttle_ms = family->throttle_ms,
        .lag_ms = group->state == XY_LIVE_RUNNING ? 0 : group->lag_ms,
        .cause = (xy_live_cause)group->last_cause,
        .key_hash = group->last_key_hash,
    };

    fn(arg, &info);
}

void xy__live_each(xy_live *live, xy_on_live_info *fn, void *arg)
{
    for (xy_link *link = live->families.next; link != &live->families; link = link->next) {
        xy_link *cohorts = &family_at(link)->family.cohorts;

        for (xy_link *at = cohorts->next; at != cohorts; at = at->next)
            tell_group(group_at(at), fn, arg);
    }
}
