/* SPDX-License-Identifier: MIT */
/* The application that wire tests talk to: the examples plus probes, and counters of what is
 * open. */
#ifndef WIRE_APP_H
#define WIRE_APP_H

#include <pthread.h>
#include <stdatomic.h>

#include "xylem/xylem.h"

#include "app_auth.h"
#include "types.h"

#define APP_GATES    256
#define APP_AUCTIONS 5

/* Counters of all workers. */
typedef struct app_stats {
    _Atomic int64_t new_message_active;
    _Atomic int64_t new_message_opened;
    _Atomic int64_t countdown_active;
    _Atomic int64_t countdown_opened;
    _Atomic int64_t alphabet_active;
    _Atomic int64_t alphabet_opened;
    _Atomic int64_t lists_active; /* of those with --gates */
    _Atomic int64_t lists_opened;
    _Atomic int64_t slow_started;
    _Atomic int64_t slow_finished;
    _Atomic int64_t faulty_active;
} app_stats;

typedef struct app {
    app_stats stats;
    xy_jwt *jwt; /* NULL: everyone is let in */
    bool has_guards;
    pthread_mutex_t auctions_lock; /* workers share them */
    Auction auctions[APP_AUCTIONS];
    uint64_t letter_ms;
    uint64_t tick_ms;
    uint64_t probe_ms; /* until Query.probe answers; 0: at once */
    bool has_gates;
    bool no_defer_stream;
    _Atomic int64_t gates[APP_GATES]; /* how often each was opened */
    pthread_mutex_t gates_lock;       /* for threads that wait for one */
    pthread_cond_t gates_changed;
    _Atomic int64_t tally;
    _Atomic int64_t batches; /* of words that were loaded */
} app;

/* The application behind a call. */
static inline app *app_of(xy_call *call)
{
    return xy_app_data(xy_call_app(call));
}

/* One more open source, counted in *active until `stream` is over. */
void app_count(xy_source_stream *stream, _Atomic int64_t *active, _Atomic int64_t *opened);

/* The auctions as at the start; and none any more. */
void app_auctions_reset(app *application);
void app_auctions_free(app *application);

/* Bind the fields that only some tests want. Return 0, or as xy_bind(). */
int app_bind_gates(xy_schema *schema);
int app_bind_works(xy_schema *schema);

/* The id of the Probe whose field is asked for. */
xy_str app_probe_id(xy_call *call);
xy_str app_work_probe_id(const xy_work *work);

#endif
