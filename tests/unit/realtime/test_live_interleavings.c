/* SPDX-License-Identifier: MIT */
/* What live queries promise, whatever comes when: random interleavings of invalidations, late
 * answers, timers of throttles, clients that come, stall, read on and go.
 *
 *   1. After quiet every client holds the newest result.
 *   2. No client sees an older result after a newer one, and none older than its own opening.
 *   3. No run begins for a query without clients, and at most one is in flight for a group.
 *   4. A client's results are of its own identity.
 *   5. A throttled client gets no two results sooner than it asked for; a stalled one gets none.
 *
 * Values of items only grow, so a result tells how new it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "execution/promise.h"
#include "live_stage.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SEEDS 10000u
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SEEDS 10000u
#endif
#endif
#ifndef SEEDS
#define SEEDS 100000u
#endif

#define STEPS 40u

enum { CLIENTS = 6, THROTTLE_MS = 50 };

typedef struct kind {
    const char *query;
    bool reads_user;
    bool reads_role;
    uint64_t throttle_ms;
} kind;

/* Each has an item's value in its result, as "value" or "late". */
static const kind kinds[] = {
    {"query @live { item(id: \"1\") { value } }", false, false, 0},
    {"query @live { late(id: \"1\") }", false, false, 0},
    {"query @live { me late(id: \"1\") }", true, false, 0},
    {"query @live { late(id: \"1\") admin }", false, true, 0},
    {"query @live(throttle: 50) { item(id: \"1\") { value } }", false, false, THROTTLE_MS},
    {"query @live(throttle: 50) { late(id: \"1\") me }", true, false, THROTTLE_MS},
};

#define KINDS (sizeof kinds / sizeof *kinds)

static const char *const people[] = {"ann admin", "bob", NULL, "ann", "cat admin"};

typedef struct model {
    const kind *kind;
    const char *person;
    int value;  /* of its last result; -1: none */
    int opened; /* the value when it came */
} model;

static live_stage *s;
static model models[CLIENTS];
static unsigned seed;

#define CHECK(what)                                                                                \
    do {                                                                                           \
        if (!(what))                                                                               \
            fail_msg("seed %u, line %d: %s", seed, __LINE__, #what);                               \
    } while (0)

static bool contains(xy_str json, const char *text)
{
    return memmem(json.ptr, json.len, text, strlen(text)) != NULL;
}

static int value_of(xy_str json)
{
    const char *at = memmem(json.ptr, json.len, "\"value\":", 8);

    if (at)
        return (int)strtol(at + 8, NULL, 10);
    at = memmem(json.ptr, json.len, "\"late\":", 7);
    XY_ASSERT(at);
    return (int)strtol(at + 7, NULL, 10);
}

static void check_identity(const model *m, xy_str json)
{
    char me[32];
    const char *space = m->person ? strchr(m->person, ' ') : NULL;

    snprintf(me, sizeof me, "\"me\":\"%.*s\"",
             m->person ? (int)(space ? space - m->person : (long)strlen(m->person)) : 6,
             m->person ? m->person : "nobody");
    if (m->kind->reads_user)
        CHECK(contains(json, me));
    if (m->kind->reads_role)
        CHECK(contains(json, space ? "\"admin\":true" : "\"admin\":false"));
}

static void on_result(watcher *w, xy_str json)
{
    model *m = w->data;
    int value = value_of(json);

    check_identity(m, json);
    CHECK(value >= m->opened);
    CHECK(value > m->value);
    CHECK(w->answer == XY_OK || !w->owed_ready);
    m->value = value;
}

/* Called by a resolver of a root field, so by a run that has begun. */
static void on_run(live_stage *stage, const xy_call *call)
{
    bool has_client = false;

    for (int i = 0; i < CLIENTS; i++)
        has_client |= stage->watchers[i].there && xy_str_eq(call->operation->document->source.text,
                                                            xy_str_from(models[i].kind->query));
    CHECK(has_client);
}

/* ---- steps ---- */

static void open_client(int i, unsigned dice)
{
    model *m = &models[i];
    watcher *w;

    *m = (model){&kinds[dice % KINDS], people[dice / KINDS % 5], -1, s->values[1]};
    w = live_stage_open(s, i, m->kind->query, live_person(m->person));
    w->on_result = on_result;
    w->data = m;
}

static void step(unsigned dice)
{
    int i = (int)(dice >> 8) % CLIENTS;
    watcher *w = &s->watchers[i];

    switch (dice % 16) {
    case 0:
    case 1:
    case 2:
        if (!w->there)
            open_client(i, dice >> 16);
        break;
    case 3:
        watcher_gone(w);
        break;
    case 4:
    case 5:
    case 6:
        live_stage_change(s, 1);
        break;
    case 7:
        live_stage_invalidate(s, dice & 256 ? "Query.item" : "Item:2");
        break;
    case 8:
        w->answer = XY_EFULL;
        break;
    case 9:
        watcher_ready(w);
        break;
    case 10:
    case 11:
        if (s->late_count)
            live_stage_resolve(s, (dice >> 16) % s->late_count);
        break;
    case 12:
        xy__loop_advance(&s->loop, (dice >> 16) % 60);
        break;
    default:
        live_stage_turn(s);
    }
}

static void count_group(void *arg, const xy_live_info *info)
{
    size_t *running = arg;

    CHECK(info->members > 0);
    CHECK(info->behind <= info->members);
    *running += strcmp(info->state, "running") == 0;
}

/* Each kind of query has at most one late field, and a run that nobody waits for stops its own. */
static void check_runs(void)
{
    size_t running = 0;

    xy__live_each(s->live, count_group, &running);
    CHECK(s->late_count == running);
    CHECK(s->executor.gauges.runs == running);
}

/* All that is still to come, comes. */
static void become_quiet(void)
{
    for (int i = 0; i < CLIENTS; i++)
        watcher_ready(&s->watchers[i]);
    for (int rounds = 0; rounds < 20; rounds++) {
        live_stage_turn(s);
        while (s->late_count) {
            live_stage_resolve(s, 0);
            live_stage_turn(s);
        }
        xy__loop_advance(&s->loop, 60);
    }
}

static void check_nobody_is_behind(void *arg, const xy_live_info *info)
{
    (void)arg;
    CHECK(info->behind == 0);
}

static void check_newest(void)
{
    xy__live_each(s->live, check_nobody_is_behind, NULL);
    for (int i = 0; i < CLIENTS; i++) {
        if (!s->watchers[i].there)
            continue;
        CHECK(models[i].value == s->values[1]);
        CHECK(s->watchers[i].gap_ms >= models[i].kind->throttle_ms);
    }
}

static void promises_hold_in_any_order(void **state)
{
    (void)state;
    s = live_stage_create(NULL);
    s->on_run = on_run;
    for (seed = 1; seed <= SEEDS; seed++) {
        unsigned dice = seed;

        for (unsigned at = 0; at < STEPS; at++) {
            step((unsigned)rand_r(&dice) ^ (unsigned)rand_r(&dice) << 16);
            check_runs();
        }
        become_quiet();
        check_newest();
        for (int i = 0; i < CLIENTS; i++)
            watcher_gone(&s->watchers[i]);
        live_stage_turn(s);
        CHECK(s->gauges.live_queries == 0 && s->gauges.live_groups == 0);
        CHECK(s->gauges.live_keys == 0 && s->executor.gauges.operations == 0);
    }
    live_stage_destroy(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(promises_hold_in_any_order)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
