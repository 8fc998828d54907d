/* SPDX-License-Identifier: MIT */
/* The GraphQL request in the body of a POST or the query string of a GET. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "serve/params.h"

static void a_body_gives_its_parameters(void **state)
{
    xy_arena arena;
    xy_params params;
    xy_params_error error;
    xy_str body = XY_STR("{\"query\":\"{ a\\n}\",\"variables\":{\"n\":1},\"operationName\":\"A\","
                         "\"extensions\":null,\"unknown\":null}");

    (void)state;
    xy__arena_init(&arena, 1 << 20);
    assert_int_equal(xy__params_read_body(&arena, body, &params, &error), XY_OK);
    assert_true(xy_str_is(params.query, "{ a\n}"));
    assert_true(xy_str_is(params.operation_name, "A"));
    assert_int_equal(xy_value_get(params.variables, XY_STR("n"))->integer, 1);
    assert_null(params.extensions);
    xy__arena_deinit(&arena);
}

static const struct {
    const char *body;
    const char *message; /* its beginning */
    bool no_query;
} refused_bodies[] = {
    {"", "POST body sent invalid JSON: ", false},
    {"{", "POST body sent invalid JSON: ", false},
    {"{\"query\":\"\xff\"}", "The request body is not valid UTF-8.", false},
    {"null", "Expected params to be an object but given null.", false},
    {"[]", "Expected params to be an object but given array.", false},
    {"1", "Expected params to be an object but given number.", false},
    {"true", "Expected params to be an object but given boolean.", false},
    {"\"text\"", "Expected params to be an object but given string.", false},
    {"{}", "Must provide query string.", true},
    {"{\"query\":null}", "Must provide query string.", true},
    {"{\"query\":\"\"}", "Must provide query string.", true},
    {"{\"query\":1}", "Expected \"query\" param to be a string, but given number.", false},
    {"{\"query\":{}}", "Expected \"query\" param to be a string, but given object.", false},
    {"{\"query\":\"{a}\",\"variables\":\"x\"}",
     "Expected \"variables\" param to be empty or an object, but given string.", false},
    {"{\"query\":\"{a}\",\"variables\":[]}",
     "Expected \"variables\" param to be empty or an object, but given array.", false},
    {"{\"query\":\"{a}\",\"extensions\":5}",
     "Expected \"extensions\" param to be empty or an object, but given number.", false},
    {"{\"query\":\"{a}\",\"operationName\":5}",
     "Expected \"operationName\" param to be a string, but given number.", false},
    {"{\"documentId\":\"\"}", "Must provide query string.", true},
    {"{\"documentId\":1}", "Expected \"documentId\" param to be a string, but given number.",
     false},
    {"{\"query\":\"{a}\",\"extensions\":{\"persistedQuery\":{\"version\":2}}}",
     "Unsupported persisted query version", false},
    {"{\"query\":\"{a}\",\"extensions\":{\"persistedQuery\":{\"version\":1}}}",
     "Expected \"extensions.persistedQuery.sha256Hash\" to be a string.", false},
    {"{\"query\":\"{a}\",\"extensions\":{\"persistedQuery\":[]}}",
     "Expected \"extensions.persistedQuery\" to be an object", false},
    {"{\"query\":\"{a}\",\"foo\":1}", "Unexpected parameter \"foo\" in the request body.", false},
};

static void a_wrong_body_is_refused_with_its_reason(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof refused_bodies / sizeof *refused_bodies; i++) {
        xy_arena arena;
        xy_params params;
        xy_params_error error;

        xy__arena_init(&arena, 1 << 20);
        assert_int_equal(
            xy__params_read_body(&arena, xy_str_from(refused_bodies[i].body), &params, &error),
            XY_EINVAL);
        if (!xy_str_starts(error.message, xy_str_from(refused_bodies[i].message)))
            fail_msg("%s: %.*s", refused_bodies[i].body, XY_PRI(error.message));
        assert_int_equal(error.no_query, refused_bodies[i].no_query);
        xy__arena_deinit(&arena);
    }
}

static void an_id_stands_for_a_query(void **state)
{
    static const struct {
        const char *body;
        const char *name;
    } bodies[] = {
        {"{\"documentId\":\"a\"}", "a"},
        {"{\"query\":\"\",\"documentId\":\"a\"}", "a"},
        {"{\"extensions\":{\"persistedQuery\":{\"version\":1,\"sha256Hash\":\"b\"}}}", "b"},
        {"{\"documentId\":\"a\",\"extensions\":{\"persistedQuery\":{\"version\":1,"
         "\"sha256Hash\":\"b\"}}}",
         "a"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
        xy_arena arena;
        xy_params params;
        xy_params_error error;

        xy__arena_init(&arena, 1 << 20);
        assert_int_equal(xy__params_read_body(&arena, xy_str_from(bodies[i].body), &params, &error),
                         XY_OK);
        assert_int_equal(params.query.len, 0);
        assert_int_equal(params.document_id.kind, XY_DOCUMENT_ID_NAME);
        assert_true(xy_str_is(params.document_id.name, bodies[i].name));
        xy__arena_deinit(&arena);
    }
}

static void a_query_string_is_decoded(void **state)
{
    xy_arena arena;
    xy_params params;
    xy_params_error error;
    xy_str query = XY_STR("query=%7B+a(s:%22100%25%22)%7D&&x&variables=%7B%22n%22%3A1%7D&"
                          "operationName=&extensions=");

    (void)state;
    xy__arena_init(&arena, 1 << 20);
    assert_int_equal(xy__params_read_query(&arena, query, &params, &error), XY_OK);
    assert_true(xy_str_is(params.query, "{ a(s:\"100%\")}"));
    assert_null(params.operation_name.ptr);
    assert_int_equal(xy_value_get(params.variables, XY_STR("n"))->integer, 1);
    assert_null(params.extensions);
    xy__arena_deinit(&arena);
}

static void a_wrong_query_string_is_refused(void **state)
{
    static const struct {
        const char *query;
        const char *message;
    } cases[] = {
        {"", "Must provide query string."},
        {"query=", "Must provide query string."},
        {"query=%FF", "The query string is not valid UTF-8."},
        {"query={a}&variables={", "\"variables\" param is invalid JSON: "},
        {"query={a}&variables=[]",
         "Expected \"variables\" param to be empty or an object, but given array."},
        {"query={a}&extensions=%", "\"extensions\" param is invalid JSON: "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_arena arena;
        xy_params params;
        xy_params_error error;

        xy__arena_init(&arena, 1 << 20);
        assert_int_equal(
            xy__params_read_query(&arena, xy_str_from(cases[i].query), &params, &error), XY_EINVAL);
        if (!xy_str_starts(error.message, xy_str_from(cases[i].message)))
            fail_msg("%s: %.*s", cases[i].query, XY_PRI(error.message));
        xy__arena_deinit(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_body_gives_its_parameters),
        cmocka_unit_test(a_wrong_body_is_refused_with_its_reason),
        cmocka_unit_test(an_id_stands_for_a_query),
        cmocka_unit_test(a_query_string_is_decoded),
        cmocka_unit_test(a_wrong_query_string_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
