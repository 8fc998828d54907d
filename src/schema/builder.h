/* SPDX-License-Identifier: MIT */
/* schema/builder.h -- what the parts of schema/build.h share while they make one schema. */
#ifndef XY_SCHEMA_BUILDER_H
#define XY_SCHEMA_BUILDER_H

#include "base/vec.h"
#include "schema/build.h"

/* The extensions of one type or directive, in order. */
typedef struct xy_extensions {
    XY_VEC(const xy_node *) nodes;
} xy_extensions;

typedef struct xy_builder {
    xy_schema *schema;
    xy_arena *arena;  /* the schema's */
    xy_arena scratch; /* gone when the schema is built */
    const xy_schema *base;
    xy_errors *errors;

    xy_map types;               /* every type that may be named: -> xy_type */
    xy_map standard;            /* built-in ones among them */
    XY_VEC(xy_type *) declared; /* base and document, in the order of the type map */
    XY_VEC(xy_type *) listed;   /* and built-in ones: what becomes the schema's list */
    XY_VEC(xy_directive *) directives;
    XY_VEC(xy_directive *) standard_directives;
    xy_map type_extensions;                        /* of the document: -> xy_extensions */
    xy_map directive_extensions;                   /* likewise */
    const xy_directive *deprecated, *specified_by; /* the built-in ones */
    bool failed; /* there is an error: nothing more is looked at */
} xy_builder;

/* xy_type.index of a type that is not in the schema's list; of one that is going to be. */
#define XY_TYPE_UNLISTED UINT32_MAX
#define XY_TYPE_WAITING  (UINT32_MAX - 1)

/* A builder with a schema that has what is built in; end it by xy__arena_deinit(&b->scratch). */
void xy__builder_begin(xy_builder *builder, xy_arena *arena, const xy_schema *base,
                       xy_errors *errors);

/* A type without members, known by its name from now on. */
xy_type *xy__builder_make_type(xy_builder *builder, const xy_ast_type_definition *definition);

/* The type that `ref` names, which exists. */
xy_type *xy__builder_type(xy_builder *builder, const xy_ast_type *ref);

/* A description; the null string without one. */
xy_str xy__builder_description(const xy_ast_value *description);

/* The reason in a @deprecated among `directives`; null without. On a wrong argument the builder
 * has failed. */
xy_str xy__builder_deprecation(xy_builder *builder, xy_ast_directives directives);

/* Likewise the url of a @specifiedBy. */
xy_str xy__builder_specified_by(xy_builder *builder, xy_ast_directives directives);

/* Fill in what definition and extensions of `type` say of its members. */
void xy__builder_fill(xy_builder *builder, xy_type *type);

/* The same for enum values, which come after all other types: that is when the reference looks
 * at them. */
void xy__builder_fill_enum(xy_builder *builder, xy_type *type);

/* A directive of its definition and extensions (may be NULL). */
xy_directive *xy__builder_directive(xy_builder *builder,
                                    const xy_ast_directive_definition *definition,
                                    const xy_extensions *extensions);

/* Make the list of the schema's types, when all have their members. */
void xy__builder_list_types(xy_builder *builder);

/* Find the possible types of all abstract types, when there is that list. */
void xy__builder_link_types(xy_builder *builder);

#endif
