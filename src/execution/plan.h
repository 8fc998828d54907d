/* SPDX-License-Identifier: MIT */
/* execution/plan.h -- what an operation comes to against a schema: selections collected per
 * object type, response keys as JSON text, constant arguments coerced.
 *
 *   xy_plans       an operation of a document
 *     xy_plan      for one combination of the variables that its @skip, @include, @defer and
 *                  @stream name, and one xy_delivery
 *       xy_selection   the fields of one object type, side by side
 *         xy_deferral    those that are deferred there (deferral.h)
 *
 * A plan knows its conditions' outcomes, so it holds no conditions: what is in it is executed.
 * Selections are interned by (object type, field nodes); two ways that lead to the same nodes
 * share one, so a document whose fragments multiply does not multiply the plan. Object types are
 * planned before the plan is used, those of an abstract type when one is first met. */
#ifndef XY_EXECUTION_PLAN_H
#define XY_EXECUTION_PLAN_H

#include <uv.h>

#include "execution/delivery.h"
#include "execution/document.h"
#include "execution/values.h"

/* Plans that a document keeps, of all its operations and combinations of conditions; more are
 * made for a request alone. */
#define XY_PLANS_KEPT_MAX 16u
/* Selections of the document visited for one plan, and bytes in it, all object types together. */
#define XY_PLAN_STEPS_MAX ((size_t)1 << 20)
#define XY_PLAN_BYTES_MAX ((size_t)4 << 20)

typedef struct xy_plan xy_plan;
typedef struct xy_plan_field xy_plan_field;
typedef struct xy_selection xy_selection;
typedef struct xy_planned_type xy_planned_type;
typedef struct xy_deferral xy_deferral;               /* execution/deferral.h */
typedef struct xy_plan_increments xy_plan_increments; /* likewise */

typedef struct xy_field_nodes {
    const xy_ast_field *const *items; /* never empty; in document order of the reference */
    size_t len;
} xy_field_nodes;

typedef enum xy_field_source {
    XY_FIELD_TYPENAME, /* __typename: `text` is all of it */
    XY_FIELD_RESOLVER, /* bound, the schema's default, or of introspection */
    XY_FIELD_PLAIN,    /* slot of a struct, member of a JSON object */
} xy_field_source;

/* One response key of one object type. */
struct xy_plan_field {
    xy_str text;    /* `,"key":`, skip the comma in the first field; TYPENAME: value included */
    uint32_t index; /* among the fields of its plan */
    xy_field_source source;
    const xy_field *field;
    xy_resolver *resolver;
    xy_resolver *behind; /* of a guarded field: what answers for it; NULL: it is plain */
    const xy_slot *slot; /* NULL: none */
    const xy_arguments *arguments;
    const xy_selection *selection;    /* of the object type under the wrappers; NULL: not one */
    xy_planned_type *_Atomic by_type; /* of the abstract type there: the object types met so far */
    xy_field_nodes nodes;
    xy_str key;
    const xy_plan_increments *increments; /* NULL: neither streamed nor deferred in part */
};

struct xy_selection {
    const xy_type *type;
    xy_plan_field *fields;
    size_t field_count;
    const xy_deferral *deferral; /* NULL: nothing is deferred here */
    /* The type's field `id: ID!`, or the schema's own, in plans of live queries: what makes its
     * objects' keys. Not among `fields`. NULL: the type has none. */
    const xy_plan_field *key;
    /* A directive whose condition is no boolean: the selection fails with what coercing its
     * arguments says. NULL: none. */
    const xy_ast_directive *bad_condition;
};

/* What the fields of an abstract type come to for one object type. */
struct xy_planned_type {
    const xy_selection *selection;
    xy_planned_type *next;
};

/* How a condition variable turned out. */
typedef enum xy_condition {
    XY_CONDITION_FALSE,
    XY_CONDITION_TRUE,
    XY_CONDITION_OTHER, /* of another type, in a document that was not validated: no matter */
    XY_CONDITION_ABSENT,
    XY_CONDITION_BAD, /* null */
} xy_condition;

typedef struct xy_plan_fragment {
    const xy_ast_fragment *ast;
    const xy_type *on; /* its type condition; NULL when the schema has no such type */
    uint32_t index;
} xy_plan_fragment;

struct xy_plan {
    const xy_plans *plans;
    const uint8_t *conditions; /* xy_condition of each of document->conditions */
    xy_delivery delivery;
    const xy_selection *root;
    bool kept;       /* by the document; else by one operation */
    xy_plan *next;   /* of plans->kept */
    uv_mutex_t lock; /* guards what follows */
    xy_arena arena;
    xy_map selections; /* interned */
    uint32_t field_count;
    size_t steps;
    bool over; /* a limit was passed: nothing more is planned */
};

struct xy_plans {
    xy_document *document;
    const xy_ast_operation *ast;
    const xy_type *type; /* the root type; NULL when the schema has none */
    /* @experimental_disableErrorPropagation: a field that fails is null whatever its type. */
    bool null_anywhere;
    const xy_arguments *live; /* of its @live: its selections have keys; NULL: it is a plain one */
    /* Its @defer and @stream, those of fragments it may spread among them. */
    const xy_ast_directive *const *incremental;
    size_t incremental_count;
    xy_variables variables;
    uv_mutex_t lock; /* guards changes of what follows */
    xy_plan *_Atomic kept;
};

/* List the condition variables of a parsed document. */
void xy__plans_conditions(xy_document *document);

/* Prepare for planning the operation `ast`. Lives in the document's arena; the fragments of the
 * document are known already. gives: *out, end it with xy__plans_destroy(). */
xy_plans *xy__plans_create(xy_document *document, const xy_ast_operation *ast);

/* takes: plans, but for its memory, which is the document's. */
void xy__plans_destroy(xy_plans *plans);

/* The field whose value makes the key of an object, unless the schema names another. */
#define XY_KEY_FIELD "id"

/* What is wrong when the schema has no root type for the operation. */
xy_str xy__plans_rootless(xy_arena *arena, const xy_plans *plans);

/* The plan for coerced `variables` (an OBJECT), made when there is none yet. An operation without
 * @defer and @stream is delivered whole whatever `delivery` says. gives: *out; end its use with
 * xy__plan_release(). Returns 0, or XY_ELIMIT when it is too large. From any thread. */
int xy__plan_for(xy_plans *plans, const xy_value *variables, xy_delivery delivery, xy_plan **out);

/* Is there a @defer or @stream that its conditions leave in force? */
bool xy__plan_is_incremental(const xy_plan *plan);

/* How the `if` of `directive` turns out; ABSENT when there is none. */
xy_condition xy__plan_condition(const xy_plans *plans, const uint8_t *conditions,
                                const xy_ast_directive *directive);

/* takes: plan (NULL is fine): destroys it unless its document keeps it. */
void xy__plan_release(xy_plan *plan);

/* Plan an operation under the given conditions, one for each of document->conditions. gives:
 * *out, end it with xy__plan_destroy(). Returns 0 or XY_ELIMIT. */
int xy__plan_create(const xy_plans *plans, const uint8_t *conditions, xy_delivery delivery,
                    xy_plan **out);
void xy__plan_destroy(xy_plan *plan);

/* The selection of a field of abstract type for `type`, one of its possible types; NULL when the
 * plan would get too large. From any thread. */
const xy_selection *xy__plan_selection(xy_plan *plan, xy_plan_field *field, const xy_type *type);

#endif
