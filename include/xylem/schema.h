/* SPDX-License-Identifier: MIT */
/* xylem/schema.h -- a schema from SDL, and what answers for its fields.
 *
 *   xy_schema *schema;
 *   xy_str problems;
 *   xy_schema_options options = {.files = files, .file_count = 2};
 *
 *   if (xy_schema_load(&options, &schema, &problems) < 0)
 *       die(problems);
 *   xy_bind(schema, "Query.room", Query_room);
 *
 * Load and bind before the first request; afterwards a schema is read-only and shared by all
 * threads. */
#ifndef XYLEM_SCHEMA_H
#define XYLEM_SCHEMA_H

#include <stdint.h>

#include "xylem/error.h"
#include "xylem/str.h"

typedef struct xy_schema xy_schema;
typedef struct xy_call xy_call;
typedef struct xy_work xy_work;
typedef struct xy_source_stream xy_source_stream;
typedef struct xy_value xy_value;
typedef struct xy_coercion xy_coercion;

/* Answers for one field: puts a value (xylem/call.h) and returns XY_OK, or says why not: `return
 * xy_fail(call, ...)`. */
typedef int xy_resolver(xy_call *call);

/* The same on a thread of the pool, where it may block: see xylem/work.h. */
typedef int xy_blocking_resolver(xy_work *work);

/* Opens the source stream of a Subscription field (xylem/stream.h). `call` (its arguments,
 * identity) is valid until the return. */
typedef int xy_opener(xy_call *call, xy_source_stream *stream);

/* One SDL text. */
typedef struct xy_sdl {
    xy_str name; /* of the file, for messages; may be null */
    xy_str text;
} xy_sdl;

typedef struct xy_schema_options {
    /* object types of the same name in several files merge, as Redwood merges `type Query` */
    const xy_sdl *files;
    size_t file_count;
    bool defer_stream; /* define @defer and @stream where the SDL does not */
    /* the field of type ID! whose value makes an object's key, `Type:<value>` (xylem/live.h); NULL:
     * "id" */
    const char *id_field;
    /* no merging: two types of one name are an error, as the specification has it */
    bool strict_spec_sdl;
} xy_schema_options;

/* Parse, validate and build; @live (xylem/live.h) is defined where the SDL does not,
 * @requireAuth and @skipAuth (xylem/auth.h) where it uses them besides. The SDL texts
 * are copied. gives: *out, end it with
 * xy_schema_destroy(). On failure *problems (may be NULL) gets one line per error,
 * "file:line:column: message (also at file:line:column)". gives: *problems, free() its ptr.
 * Returns 0, XY_ESYNTAX or XY_EFAILED. */
XY_API int xy_schema_load(const xy_schema_options *options, xy_schema **out, xy_str *problems);

/* takes: schema (NULL is fine). Nothing may use it any more. */
XY_API void xy_schema_destroy(xy_schema *schema);

/* The schema as SDL (printSchema). gives: the text, free() its ptr. */
XY_API xy_str xy_schema_print(const xy_schema *schema);

/* Let `resolver` answer for "Type.field" of an object type. Returns XY_ENOTFOUND when the schema
 * has no such field, XY_EEXIST when it is bound. */
XY_API int xy_bind(xy_schema *schema, const char *coordinate, xy_resolver *resolver);

/* Let `resolver` answer for "Type.field" on the pool (xylem/work.h). Returns as xy_bind(). */
XY_API int xy_bind_blocking(xy_schema *schema, const char *coordinate,
                            xy_blocking_resolver *resolver);

/* Let `opener` open the source stream of "Subscription.field". Returns as xy_bind(). */
XY_API int xy_bind_stream(xy_schema *schema, const char *coordinate, xy_opener *opener);

/* Let `resolver` answer for every field that has neither a resolver nor a slot. NULL (the
 * default): the member of that name of the JSON object that is the parent. */
XY_API void xy_bind_default(xy_schema *schema, xy_resolver *resolver);

/* Make the topic `name`, and every `name:id`, durable (docs/guide/durable-topics.md) on every
 * server of the schema, as if it stood in the server's configuration. keeps: name, as long as the
 * schema. */
XY_API void xy_schema_make_durable(xy_schema *schema, const char *name);

/* How a member of a C struct is read. */
typedef enum xy_slot_kind {
    XY_SLOT_BOOL,   /* bool */
    XY_SLOT_INT32,  /* int32_t */
    XY_SLOT_INT64,  /* int64_t */
    XY_SLOT_DOUBLE, /* double */
    XY_SLOT_STR,    /* xy_str; a NULL ptr is null */
    XY_SLOT_ENUM,   /* int: index of the value in the SDL's order; negative is null */
    XY_SLOT_VALUE,  /* xy_value */
    XY_SLOT_OBJECT, /* pointer to a struct; NULL is null */
    XY_SLOT_STRUCT, /* the struct itself, in place; never null (unless has_offset says so) */
    XY_SLOT_ANY,    /* xy_any: object of an abstract type */
    /* xy_items of `item`; NULL items are null (an empty list has any other pointer) */
    XY_SLOT_LIST,
} xy_slot_kind;

#define XY_SLOT_NO_HAS UINT32_MAX
/* A LIST that is never null: NULL items are an empty one. */
#define XY_SLOT_EMPTY (UINT32_MAX - 1)

typedef struct xy_slot {
    const char *field; /* NULL in an item */
    xy_slot_kind kind;
    uint32_t offset; /* in the struct; 0 in an item */
    /* of a bool that says "not null", for kinds without a null of their own; or XY_SLOT_NO_HAS */
    uint32_t has_offset;
    const struct xy_slot *item; /* LIST: how each item is read */
    uint32_t item_size;         /* LIST: bytes from one item to the next */
    /* for xylem/generated.h: in a struct of inputs, of a bool that says "was given"; 0: none */
    uint32_t given_offset;
    const struct xy_layout *layout; /* likewise: of the struct, enum or abstract type */
} xy_slot;

/* The layout of a list member of a typed struct. */
typedef struct xy_items {
    const void *items;
    size_t len;
} xy_items;

/* An object of an interface or union type: which concrete type, and the struct. */
typedef struct xy_any {
    const char *type; /* name of the object type; NULL is null */
    const void *object;
} xy_any;

/* Read fields of `type` by offset from the struct that a resolver puts for it. keeps: slots, as
 * long as the schema. Returns XY_ENOTFOUND when there is no such object type or field, XY_EEXIST
 * when a field has a slot already, XY_EINVAL when a slot cannot hold what the field's type says;
 * nothing is bound then. */
XY_API int xy_bind_struct(xy_schema *schema, const char *type, const xy_slot *slots, size_t count);

/* Turns one value of a custom scalar into another; `value` is never null. Returns XY_OK and
 * *out; or `return xy_coercion_fail(coercion, ...)`, or another negative code. What *out points
 * to is `value`'s, static, or from xy_coercion_alloc(). Called from any thread that parses
 * documents or runs them. */
typedef int xy_scalar_fn(xy_coercion *coercion, const xy_value *value, xy_value *out);

typedef struct xy_scalar_hooks {
    /* Input: a variable's JSON, or a literal as JSON. NULL: as it is. */
    xy_scalar_fn *parse;
    /* Output: what a resolver put, to the JSON clients get. NULL: as it is. */
    xy_scalar_fn *serialize;
} xy_scalar_hooks;

/* Let `hooks` read and write values of the custom scalar `type`. keeps: hooks, as long as the
 * schema. Returns XY_ENOTFOUND when the schema has no such custom scalar, XY_EEXIST when it is
 * bound, XY_EFAILED when `parse` refuses a default value in the SDL (it is then bound, and the
 * schema of no use). */
XY_API int xy_bind_scalar(xy_schema *schema, const char *type, const xy_scalar_hooks *hooks);

/* `size` cleared bytes that live as long as the value. Never NULL. */
XY_API void *xy_coercion_alloc(xy_coercion *coercion, size_t size);

/* The value is refused with a message for the client. Returns XY_EFAILED. */
XY_API int xy_coercion_fail(xy_coercion *coercion, const char *fmt, ...) XY_PRINTF(2, 3);

#endif
