/* SPDX-License-Identifier: MIT */
/* A notice in results of every shape: the rest stays as it was, to the byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "realtime/gap_notice.h"

#define GAP "\"gap\":{\"reason\":\"EVENTS_DROPPED\"}"

static const struct {
    const char *result;
    const char *noticed;
} cases[] = {
    {"{\"data\":{\"n\":1}}", "{\"data\":{\"n\":1},\"extensions\":{" GAP "}}"},
    {"{\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"X\"}}],\"data\":null}",
     "{\"errors\":[{\"message\":\"no\",\"extensions\":{\"code\":\"X\"}}],\"data\":null,"
     "\"extensions\":{" GAP "}}"},
    {"{\"data\":{\"a\":\"\\\"}\"},\"extensions\":{\"x\":[1,2]}}",
     "{\"data\":{\"a\":\"\\\"}\"},\"extensions\":{" GAP ",\"x\":[1,2]}}"},
    {"{\"extensions\":{},\"data\":1}", "{\"extensions\":{" GAP "},\"data\":1}"},
    {"{\"data\":{\"extensions\":{\"x\":1}}}",
     "{\"data\":{\"extensions\":{\"x\":1}},\"extensions\":{" GAP "}}"},
    {"{\"data\":\"\\\\\",\"extensions\":{\"\":\"{\"}}",
     "{\"data\":\"\\\\\",\"extensions\":{" GAP ",\"\":\"{\"}}"},
    {"{\"a\":\"\\\"extensions\\\":{\"}",
     "{\"a\":\"\\\"extensions\\\":{\",\"extensions\":{" GAP "}}"},
    {"{}", "{\"extensions\":{" GAP "}}"},
};

static void it_is_spliced_in(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_bytes *result = xy_bytes_create(xy_str_from(cases[i].result));
        xy_bytes *noticed = xy__gap_notice(result, XY_GAP_DROPPED);

        assert_int_equal(xy_bytes_str(noticed).len, strlen(cases[i].noticed));
        assert_memory_equal(xy_bytes_str(noticed).ptr, cases[i].noticed, strlen(cases[i].noticed));
        xy_bytes_unref(noticed);
        xy_bytes_unref(result);
    }
}

static void each_reason_has_a_name(void **state)
{
    (void)state;
    assert_true(xy_str_is(xy__gap_reason(XY_GAP_RECONNECTED), "STORE_RECONNECTED"));
    assert_true(xy_str_is(xy__gap_reason(XY_GAP_DROPPED), "EVENTS_DROPPED"));
    assert_true(xy_str_is(xy__gap_reason(XY_GAP_UNKNOWN_ID), "UNKNOWN_EVENT_ID"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_spliced_in),
        cmocka_unit_test(each_reason_has_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
