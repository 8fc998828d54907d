/* SPDX-License-Identifier: MIT */
/* serve/histogram.h -- how long things took, counted in fixed buckets from 0.5 ms to 10 s, as
 * Prometheus wants it.
 *
 * One thread observes, any thread reads. Integers only: nanoseconds come in, and seconds are a
 * matter of writing them. */
#ifndef XY_SERVE_HISTOGRAM_H
#define XY_SERVE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#include "base/buf.h"

/* Upper bounds in nanoseconds, each inclusive, with their text in seconds; then there is +Inf. */
#define XY_HISTOGRAM_MAP(X)                                                                        \
    X(500000, "0.0005")                                                                            \
    X(1000000, "0.001")                                                                            \
    X(2500000, "0.0025")                                                                           \
    X(5000000, "0.005")                                                                            \
    X(10000000, "0.01")                                                                            \
    X(25000000, "0.025")                                                                           \
    X(50000000, "0.05")                                                                            \
    X(100000000, "0.1")                                                                            \
    X(250000000, "0.25")                                                                           \
    X(500000000, "0.5")                                                                            \
    X(1000000000, "1")                                                                             \
    X(2500000000, "2.5")                                                                           \
    X(5000000000, "5")                                                                             \
    X(10000000000, "10")

#define XY__HISTOGRAM_BOUND(bound_ns, text) (bound_ns),
#define XY_HISTOGRAM_BUCKETS                                                                       \
    (sizeof((uint64_t[]){XY_HISTOGRAM_MAP(XY__HISTOGRAM_BOUND)}) / sizeof(uint64_t) + 1)

/* As it is kept. All zero to begin with. */
typedef struct xy_histogram {
    _Atomic uint64_t counts[XY_HISTOGRAM_BUCKETS]; /* each observation in one; the last: +Inf */
    _Atomic uint64_t sum_ns;
} xy_histogram;

/* As it was, or the sum of several. */
typedef struct xy_histogram_figures {
    uint64_t counts[XY_HISTOGRAM_BUCKETS];
    uint64_t sum_ns;
} xy_histogram_figures;

/* Count one that took `ns`. Always by the same thread. */
void xy__histogram_observe(xy_histogram *histogram, uint64_t ns);

/* Add to `figures` what has been observed. From any thread. */
void xy__histogram_read(const xy_histogram *histogram, xy_histogram_figures *figures);

/* The series `name`_bucket, _sum and _count, `labels` being what stands between the braces besides
 * `le`, as `type="query"`. The buckets are cumulative, and the last one is the count. */
void xy__histogram_write(xy_buf *buf, const char *name, const char *labels,
                         const xy_histogram_figures *figures);

#endif
