/* SPDX-License-Identifier: MIT */
/* execution/fragment.h -- the graph of what comes later: deferred fragments, the fields they share,
 * and the fragments and lists within.
 *
 *   NEW --registered--> WAITING --announced--> ANNOUNCED --complete, failed--> OVER
 *    `--------------------- around it failed ----------------------------------> OVER
 *
 * A fragment is one @defer at one object. It waits until the fragment around it is complete (or
 * the first payload, the item, in which it was found is delivered), and is passed over when no
 * field is its own. It is complete when all its fields are; those it shares are delivered with the
 * first that completes. When null reaches the root of some of its fields, it fails, and with it
 * what lies within. */
#ifndef XY_EXECUTION_FRAGMENT_H
#define XY_EXECUTION_FRAGMENT_H

#include "execution/form.h"
#include "execution/found.h"
#include "execution/part.h"

typedef enum xy_fragment_state {
    XY_FRAGMENT_NEW,
    XY_FRAGMENT_WAITING,
    XY_FRAGMENT_ANNOUNCED,
    XY_FRAGMENT_OVER,
    XY_FRAGMENT_STATES,
} xy_fragment_state;

struct xy_fragment {
    xy_announced announced;
    xy_fragment_state state;
    xy_run *found_in;    /* a hold, from WAITING until OVER */
    xy_link link;        /* in increments->fragments, for as long */
    size_t unfinished;   /* fields to be executed */
    xy_link memberships; /* of its fields that are not delivered */
    xy_link children;    /* waiting for it */
    xy_link sibling;     /* in the children of the one around it, or in a list to be announced */
};

/* Register what was found in `run`, and announce what waits for nobody. `fields` are those it has
 * executed; NULL: it has executed the first part or an item, which is (being) delivered. */
void xy__fragments_integrate(xy_increments *increments, xy_run *run, xy_deferred *fields);

/* The run of `fields` has ended, well or not. */
void xy__deferred_finished(xy_increments *increments, xy_deferred *fields);

/* Nobody wants them any more: stop their run. */
void xy__deferred_drop(xy_deferred *fields);

/* Nobody wants it any more; its fields are dropped apart. */
void xy__fragment_drop(xy_increments *increments, xy_fragment *fragment);

#endif
