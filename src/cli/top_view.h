/* SPDX-License-Identifier: MIT */
/* cli/top_view.h -- what is open on a server, as a table for people.
 *
 *   answer of GET path/streams --read--> xy_top_sample --+
 *                          the sample before, for rates -+--write--> lines that fit a terminal
 */
#ifndef XY_CLI_TOP_VIEW_H
#define XY_CLI_TOP_VIEW_H

#include "xylem/value.h"

#include "base/arena.h"
#include "base/buf.h"

/* One group of streams. Strings are in the sample's arena. */
typedef struct xy_top_group {
    xy_str id;
    xy_str kind;
    xy_str name; /* of the operation, or the beginning of its document */
    xy_str state;
    xy_str cause; /* the key, or the topic, or the kind */
    uint64_t worker;
    uint64_t members;
    uint64_t behind;
    uint64_t runs;
    uint64_t equal;
    uint64_t results;
    uint64_t bytes;
    uint64_t lag_ms;
    uint64_t key_count;
    double runs_per_s; /* since the sample before */
    double results_per_s;
    double bytes_per_s;
} xy_top_group;

typedef struct xy_top_sample {
    xy_arena arena;
    uint64_t at_ms; /* of a clock that never goes back */
    bool has_rates;
    uint64_t workers;
    uint64_t live_queries;
    uint64_t live_runs;
    uint64_t live_results;
    uint64_t subscriptions;
    uint64_t left_out;
    xy_str store; /* what events travel by: "local", "connected", "disconnected"; or null */
    double runs_per_s; /* of all groups */
    double results_per_s;
    xy_top_group *groups;
    size_t count;
} xy_top_sample;

/* How a table is drawn. */
typedef struct xy_top_screen {
    size_t columns; /* 0: as many as it takes */
    size_t rows;    /* likewise */
    bool colors;
} xy_top_screen;

/* Read an answer that came at `at_ms`. Returns XY_OK, or XY_EINVAL when it is none; *out is to be
 * ended with xy__top_sample_deinit() in both cases. */
int xy__top_sample_read(xy_top_sample *out, xy_str answer, uint64_t at_ms);

/* All zero is fine. */
void xy__top_sample_deinit(xy_top_sample *sample);

/* Find out what happened a second since `before`, which came earlier. */
void xy__top_sample_rates(xy_top_sample *sample, const xy_top_sample *before);

/* The busiest first: by results and runs a second, then members, then runs. */
void xy__top_sample_sort(xy_top_sample *sample);

/* Write the table: a line of totals with `title`, an empty one, the heads, then the groups. Lines
 * end with LF, the last one too, and none has a control character but those of its own colors. */
void xy__top_write(xy_buf *buf, const xy_top_sample *sample, const xy_top_screen *screen,
                   xy_str title);

/* One line of text, cut to the screen. */
void xy__top_write_line(xy_buf *buf, xy_str text, const xy_top_screen *screen);

#endif
