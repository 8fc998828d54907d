/* SPDX-License-Identifier: MIT */
#include "incremental.h"

#include "json/write.h"

increments_form vector_increments_form(const vector_case *c)
{
    return xy_str_is(vector_str(c->json, "format"), "2022") ? INCREMENTS_2022 : INCREMENTS_2023;
}

/* What a client has at the end: keys are in the order in which they happened to come. */
static vector_verdict expect_merged(vector_case *c, const char *what, const xy_value *expected,
                                    const xy_value *got)
{
    const xy_value null = XY_NULL;
    const xy_value *data = vector_get(expected, "data");
    const xy_value *merged = vector_get(got, "data");

    if (!xy_value_equal(data ? data : &null, merged))
        return vector_expect_value(c, what, data, merged);
    return vector_expect_multiset(c, what, vector_get(expected, "errors"),
                                  vector_get(got, "errors"));
}

static vector_verdict expect_initial(vector_case *c, const xy_value *expected, const xy_value *got)
{
    if (vector_expect_value(c, "initial data", vector_get(expected, "data"),
                            vector_get(got, "data")) != VECTOR_PASS)
        return VECTOR_FAIL;
    return vector_expect_multiset(c, "initial errors", vector_get(expected, "errors"),
                                  vector_get(got, "errors"));
}

static vector_verdict expect_canonical(vector_case *c, const xy_value *expected,
                                       const xy_value *got)
{
    static const char *const lists[] = {"deferred", "streamed", "pending", "patches", "completed"};
    xy_value sorted_expected = increments_sorted(c->arena, expected);
    xy_value sorted_got = increments_sorted(c->arena, got);

    if (expect_initial(c, vector_get(expected, "initial"), vector_get(got, "initial")) !=
            VECTOR_PASS ||
        vector_expect_bool(c, "hasNext of the first payload",
                           vector_bool(expected, "incremental", false),
                           vector_bool(got, "incremental", false)) != VECTOR_PASS)
        return VECTOR_FAIL;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        if (vector_expect_multiset(c, lists[i], vector_get(&sorted_expected, lists[i]),
                                   vector_get(&sorted_got, lists[i])) != VECTOR_PASS)
            return VECTOR_FAIL;
    return VECTOR_PASS;
}

/* `answer` is {canonical, merged}. */
static vector_verdict expect_answer(vector_case *c, const xy_value *answer, const increments *got)
{
    if (expect_canonical(c, vector_get(answer, "canonical"), &got->canonical) != VECTOR_PASS)
        return VECTOR_FAIL;
    return expect_merged(c, "merged", vector_get(answer, "merged"), &got->merged);
}

/* The case's own answer, or an alternative. */
static vector_verdict expect_any_answer(vector_case *c, const increments *got)
{
    const xy_value *alternatives = vector_get(c->json, "alternatives");

    if (expect_answer(c, c->json, got) == VECTOR_PASS)
        return VECTOR_PASS;
    for (uint32_t i = 0; alternatives && i < alternatives->len; i++)
        if (expect_answer(c, &alternatives->items[i], got) == VECTOR_PASS)
            return VECTOR_PASS;
    return expect_answer(c, c->json, got);
}

static vector_verdict fail_sequence(vector_case *c, const increments *read,
                                    const xy_value *payloads, size_t count)
{
    xy_str what = xy__arena_printf(c->arena, "payload %zu: %s", read->faulty, read->fault);
    xy_value list = {.kind = XY_VALUE_LIST, .len = (uint32_t)count, .items = payloads};

    vector_fail(c, what.ptr, XY_STR("a legal sequence"), XY_STR(""));
    xy__json_write_value(&c->got, &list);
    return VECTOR_FAIL;
}

vector_verdict vector_expect_payloads(vector_case *c, const xy_value *payloads, size_t count)
{
    increments read;

    increments_read(&read, c->arena, vector_increments_form(c), MERGE_LAST_WINS, payloads, count);
    if (read.fault)
        return fail_sequence(c, &read, payloads, count);
    if (expect_any_answer(c, &read) != VECTOR_PASS)
        return VECTOR_FAIL;
    if (!vector_bool(c->json, "merged_equals_non_incremental", false))
        return VECTOR_PASS;
    return expect_merged(c, "merged, against the whole result",
                         vector_get(c->json, "non_incremental"), &read.merged);
}

static vector_verdict expect_recorded_answer(vector_case *c, const xy_value *answer)
{
    const xy_value *payloads = vector_get(answer, "payloads");
    increments read;

    increments_read(&read, c->arena, vector_increments_form(c), MERGE_LAST_WINS, payloads->items,
                    payloads->len);
    if (read.fault)
        return fail_sequence(c, &read, payloads->items, payloads->len);
    return expect_answer(c, answer, &read);
}

vector_verdict vector_expect_recorded(vector_case *c)
{
    const xy_value *alternatives = vector_get(c->json, "alternatives");
    const xy_value *payloads = vector_get(c->json, "payloads");

    if (expect_recorded_answer(c, c->json) != VECTOR_PASS)
        return VECTOR_FAIL;
    for (uint32_t i = 0; alternatives && i < alternatives->len; i++)
        if (expect_recorded_answer(c, &alternatives->items[i]) != VECTOR_PASS)
            return VECTOR_FAIL;
    return vector_expect_payloads(c, payloads->items, payloads->len);
}
