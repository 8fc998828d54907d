/* SPDX-License-Identifier: MIT */
/* What is counted of operations, over workers that come and go; that a reader on another thread
 * sees no more than there is; and that the text is what Prometheus reads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "serve/metrics.h"

#define OPERATIONS 20000u

static void read_gauges(xy_app *app, xy_gauges *out)
{
    (void)app;
    *out = (xy_gauges){.connections = 3,
                       .requests = 17,
                       .dropped = 5,
                       .gaps = 6,
                       .store_up = 1,
                       .store_connects = 7,
                       .store_losses = 8,
                       .store_waiting = 9,
                       .unpublished = 10,
                       .malformed_messages = 11};
}

static void record(xy_metrics *metrics, xy_record_type type, uint64_t errors, bool timed_out)
{
    xy__metrics_record(metrics, &(xy_record){.type = type,
                                             .duration_ns = 1000000,
                                             .results = 1,
                                             .errors = errors,
                                             .timed_out = timed_out,
                                             .bytes = 100});
}

static void refuse(xy_metrics *metrics, xy_record_type type, xy_refused why)
{
    xy__metrics_record(metrics, &(xy_record){.type = type, .refused = true, .why = why});
}

static void each_operation_has_one_outcome(void **state)
{
    xy_metrics_board board;
    xy_metrics metrics = {.link = {NULL, NULL}};
    xy_metrics_figures figures;

    (void)state;
    xy__metrics_board_init(&board, NULL, read_gauges);
    xy__metrics_join(&board, &metrics);
    record(&metrics, XY_RECORD_QUERY, 0, false);
    record(&metrics, XY_RECORD_QUERY, 1, false);
    record(&metrics, XY_RECORD_QUERY, 1, true);
    record(&metrics, XY_RECORD_MUTATION, 0, false);
    refuse(&metrics, XY_RECORD_NONE, XY_REFUSED_DOCUMENT);
    refuse(&metrics, XY_RECORD_MUTATION, XY_REFUSED_MUTATION);
    xy__metrics_read(&board, &figures);
    assert_int_equal(figures.operations[XY_RECORD_QUERY][XY_METRICS_OK], 1);
    assert_int_equal(figures.operations[XY_RECORD_QUERY][XY_METRICS_ERRORS], 1);
    assert_int_equal(figures.operations[XY_RECORD_QUERY][XY_METRICS_TIMEOUT], 1);
    assert_int_equal(figures.operations[XY_RECORD_MUTATION][XY_METRICS_OK], 1);
    assert_int_equal(figures.operations[XY_RECORD_MUTATION][XY_METRICS_REFUSED], 1);
    assert_int_equal(figures.operations[XY_RECORD_NONE][XY_METRICS_REFUSED], 1);
    assert_int_equal(figures.refused[XY_REFUSED_DOCUMENT], 1);
    assert_int_equal(figures.refused[XY_REFUSED_MUTATION], 1);
    assert_int_equal(figures.results[XY_RECORD_QUERY], 3);
    assert_int_equal(figures.bytes[XY_RECORD_QUERY], 300);
    assert_int_equal(figures.durations[XY_RECORD_QUERY].counts[1], 3);
    /* What is refused took no time worth to be mixed with the others'. */
    assert_int_equal(figures.durations[XY_RECORD_MUTATION].counts[0], 0);
    assert_int_equal(figures.durations[XY_RECORD_MUTATION].counts[1], 1);
    xy__metrics_leave(&board, &metrics);
    xy__metrics_board_deinit(&board);
}

static void what_a_worker_counted_outlives_it(void **state)
{
    xy_metrics_board board;
    xy_metrics one = {.link = {NULL, NULL}};
    xy_metrics other = {.link = {NULL, NULL}};
    xy_metrics_figures figures;

    (void)state;
    xy__metrics_board_init(&board, NULL, read_gauges);
    xy__metrics_join(&board, &one);
    xy__metrics_join(&board, &other);
    record(&one, XY_RECORD_QUERY, 0, false);
    record(&other, XY_RECORD_QUERY, 0, false);
    xy__metrics_leave(&board, &one);
    record(&other, XY_RECORD_QUERY, 0, false);
    xy__metrics_read(&board, &figures);
    assert_int_equal(figures.operations[XY_RECORD_QUERY][XY_METRICS_OK], 3);
    xy__metrics_leave(&board, &other);
    xy__metrics_read(&board, &figures);
    assert_int_equal(figures.operations[XY_RECORD_QUERY][XY_METRICS_OK], 3);
    xy__metrics_board_deinit(&board);
}

/* ---- threads ---- */

static void work(void *arg)
{
    xy_metrics_board *board = arg;
    xy_metrics metrics = {.link = {NULL, NULL}};

    xy__metrics_join(board, &metrics);
    for (unsigned i = 0; i < OPERATIONS; i++)
        record(&metrics, XY_RECORD_QUERY, 0, false);
    xy__metrics_leave(board, &metrics);
}

static void readers_see_counters_grow(void **state)
{
    xy_metrics_board board;
    xy_metrics_figures figures = {.refused = {0}};
    uv_thread_t threads[2];
    uint64_t last = 0;

    (void)state;
    xy__metrics_board_init(&board, NULL, read_gauges);
    for (size_t i = 0; i < 2; i++)
        assert_int_equal(uv_thread_create(&threads[i], work, &board), 0);
    while (last < 2 * OPERATIONS) {
        xy__metrics_read(&board, &figures);
        assert_true(figures.operations[XY_RECORD_QUERY][XY_METRICS_OK] >= last);
        last = figures.operations[XY_RECORD_QUERY][XY_METRICS_OK];
    }
    assert_int_equal(last, 2 * OPERATIONS);
    for (size_t i = 0; i < 2; i++)
        uv_thread_join(&threads[i]);
    xy__metrics_board_deinit(&board);
}

/* ---- text ---- */

static void the_text_has_everything(void **state)
{
    static const char *const lines[] = {
        "# TYPE xylem_operations_total counter\n",
        "\nxylem_operations_total{type=\"query\",outcome=\"errors\"} 1\n",
        "\nxylem_operations_total{type=\"subscription\",outcome=\"ok\"} 0\n",
        "\nxylem_operations_refused_total{reason=\"limit\"} 1\n",
        "\nxylem_operation_duration_seconds_sum{type=\"query\"} 0.001000000\n",
        "\nxylem_operation_result_bytes_total{type=\"query\"} 100\n",
        "\nxylem_connections 3\n",
        "\nxylem_http_requests_total 17\n",
        "\nxylem_events_dropped_total 5\n",
        "\nxylem_gaps_total 6\n",
        "\n# TYPE xylem_store_up gauge\nxylem_store_up 1\n",
        "\nxylem_store_connects_total 7\n",
        "\nxylem_store_losses_total 8\n",
        "\nxylem_store_waiting 9\n",
        "\nxylem_store_refused_total 10\n",
        "\nxylem_store_malformed_messages_total 11\n",
        "\nxylem_build_info{version=\"" XY_VERSION "\"} 1\n",
        "\nprocess_resident_memory_bytes ",
    };
    xy_metrics_board board;
    xy_metrics metrics = {.link = {NULL, NULL}};
    xy_buf buf;

    (void)state;
    xy__metrics_board_init(&board, NULL, read_gauges);
    xy__metrics_join(&board, &metrics);
    record(&metrics, XY_RECORD_QUERY, 1, false);
    refuse(&metrics, XY_RECORD_NONE, XY_REFUSED_LIMIT);
    xy__buf_init(&buf, SIZE_MAX);
    xy__metrics_write(&buf, &board);
    assert_int_equal(buf.ptr[buf.len - 1], '\n');
    xy__buf_char(&buf, '\0');
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        if (!strstr(buf.ptr, lines[i]))
            fail_msg("not there: %s", lines[i]);
    xy__buf_deinit(&buf);
    xy__metrics_leave(&board, &metrics);
    xy__metrics_board_deinit(&board);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_operation_has_one_outcome),
        cmocka_unit_test(what_a_worker_counted_outlives_it),
        cmocka_unit_test(readers_see_counters_grow),
        cmocka_unit_test(the_text_has_everything),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
