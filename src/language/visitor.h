/* SPDX-License-Identifier: MIT */
/* language/visitor.h -- one walk over a syntax tree for many visitors at once.
 *
 * Children come in the order of graphql-js' QueryDocumentKeys, so that what visitors report comes
 * in the reference's order. Each visitor goes its own way, as if it walked alone: it may skip a
 * subtree or stop without the others noticing.
 *
 *   static const xy_visit_handler handlers[] = {
 *       {XY_KIND_BIT(FIELD), enter_field, leave_field},
 *       {XY_KIND_BIT(VARIABLE) | XY_KIND_BIT(ARGUMENT), enter_either, NULL},
 *       {0, NULL, NULL},
 *   };
 *   const xy_visit_handler *visitors[] = {handlers};
 *   void *args[] = {&my_state};
 *   xy_visit_plan plan;
 *
 *   xy__visit_plan_init(&plan, visitors, 1);
 *   xy__visit(&plan, args, NULL, &document->node);
 *
 * No memory is allocated. The walk recurses once a level; the parser's depth limit bounds it. */
#ifndef XY_LANGUAGE_VISITOR_H
#define XY_LANGUAGE_VISITOR_H

#include "language/ast.h"

#define XY_VISITORS_MAX    64u   /* visitors of one walk */
#define XY_VISIT_CALLS_MAX 1024u /* (visitor, kind) pairs of one walk, entering and leaving */

/* A set of kinds. */
typedef uint64_t xy_kinds;
#define XY_KIND_BIT(kind) ((xy_kinds)1 << XY_KIND_##kind)
#define XY_KINDS_ALL      (((xy_kinds)1 << XY_KIND_COUNT) - 1)

static inline bool xy__kinds_have(xy_kinds kinds, unsigned kind)
{
    return (kinds >> kind & 1) != 0;
}

/* Where the walk is: a node and the way up to the root. Valid during the callback only. */
typedef struct xy_visit_at {
    const xy_node *node;
    const struct xy_visit_at *up; /* the parent node's; NULL at the root of the walk */
    const char *key; /* which part of the parent, as graphql-js spells it ("selectionSet",
                       * "defaultValue"); NULL at the root */
    size_t index;    /* in a list; SIZE_MAX for a part that is no list */
} xy_visit_at;

typedef enum xy_visit_next {
    XY_VISIT_ON,    /* go on */
    XY_VISIT_SKIP,  /* on enter: this visitor sees nothing below this node and does not leave it;
                     * on leave: as ON */
    XY_VISIT_BREAK, /* this visitor is done, the others go on */
    XY_VISIT_STOP,  /* the whole walk ends, for everybody */
} xy_visit_next;

/* `arg` is the visitor's own, given to xy__visit(). */
typedef xy_visit_next xy_visit_fn(void *arg, const xy_visit_at *at);

/* What a visitor does at the nodes of some kinds; either function may be NULL. A visitor is an
 * array of these, ended by one without kinds; each kind should occur in one of them. */
typedef struct xy_visit_handler {
    xy_kinds kinds;
    xy_visit_fn *enter;
    xy_visit_fn *leave;
} xy_visit_handler;

/* Something that follows the walk for the visitors' sake (the types at the current node): called
 * before any visitor enters a node and after all have left it, whoever skips. */
typedef struct xy_visit_around {
    xy_kinds kinds;
    void *arg;
    void (*enter)(void *arg, const xy_visit_at *at);
    void (*leave)(void *arg, const xy_visit_at *at);
} xy_visit_around;

typedef struct xy_visit_call {
    xy_visit_fn *fn;
    uint32_t visitor;
} xy_visit_call;

/* Visitors sorted by kind; read-only after init, may be shared by threads and walks. */
typedef struct xy_visit_plan {
    xy_kinds wanted;                   /* kinds somebody has a handler for */
    size_t visitor_count;              /* at most XY_VISITORS_MAX */
    uint16_t enter[XY_KIND_COUNT + 1]; /* calls[enter[kind]] to calls[enter[kind + 1] - 1] */
    uint16_t leave[XY_KIND_COUNT + 1]; /* the same for leaving */
    xy_visit_call calls[XY_VISIT_CALLS_MAX];
} xy_visit_plan;

/* Prepare a walk with `count` visitors; they are called in this order at each node. keeps:
 * nothing but the functions. */
void xy__visit_plan_init(xy_visit_plan *plan, const xy_visit_handler *const *visitors,
                         size_t count);

/* Walk the tree under `root`, root included. args[i] goes to visitor i (`args` may be NULL when
 * no visitor wants one); `around` may be NULL. */
void xy__visit(const xy_visit_plan *plan, void *const *args, const xy_visit_around *around,
               const xy_node *root);

/* The same for some of the plan's visitors: number i takes part when bit i of `active` is set. */
void xy__visit_some(const xy_visit_plan *plan, uint64_t active, void *const *args,
                    const xy_visit_around *around, const xy_node *root);

/* A walk for one visitor. */
void xy__visit_one(const xy_visit_handler *visitor, void *arg, const xy_node *root);

/* Kinds that can occur in the tree under a node of `kind`, itself included. */
xy_kinds xy__kind_reach(unsigned kind);

#endif
