/* SPDX-License-Identifier: MIT */
#include "execution/list_rest.h"

#include "base/fatal.h"
#include "execution/complete.h"
#include "execution/field_error.h"
#include "execution/fragment.h"
#include "execution/increments.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[] = {
    [XY_REST_NEW] = BIT(XY_REST_WAITING) | BIT(XY_REST_OVER),
    [XY_REST_WAITING] = BIT(XY_REST_ANNOUNCED) | BIT(XY_REST_OVER),
    [XY_REST_ANNOUNCED] = BIT(XY_REST_OVER),
    [XY_REST_OVER] = 0,
};

static void go(xy_list_rest *rest, xy_rest_state to)
{
    XY_ASSERT(may_go[rest->state] & BIT(to));
    rest->state = to;
}

xy_list_rest *xy__list_rest_create(xy_run *run, xy_plan_field *field, const xy_type *item_type,
                                   const xy_result *list, size_t len, size_t from)
{
    xy_list_rest *rest = XY_ARENA_NEW(&run->arena, xy_list_rest);

    rest->announced.is_list = true;
    rest->field = field;
    rest->item_type = item_type;
    rest->list = *list;
    rest->len = len;
    rest->next = from;
    xy__list_init(&rest->items);
    xy__list_init(&rest->link);
    xy__list_init(&rest->active);
    xy__list_init(&rest->waiting);
    if (list->kind == XY_RESULT_SOURCE) {
        rest->source = xy__result_source(list);
        xy__list_source_follow(rest->source, rest, from);
    } else {
        xy__promises_keep(list, from);
    }
    return rest;
}

void xy__list_rest_register(xy_list_rest *rest, xy_increments *increments, xy_run *run)
{
    go(rest, XY_REST_WAITING);
    rest->increments = increments;
    rest->found_in = run;
    xy__run_hold(run);
    increments->open++;
    xy__list_append(&increments->rests, &rest->link);
}

void xy__list_rest_announce(xy_list_rest *rest)
{
    xy_increments *increments = rest->increments;

    go(rest, XY_REST_ANNOUNCED);
    rest->announced.id = increments->next_id++;
    increments->form->ops->announce(increments->form, &rest->announced);
    xy__list_rest_wake(rest);
}

void xy__list_rest_wake(xy_list_rest *rest)
{
    if (rest->state == XY_REST_ANNOUNCED && xy__list_empty(&rest->active))
        xy__list_append(&rest->increments->active, &rest->active);
}

/* ---- the end ---- */

/* Is an item there that was not started? */
static bool has_next(const xy_list_rest *rest)
{
    return rest->source ? xy__list_source_len(rest->source) > 0 : rest->next < rest->len;
}

static bool is_exhausted(const xy_list_rest *rest)
{
    return rest->item_count == 0 && !has_next(rest) && (!rest->source || rest->source->ended);
}

static void drop_items(xy_list_rest *rest)
{
    while (!xy__list_empty(&rest->items)) {
        xy_item *item = XY_CONTAINER(rest->items.next, xy_item, link);

        xy__list_remove(&item->link);
        xy__part_leave(&item->part);
    }
    rest->item_count = 0;
}

void xy__list_rest_drop(xy_list_rest *rest)
{
    xy_rest_state before = rest->state;

    go(rest, XY_REST_OVER);
    if (before != XY_REST_NEW) {
        rest->increments->open--;
        xy__list_remove(&rest->link);
        xy__list_remove(&rest->active);
        xy__list_remove(&rest->waiting);
    }
    drop_items(rest);
    if (rest->source) {
        xy__list_source_stop(rest->source);
    } else {
        xy__promises_drop(&rest->list, rest->next);
    }
    if (before != XY_REST_NEW)
        xy__run_unhold(rest->found_in);
}

static void fail(xy_list_rest *rest, xy_str errors)
{
    rest->increments->form->ops->fail(rest->increments->form, &rest->announced, errors);
    xy__list_rest_drop(rest);
}

/* The error of the source, at the list. */
static void fail_with_source(xy_list_rest *rest)
{
    xy_run *run = rest->found_in;
    xy_errors *errors = &run->errors;
    xy_error *error;

    /* Those of the run itself were told. */
    xy__errors_init(errors, &run->arena);
    errors->shifts = xy__lifted_shifts(run->operation->lifted);
    error = xy__errors_add(errors, rest->source->message);
    xy__field_locate(run->operation, rest->field, error);
    error->path = rest->announced.path;
    error->code = rest->source->code;
    if (!error->code)
        xy__error_unexpected(run->operation, error);
    fail(rest, xy__part_errors(rest->increments, run, false));
}

static void complete(xy_list_rest *rest)
{
    if (rest->source && rest->source->failed) {
        fail_with_source(rest);
        return;
    }
    rest->increments->form->ops->complete(rest->increments->form, &rest->announced);
    xy__list_rest_drop(rest);
}

/* ---- items ---- */

static xy_item *create_item(xy_list_rest *rest)
{
    xy_run *run = xy__run_create_part(rest->found_in, NULL, rest->announced.path);
    xy_item *item = XY_ARENA_NEW(&run->arena, xy_item);

    run->part = &item->part;
    run->depth = rest->depth;
    item->part.kind = XY_PART_ITEM;
    item->part.increments = rest->increments;
    item->part.run = run;
    xy__list_init(&item->part.link);
    item->rest = rest;
    item->index = rest->next;
    return item;
}

bool xy__list_rest_start_item(xy_list_rest *rest)
{
    xy_item *item;

    if (rest->item_count >= XY_REST_ITEMS_MAX)
        return false;
    if (!has_next(rest)) {
        if (is_exhausted(rest)) {
            complete(rest);
            return false;
        }
        return rest->source && xy__list_source_ready(rest->source);
    }
    item = create_item(rest);
    item->value = rest->source ? xy__list_source_take(rest->source, item->part.run)
                               : xy__list_item(item->part.run, &rest->list, rest->next);
    rest->next++;
    rest->item_count++;
    xy__list_append(&rest->items, &item->link);
    xy__part_go(&item->part, XY_PART_WORKING);
    xy__run_execute(item->part.run);
    return true;
}

/* takes: item. */
static void deliver(xy_list_rest *rest, xy_item *item)
{
    xy_increments *increments = rest->increments;
    xy_run *run = item->part.run;

    increments->form->ops->item(increments->form, &rest->announced, item->index,
                                xy__run_text(run, &increments->text),
                                xy__part_errors(increments, run, false));
    xy__list_remove(&item->link);
    rest->item_count--;
    xy__fragments_integrate(increments, run, NULL);
    xy__part_leave(&item->part);
}

void xy__item_finished(xy_item *item)
{
    xy_list_rest *rest = item->rest;

    xy__part_go(&item->part, XY_PART_SETTLED);
    while (!xy__list_empty(&rest->items)) {
        xy_item *first = XY_CONTAINER(rest->items.next, xy_item, link);

        if (first->part.state != XY_PART_SETTLED)
            break;
        if (xy__part_failed(first->part.run)) {
            fail(rest, xy__part_errors(rest->increments, first->part.run, true));
            return;
        }
        deliver(rest, first);
    }
    xy__list_rest_wake(rest);
}
