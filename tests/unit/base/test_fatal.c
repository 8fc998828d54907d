/* SPDX-License-Identifier: MIT */
/* The end of a process whose program is wrong, or which has no memory left. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/fatal.h"

enum { EXIT_HOOK = 77 };

/* Runs `fn` in a child; returns how it ended, and what it said in `said`. */
static int end_of(void (*fn)(void), char *said, size_t size)
{
    int fds[2];
    int status = -1;
    size_t len = 0;
    ssize_t more;
    pid_t child;

    assert_int_equal(pipe(fds), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        signal(SIGABRT, SIG_DFL);
        dup2(fds[1], STDERR_FILENO);
        fn();
        _exit(0);
    }
    close(fds[1]);
    while ((more = read(fds[0], said + len, size - 1 - len)) > 0)
        len += (size_t)more;
    said[len] = '\0';
    close(fds[0]);
    waitpid(child, &status, 0);
    return status;
}

static void assert_true_things(void)
{
    XY_ASSERT(1 + 1 == 2);
}

static void assert_false_things(void)
{
    XY_ASSERT(1 + 1 == 3);
}

static void say_goodbye(void)
{
    xy__fatal("no %s after %d tries", "luck", 3);
}

static void leave(size_t size)
{
    _exit(size > 1000 ? EXIT_HOOK : 1);
}

static void want_too_much(void)
{
    volatile size_t size = SIZE_MAX / 2;

    xy__set_out_of_memory(leave);
    free(xy__malloc(size));
}

static void assertions_end_the_process(void **state)
{
    char said[512];
    int status = end_of(assert_true_things, said, sizeof said);

    (void)state;
    assert_true(WIFEXITED(status));
    status = end_of(assert_false_things, said, sizeof said);
    assert_true(WIFSIGNALED(status));
    assert_int_equal(WTERMSIG(status), SIGABRT);
    assert_non_null(strstr(said, "assertion failed: 1 + 1 == 3"));
    assert_non_null(strstr(said, "assert_false_things"));
}

static void fatal_errors_end_the_process(void **state)
{
    char said[512];
    int status = end_of(say_goodbye, said, sizeof said);

    (void)state;
    assert_true(WIFSIGNALED(status));
    assert_non_null(strstr(said, "fatal: no luck after 3 tries\n"));
}

static void a_program_may_say_what_happens_without_memory(void **state)
{
    char said[4096];
    int status = end_of(want_too_much, said, sizeof said);

    (void)state;
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), EXIT_HOOK);
}

static void nothing_is_allocated_as_something(void **state)
{
    char *p = xy__zalloc(3);

    (void)state;
    assert_memory_equal(p, "\0\0\0", 3);
    p = xy__realloc(p, 0);
    assert_non_null(p);
    free(p);
    p = xy__malloc(0);
    assert_non_null(p);
    free(p);
}

/* A sanitizer's allocator would end the process itself instead of returning NULL. */
XY_API const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
    return "allocator_may_return_null=1";
}

XY_API const char *__tsan_default_options(void);
const char *__tsan_default_options(void)
{
    return "allocator_may_return_null=1";
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(assertions_end_the_process),
        cmocka_unit_test(fatal_errors_end_the_process),
        cmocka_unit_test(a_program_may_say_what_happens_without_memory),
        cmocka_unit_test(nothing_is_allocated_as_something),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
