/* SPDX-License-Identifier: MIT */
/* xylem/typed.h -- what the types that `xylem generate types` has written are made of: values that
 * may be missing, and lists.
 *
 *   int Query_numbers(xy_call *c, const Query_numbers_args *a, xy_int_list *out)
 *   {
 *       xy_list_alloc(c, out, 2);
 *       out->items[0] = 1;
 *       out->items[1] = a->step.has ? a->step.value : 2;
 *       return XY_OK;
 *   }
 *
 * What generated code alone needs is in xylem/generated.h. */
#ifndef XYLEM_TYPED_H
#define XYLEM_TYPED_H

#include <stdlib.h>
#include <string.h>

#include "xylem/app.h"
#include "xylem/identity.h"
#include "xylem/live.h"
#include "xylem/log.h"
#include "xylem/stream.h"
#include "xylem/work.h"

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

/* `list`, of any list type, becomes one of `count` cleared items in the memory of the run of `at`,
 * an xy_call * or xy_work *; nobody frees it. With 0 an empty list, where NULL items would be
 * null. */
#define xy_list_alloc(at, list, count)                                                             \
    ((list)->items = xy_alloc_of(at)((at), (size_t)(count) * sizeof *(list)->items),               \
     (list)->len = (size_t)(count), (list)->cap = 0)

/* `to` becomes a list of the items of `from`, of the same type, likewise in the memory of the run:
 * for an answer that is read while the application goes on with its list. */
#define xy_list_copy(at, to, from)                                                                 \
    (xy_list_alloc(at, to, (from)->len),                                                           \
     memcpy((to)->items, (from)->items ? (const void *)(from)->items : (const void *)(to)->items,  \
            (from)->len * sizeof *(to)->items))

#define xy_alloc_of(at) _Generic((at), xy_call * : xy_alloc, xy_work * : xy_work_alloc)

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

#endif
