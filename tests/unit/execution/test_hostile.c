/* SPDX-License-Identifier: MIT */
/* Requests made to be expensive, all the way from text to result: without the limits of operations
 * each is answered or refused within 50 ms of processor time and 64 MiB; with them, in no time. */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "base/poison.h"
#include "fixture.h"
#include "json/read.h"

#define CPU_MS_MAX 50
#define PEAK_MAX   ((long)64 << 20)
#define ATTEMPTS   3 /* the machine may be busy */

/* What a run may write and hold, which is what bounds its time: a quarter of the defaults. */
#define RESPONSE_MAX ((size_t)4 << 20)
#define RUN_MAX      ((size_t)16 << 20)

/* How much slower this may be than an optimised build on a machine of its own. */
#if defined(XY_POISON)
#define SLOWER 20
#undef PEAK_MAX /* what the sanitizer holds counts, too */
#define PEAK_MAX LONG_MAX
#elif !defined(__OPTIMIZE__)
#define SLOWER 8
#else
#define SLOWER 2
#endif

static const char sdl[] =
    "directive @tag(of: [[Int]]) repeatable on FIELD | QUERY\n"
    "type Query { q: Query  r: Query  qs: [Query]  i: Int  echo(text: String): String\n"
    "  sum(of: Deep, n: Int, ids: [ID]): Int  node: Node  late: Query }\n"
    "interface Node { node: Node i: Int }\n"
    "type X implements Node { node: Node i: Int x: X }\n"
    "type Y implements Node { node: Node i: Int y: Y }\n"
    "input Deep { of: [Deep] n: Int }";

static int self(xy_call *call)
{
    return xy_put_object(call, sdl);
}

static int number(xy_call *call)
{
    return xy_put_int(call, 7);
}

static int echo(xy_call *call)
{
    return xy_put_str(call, xy_arg_str(call, "text"));
}

static int nobody(xy_call *call)
{
    return xy_put_object(call, NULL);
}

static void on_time(xy_promise *promise, void *arg)
{
    (void)arg;
    xy_put_object(xy_promise_call(promise), sdl);
    xy_promise_resolve(promise);
}

static int late(xy_call *call)
{
    xy_promise_after(xy_later(call), 1, on_time, NULL);
    return XY_OK;
}

static const binding bindings[] = {
    {"Query.q", self},      {"Query.r", self},    {"Query.qs", nobody},
    {"Query.i", number},    {"Query.echo", echo}, {"Query.sum", number},
    {"Query.node", nobody}, {"Query.late", late}, {NULL, NULL},
};

/* What a request came to. */
typedef enum verdict {
    ANSWERED,
    WITH_ERRORS,
    NOT_PREPARED, /* variables, or a selection that is too large */
    NOT_VALID,
    TOO_MUCH, /* a limit of the document */
} verdict;

typedef struct hostile {
    fixture f;
    xy_buf text;
    xy_buf variables;
} hostile;

static void hostile_init(hostile *h)
{
    fixture_init(&h->f, sdl);
    fixture_bind(&h->f, bindings);
    h->f.executor.limits.response_bytes_max = RESPONSE_MAX;
    h->f.executor.limits.run_bytes_max = RUN_MAX;
    xy__buf_init(&h->text, (size_t)1 << 26);
    xy__buf_init(&h->variables, (size_t)1 << 26);
}

static void hostile_deinit(hostile *h)
{
    xy__buf_deinit(&h->text);
    xy__buf_deinit(&h->variables);
    fixture_deinit(&h->f);
}

static void add(hostile *h, const char *text)
{
    xy__buf_str(&h->text, xy_str_from(text));
}

static void add_many(xy_buf *buf, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        xy__buf_str(buf, xy_str_from(text));
}

static verdict execute(hostile *h, xy_operation *operation)
{
    catcher out;
    unsigned flags;

    fixture_start(&h->f, operation, NULL, &out);
    while (!out.ended)
        xy__loop_advance(&h->f.loop, 1);
    flags = out.flags;
    xy_bytes_unref(out.result);
    return flags & XY_PUT_ERRORS ? WITH_ERRORS : ANSWERED;
}

static verdict prepare(hostile *h, xy_document *document)
{
    xy_operation *operation = xy__operation_create(&h->f.executor, document);
    verdict result = NOT_PREPARED;
    xy_value variables = XY_NULL;

    if (h->variables.len > 0)
        xy__json_read(xy__operation_arena(operation), xy__buf_view(&h->variables), 0, &variables,
                      NULL);
    if (xy__operation_prepare(operation, XY_STR_NULL,
                              variables.kind == XY_VALUE_OBJECT ? &variables : NULL) == XY_OK)
        result = execute(h, operation);
    xy__operation_unref(operation);
    return result;
}

static verdict serve(hostile *h, const xy_document_options *options)
{
    xy_document *document = NULL;
    verdict result;
    xy_errors errors;
    xy_arena arena;
    int rc;

    xy__arena_init(&arena, (size_t)16 << 20);
    xy__errors_init(&errors, &arena);
    rc = xy__document_create(h->f.schema, xy__buf_view(&h->text), options, &document, &errors);
    if (rc == XY_OK)
        result = prepare(h, document);
    else
        result = rc == XY_ELIMIT || rc == XY_EREFUSED ? TOO_MUCH : NOT_VALID;
    xy__document_unref(document);
    xy__arena_deinit(&arena);
    return result;
}

/* The most that the process ever held. */
static long peak_bytes(void)
{
    struct rusage usage;

    getrusage(RUSAGE_SELF, &usage);
    return usage.ru_maxrss * 1024;
}

static void expect_served(hostile *h, const xy_document_options *options, verdict expected)
{
    long ms = CPU_MS_MAX * SLOWER + 1;

    for (int i = 0; i < ATTEMPTS && ms > CPU_MS_MAX * SLOWER; i++) {
        clock_t start = clock();

        assert_int_equal(serve(h, options), expected);
        ms = (long)((clock() - start) * 1000 / CLOCKS_PER_SEC);
    }
    if (ms > CPU_MS_MAX * SLOWER)
        fail_msg("%ld ms of processor time", ms);
    if (peak_bytes() > PEAK_MAX)
        fail_msg("%ld bytes", peak_bytes());
}

/* Served without limits and with those of a server. */
static void hostile_expect(hostile *h, verdict without, verdict with)
{
    static const xy_document_options none = {.parse = {.tokens_max = UINT32_MAX, .depth_max = 500}};
    static const xy_document_options some = {
        .parse = {.tokens_max = 1000, .depth_max = 64, .tokens_as_limit = true},
        .limits = {6, 15, 50, 5000},
    };

    expect_served(h, &none, without);
    expect_served(h, &some, with);
    hostile_deinit(h);
}

static void aliases(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    for (int i = 0; i < 10000; i++)
        xy__buf_printf(&h.text, " a%d: i", i);
    add(&h, "}");
    hostile_expect(&h, ANSWERED, TOO_MUCH);
}

/* Each of `count` fragments has `of_each`, in which # is a spread of the next. */
static void add_shapes(hostile *h, int count, const char *of_each, const char *of_last)
{
    add(h, "{ ...F0 }");
    for (int i = 0; i < count; i++) {
        xy__buf_printf(&h->text, " fragment F%d on Query {", i);
        for (const char *c = of_each; *c; c++) {
            if (*c == '#')
                xy__buf_printf(&h->text, " ...F%d", i + 1);
            else
                xy__buf_char(&h->text, *c);
        }
        add(h, "}");
    }
    xy__buf_printf(&h->text, " fragment F%d on Query { %s }", count, of_last);
}

/* 2^30 shapes, of which some are one and the same. */
static void shapes_that_multiply(void **state)
{
    static const struct {
        const char *of_each;
        const char *of_last;
        verdict without;
        verdict with;
    } cases[] = {
        {"##", "i", ANSWERED, TOO_MUCH},
        {"q {#} q {#}", "i", ANSWERED, TOO_MUCH},
        {"q {#} r {#}", "i", WITH_ERRORS, TOO_MUCH},
        {"qs {#} r: qs {#}", "i", ANSWERED, TOO_MUCH},
        {"late {#} r: late {#}", "i", WITH_ERRORS, TOO_MUCH},
        {"q {#} r {#}", "x: i x: __typename", NOT_VALID, TOO_MUCH},
        {"q {##}", "...F0", NOT_VALID, TOO_MUCH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add_shapes(&h, 30, cases[i].of_each, cases[i].of_last);
        hostile_expect(&h, cases[i].without, cases[i].with);
    }
}

/* What overlaps has to be compared. */
static void overlapping_fields(void **state)
{
    static const struct {
        const char *field;
        int count;
        verdict without;
    } cases[] = {
        {" q { i q { i } }", 10000, ANSWERED},
        {" x: q { i } x: r { i }", 5000, TOO_MUCH},
        {" ... { q { i } }", 10000, ANSWERED},
        {" node { ... on X { x { i } } ... on Y { y { i } } }", 5000, ANSWERED},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, "{");
        add_many(&h.text, (size_t)cases[i].count, cases[i].field);
        add(&h, "}");
        hostile_expect(&h, cases[i].without, TOO_MUCH);
    }
}

static void long_strings(void **state)
{
    static const char *const pieces[] = {"x", "\\n", "\\u0000", "\\u{1F600}"};

    (void)state;
    for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, "{ echo(text: \"");
        add_many(&h.text, ((size_t)1 << 20) / strlen(pieces[i]), pieces[i]);
        add(&h, "\") }");
        hostile_expect(&h, ANSWERED, ANSWERED);
    }
}

static void long_variable(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "query ($t: String) { echo(text: $t) }");
    xy__buf_str(&h.variables, XY_STR("{\"t\":\""));
    add_many(&h.variables, (size_t)1 << 20, "x");
    xy__buf_str(&h.variables, XY_STR("\"}"));
    hostile_expect(&h, ANSWERED, ANSWERED);
}

static void many_tokens(void **state)
{
    static const struct {
        const char *before;
        const char *token;
        const char *after;
        int count;
        verdict without;
    } cases[] = {
        {"{", " i", "}", 100000, ANSWERED},
        {"{ i", " @tag", "}", 50000, ANSWERED},
        {"{ i @tag(of: [[", "1 ", "]]) }", 100000, ANSWERED},
        {"{ i ", "!", "}", 100000, NOT_VALID},
        {"query Q(", "$a: Int ", ") { i }", 25000, TOO_MUCH},
        {"{", "nope ", "}", 100000, TOO_MUCH},
        {"{ sum(ids: [", "$nope ", "]) }", 50000, TOO_MUCH},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, cases[i].before);
        add_many(&h.text, (size_t)cases[i].count, cases[i].token);
        add(&h, cases[i].after);
        hostile_expect(&h, cases[i].without, cases[i].without == NOT_VALID ? NOT_VALID : TOO_MUCH);
    }
}

/* Deep values: in variables JSON's own limit holds, in documents the parser's. */
static void deep_values(void **state)
{
    static const struct {
        size_t depth;
        verdict expected;
    } cases[] = {{60, ANSWERED}, {200, NOT_PREPARED}, {100000, NOT_PREPARED}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, "query ($d: Deep!) { sum(of: $d) }");
        xy__buf_str(&h.variables, XY_STR("{\"d\":"));
        add_many(&h.variables, cases[i].depth, "{\"of\":[");
        add_many(&h.variables, cases[i].depth, "]}");
        xy__buf_str(&h.variables, XY_STR("}"));
        hostile_expect(&h, cases[i].expected, cases[i].expected);
    }
}

static void deep_documents(void **state)
{
    static const char *const cases[][3] = {
        {"{ i @tag(of: ", "[", "]"},
        {"", "{ q ", "}"},
        {"query ($v: ", "[", "]"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, cases[i][0]);
        add_many(&h.text, 100000, cases[i][1]);
        add_many(&h.text, 100000, cases[i][2]);
        hostile_expect(&h, TOO_MUCH, TOO_MUCH);
    }
}

static void huge_numbers(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{ sum(n: ");
    add_many(&h.text, 1000000, "9");
    add(&h, ") }");
    hostile_expect(&h, NOT_VALID, NOT_VALID);
    hostile_init(&h);
    add(&h, "query ($n: Int) { sum(n: $n) }");
    xy__buf_str(&h.variables, XY_STR("{\"n\":"));
    add_many(&h.variables, 1000000, "9");
    xy__buf_str(&h.variables, XY_STR("}"));
    hostile_expect(&h, NOT_PREPARED, NOT_PREPARED);
}

static void wrong_variables(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "query ($d: Deep, $ids: [ID]) { sum(of: $d, ids: $ids) }");
    xy__buf_str(&h.variables, XY_STR("{\"ids\":[{}"));
    add_many(&h.variables, 200000, ",{}");
    xy__buf_str(&h.variables, XY_STR("],\"d\":{\"x\":0"));
    for (int i = 0; i < 50000; i++)
        xy__buf_printf(&h.variables, ",\"m%d\":0", i);
    xy__buf_str(&h.variables, XY_STR("}}"));
    hostile_expect(&h, NOT_PREPARED, NOT_PREPARED);
}

static void introspection(void **state)
{
    static const struct {
        const char *text;
        verdict expected;
    } cases[] = {
        {"{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
         NOT_VALID},
        {"{ __schema { types { fields { type { ofType { ofType { ofType { ofType { name "
         "} } } } } } } } }",
         ANSWERED},
        {"{ __schema { ...T } } fragment T on __Schema { types { ...F } } fragment F on __Type "
         "{ interfaces { possibleTypes { interfaces { name } } } }",
         NOT_VALID},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        hostile h;

        hostile_init(&h);
        add(&h, cases[i].text);
        hostile_expect(&h, cases[i].expected, cases[i].expected);
    }
}

static void introspection_many_times(void **state)
{
    hostile h;

    (void)state;
    hostile_init(&h);
    add(&h, "{");
    for (int i = 0; i < 500; i++)
        xy__buf_printf(&h.text, " a%d: __schema { types { name fields { name args { name } } } }",
                       i);
    add(&h, "}");
    hostile_expect(&h, ANSWERED, TOO_MUCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(aliases),
        cmocka_unit_test(shapes_that_multiply),
        cmocka_unit_test(overlapping_fields),
        cmocka_unit_test(long_strings),
        cmocka_unit_test(long_variable),
        cmocka_unit_test(many_tokens),
        cmocka_unit_test(deep_values),
        cmocka_unit_test(deep_documents),
        cmocka_unit_test(huge_numbers),
        cmocka_unit_test(wrong_variables),
        cmocka_unit_test(introspection),
        cmocka_unit_test(introspection_many_times),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
