/* SPDX-License-Identifier: MIT */
#include "execution/spot.h"

#include "base/fatal.h"
#include "execution/found.h"
#include "execution/promise.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_SPOT_STATES] = {
    [XY_SPOT_OPEN] = BIT(XY_SPOT_NULLED),
    [XY_SPOT_WAITING] = BIT(XY_SPOT_FILLED) | BIT(XY_SPOT_NULLED),
    [XY_SPOT_FILLED] = BIT(XY_SPOT_WAITING) | BIT(XY_SPOT_NULLED),
    [XY_SPOT_NULLED] = 0,
};

static void go(xy_spot *spot, xy_spot_state to)
{
    XY_ASSERT(may_go[spot->state] & BIT(to));
    spot->state = to;
}

/* A spot beneath `up` (NULL: none), behind what is there already. */
static xy_spot *spot_create(xy_run *run, xy_spot *up, const xy_frame *at)
{
    xy_spot *spot = XY_ARENA_NEW(&run->arena, xy_spot);

    spot->path = at->path;
    spot->path.up = up && !up->root ? &up->path : run->base;
    spot->up = up;
    spot->nullable = at->nullable;
    spot->root = at->root;
    if (!up)
        return spot;
    if (up->last) {
        up->last->next = spot;
    } else {
        up->first = spot;
    }
    up->last = spot;
    return spot;
}

xy_spot *xy__spot_of(xy_run *run, xy_frame *at)
{
    if (!at->spot) {
        at->spot = spot_create(run, at->up ? xy__spot_of(run, at->up) : NULL, at);
        at->spot->at = at->start;
        at->spot->start = at->start;
        if (at->root)
            run->root = at->spot;
    }
    return at->spot;
}

/* A hole at the end of the text so far. */
static xy_spot *make_hole(xy_run *run, xy_spot *up, const xy_frame *at)
{
    xy_spot *spot = spot_create(run, up, at);

    spot->state = XY_SPOT_WAITING;
    spot->late = true;
    spot->at = run->text.len;
    spot->scope = run->scope;
    return spot;
}

xy_spot *xy__spot_place(xy_run *run, xy_frame *at, xy_plan_field *field, const xy_type *type,
                        xy_promise *promise)
{
    xy_spot *spot = at->spot;

    if (spot) {
        go(spot, XY_SPOT_WAITING);
    } else {
        spot = make_hole(run, xy__spot_of(run, at->up), at);
    }
    spot->field = field;
    spot->type = type;
    spot->promise = promise;
    spot->scope = run->scope;
    run->waiting++;
    return spot;
}

xy_spot *xy__spot_place_rest(xy_run *run, xy_frame *root)
{
    bool again = xy__spot_of(run, root) != run->root;
    xy_spot *rest = make_hole(run, run->root, root);

    /* The rest of a rest stands behind it, not in it: a mutation may be long. */
    if (again)
        rest->at = run->root->end;
    rest->nullable = false;
    return rest;
}

void xy__spot_fill(xy_run *run, xy_spot *spot)
{
    go(spot, XY_SPOT_FILLED);
    spot->start = run->text.len;
    if (spot->promise)
        run->waiting--;
    spot->promise = NULL;
}

xy_spot *xy__spot_next(xy_spot *spot, const xy_spot *top)
{
    if (spot->first)
        return spot->first;
    while (spot != top && !spot->next)
        spot = spot->up;
    return spot == top ? NULL : spot->next;
}

xy_spot *xy__spot_innermost(xy_spot *top)
{
    while (top->first)
        top = top->first;
    return top;
}

xy_spot *xy__spot_next_outward(xy_spot *spot, const xy_spot *top)
{
    if (spot == top)
        return NULL;
    return spot->next ? xy__spot_innermost(spot->next) : spot->up;
}

static void drop_found(xy_spot *spot)
{
    if (spot->found)
        xy__found_drop(spot->found);
    spot->found = NULL;
}

void xy__spot_drop(xy_run *run, xy_spot *top)
{
    drop_found(top);
    for (xy_spot *spot = xy__spot_next(top, top); spot; spot = xy__spot_next(spot, top)) {
        xy_promise *promise = spot->promise;

        drop_found(spot);
        if (!promise)
            continue;
        spot->promise = NULL;
        run->waiting--;
        xy__promise_stop(promise);
    }
    top->first = NULL;
    top->last = NULL;
}

static void null_spot(xy_run *run, xy_spot *spot)
{
    go(spot, XY_SPOT_NULLED);
    xy__spot_drop(run, spot);
}

void xy__spot_propagate(xy_run *run, xy_spot *spot)
{
    do {
        spot = spot->up;
    } while (!spot->nullable);
    null_spot(run, spot);
}

void xy__spot_null_root(xy_run *run)
{
    if (run->root->state != XY_SPOT_NULLED)
        null_spot(run, run->root);
}

void xy__spot_render(const xy_run *run, const xy_spot *spot, xy_buf *out)
{
    size_t from = spot->start;

    if (spot->state == XY_SPOT_NULLED) {
        XY_BUF_LITERAL(out, "null");
        return;
    }
    for (const xy_spot *child = spot->first; child; child = child->next) {
        xy__buf_append(out, run->text.ptr + from, child->at - from);
        xy__spot_render(run, child, out);
        from = child->late ? child->at : child->end;
    }
    xy__buf_append(out, run->text.ptr + from, spot->end - from);
}
