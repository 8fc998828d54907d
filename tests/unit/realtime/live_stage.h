/* SPDX-License-Identifier: MIT */
/* A worker without sockets, for tests of live queries: a loop with a virtual clock, invalidations,
 * an executor, a schema of items whose values only grow; and clients who write down what they get.
 *
 *   type Query { item(id: ID!): Item  items: [Item!]!  late(id: ID!): Int
 *                me: String  admin: Boolean  own: String  slow(id: ID!): Item
 *                report(id: ID!): Item  who: String }
 *   type Item { id: ID!  value: Int }
 *
 * `report` and `who` are for the test to bind. `late` and `slow` answer when the test says so,
 * with the value as it was when the run read it. */
#ifndef TEST_REALTIME_LIVE_STAGE_H
#define TEST_REALTIME_LIVE_STAGE_H

#include "realtime/live.h"

enum { ITEMS = 8, WATCHERS = 64, WATCHER_TEXT = 1 << 13, LATE_MAX = 256 };

typedef struct live_stage live_stage;

typedef struct watcher {
    xy_outlet outlet;
    live_stage *stage;
    bool there;
    int answer; /* of put() from now on */
    bool owed_ready;
    unsigned count;          /* of results */
    char text[WATCHER_TEXT]; /* the "data" of each, one after another; emptied by watcher_text() */
    size_t len;
    char last[512];   /* the last result as it came */
    uint64_t last_ms; /* when */
    uint64_t gap_ms;  /* the shortest time between two */
    void (*on_result)(struct watcher *watcher, xy_str json);
    void *data;
} watcher;

/* A run that waits. */
typedef struct late {
    xy_promise *promise;
    const xy_operation *operation;
    const xy_identity *identity;
    int value;
} late;

struct live_stage {
    xy_loop loop;
    xy_realtime_gauges gauges;
    xy_invalidations *all;
    xy_live_options options;
    xy_live *live;
    xy_executor executor;
    xy_schema *schema;
    int values[ITEMS];
    watcher watchers[WATCHERS];
    late lates[LATE_MAX];
    size_t late_count;
    unsigned runs;           /* resolvers of root fields called */
    bool invalidates_itself; /* `own` does */
    void (*on_run)(live_stage *stage, const xy_call *call);
};

/* `options` may be NULL. */
live_stage *live_stage_create(const xy_live_options *options);

/* Lets all clients go, and asserts that nothing is left of anyone. */
void live_stage_destroy(live_stage *s);

/* Client `i` asks for `query` as `identity` (taken). */
watcher *live_stage_open(live_stage *s, int i, const char *query, xy_identity *identity);

/* A user and her roles, "ann admin"; NULL: nobody. */
xy_identity *live_person(const char *words);

void live_stage_invalidate(live_stage *s, const char *key);

/* A new value of an item, and its invalidation. */
void live_stage_change(live_stage *s, int item);

/* One turn of the loop. */
void live_stage_turn(live_stage *s);

/* The late run number `at` gets its answer. */
void live_stage_resolve(live_stage *s, size_t at);

/* What it got since the last call, in brackets of its own. */
const char *watcher_text(watcher *w);

void watcher_ready(watcher *w);
void watcher_gone(watcher *w);

#endif
