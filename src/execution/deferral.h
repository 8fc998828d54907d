/* SPDX-License-Identifier: MIT */
/* execution/deferral.h -- what of a plan comes later: fragments with @defer, lists with @stream.
 *
 * A *usage* is a @defer in force at one place of a selection. The fields collected there belong
 * to the usages that lead to them; those with the same set of usages are one *part*, executed
 * together:
 *
 *   { hero { id ... @defer(label: "a") { name slow } ... @defer(label: "b") { slow } } }
 *
 *                          once                 repeating
 *   initial                id                   id
 *   part of {a}            name                 name slow
 *   part of {a, b}         slow
 *   part of {b}                                 slow
 *
 * A usage whose fields lie in one that leads there as well adds nothing to a set. Beneath a part
 * its usages are what "not deferred" is beneath the initial result: fields whose nodes all come by
 * the part's only usage are planned as if nothing had been deferred, so they share what is
 * planned for the same nodes elsewhere. */
#ifndef XY_EXECUTION_DEFERRAL_H
#define XY_EXECUTION_DEFERRAL_H

#include "execution/plan.h"

typedef struct xy_defer_usage {
    const xy_ast_directive *directive;
    const struct xy_defer_usage *parent; /* NULL: that of the part under execution, if any */
    const xy_deferral *owner;
    uint32_t index; /* among the owner's */
    xy_str label;   /* null: none */
} xy_defer_usage;

/* Of different ones; in no order that matters. */
typedef struct xy_defer_set {
    const xy_defer_usage *const *items;
    size_t len; /* 0: what is not deferred, as seen from the part under execution */
} xy_defer_set;

typedef struct xy_deferred_part {
    xy_defer_set set; /* never empty */
    const xy_selection *selection;
} xy_deferred_part;

/* Of one selection. */
struct xy_deferral {
    const xy_defer_usage *const *usages;
    size_t usage_count;
    const xy_deferred_part *parts;
    size_t part_count;
};

/* A list with @stream. */
typedef struct xy_plan_stream {
    const xy_arguments *arguments; /* of the directive */
    xy_plan_field *items;          /* the field as its streamed items see it: nothing of it is
                                    * deferred any more */
} xy_plan_stream;

/* Of a field. */
struct xy_plan_increments {
    const xy_defer_usage *const *usages; /* of its nodes, NULL among them; NULL: all of that */
    xy_defer_set within;                 /* of the part the field is in */
    const xy_plan_stream *stream;        /* NULL: not streamed */
};

#endif
