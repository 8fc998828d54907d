/* SPDX-License-Identifier: MIT */
/* execution/work.c
 *
 * Invariants
 *   1. Between submit and its return the loop touches nothing of a work but `cancelled`.
 *   2. The pool reads of the run what does not change while it lasts: arguments, the parent, the
 *      identity, the plan. The run lasts, as the promise is not resolved.
 *   3. Facts and keys are told when the work is back: a key that was invalidated since the run
 *      began makes a live query run again, also when it is told afterwards. */
#include "execution/work.h"

#include <stdarg.h>
#include <stdatomic.h>

#include "xylem/live.h"
#include "xylem/work.h"

#include "base/fatal.h"
#include "execution/promise.h"

/* What a resolver has asked for, in the order of asking. */
typedef struct note {
    struct note *next;
    bool is_key; /* else a fact */
    xy_fact_kind fact;
    xy_str name; /* of the role; the key */
} note;

struct xy_work {
    xy_call call; /* what the resolver sees: of no run */
    xy_work_fn *fn;
    void *arg;
    xy_promise *promise; /* the loop's */
    xy_arena arena;
    note *notes;
    note **notes_end;
    int rc;
    _Atomic bool cancelled;
    xy_job job;
};

static void init(xy_work *work, const xy_call *call, xy_work_fn *fn, void *arg)
{
    *work = (xy_work){.call = *call, .fn = fn, .arg = arg};
    work->call.run = NULL;
    work->call.arena = &work->arena;
    work->notes_end = &work->notes;
    atomic_init(&work->cancelled, false);
    xy__arena_init(&work->arena, call->operation->executor->limits.run_bytes_max);
}

/* ---- back on the loop ---- */

/* What the resolver answered is the answer of `call`. */
static void settle(xy_work *work, xy_call *call)
{
    for (const note *told = work->notes; told; told = told->next) {
        if (told->is_key) {
            xy_depend(call, told->name);
        } else {
            xy__watch_fact(call, told->fact, told->name);
        }
    }
    xy__arena_adopt(call->arena, &work->arena);
    call->result = work->call.result;
    call->code = work->call.code;
    call->extensions = work->call.extensions;
    call->internal = work->call.internal;
    if (work->rc < 0)
        xy__call_refuse(call, work->rc);
}

static void count_back(xy_works *works)
{
    works->out--;
    if (works->out == 0 && works->on_idle)
        works->on_idle(works->arg);
}

static void on_done(xy_job *job)
{
    xy_work *work = XY_CONTAINER(job, xy_work, job);
    xy_promise *promise = work->promise;
    xy_works *works = &promise->call->run->executor->works;

    if (promise->state == XY_PROMISE_STOPPED) {
        xy__arena_deinit(&work->arena);
    } else {
        settle(work, promise->call);
    }
    xy_promise_resolve(promise);
    count_back(works);
}

static void on_stop(void *arg)
{
    xy_work *work = arg;
    xy_promise *promise = work->promise;
    xy_works *works = &promise->call->run->executor->works;

    atomic_store_explicit(&work->cancelled, true, memory_order_relaxed);
    if (!xy__job_cancel(&work->job))
        return;
    xy_promise_resolve(promise);
    count_back(works);
}

void xy__works_end(xy_executor *executor, void (*fn)(void *arg), void *arg)
{
    xy_works *works = &executor->works;

    if (works->out == 0) {
        fn(arg);
        return;
    }
    works->on_idle = fn;
    works->arg = arg;
}

/* ---- on the way ---- */

static void on_run(xy_job *job)
{
    xy_work *work = XY_CONTAINER(job, xy_work, job);

    work->rc = work->fn(work, work->arg);
}

/* Without a pool. */
static int run_here(xy_call *call, xy_work_fn *fn, void *arg)
{
    xy_work work;

    init(&work, call, fn, arg);
    on_run(&work.job);
    settle(&work, call);
    return work.rc;
}

int xy__work_start(xy_call *call, xy_work_fn *fn, void *arg)
{
    xy_run *run = call->run;
    xy_works *works = &run->executor->works;
    xy_work *work;

    if (!works->pool)
        return run_here(call, fn, arg);
    work = XY_ARENA_NEW(&run->arena, xy_work);
    init(work, call, fn, arg);
    work->job = (xy_job){.run = on_run, .done = on_done};
    if (xy__pool_submit(works->pool, &run->operation->lane, run->executor->loop, &work->job) < 0)
        return xy_fail_code(call, XY_BUSY_CODE, "The server has too much to do; try again later.");
    works->out++;
    work->promise = xy_later(call);
    xy_promise_on_stop(work->promise, on_stop, work);
    return XY_OK;
}

static int resolve_field(xy_work *work, void *arg)
{
    (void)arg;
    return work->call.field->field->blocking(work);
}

int xy__work_resolve(xy_call *call)
{
    return xy__work_start(call, resolve_field, NULL);
}

/* ---- the resolver's side: what came in ---- */

const xy_value *xy_work_arg(const xy_work *work, const char *name)
{
    return xy_arg(&work->call, name);
}

xy_str xy_work_arg_str(const xy_work *work, const char *name)
{
    return xy_arg_str(&work->call, name);
}

int32_t xy_work_arg_int(const xy_work *work, const char *name)
{
    return xy_arg_int(&work->call, name);
}

double xy_work_arg_float(const xy_work *work, const char *name)
{
    return xy_arg_float(&work->call, name);
}

bool xy_work_arg_bool(const xy_work *work, const char *name)
{
    return xy_arg_bool(&work->call, name);
}

const xy_value *xy_work_args(const xy_work *work)
{
    return xy_args(&work->call);
}

const void *xy_work_parent(const xy_work *work)
{
    return xy_parent(&work->call);
}

const xy_value *xy_work_parent_value(const xy_work *work)
{
    return xy_parent_value(&work->call);
}

xy_str xy_work_field(const xy_work *work)
{
    return xy_call_field(&work->call);
}

xy_str xy_work_type(const xy_work *work)
{
    return xy_call_type(&work->call);
}

xy_app *xy_work_app(const xy_work *work)
{
    return xy_call_app(&work->call);
}

bool xy_work_cancelled(const xy_work *work)
{
    return atomic_load_explicit(&work->cancelled, memory_order_relaxed);
}

/* ---- who asks ---- */

static note *add_note(xy_work *work)
{
    note *added = XY_ARENA_NEW(&work->arena, note);

    *work->notes_end = added;
    work->notes_end = &added->next;
    return added;
}

static void note_fact(xy_work *work, xy_fact_kind kind, xy_str name)
{
    note *added = add_note(work);

    added->fact = kind;
    added->name = xy__arena_str(&work->arena, name);
}

bool xy_work_signed_in(xy_work *work)
{
    note_fact(work, XY_FACT_SIGNED_IN, XY_STR_NULL);
    return work->call.identity != NULL;
}

xy_str xy_work_user_id(xy_work *work)
{
    note_fact(work, XY_FACT_USER, XY_STR_NULL);
    return work->call.identity ? work->call.identity->user : XY_STR_NULL;
}

bool xy_work_has_role(xy_work *work, const char *role)
{
    note_fact(work, XY_FACT_ROLE, xy_str_from(role));
    return xy__identity_has_role(work->call.identity, xy_str_from(role));
}

void xy_work_depend(xy_work *work, xy_str key)
{
    note *added = add_note(work);

    added->is_key = true;
    added->name = xy__arena_str(&work->arena, key);
}

/* ---- memory ---- */

xy_arena *xy__work_arena(xy_work *work)
{
    return &work->arena;
}

void *xy_work_alloc(xy_work *work, size_t size)
{
    return xy_alloc(&work->call, size);
}

xy_str xy_work_copy(xy_work *work, xy_str s)
{
    return xy_copy(&work->call, s);
}

xy_str xy_work_format(xy_work *work, const char *fmt, ...)
{
    va_list args;
    xy_str text;

    va_start(args, fmt);
    text = xy__arena_vprintf(&work->arena, fmt, args);
    va_end(args);
    return text;
}

xy_str xy_work_json(xy_work *work, const xy_value *value)
{
    return xy_json(&work->call, value);
}

/* ---- the answer ---- */

int xy_work_put(xy_work *work, xy_result result)
{
    XY_ASSERT(result.kind != XY_RESULT_LATER);
    return xy_put(&work->call, result);
}

xy_result *xy_work_results(xy_work *work, size_t count)
{
    return xy_results(&work->call, count);
}

xy_result *xy_work_put_list(xy_work *work, size_t count)
{
    return xy_put_list(&work->call, count);
}

int xy_work_fail(xy_work *work, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(&work->call, fmt, args);
    va_end(args);
    return XY_EFAILED;
}

int xy_work_fail_code(xy_work *work, const char *code, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(&work->call, fmt, args);
    va_end(args);
    work->call.code = code;
    return XY_EFAILED;
}

int xy_work_fail_with(xy_work *work, const char *code, const xy_value *properties, const char *fmt,
                      ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(&work->call, fmt, args);
    va_end(args);
    work->call.code = code;
    xy__call_set_properties(&work->call, properties);
    return XY_EFAILED;
}

int xy_work_fail_internal(xy_work *work, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    xy__call_vfail(&work->call, fmt, args);
    va_end(args);
    work->call.internal = true;
    return XY_EFAILED;
}
