/* SPDX-License-Identifier: MIT */
/* In parts or whole, in whatever order: the same comes of it. Random queries with @defer and
 * @stream over random values; fields, items and whole lists come late, from promises and from
 * sources, in random order; the outlet is now and then full. Executed
 *
 *   whole      at once, and late
 *   in parts   late, in the form of 2022 and in that of 2023, twice each
 *   all        whole, at once, and with null propagation switched off: every error there can be
 *
 * 1. Whole results do not depend on time, nor on whether a list comes from a source.
 * 2. Payloads are a sequence that a client may be sent (increments.h): what hasNext says is true,
 *    nothing is named before it is announced or after it is complete, and all of it completes.
 * 3. Exactly one payload is the last, then the outlet ends; none is put while it is full.
 * 4. Merged, the data are those of the whole result. Where null stopped at a fragment or a list,
 *    they are what the whole result has in its place, or what it has no more, and nothing is
 *    missing but beneath that fragment or list.
 * 5. Every error of the parts is one of "all", and each null among the data is the whole's.
 * 6. A promise is stopped at most once, a source exactly once; nothing is left at the end, also
 *    when the client has gone half way: then nothing more comes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "xylem/call.h"
#include "xylem/stream.h"

#include "../../increments.h"
#include "../../merge.h"
#include "base/vec.h"
#include "fixture.h"
#include "json/read.h"
#include "json/write.h"
#include "random_request.h"
#include "serve/form.h"

#define SEEDS 150u /* from 1 on, or as the command line says: how many, and the first */

/* ---- resolvers ---- */

static fixture f;
static const xy_value *ends; /* random_endless */
static unsigned seed;        /* to find a failure again */

/* A promise that is not resolved. */
typedef struct waiting {
    xy_promise *promise;
    const xy_value *value;
    bool stopped;
} waiting;

/* A list that comes item by item. */
typedef struct source {
    xy_source_stream *stream;
    const xy_value *items;
    const char *failure; /* NULL: it ends well */
    size_t next;
    bool timed;
    bool full;
    bool ended; /* or closed: its stop may come at the end of the turn */
    bool stopped;
} source;

static unsigned late_chance; /* of 100 */
static unsigned source_chance;
static waiting *pool[100000]; /* all that is unresolved */
static size_t pool_len;
static XY_VEC(source *) sources; /* all of them */

static void put(xy_call *call, const xy_value *value);

static void resolve(size_t index)
{
    waiting *w = pool[index];

    pool[index] = pool[--pool_len];
    put(xy_promise_call(w->promise), w->value);
    xy_promise_resolve(w->promise);
}

static void on_promise_stop(void *arg)
{
    waiting *w = arg;

    assert_false(w->stopped);
    w->stopped = true;
    if (percent(50))
        return;
    for (size_t i = 0; i < pool_len; i++)
        if (pool[i] == w) {
            pool[i] = pool[--pool_len];
            xy_promise_resolve(w->promise);
            return;
        }
}

static void hold(xy_call *call, xy_promise *promise, const xy_value *value)
{
    waiting *w = xy_new(call, waiting);

    *w = (waiting){.promise = promise, .value = value};
    assert_true(pool_len < COUNT(pool));
    pool[pool_len++] = w;
    xy_promise_on_stop(promise, on_promise_stop, w);
    if (percent(10))
        resolve(pool_len - 1);
}

static xy_result result_of(xy_call *call, const xy_value *value)
{
    const xy_value *error = xy_value_get(value, XY_STR("__error"));
    xy_result *items;

    if (error)
        return xy_result_error(xy_value_text(error));
    if (value->kind != XY_VALUE_LIST)
        return xy_result_value(value);
    items = xy_results(call, value->len);
    for (size_t i = 0; i < value->len; i++) {
        if (percent(late_chance)) {
            xy_promise *promise = xy_later_item(call);

            hold(call, promise, &value->items[i]);
            items[i] = xy_result_promise(promise);
        } else {
            items[i] = result_of(call, &value->items[i]);
        }
    }
    return (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = value->len};
}

static void put(xy_call *call, const xy_value *value)
{
    xy_promise *promise;

    if (!percent(late_chance / 4)) {
        xy_put(call, result_of(call, value));
        return;
    }
    promise = xy_later_item(call);
    hold(call, promise, value);
    xy_put(call, xy_result_promise(promise));
}

/* ---- sources ---- */

static const char *text_of(const xy_value *string)
{
    return xy__arena_str(&f.arena, xy_value_text(string)).ptr;
}

static void push_next(source *s)
{
    const xy_value *item;
    const xy_value *error;
    int rc;

    if (s->next == s->items->len) {
        s->ended = true;
        if (s->failure)
            xy_stream_fail(s->stream, NULL, s->failure);
        else
            xy_stream_end(s->stream);
        return;
    }
    item = &s->items->items[s->next++];
    error = xy_value_get(item, XY_STR("__error"));
    rc = error ? xy_stream_push_error(s->stream, text_of(error)) : xy_stream_push(s->stream, item);
    assert_true(rc == XY_OK || rc == XY_EFULL || rc == XY_ECLOSED);
    s->full = rc == XY_EFULL;
    s->ended = rc == XY_ECLOSED;
}

static void on_source_stop(void *arg)
{
    source *s = arg;

    assert_false(s->stopped);
    s->stopped = true;
}

static void on_source_ready(xy_source_stream *stream, void *arg)
{
    source *s = arg;

    assert_ptr_equal(s->stream, stream);
    assert_false(s->stopped);
    s->full = false;
    if (percent(50))
        push_next(s);
}

static void on_tick(xy_source_stream *stream, void *arg)
{
    source *s = arg;

    assert_ptr_equal(s->stream, stream);
    assert_false(s->stopped || s->ended);
    if (!s->full)
        push_next(s);
}

static bool has_lists(const xy_value *items)
{
    for (size_t i = 0; i < items->len; i++)
        if (items->items[i].kind == XY_VALUE_LIST ||
            xy_value_get(&items->items[i], XY_STR("__items")))
            return true;
    return false;
}

/* The items of what a source can bring: what it pushes is JSON, so no lists that hold errors. */
static const xy_value *items_of(const xy_value *value)
{
    const xy_value *items =
        value->kind == XY_VALUE_LIST ? value : xy_value_get(value, XY_STR("__items"));

    return items && !has_lists(items) ? items : NULL;
}

static void open_source(xy_call *call, const xy_value *items, const xy_value *error)
{
    source *s = XY_ARENA_NEW(&f.arena, source);

    *s = (source){.stream = xy_later_list(call), .items = items, .timed = percent(30)};
    s->failure = error ? text_of(error) : NULL;
    *xy_vec_push(&f.arena, &sources) = s;
    xy_stream_on_stop(s->stream, on_source_stop, s);
    xy_stream_on_ready(s->stream, on_source_ready, s);
    if (s->timed)
        xy_stream_every(s->stream, 1 + roll(3), on_tick, s);
    while (!s->ended && !s->stopped && !s->full && percent(30))
        push_next(s);
}

static int property(xy_call *call)
{
    xy_str field = xy_call_field(call);
    const xy_value *value = xy_value_get(xy_parent_value(call), field);
    const xy_value *items;

    if (!value)
        value = xy_value_get(ends, field);
    items = items_of(value);
    if (items && percent(source_chance))
        open_source(call, items, xy_value_get(value, XY_STR("__error")));
    else if (percent(late_chance))
        hold(call, xy_later(call), value);
    else
        put(call, value);
    return XY_OK;
}

/* ---- executing ---- */

typedef struct collector {
    xy_outlet outlet;
    XY_VEC(xy_value) payloads;
    unsigned full_chance; /* of 100 */
    bool full;
    bool last;
    bool ended;
    bool gone;
} collector;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    collector *out = XY_CONTAINER(outlet, collector, outlet);
    xy_str text = xy__arena_str(&f.arena, xy_bytes_str(result));

    assert_false(out->full || out->last || out->ended || out->gone);
    if (xy__json_read(&f.arena, text, 0, xy_vec_push(&f.arena, &out->payloads), NULL) < 0)
        fail_msg("seed %u: no JSON: %s", seed, text.ptr);
    xy_bytes_unref(result);
    out->last = flags & XY_PUT_LAST;
    out->full = percent(out->full_chance);
    return out->full ? XY_EFULL : XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    collector *out = XY_CONTAINER(outlet, collector, outlet);

    assert_true(out->last);
    assert_false(out->ended || out->gone);
    out->ended = true;
}

static const xy_outlet_ops ops = {.put = on_put, .end = on_end};

static source *open_one(void)
{
    size_t start = sources.len > 0 ? roll((unsigned)sources.len) : 0;

    for (size_t i = 0; i < sources.len; i++) {
        source *s = sources.items[(start + i) % sources.len];

        if (!s->ended && !s->stopped && !s->full)
            return s;
    }
    return NULL;
}

/* One thing happens out there, or time passes. */
static void happen(collector *out)
{
    unsigned what = roll(4);
    source *s = what == 1 ? open_one() : NULL;

    if (what == 0 && pool_len > 0) {
        resolve(roll((unsigned)pool_len));
    } else if (s) {
        push_next(s);
    } else if (what == 2 && out->full && !out->ended && !out->gone) {
        out->full = false;
        xy__outlet_ready(&out->outlet);
    } else if (what == 3) {
        xy__loop_advance(&f.loop, roll(3));
    }
}

static void assert_nothing_left(void)
{
    while (pool_len > 0)
        resolve(roll((unsigned)pool_len));
    xy__loop_advance(&f.loop, 10);
    for (size_t i = 0; i < sources.len; i++)
        if (!sources.items[i]->stopped)
            fail_msg("seed %u: source %zu was not stopped", seed, i);
    assert_int_equal(pool_len, 0);
    assert_int_equal(f.executor.gauges.runs, 0);
    assert_int_equal(f.executor.gauges.promises, 0);
    assert_int_equal(f.executor.gauges.operations, 0);
}

/* How an operation is executed. */
typedef struct manner {
    const char *directive; /* of the operation */
    bool in_parts;
    xy_form_kind form; /* of those */
    unsigned late_chance;
    unsigned source_chance;
    unsigned full_chance;
    bool may_go; /* the client */
} manner;

static void start(xy_operation *operation, const xy_value *root, xy_form_kind form, collector *out)
{
    if (xy__operation_is_incremental(operation))
        xy__execute_incrementally(operation, root, &out->outlet, xy__form_create(form));
    else
        xy__execute_query_or_mutation(operation, root, &out->outlet);
}

static void run(xy_operation *operation, const xy_value *root, const manner *m, collector *out)
{
    unsigned turns = 0;

    *out = (collector){.outlet = {.ops = &ops}, .full_chance = m->full_chance};
    late_chance = m->late_chance;
    source_chance = m->source_chance;
    pool_len = 0;
    memset(&sources, 0, sizeof sources);
    start(operation, root, m->form, out);
    xy__operation_unref(operation);
    while (!out->ended && !out->gone) {
        if (++turns > 1000000)
            fail_msg("seed %u: it never ends", seed);
        if (m->may_go && roll(40) == 0) {
            out->gone = true;
            xy__outlet_stop(&out->outlet);
        } else {
            happen(out);
        }
    }
    assert_nothing_left();
}

/* ---- what is asked ---- */

/* The directive is padded, for the errors to be at the same places. */
static void execute(const random_request *request, const manner *m, collector *out)
{
    xy_str query = xy__arena_printf(&f.arena, "%s ($t:Boolean=true $f:Boolean=false) %40s %.*s",
                                    request->mutation ? "mutation" : "query", m->directive,
                                    XY_PRI(request->query));
    xy_document *document = fixture_document(&f, query.ptr);
    xy_operation *operation = xy__operation_create(&f.executor, document);

    xy__document_unref(document);
    xy__operation_deliver(operation, m->in_parts ? xy__form_delivery(m->form) : XY_DELIVER_WHOLE);
    if (xy__operation_prepare(operation, XY_STR_NULL, NULL) < 0)
        fail_msg("seed %u: %s", seed, operation->errors.list.items[0]->message.ptr);
    run(operation, fixture_json(&f, request->root), m, out);
}

/* The one whole result. */
static const xy_value *execute_whole(const random_request *request, const char *directive,
                                     unsigned late, unsigned from_sources)
{
    manner m = {.directive = directive, .late_chance = late, .source_chance = from_sources};
    collector out;

    execute(request, &m, &out);
    if (out.payloads.len != 1)
        fail_msg("seed %u: a whole result in %zu parts", seed, out.payloads.len);
    return &out.payloads.items[0];
}

/* ---- comparing ---- */

static const char *json_of(const xy_value *value)
{
    xy_str copy;
    xy_buf text;

    xy__buf_init(&text, (size_t)1 << 28);
    xy__json_write_value(&text, value);
    copy = xy__arena_str(&f.arena, xy__buf_view(&text));
    xy__buf_deinit(&text);
    return copy.ptr;
}

static const xy_value *errors_of(const xy_value *response)
{
    static const xy_value none = {.kind = XY_VALUE_LIST};
    const xy_value *errors = xy_value_get(response, XY_STR("errors"));

    return errors ? errors : &none;
}

static const xy_value *path_of(const xy_value *part)
{
    return xy_value_get(part, XY_STR("path"));
}

static bool is_start(const xy_value *start, const xy_value *path)
{
    for (uint32_t i = 0; i < start->len; i++)
        if (i >= path->len || !xy_value_equal(&start->items[i], &path->items[i]))
            return false;
    return true;
}

static bool is_among(const xy_value *value, const xy_value *list)
{
    for (uint32_t i = 0; i < list->len; i++)
        if (xy_value_equal(value, &list->items[i]))
            return true;
    return false;
}

/* The same error, of all its fields or of some: in parts not all that are merged are together. */
static bool is_same_error(const xy_value *error, const xy_value *whole)
{
    const xy_value *locations = xy_value_get(error, XY_STR("locations"));

    for (uint32_t i = 0; i < locations->len; i++)
        if (!is_among(&locations->items[i], xy_value_get(whole, XY_STR("locations"))))
            return false;
    return xy_value_equal(path_of(error), path_of(whole)) &&
           xy_value_equal(xy_value_get(error, XY_STR("message")),
                          xy_value_get(whole, XY_STR("message")));
}

/* An error of "all", or one beneath: items that came before their source failed are not in there.
 */
static void assert_errors_among(const xy_value *some, const xy_value *all)
{
    for (size_t i = 0; i < errors_of(some)->len; i++) {
        const xy_value *error = &errors_of(some)->items[i];
        bool found = false;

        for (size_t k = 0; k < errors_of(all)->len && !found; k++) {
            const xy_value *other = &errors_of(all)->items[k];

            found = is_same_error(error, other) || (path_of(other)->len < path_of(error)->len &&
                                                    is_start(path_of(other), path_of(error)));
        }
        if (!found)
            fail_msg("seed %u: an error from nowhere: %s", seed, json_of(error));
    }
}

/* One position of a merged result, and of the whole one. */
typedef struct position {
    const xy_value *failed; /* paths */
    xy_value steps[64];
    uint32_t depth;
    const char *fault;
} position;

static bool fault(position *at, const char *what)
{
    at->fault = what;
    return false;
}

static xy_value path_to(const position *at)
{
    return (xy_value){.kind = XY_VALUE_LIST, .len = at->depth, .items = at->steps};
}

/* Has a fragment or list failed that this position is in? */
static bool fails_above(const position *at)
{
    xy_value path = path_to(at);

    for (uint32_t i = 0; i < at->failed->len; i++)
        if (is_start(&at->failed->items[i], &path))
            return true;
    return false;
}

/* Null went further in the whole result: has it stopped at a fragment or list beneath, or has a
 * fragment around it failed, with which fields are gone that would have made it null? */
static bool is_null_only_there(const position *at)
{
    xy_value path = path_to(at);

    for (uint32_t i = 0; i < at->failed->len; i++)
        if (is_start(&path, &at->failed->items[i]))
            return true;
    return fails_above(at);
}

static bool agree(position *at, const xy_value *part, const xy_value *whole);

static bool agree_below(position *at, xy_value step, const xy_value *part, const xy_value *whole)
{
    bool agrees;

    assert_true(at->depth < COUNT(at->steps));
    at->steps[at->depth++] = step;
    agrees = agree(at, part, whole);
    if (agrees)
        at->depth--;
    return agrees;
}

static bool objects_agree(position *at, const xy_value *part, const xy_value *whole)
{
    uint32_t found = 0;

    for (uint32_t i = 0; i < part->len; i++) {
        xy_str key = part->members[i].key;
        const xy_value *other = xy_value_get(whole, key);

        if (!other)
            return fault(at, "a field that the whole result has not");
        found++;
        if (!agree_below(at, xy_value_string(key), &part->members[i].value, other))
            return false;
    }
    return found == whole->len || fails_above(at) || fault(at, "a field is missing");
}

static bool lists_agree(position *at, const xy_value *part, const xy_value *whole)
{
    if (part->len > whole->len)
        return fault(at, "an item that the whole result has not");
    for (uint32_t i = 0; i < part->len; i++)
        if (!agree_below(at, xy_value_int(i), &part->items[i], &whole->items[i]))
            return false;
    return part->len == whole->len || fails_above(at) || fault(at, "an item is missing");
}

/* Is `part`, merged, what `whole` has, but for what has failed? */
static bool agree(position *at, const xy_value *part, const xy_value *whole)
{
    if (whole->kind == XY_VALUE_NULL)
        return part->kind == XY_VALUE_NULL || is_null_only_there(at) ||
               fault(at, "null in the whole result only");
    if (part->kind == XY_VALUE_OBJECT && whole->kind == XY_VALUE_OBJECT)
        return objects_agree(at, part, whole);
    if (part->kind == XY_VALUE_LIST && whole->kind == XY_VALUE_LIST)
        return lists_agree(at, part, whole);
    return xy_value_equal(part, whole) || fault(at, "another value");
}

/* The null to which the path of an error leads, as the number of steps to it. */
static uint32_t steps_to_null(const xy_value *data, const xy_value *path)
{
    xy_value start = *path;

    start.len = 0;
    while (!merge_meets_null(data, &start)) {
        assert_true(start.len < path->len);
        start.len++;
    }
    return start.len;
}

/* Has every null that errors of `a` have made an error of `b`? Their data are the same. */
static void assert_same_nulls(const xy_value *data, const xy_value *a, const xy_value *b)
{
    for (uint32_t i = 0; i < errors_of(a)->len; i++) {
        xy_value null = *path_of(&errors_of(a)->items[i]);
        bool found = false;

        null.len = steps_to_null(data, &null);
        for (uint32_t k = 0; k < errors_of(b)->len && !found; k++) {
            const xy_value *other = path_of(&errors_of(b)->items[k]);

            found = is_start(&null, other) && steps_to_null(data, other) == null.len;
        }
        if (!found)
            fail_msg("seed %u: nobody accounts for the null at %s", seed, json_of(&null));
    }
}

/* ---- the property ---- */

/* What the dice have come across. */
static struct seen {
    unsigned parts; /* results that came in parts */
    unsigned items; /* with items among them */
    unsigned failed;
    unsigned gone;
} seen;

static const xy_value *data_of(const xy_value *response)
{
    return xy_value_get(response, XY_STR("data"));
}

/* What is long is told apart: a message of a failure has an end. */
static void fail_sequence(const increments *read, const xy_value *payloads)
{
    fprintf(stderr, "parts: %s\n", json_of(payloads));
    fail_msg("seed %u: payload %zu: %s", seed, read->faulty, read->fault);
}

static void fail_agreement(const position *at, const xy_value *payloads, const xy_value *whole)
{
    xy_value path = path_to(at);

    fprintf(stderr, "parts: %s\nfailed: %s\nwhole: %s\n", json_of(payloads), json_of(at->failed),
            json_of(whole));
    fail_msg("seed %u: %s at %s", seed, at->fault, json_of(&path));
}

static void check_parts(const collector *out, xy_form_kind form, const xy_value *whole,
                        const xy_value *all)
{
    increments_form format = form == XY_FORM_2022 ? INCREMENTS_2022 : INCREMENTS_2023;
    /* Only there fields come twice. */
    merge_rule rule = form == XY_FORM_2022 ? MERGE_NULL_WINS : MERGE_LAST_WINS;
    xy_value payloads = {
        .kind = XY_VALUE_LIST, .len = (uint32_t)out->payloads.len, .items = out->payloads.items};
    const xy_value *streamed;
    increments read;
    position at;

    increments_read(&read, &f.arena, format, rule, payloads.items, payloads.len);
    if (read.fault)
        fail_sequence(&read, &payloads);
    at = (position){.failed = &read.failed};
    if (!agree(&at, data_of(&read.merged), data_of(whole)))
        fail_agreement(&at, &payloads, whole);
    assert_errors_among(&read.merged, all);
    if (at.failed->len == 0) {
        assert_same_nulls(data_of(whole), &read.merged, whole);
        assert_same_nulls(data_of(whole), whole, &read.merged);
    }
    streamed = xy_value_get(&read.canonical, XY_STR("streamed"));
    seen.parts += payloads.len > 1;
    seen.items += streamed->len > 0;
    seen.failed += at.failed->len > 0;
}

static void check_whole(const random_request *request, const xy_value *whole, const xy_value *all)
{
    const xy_value *late = execute_whole(request, "", 5 + roll(60), 50);

    if (strcmp(json_of(data_of(late)), json_of(data_of(whole))) != 0) {
        fprintf(stderr, "late: %s\nat once: %s\n", json_of(late), json_of(whole));
        fail_msg("seed %u: other data", seed);
    }
    assert_errors_among(late, all);
}

static void check(void)
{
    static const char all_errors[] = "@experimental_disableErrorPropagation";
    const xy_value *whole;
    const xy_value *all;
    random_request request;

    random_request_make(&request, &f.arena);
    all = execute_whole(&request, all_errors, 0, 0);
    whole = execute_whole(&request, "", 0, 0);
    assert_errors_among(whole, all);
    check_whole(&request, whole, all);
    for (unsigned i = 0; i < 4; i++) {
        manner m = {.directive = "",
                    .in_parts = true,
                    .form = i % 2 ? XY_FORM_2023 : XY_FORM_2022,
                    .late_chance = percent(30) ? 0 : roll(60),
                    .source_chance = percent(30) ? 0 : roll(100),
                    .full_chance = percent(50) ? 0 : roll(100),
                    .may_go = percent(25)};
        collector out;

        execute(&request, &m, &out);
        seen.gone += out.gone;
        if (!out.gone)
            check_parts(&out, m.form, whole, all);
    }
}

static unsigned seeds = SEEDS;
static unsigned first_seed = 1;

static void in_parts_it_is_the_same(void **state)
{
    (void)state;
    for (unsigned number = first_seed; number < first_seed + seeds; number++) {
        fixture_init(&f, random_sdl);
        f.schema->default_resolver = property;
        ends = fixture_json(&f, random_endless);
        seed = number;
        seed_dice(number);
        check();
        fixture_deinit(&f);
    }
    print_message("%u in parts, %u with items, %u failed, %u gone\n", seen.parts, seen.items,
                  seen.failed, seen.gone);
    if (seeds >= SEEDS)
        assert_true(seen.parts > seeds && seen.items > seeds / 2 && seen.failed > seeds / 10 &&
                    seen.gone > seeds / 10);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_parts_it_is_the_same),
    };

    if (argc > 1)
        seeds = (unsigned)strtoul(argv[1], NULL, 10);
    if (argc > 2)
        first_seed = (unsigned)strtoul(argv[2], NULL, 10);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
