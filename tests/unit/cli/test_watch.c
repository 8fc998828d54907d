/* SPDX-License-Identifier: MIT */
/* Which changes count, in a folder that is an application's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "cli/watch.h"

static char folder[] = "/tmp/xylem-watch-XXXXXX";

static int enter(void **state)
{
    (void)state;
    return !mkdtemp(folder) || chdir(folder) < 0 || mkdir("graphql", 0777) < 0 ||
           mkdir("services", 0777) < 0 || mkdir("services/deep", 0777) < 0;
}

static int leave(void **state)
{
    char command[64];

    (void)state;
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return chdir("/") < 0 || system(command) != 0;
}

static void touch(const char *path)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    fclose(file);
}

/* inotify tells before the call returns that made the change: nothing is waited for. */
static void expect(xy_watch *watch, const char *changed)
{
    watch->changed[0] = '\0';
    assert_int_equal(xy__watch_read(watch), changed != NULL);
    assert_string_equal(watch->changed, changed ? changed : "");
}

static void open_watch(xy_watch *watch)
{
    assert_int_equal(xy__watch_init(watch), XY_OK);
    expect(watch, NULL);
}

static void files_that_are_built_count(void **state)
{
    xy_watch watch;

    (void)state;
    open_watch(&watch);
    touch("server.c");
    expect(&watch, "server.c");
    touch("graphql/a.graphql");
    expect(&watch, "graphql/a.graphql");
    touch("services/deep/a.h");
    expect(&watch, "services/deep/a.h");
    touch("meson.build");
    expect(&watch, "meson.build");
    assert_int_equal(rename("services/deep/a.h", "services/b.h"), 0);
    expect(&watch, "services/b.h");
    assert_int_equal(unlink("server.c"), 0);
    expect(&watch, "server.c");
    xy__watch_deinit(&watch);
}

static void files_of_editors_do_not(void **state)
{
    xy_watch watch;

    (void)state;
    open_watch(&watch);
    touch("services/.a.c.swp");
    touch("services/a.c~");
    touch("services/#a.c#");
    touch("services/.#a.c");
    touch("README.md");
    touch("services/4913");
    assert_int_equal(mkdir("build", 0777), 0);
    touch("build/a.c");
    assert_int_equal(mkdir("gen", 0777), 0);
    touch("gen/types.c");
    expect(&watch, NULL);
    xy__watch_deinit(&watch);
}

static void folders_that_come_are_watched(void **state)
{
    xy_watch watch;

    (void)state;
    open_watch(&watch);
    assert_int_equal(mkdir("subscriptions", 0777), 0);
    expect(&watch, "subscriptions");
    assert_int_equal(mkdir("subscriptions/more", 0777), 0);
    expect(&watch, "subscriptions/more");
    touch("subscriptions/more/a.c");
    expect(&watch, "subscriptions/more/a.c");
    xy__watch_deinit(&watch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(files_that_are_built_count),
        cmocka_unit_test(files_of_editors_do_not),
        cmocka_unit_test(folders_that_come_are_watched),
    };

    return cmocka_run_group_tests(tests, enter, leave);
}
