/* SPDX-License-Identifier: MIT */
/* xylem/generated.h -- the way between C structs and the engine, for code that `xylem generate
 * types` has written; applications need nothing of it. */
#ifndef XYLEM_GENERATED_H
#define XYLEM_GENERATED_H

#include <stdarg.h>

#include "xylem/typed.h"
#include "xylem/version.h"

/* What a C type stands for; one of the three parts is there. */
typedef struct xy_layout {
    const char *type; /* its name in the schema; of arguments: the field's */
    size_t size;      /* a struct, of an object type, input object or arguments: */
    const xy_slot *slots;
    size_t slot_count;
    const char *const *values; /* an enum */
    size_t value_count;
    const struct xy_layout *const *possible; /* an interface or union: its object types */
    size_t possible_count;
} xy_layout;

/* Who answers for a field: one of these. */
typedef struct xy_typed_field {
    const char *coordinate;
    xy_resolver *resolver;
    xy_opener *opener;
    xy_blocking_resolver *blocking;
} xy_typed_field;

typedef struct xy_typed_module {
    xy_sdl sdl;
    const xy_layout *const *layouts; /* of object types */
    size_t layout_count;
    const xy_typed_field *fields;
    size_t field_count;
    const char *const *durable_topics; /* up to NULL; NULL: none */
} xy_typed_module;

/* xy_schema_load() of the module's SDL, with everything bound. `more` may be NULL; its files are
 * loaded too, and what they define is bound by whoever wrote them. */
XY_API int xy_typed_load(const xy_typed_module *module, const xy_schema_options *more,
                         xy_schema **out, xy_str *problems);

/* The arguments of `call` as the struct `out` of `layout`. What it points to lives as long as the
 * call's memory. */
XY_API void xy_typed_arguments(xy_call *call, const xy_layout *layout, void *out);

/* The struct whose field is asked for; one made of the JSON object when an event brought it. */
XY_API const void *xy_typed_self(xy_call *call, const xy_layout *layout);

/* Put what `slot` reads from `value`, `size` bytes, which are copied; unless the resolver has put
 * an answer or asked for a promise by itself. */
XY_API int xy_typed_put(xy_call *call, const xy_slot *slot, const void *value, size_t size);

/* The same three for a work. */
XY_API void xy_typed_work_arguments(xy_work *work, const xy_layout *layout, void *out);
XY_API const void *xy_typed_work_self(xy_work *work, const xy_layout *layout);
XY_API int xy_typed_work_put(xy_work *work, const xy_slot *slot, const void *value, size_t size);

/* A promise under its typed face. */
typedef struct xy_typed_promise {
    xy_promise *promise;
    bool answered;
} xy_typed_promise;

/* xy_typed_put() and xy_promise_resolve(). */
XY_API void xy_typed_resolve(xy_typed_promise *promise, const xy_slot *slot, const void *value,
                             size_t size);

/* The same with a message for the client. Returns XY_OK: it is answered. */
XY_API int xy_typed_reject(xy_typed_promise *promise, const char *fmt, va_list args)
    XY_PRINTF(2, 0);

/* What the resolver's return means for the field: an error answers the promise. */
XY_API int xy_typed_later(xy_call *call, xy_typed_promise *promise, int rc);

/* Push what `slot` reads from `value` as an event or item. Returns as xy_stream_push(). */
XY_API int xy_typed_push(xy_source_stream *stream, const xy_slot *slot, const void *value);

/* xy_stream_fail() with a message for the client. Returns XY_OK. */
XY_API int xy_typed_stream_fail(xy_source_stream *stream, const char *fmt, va_list args)
    XY_PRINTF(2, 0);

/* Publish what `slot` reads from `value`. Returns as xy_publish(); XY_ELIMIT also for what is
 * nested more than 64 levels deep, as objects are that contain each other; XY_EUNAVAILABLE where
 * `app` is NULL: there is no server. */
XY_API int xy_typed_publish(xy_app *app, xy_str topic, xy_str id, const xy_slot *slot,
                            const void *value);

/* Invalidate the object `id` of `type`, or the key `type` itself when `id` is null. Returns as
 * xy_invalidate(), and XY_EUNAVAILABLE. */
XY_API int xy_typed_invalidate(xy_app *app, const char *type, xy_str id);

#endif
