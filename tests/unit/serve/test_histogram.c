/* SPDX-License-Identifier: MIT */
/* What lands in which bucket, and what is written of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/histogram.h"

#define MS UINT64_C(1000000)

static void a_bound_is_inclusive(void **state)
{
    xy_histogram histogram = {.sum_ns = 0};
    xy_histogram_figures figures = {.sum_ns = 0};

    (void)state;
    xy__histogram_observe(&histogram, 0);
    xy__histogram_observe(&histogram, 500000);
    xy__histogram_observe(&histogram, 500001);
    xy__histogram_observe(&histogram, 10000 * MS);
    xy__histogram_observe(&histogram, 10000 * MS + 1);
    xy__histogram_observe(&histogram, 3600000 * MS);
    xy__histogram_read(&histogram, &figures);
    assert_int_equal(figures.counts[0], 2);
    assert_int_equal(figures.counts[1], 1);
    assert_int_equal(figures.counts[XY_HISTOGRAM_BUCKETS - 2], 1);
    assert_int_equal(figures.counts[XY_HISTOGRAM_BUCKETS - 1], 2);
    assert_int_equal(figures.sum_ns, 3620000 * MS + 1000002);
}

static void reading_adds_up(void **state)
{
    xy_histogram one = {.sum_ns = 0};
    xy_histogram other = {.sum_ns = 0};
    xy_histogram_figures figures = {.sum_ns = 0};

    (void)state;
    xy__histogram_observe(&one, MS);
    xy__histogram_observe(&other, MS);
    xy__histogram_observe(&other, 3 * MS);
    xy__histogram_read(&one, &figures);
    xy__histogram_read(&other, &figures);
    assert_int_equal(figures.counts[1], 2);
    assert_int_equal(figures.counts[3], 1);
    assert_int_equal(figures.sum_ns, 5 * MS);
}

static void buckets_are_written_cumulative(void **state)
{
    xy_histogram_figures figures = {.counts = {[0] = 2, [9] = 1, [14] = 4},
                                    .sum_ns = UINT64_C(61000000007)};
    xy_buf buf;

    (void)state;
    xy__buf_init(&buf, SIZE_MAX);
    xy__histogram_write(&buf, "t", "a=\"b\"", &figures);
    xy__buf_char(&buf, '\0');
    assert_string_equal(buf.ptr, "t_bucket{a=\"b\",le=\"0.0005\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.001\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.0025\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.005\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.01\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.025\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.05\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.1\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.25\"} 2\n"
                                 "t_bucket{a=\"b\",le=\"0.5\"} 3\n"
                                 "t_bucket{a=\"b\",le=\"1\"} 3\n"
                                 "t_bucket{a=\"b\",le=\"2.5\"} 3\n"
                                 "t_bucket{a=\"b\",le=\"5\"} 3\n"
                                 "t_bucket{a=\"b\",le=\"10\"} 3\n"
                                 "t_bucket{a=\"b\",le=\"+Inf\"} 7\n"
                                 "t_sum{a=\"b\"} 61.000000007\n"
                                 "t_count{a=\"b\"} 7\n");
    xy__buf_deinit(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_bound_is_inclusive),
        cmocka_unit_test(reading_adds_up),
        cmocka_unit_test(buckets_are_written_cumulative),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
