/* SPDX-License-Identifier: MIT */
/* xylem/typed.h -- what code that `xylem generate types` has written shares: values that may be
 * missing, lists, and the way between C structs and what the engine knows.
 *
 *   int Query_numbers(xy_call *c, const Query_numbers_args *a, xy_int_list *out)
 *   {
 *       xy_list_alloc(c, out, 2);
 *       out->items[0] = 1;
 *       out->items[1] = a->step.has ? a->step.value : 2;
 *       return XY_OK;
 *   }
 *
 * The first half is for applications, the second for generated code alone. */
#ifndef XYLEM_TYPED_H
#define XYLEM_TYPED_H

#include <stdarg.h>
#include <stdlib.h>

#include "xylem/app.h"
#include "xylem/live.h"
#include "xylem/stream.h"
#include "xylem/version.h"

/* ---- values that may be null ---- */

typedef struct xy_maybe_int {
    bool has; /* false is null */
    int32_t value;
} xy_maybe_int;

typedef struct xy_maybe_float {
    bool has;
    double value;
} xy_maybe_float;

typedef struct xy_maybe_bool {
    bool has;
    bool value;
} xy_maybe_bool;

static inline xy_maybe_int xy_some_int(int32_t value)
{
    return (xy_maybe_int){true, value};
}

static inline xy_maybe_float xy_some_float(double value)
{
    return (xy_maybe_float){true, value};
}

static inline xy_maybe_bool xy_some_bool(bool value)
{
    return (xy_maybe_bool){true, value};
}

/* ---- lists ---- */

/* `list` becomes one of `count` cleared items in the memory of the run of `call`; nobody frees it.
 * Any list type; with 0 an empty list, where NULL items would be null. */
#define xy_list_alloc(call, list, count)                                                           \
    ((list)->items = xy_alloc((call), (size_t)(count) * sizeof *(list)->items),                    \
     (list)->len = (size_t)(count), (list)->cap = 0)

/* Room for one more item on the heap: `items` moved, *cap updated. With a *cap of 0 `items` is not
 * on the heap: it is copied and left as it is. */
XY_API void *xy_list_grow(void *items, size_t *cap, size_t len, size_t item_size);

/* L_push(): append `item`; returns where it is, until the next push. L_free(): free what pushing
 * has allocated; the list is empty then. */
#define XY_LIST_OPS(L, T)                                                                          \
    static inline T *L##_push(L *list, T item)                                                     \
    {                                                                                              \
        if (list->len >= list->cap)                                                                \
            list->items = (T *)xy_list_grow(list->items, &list->cap, list->len, sizeof(T));        \
        list->items[list->len] = item;                                                             \
        return &list->items[list->len++];                                                          \
    }                                                                                              \
    static inline void L##_free(L *list)                                                           \
    {                                                                                              \
        if (list->cap > 0)                                                                         \
            free(list->items);                                                                     \
        *list = (L){0};                                                                            \
    }

/* A list of scalars. Its items are malloc'ed when cap > 0, and borrowed when it is 0. */
#define XY_SCALAR_LIST(L, T)                                                                       \
    typedef struct L {                                                                             \
        T *items;                                                                                  \
        size_t len;                                                                                \
        size_t cap;                                                                                \
    } L;                                                                                           \
    XY_LIST_OPS(L, T)

XY_SCALAR_LIST(xy_str_list, xy_str)
XY_SCALAR_LIST(xy_int_list, int32_t)
XY_SCALAR_LIST(xy_maybe_int_list, xy_maybe_int)
XY_SCALAR_LIST(xy_float_list, double)
XY_SCALAR_LIST(xy_maybe_float_list, xy_maybe_float)
XY_SCALAR_LIST(xy_bool_list, bool)
XY_SCALAR_LIST(xy_maybe_bool_list, xy_maybe_bool)
XY_SCALAR_LIST(xy_value_list, xy_value)

/* ---- publishing from anywhere ---- */

static inline xy_app *xy_app_itself(xy_app *app)
{
    return app;
}

/* The application behind `at`, an xy_call * or an xy_app *. Nothing else compiles: a resolver on
 * the worker pool publishes through the xy_app *. */
/* clang-format off */
#define xy_app_of(at)                                                                              \
    _Generic((at),                                                                                 \
        xy_call *: xy_call_app,                                                                    \
        const xy_call *: xy_call_app,                                                              \
        xy_app *: xy_app_itself)(at)
/* clang-format on */

/* ---- for generated code ---- */

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
} xy_typed_field;

typedef struct xy_typed_module {
    xy_sdl sdl;
    const xy_layout *const *layouts; /* of object types */
    size_t layout_count;
    const xy_typed_field *fields;
    size_t field_count;
} xy_typed_module;

/* xy_schema_load() of the module's SDL, with everything bound. `more` may be NULL; its files do not
 * count. */
XY_API int xy_typed_load(const xy_typed_module *module, const xy_schema_options *more,
                         xy_schema **out, xy_str *problems);

/* The arguments of `call` as the struct `out` of `layout`. What it points to lives as long as the
 * call's memory. */
XY_API void xy_typed_arguments(xy_call *call, const xy_layout *layout, void *out);

/* The struct whose field is asked for; one made of the JSON object when an event brought it. */
XY_API const void *xy_typed_self(xy_call *call, const xy_layout *layout);

/* Put what `slot` reads from `value`, `size` bytes, which are copied. */
XY_API int xy_typed_put(xy_call *call, const xy_slot *slot, const void *value, size_t size);

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
 * nested more than 64 levels deep, as objects are that contain each other; XY_EUNAVAILABLE where `app` is
 * NULL: there is no server. */
XY_API int xy_typed_publish(xy_app *app, xy_str topic, xy_str id, const xy_slot *slot,
                            const void *value);

/* Invalidate the object `id` of `type`, or the key `type` itself when `id` is null. Returns as
 * xy_invalidate(), and XY_EUNAVAILABLE. */
XY_API int xy_typed_invalidate(xy_app *app, const char *type, xy_str id);

#endif
