/* SPDX-License-Identifier: MIT */
/* Timers, tasks and posts: what runs when. Time is virtual unless a test is about the real one. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "base/loop.h"

/* What ran so far: each item is named by a letter. */
static char trace[256];
static size_t trace_len;
static xy_loop loop;

typedef struct item {
    xy_timer timer;
    xy_task task;
    char name;
    uint64_t fired_ms;
    void (*then)(struct item *item);
    int left; /* how often `then` goes on */
} item;

static void ran(char name)
{
    trace[trace_len++] = name;
    trace[trace_len] = '\0';
    assert_true(trace_len < sizeof trace - 1);
}

static void on_timer(xy_timer *timer)
{
    item *it = XY_CONTAINER(timer, item, timer);

    ran(it->name);
    it->fired_ms = xy__loop_now(&loop);
    if (it->then)
        it->then(it);
}

static void on_task(xy_task *task)
{
    item *it = XY_CONTAINER(task, item, task);

    ran(it->name);
    if (it->then)
        it->then(it);
}

static item make(char name)
{
    return (item){.timer.fn = on_timer, .task.fn = on_task, .name = name};
}

static void open_loop(xy_clock_kind clock)
{
    trace_len = 0;
    trace[0] = '\0';
    xy__loop_init(&loop, clock);
}

static int open_virtual(void **state)
{
    (void)state;
    open_loop(XY_CLOCK_VIRTUAL);
    return 0;
}

static int open_real(void **state)
{
    (void)state;
    open_loop(XY_CLOCK_REAL);
    return 0;
}

static int close_loop(void **state)
{
    (void)state;
    xy__loop_deinit(&loop);
    return 0;
}

/* ---- timers ---- */

static void timers_fire_in_order_of_time_then_of_start(void **state)
{
    static const uint64_t delays[] = {30, 10, 20, 10, 0, 30, 10};
    item items[sizeof delays / sizeof *delays];

    (void)state;
    for (size_t i = 0; i < sizeof delays / sizeof *delays; i++) {
        items[i] = make((char)('a' + i));
        xy__timer_start(&loop, &items[i].timer, delays[i]);
        assert_true(xy__timer_armed(&items[i].timer));
    }
    xy__loop_advance(&loop, 0);
    assert_string_equal(trace, "e");
    xy__loop_advance(&loop, 9);
    assert_string_equal(trace, "e");
    xy__loop_advance(&loop, 1);
    assert_string_equal(trace, "ebdg");
    xy__loop_advance(&loop, 1000);
    assert_string_equal(trace, "ebdgcaf");
    assert_int_equal(items[2].fired_ms, 20);
    assert_int_equal(items[0].fired_ms, 30);
    assert_int_equal(xy__loop_now(&loop), 1010);
    assert_false(xy__timer_armed(&items[0].timer));
}

static void a_stopped_timer_does_not_fire(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    xy__timer_stop(&loop, &a.timer);
    xy__timer_start(&loop, &a.timer, 5);
    xy__timer_start(&loop, &b.timer, 5);
    xy__timer_stop(&loop, &a.timer);
    xy__timer_stop(&loop, &a.timer);
    xy__loop_advance(&loop, 10);
    assert_string_equal(trace, "b");
}

static void starting_again_moves_a_timer(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    xy__timer_start(&loop, &a.timer, 5);
    xy__timer_start(&loop, &b.timer, 10);
    xy__timer_start(&loop, &a.timer, 10); /* behind b now */
    xy__loop_advance(&loop, 9);
    assert_string_equal(trace, "");
    xy__loop_advance(&loop, 1);
    assert_string_equal(trace, "ba");
}

static void every_ten_ms(item *it)
{
    if (it->left-- > 0)
        xy__timer_start(&loop, &it->timer, 10);
}

static void a_timer_may_start_itself_again(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    a.then = every_ten_ms;
    a.left = 4;
    xy__timer_start(&loop, &a.timer, 10);
    xy__timer_start(&loop, &b.timer, 25);
    xy__loop_advance(&loop, 1000);
    assert_string_equal(trace, "aabaaa");
    assert_int_equal(a.fired_ms, 50);
}

static item *victim;

static void stop_the_victim(item *it)
{
    (void)it;
    xy__timer_stop(&loop, &victim->timer);
    xy__task_cancel(&victim->task);
}

static void a_timer_may_stop_another_that_is_due(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    a.then = stop_the_victim;
    victim = &b;
    xy__timer_start(&loop, &a.timer, 5);
    xy__timer_start(&loop, &b.timer, 5);
    xy__loop_advance(&loop, 5);
    assert_string_equal(trace, "a");
}

/* 500 timers in a scrambled order, a third of them stopped: the heap stays a heap. */
static uint64_t last_ms;
static size_t fired;

static void in_order(xy_timer *timer)
{
    (void)timer;
    assert_true(xy__loop_now(&loop) >= last_ms);
    last_ms = xy__loop_now(&loop);
    fired++;
}

static void many_timers_fire_in_order(void **state)
{
    static xy_timer timers[500];
    size_t stopped = 0;

    (void)state;
    last_ms = 0;
    fired = 0;
    for (size_t i = 0; i < 500; i++) {
        timers[i] = (xy_timer){.fn = in_order};
        xy__timer_start(&loop, &timers[i], i * 7919 % 503);
    }
    for (size_t i = 0; i < 500; i += 3)
        xy__timer_stop(&loop, &timers[i * 31 % 500]);
    for (size_t i = 0; i < 500; i += 5)
        xy__timer_start(&loop, &timers[i], i * 104729 % 701);
    for (size_t i = 0; i < 500; i++)
        stopped += !xy__timer_armed(&timers[i]);
    xy__loop_advance(&loop, 1000);
    assert_int_equal(fired, 500 - stopped);
}

static void a_delay_without_end_does_not_wrap(void **state)
{
    item a = make('a');

    (void)state;
    xy__loop_advance(&loop, 100);
    xy__timer_start(&loop, &a.timer, UINT64_MAX);
    xy__loop_advance(&loop, 1000000);
    assert_string_equal(trace, "");
    xy__timer_stop(&loop, &a.timer);
}

/* ---- tasks ---- */

static void tasks_run_at_the_end_of_the_turn(void **state)
{
    item a = make('a');
    item b = make('b');
    item c = make('c');

    (void)state;
    xy__loop_soon(&loop, &a.task);
    xy__loop_soon(&loop, &b.task);
    xy__loop_soon(&loop, &a.task); /* is queued already */
    xy__loop_soon(&loop, &c.task);
    xy__task_cancel(&c.task);
    xy__task_cancel(&c.task);
    assert_string_equal(trace, "");
    assert_false(xy__loop_turn(&loop));
    assert_string_equal(trace, "ab");
    xy__loop_soon(&loop, &c.task);
    xy__loop_turn(&loop);
    assert_string_equal(trace, "abc");
}

static item *follower;

static void queue_the_follower(item *it)
{
    (void)it;
    xy__loop_soon(&loop, &follower->task);
}

static void a_task_of_a_task_runs_in_the_same_turn(void **state)
{
    item a = make('a');
    item b = make('b');
    item c = make('c');

    (void)state;
    a.then = queue_the_follower;
    follower = &c;
    xy__loop_soon(&loop, &a.task);
    xy__loop_soon(&loop, &b.task);
    xy__loop_turn(&loop);
    assert_string_equal(trace, "abc");
}

static void tasks_of_a_timer_run_before_the_next_timer(void **state)
{
    item a = make('a');
    item b = make('b');
    item c = make('c');

    (void)state;
    a.then = queue_the_follower;
    follower = &c;
    xy__timer_start(&loop, &a.timer, 5);
    xy__timer_start(&loop, &b.timer, 5);
    xy__loop_advance(&loop, 10);
    assert_string_equal(trace, "acb");
}

static void a_task_may_cancel_another(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    a.then = stop_the_victim;
    victim = &b;
    xy__loop_soon(&loop, &a.task);
    xy__loop_soon(&loop, &b.task);
    xy__loop_turn(&loop);
    assert_string_equal(trace, "a");
}

static void go_on_next_turn(item *it)
{
    if (it->left-- > 0)
        xy__loop_next(&loop, &it->task);
}

/* Work that goes on and on and a socket (here a pipe) take turns. */
static uv_pipe_t in;
static char piped[8];

static void on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *buf)
{
    (void)handle;
    (void)size;
    *buf = uv_buf_init(piped, 1);
}

static void on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
    (void)buf;
    if (len > 0)
        ran('r');
    if (len < 0)
        uv_read_stop(stream);
}

static void open_pipe(int *out, size_t bytes)
{
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(uv_pipe_init(&loop.uv, &in, 0), 0);
    assert_int_equal(uv_pipe_open(&in, fds[0]), 0);
    assert_int_equal(uv_read_start((uv_stream_t *)&in, on_alloc, on_read), 0);
    *out = fds[1];
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(write(*out, "x", 1), 1);
}

static void work_of_the_next_turn_lets_sockets_be_served(void **state)
{
    item a = make('a');
    int out;

    (void)state;
    open_pipe(&out, 1);
    a.then = go_on_next_turn;
    a.left = 5;
    xy__loop_next(&loop, &a.task);
    while (a.task.queued)
        assert_true(xy__loop_turn(&loop));
    assert_non_null(strchr(trace, 'r'));
    assert_true(strchr(trace, 'r') < trace + 3);
    assert_int_equal(trace_len, 7);
    close(out);
    uv_close((uv_handle_t *)&in, NULL);
}

static void start_again_at_once(item *it)
{
    if (it->left-- > 0)
        xy__timer_start(&loop, &it->timer, 0);
}

static void a_timer_of_no_time_lets_sockets_be_served(void **state)
{
    item a = make('a');
    int out;

    (void)state;
    open_pipe(&out, 1);
    a.then = start_again_at_once;
    a.left = 20;
    xy__timer_start(&loop, &a.timer, 0);
    while (a.timer.slot)
        xy__loop_wait(&loop);
    assert_non_null(strchr(trace, 'r'));
    assert_true(strchr(trace, 'r') < trace + 10);
    assert_int_equal(trace_len, 22);
    close(out);
    uv_close((uv_handle_t *)&in, NULL);
}

/* ---- what keeps the loop running ---- */

static void run_returns_when_nothing_is_left(void **state)
{
    item a = make('a');
    item b = make('b');
    item c = make('c');
    item d = make('d');

    (void)state;
    xy__loop_run(&loop);
    a.then = queue_the_follower;
    follower = &b;
    b.then = go_on_next_turn;
    b.left = 1;
    xy__timer_start(&loop, &a.timer, 2);
    xy__loop_soon(&loop, &c.task);
    assert_int_equal(xy__loop_post(&loop, &d.task), XY_OK);
    xy__loop_run(&loop);
    assert_string_equal(trace, "dcabb");
}

static void queue_on_close(uv_handle_t *handle)
{
    item *items = handle->data;

    ran('x');
    xy__loop_soon(&loop, &items[0].task);
    xy__loop_next(&loop, &items[1].task);
}

static void a_task_of_the_last_close_is_not_left_behind(void **state)
{
    item items[] = {make('a'), make('b')};
    uv_idle_t handle;

    (void)state;
    uv_idle_init(&loop.uv, &handle);
    handle.data = items;
    uv_close((uv_handle_t *)&handle, queue_on_close);
    xy__loop_run(&loop);
    assert_string_equal(trace, "xab");
}

static void stop_loop(item *it)
{
    (void)it;
    xy__loop_stop(&loop);
}

static void a_stopped_loop_may_be_run_again(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    a.then = stop_loop;
    xy__timer_start(&loop, &a.timer, 0);
    xy__timer_start(&loop, &b.timer, 30);
    xy__loop_run(&loop);
    assert_string_equal(trace, "a");
    xy__loop_run(&loop);
    assert_string_equal(trace, "ab");
}

static void turn_says_whether_there_is_more(void **state)
{
    item a = make('a');

    (void)state;
    assert_false(xy__loop_turn(&loop));
    xy__timer_start(&loop, &a.timer, 5);
    assert_true(xy__loop_turn(&loop));
    xy__timer_stop(&loop, &a.timer);
    assert_false(xy__loop_turn(&loop));
    xy__loop_post(&loop, &a.task);
    assert_false(xy__loop_turn(&loop));
    assert_string_equal(trace, "a");
}

/* ---- the real clock ---- */

static void real_timers_do_not_fire_early(void **state)
{
    item a = make('a');
    item b = make('b');
    uint64_t start_ms = xy__loop_now(&loop);

    (void)state;
    xy__timer_start(&loop, &a.timer, 20);
    xy__timer_start(&loop, &b.timer, 5);
    xy__loop_run(&loop);
    assert_string_equal(trace, "ba");
    assert_true(b.fired_ms >= start_ms + 5);
    assert_true(a.fired_ms >= start_ms + 20);
}

static void an_earlier_timer_moves_the_alarm(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    victim = &a;
    b.then = stop_the_victim;
    xy__timer_start(&loop, &a.timer, 3600 * 1000);
    xy__timer_start(&loop, &b.timer, 1);
    xy__loop_run(&loop);
    assert_string_equal(trace, "b");
}

/* ---- posts ---- */

enum { THREADS = 4, POSTS = 500 };

typedef struct sender {
    uv_thread_t thread;
    struct message {
        xy_task task;
        struct sender *sender;
        int number;
    } messages[POSTS];
    int received;
} sender;

static int received;

static void on_message(xy_task *task)
{
    struct message *message = XY_CONTAINER(task, struct message, task);

    assert_int_equal(message->number, message->sender->received++);
    received++;
}

static void send_all(void *arg)
{
    sender *self = arg;

    for (int i = 0; i < POSTS; i++) {
        self->messages[i] = (struct message){.task.fn = on_message, .sender = self, .number = i};
        if (xy__loop_post(&loop, &self->messages[i].task) != XY_OK)
            return;
    }
}

static void posts_of_each_thread_arrive_in_order(void **state)
{
    static sender senders[THREADS];

    (void)state;
    received = 0;
    for (int t = 0; t < THREADS; t++)
        assert_int_equal(uv_thread_create(&senders[t].thread, send_all, &senders[t]), 0);
    while (received < THREADS * POSTS)
        xy__loop_wait(&loop);
    for (int t = 0; t < THREADS; t++) {
        uv_thread_join(&senders[t].thread);
        assert_int_equal(senders[t].received, POSTS);
        senders[t].received = 0;
    }
}

static void post_it(item *it)
{
    if (it->left-- > 0)
        assert_int_equal(xy__loop_post(&loop, &it->task), XY_OK);
}

static void a_post_may_be_posted_again_when_it_runs(void **state)
{
    item a = make('a');

    (void)state;
    a.then = post_it;
    a.left = 3;
    post_it(&a);
    while (xy__loop_turn(&loop))
        ;
    assert_string_equal(trace, "aaa");
}

static void deinit_runs_what_was_posted(void **state)
{
    item a = make('a');
    item b = make('b');

    (void)state;
    open_loop(XY_CLOCK_VIRTUAL);
    follower = &b;
    a.then = queue_the_follower;
    xy__loop_post(&loop, &a.task);
    xy__loop_deinit(&loop);
    assert_string_equal(trace, "ab");
}

static int refused;

static void post_too_late(item *it)
{
    refused = xy__loop_post(&loop, &it->task);
}

static void a_closing_loop_refuses_posts(void **state)
{
    item a = make('a');

    (void)state;
    open_loop(XY_CLOCK_VIRTUAL);
    a.then = post_too_late;
    xy__loop_soon(&loop, &a.task);
    xy__loop_deinit(&loop);
    assert_string_equal(trace, "a");
    assert_int_equal(refused, XY_ECLOSED);
    assert_false(a.task.queued);
}

/* ---- the end ---- */

static void forget_a_timer(void)
{
    item a = make('a');

    open_loop(XY_CLOCK_REAL);
    xy__timer_start(&loop, &a.timer, 1000);
    xy__loop_deinit(&loop);
}

static void forget_a_handle(void)
{
    int out;

    open_loop(XY_CLOCK_REAL);
    open_pipe(&out, 0);
    xy__loop_deinit(&loop);
}

static void deinit_proves_that_nothing_was_forgotten(void **state)
{
    static void (*const forget[])(void) = {forget_a_timer, forget_a_handle};

    (void)state;
    for (size_t i = 0; i < sizeof forget / sizeof *forget; i++) {
        int status = 0;
        pid_t child = fork();

        assert_true(child >= 0);
        if (child == 0) {
            signal(SIGABRT, SIG_DFL);
            close(STDERR_FILENO);
            alarm(10);
            forget[i]();
            _exit(0);
        }
        waitpid(child, &status, 0);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), SIGABRT);
    }
}

#define VIRTUAL(test) cmocka_unit_test_setup_teardown(test, open_virtual, close_loop)
#define REAL(test)    cmocka_unit_test_setup_teardown(test, open_real, close_loop)

int main(void)
{
    const struct CMUnitTest tests[] = {
        VIRTUAL(timers_fire_in_order_of_time_then_of_start),
        VIRTUAL(a_stopped_timer_does_not_fire),
        VIRTUAL(starting_again_moves_a_timer),
        VIRTUAL(a_timer_may_start_itself_again),
        VIRTUAL(a_timer_may_stop_another_that_is_due),
        VIRTUAL(many_timers_fire_in_order),
        VIRTUAL(a_delay_without_end_does_not_wrap),
        VIRTUAL(tasks_run_at_the_end_of_the_turn),
        VIRTUAL(a_task_of_a_task_runs_in_the_same_turn),
        VIRTUAL(tasks_of_a_timer_run_before_the_next_timer),
        VIRTUAL(a_task_may_cancel_another),
        VIRTUAL(work_of_the_next_turn_lets_sockets_be_served),
        REAL(a_timer_of_no_time_lets_sockets_be_served),
        REAL(run_returns_when_nothing_is_left),
        REAL(a_task_of_the_last_close_is_not_left_behind),
        REAL(a_stopped_loop_may_be_run_again),
        VIRTUAL(turn_says_whether_there_is_more),
        REAL(real_timers_do_not_fire_early),
        REAL(an_earlier_timer_moves_the_alarm),
        REAL(posts_of_each_thread_arrive_in_order),
        VIRTUAL(posts_of_each_thread_arrive_in_order),
        VIRTUAL(a_post_may_be_posted_again_when_it_runs),
        cmocka_unit_test(deinit_runs_what_was_posted),
        cmocka_unit_test(a_closing_loop_refuses_posts),
        cmocka_unit_test(deinit_proves_that_nothing_was_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
