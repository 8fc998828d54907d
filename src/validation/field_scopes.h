/* SPDX-License-Identifier: MIT */
/* validation/field_scopes.h -- the selection sets of a document in the form in which fields are
 * compared: inline fragments melted in, fields grouped by response name, spreads resolved.
 *
 * A scope is the selection set of an operation, fragment or field. Scopes are numbered in
 * document order, outer ones first: the order in which a walk enters their selection sets. */
#ifndef XY_VALIDATION_FIELD_SCOPES_H
#define XY_VALIDATION_FIELD_SCOPES_H

#include "validation/context.h"

typedef struct xy_scope xy_scope;
typedef struct xy_scope_field xy_scope_field;

/* A response name of the document. `stamp` and `slot` are for whoever groups fields by name: the
 * slot counts when the stamp is that of his round (xy_field_scopes.round). */
typedef struct xy_response_name {
    xy_str text;
    size_t stamp;
    size_t slot;
} xy_response_name;

/* An argument in the form in which it is compared: equal values have equal keys. */
typedef struct xy_scope_argument {
    xy_str name;
    xy_str key;
} xy_scope_argument;

typedef struct xy_scope_arguments {
    xy_scope_argument *items;
    size_t len;
} xy_scope_arguments;

struct xy_scope_field {
    const xy_ast_field *node;
    const xy_type *parent;          /* that it is selected on; NULL when unknown */
    const xy_type *type;            /* NULL when unknown, and for meta fields */
    const xy_ast_directive *stream; /* NULL without */
    xy_response_name *name;
    xy_scope *below;      /* its selection set; NULL for a leaf */
    xy_scope_field *next; /* of the same response name in the scope */
    bool arguments_known;
    xy_scope_arguments arguments; /* see xy__scope_field_arguments() */
    size_t call;                  /* see xy__scope_field_call(); 0: not asked yet */
};

/* The fields of one response name in a scope. */
typedef struct xy_scope_group {
    xy_response_name *name;
    xy_scope_field *first;
    xy_scope_field *last;
} xy_scope_group;

struct xy_scope {
    size_t index; /* in xy_field_scopes.items */
    const xy_ast_selection_set *set;
    xy_scope_field *fields; /* in document order */
    size_t field_count;
    xy_scope_group *groups; /* in order of first appearance */
    size_t group_count;
    xy_definition **spreads; /* fragments spread in it, each once; unknown ones left out */
    size_t spread_count;
    xy_scope *core; /* see scopes_merge.c */
    size_t stamp;   /* for walks over scopes, as that of a response name */
    uint8_t marks;  /* for walks over scopes */
};

typedef struct xy_field_scopes {
    xy_validation *v;
    XY_VEC(xy_scope *) items;
    xy_scope **by_definition; /* the outermost scope of an operation or fragment, by index */
    size_t round;             /* to be counted up by whoever begins to use stamps */
    xy_map names;             /* -> xy_response_name */
    xy_map calls;             /* see xy__scope_field_call() */
    size_t call_count;
    bool overlapping;  /* some scope has two fields of one response name, or a spread */
    XY_VEC(char) text; /* of a key that is being written */
} xy_field_scopes;

/* Is there a selection set in the document with a fragment in it, or with two fields of one
 * response name? When there is none, no two fields can conflict, and no scopes need be made. */
bool xy__fields_may_meet(xy_validation *v);

/* The scopes of v->document, in v->arena. */
void xy__field_scopes_init(xy_field_scopes *scopes, xy_validation *v);

/* The arguments of a field, in document order. */
const xy_scope_arguments *xy__scope_field_arguments(xy_field_scopes *scopes, xy_scope_field *field);

/* The same of a directive. */
xy_scope_arguments xy__scope_arguments(xy_field_scopes *scopes, const xy_ast_arguments *arguments);

/* A number that is equal for fields of equal name and arguments only (and unequal to all others
 * when two arguments of the field have one name, which is an error elsewhere). */
size_t xy__scope_field_call(xy_field_scopes *scopes, xy_scope_field *field);

/* Do values of the two types have different shapes in JSON, whatever is selected of them? Spec
 * 5.3.2 SameResponseShape, steps 3 to 6. */
bool xy__types_differ_in_shape(const xy_type *a, const xy_type *b);

#endif
