/* SPDX-License-Identifier: MIT */
/* serve/metrics.c -- counting; serve/metrics_text.c writes. */
#include "serve/metrics.h"

#include <time.h>

#include "base/fatal.h"

/* With one writer there is nothing to lose between the load and the store. */
static void add(_Atomic uint64_t *counter, uint64_t more)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, before + more, memory_order_relaxed);
}

static uint64_t look(const _Atomic uint64_t *counter)
{
    return atomic_load_explicit(counter, memory_order_relaxed);
}

static xy_metrics_outcome outcome_of(const xy_record *record)
{
    if (record->refused)
        return XY_METRICS_REFUSED;
    if (record->timed_out)
        return XY_METRICS_TIMEOUT;
    return record->errors ? XY_METRICS_ERRORS : XY_METRICS_OK;
}

void xy__metrics_record(xy_metrics *metrics, const xy_record *record)
{
    xy_record_type type = record->type;

    XY_ASSERT(type < XY_RECORD_TYPES);
    add(&metrics->operations[type][outcome_of(record)], 1);
    if (record->refused) {
        XY_ASSERT(record->why < XY_REFUSED_REASONS);
        add(&metrics->refused[record->why], 1);
        return;
    }
    add(&metrics->results[type], record->results);
    add(&metrics->bytes[type], record->bytes);
    xy__histogram_observe(&metrics->durations[type], record->duration_ns);
}

static void read_metrics(const xy_metrics *metrics, xy_metrics_figures *figures)
{
    for (size_t type = 0; type < XY_RECORD_TYPES; type++) {
        for (size_t outcome = 0; outcome < XY_METRICS_OUTCOMES; outcome++)
            figures->operations[type][outcome] += look(&metrics->operations[type][outcome]);
        figures->results[type] += look(&metrics->results[type]);
        figures->bytes[type] += look(&metrics->bytes[type]);
        xy__histogram_read(&metrics->durations[type], &figures->durations[type]);
    }
    for (size_t why = 0; why < XY_REFUSED_REASONS; why++)
        figures->refused[why] += look(&metrics->refused[why]);
}

/* ---- the board ---- */

void xy__metrics_board_init(xy_metrics_board *board, xy_app *app,
                            void (*read_gauges)(xy_app *app, xy_gauges *out))
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    *board = (xy_metrics_board){
        .app = app,
        .read_gauges = read_gauges,
        .started_ms = (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000,
    };
    XY_ASSERT(uv_mutex_init(&board->lock) == 0);
    xy__list_init(&board->metrics);
}

void xy__metrics_board_deinit(xy_metrics_board *board)
{
    XY_ASSERT(xy__list_empty(&board->metrics));
    uv_mutex_destroy(&board->lock);
}

void xy__metrics_join(xy_metrics_board *board, xy_metrics *metrics)
{
    uv_mutex_lock(&board->lock);
    xy__list_append(&board->metrics, &metrics->link);
    uv_mutex_unlock(&board->lock);
}

void xy__metrics_leave(xy_metrics_board *board, xy_metrics *metrics)
{
    uv_mutex_lock(&board->lock);
    read_metrics(metrics, &board->past);
    xy__list_remove(&metrics->link);
    uv_mutex_unlock(&board->lock);
}

void xy__metrics_read(xy_metrics_board *board, xy_metrics_figures *out)
{
    uv_mutex_lock(&board->lock);
    *out = board->past;
    for (xy_link *link = board->metrics.next; link != &board->metrics; link = link->next)
        read_metrics(XY_CONTAINER(link, xy_metrics, link), out);
    uv_mutex_unlock(&board->lock);
}
