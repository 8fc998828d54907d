/* SPDX-License-Identifier: MIT */
/* One document for all texts that differ in literals only: whatever comes of such a text must be
 * what comes of a document of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "base/fatal.h"
#include "execution/plan.h"
#include "execution/promise.h"
#include "execution/response.h"
#include "execution/share.h"
#include "fixture.h"
#include "json/write.h"

static const char sdl[] =
    "scalar Custom enum E { X Y } input In { a: Int b: String }\n"
    "type Query {\n"
    "  echo(s: String i: Int f: Float id: ID b: Boolean e: E c: Custom l: [Int] n: In d: Int = 7): "
    "String\n"
    "  fail(s: String i: Int f: Float id: ID c: Custom): Int\n"
    "  die(s: String! i: Int = 5 f: Float id: ID): Int!\n"
    "  deep(s: String i: Int f: Float id: ID): Query\n"
    "  sure(id: ID!): Query!\n"
    "  many(i: Int): [Query!]\n"
    "}";

static fixture f;

static int echo(xy_call *call)
{
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    xy__json_write_value(&buf, call->arguments);
    xy_put_str(call, xy__arena_str(call->arena, xy__buf_view(&buf)));
    xy__buf_deinit(&buf);
    return XY_OK;
}

static int refuse(xy_call *call)
{
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    xy__json_write_value(&buf, call->arguments);
    xy_fail(call, "%.*s", XY_PRI(xy__buf_view(&buf)));
    xy__buf_deinit(&buf);
    return XY_EFAILED;
}

static int below(xy_call *call)
{
    static const xy_value object = {.kind = XY_VALUE_OBJECT};

    return xy_put_value(call, &object);
}

static int several(xy_call *call)
{
    static const xy_value objects[2] = {{.kind = XY_VALUE_OBJECT}, {.kind = XY_VALUE_OBJECT}};
    static const xy_value list = {.kind = XY_VALUE_LIST, .len = 2, .items = objects};

    return xy_put_value(call, &list);
}

static const binding bindings[] = {
    {"Query.echo", echo},  {"Query.fail", refuse},  {"Query.die", refuse}, {"Query.deep", below},
    {"Query.sure", below}, {"Query.many", several}, {NULL, NULL},
};

static int setup(void **state)
{
    (void)state;
    fixture_init(&f, sdl);
    fixture_bind(&f, bindings);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

/* ---- two ways ---- */

typedef struct request {
    xy_str text;
    xy_str name; /* operationName */
    const char *variables;
} request;

/* Response and name of the operation as one text. */
static const char *outcome(xy_document *document, const xy_lifted *lifted, const request *r)
{
    xy_operation *operation = xy__operation_create(&f.executor, document);
    xy_bytes *response;
    const char *text;
    catcher out;

    if (lifted)
        xy__operation_lift(operation, lifted);
    if (xy__operation_prepare(operation, r->name, fixture_json(&f, r->variables)) < 0) {
        response = xy__errors_response(&operation->errors);
        text = xy__arena_str(&f.arena, xy_bytes_str(response)).ptr;
        xy_bytes_unref(response);
    } else {
        response = xy__operation_failure(operation, "CODE", XY_STR("as a whole"));
        fixture_start(&f, operation, NULL, &out);
        text =
            xy__arena_printf(&f.arena, "%s %.*s %.*s", fixture_take(&f, &out),
                             XY_PRI(xy__operation_name(operation)), XY_PRI(xy_bytes_str(response)))
                .ptr;
        xy_bytes_unref(response);
    }
    xy__operation_unref(operation);
    return text;
}

static xy_document *create(xy_str text)
{
    xy_document *document = NULL;
    xy_errors errors;

    xy__errors_init(&errors, &f.arena);
    if (xy__document_create(f.schema, text, NULL, &document, &errors) < 0)
        return NULL;
    return document;
}

/* A document ready for other texts; NULL: the text is not valid, or has no shape. */
static xy_document *create_liftable(xy_str text, xy_shape *shape)
{
    xy_document *document = create(text);

    if (!document || !xy__shape_read(&f.arena, text, shape)) {
        xy__document_unref(document);
        return NULL;
    }
    xy__document_note_shape(document, shape);
    xy__document_make_liftable(document, shape);
    return document;
}

typedef enum answer { NO_SHAPE, NO_FIT, LIFTED } answer;

/* Is the request answered alike by a document of its own and by one of `other`? */
static answer compare(xy_str other, const request *r)
{
    xy_shape shape;
    xy_shape own_shape;
    xy_lifted lifted;
    xy_document *document = create_liftable(other, &shape);
    xy_document *own;
    answer found = NO_SHAPE;

    if (!document)
        return NO_SHAPE;
    if (xy__shape_read(&f.arena, r->text, &own_shape) && xy_str_eq(shape.key, own_shape.key)) {
        own = create(r->text);
        found = xy__lifted_read(&f.arena, document, r->text, &own_shape, &lifted) ? LIFTED : NO_FIT;
        if (found == LIFTED) {
            if (!own)
                fail_msg("not valid: %.*s", XY_PRI(r->text));
            assert_string_equal(outcome(document, &lifted, r), outcome(own, NULL, r));
            /* The document is still that of its own text. */
            assert_string_equal(
                outcome(document, NULL, &(request){other, XY_STR_NULL, r->variables}),
                outcome(document, NULL, &(request){other, XY_STR_NULL, r->variables}));
        }
        xy__document_unref(own);
    }
    xy__document_unref(document);
    return found;
}

/* ---- by hand ---- */

typedef struct pair {
    const char *other;
    const char *text;
    answer answer;
} pair;

static const pair pairs[] = {
    {"{echo(s:\"a\")}", "{echo(s:\"b\")}", LIFTED},
    {"{echo(s:\"a\" i:1 f:1.5 id:\"x\")}", "{echo(s:\"\" i:-0 f:1e3 id:\"\u00e4\U0001F600\")}",
     LIFTED},
    {"{echo(id:1 f:2)}", "{echo(id:99999999999999999999 f:3)}", LIFTED},
    {"{echo(i:1)}", "{echo(i:2147483648)}", NO_FIT},
    {"{echo(f:1.0)}", "{echo(f:1e999)}", LIFTED},
    {"query A{echo(i:1)}", "query Bcd{echo(i:1)}", LIFTED},
    {"query A{echo(i:1)}", "query Bcd{x:echo(i:1)}", NO_SHAPE},
    /* Errors are where they are in the text. */
    {"{fail(s:\"a\") x:fail(i:1)}", "{fail(s:\"\U0001F600bcd\") x:fail(i:1)}", LIFTED},
    {"query A{fail(s:\"abc\")\n y:fail}", "query Bcd{fail(s:\"\")\n y:fail}", LIFTED},
    {"{deep(s:\"a\"){die(s:\"b\")}}", "{deep(s:\"abc\"){die(s:\"\u20ac\")}}", LIFTED},
    {"query A($v:Int!){echo(i:$v s:\"a\")}", "query Abc($v:Int!){echo(i:$v s:\"\")}", LIFTED},
    {"query A($v:Boolean=true){fail(s:\"a\")@skip(if:$v) b:fail}",
     "query Abc($v:Boolean=true){fail(s:\"\")@skip(if:$v) b:fail}", LIFTED},
    {"{fail(s:\"a\") b:fail(i:$v)}", "{fail(s:\"abc\") b:fail(i:$v)}", NO_SHAPE},
    /* What else than coercing may look at a literal is the document's own. */
    {"{echo(c:1)}", "{echo(c:2)}", NO_FIT},
    {"{echo(c:1 i:3)}", "{echo(c:1 i:4)}", LIFTED},
    {"{echo(l:1)}", "{echo(l:2)}", NO_FIT},
    {"{echo(i:1) echo(i:1)}", "{echo(i:1) echo(i:2)}", NO_FIT},
    {"{echo(i:1) echo(i:1)}", "{echo(i:2) echo(i:2)}", NO_FIT},
    {"{echo(i:1) ...F}fragment F on Query{echo(i:1)}",
     "{echo(i:1) ...F}fragment F on Query{echo(i:2)}", NO_FIT},
    {"{a:echo(i:1) ...F}fragment F on Query{echo(i:1)}",
     "{a:echo(i:3) ...F}fragment F on Query{echo(i:2)}", LIFTED},
    {"{...F ...F}fragment F on Query{echo(i:1) fail(i:1)}",
     "{...F ...F}fragment F on Query{echo(i:22) fail(i:22)}", LIFTED},
    /* Which operation is meant is a matter of its name. */
    {"query A{echo(i:1)}query B{echo(i:2)}", "query A{echo(i:3)}query B{echo(i:2)}", NO_FIT},
    {"query A{echo(i:1)}query B{a:echo(i:2)}", "query C{echo(i:1)}query B{a:echo(i:2)}", NO_FIT},
    {"query A{echo(i:1)}query B{a:echo(i:2)}", "query A{echo(i:3)}query B{a:echo(i:2)}", LIFTED},
};

static void what_fits_is_answered_alike(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        const pair *p = &pairs[i];
        request r = {xy_str_from(p->text), XY_STR_NULL, NULL};

        if (compare(xy_str_from(p->other), &r) != p->answer)
            fail_msg("%s", p->text);
        r.name = XY_STR("A");
        compare(xy_str_from(p->other), &r);
        r.name = XY_STR("Bcd");
        r.variables = "{\"v\":null}";
        compare(xy_str_from(p->other), &r);
    }
}

static xy_operation *prepare_lifted(xy_document *document, const char *text)
{
    xy_operation *operation = xy__operation_create(&f.executor, document);
    xy_lifted lifted;
    xy_shape shape;

    assert_true(xy__shape_read(&f.arena, xy_str_from(text), &shape));
    assert_true(xy__lifted_read(&f.arena, document, xy_str_from(text), &shape, &lifted));
    xy__operation_lift(operation, &lifted);
    assert_int_equal(xy__operation_prepare(operation, XY_STR_NULL, NULL), XY_OK);
    return operation;
}

/* None of these may share an operation with another, nor with one of the document's own text. */
static const char *const unequal[] = {
    "query A{echo(s:\"a\" i:1 f:0.00)}",   "query A{echo(s:\"b\" i:1 f:0.00)}",
    "query A{echo(s:\"a\" i:0 f:0.00)}",   "query A{echo(s:\"a\" i:-0 f:0.00)}",
    "query A{echo(s:\"a\" i:1 f:-0.0)}",   "query A{echo(s:\"a\" i:1 f:1e999)}",
    "query A{echo(s:\"a\" i:1 f:-1e99)}",  "query A{echo(s:\"a\" i:1 f:-9e999)}",
    "query A{echo(s:\"a\" i:1 f:11e999)}", "query B{echo(s:\"a\" i:1 f:0.00)}",
    "query A{echo(s:\"\" i:1 f:0.00)}",
};

static void only_equal_literals_share_an_operation(void **state)
{
    enum { COUNT = sizeof unequal / sizeof *unequal };
    xy_operation *shared[COUNT];
    xy_shape shape;
    xy_document *document = create_liftable(xy_str_from(unequal[0]), &shape);
    xy_operation *own = xy__operation_create(&f.executor, document);

    (void)state;
    assert_int_equal(xy__operation_prepare(own, XY_STR_NULL, NULL), XY_OK);
    own = xy__operation_share(own);
    for (size_t i = 0; i < COUNT; i++) {
        shared[i] = xy__operation_share(prepare_lifted(document, unequal[i]));
        assert_ptr_equal(shared[i]->plan, own->plan);
        assert_ptr_not_equal(shared[i], own);
        for (size_t j = 0; j < i; j++)
            assert_ptr_not_equal(shared[i], shared[j]);
    }
    for (size_t i = 0; i < COUNT; i++) {
        xy_operation *again = xy__operation_share(prepare_lifted(document, unequal[i]));

        assert_ptr_equal(again, shared[i]);
        xy__operation_unref(again);
    }
    for (size_t i = 0; i < COUNT; i++)
        xy__operation_unref(shared[i]);
    xy__operation_unref(own);
    xy__document_unref(document);
}

/* ---- at random ---- */

/* Two texts that are made at once and differ in literals. */
typedef struct maker {
    uint64_t seed;
    xy_buf texts[2];
    unsigned names; /* given so far */
    xy_str operation[2];
} maker;

static unsigned pick(maker *m, unsigned count)
{
    m->seed = m->seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(m->seed >> 33) % count;
}

static void put(maker *m, const char *text)
{
    for (size_t i = 0; i < 2; i++)
        xy__buf_str(&m->texts[i], xy_str_from(text));
}

static void put_one_of(maker *m, const char *const *all, unsigned count)
{
    bool same = pick(m, 4) == 0;
    unsigned chosen = pick(m, count);

    for (size_t i = 0; i < 2; i++)
        xy__buf_str(&m->texts[i], xy_str_from(all[same ? chosen : pick(m, count)]));
}

#define PUT_ONE_OF(m, all) put_one_of((m), (all), sizeof(all) / sizeof *(all))

static void put_space(maker *m)
{
    static const char *const spaces[] = {" ", ",",    "\n",        "\r\n", "\r",
                                         " ", "\t  ", "#(a:\"1\n", " ",    "#\u00e4\U0001F600\r\n"};

    put(m, spaces[pick(m, sizeof spaces / sizeof *spaces)]);
}

static void put_string(maker *m)
{
    static const char *const strings[] = {
        "\"\"",  "\"a\"",     "\"\u00e4\u00f6\"", "\"\U0001F600\"", "\"x y\"",
        "\"#\"", "\"{(a:1\"", "\"\u20ac,\"",      "\"\t\"",         "\"0123456789012345678901\"",
    };
    static const char *const cooked[] = {"\"\\n\"", "\"\\\"\"", "\"\"\"b\n \"c\"\"\"\"",
                                         "\"\"\"\"\"\""};

    if (pick(m, 8) == 0)
        put(m, cooked[pick(m, 4)]);
    else
        PUT_ONE_OF(m, strings);
}

static void put_int(maker *m)
{
    static const char *const ints[] = {"0",  "-0",         "1",   "42",
                                       "-7", "2147483647", "123", "-2147483648"};
    static const char *const large[] = {"2147483648", "1", "-99999999999999999999"};

    if (pick(m, 8) == 0)
        PUT_ONE_OF(m, large);
    else
        PUT_ONE_OF(m, ints);
}

static void put_float(maker *m)
{
    static const char *const floats[] = {"1.5", "-0.0", "1e3", "0.1E-7", "123456.789", "1.0"};
    static const char *const large[] = {"1e400", "1.5", "2e308"};

    if (pick(m, 8) == 0)
        PUT_ONE_OF(m, large);
    else
        PUT_ONE_OF(m, floats);
}

static void put_argument(maker *m, char name)
{
    char text[] = {name, ':', '\0'};

    put(m, text);
    if (pick(m, 4) == 0)
        put_space(m);
    switch (name) {
    case 's':
        put_string(m);
        break;
    case 'i':
        put_int(m);
        break;
    case 'f':
        pick(m, 3) ? put_float(m) : put_int(m);
        break;
    case 'c':
    default:
        pick(m, 2) ? put_string(m) : put_int(m);
        break;
    }
    put_space(m);
}

static void put_fields(maker *m, unsigned depth);

static void put_field(maker *m, unsigned depth)
{
    static const struct {
        const char *name;
        const char *arguments;
        bool composite;
    } fields[] = {{"echo", "sific", false}, {"fail", "sifc", false}, {"die", "sif", false},
                  {"deep", "sif", true},    {"many", "i", true},     {"echo", "sif", false}};
    unsigned chosen = pick(m, sizeof fields / sizeof *fields);
    char alias[16];

    if (fields[chosen].composite && depth == 0)
        chosen = 0;
    /* Most response names occur once; some do not, and may or may not be merged. */
    snprintf(alias, sizeof alias, "x%u", pick(m, 12) ? ++m->names : pick(m, 3));
    put(m, alias);
    put(m, ":");
    put(m, fields[chosen].name);
    put(m, "(");
    for (const char *name = fields[chosen].arguments; *name; name++)
        if (pick(m, 2) || name == fields[chosen].arguments)
            put_argument(m, *name);
    if (strcmp(fields[chosen].name, "many") != 0 && fields[chosen].arguments[2] == 'f' &&
        strcmp(fields[chosen].name, "die") != 0 && pick(m, 3) == 0)
        put(m, "id:\"k\"");
    put(m, ")");
    if (pick(m, 6) == 0)
        put(m, pick(m, 2) ? "@skip(if:false)" : " @include( if : true )");
    if (fields[chosen].composite)
        put_fields(m, depth - 1);
}

static void put_fields(maker *m, unsigned depth)
{
    put(m, "{");
    for (unsigned left = 1 + pick(m, 3); left > 0; left--) {
        switch (pick(m, 12)) {
        case 0:
            put(m, "...F");
            break;
        case 1:
            put(m, depth ? "...on Query" : "__typename");
            if (depth)
                put_fields(m, depth - 1);
            break;
        default:
            put_field(m, depth);
        }
        put_space(m);
    }
    put(m, "}");
}

static void put_name(maker *m)
{
    static const char *const names[] = {"A", "Bcd", "query", "on", "Long_name_0123456789"};
    size_t from[2] = {m->texts[0].len, m->texts[1].len};

    PUT_ONE_OF(m, names);
    for (size_t i = 0; i < 2; i++) {
        xy_str all = xy__buf_view(&m->texts[i]);

        m->operation[i] = xy__arena_str(&f.arena, (xy_str){all.ptr + from[i], all.len - from[i]});
    }
}

static void put_document(maker *m)
{
    m->names = 3;
    m->operation[0] = m->operation[1] = XY_STR_NULL;
    if (pick(m, 3)) {
        put(m, "query ");
        put_space(m);
        put_name(m);
        if (pick(m, 2)) {
            put(m, "($v:Int!=1 $w:Boolean=true){y:fail(i:$v ");
            put_argument(m, 's');
            put(m, ")@include(if:$w) ...on Query");
        }
        put_space(m);
        put_fields(m, 2);
        if (memchr(xy__buf_view(&m->texts[0]).ptr, '$', m->texts[0].len))
            put(m, "}");
    } else {
        put_fields(m, 2);
    }
    /* It may not be there without being spread, nor spread itself. */
    if (memmem(xy__buf_view(&m->texts[0]).ptr, m->texts[0].len, "...F", 4)) {
        put(m, "fragment F on Query{z:fail(");
        put_argument(m, 'i');
        put(m, ") x0:echo(");
        put_argument(m, 's');
        put(m, ")}");
    }
}

static void any_two_texts_are_answered_alike(void **state)
{
    static const char *const variables[] = {NULL,           "{\"v\":2}",
                                            "{\"v\":null}", "{\"v\":\"x\"}",
                                            "{\"w\":null}", "{\"w\":false,\"v\":3}"};
    maker m = {.seed = 7};
    size_t found[3] = {0};

    (void)state;
    for (unsigned round = 0; round < 20000; round++) {
        request r = {.variables = variables[pick(&m, 6)]};

        for (size_t i = 0; i < 2; i++)
            xy__buf_init(&m.texts[i], SIZE_MAX);
        put_document(&m);
        r.text = xy__buf_view(&m.texts[1]);
        r.name = pick(&m, 2) ? m.operation[pick(&m, 2)] : XY_STR_NULL;
        found[compare(xy__buf_view(&m.texts[0]), &r)]++;
        for (size_t i = 0; i < 2; i++)
            xy__buf_deinit(&m.texts[i]);
    }
    assert_in_range(found[LIFTED], 1000, SIZE_MAX);
    assert_in_range(found[NO_FIT], 200, SIZE_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_fits_is_answered_alike, setup, teardown),
        cmocka_unit_test_setup_teardown(only_equal_literals_share_an_operation, setup, teardown),
        cmocka_unit_test_setup_teardown(any_two_texts_are_answered_alike, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
