/* SPDX-License-Identifier: MIT */
/* serve/record.h -- what is known of a GraphQL operation when it is over: for the log of requests
 * (serve/request_log.h) and the metrics (serve/metrics.h).
 *
 * A value, filled by whoever ends the operation, on its worker's thread. What it points to need
 * only live for the call. */
#ifndef XY_SERVE_RECORD_H
#define XY_SERVE_RECORD_H

#include "xylem/value.h"

#include "serve/reply.h"

/* What kind of operation. NONE: it was refused before that was known. */
typedef enum xy_record_type {
    XY_RECORD_NONE,
    XY_RECORD_QUERY,
    XY_RECORD_MUTATION,
    XY_RECORD_SUBSCRIPTION,
    XY_RECORD_LIVE, /* a live query */
    XY_RECORD_TYPES,
} xy_record_type;

/* The number of reasons in xy_refused. */
#define XY_REFUSED_REASONS ((size_t)XY_REFUSED_MUTATION + 1)

typedef struct xy_record {
    xy_record_type type;
    xy_str operation;          /* its name; the null string: it has none */
    xy_str request_id;         /* as in the answer's x-request-id */
    uint64_t duration_ns;      /* from the request's last byte; of a stream: to its end */
    uint64_t results;          /* given to the client, parts counted */
    uint64_t errors;           /* of them, with errors */
    uint64_t bytes;            /* of all results, before framing and compression */
    bool timed_out;            /* a result of it was late */
    bool refused;              /* nothing was executed, … */
    xy_refused why;            /* … for this reason */
    const xy_value *variables; /* as they were sent, an OBJECT; NULL: none */
} xy_record;

/* The type of a record from an operation's. */
static inline xy_record_type xy__record_type_of(xy_operation_type type)
{
    static const xy_record_type types[] = {
        [XY_OPERATION_QUERY] = XY_RECORD_QUERY,
        [XY_OPERATION_MUTATION] = XY_RECORD_MUTATION,
        [XY_OPERATION_SUBSCRIPTION] = XY_RECORD_SUBSCRIPTION,
    };

    return types[type];
}

/* "query", "mutation", "subscription", "live"; "none". Static storage. */
const char *xy__record_type_name(xy_record_type type);

/* The reason in a word, as "limit". Static storage. */
const char *xy__refused_name(xy_refused why);

#endif
