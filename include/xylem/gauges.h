/* SPDX-License-Identifier: MIT */
/* xylem/gauges.h -- what a process holds open now, and has done so far. */
#ifndef XYLEM_GAUGES_H
#define XYLEM_GAUGES_H

#include "xylem/app.h"

/* What a process holds open now and has done so far, over all workers. */
typedef struct xy_gauges {
    uint64_t connections;        /* open now */
    uint64_t streams;            /* open event streams now */
    uint64_t subscriptions;      /* now */
    uint64_t topics;             /* that anybody listens to now */
    uint64_t live_queries;       /* now */
    uint64_t live_groups;        /* of them that are run as one, now */
    uint64_t live_keys;          /* pairs of a key and a group that depends on it, now */
    uint64_t runs;               /* executions in progress now */
    uint64_t promises;           /* of them, unresolved now */
    uint64_t works_queued;       /* blocking resolvers that wait for a thread now */
    uint64_t works_running;      /* that are on one now */
    uint64_t works;              /* that have returned, ever */
    uint64_t works_refused;      /* for which there was no room in the queue, ever */
    uint64_t load_batches;       /* of loaders, ever */
    uint64_t load_keys;          /* in these batches, ever */
    uint64_t queue_bytes;        /* waiting for clients that are slow to read, now */
    uint64_t accepted;           /* connections, ever */
    uint64_t shed;               /* connections closed or refused for want of room, ever */
    uint64_t requests;           /* ever */
    uint64_t malformed;          /* requests refused before they could be handled, ever */
    uint64_t published;          /* events, ever */
    uint64_t delivered;          /* events given to subscriptions, ever */
    uint64_t dropped;            /* events that a full queue refused or pushed out, ever */
    uint64_t gaps;               /* times a client was told that it may have missed events, ever */
    uint64_t store_shared;       /* 1: events travel by a server that processes share; else 0 */
    uint64_t store_up;           /* 0: that server is away now; else 1 */
    uint64_t store_connects;     /* times that it was reached, ever */
    uint64_t store_losses;       /* times that the connection to it was lost, ever */
    uint64_t store_waiting;      /* events and invalidations that wait for it now */
    uint64_t unpublished;        /* of them, refused because it was away too long, ever */
    uint64_t malformed_messages; /* messages from it that were not JSON, ever */
    uint64_t invalidations;      /* of keys, ever */
    uint64_t live_runs;          /* executions of live queries, ever */
    uint64_t live_equal;         /* of them, with the same result as before, ever */
    uint64_t live_results;       /* results given to live queries, ever */
    uint64_t live_superseded;    /* results that slow clients never got for a newer one, ever */
    uint64_t overflows;          /* subscriptions ended as their client was too slow, ever */
    uint64_t document_hits;      /* requests whose document was found in the cache, ever */
    uint64_t document_misses;    /* requests whose document was not, ever */
    uint64_t document_entries;   /* documents and request bodies in the cache now */
    uint64_t document_bytes;     /* held by them now */
    uint64_t document_evictions; /* entries that made room for others, ever */
} xy_gauges;

/* Read the gauges. From any thread; figures of other workers are up to one turn of the loop old. */
XY_API void xy_app_gauges(xy_app *app, xy_gauges *out);

#endif
