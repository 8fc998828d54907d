/* SPDX-License-Identifier: MIT */
#include "execution/promise.h"

#include "base/fatal.h"
#include "execution/loads.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_PROMISE_STATES] = {
    [XY_PROMISE_MADE] = BIT(XY_PROMISE_KEPT) | BIT(XY_PROMISE_WAITED) | BIT(XY_PROMISE_STOPPED),
    [XY_PROMISE_KEPT] = BIT(XY_PROMISE_WAITED) | BIT(XY_PROMISE_STOPPED),
    [XY_PROMISE_WAITED] = BIT(XY_PROMISE_STOPPED),
    [XY_PROMISE_STOPPED] = 0,
};

static void go(xy_promise *promise, xy_promise_state to)
{
    XY_ASSERT(may_go[promise->state] & BIT(to));
    promise->state = to;
}

/* ---- calls ---- */

xy_call *xy__call_take(xy_run *run)
{
    xy_call *call = run->spare_calls;

    if (call) {
        run->spare_calls = call->next;
    } else {
        call = xy__arena_alloc(&run->arena, sizeof *call);
    }
    *call = (xy_call){
        .run = run,
        .operation = run->operation,
        .identity = run->identity,
        .arena = &run->arena,
    };
    return call;
}

void xy__call_release(xy_call *call)
{
    for (xy_promise *promise = call->promises; promise; promise = promise->sibling)
        if (promise->state == XY_PROMISE_MADE)
            xy__promise_stop(promise);
    if (call->own)
        return;
    call->next = call->run->spare_calls;
    call->run->spare_calls = call;
}

/* ---- promises ---- */

static xy_promise *promise_create(xy_call *maker, xy_call *own)
{
    xy_run *run = maker->run;
    xy_promise *promise;

    XY_ASSERT(run);
    promise = XY_ARENA_NEW(&run->arena, xy_promise);
    promise->call = own;
    promise->sibling = maker->promises;
    maker->promises = promise;
    own->own = promise;
    run->unresolved++;
    run->executor->gauges.promises++;
    return promise;
}

xy_promise *xy_later(xy_call *call)
{
    XY_ASSERT(!call->own);
    return promise_create(call, call);
}

xy_promise *xy_later_item(xy_call *call)
{
    xy_call *own = xy__call_take(call->run);

    own->field = call->field;
    own->arguments = call->arguments;
    own->parent = call->parent;
    return promise_create(call, own);
}

xy_call *xy_promise_call(xy_promise *promise)
{
    return promise->call;
}

void xy__promise_wait(xy_promise *promise, xy_run *run, xy_spot *spot)
{
    go(promise, XY_PROMISE_WAITED);
    promise->waiter = run;
    promise->spot = spot;
}

/* Lists within lists are as deep as their type, which the SDL's author wrote. */
static void each_promise(const xy_result *list, size_t from, void (*fn)(xy_promise *promise))
{
    if (list->kind != XY_RESULT_LIST)
        return;
    for (size_t i = from; i < list->len; i++) {
        const xy_result *item = &list->items[i];

        if (item->kind == XY_RESULT_LATER) {
            fn(item->promise);
        } else {
            each_promise(item, 0, fn);
        }
    }
}

static void keep_promise(xy_promise *promise)
{
    if (promise->state == XY_PROMISE_MADE)
        go(promise, XY_PROMISE_KEPT);
}

static void drop_promise(xy_promise *promise)
{
    if (promise->state == XY_PROMISE_KEPT)
        xy__promise_stop(promise);
}

void xy__promise_keep(xy_promise *promise)
{
    go(promise, XY_PROMISE_KEPT);
}

void xy__promises_keep(const xy_result *list, size_t from)
{
    each_promise(list, from, keep_promise);
}

void xy__promises_drop(const xy_result *list, size_t from)
{
    each_promise(list, from, drop_promise);
}

static void end_timer(xy_promise *promise)
{
    if (xy__timer_armed(&promise->timer))
        xy__timer_stop(promise->call->run->executor->loop, &promise->timer);
}

static void settle(xy_promise *promise)
{
    xy_run *run = promise->call->run;

    XY_ASSERT(!promise->resolved);
    promise->resolved = true;
    promise->on_stop = NULL;
    end_timer(promise);
    run->unresolved--;
    run->executor->gauges.promises--;
}

void xy__promise_stop(xy_promise *promise)
{
    xy_on_stop *on_stop = promise->on_stop;
    bool timed = xy__timer_armed(&promise->timer);

    go(promise, XY_PROMISE_STOPPED);
    promise->spot = NULL;
    if (promise->resolved)
        return;
    end_timer(promise);
    promise->on_stop = NULL;
    if (on_stop) {
        on_stop(promise->stop_arg);
    } else if (timed) {
        settle(promise);
    }
}

void xy_promise_resolve(xy_promise *promise)
{
    xy_run *home = promise->call->run;
    xy_run *waiter = promise->state == XY_PROMISE_WAITED ? promise->waiter : NULL;

    xy__run_enter(home);
    settle(promise);
    if (waiter) {
        xy__run_enter(waiter);
        *waiter->resolved_end = promise;
        waiter->resolved_end = &promise->next;
        xy__run_leave(waiter);
    }
    if (promise->call->batch)
        xy__batch_back(promise->call->batch);
    xy__run_leave(home);
}

void xy_promise_on_stop(xy_promise *promise, xy_on_stop *fn, void *arg)
{
    promise->on_stop = fn;
    promise->stop_arg = arg;
}

static void on_timer(xy_timer *timer)
{
    xy_promise *promise = XY_CONTAINER(timer, xy_promise, timer);

    promise->on_timer(promise, promise->timer_arg);
}

void xy_promise_after(xy_promise *promise, uint64_t delay_ms, xy_promise_fn *fn, void *arg)
{
    xy_loop *loop = promise->call->run->executor->loop;

    XY_ASSERT(loop && !promise->resolved);
    promise->on_timer = fn;
    promise->timer_arg = arg;
    promise->timer.fn = on_timer;
    xy__timer_start(loop, &promise->timer, delay_ms);
}
