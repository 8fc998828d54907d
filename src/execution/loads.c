/* SPDX-License-Identifier: MIT */
/* execution/loads.c
 *
 * Invariants
 *   1. A waiter is in the list of its entry, or in that of those to be told, until its promise is
 *      resolved; its run refers to the scope.
 *   2. A batch is begun with keys that somebody waits for, and stopped when nobody does any more.
 *      From then on its entries have nothing to do with it.
 *   3. While a batch is on the pool the loop touches its `places` as little as the pool touches
 *      anything else of it. */
#include "execution/loads.h"

#include <stdarg.h>
#include <stdlib.h>

#include "xylem/loader.h"

#include "base/fatal.h"
#include "base/map.h"
#include "base/vec.h"
#include "execution/increments.h"
#include "execution/work.h"

#define BIT(state) (1u << (state))

#define KEYS_MAX   1000u

typedef enum entry_state {
    ENTRY_IDLE,
    ENTRY_GATHERED,
    ENTRY_LOADING,
    ENTRY_READY,
    ENTRY_STATES,
} entry_state;

/* What came of a key: the answer of every call that asked for it. */
typedef struct outcome {
    xy_result result;
    const char *code;
    xy_str extensions;
    bool internal;
} outcome;

typedef struct shelf shelf;

typedef struct entry {
    xy_str key;
    shelf *shelf;
    entry_state state;
    bool listed;     /* in shelf->gathered, perhaps no more GATHERED */
    xy_batch *batch; /* that loads it; else NULL */
    xy_link waiters;
    const outcome *outcome; /* READY */
} entry;

typedef struct waiter {
    xy_link link;
    entry *entry; /* NULL: its value is there */
    const outcome *outcome;
    xy_promise *promise;
    xy_loaded *then; /* NULL: the value is the answer */
    void *arg;
} waiter;

typedef XY_VEC(entry *) entry_list;

/* What a scope knows of one loader. */
struct shelf {
    const xy_loader *loader;
    xy_loads *loads;
    xy_map entries;
    entry_list gathered;
    shelf *next;
};

/* By runs, by increments, and while it is on the stack. */
struct xy_loads {
    unsigned refs;
    xy_loop *loop;
    xy_arena arena;
    shelf *shelves;
    xy_task task; /* queued while something is gathered */
};

typedef struct place {
    xy_str key;
    outcome outcome;
} place;

struct xy_batch {
    xy_loads *loads;
    xy_call *call; /* as which it is loaded */
    entry **entries;
    place *places;
    size_t len;
    size_t wanted;   /* of its entries have waiters */
    xy_arena *arena; /* of the thread that loads it */
};

static const uint8_t may_go[ENTRY_STATES] = {
    [ENTRY_IDLE] = BIT(ENTRY_GATHERED),
    [ENTRY_GATHERED] = BIT(ENTRY_IDLE) | BIT(ENTRY_LOADING),
    [ENTRY_LOADING] = BIT(ENTRY_IDLE) | BIT(ENTRY_READY),
    [ENTRY_READY] = 0, /* asked anew, it is forgotten, and another takes its place */
};

static void go(entry *e, entry_state to)
{
    XY_ASSERT(may_go[e->state] & BIT(to));
    e->state = to;
}

/* ---- scopes ---- */

static void on_turn_end(xy_task *task);

static xy_loads *create(const xy_executor *executor)
{
    xy_loads *loads = xy__zalloc(sizeof *loads);

    loads->refs = 1;
    loads->loop = executor->loop;
    loads->task.fn = on_turn_end;
    xy__arena_init(&loads->arena, executor->limits.run_bytes_max);
    return loads;
}

static xy_loads *ref(xy_loads *loads)
{
    loads->refs++;
    return loads;
}

void xy__loads_unref(xy_loads *loads)
{
    if (!loads || --loads->refs > 0)
        return;
    xy__task_cancel(&loads->task);
    xy__arena_deinit(&loads->arena);
    free(loads);
}

/* The scope that parts which come to it now share. */
static xy_loads *scope_of(xy_increments *increments, const xy_executor *executor)
{
    xy_loads *loads = increments->loads;

    if (loads && loads->arena.held <= XY_LOADS_BYTES)
        return loads;
    xy__loads_unref(loads);
    increments->loads = create(executor);
    return increments->loads;
}

static xy_loads *loads_of(xy_run *run)
{
    xy_increments *increments = run->part ? run->part->increments : NULL;

    XY_ASSERT(run->executor->loop);
    if (run->loads)
        return run->loads;
    if (increments && increments->state != XY_INCREMENTS_OVER) {
        run->loads = ref(scope_of(increments, run->executor));
    } else {
        run->loads = create(run->executor);
    }
    return run->loads;
}

static shelf *shelf_of(xy_loads *loads, const xy_loader *loader)
{
    shelf *found = loads->shelves;

    while (found && found->loader != loader)
        found = found->next;
    if (found)
        return found;
    found = XY_ARENA_NEW(&loads->arena, shelf);
    found->loader = loader;
    found->loads = loads;
    xy__map_init(&found->entries, &loads->arena);
    found->next = loads->shelves;
    loads->shelves = found;
    return found;
}

static entry *entry_of(xy_run *run, const xy_loader *loader, xy_str key)
{
    xy_loads *loads = loads_of(run);
    shelf *from = shelf_of(loads, loader);
    entry *found = xy__map_get(&from->entries, key);

    if (found)
        return found;
    found = XY_ARENA_NEW(&loads->arena, entry);
    found->key = xy__arena_str(&loads->arena, key);
    found->shelf = from;
    xy__list_init(&found->waiters);
    xy__map_put(&from->entries, found->key, found);
    return found;
}

/* ---- values on their way back ---- */

static void answer(xy_call *call, const outcome *value)
{
    call->result = value->result;
    call->code = value->code;
    call->extensions = value->extensions;
    call->internal = value->internal;
}

static bool has_value(const outcome *value)
{
    return value->result.kind != XY_RESULT_ERROR && value->result.kind != XY_RESULT_NULL;
}

/* What a call that asked for a key answers; returns as a resolver. */
static int answer_then(xy_call *call, const outcome *value, xy_loaded *then, void *arg)
{
    if (then && has_value(value))
        return then(call, &value->result, arg);
    answer(call, value);
    return value->result.kind == XY_RESULT_ERROR ? XY_EFAILED : XY_OK;
}

/* Its promise waits for another key now? Then that is told in its turn. */
static void tell(const xy_loads *loads, waiter *w)
{
    xy_promise *promise = w->promise;
    xy_run *run = promise->call->run;
    int rc;

    xy__list_remove(&w->link);
    if (xy__arena_over(&loads->arena) && !run->limit)
        run->limit = "The operation needs more memory than it may have.";
    promise->on_stop = NULL;
    rc = answer_then(promise->call, w->outcome, w->then, w->arg);
    if (rc < 0)
        xy__call_refuse(promise->call, rc);
    if (!promise->on_stop)
        xy_promise_resolve(promise);
    else if (rc < 0)
        promise->on_stop(promise->stop_arg);
}

/* The value of `e` is there; who waits for it joins those who are to be told. */
static void make_ready(entry *e, const outcome *value, xy_link *told)
{
    go(e, ENTRY_READY);
    e->batch = NULL;
    e->outcome = value;
    while (!xy__list_empty(&e->waiters)) {
        waiter *w = XY_CONTAINER(e->waiters.next, waiter, link);

        w->entry = NULL;
        w->outcome = value;
        xy__list_remove(&w->link);
        xy__list_append(told, &w->link);
    }
}

/* All are ready before anybody is told: what is resolved may ask for more. */
void xy__batch_back(xy_batch *batch)
{
    xy_loads *loads = ref(batch->loads);
    const xy_call *call = batch->call;
    bool failed = call->result.kind == XY_RESULT_ERROR;
    xy_link told;

    xy__list_init(&told);
    for (size_t i = 0; i < batch->len; i++) {
        if (failed)
            batch->places[i].outcome =
                (outcome){call->result, call->code, call->extensions, call->internal};
        if (batch->entries[i]->batch == batch)
            make_ready(batch->entries[i], &batch->places[i].outcome, &told);
    }
    while (!xy__list_empty(&told))
        tell(loads, XY_CONTAINER(told.next, waiter, link));
    xy__loads_unref(loads);
}

/* ---- batches ---- */

static xy_batch *make_batch(xy_loads *loads, entry **entries, size_t len)
{
    xy_batch *batch = XY_ARENA_NEW(&loads->arena, xy_batch);

    batch->loads = loads;
    batch->entries = XY_ARENA_ARRAY(&loads->arena, entry *, len);
    batch->places = XY_ARENA_ARRAY(&loads->arena, place, len);
    batch->len = len;
    batch->wanted = len;
    batch->arena = &loads->arena;
    for (size_t i = 0; i < len; i++) {
        go(entries[i], ENTRY_LOADING);
        entries[i]->batch = batch;
        batch->entries[i] = entries[i];
        batch->places[i].key = entries[i]->key;
    }
    return batch;
}

/* The first who waits lends its run, which lasts as long as the call's promise. */
static xy_call *make_call(xy_loads *loads, const entry *first)
{
    static const xy_value none = {.kind = XY_VALUE_OBJECT};
    const xy_call *asked = XY_CONTAINER(first->waiters.next, waiter, link)->promise->call;
    xy_call *call = xy__call_take(asked->run);

    call->arena = &loads->arena;
    call->field = asked->field;
    call->arguments = &none;
    return call;
}

static int load_on_pool(xy_work *work, void *arg)
{
    xy_batch *batch = arg;

    batch->arena = xy__work_arena(work);
    return batch->entries[0]->shelf->loader->load_blocking(work, batch);
}

static void load(const xy_loader *loader, xy_loads *loads, entry **entries, size_t len)
{
    xy_batch *batch = make_batch(loads, entries, len);
    xy_call *call = make_call(loads, entries[0]);
    xy_run *run = call->run;
    int rc;

    run->executor->gauges.batches++;
    run->executor->gauges.batch_keys += len;
    xy__run_enter(run);
    batch->call = call;
    rc = loader->load ? loader->load(call, batch) : xy__work_start(call, load_on_pool, batch);
    if (rc < 0)
        xy__call_refuse(call, rc);
    if (xy__call_is_late(call)) {
        call->batch = batch;
        xy__promise_keep(call->own);
    } else {
        xy__batch_back(batch);
        xy__call_release(call);
    }
    xy__run_leave(run);
}

/* What was gathered, in batches. Meanwhile more may be, or less be wanted. */
static void load_gathered(shelf *from)
{
    size_t max = from->loader->keys_max ? from->loader->keys_max : KEYS_MAX;
    entry_list list = from->gathered;
    size_t at = 0;

    from->gathered = (entry_list){0};
    while (at < list.len) {
        entry **chunk = &list.items[at];
        size_t len = 0;

        for (; at < list.len && len < max; at++) {
            entry *e = list.items[at];

            e->listed = false;
            if (e->state == ENTRY_GATHERED)
                chunk[len++] = e;
        }
        if (len > 0)
            load(from->loader, from->loads, chunk, len);
    }
}

static void on_turn_end(xy_task *task)
{
    xy_loads *loads = ref(XY_CONTAINER(task, xy_loads, task));

    for (shelf *each = loads->shelves; each; each = each->next)
        load_gathered(each);
    xy__loads_unref(loads);
}

/* ---- who waits ---- */

/* The promise is of a run that may have nothing else to do with what is going on. */
static void abandon(xy_batch *batch)
{
    xy_promise *own = batch->call->own;
    xy_run *run = batch->call->run;

    for (size_t i = 0; i < batch->len; i++) {
        entry *e = batch->entries[i];

        if (e->batch != batch)
            continue;
        go(e, ENTRY_IDLE);
        e->batch = NULL;
    }
    xy__run_enter(run);
    xy__promise_stop(own);
    xy__run_leave(run);
}

static void on_stop(void *arg)
{
    waiter *w = arg;
    entry *e = w->entry;
    xy_loads *loads = ref(w->promise->call->run->loads);

    xy__list_remove(&w->link);
    xy_promise_resolve(w->promise);
    if (e && xy__list_empty(&e->waiters)) {
        if (e->state == ENTRY_GATHERED) {
            go(e, ENTRY_IDLE);
        } else if (--e->batch->wanted == 0) {
            abandon(e->batch);
        }
    }
    xy__loads_unref(loads);
}

static void gather(entry *e)
{
    shelf *to = e->shelf;

    go(e, ENTRY_GATHERED);
    if (!e->listed)
        *xy_vec_push(&to->loads->arena, &to->gathered) = e;
    e->listed = true;
    xy__loop_soon(to->loads->loop, &to->loads->task);
}

static waiter *await(entry *e, xy_promise *promise)
{
    waiter *w = XY_ARENA_NEW(&promise->call->run->arena, waiter);

    w->entry = e;
    w->promise = promise;
    if (e->state == ENTRY_IDLE)
        gather(e);
    if (e->state == ENTRY_LOADING && xy__list_empty(&e->waiters))
        e->batch->wanted++;
    xy__list_init(&w->link);
    xy__list_append(&e->waiters, &w->link);
    xy_promise_on_stop(promise, on_stop, w);
    return w;
}

/* ---- a resolver ---- */

int xy_load(xy_call *call, const xy_loader *loader, xy_str key)
{
    return xy_load_then(call, loader, key, NULL, NULL);
}

/* One that goes on with a value has its promise already. */
int xy_load_then(xy_call *call, const xy_loader *loader, xy_str key, xy_loaded *then, void *arg)
{
    waiter *w;
    entry *e;

    if (!key.ptr)
        return xy_put(call, xy_result_null());
    e = entry_of(call->run, loader, key);
    if (e->state == ENTRY_READY)
        return answer_then(call, e->outcome, then, arg);
    w = await(e, call->own ? call->own : xy_later(call));
    w->then = then;
    w->arg = arg;
    return XY_OK;
}

xy_result xy_load_item(xy_call *call, const xy_loader *loader, xy_str key)
{
    xy_promise *promise;
    entry *e;

    if (!key.ptr)
        return xy_result_null();
    e = entry_of(call->run, loader, key);
    promise = xy_later_item(call);
    if (e->state != ENTRY_READY) {
        await(e, promise);
    } else {
        answer(promise->call, e->outcome);
        xy_promise_resolve(promise);
    }
    return xy_result_promise(promise);
}

static bool is_fetched(const entry *e)
{
    return e->state == ENTRY_READY || e->state == ENTRY_LOADING;
}

/* Who waits for what is being loaded asked before; it goes on, for them alone. */
void xy_load_again(xy_call *call, const xy_loader *loader, xy_str key)
{
    xy_map *entries = &shelf_of(loads_of(call->run), loader)->entries;
    const entry *e = key.ptr ? xy__map_get(entries, key) : NULL;
    xy_map_slot *slot;
    size_t at = 0;

    if (e && is_fetched(e))
        xy__map_del(entries, key);
    while (!key.ptr && (slot = xy__map_next(entries, &at)))
        if (is_fetched(slot->value))
            xy__map_del(entries, slot->key);
}

/* ---- a batch ---- */

size_t xy_batch_len(const xy_batch *batch)
{
    return batch->len;
}

xy_str xy_batch_key(const xy_batch *batch, size_t at)
{
    XY_ASSERT(at < batch->len);
    return batch->places[at].key;
}

void xy_batch_put(xy_batch *batch, size_t at, xy_result value)
{
    XY_ASSERT(at < batch->len && value.kind != XY_RESULT_LATER);
    batch->places[at].outcome = (outcome){.result = value};
}

void xy_batch_fail(xy_batch *batch, size_t at, const char *code, const char *fmt, ...)
{
    va_list args;
    xy_str text;

    va_start(args, fmt);
    text = xy__arena_vprintf(batch->arena, fmt, args);
    va_end(args);
    xy_batch_put(batch, at, xy_result_error(text));
    batch->places[at].outcome.code = code;
}
