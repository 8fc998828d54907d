/* SPDX-License-Identifier: MIT */
#include "execution/increments.h"

#include "base/fatal.h"
#include "execution/fragment.h"
#include "execution/list_rest.h"
#include "execution/loads.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_INCREMENTS_STATES] = {
    [XY_INCREMENTS_FIRST] = BIT(XY_INCREMENTS_STARTING) | BIT(XY_INCREMENTS_OVER),
    [XY_INCREMENTS_STARTING] = BIT(XY_INCREMENTS_GOING) | BIT(XY_INCREMENTS_OVER),
    [XY_INCREMENTS_GOING] = BIT(XY_INCREMENTS_OVER),
    [XY_INCREMENTS_OVER] = 0,
};

static void go(xy_increments *increments, xy_increments_state to)
{
    XY_ASSERT(may_go[increments->state] & BIT(to));
    increments->state = to;
}

/* ---- life ---- */

static void on_task(xy_task *task);
static void on_ready(void *arg);
static void on_stop(void *arg);

xy_increments *xy__increments_create(xy_run *first, xy_outlet *outlet, xy_form *form)
{
    xy_increments *increments = XY_ARENA_NEW(&first->arena, xy_increments);

    increments->first = first;
    increments->outlet = outlet;
    increments->form = form;
    increments->part.increments = increments;
    increments->part.run = first;
    increments->task.fn = on_task;
    for (int i = 0; i < XY_PART_STATES; i++)
        xy__list_init(&increments->parts[i]);
    xy__list_init(&increments->fragments);
    xy__list_init(&increments->rests);
    xy__list_init(&increments->active);
    xy__buf_init(&increments->text, SIZE_MAX);
    xy__buf_init(&increments->errors, first->executor->limits.response_bytes_max);
    first->part = &increments->part;
    xy__run_hold(first);
    outlet->on_ready = on_ready;
    outlet->on_stop = on_stop;
    outlet->arg = increments;
    return increments;
}

static void enter(xy_increments *increments)
{
    increments->busy++;
}

/* The last to leave after the end lets go of everything. */
static void leave(xy_increments *increments)
{
    if (--increments->busy > 0 || increments->state != XY_INCREMENTS_OVER)
        return;
    increments->form->ops->destroy(increments->form);
    xy__buf_deinit(&increments->text);
    xy__buf_deinit(&increments->errors);
    xy__loads_unref(increments->loads);
    xy__run_unhold(increments->first);
}

/* Items went with their lists. */
static void drop_fields(xy_link *parts)
{
    while (!xy__list_empty(parts))
        xy__deferred_drop(XY_CONTAINER(parts->next, xy_deferred, part.link));
}

/* Enter OVER; entered already. What is stopped may call anything, so each is taken out of the lists
 * before it is. */
static void end(xy_increments *increments)
{
    go(increments, XY_INCREMENTS_OVER);
    xy__task_cancel(&increments->task);
    increments->outlet->on_ready = NULL;
    increments->outlet->on_stop = NULL;
    xy__list_remove(&increments->first->link);
    while (!xy__list_empty(&increments->rests))
        xy__list_rest_drop(XY_CONTAINER(increments->rests.next, xy_list_rest, link));
    for (int i = 0; i < XY_PART_STATES; i++)
        drop_fields(&increments->parts[i]);
    while (!xy__list_empty(&increments->fragments))
        xy__fragment_drop(increments, XY_CONTAINER(increments->fragments.next, xy_fragment, link));
}

void xy__increments_cancel(xy_increments *increments)
{
    xy_increments_state before = increments->state;

    if (before == XY_INCREMENTS_OVER)
        return;
    enter(increments);
    end(increments);
    if (before == XY_INCREMENTS_FIRST)
        xy__run_cancel_alone(increments->first);
    leave(increments);
}

static void on_stop(void *arg)
{
    xy__increments_cancel(arg);
}

/* ---- payloads ---- */

/* The result is whole after all. takes: result. */
static void put_whole(xy_increments *increments, xy_bytes *result, unsigned flags)
{
    xy_outlet *outlet = increments->outlet;

    end(increments);
    xy__outlet_put(outlet, result, flags | XY_PUT_LAST);
    xy__outlet_end(outlet);
}

/* takes: result. */
static void put_first(xy_increments *increments, xy_bytes *result, unsigned flags)
{
    xy_run *run = increments->first;

    go(increments, XY_INCREMENTS_STARTING);
    /* It stands for the whole, for whoever cancels the operation. */
    xy__list_append(&run->operation->runs, &run->link);
    increments->full = xy__outlet_put(increments->outlet, result, flags) == XY_EFULL;
    if (run->executor->loop) {
        xy__loop_next(run->executor->loop, &increments->task);
    } else {
        go(increments, XY_INCREMENTS_GOING);
    }
}

static void first_finished(xy_increments *increments)
{
    xy_run *run = increments->first;
    xy_buf members;
    xy_bytes *result;
    unsigned flags;

    enter(increments);
    xy__fragments_integrate(increments, run, NULL);
    xy__buf_init(&members, SIZE_MAX);
    if (increments->open > 0)
        increments->form->ops->first(increments->form, &members);
    run->more = xy__buf_view(&members);
    result = xy__run_result(run, &flags);
    if (run->limit && members.len > 0) {
        run->more = XY_STR_NULL;
        xy_bytes_unref(result);
        result = xy__run_result(run, &flags);
    }
    xy__buf_deinit(&members);
    if (run->limit || increments->open == 0) {
        put_whole(increments, result, flags);
    } else {
        put_first(increments, result, flags);
    }
    increments->flags = 0;
    leave(increments);
}

static void flush(xy_increments *increments)
{
    xy_form *form = increments->form;
    xy_outlet *outlet = increments->outlet;
    unsigned flags = increments->flags;
    bool more = increments->open > 0;
    xy_bytes *payload;

    if (increments->state != XY_INCREMENTS_GOING || increments->full ||
        (more && form->gathered == 0))
        return;
    payload = form->ops->payload(form, more);
    increments->flags = 0;
    if (more) {
        increments->full = xy__outlet_put(outlet, payload, flags) == XY_EFULL;
    } else {
        put_whole(increments, payload, flags);
    }
}

/* ---- work ---- */

static void start_fields(xy_deferred *fields)
{
    fields->part.run = xy__run_create_part(fields->found_in, &fields->part, fields->path);
    fields->part.run->depth = fields->depth;
    xy__part_go(&fields->part, XY_PART_WORKING);
    xy__run_execute(fields->part.run);
}

static void part_ended(xy_increments *increments, xy_part *part)
{
    if (part->kind == XY_PART_FIELDS) {
        xy__deferred_finished(increments, XY_CONTAINER(part, xy_deferred, part));
    } else {
        xy__item_finished(XY_CONTAINER(part, xy_item, part));
    }
}

/* The lists take turns. */
static void start_item(xy_list_rest *rest)
{
    xy_run *found_in = rest->found_in;

    /* What is executed may be its end. */
    xy__run_hold(found_in);
    xy__list_remove(&rest->active);
    if (xy__list_rest_start_item(rest) && rest->state == XY_REST_ANNOUNCED)
        xy__list_rest_wake(rest);
    xy__run_unhold(found_in);
}

/* One more thing that can be done now; false when there is none. */
static bool step(xy_increments *increments)
{
    xy_link *parts = increments->parts;

    if (increments->state != XY_INCREMENTS_GOING)
        return false;
    if (!xy__list_empty(&parts[XY_PART_FINISHED])) {
        part_ended(increments, XY_CONTAINER(parts[XY_PART_FINISHED].next, xy_part, link));
        return true;
    }
    if (increments->full || increments->working >= XY_INCREMENTS_WORKING_MAX)
        return false;
    if (!xy__list_empty(&parts[XY_PART_READY])) {
        start_fields(XY_CONTAINER(parts[XY_PART_READY].next, xy_deferred, part.link));
    } else if (!xy__list_empty(&increments->active)) {
        start_item(XY_CONTAINER(increments->active.next, xy_list_rest, active));
    } else {
        return false;
    }
    return true;
}

/* What a turn gathers goes out at its end; others have their turn, too. */
static void work(xy_increments *increments)
{
    xy_loop *loop = increments->first->executor->loop;
    unsigned steps = 0;

    while (step(increments)) {
        if (increments->form->gathered >= XY_PAYLOAD_BYTES)
            flush(increments);
        if (++steps == XY_INCREMENTS_TURN_STEPS && loop) {
            xy__loop_next(loop, &increments->task);
            return;
        }
    }
    if (increments->state != XY_INCREMENTS_GOING || increments->full ||
        (increments->open > 0 && increments->form->gathered == 0))
        return;
    if (loop) {
        xy__loop_soon(loop, &increments->task);
    } else {
        flush(increments);
    }
}

void xy__increments_go_on(xy_increments *increments)
{
    if (increments->busy || increments->state != XY_INCREMENTS_GOING)
        return;
    enter(increments);
    work(increments);
    leave(increments);
}

static void on_task(xy_task *task)
{
    xy_increments *increments = XY_CONTAINER(task, xy_increments, task);

    enter(increments);
    if (increments->state == XY_INCREMENTS_STARTING) {
        go(increments, XY_INCREMENTS_GOING);
    } else {
        flush(increments);
    }
    work(increments);
    leave(increments);
}

static void on_ready(void *arg)
{
    xy_increments *increments = arg;

    enter(increments);
    increments->full = false;
    for (xy_link *at = increments->rests.next; at != &increments->rests; at = at->next)
        xy__list_rest_wake(XY_CONTAINER(at, xy_list_rest, link));
    flush(increments);
    if (increments->state == XY_INCREMENTS_GOING)
        work(increments);
    leave(increments);
}

void xy__part_finished(xy_part *part)
{
    xy_increments *increments = part->increments;

    if (part->kind == XY_PART_FIRST) {
        first_finished(increments);
        if (increments->state == XY_INCREMENTS_OVER)
            return;
    } else {
        xy__part_go(part, XY_PART_FINISHED);
    }
    xy__increments_go_on(increments);
}
