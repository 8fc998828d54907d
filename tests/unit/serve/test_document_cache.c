/* SPDX-License-Identifier: MIT */
/* Documents found again by their text, parameters by that of their request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <uv.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "base/fatal.h"
#include "base/map.h"
#include "execution/plan.h"
#include "schema/build.h"
#include "serve/document_cache.h"

#define MIB ((size_t)1 << 20)

typedef struct fixture {
    xy_arena arena;
    xy_schema *schema;
    xy_document_cache *cache;
} fixture;

static void fixture_init(fixture *f, size_t bytes_max)
{
    static const char sdl[] = "type Query { a: String b: Query c(d: Int): Int }";
    xy_errors errors;

    xy__arena_init(&f->arena, SIZE_MAX);
    xy__errors_init(&errors, &f->arena);
    assert_int_equal(xy__schema_from_sdl(&f->arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE,
                                         &f->schema, &errors, NULL),
                     XY_OK);
    f->cache = xy__document_cache_create(bytes_max);
}

static void fixture_deinit(fixture *f)
{
    xy__document_cache_destroy(f->cache);
    xy__arena_deinit(&f->arena);
}

static xy_document *create(const fixture *f, const char *text)
{
    xy_document *document = NULL;
    xy_errors errors;
    xy_arena arena;

    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    assert_int_equal(xy__document_create(f->schema, xy_str_from(text), NULL, &document, &errors),
                     XY_OK);
    xy__arena_deinit(&arena);
    return document;
}

static xy_document *find(const fixture *f, const char *text)
{
    xy_str str = xy_str_from(text);
    xy_document *document;

    document = xy__document_cache_find(f->cache, xy__hash(str), str);
    if (!document)
        xy__document_cache_missed(f->cache, xy__hash(str));
    return document;
}

static bool has(const fixture *f, const char *text)
{
    xy_document *document = find(f, text);

    xy__document_unref(document);
    return document != NULL;
}

/* As a request does: found, or made and offered. */
static void request(const fixture *f, const char *text)
{
    xy_document *document = find(f, text);

    if (!document) {
        document = create(f, text);
        xy__document_cache_offer(f->cache, xy__hash(xy_str_from(text)), document);
    }
    xy__document_unref(document);
}

/* `{ a } #N` */
static const char *numbered(char text[32], unsigned number)
{
    snprintf(text, 32, "{ a } #%u", number);
    return text;
}

static void a_document_is_found_when_it_was_offered_twice(void **state)
{
    fixture f;
    xy_cache_figures figures;

    (void)state;
    fixture_init(&f, 64 * MIB);
    request(&f, "{ a }");
    assert_false(has(&f, "{ a }"));
    request(&f, "{ a }");
    assert_true(has(&f, "{ a }"));
    assert_false(has(&f, "{ a } "));
    figures = xy__document_cache_read(f.cache);
    assert_int_equal(figures.hits, 1);
    assert_int_equal(figures.misses, 4);
    assert_int_equal(figures.entries, 1);
    fixture_deinit(&f);
}

static void equal_hashes_are_told_apart_by_the_text(void **state)
{
    fixture f;
    const char *const texts[] = {"{ a }", "{ b { a } }", "{ x: a }"};

    (void)state;
    fixture_init(&f, 64 * MIB);
    for (size_t i = 0; i < 3; i++) {
        xy_document *document = create(&f, texts[i]);

        xy__document_cache_offer(f.cache, 42, document);
        xy__document_cache_offer(f.cache, 42, document);
        xy__document_unref(document);
    }
    for (size_t i = 0; i < 3; i++) {
        xy_document *document = xy__document_cache_find(f.cache, 42, xy_str_from(texts[i]));

        assert_non_null(document);
        assert_true(xy_str_is(document->source.text, texts[i]));
        xy__document_unref(document);
    }
    assert_null(xy__document_cache_find(f.cache, 42, XY_STR("{ y: a }")));
    fixture_deinit(&f);
}

/* Several times what there is room for; `hot` is used between any two, or when there is none,
 * they themselves are. */
static void flood(const fixture *f, size_t bytes_max, const char *hot)
{
    unsigned count = (unsigned)(bytes_max / 512);
    char text[32];

    for (unsigned i = 0; i < count; i++) {
        request(f, numbered(text, i));
        request(f, numbered(text, i));
        assert_true(has(f, hot ? hot : text));
        assert_in_range(xy__document_cache_read(f->cache).bytes, 0, bytes_max);
    }
}

static void the_bound_is_kept_and_who_is_in_use_stays(void **state)
{
    fixture f;
    xy_cache_figures figures;

    (void)state;
    fixture_init(&f, MIB);
    request(&f, "{ hot: a }");
    request(&f, "{ hot: a }");
    flood(&f, MIB, "{ hot: a }");
    figures = xy__document_cache_read(f.cache);
    assert_in_range(figures.evicted, 100, 1000000);
    assert_in_range(figures.bytes, MIB / 2, MIB);
    fixture_deinit(&f);
}

static void what_is_sent_once_displaces_nothing(void **state)
{
    fixture f;
    char text[32];

    (void)state;
    fixture_init(&f, MIB);
    request(&f, "{ idle: a }");
    request(&f, "{ idle: a }");
    for (unsigned i = 0; i < 2000; i++)
        request(&f, numbered(text, i));
    assert_int_equal(xy__document_cache_read(f.cache).entries, 1);
    assert_true(has(&f, "{ idle: a }"));
    fixture_deinit(&f);
}

static void what_is_evicted_lives_on_with_its_user(void **state)
{
    fixture f;
    xy_document *document;

    (void)state;
    fixture_init(&f, MIB);
    request(&f, "{ b { a } }");
    request(&f, "{ b { a } }");
    document = find(&f, "{ b { a } }");
    assert_non_null(document);
    flood(&f, MIB, NULL);
    assert_false(has(&f, "{ b { a } }"));
    assert_true(xy_str_is(document->source.text, "{ b { a } }"));
    assert_int_equal(atomic_load(&document->refs), 1);
    xy__document_unref(document);
    fixture_deinit(&f);
}

static void plans_are_charged_as_they_are_made(void **state)
{
    fixture f;
    const xy_value no_variables = {.kind = XY_VALUE_OBJECT};
    uint64_t hash = xy__hash(XY_STR("{ a }"));
    xy_document *document;
    xy_plan *plan;
    size_t before;

    (void)state;
    fixture_init(&f, MIB);
    request(&f, "{ a }");
    request(&f, "{ a }");
    before = xy__document_cache_read(f.cache).bytes;
    document = find(&f, "{ a }");
    assert_int_equal(xy__plan_for(document->operations[0], &no_variables, XY_DELIVER_WHOLE,
                                  &plan), XY_OK);
    assert_int_equal(xy__document_cache_read(f.cache).bytes, before);
    xy__document_cache_offer(f.cache, hash, document);
    assert_in_range(xy__document_cache_read(f.cache).bytes, before + 1000, before + 10000);
    /* One that would take more than half of a shard goes, and nothing else does. */
    request(&f, "{ x: a }");
    request(&f, "{ x: a }");
    atomic_fetch_add(&document->plan_bytes, MIB / 2);
    xy__document_cache_offer(f.cache, hash, document);
    assert_false(has(&f, "{ a }"));
    assert_true(has(&f, "{ x: a }"));
    assert_in_range(xy__document_cache_read(f.cache).bytes, 1, before + 1000);
    xy__plan_release(plan);
    xy__document_unref(document);
    fixture_deinit(&f);
}

static xy_kept_params *read_params(xy_params_origin origin, xy_str text)
{
    xy_kept_params *params;
    xy_params_error error;

    assert_int_equal(xy__kept_params_read(origin, text, &params, &error), XY_OK);
    return params;
}

static void parameters_are_found_by_the_raw_text(void **state)
{
    static const char body[] = "{\"query\":\"{\\n a }\",\"variables\":{\"n\":[1]}}";
    xy_str text = xy_str_from(body);
    uint64_t hash = xy__hash(text);
    xy_kept_params *params = read_params(XY_PARAMS_BODY, text);
    fixture f;

    (void)state;
    fixture_init(&f, 64 * MIB);
    assert_true(params->text.ptr != body);
    assert_int_equal(params->query_hash, xy__hash(XY_STR("{\n a }")));
    xy__document_cache_offer_params(f.cache, hash, params);
    assert_null(xy__document_cache_find_params(f.cache, hash, XY_PARAMS_BODY, text));
    xy__document_cache_offer_params(f.cache, hash, params);
    xy__kept_params_unref(params);
    assert_null(xy__document_cache_find_params(f.cache, hash, XY_PARAMS_QUERY_STRING, text));
    assert_null(xy__document_cache_find(f.cache, hash, text));
    params = xy__document_cache_find_params(f.cache, hash, XY_PARAMS_BODY, text);
    assert_true(xy_str_is(params->params.query, "{\n a }"));
    fixture_deinit(&f);
    assert_int_equal(xy_value_get(params->params.variables, XY_STR("n"))->kind, XY_VALUE_LIST);
    xy__kept_params_unref(params);
}

static void a_cache_that_is_off_finds_nothing(void **state)
{
    fixture f;
    xy_kept_params *params = read_params(XY_PARAMS_QUERY_STRING, XY_STR("query={a}"));

    (void)state;
    fixture_init(&f, 0);
    assert_null(f.cache);
    for (int i = 0; i < 3; i++) {
        request(&f, "{ a }");
        xy__document_cache_offer_params(f.cache, 1, params);
    }
    assert_false(has(&f, "{ a }"));
    assert_null(xy__document_cache_find_params(f.cache, 1, params->origin, params->text));
    assert_int_equal(xy__document_cache_read(f.cache).misses, 0);
    xy__kept_params_unref(params);
    fixture_deinit(&f);
}

/* As a request does that has a shape: found by it, or made and offered. Returns whether it was
 * found. */
static bool request_shape(const fixture *f, const char *text)
{
    xy_document *document;
    xy_shape shape;
    xy_arena arena;
    bool found;

    xy__arena_init(&arena, SIZE_MAX);
    assert_true(xy__shape_read(&arena, xy_str_from(text), &shape));
    document = xy__document_cache_find_shape(f->cache, &shape);
    found = document != NULL;
    if (!found) {
        xy__document_cache_missed(f->cache, shape.hash);
        document = create(f, text);
        xy__document_note_shape(document, &shape);
        if (xy__document_cache_wants_shape(f->cache, &shape)) {
            xy__document_make_liftable(document, &shape);
            xy__document_cache_offer_shape(f->cache, &shape, document);
        }
    }
    xy__document_unref(document);
    xy__arena_deinit(&arena);
    return found;
}

static void a_shape_is_found_when_it_came_up_twice(void **state)
{
    xy_cache_figures figures;
    xy_shape shape;
    fixture f;

    (void)state;
    fixture_init(&f, 64 * MIB);
    assert_false(request_shape(&f, "{ c(d:1) }"));
    assert_false(request_shape(&f, "{ c(d:2) }"));
    assert_true(request_shape(&f, "{ c(d:3) }"));
    assert_true(request_shape(&f, "{ c(d:1) }"));
    assert_false(request_shape(&f, "{ c(d: 1) }"));
    assert_false(has(&f, "{ c(d:2) }"));
    figures = xy__document_cache_read(f.cache);
    assert_int_equal(figures.entries, 1);
    assert_int_equal(figures.hits, 2);
    assert_int_equal(figures.misses, 4);
    /* Equal hashes are told apart by the key. */
    assert_true(xy__shape_read(&f.arena, XY_STR("{ c(d:1) }"), &shape));
    shape.key = XY_STR("{ e(d:?) }");
    assert_null(xy__document_cache_find_shape(f.cache, &shape));
    fixture_deinit(&f);
}

static _Atomic size_t shape_requests;

enum { THREADS = 4, THREAD_STEPS = 1500, THREAD_TEXTS = 40 };

/* Texts come and go, in another order on each thread: there is room for half of them. */
static void work(void *arg)
{
    const fixture *f = arg;
    unsigned seed = (unsigned)(uintptr_t)&seed;
    char text[32];

    for (unsigned i = 0; i < THREAD_STEPS; i++) {
        xy_document *document;

        seed = seed * 1103515245u + 12345u;
        numbered(text, (seed >> 16) % THREAD_TEXTS);
        request(f, text);
        document = find(f, text);
        if (!document)
            continue;
        XY_ASSERT(xy_str_is(document->source.text, text));
        snprintf(text, sizeof text, "{ c%u:c(d:%u) }", i % 7, i);
        request_shape(f, text);
        atomic_fetch_add(&shape_requests, 1);
        atomic_fetch_add(&document->plan_bytes, 8);
        xy__document_cache_offer(f->cache, xy__hash(document->source.text), document);
        xy__document_unref(document);
    }
}

static void threads_share_it(void **state)
{
    fixture f;
    uv_thread_t threads[THREADS];
    xy_cache_figures figures;

    (void)state;
    fixture_init(&f, 32 * 1024);
    for (size_t i = 0; i < THREADS; i++)
        assert_int_equal(uv_thread_create(&threads[i], work, &f), 0);
    for (size_t i = 0; i < THREADS; i++)
        uv_thread_join(&threads[i]);
    figures = xy__document_cache_read(f.cache);
    assert_int_equal(figures.hits + figures.misses, 2 * THREADS * THREAD_STEPS + shape_requests);
    assert_in_range(figures.evicted, 1, UINT64_MAX);
    assert_in_range(figures.bytes, 1, 32 * 1024);
    fixture_deinit(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_found_when_it_was_offered_twice),
        cmocka_unit_test(equal_hashes_are_told_apart_by_the_text),
        cmocka_unit_test(the_bound_is_kept_and_who_is_in_use_stays),
        cmocka_unit_test(what_is_sent_once_displaces_nothing),
        cmocka_unit_test(what_is_evicted_lives_on_with_its_user),
        cmocka_unit_test(plans_are_charged_as_they_are_made),
        cmocka_unit_test(parameters_are_found_by_the_raw_text),
        cmocka_unit_test(a_cache_that_is_off_finds_nothing),
        cmocka_unit_test(a_shape_is_found_when_it_came_up_twice),
        cmocka_unit_test(threads_share_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
