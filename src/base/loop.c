/* SPDX-License-Identifier: MIT */
/* base/loop.c -- timers in a binary heap over a single uv_timer, tasks drained around the wait.
 *
 *   timers -> drain tasks, arm the alarm -> wait for I/O -> I/O callbacks -> drain tasks -> ...
 *
 * Tasks of the next turn become ready before the wait and are drained after it.
 *
 * Why not one uv_timer_t each: 152 bytes against 32, and a virtual clock could not drive them. */
#include "base/loop.h"

#include <stdio.h>
#include <stdlib.h>

#include "xylem/error.h"

#include "base/fatal.h"

#define HEAP_FIRST ((size_t)16)

static bool fires_before(const xy_timer *a, const xy_timer *b)
{
    return a->due_ms != b->due_ms ? a->due_ms < b->due_ms : a->order < b->order;
}

static void heap_set(xy_loop *loop, size_t at, xy_timer *timer)
{
    loop->heap[at] = timer;
    timer->slot = at + 1;
}

static void heap_up(xy_loop *loop, size_t at, xy_timer *timer)
{
    while (at > 0 && fires_before(timer, loop->heap[(at - 1) / 2])) {
        heap_set(loop, at, loop->heap[(at - 1) / 2]);
        at = (at - 1) / 2;
    }
    heap_set(loop, at, timer);
}

static void heap_down(xy_loop *loop, size_t at, xy_timer *timer)
{
    for (;;) {
        size_t child = at * 2 + 1;

        if (child >= loop->heap_len)
            break;
        if (child + 1 < loop->heap_len && fires_before(loop->heap[child + 1], loop->heap[child]))
            child++;
        if (!fires_before(loop->heap[child], timer))
            break;
        heap_set(loop, at, loop->heap[child]);
        at = child;
    }
    heap_set(loop, at, timer);
}

void xy__timer_stop(xy_loop *loop, xy_timer *timer)
{
    size_t at = timer->slot - 1;
    xy_timer *last;

    if (!timer->slot)
        return;
    XY_ASSERT(at < loop->heap_len && loop->heap[at] == timer);
    timer->slot = 0;
    last = loop->heap[--loop->heap_len];
    if (last == timer)
        return;
    if (at > 0 && fires_before(last, loop->heap[(at - 1) / 2])) {
        heap_up(loop, at, last);
    } else {
        heap_down(loop, at, last);
    }
}

static void on_alarm(uv_timer_t *alarm);

/* The alarm stands for the whole heap: armed and counted as work exactly while the heap has a
 * timer. */
static void arm_alarm(xy_loop *loop)
{
    uint64_t now = uv_now(&loop->uv);

    if (loop->clock == XY_CLOCK_VIRTUAL || !loop->heap_len) {
        uv_timer_stop(&loop->alarm);
        return;
    }
    uv_timer_start(&loop->alarm, on_alarm,
                   loop->heap[0]->due_ms > now ? loop->heap[0]->due_ms - now : 0, 0);
}

/* Counts as work until the next wait: what is started or queued while the last socket is being
 * closed must not be left behind. */
static void stay_alive(xy_loop *loop)
{
    uv_ref((uv_handle_t *)&loop->before_wait);
}

void xy__timer_start(xy_loop *loop, xy_timer *timer, uint64_t delay_ms)
{
    uint64_t now = xy__loop_now(loop);

    XY_ASSERT(timer->fn);
    xy__timer_stop(loop, timer);
    timer->due_ms = delay_ms > UINT64_MAX - now ? UINT64_MAX : now + delay_ms;
    timer->order = loop->order++;
    if (loop->heap_len == loop->heap_cap) {
        loop->heap_cap = loop->heap_cap ? loop->heap_cap * 2 : HEAP_FIRST;
        loop->heap = xy__realloc(loop->heap, loop->heap_cap * sizeof(xy_timer *));
    }
    heap_up(loop, loop->heap_len++, timer);
    stay_alive(loop); /* until the alarm is armed, before the wait */
}

uint64_t xy__loop_now(const xy_loop *loop)
{
    return loop->clock == XY_CLOCK_VIRTUAL ? loop->virtual_ms : uv_now(&loop->uv);
}

/* Runs the tasks of `queue` and those which they add to it. Were there any? */
static bool run_tasks(xy_link *queue)
{
    bool any = !xy__list_empty(queue);

    while (!xy__list_empty(queue)) {
        xy_task *task = XY_CONTAINER(queue->next, xy_task, link);

        xy__task_cancel(task);
        task->fn(task);
    }
    return any;
}

/* Fires what is due at `now_ms`, in order, but not what is started meanwhile: a timer of 0 ms
 * that starts itself again must let sockets be served in between. Was there any? */
static bool fire(xy_loop *loop, uint64_t now_ms)
{
    uint64_t order = loop->order;
    bool any = false;

    while (loop->heap_len && loop->heap[0]->due_ms <= now_ms && loop->heap[0]->order < order) {
        xy_timer *timer = loop->heap[0];

        xy__timer_stop(loop, timer);
        timer->fn(timer);
        if (loop->clock == XY_CLOCK_VIRTUAL) {
            run_tasks(&loop->soon);
            loop->turns++;
        }
        any = true;
    }
    return any;
}

static void on_alarm(uv_timer_t *alarm)
{
    xy_loop *loop = alarm->data;

    fire(loop, uv_now(&loop->uv));
    loop->hasty = loop->once;
}

/* Moves all links of `from` to the end of `to`. */
static void move_all(xy_link *to, xy_link *from)
{
    while (!xy__list_empty(from)) {
        xy_link *link = from->next;

        xy__list_remove(link);
        xy__list_append(to, link);
    }
}

static void on_hurry(uv_idle_t *hurry)
{
    (void)hurry; /* that it is active is all it does */
}

/* An active idle handle makes the wait a look and counts as work. */
static void hurry_if_any(xy_loop *loop)
{
    if (xy__list_empty(&loop->next) && xy__list_empty(&loop->ready) && !loop->hasty) {
        uv_idle_stop(&loop->hurry);
    } else {
        uv_idle_start(&loop->hurry, on_hurry);
    }
}

static void on_before_wait(uv_prepare_t *handle)
{
    xy_loop *loop = handle->data;

    run_tasks(&loop->soon);
    loop->turns++;
    move_all(&loop->ready, &loop->next);
    /* What stay_alive() was for is done, or in the hands of the hurry. */
    uv_unref((uv_handle_t *)handle);
    hurry_if_any(loop);
    arm_alarm(loop);
}

static void on_after_wait(uv_check_t *handle)
{
    xy_loop *loop = handle->data;

    move_all(&loop->soon, &loop->ready);
    run_tasks(&loop->soon);
    loop->hasty = false;
    hurry_if_any(loop);
    arm_alarm(loop);
}

static bool run_posts(xy_loop *loop)
{
    xy_link mine;

    xy__list_init(&mine);
    uv_mutex_lock(&loop->post_lock);
    move_all(&mine, &loop->posted);
    uv_mutex_unlock(&loop->post_lock);
    return run_tasks(&mine);
}

static void on_wake(uv_async_t *wake)
{
    run_posts(wake->data);
}

void xy__loop_init(xy_loop *loop, xy_clock_kind clock)
{
    *loop = (xy_loop){.clock = clock};
    xy__list_init(&loop->soon);
    xy__list_init(&loop->next);
    xy__list_init(&loop->ready);
    xy__list_init(&loop->posted);
    XY_ASSERT(uv_loop_init(&loop->uv) == 0);
    XY_ASSERT(uv_mutex_init(&loop->post_lock) == 0);
    XY_ASSERT(uv_timer_init(&loop->uv, &loop->alarm) == 0);
    XY_ASSERT(uv_prepare_init(&loop->uv, &loop->before_wait) == 0);
    XY_ASSERT(uv_check_init(&loop->uv, &loop->after_wait) == 0);
    XY_ASSERT(uv_async_init(&loop->uv, &loop->wake, on_wake) == 0);
    XY_ASSERT(uv_idle_init(&loop->uv, &loop->hurry) == 0);
    loop->alarm.data = loop;
    loop->before_wait.data = loop;
    loop->after_wait.data = loop;
    loop->wake.data = loop;
    uv_prepare_start(&loop->before_wait, on_before_wait);
    uv_check_start(&loop->after_wait, on_after_wait);
    uv_unref((uv_handle_t *)&loop->before_wait);
    uv_unref((uv_handle_t *)&loop->after_wait);
    uv_unref((uv_handle_t *)&loop->wake);
}

static bool has_posts(xy_loop *loop)
{
    bool any;

    uv_mutex_lock(&loop->post_lock);
    any = !xy__list_empty(&loop->posted);
    uv_mutex_unlock(&loop->post_lock);
    return any;
}

static bool has_tasks(const xy_loop *loop)
{
    return !xy__list_empty(&loop->soon) || !xy__list_empty(&loop->next) ||
           !xy__list_empty(&loop->ready);
}

static bool alive(xy_loop *loop)
{
    return uv_loop_alive(&loop->uv) || loop->heap_len || has_tasks(loop) || has_posts(loop);
}

/* Timers, tasks and posts from outside any turn are seen here first. Were there any? */
static bool enter(xy_loop *loop)
{
    bool any = loop->clock == XY_CLOCK_VIRTUAL && fire(loop, loop->virtual_ms);

    any = run_posts(loop) || any;
    any = run_tasks(&loop->soon) || any;
    hurry_if_any(loop);
    arm_alarm(loop);
    return any;
}

/* Until nothing is left but what waits for the world. */
static void settle(xy_loop *loop)
{
    do {
        enter(loop);
        uv_run(&loop->uv, UV_RUN_NOWAIT);
    } while (has_tasks(loop) || (uv_loop_alive(&loop->uv) && uv_backend_timeout(&loop->uv) == 0));
}

void xy__loop_deinit(xy_loop *loop)
{
    uv_mutex_lock(&loop->post_lock);
    loop->closed = true;
    uv_mutex_unlock(&loop->post_lock);
    settle(loop);
    XY_ASSERT(loop->heap_len == 0 && loop->holds == 0);
    uv_close((uv_handle_t *)&loop->alarm, NULL);
    uv_close((uv_handle_t *)&loop->before_wait, NULL);
    uv_close((uv_handle_t *)&loop->after_wait, NULL);
    uv_close((uv_handle_t *)&loop->wake, NULL);
    uv_close((uv_handle_t *)&loop->hurry, NULL);
    uv_run(&loop->uv, UV_RUN_NOWAIT);
    if (uv_loop_alive(&loop->uv))
        uv_print_all_handles(&loop->uv, stderr);
    XY_ASSERT(uv_loop_close(&loop->uv) == 0);
    uv_mutex_destroy(&loop->post_lock);
    free(loop->heap);
    loop->heap = NULL;
}

void xy__loop_run(xy_loop *loop)
{
    XY_ASSERT(loop->clock == XY_CLOCK_REAL);
    enter(loop);
    uv_run(&loop->uv, UV_RUN_DEFAULT);
}

/* libuv runs nothing on a loop without active handles; here a post may be on its way. */
static bool turn(xy_loop *loop, uv_run_mode mode)
{
    uv_ref((uv_handle_t *)&loop->wake);
    uv_run(&loop->uv, mode);
    if (!loop->holds)
        uv_unref((uv_handle_t *)&loop->wake);
    return alive(loop);
}

bool xy__loop_turn(xy_loop *loop)
{
    enter(loop);
    return turn(loop, UV_RUN_NOWAIT);
}

bool xy__loop_wait(xy_loop *loop)
{
    bool more;

    loop->once = true;
    more = turn(loop, enter(loop) ? UV_RUN_NOWAIT : UV_RUN_ONCE);
    loop->once = false;
    return more;
}

void xy__loop_stop(xy_loop *loop)
{
    uv_stop(&loop->uv);
}

void xy__loop_advance(xy_loop *loop, uint64_t ms)
{
    uint64_t until = loop->virtual_ms + ms;

    XY_ASSERT(loop->clock == XY_CLOCK_VIRTUAL);
    xy__loop_turn(loop);
    while (loop->heap_len && loop->heap[0]->due_ms <= until) {
        if (loop->heap[0]->due_ms > loop->virtual_ms)
            loop->virtual_ms = loop->heap[0]->due_ms;
        fire(loop, loop->virtual_ms);
        /* Time does not pass while there is something to do. */
        if (!xy__list_empty(&loop->soon) || !xy__list_empty(&loop->next))
            xy__loop_turn(loop);
    }
    loop->virtual_ms = until;
    xy__loop_turn(loop);
}

static void enqueue(xy_link *queue, xy_task *task)
{
    XY_ASSERT(task->fn);
    if (task->queued)
        return;
    task->queued = true;
    xy__list_append(queue, &task->link);
}

void xy__loop_soon(xy_loop *loop, xy_task *task)
{
    enqueue(&loop->soon, task);
    stay_alive(loop);
}

void xy__loop_next(xy_loop *loop, xy_task *task)
{
    enqueue(&loop->next, task);
    stay_alive(loop);
}

void xy__loop_hold(xy_loop *loop)
{
    loop->holds++;
    uv_ref((uv_handle_t *)&loop->wake);
}

void xy__loop_unhold(xy_loop *loop)
{
    XY_ASSERT(loop->holds > 0);
    loop->holds--;
    if (!loop->holds)
        uv_unref((uv_handle_t *)&loop->wake);
}

void xy__task_cancel(xy_task *task)
{
    if (!task->queued)
        return;
    task->queued = false;
    xy__list_remove(&task->link);
}

int xy__loop_post(xy_loop *loop, xy_task *task)
{
    int rc = XY_OK;

    XY_ASSERT(task->fn && !task->queued);
    uv_mutex_lock(&loop->post_lock);
    if (loop->closed) {
        rc = XY_ECLOSED;
    } else {
        task->queued = true;
        xy__list_append(&loop->posted, &task->link);
        /* Under the lock, so that the handle cannot be closed between the check and the call. */
        uv_async_send(&loop->wake);
    }
    uv_mutex_unlock(&loop->post_lock);
    return rc;
}
