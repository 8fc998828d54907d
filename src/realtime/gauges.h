/* SPDX-License-Identifier: MIT */
/* realtime/gauges.h -- what goes on in this room, in numbers that any thread may read.
 *
 * Each number is exact, but several read at once need not be of the same moment. */
#ifndef XY_REALTIME_GAUGES_H
#define XY_REALTIME_GAUGES_H

#include <stdatomic.h>
#include <stdint.h>

/* Those that say "now" are 0 when the last client has gone; the others count up for ever. */
#define XY_REALTIME_GAUGE_MAP(X)                                                                   \
    X(topics, "now: topics that anybody listens to")                                               \
    X(subscribers, "now: subscribers of topics, on all workers")                                   \
    X(mailbox_bytes, "now: events on their way to workers, in bytes with their slots")             \
    X(published, "events accepted, also those that nobody heard")                                  \
    X(refused, "events that a full mailbox refused: no subscriber got them")                       \
    X(delivered, "events given to a subscriber, counted for each")                                 \
    X(subscriptions, "now: clients' subscriptions")                                                \
    X(waiting_events, "now: events that wait for a slow client or a late run, once a queue")       \
    X(waiting_bytes, "now: the same in bytes")                                                     \
    X(dropped, "waiting events that were dropped for newer ones")                                  \
    X(gaps, "times that a client was told that it may have missed events")                         \
    X(malformed_messages, "messages from the store that were not JSON")                            \
    X(unpublished, "events and invalidations refused because the store was away too long")         \
    X(store_connects, "times that the store's server was reached")                                 \
    X(store_losses, "times that the connection to the store's server was lost")                    \
    X(store_waiting, "now: events and invalidations that wait for the store's server")             \
    X(overflows, "subscriptions ended because their client was too slow")                          \
    X(live_queries, "now: clients' live queries")                                                  \
    X(live_groups, "now: groups of live queries, each of which runs once for all")                 \
    X(live_keys, "now: pairs of a key and a group that depends on it")                             \
    X(invalidations, "keys that were invalidated")                                                 \
    X(live_runs, "executions of live queries")                                                     \
    X(live_equal, "of them, with the same result as before: nothing was sent")                     \
    X(live_results, "results given to live queries, counted for each")                             \
    X(live_superseded, "results that a slow client never got, as there was a newer one")

/* The numbers as they are kept. All zero to begin with. */
typedef struct xy_realtime_gauges {
#define XY__GAUGE_ATOMIC(name, text) _Atomic uint64_t name;
    XY_REALTIME_GAUGE_MAP(XY__GAUGE_ATOMIC)
#undef XY__GAUGE_ATOMIC
} xy_realtime_gauges;

/* The numbers as they were. */
typedef struct xy_realtime_figures {
#define XY__GAUGE_VALUE(name, text) uint64_t name;
    XY_REALTIME_GAUGE_MAP(XY__GAUGE_VALUE)
#undef XY__GAUGE_VALUE
} xy_realtime_figures;

static inline void xy__gauge_add(_Atomic uint64_t *gauge, uint64_t more)
{
    atomic_fetch_add_explicit(gauge, more, memory_order_relaxed);
}

static inline void xy__gauge_sub(_Atomic uint64_t *gauge, uint64_t less)
{
    atomic_fetch_sub_explicit(gauge, less, memory_order_relaxed);
}

static inline uint64_t xy__gauge_read(const _Atomic uint64_t *gauge)
{
    return atomic_load_explicit(gauge, memory_order_relaxed);
}

static inline xy_realtime_figures xy__gauges_read(const xy_realtime_gauges *gauges)
{
    return (xy_realtime_figures){
#define XY__GAUGE_READ(name, text) .name = xy__gauge_read(&gauges->name),
        XY_REALTIME_GAUGE_MAP(XY__GAUGE_READ)
#undef XY__GAUGE_READ
    };
}

#endif
