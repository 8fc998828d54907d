/* SPDX-License-Identifier: MIT */
/* xylem/work.h -- a resolver that may block: it runs on a thread of the pool, and everything else
 * goes on meanwhile.
 *
 *   static int Query_report(xy_work *work)
 *   {
 *       xy_str id = xy_work_arg_str(work, "id");
 *       char *text = read_a_large_file(id);
 *       ...
 *       return xy_work_put_str(work, xy_work_copy(work, xy_str_from(text)));
 *   }
 *
 *   xy_bind_blocking(schema, "Query.report", Query_report);
 *
 * Works run at the same time as each other, also those of one operation (but for the root fields of
 * a mutation), and as the resolvers on the loops: what they share needs a lock. So does the
 * parent's struct, if anybody may change or free it while a work reads it.
 *
 * A work is valid until its resolver returns, and belongs to the thread that it was called on. What
 * it allocates lives as long as the run. What is not here, say a promise, there is not for works;
 * everything in xylem/app.h works with xy_work_app(). */
#ifndef XYLEM_WORK_H
#define XYLEM_WORK_H

#include "xylem/call.h"

/* ---- what came in ---- */

/* As the functions of the same names in xylem/call.h. */
XY_API const xy_value *xy_work_arg(const xy_work *work, const char *name);
XY_API xy_str xy_work_arg_str(const xy_work *work, const char *name);
XY_API int32_t xy_work_arg_int(const xy_work *work, const char *name);
XY_API double xy_work_arg_float(const xy_work *work, const char *name);
XY_API bool xy_work_arg_bool(const xy_work *work, const char *name);
XY_API const xy_value *xy_work_args(const xy_work *work);
XY_API const void *xy_work_parent(const xy_work *work);
XY_API const xy_value *xy_work_parent_value(const xy_work *work);
XY_API xy_str xy_work_field(const xy_work *work);
XY_API xy_str xy_work_type(const xy_work *work);
XY_API xy_app *xy_work_app(const xy_work *work);

/* Does nobody want the answer any more: the client has gone, the position was nulled, the
 * operation's time is over? One that takes long asks now and then, and returns; whatever it then
 * puts is dropped. */
XY_API bool xy_work_cancelled(const xy_work *work);

/* ---- who asks, and what the answer depends on ---- */

/* As in xylem/identity.h and xylem/live.h. */
XY_API bool xy_work_signed_in(xy_work *work);
XY_API xy_str xy_work_user_id(xy_work *work);
XY_API bool xy_work_has_role(xy_work *work, const char *role);
XY_API void xy_work_depend(xy_work *work, xy_str key);

/* ---- memory ---- */

/* `size` cleared bytes that live as long as the run. Never NULL; a run whose works and calls have
 * taken more than it may have fails when this one is back. */
XY_API void *xy_work_alloc(xy_work *work, size_t size);

#define xy_work_new(work, T) ((T *)xy_work_alloc((work), sizeof(T)))

/* Copies and texts that live as long. */
XY_API xy_str xy_work_copy(xy_work *work, xy_str s);
XY_API xy_str xy_work_format(xy_work *work, const char *fmt, ...) XY_PRINTF(2, 3);
XY_API xy_str xy_work_json(xy_work *work, const xy_value *value);

/* ---- the answer ---- */

/* As in xylem/call.h. No promises: a work has the time to wait for what it needs. */
XY_API int xy_work_put(xy_work *work, xy_result result);
XY_API xy_result *xy_work_put_list(xy_work *work, size_t count);
XY_API xy_result *xy_work_results(xy_work *work, size_t count);

static inline int xy_work_put_bool(xy_work *work, bool b)
{
    return xy_work_put(work, xy_result_bool(b));
}

static inline int xy_work_put_int(xy_work *work, int64_t i)
{
    return xy_work_put(work, xy_result_int(i));
}

static inline int xy_work_put_float(xy_work *work, double d)
{
    return xy_work_put(work, xy_result_float(d));
}

static inline int xy_work_put_str(xy_work *work, xy_str s)
{
    return xy_work_put(work, xy_result_str(s));
}

static inline int xy_work_put_object(xy_work *work, const void *object)
{
    return xy_work_put(work, xy_result_object(NULL, object));
}

static inline int xy_work_put_value(xy_work *work, const xy_value *value)
{
    return xy_work_put(work, xy_result_value(value));
}

/* The field fails; all return XY_EFAILED: `return xy_work_fail(work, …)`. */
XY_API int xy_work_fail(xy_work *work, const char *fmt, ...) XY_PRINTF(2, 3);
XY_API int xy_work_fail_code(xy_work *work, const char *code, const char *fmt, ...) XY_PRINTF(3, 4);
XY_API int xy_work_fail_with(xy_work *work, const char *code, const xy_value *properties,
                             const char *fmt, ...) XY_PRINTF(4, 5);
XY_API int xy_work_fail_internal(xy_work *work, const char *fmt, ...) XY_PRINTF(2, 3);

#endif
