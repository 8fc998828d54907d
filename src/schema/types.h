/* SPDX-License-Identifier: MIT */
/* schema/types.h -- the schema in memory: types, fields, arguments, directives, all linked by
 * pointers. Spec 3 Type System.
 *
 * Built once in the schema's arena, read-only after binding. Wrapping types are interned:
 * `[Int!]` is one xy_type however often it is written, so types are compared by pointer. Lists
 * are in the order of the SDL. */
#ifndef XY_SCHEMA_TYPES_H
#define XY_SCHEMA_TYPES_H

#include "xylem/schema.h"
#include "xylem/value.h"

#include "base/arena.h"
#include "base/map.h"
#include "base/vec.h"
#include "language/ast.h"

typedef enum xy_type_kind {
    XY_TYPE_SCALAR,
    XY_TYPE_OBJECT,
    XY_TYPE_INTERFACE,
    XY_TYPE_UNION,
    XY_TYPE_ENUM,
    XY_TYPE_INPUT_OBJECT,
    XY_TYPE_LIST,
    XY_TYPE_NON_NULL,
} xy_type_kind;

typedef enum xy_scalar {
    XY_SCALAR_CUSTOM,
    XY_SCALAR_INT,
    XY_SCALAR_FLOAT,
    XY_SCALAR_STRING,
    XY_SCALAR_BOOLEAN,
    XY_SCALAR_ID,
} xy_scalar;

typedef struct xy_type xy_type;
typedef struct xy_field xy_field;
typedef struct xy_input_value xy_input_value;
typedef struct xy_enum_value xy_enum_value;
typedef struct xy_directive xy_directive;
typedef struct xy_guard xy_guard; /* schema/guard.h */

/* A list of pointers to T, len of them. */
#define XY_LIST_OF(T)                                                                              \
    struct {                                                                                       \
        T **items;                                                                                 \
        size_t len;                                                                                \
    }

typedef XY_LIST_OF(xy_type) xy_types;
typedef XY_LIST_OF(xy_field) xy_fields;
typedef XY_LIST_OF(xy_input_value) xy_input_values;
typedef XY_LIST_OF(xy_enum_value) xy_enum_values;

/* An argument of a field or directive, or a field of an input object. */
struct xy_input_value {
    xy_str name;
    xy_str description; /* null without */
    xy_type *type;
    xy_ast_value *default_value;     /* the literal; NULL without */
    const xy_value *default_coerced; /* schema/coerce_defaults.h; NULL: none, or not valid */
    xy_str deprecation_reason;       /* null: not deprecated */
    const xy_ast_input_value *definition;
};

struct xy_field {
    xy_str name;
    xy_str description;
    xy_type *parent; /* the object or interface it belongs to */
    xy_type *type;
    xy_input_values arguments;
    xy_str deprecation_reason;
    const xy_ast_field_definition *definition; /* NULL for the introspection fields */
    xy_resolver *resolver;                     /* bound, or NULL */
    xy_blocking_resolver *blocking;            /* likewise; never both */
    xy_opener *opener;                         /* Subscription fields */
    const xy_slot *slot;                       /* read by offset, or NULL */
    xy_guard *guards;                          /* what is asked before, or NULL */
};

struct xy_enum_value {
    xy_str name;
    xy_str description;
    xy_str deprecation_reason;
    const xy_ast_enum_value *definition;
};

struct xy_type {
    xy_type_kind kind;
    xy_scalar scalar;
    bool is_introspection; /* __Schema and its kin */
    bool is_one_of;        /* INPUT_OBJECT with @oneOf */
    uint32_t index;        /* of a named type in xy_schema.types */
    xy_str name;           /* null for LIST and NON_NULL */
    xy_str description;
    xy_type *of;          /* LIST, NON_NULL */
    xy_type *named;       /* the type under all wrappers; itself when there is none */
    xy_type *as_list;     /* [this], interned; NULL until something asked for it */
    xy_type *as_non_null; /* this!, likewise */

    xy_fields fields;        /* OBJECT, INTERFACE */
    xy_map fields_by_name;   /* -> xy_field */
    xy_types interfaces;     /* OBJECT, INTERFACE: declared ones */
    xy_types possible;       /* OBJECT: itself; INTERFACE, UNION (its members): the object types */
    xy_map possible_by_name; /* INTERFACE, UNION -> xy_type */
    xy_types implementing_interfaces; /* INTERFACE: the interfaces that implement it */
    xy_enum_values values;
    xy_map values_by_name; /* -> xy_enum_value */
    xy_input_values input_fields;
    xy_map input_fields_by_name; /* -> xy_input_value */
    xy_str specified_by_url;
    const xy_scalar_hooks *hooks; /* SCALAR, custom: bound, or NULL */

    const xy_ast_type_definition *definition; /* NULL for built-in types */
    XY_LIST_OF(const xy_ast_type_definition) extensions;
};

struct xy_directive {
    xy_str name;
    xy_str description;
    xy_input_values arguments;
    bool repeatable;
    xy_str deprecation_reason;
    XY_LIST_OF(const char) locations;              /* "FIELD_DEFINITION", in the SDL's order */
    const xy_ast_directive_definition *definition; /* NULL for built-in directives */
};

struct xy_schema {
    xy_arena *arena;
    xy_str description;
    xy_type *query; /* NULL when the schema has none (such a schema does not validate) */
    xy_type *mutation;
    xy_type *subscription;
    xy_types types;       /* named types, in the order of graphql-js' type map */
    xy_map types_by_name; /* -> xy_type */
    XY_LIST_OF(xy_directive) directives;
    xy_map directives_by_name; /* -> xy_directive */
    xy_type *type_int, *type_float, *type_string, *type_boolean, *type_id;
    xy_resolver *default_resolver;
    xy_str id_field; /* that makes the keys of objects; null: "id" */
    XY_VEC(const char *) durable_topics;
    /* The meta fields __schema, __type (on the query type) and __typename (on composite types). */
    xy_field *field_schema, *field_type, *field_typename;
    const xy_ast_schema *definition; /* NULL when implied */
    XY_LIST_OF(const xy_ast_schema) extensions;
};

static inline xy_type *xy__schema_type(const xy_schema *schema, xy_str name)
{
    return xy__map_get(&schema->types_by_name, name);
}

static inline xy_directive *xy__schema_directive(const xy_schema *schema, xy_str name)
{
    return xy__map_get(&schema->directives_by_name, name);
}

#define XY_FIELDS_SEARCHED_MAX 8u

/* The field `name` of an object or interface; NULL otherwise. Meta fields are not among them. */
static inline xy_field *xy__type_field(const xy_type *type, xy_str name)
{
    /* Most types have few fields: looking at all their names takes less time than a hash. */
    if (type->fields.len <= XY_FIELDS_SEARCHED_MAX &&
        type->fields.len == type->fields_by_name.len) {
        for (size_t i = 0; i < type->fields.len; i++)
            if (xy_str_eq(type->fields.items[i]->name, name))
                return type->fields.items[i];
        return NULL;
    }
    return xy__map_get(&type->fields_by_name, name);
}

/* The kind of type that a TypeDefinition or TypeExtension node of this xy_kind tells of. */
xy_type_kind xy__kind_type_kind(unsigned kind);

/* `[type]` and `type!`, interned. Building and binding only: a document's own type references go
 * through schema/type_ref.h, which leaves the schema as it is. */
xy_type *xy__type_list(xy_schema *schema, xy_type *type);
xy_type *xy__type_non_null(xy_schema *schema, xy_type *type);

/* "[Int!]!" in `arena`. */
xy_str xy__type_print(xy_arena *arena, const xy_type *type);

static inline bool xy__type_is_leaf(const xy_type *type)
{
    return type->kind == XY_TYPE_SCALAR || type->kind == XY_TYPE_ENUM;
}

static inline bool xy__type_is_abstract(const xy_type *type)
{
    return type->kind == XY_TYPE_INTERFACE || type->kind == XY_TYPE_UNION;
}

static inline bool xy__type_is_composite(const xy_type *type)
{
    return type->kind == XY_TYPE_OBJECT || xy__type_is_abstract(type);
}

/* Spec 3.4.2 IsInputType, IsOutputType. */
static inline bool xy__type_is_input(const xy_type *type)
{
    return xy__type_is_leaf(type->named) || type->named->kind == XY_TYPE_INPUT_OBJECT;
}

static inline bool xy__type_is_output(const xy_type *type)
{
    return type->named->kind != XY_TYPE_INPUT_OBJECT;
}

/* Is `object` among the possible types of `abstract` (or the same)? */
bool xy__type_is_possible(const xy_type *abstract, const xy_type *object);

/* May a value of `sub` stand where `super` is wanted? (Covariance of output types, spec 3.6
 * IsValidImplementationFieldType.) */
bool xy__type_is_sub_type(const xy_type *super, const xy_type *sub);

/* Can some object be of both composite types? */
bool xy__type_overlap(const xy_type *a, const xy_type *b);

#endif
