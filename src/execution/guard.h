/* SPDX-License-Identifier: MIT */
/* execution/guard.h -- the directives at a field, obeyed: asked before it, applied after it.
 *
 *   plan field --guards--> xy__guarded_resolve --all pass--> its resolver, or its member
 *
 * A plan puts it in the place of the field's resolver, so that a field without guards costs
 * nothing more. The call's own identity is asked, as by a resolver: facts are told to the watch. */
#ifndef XY_EXECUTION_GUARD_H
#define XY_EXECUTION_GUARD_H

#include "execution/promise.h"
#include "schema/guard.h"

/* The resolver of each guarded field. */
int xy__guarded_resolve(xy_call *call);

/* May `call` be made? Returns XY_OK, at once for a field without guards; or as a resolver that has
 * failed. */
int xy__guards_check(xy_call *call);

/* The call of a field with transformers has its answer: apply them. */
void xy__guards_transform(xy_call *call);

#endif
