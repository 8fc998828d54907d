/* SPDX-License-Identifier: MIT */
/* codegen/model.h -- a schema as C sees it: which structs, which functions, and their names.
 *
 *   SDL -> model (model.c: structs; fields.c: functions; names.c: what C cannot be called)
 *       -> header.c, bindings.c, stubs.c: text
 *
 * A *value* is the C type of one position of the schema: a member, a result, an item. Everything
 * lives in the model's arena; strings of the schema are borrowed from it. Lists are in the order of
 * the SDL, so the same SDL gives the same text. */
#ifndef XY_CODEGEN_MODEL_H
#define XY_CODEGEN_MODEL_H

#include "base/buf.h"
#include "base/errors.h"
#include "schema/types.h"

typedef struct xy_gen_value xy_gen_value;
typedef struct xy_gen_struct xy_gen_struct;

struct xy_gen_value {
    xy_str c;    /* "int32_t", "xy_maybe_int", "Auction *" */
    xy_str name; /* part of names: "xy_int", "Auction_ref", "Auction_list" */
    xy_slot_kind kind;
    bool maybe;                  /* of one of the xy_maybe_ types */
    bool never_null;             /* a list that reads as empty */
    const xy_gen_value *item;    /* of a list */
    const xy_type *type;         /* the named type */
    const xy_gen_struct *layout; /* of an object or input object */
};

typedef struct xy_gen_member {
    const char *name; /* in the schema */
    xy_str c;         /* in C: `default_` for `default` */
    xy_str description;
    const xy_gen_value *value;
    bool given; /* has a bool `has_<c>` beside it */
} xy_gen_member;

typedef enum xy_gen_struct_kind {
    XY_GEN_OBJECT,
    XY_GEN_INPUT,
    XY_GEN_ARGUMENTS
} xy_gen_struct_kind;

struct xy_gen_struct {
    xy_gen_struct_kind kind;
    xy_str c;
    xy_str name; /* in the schema; of arguments "Query.auction" */
    xy_str description;
    const xy_type *type; /* NULL: arguments */
    XY_VEC(xy_gen_member) members;
    bool has_id;  /* a field `id: ID!` */
    bool used;    /* an input that some field takes: the bindings know it */
    bool ordered; /* inputs: put into the list that the header follows */
};

typedef enum xy_gen_role {
    XY_GEN_RESOLVER,
    XY_GEN_PROMISE,  /* @later */
    XY_GEN_SOURCE,   /* @later on a list, a Subscription field without @topic */
    XY_GEN_BLOCKING, /* @blocking */
    XY_GEN_TOPIC,    /* @topic */
} xy_gen_role;

/* A field that a function answers for, or a topic. */
typedef struct xy_gen_field {
    xy_gen_role role;
    const xy_field *field;
    xy_str c;                   /* "Query_auction" */
    xy_str coordinate;          /* "Query.auction" */
    xy_gen_struct *arguments;   /* NULL: none */
    const xy_gen_struct *self;  /* NULL: of a root type */
    const xy_gen_value *result; /* of a source: of what is pushed */
    const xy_input_value *key;  /* of a topic; NULL: none */
    bool durable;               /* a topic whose last events are kept */
    bool is_stream;             /* of the Subscription type */
} xy_gen_field;

/* A list type that the header defines. */
typedef struct xy_gen_list {
    xy_str c;
    xy_str item; /* C type */
} xy_gen_list;

typedef struct xy_gen_model {
    xy_arena arena;
    xy_errors errors; /* what is wrong, each with its place */
    xy_schema *schema;
    xy_str prefix;
    xy_map names;     /* every global name -> its xy_gen_name */
    xy_map structs;   /* name in the schema -> xy_gen_struct */
    xy_map lists;     /* by C name -> xy_gen_value */
    xy_map nullables; /* enum types that may be null somewhere, by name -> xy_type */
    XY_VEC(xy_gen_struct *) objects;
    XY_VEC(xy_gen_struct *) inputs; /* one that another holds in place comes before it */
    XY_VEC(xy_gen_field *) fields;
    XY_VEC(xy_gen_list) list_types; /* one that is the item of another comes before it */
} xy_gen_model;

/* The model of SDL files. `prefix` stands before every global name. gives: *out, whatever is
 * returned; end it with xy__gen_model_destroy(). Returns XY_OK, or XY_EFAILED and
 * (*out)->errors. keeps: files, until then. */
int xy__gen_model_create(const xy_sdl *files, size_t count, xy_str prefix, xy_gen_model **out);
void xy__gen_model_destroy(xy_gen_model *model);

/* The value of an output or input position of `type`. */
const xy_gen_value *xy__gen_value(xy_gen_model *model, const xy_type *type);

/* The struct of an object or input object type; NULL: it has none. */
xy_gen_struct *xy__gen_struct_of(const xy_gen_model *model, const xy_type *type);

/* Make model->fields of all object types, and what their arguments need. */
void xy__gen_fields(xy_gen_model *model);

/* Has the field a function (or topic), so that it is no member of its type's struct? */
bool xy__gen_has_function(const xy_gen_model *model, const xy_field *field);

/* Add a member for an argument or input field. */
void xy__gen_add_input(xy_gen_model *model, xy_gen_struct *to, const xy_input_value *value);

/* The directive `name` in force on `field`; NULL: none. */
const xy_ast_directive *xy__gen_directive(const xy_field *field, const char *name);

/* An error at `node`. */
void xy__gen_error(xy_gen_model *model, const xy_node *node, const char *fmt, ...) XY_PRINTF(3, 4);

static inline bool xy__gen_is_root(const xy_gen_model *model, const xy_type *type)
{
    const xy_schema *schema = model->schema;

    return type == schema->query || type == schema->mutation || type == schema->subscription;
}

/* May an enum of this type be null somewhere? It has a constant for that then. */
static inline bool xy__gen_is_nullable_enum(const xy_gen_model *model, const xy_type *type)
{
    return xy__map_get(&model->nullables, type->name) != NULL;
}

#endif
