/* SPDX-License-Identifier: MIT */
/* xylem/limits.h -- every bound on what a client may ask of a server, by name. */
#ifndef XYLEM_LIMITS_H
#define XYLEM_LIMITS_H

#include <stdint.h>

#include "xylem/macros.h"

/* Named limits. Every size is in bytes, every time in milliseconds; 0 switches a limit off where
 * the comment says so. */
typedef struct xy_limits {
    uint32_t head_bytes_max;   /* request line and headers; 16 KiB, else 431 */
    uint32_t head_count_max;   /* headers of a request; 100, else 431 */
    uint32_t body_bytes_max;   /* 1 MiB, else 413 */
    uint32_t head_timeout_ms;  /* 15,000, else 408 */
    uint32_t body_timeout_ms;  /* 30,000, else 408 */
    uint32_t idle_timeout_ms;  /* a kept connection without a request; 72,000 */
    uint32_t write_timeout_ms; /* an ordinary answer of which the client reads nothing; 60,000 */
    uint32_t connections_max;  /* per worker; 16,000: accepts no more until one goes */
    uint32_t tokens_max;       /* of a document; 1,000; 0: the parser's own bound */
    uint32_t depth_max;        /* nested selection sets and values of a document; 64 */
    /* What an operation may ask for; each can be 0: off. The figures are taken with the selections
     * of fragments in place of their spreads, before validation. Beyond: an error whose code is
     * OPERATION_TOO_COMPLEX, as it is beyond tokens_max and depth_max. */
    uint32_t operation_depth_max;      /* fields inside each other; 6. __schema does not count */
    uint32_t operation_aliases_max;    /* fields with an alias; 15 */
    uint32_t operation_directives_max; /* 50 */
    uint32_t operation_cost_max; /* 5,000: a leaf costs 1, an object 2 + 1.5 times its fields */
    /* A query, a mutation, the execution of one event; 30,000; 0: off. Beyond: an error whose code
     * is OPERATION_TIMEOUT, and everything that the operation waits for is stopped. */
    uint32_t operation_timeout_ms;
    /* Parsed and planned documents, and request bodies, that are kept for the next request with the
     * same; of the process; 64 MiB; 0: off. Those that are not used make room for others. */
    uint32_t document_cache_bytes_max;
    /* Automatic persisted queries that are remembered; of the process; 16 MiB; 0: off. Those that
     * are not used make room for others. */
    uint32_t persisted_bytes_max;
    uint32_t batch_max; /* operations in one request, as a JSON array; 0: batching is off */
    /* Blocking resolvers (xylem/work.h) that wait for a thread; of the process; 10,000. Beyond: the
     * field fails with the code SERVER_BUSY. */
    uint32_t blocking_queue_max;
    uint32_t operation_memory_max;    /* what one run may allocate; 64 MiB */
    uint32_t response_bytes_max;      /* one result; 16 MiB */
    uint32_t subscription_events_max; /* events waiting for one slow client; 1,024 */
    uint32_t subscription_bytes_max;  /* the same in bytes; 1 MiB */
    uint32_t live_keys_max;           /* that one live query may depend on; 10,000 */
    /* What a client asks for by @live(throttle:) is held between these. */
    uint32_t live_throttle_min_ms; /* 0 */
    uint32_t live_throttle_max_ms; /* 3,600,000: an hour */
    uint32_t stream_bytes_max;     /* framed output waiting for one slow client; 256 KiB */
    /* Of the single connection mode, where many operations have one event stream. */
    uint32_t reservations_max;      /* streams, open or reserved; of the process; 16,000; 0: off */
    uint32_t reservation_wait_ms;   /* until the stream is opened; 15,000; 0: for ever */
    uint32_t stream_operations_max; /* at once on one stream; 256 */
    uint32_t socket_send_bytes;     /* the kernel's send buffer of a stream; 64 KiB */
    uint32_t event_bytes_max;       /* one published payload; 1 MiB */
    uint32_t mailbox_bytes_max;     /* published events on their way to one worker; 64 MiB */
    /* Until a subscription's topics are known to be subscribed at the store; 5,000. Beyond: it is
     * opened all the same, and its next event says that others may have been missed. */
    uint32_t subscribe_wait_ms;
    /* Events and invalidations that wait for Redis while it is away; of the process; 64 MiB and
     * 100,000. Beyond: publishing fails with XY_EUNAVAILABLE. */
    uint32_t redis_queue_bytes_max;
    uint32_t redis_queue_count_max;
    /* What durable topics keep: events of one topic, 10,000; seconds after its last event, 86,400;
     * bytes of all topics in memory, where Redis does not keep them, 64 MiB. */
    uint32_t durable_events_max;
    uint32_t durable_age_max_s;
    uint32_t durable_bytes_max;
} xy_limits;

/* The limits that protect from clients, all out of the way: for measuring, and behind a gateway
 * that has its own. */
XY_API xy_limits xy_limits_none(void);

#endif
