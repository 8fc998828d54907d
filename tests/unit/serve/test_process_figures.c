/* SPDX-License-Identifier: MIT */
/* The figures follow what this very process does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <unistd.h>
#include <cmocka.h>

#include "serve/process_figures.h"

static void descriptors_are_counted(void **state)
{
    xy_process_figures before = xy__process_figures_read();
    int fd = dup(STDOUT_FILENO);

    (void)state;
    assert_true(fd >= 0);
    assert_int_equal(xy__process_figures_read().open_fds, before.open_fds + 1);
    close(fd);
    assert_int_equal(xy__process_figures_read().open_fds, before.open_fds);
    assert_true(before.open_fds <= before.fds_max);
}

static void memory_and_time_are_plausible(void **state)
{
    xy_process_figures figures = xy__process_figures_read();
    xy_process_figures later = figures;

    (void)state;
    assert_true(figures.resident_bytes > 100 * 1024);
    assert_true(figures.virtual_bytes >= figures.resident_bytes);
    while (later.cpu_us == figures.cpu_us)
        later = xy__process_figures_read();
    assert_true(later.cpu_us > figures.cpu_us);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(descriptors_are_counted),
        cmocka_unit_test(memory_and_time_are_plausible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
