/* SPDX-License-Identifier: MIT */
/* realtime/live_group.h -- live queries that one run serves: a cohort of equal operations. For
 * live.c only. */
#ifndef XY_REALTIME_LIVE_GROUP_H
#define XY_REALTIME_LIVE_GROUP_H

#include "realtime/family.h"
#include "realtime/live.h"

typedef struct xy_live_family xy_live_family;
typedef struct xy_live_group xy_live_group;

/* Of so many invalidations a worker remembers that they were. */
#define XY_LIVE_RECENT 256u

struct xy_live {
    xy_loop *loop;
    xy_invalidations *all;
    const xy_live_options *options;
    xy_realtime_gauges *gauges;
    xy_live_index index;
    size_t edges_told; /* of the index, to the gauges */
    xy_invalidation_listener listener;
    xy_link families;
    xy_link due; /* groups that run at the end of this turn */
    xy_task task;
    uint64_t turn;                   /* of the loop, in which the task ran last */
    uint32_t recent_count;           /* keys invalidated, ever, the lower bits */
    uint32_t recent[XY_LIVE_RECENT]; /* hashes of the last of them, in a ring */
};

/* The live queries of one operation. */
struct xy_live_family {
    xy_family family;
    xy_live *live;
    xy_operation *operation; /* a reference; its `live` is this */
    uint64_t throttle_ms;
    xy_link link; /* in live->families */
};

/* Drawn in live_group.c. */
typedef enum xy_live_state {
    XY_LIVE_WATCHING,
    XY_LIVE_WAITING,
    XY_LIVE_DUE,
    XY_LIVE_RUNNING,
    XY_LIVE_STATES,
} xy_live_state;

/* What only those groups have whose clients ask for a throttle. */
typedef struct xy_live_throttle {
    xy_timer timer;
    xy_live_group *group;
    uint64_t run_ms; /* when the last run began */
} xy_live_throttle;

struct xy_live_group {
    xy_cohort cohort;
    xy_watch watch;
    xy_live_dependant dependant;
    xy_link due_link;           /* DUE: in live->due */
    xy_live_throttle *throttle; /* NULL: none */
    xy_shared_result *result;   /* the newest, while somebody has not got it */
    uint64_t digest;            /* of the newest */
    uint64_t results;           /* given, counted for each query; and bytes in them */
    uint64_t bytes;
    uint32_t hit_ms;      /* when what causes the next run came, the lower bits; */
    uint32_t lag_ms;      /* RUNNING: when what caused this run came; else, how long it took */
    uint32_t recent_from; /* the worker's recent_count when the last run began */
    uint32_t version;     /* of the newest: the first is 1 */
    uint32_t run;         /* number of the last one that began: the first is 1 */
    uint32_t behind;      /* queries whose version is another */
    uint32_t fresh;       /* of them, those that have no result at all */
    uint32_t key_hash;
    uint32_t last_key_hash;
    uint32_t equal;
    uint32_t superseded;
    uint8_t state;      /* xy_live_state; moved by go() alone */
    uint8_t cause;      /* xy_live_cause of the next run; */
    uint8_t last_cause; /* and of the last one */
    bool dirty;         /* RUNNING: something was invalidated meanwhile */
    bool too_large;     /* it depends on more keys than it may */
};

struct xy_live_query {
    xy_kin kin;
    xy_outlet *outlet;
    uint32_t version;  /* of the group's results; 0: none so far */
    uint32_t min_run;  /* results of earlier runs are too old for it */
    uint32_t given_ms; /* when it was given one; the lower bits */
    bool stalled;
};

/* How families of live queries are sorted. */
extern const xy_family_ops xy__live_family_ops;

static inline xy_live_group *xy__live_group_of(const xy_live_query *query)
{
    return XY_CONTAINER(query->kin.cohort, xy_live_group, cohort);
}

static inline xy_live_family *xy__live_family_of(const xy_live_group *group)
{
    return XY_CONTAINER(group->cohort.family, xy_live_family, family);
}

/* What it depends on has changed. */
void xy__live_group_hit(xy_live_group *group, xy_live_cause cause, uint32_t key_hash);

/* `query` has joined its group, and waits for a result. */
void xy__live_group_joined(xy_live_query *query);

/* `query` is about to leave. */
void xy__live_group_leaving(xy_live_query *query);

/* `query` can take a result again. */
void xy__live_group_ready(xy_live_query *query);

/* DUE: run it. It may be gone afterwards. */
void xy__live_group_run(xy_live_group *group);

/* Let the task run the groups that are due; by live.c. */
void xy__live_schedule(xy_live *live);

/* The query is over, and its outlet dealt with: it leaves, and its family with the last one. */
void xy__live_query_close(xy_live_query *query);

#endif
