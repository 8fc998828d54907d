/* SPDX-License-Identifier: MIT */
#include "execution/fragment.h"

#include "base/fatal.h"
#include "execution/increments.h"
#include "execution/list_rest.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_FRAGMENT_STATES] = {
    [XY_FRAGMENT_NEW] = BIT(XY_FRAGMENT_WAITING) | BIT(XY_FRAGMENT_OVER),
    [XY_FRAGMENT_WAITING] = BIT(XY_FRAGMENT_ANNOUNCED) | BIT(XY_FRAGMENT_OVER),
    [XY_FRAGMENT_ANNOUNCED] = BIT(XY_FRAGMENT_OVER),
    [XY_FRAGMENT_OVER] = 0,
};

static void go(xy_increments *increments, xy_fragment *fragment, xy_fragment_state to)
{
    XY_ASSERT(may_go[fragment->state] & BIT(to));
    increments->open += to == XY_FRAGMENT_WAITING;
    increments->open -= to == XY_FRAGMENT_OVER && fragment->state != XY_FRAGMENT_NEW;
    fragment->state = to;
}

/* Enter OVER; the fragment's memory may be gone afterwards. */
static void end_fragment(xy_increments *increments, xy_fragment *fragment)
{
    xy_run *found_in = fragment->found_in;

    go(increments, fragment, XY_FRAGMENT_OVER);
    xy__list_remove(&fragment->link);
    xy__run_unhold(found_in);
}

void xy__fragment_drop(xy_increments *increments, xy_fragment *fragment)
{
    xy__list_remove(&fragment->sibling);
    end_fragment(increments, fragment);
}

/* What is to be announced, after all of it is registered. */
typedef struct newcomers {
    xy_link fragments; /* xy_fragment.sibling */
    xy_link rests;     /* xy_list_rest.waiting */
} newcomers;

static void newcomers_init(newcomers *news)
{
    xy__list_init(&news->fragments);
    xy__list_init(&news->rests);
}

static xy_membership *membership_at(xy_link *link)
{
    return XY_CONTAINER(link, xy_membership, link);
}

static bool is_member(const xy_membership *membership)
{
    return !xy__list_empty(&membership->link);
}

/* Move all of the ring `from` to the end of `to`. */
static void move_all(xy_link *from, xy_link *to)
{
    while (!xy__list_empty(from)) {
        xy_link *link = from->next;

        xy__list_remove(link);
        xy__list_append(to, link);
    }
}

/* ---- registration ---- */

/* The fragment within which `usage` stands; NULL: none. */
static xy_fragment *fragment_around(const xy_defer_scope *scope, const xy_defer_usage *usage,
                                    const xy_deferred *fields)
{
    if (usage->parent)
        return xy__scope_fragment(scope, usage->parent);
    return fields ? fields->memberships[0].fragment : NULL;
}

static void register_fragment(xy_increments *increments, xy_run *run, const xy_found *found,
                              size_t index, const xy_deferred *fields)
{
    const xy_defer_usage *usage = found->scope->deferral->usages[index];
    xy_fragment *fragment = &found->scope->fragments[index];
    xy_fragment *around = fragment_around(found->scope, usage, fields);

    fragment->announced.path = found->path;
    fragment->announced.label = usage->label;
    xy__list_init(&fragment->memberships);
    xy__list_init(&fragment->children);
    xy__list_init(&fragment->sibling);
    if (around && around->state == XY_FRAGMENT_OVER) {
        go(increments, fragment, XY_FRAGMENT_OVER);
        return;
    }
    go(increments, fragment, XY_FRAGMENT_WAITING);
    fragment->found_in = run;
    xy__run_hold(run);
    xy__list_append(&increments->fragments, &fragment->link);
    if (around)
        xy__list_append(&around->children, &fragment->sibling);
}

static void register_fragments(xy_increments *increments, xy_run *run, const xy_deferred *fields)
{
    for (xy_spot *spot = run->root; spot; spot = xy__spot_next(spot, run->root)) {
        const xy_found *found = spot->found;

        for (size_t i = 0; found && !found->rest && i < found->scope->deferral->usage_count; i++)
            register_fragment(increments, run, found, i, fields);
    }
}

static bool wants_fields(const xy_found *found, const xy_deferred_part *part)
{
    for (size_t i = 0; i < part->set.len; i++)
        if (xy__scope_fragment(found->scope, part->set.items[i])->state != XY_FRAGMENT_OVER)
            return true;
    return false;
}

static bool is_announced(const xy_deferred *fields)
{
    for (size_t i = 0; i < fields->membership_count; i++)
        if (fields->memberships[i].fragment->state == XY_FRAGMENT_ANNOUNCED)
            return true;
    return false;
}

static void join(xy_deferred *fields, xy_fragment *fragment)
{
    xy_membership *membership = &fields->memberships[fields->membership_count++];

    membership->fields = fields;
    membership->fragment = fragment;
    xy__list_append(&fragment->memberships, &membership->link);
    fragment->unfinished++;
}

static void register_fields(xy_increments *increments, xy_run *run, const xy_found *found,
                            const xy_deferred_part *part)
{
    xy_deferred *fields;

    if (!wants_fields(found, part))
        return;
    fields = XY_ARENA_NEW(&run->arena, xy_deferred);
    fields->part.kind = XY_PART_FIELDS;
    fields->part.increments = increments;
    xy__list_init(&fields->part.link);
    xy__list_init(&fields->rests);
    fields->found_in = run;
    xy__run_hold(run);
    fields->selection = part->selection;
    fields->parent = found->parent;
    fields->scope = found->scope;
    fields->path = found->path;
    fields->depth = found->depth;
    fields->memberships = XY_ARENA_ARRAY(&run->arena, xy_membership, part->set.len);
    for (size_t i = 0; i < part->set.len; i++) {
        xy_fragment *fragment = xy__scope_fragment(found->scope, part->set.items[i]);

        if (fragment->state != XY_FRAGMENT_OVER)
            join(fields, fragment);
    }
    xy__part_go(&fields->part, XY_PART_WAITING);
    if (is_announced(fields))
        xy__part_go(&fields->part, XY_PART_READY);
}

/* What waits for no fragment is to be announced. */
static void register_found(xy_increments *increments, xy_run *run, const xy_found *found,
                           xy_deferred *fields, newcomers *news)
{
    const xy_deferral *deferral;

    if (found->rest) {
        xy__list_rest_register(found->rest, increments, run);
        xy__list_append(fields ? &fields->rests : &news->rests, &found->rest->waiting);
        return;
    }
    deferral = found->scope->deferral;
    for (size_t i = 0; i < deferral->usage_count; i++) {
        xy_fragment *fragment = &found->scope->fragments[i];

        if (fragment->state == XY_FRAGMENT_WAITING && xy__list_empty(&fragment->sibling))
            xy__list_append(&news->fragments, &fragment->sibling);
    }
    for (size_t i = 0; i < deferral->part_count; i++)
        register_fields(increments, run, found, &deferral->parts[i]);
}

/* ---- the end of fields and fragments ---- */

static void unlink_fields(xy_deferred *fields)
{
    for (size_t i = 0; i < fields->membership_count; i++)
        xy__list_remove(&fields->memberships[i].link);
}

/* takes: fields. */
static void leave_fields(xy_deferred *fields)
{
    xy_run *found_in = fields->found_in;

    unlink_fields(fields);
    xy__part_leave(&fields->part);
    xy__run_unhold(found_in);
}

void xy__deferred_drop(xy_deferred *fields)
{
    while (!xy__list_empty(&fields->rests))
        xy__list_rest_drop(XY_CONTAINER(fields->rests.next, xy_list_rest, waiting));
    leave_fields(fields);
}

static bool is_wanted(const xy_deferred *fields)
{
    for (size_t i = 0; i < fields->membership_count; i++)
        if (is_member(&fields->memberships[i]))
            return true;
    return false;
}

/* Out of the graph, with what lies within. */
static void remove_fragment(xy_increments *increments, xy_fragment *fragment)
{
    xy__list_remove(&fragment->sibling);
    while (!xy__list_empty(&fragment->memberships)) {
        xy_membership *membership = membership_at(fragment->memberships.next);
        xy_deferred *fields = membership->fields;

        xy__list_remove(&membership->link);
        if (!is_wanted(fields))
            xy__deferred_drop(fields);
    }
    while (!xy__list_empty(&fragment->children))
        remove_fragment(increments, XY_CONTAINER(fragment->children.next, xy_fragment, sibling));
    end_fragment(increments, fragment);
}

static void fail_fragment(xy_increments *increments, xy_fragment *fragment, xy_str errors)
{
    increments->form->ops->fail(increments->form, &fragment->announced, errors);
    remove_fragment(increments, fragment);
}

static size_t path_len(const xy_path *path)
{
    size_t len = 0;

    for (; path; path = path->up)
        len++;
    return len;
}

/* Of the announced fragments that have `fields`, the one nearest to them; `first` among equals. */
static const xy_fragment *nearest(const xy_deferred *fields, const xy_fragment *first)
{
    const xy_fragment *best = first;

    for (size_t i = 0; i < fields->membership_count; i++) {
        const xy_fragment *fragment = fields->memberships[i].fragment;

        if (fragment->state == XY_FRAGMENT_ANNOUNCED && is_member(&fields->memberships[i]) &&
            path_len(fragment->announced.path) > path_len(best->announced.path))
            best = fragment;
    }
    return best;
}

/* takes: fields. */
static void deliver_fields(xy_increments *increments, const xy_fragment *fragment,
                           xy_deferred *fields, newcomers *news)
{
    xy_run *run = fields->part.run;

    increments->form->ops->data(increments->form, &nearest(fields, fragment)->announced,
                                fields->path, xy__run_text(run, &increments->text),
                                xy__part_errors(increments, run, false));
    move_all(&fields->rests, &news->rests);
    leave_fields(fields);
}

static void announce(xy_increments *increments, newcomers *news);

static void complete_fragment(xy_increments *increments, xy_fragment *fragment)
{
    newcomers news;

    newcomers_init(&news);
    while (!xy__list_empty(&fragment->memberships))
        deliver_fields(increments, fragment, membership_at(fragment->memberships.next)->fields,
                       &news);
    increments->form->ops->complete(increments->form, &fragment->announced);
    move_all(&fragment->children, &news.fragments);
    end_fragment(increments, fragment);
    announce(increments, &news);
}

/* ---- announcement ---- */

/* Fields that it shares may have been executed, or have failed, for another. */
static void check_fragment(xy_increments *increments, xy_fragment *fragment)
{
    xy_link *at;

    for (at = fragment->memberships.next; at != &fragment->memberships; at = at->next) {
        const xy_part *part = &membership_at(at)->fields->part;

        if (part->state == XY_PART_SETTLED && xy__part_failed(part->run)) {
            fail_fragment(increments, fragment, xy__part_errors(increments, part->run, true));
            return;
        }
    }
    if (fragment->unfinished == 0)
        complete_fragment(increments, fragment);
}

static void announce_fragment(xy_increments *increments, xy_fragment *fragment)
{
    newcomers within;
    xy_link *at;

    if (xy__list_empty(&fragment->memberships)) {
        newcomers_init(&within);
        move_all(&fragment->children, &within.fragments);
        end_fragment(increments, fragment);
        announce(increments, &within);
        return;
    }
    fragment->announced.id = increments->next_id++;
    go(increments, fragment, XY_FRAGMENT_ANNOUNCED);
    increments->form->ops->announce(increments->form, &fragment->announced);
    for (at = fragment->memberships.next; at != &fragment->memberships; at = at->next) {
        xy_part *part = &membership_at(at)->fields->part;

        if (part->state == XY_PART_WAITING)
            xy__part_go(part, XY_PART_READY);
    }
    check_fragment(increments, fragment);
}

static void announce(xy_increments *increments, newcomers *news)
{
    while (!xy__list_empty(&news->fragments)) {
        xy_fragment *fragment = XY_CONTAINER(news->fragments.next, xy_fragment, sibling);

        xy__list_remove(&fragment->sibling);
        announce_fragment(increments, fragment);
    }
    while (!xy__list_empty(&news->rests)) {
        xy_list_rest *rest = XY_CONTAINER(news->rests.next, xy_list_rest, waiting);

        xy__list_remove(&rest->waiting);
        xy__list_rest_announce(rest);
    }
}

void xy__fragments_integrate(xy_increments *increments, xy_run *run, xy_deferred *fields)
{
    newcomers news;

    run->part->integrated = true;
    if (!run->root)
        return;
    newcomers_init(&news);
    /* A fragment may lie within one of an object further out; but the innermost objects come first,
     * so that null, which goes outwards, is told before what others have of the same object. */
    register_fragments(increments, run, fields);
    for (xy_spot *spot = xy__spot_innermost(run->root); spot;
         spot = xy__spot_next_outward(spot, run->root))
        if (spot->found)
            register_found(increments, run, spot->found, fields, &news);
    announce(increments, &news);
}

/* ---- fields that were executed ---- */

static void settle_failed(xy_increments *increments, xy_deferred *fields)
{
    xy_str errors = xy__part_errors(increments, fields->part.run, true);

    for (size_t i = 0; i < fields->membership_count; i++) {
        xy_membership *membership = &fields->memberships[i];

        if (is_member(membership) && membership->fragment->state == XY_FRAGMENT_ANNOUNCED)
            fail_fragment(increments, membership->fragment, errors);
    }
}

static void settle(xy_increments *increments, xy_deferred *fields)
{
    xy__fragments_integrate(increments, fields->part.run, fields);
    for (size_t i = 0; i < fields->membership_count; i++)
        if (is_member(&fields->memberships[i]))
            fields->memberships[i].fragment->unfinished--;
    for (size_t i = 0; i < fields->membership_count; i++) {
        xy_fragment *fragment = fields->memberships[i].fragment;

        if (fragment->state == XY_FRAGMENT_ANNOUNCED && fragment->unfinished == 0)
            complete_fragment(increments, fragment);
    }
}

void xy__deferred_finished(xy_increments *increments, xy_deferred *fields)
{
    xy_run *found_in = fields->found_in;

    /* What is told of them may be their end. */
    xy__run_hold(found_in);
    xy__part_go(&fields->part, XY_PART_SETTLED);
    if (xy__part_failed(fields->part.run)) {
        settle_failed(increments, fields);
    } else {
        settle(increments, fields);
    }
    xy__run_unhold(found_in);
}
