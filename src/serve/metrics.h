/* SPDX-License-Identifier: MIT */
/* serve/metrics.h -- what the process has done, for Prometheus.
 *
 *   worker's thread: xy__metrics_record() -> the worker's own xy_metrics --+
 *   any thread:      xy__metrics_serve() <- the board: sum over workers <--+-- xy_gauges
 *
 * A worker is the only one to write its counters, so counting is a load and a store. No label ever
 * has a value that a client chose: names of operations are for the log. */
#ifndef XY_SERVE_METRICS_H
#define XY_SERVE_METRICS_H

#include <uv.h>

#include "xylem/gauges.h"

#include "base/list.h"
#include "http/exchange.h"
#include "serve/histogram.h"
#include "serve/record.h"

/* How an operation ended. */
typedef enum xy_metrics_outcome {
    XY_METRICS_OK,
    XY_METRICS_ERRORS,  /* executed, and a result had errors */
    XY_METRICS_REFUSED, /* not executed */
    XY_METRICS_TIMEOUT, /* a result was late */
    XY_METRICS_OUTCOMES,
} xy_metrics_outcome;

/* Counters of one worker. All zero to begin with. */
typedef struct xy_metrics {
    xy_link link; /* in the board's */
    _Atomic uint64_t operations[XY_RECORD_TYPES][XY_METRICS_OUTCOMES];
    _Atomic uint64_t refused[XY_REFUSED_REASONS];
    _Atomic uint64_t results[XY_RECORD_TYPES];
    _Atomic uint64_t bytes[XY_RECORD_TYPES];
    xy_histogram durations[XY_RECORD_TYPES]; /* of what was executed */
} xy_metrics;

/* The same as they were, or the sum of several. */
typedef struct xy_metrics_figures {
    uint64_t operations[XY_RECORD_TYPES][XY_METRICS_OUTCOMES];
    uint64_t refused[XY_REFUSED_REASONS];
    uint64_t results[XY_RECORD_TYPES];
    uint64_t bytes[XY_RECORD_TYPES];
    xy_histogram_figures durations[XY_RECORD_TYPES];
} xy_metrics_figures;

/* Where the counters of all workers are found. */
typedef struct xy_metrics_board {
    xy_app *app;
    void (*read_gauges)(xy_app *app, xy_gauges *out);
    uint64_t started_ms; /* since 1970 */
    uv_mutex_t lock;
    xy_link metrics;         /* guarded by lock */
    xy_metrics_figures past; /* of workers that have gone; guarded by lock */
} xy_metrics_board;

/* A board of a process that starts now. `read_gauges` may be called from any thread. keeps: app,
 * until xy__metrics_board_deinit(). */
void xy__metrics_board_init(xy_metrics_board *board, xy_app *app,
                            void (*read_gauges)(xy_app *app, xy_gauges *out));

/* Every worker must have left. */
void xy__metrics_board_deinit(xy_metrics_board *board);

/* Show the counters of one more worker. keeps: metrics, until xy__metrics_leave(). */
void xy__metrics_join(xy_metrics_board *board, xy_metrics *metrics);

/* No more; what they have counted stays in the sums. */
void xy__metrics_leave(xy_metrics_board *board, xy_metrics *metrics);

/* Count an operation that is over. Worker's thread. */
void xy__metrics_record(xy_metrics *metrics, const xy_record *record);

/* The sums over all workers, those that have left included. From any thread. */
void xy__metrics_read(xy_metrics_board *board, xy_metrics_figures *out);

/* All metrics in Prometheus' text format 0.0.4. From any thread. */
void xy__metrics_write(xy_buf *buf, xy_metrics_board *board);

/* Answer with them; 405 for what is neither GET nor HEAD. */
void xy__metrics_serve(xy_metrics_board *board, xy_exchange *exchange);

#endif
