/* SPDX-License-Identifier: MIT */
#include "serve/histogram.h"

#include <inttypes.h>

#define NS_PER_S UINT64_C(1000000000)

static const uint64_t bounds_ns[] = {
#define BOUND(ns, text) UINT64_C(ns),
    XY_HISTOGRAM_MAP(BOUND)
#undef BOUND
};

static const char *const bound_texts[XY_HISTOGRAM_BUCKETS] = {
#define TEXT(ns, text) text,
    XY_HISTOGRAM_MAP(TEXT)
#undef TEXT
        "+Inf",
};

/* With one writer there is nothing to lose between the load and the store. */
static void add(_Atomic uint64_t *counter, uint64_t more)
{
    uint64_t before = atomic_load_explicit(counter, memory_order_relaxed);

    atomic_store_explicit(counter, before + more, memory_order_relaxed);
}

void xy__histogram_observe(xy_histogram *histogram, uint64_t ns)
{
    size_t bucket = 0;

    while (bucket < XY_HISTOGRAM_BUCKETS - 1 && ns > bounds_ns[bucket])
        bucket++;
    add(&histogram->counts[bucket], 1);
    add(&histogram->sum_ns, ns);
}

void xy__histogram_read(const xy_histogram *histogram, xy_histogram_figures *figures)
{
    for (size_t i = 0; i < XY_HISTOGRAM_BUCKETS; i++)
        figures->counts[i] += atomic_load_explicit(&histogram->counts[i], memory_order_relaxed);
    figures->sum_ns += atomic_load_explicit(&histogram->sum_ns, memory_order_relaxed);
}

void xy__histogram_write(xy_buf *buf, const char *name, const char *labels,
                         const xy_histogram_figures *figures)
{
    const char *comma = *labels ? "," : "";
    uint64_t count = 0;

    for (size_t i = 0; i < XY_HISTOGRAM_BUCKETS; i++) {
        count += figures->counts[i];
        xy__buf_printf(buf, "%s_bucket{%s%sle=\"%s\"} %" PRIu64 "\n", name, labels, comma,
                       bound_texts[i], count);
    }
    xy__buf_printf(buf, "%s_sum{%s} %" PRIu64 ".%09" PRIu64 "\n", name, labels,
                   figures->sum_ns / NS_PER_S, figures->sum_ns % NS_PER_S);
    xy__buf_printf(buf, "%s_count{%s} %" PRIu64 "\n", name, labels, count);
}
