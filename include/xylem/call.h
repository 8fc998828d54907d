/* SPDX-License-Identifier: MIT */
/* xylem/call.h -- what a resolver sees: its arguments, its parent, and the place for its answer.
 *
 *   static int Query_room(xy_call *call)
 *   {
 *       xy_str id = xy_arg_str(call, "id");
 *       xy_result *item = xy_put_list(call, 1);
 *       ...
 *       return XY_OK;
 *   }
 *
 * A call is valid until its resolver returns, or, when the resolver asked for a promise, until
 * that is resolved. What it allocates lives as long as the run. Loop's thread only. */
#ifndef XYLEM_CALL_H
#define XYLEM_CALL_H

#include "xylem/schema.h"
#include "xylem/value.h"

typedef struct xy_app xy_app;
typedef struct xy_promise xy_promise;
struct uv_loop_s;

/* ---- what came in ---- */

/* The coerced argument `name`; NULL when it is absent (which is not null). Spec 6.4.1
 * CoerceArgumentValues. */
XY_API const xy_value *xy_arg(const xy_call *call, const char *name);

/* The argument as one C type: the null string, 0 or false where it is absent, null or of another
 * kind. */
XY_API xy_str xy_arg_str(const xy_call *call, const char *name);
XY_API int32_t xy_arg_int(const xy_call *call, const char *name);
XY_API double xy_arg_float(const xy_call *call, const char *name);
XY_API bool xy_arg_bool(const xy_call *call, const char *name);

/* All coerced arguments as an OBJECT, in order of their definition. */
XY_API const xy_value *xy_args(const xy_call *call);

/* The struct whose field is asked for; NULL when the parent is JSON or the operation's root. */
XY_API const void *xy_parent(const xy_call *call);

/* The JSON value whose field is asked for (an event's payload under Subscription); NULL when the
 * parent is a struct. */
XY_API const xy_value *xy_parent_value(const xy_call *call);

/* Name of the field, and of the object type it is asked of. */
XY_API xy_str xy_call_field(const xy_call *call);
XY_API xy_str xy_call_type(const xy_call *call);

/* The application handle (xylem/app.h): to publish, invalidate, and find what main() put there.
 * NULL outside a server. */
XY_API xy_app *xy_call_app(const xy_call *call);

/* The loop this call runs on, for the resolver's own I/O. NULL outside a server. */
XY_API struct uv_loop_s *xy_call_loop(const xy_call *call);

/* ---- memory ---- */

/* `size` cleared bytes that live as long as the run. Never NULL; a run over its memory limit
 * fails after the resolver returns. */
XY_API void *xy_alloc(xy_call *call, size_t size);

#define xy_new(call, T) ((T *)xy_alloc((call), sizeof(T)))

/* A copy of `s` that lives as long as the run; formatted text likewise. */
XY_API xy_str xy_copy(xy_call *call, xy_str s);
XY_API xy_str xy_format(xy_call *call, const char *fmt, ...) XY_PRINTF(2, 3);

/* `value` as JSON text, likewise. */
XY_API xy_str xy_json(xy_call *call, const xy_value *value);

/* ---- the answer ---- */

typedef enum xy_result_kind {
    XY_RESULT_NULL,
    XY_RESULT_BOOL,
    XY_RESULT_INT,
    XY_RESULT_FLOAT,
    XY_RESULT_STR,    /* also enum values by name */
    XY_RESULT_VALUE,  /* JSON: leaf, object or list */
    XY_RESULT_OBJECT, /* a C struct */
    XY_RESULT_SLOT,   /* a C value read through an xy_slot, lists of structs above all */
    XY_RESULT_LIST,   /* array of xy_result */
    XY_RESULT_ERROR,  /* this position fails with a message */
    XY_RESULT_LATER,  /* a promise fills it */
} xy_result_kind;

/* What a field resolved to, before it is completed against its type (spec 6.4.3). Borrowed
 * pointers must live as long as the run. Value type of 24 bytes. */
typedef struct xy_result {
    uint32_t kind; /* xy_result_kind */
    uint32_t len;  /* LIST: items */
    union {
        bool boolean;
        int64_t integer;
        double real;
        const char *text; /* STR, ERROR: with `size` */
        const xy_value *value;
        const void *object;
        struct xy_result *items;
        xy_promise *promise;
    };
    union {
        size_t size; /* STR, ERROR */
        /* OBJECT: name of the object type where the field's is abstract; else NULL */
        const char *type;
        const xy_slot *slot; /* SLOT: how to read at `object` (its offset applies) */
    };
} xy_result;

static inline xy_result xy_result_null(void)
{
    return (xy_result){.kind = XY_RESULT_NULL};
}

static inline xy_result xy_result_bool(bool b)
{
    return (xy_result){.kind = XY_RESULT_BOOL, .boolean = b};
}

static inline xy_result xy_result_int(int64_t i)
{
    return (xy_result){.kind = XY_RESULT_INT, .integer = i};
}

static inline xy_result xy_result_float(double d)
{
    return (xy_result){.kind = XY_RESULT_FLOAT, .real = d};
}

/* The null string is null. */
static inline xy_result xy_result_str(xy_str s)
{
    return s.ptr ? (xy_result){.kind = XY_RESULT_STR, .text = s.ptr, .size = s.len}
                 : xy_result_null();
}

/* NULL is null. */
static inline xy_result xy_result_value(const xy_value *value)
{
    return value ? (xy_result){.kind = XY_RESULT_VALUE, .value = value} : xy_result_null();
}

/* NULL is null. `type` names the object type where the field's type is an interface or union;
 * else NULL. */
static inline xy_result xy_result_object(const char *type, const void *object)
{
    return object ? (xy_result){.kind = XY_RESULT_OBJECT, .object = object, .type = type}
                  : xy_result_null();
}

static inline xy_result xy_result_slot(const xy_slot *slot, const void *object)
{
    return (xy_result){.kind = XY_RESULT_SLOT, .object = object, .slot = slot};
}

/* This position, a field or an item of a list, fails with a message that clients may read. */
static inline xy_result xy_result_error(xy_str message)
{
    return (xy_result){.kind = XY_RESULT_ERROR, .text = message.ptr, .size = message.len};
}

static inline xy_result xy_result_promise(xy_promise *promise)
{
    return (xy_result){.kind = XY_RESULT_LATER, .promise = promise};
}

/* Set the answer; the last one counts, none at all is null. Returns XY_OK, so a resolver may end
 * with it. */
XY_API int xy_put(xy_call *call, xy_result result);

/* The answer is a list of `count` items, all null until the caller fills them. */
XY_API xy_result *xy_put_list(xy_call *call, size_t count);

/* An array of `count` results, for lists inside lists: (xy_result){.kind = XY_RESULT_LIST,
 * .items = …, .len = count}. */
XY_API xy_result *xy_results(xy_call *call, size_t count);

static inline int xy_put_bool(xy_call *call, bool b)
{
    return xy_put(call, xy_result_bool(b));
}

static inline int xy_put_int(xy_call *call, int64_t i)
{
    return xy_put(call, xy_result_int(i));
}

static inline int xy_put_float(xy_call *call, double d)
{
    return xy_put(call, xy_result_float(d));
}

static inline int xy_put_str(xy_call *call, xy_str s)
{
    return xy_put(call, xy_result_str(s));
}

static inline int xy_put_object(xy_call *call, const void *object)
{
    return xy_put(call, xy_result_object(NULL, object));
}

static inline int xy_put_value(xy_call *call, const xy_value *value)
{
    return xy_put(call, xy_result_value(value));
}

/* ---- no answer ---- */

/* The field fails with a message for the client. Returns XY_EFAILED: `return xy_fail(call, "no
 * auction %d", id);`. A resolver that returns another negative code fails with a text which
 * production masks. */
XY_API int xy_fail(xy_call *call, const char *fmt, ...) XY_PRINTF(2, 3);

/* The same with `extensions.code`; `code` is static storage. */
XY_API int xy_fail_code(xy_call *call, const char *code, const char *fmt, ...) XY_PRINTF(3, 4);

/* The same with `extensions.properties`, what a program needs to react to the error, say which
 * field of a form to mark: {"code":"BAD_USER_INPUT","properties":{"field":"title"}}. `code` and
 * `properties` may be NULL: left out. The properties are copied. */
XY_API int xy_fail_with(xy_call *call, const char *code, const xy_value *properties,
                        const char *fmt, ...) XY_PRINTF(4, 5);

/* The field fails for a reason that is not the client's business: in production the client reads
 * "Something went wrong." and the log has the text. Returns XY_EFAILED. */
XY_API int xy_fail_internal(xy_call *call, const char *fmt, ...) XY_PRINTF(2, 3);

/* ---- an answer later ---- */

/* Called when nobody waits for the promise any more (the client has gone, the position was
 * nulled): stop timers and I/O. */
typedef void xy_on_stop(void *arg);

/* The field's answer comes later: `return XY_OK` now, put into xy_promise_call() and
 * xy_promise_resolve() when it is there. gives: a promise to be resolved exactly once, also
 * after its stop. */
XY_API xy_promise *xy_later(xy_call *call);

/* A promise for an item of a list, put with xy_result_promise(). */
XY_API xy_promise *xy_later_item(xy_call *call);

/* The call to put the answer (or xy_fail()) into; the arguments are still there. */
XY_API xy_call *xy_promise_call(xy_promise *promise);

/* takes: promise. Completes the field with what was put. */
XY_API void xy_promise_resolve(xy_promise *promise);

/* keeps: arg, until `fn` was called or the promise is resolved. What is stopped still has to be
 * resolved, in `fn` or later; nothing comes of it. */
XY_API void xy_promise_on_stop(xy_promise *promise, xy_on_stop *fn, void *arg);

/* Call `fn` once in `delay_ms` with the promise; the timer belongs to the promise and dies with
 * it, or with its client: then `fn` is not called, and when there is no on_stop that would
 * resolve the promise, it is resolved by itself. One timer a promise; again moves it. */
typedef void xy_promise_fn(xy_promise *promise, void *arg);
XY_API void xy_promise_after(xy_promise *promise, uint64_t delay_ms, xy_promise_fn *fn, void *arg);

#endif
