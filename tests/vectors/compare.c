/* SPDX-License-Identifier: MIT */
/* tests/vectors/compare.c -- reading cases and comparing answers. */
#include "base/fatal.h"
#include "json/read.h"
#include "json/write.h"
#include "language/lexer.h"
#include "vectors.h"

#define JSON_DEPTH 1000u
/* The largest integer below which a double holds them all. */
#define MAX_SAFE_INTEGER 9007199254740991.0

const xy_value *vector_get(const xy_value *object, const char *key)
{
    return xy_value_get(object, xy_str_from(key));
}

xy_str vector_str(const xy_value *object, const char *key)
{
    const xy_value *value = vector_get(object, key);

    return value && value->kind == XY_VALUE_STRING ? xy_value_text(value) : XY_STR_NULL;
}

bool vector_bool(const xy_value *object, const char *key, bool fallback)
{
    const xy_value *value = vector_get(object, key);

    return value && value->kind == XY_VALUE_BOOL ? value->boolean : fallback;
}

int64_t vector_int(const xy_value *object, const char *key, int64_t fallback)
{
    const xy_value *value = vector_get(object, key);

    return value && value->kind == XY_VALUE_INT ? value->integer : fallback;
}

static bool is_number(const xy_value *value)
{
    return value->kind == XY_VALUE_INT || value->kind == XY_VALUE_FLOAT ||
           value->kind == XY_VALUE_NUMBER;
}

xy_value vector_doubles(xy_arena *arena, const xy_value *value)
{
    xy_value copy = *value;
    xy_value *items;
    xy_member *members;

    double number;

    if (is_number(value) && xy_value_to_double(value, &number) == 0 &&
        (number > MAX_SAFE_INTEGER || number < -MAX_SAFE_INTEGER))
        copy = xy_value_float(number);
    if (value->kind == XY_VALUE_LIST) {
        items = XY_ARENA_ARRAY(arena, xy_value, value->len);
        for (uint32_t i = 0; i < value->len; i++)
            items[i] = vector_doubles(arena, &value->items[i]);
        copy.items = items;
    }
    if (value->kind == XY_VALUE_OBJECT) {
        members = XY_ARENA_ARRAY(arena, xy_member, value->len);
        for (uint32_t i = 0; i < value->len; i++)
            members[i] =
                (xy_member){value->members[i].key, vector_doubles(arena, &value->members[i].value)};
        copy.members = members;
    }
    return copy;
}

const xy_value *vector_json(vector_case *c, xy_str text)
{
    xy_value *value = XY_ARENA_NEW(c->arena, xy_value);
    xy_json_error error;

    if (xy__json_read(c->arena, text, JSON_DEPTH, value, &error) < 0)
        xy__fatal("%s at byte %zu of: %.*s", error.message, error.offset, XY_PRI(text));
    *value = vector_doubles(c->arena, value);
    return value;
}

static bool same_number(const xy_value *a, const xy_value *b)
{
    double x;
    double y;

    if (a->kind == XY_VALUE_INT && b->kind == XY_VALUE_INT && a->integer == b->integer)
        return true;
    return xy_value_to_double(a, &x) == 0 && xy_value_to_double(b, &y) == 0 && !(x < y) && !(x > y);
}

static bool same_list(const xy_value *a, const xy_value *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        if (!vector_same(&a->items[i], &b->items[i]))
            return false;
    }
    return true;
}

static bool same_object(const xy_value *a, const xy_value *b)
{
    for (uint32_t i = 0; i < a->len; i++) {
        if (!xy_str_eq(a->members[i].key, b->members[i].key) ||
            !vector_same(&a->members[i].value, &b->members[i].value))
            return false;
    }
    return true;
}

bool vector_same(const xy_value *a, const xy_value *b)
{
    if (is_number(a) && is_number(b))
        return same_number(a, b);
    if (a->kind != b->kind)
        return false;
    switch (a->kind) {
    case XY_VALUE_NULL:
        return true;
    case XY_VALUE_BOOL:
        return a->boolean == b->boolean;
    case XY_VALUE_STRING:
        return xy_str_eq(xy_value_text(a), xy_value_text(b));
    case XY_VALUE_LIST:
        return a->len == b->len && same_list(a, b);
    default:
        return a->len == b->len && same_object(a, b);
    }
}

static xy_value locations_value(xy_arena *arena, const xy_error *error)
{
    xy_value *items = XY_ARENA_ARRAY(arena, xy_value, error->location_count);

    for (size_t i = 0; i < error->location_count; i++) {
        xy_member *members = XY_ARENA_ARRAY(arena, xy_member, 2);

        members[0] = (xy_member){XY_STR("line"), xy_value_int(error->locations[i].line)};
        members[1] = (xy_member){XY_STR("column"), xy_value_int(error->locations[i].column)};
        items[i] = (xy_value){.kind = XY_VALUE_OBJECT, .len = 2, .members = members};
    }
    return (xy_value){
        .kind = XY_VALUE_LIST, .len = (uint32_t)error->location_count, .items = items};
}

static xy_value path_value(xy_arena *arena, const xy_path *path)
{
    uint32_t len = 0;
    xy_value *items;
    uint32_t i;

    for (const xy_path *step = path; step; step = step->up)
        len++;
    items = XY_ARENA_ARRAY(arena, xy_value, len);
    i = len;
    for (const xy_path *step = path; step; step = step->up)
        items[--i] =
            step->key.ptr ? xy_value_string(step->key) : xy_value_int((int64_t)step->index);
    return (xy_value){.kind = XY_VALUE_LIST, .len = len, .items = items};
}

xy_value vector_error_value(xy_arena *arena, const xy_error *error)
{
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, 3);
    uint32_t len = 0;

    members[len++] = (xy_member){XY_STR("message"), xy_value_string(error->message)};
    if (error->location_count)
        members[len++] = (xy_member){XY_STR("locations"), locations_value(arena, error)};
    if (error->path)
        members[len++] = (xy_member){XY_STR("path"), path_value(arena, error->path)};
    return (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
}

xy_value vector_errors_value(xy_arena *arena, const xy_errors *errors)
{
    xy_value *items = XY_ARENA_ARRAY(arena, xy_value, errors->list.len);

    for (size_t i = 0; i < errors->list.len; i++)
        items[i] = vector_error_value(arena, errors->list.items[i]);
    return (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)errors->list.len, .items = items};
}

vector_verdict vector_fail(vector_case *c, const char *what, xy_str expected, xy_str got)
{
    c->what = xy_str_from(what);
    xy__buf_reset(&c->expected, SIZE_MAX);
    xy__buf_reset(&c->got, SIZE_MAX);
    xy__buf_str(&c->expected, expected);
    xy__buf_str(&c->got, got);
    return VECTOR_FAIL;
}

static vector_verdict fail_value(vector_case *c, const char *what, const xy_value *expected,
                                 const xy_value *got)
{
    vector_fail(c, what, XY_STR(""), XY_STR(""));
    if (expected)
        xy__json_write_value(&c->expected, expected);
    else
        xy__buf_str(&c->expected, XY_STR("(absent)"));
    if (got)
        xy__json_write_value(&c->got, got);
    else
        xy__buf_str(&c->got, XY_STR("(absent)"));
    return VECTOR_FAIL;
}

vector_verdict vector_expect_str(vector_case *c, const char *what, xy_str expected, xy_str got)
{
    return xy_str_eq(expected, got) ? VECTOR_PASS : vector_fail(c, what, expected, got);
}

vector_verdict vector_expect_bool(vector_case *c, const char *what, bool expected, bool got)
{
    xy_value a = xy_value_bool(expected);
    xy_value b = xy_value_bool(got);

    return vector_expect_value(c, what, &a, &b);
}

vector_verdict vector_expect_value(vector_case *c, const char *what, const xy_value *expected,
                                   const xy_value *got)
{
    if (expected && got ? vector_same(expected, got) : expected == got)
        return VECTOR_PASS;
    return fail_value(c, what, expected, got);
}

static bool same_multiset(xy_arena *arena, const xy_value *a, const xy_value *b)
{
    bool *taken = XY_ARENA_ARRAY(arena, bool, b->len);

    if (a->kind != XY_VALUE_LIST || b->kind != XY_VALUE_LIST || a->len != b->len)
        return false;
    for (uint32_t i = 0; i < a->len; i++) {
        uint32_t at = 0;

        while (at < b->len && (taken[at] || !vector_same(&a->items[i], &b->items[at])))
            at++;
        if (at == b->len)
            return false;
        taken[at] = true;
    }
    return true;
}

vector_verdict vector_expect_multiset(vector_case *c, const char *what, const xy_value *expected,
                                      const xy_value *got)
{
    static const xy_value none = {.kind = XY_VALUE_LIST};

    if (same_multiset(c->arena, expected ? expected : &none, got ? got : &none))
        return VECTOR_PASS;
    return fail_value(c, what, expected, got);
}

vector_verdict vector_expect_errors(vector_case *c, const char *what, const xy_value *expected,
                                    const xy_errors *got)
{
    xy_value errors = vector_errors_value(c->arena, got);

    return vector_expect_multiset(c, what, expected, &errors);
}

/* Is the token at `location` a `}` right behind a `{`? */
static bool is_empty_braces(xy_arena *arena, const xy_source *source, xy_location location)
{
    xy_token last = {0};
    xy_errors errors;
    xy_lexer lexer;

    xy__errors_init(&errors, arena);
    xy__lexer_init(&lexer, source, &errors);
    for (;;) {
        xy_token token;
        xy_location at;

        xy__lexer_next(&lexer, &token);
        if (token.kind == XY_TOKEN_FAILED || token.kind == XY_TOKEN_END)
            return false;
        at = xy__source_location(source, token.start);
        if (at.line == location.line && at.column == location.column)
            return token.kind == XY_TOKEN_BRACE_R && last.kind == XY_TOKEN_BRACE_L;
        last = token;
    }
}

bool vector_is_empty_selection(const vector_case *c, xy_str document, const xy_errors *errors)
{
    static const char option[] = "allowEmptySelectionSets";
    xy_source source = {.text = document};
    const xy_error *error;

    if (!vector_bool(vector_get(c->json, "options"), option, true) ||
        !vector_bool(vector_get(c->json, "parse_options"), option, true))
        return false;
    if (errors->list.len != 1 || errors->list.items[0]->location_count != 1)
        return false;
    error = errors->list.items[0];
    return xy_str_is(error->message, "Syntax Error: Expected Name, found \"}\".") &&
           is_empty_braces(c->arena, &source, error->locations[0]);
}
