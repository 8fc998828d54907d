/* SPDX-License-Identifier: MIT */
/* Documents that are named by their hash: which one is meant, what is remembered, for how long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <uv.h>
#include <cmocka.h>

#include "xylem/error.h"
#include "xylem/schema.h"

#include "serve/persisted.h"

#define KNOWN "{ a }"

typedef struct store {
    char path[64];
    xy_schema *schema;
    xy_trusted *trusted;
    char said[4096];
    int rc;
} store;

static xy_schema *load_schema(void)
{
    static const xy_sdl file = {XY_STR_INIT("test.graphql"),
                                XY_STR_INIT("type Query { a: Int b(n: Int): Int }")};
    xy_schema_options options = {.files = &file, .file_count = 1};
    xy_schema *schema;
    xy_str problems;

    assert_int_equal(xy_schema_load(&options, &schema, &problems), XY_OK);
    return schema;
}

static void store_open(store *s, const char *content)
{
    FILE *out = fmemopen(s->said, sizeof s->said, "w");
    FILE *file;
    int fd;

    s->said[0] = '\0';
    snprintf(s->path, sizeof s->path, "/tmp/xylem-trusted-XXXXXX");
    fd = mkstemp(s->path);
    assert_true(fd >= 0);
    file = fdopen(fd, "w");
    fputs(content, file);
    fclose(file);
    s->schema = load_schema();
    s->trusted = NULL;
    s->rc = xy__trusted_load(s->path, s->schema, NULL, out, &s->trusted);
    fclose(out);
}

static void store_close(store *s)
{
    xy__trusted_destroy(s->trusted);
    xy_schema_destroy(s->schema);
    unlink(s->path);
}

/* `{"…": …}` with ' for ". gives: a reference. */
static xy_kept_params *params_of(const char *text)
{
    char body[4096];
    xy_kept_params *params;
    xy_params_error error;

    snprintf(body, sizeof body, "%s", text);
    for (char *c = body; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    assert_int_equal(xy__kept_params_read(XY_PARAMS_BODY, xy_str_from(body), &params, &error),
                     XY_OK);
    return params;
}

static void hex_of(const char *text, char out[65])
{
    xy_digest digest = xy__digest_of(xy_str_from(text));

    for (size_t i = 0; i < sizeof digest.bytes; i++)
        snprintf(out + 2 * i, 3, "%02x", digest.bytes[i]);
}

/* A request for the document with the hash of `named` (NULL: none) that holds `text` (likewise):
 * the text that is meant, or the error's code. */
static const char *ask(const xy_persisted *persisted, const char *named, const char *text)
{
    static char answer[256];
    char body[512] = "{";
    char hex[65];
    xy_kept_params *params;
    xy_chosen chosen = {0};
    xy_unchosen why = {0};

    if (text)
        snprintf(body + 1, sizeof body - 1, "'query':'%s'%s", text, named ? "," : "");
    if (named) {
        hex_of(named, hex);
        snprintf(body + strlen(body), sizeof body - strlen(body), "'documentId':'%s'", hex);
    }
    snprintf(body + strlen(body), sizeof body - strlen(body), "}");
    params = params_of(body);
    if (xy__persisted_choose(persisted, params, &chosen, &why) == XY_OK) {
        snprintf(answer, sizeof answer, "%.*s", XY_PRI(chosen.text));
        xy__persisted_register(persisted, &chosen);
    } else {
        snprintf(answer, sizeof answer, "%s", why.code);
    }
    xy__chosen_deinit(&chosen);
    xy__kept_params_unref(params);
    return answer;
}

/* ---- the choice ---- */

static void a_document_is_known_once_it_came_with_its_hash(void **state)
{
    xy_persisted persisted;

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){.bytes_max = 1 << 20});
    assert_string_equal(ask(&persisted, KNOWN, NULL), "PERSISTED_QUERY_NOT_FOUND");
    assert_string_equal(ask(&persisted, NULL, KNOWN), KNOWN);
    assert_string_equal(ask(&persisted, KNOWN, NULL), "PERSISTED_QUERY_NOT_FOUND");
    assert_string_equal(ask(&persisted, KNOWN, KNOWN), KNOWN);
    assert_string_equal(ask(&persisted, KNOWN, NULL), KNOWN);
    assert_string_equal(ask(&persisted, KNOWN, "{ b }"), "PERSISTED_QUERY_HASH_MISMATCH");
    assert_string_equal(ask(&persisted, KNOWN, NULL), KNOWN);
    assert_string_equal(ask(&persisted, "{ b }", NULL), "PERSISTED_QUERY_NOT_FOUND");
    xy__persisted_deinit(&persisted);
}

static void nothing_is_registered_before_it_is_known_to_be_valid(void **state)
{
    xy_persisted persisted;
    xy_kept_params *params;
    xy_chosen chosen;
    xy_unchosen why;
    char hex[65];
    char body[256];

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){.bytes_max = 1 << 20});
    hex_of("{", hex);
    snprintf(body, sizeof body, "{'query':'{','documentId':'%s'}", hex);
    params = params_of(body);
    assert_int_equal(xy__persisted_choose(&persisted, params, &chosen, &why), XY_OK);
    assert_true(chosen.registers);
    assert_int_equal(xy__persisted_bytes(&persisted), 0);
    xy__chosen_deinit(&chosen);
    xy__kept_params_unref(params);
    assert_string_equal(ask(&persisted, "{", NULL), "PERSISTED_QUERY_NOT_FOUND");
    xy__persisted_deinit(&persisted);
}

static void without_anything_to_look_in_hashes_are_refused(void **state)
{
    xy_persisted persisted;

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){0});
    assert_string_equal(ask(&persisted, KNOWN, NULL), "PERSISTED_QUERY_NOT_SUPPORTED");
    assert_string_equal(ask(&persisted, KNOWN, KNOWN), "PERSISTED_QUERY_NOT_SUPPORTED");
    assert_string_equal(ask(&persisted, NULL, KNOWN), KNOWN);
    xy__persisted_deinit(&persisted);
}

static void only_trusted_documents(void **state)
{
    xy_persisted persisted;
    store s;

    (void)state;
    store_open(&s, "{\"a\": \"" KNOWN "\"}");
    assert_int_equal(s.rc, XY_OK);
    xy__persisted_init(
        &persisted,
        &(xy_persisted_options){.trusted = s.trusted, .only_trusted = true, .bytes_max = 1 << 20});
    s.trusted = NULL;
    assert_string_equal(ask(&persisted, KNOWN, NULL), KNOWN);
    assert_string_equal(ask(&persisted, NULL, KNOWN), KNOWN);
    assert_string_equal(ask(&persisted, KNOWN, KNOWN), KNOWN);
    assert_string_equal(ask(&persisted, NULL, "{ b }"), "PERSISTED_QUERY_ONLY");
    assert_string_equal(ask(&persisted, "{ b }", "{ b }"), "PERSISTED_QUERY_ONLY");
    assert_string_equal(ask(&persisted, "{ b }", KNOWN), "PERSISTED_QUERY_HASH_MISMATCH");
    assert_string_equal(ask(&persisted, KNOWN, "{ b }"), "PERSISTED_QUERY_HASH_MISMATCH");
    assert_string_equal(ask(&persisted, "{ b }", NULL), "PERSISTED_QUERY_NOT_FOUND");
    assert_int_equal(xy__persisted_bytes(&persisted), 0);
    xy__persisted_deinit(&persisted);
    store_close(&s);
}

/* ---- the table ---- */

static void the_table_keeps_to_its_bytes(void **state)
{
    xy_persisted persisted;
    char text[64];

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){.bytes_max = 10000});
    for (int i = 0; i < 1000; i++) {
        snprintf(text, sizeof text, "query Q%d { a }", i);
        ask(&persisted, text, text);
        assert_true(xy__persisted_bytes(&persisted) <= 10000);
        assert_string_equal(ask(&persisted, "query Q0 { a }", NULL), "query Q0 { a }");
    }
    assert_true(xy__persisted_bytes(&persisted) > 5000);
    assert_string_equal(ask(&persisted, "query Q999 { a }", NULL), "query Q999 { a }");
    assert_string_equal(ask(&persisted, "query Q1 { a }", NULL), "PERSISTED_QUERY_NOT_FOUND");
    xy__persisted_deinit(&persisted);
}

static void a_text_in_use_outlives_its_entry(void **state)
{
    xy_persisted persisted;
    xy_kept_params *params;
    xy_chosen chosen;
    xy_unchosen why;
    char hex[65];
    char body[256];

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){.bytes_max = 2000});
    ask(&persisted, KNOWN, KNOWN);
    hex_of(KNOWN, hex);
    snprintf(body, sizeof body, "{'documentId':'%s'}", hex);
    params = params_of(body);
    assert_int_equal(xy__persisted_choose(&persisted, params, &chosen, &why), XY_OK);
    xy__persisted_deinit(&persisted);
    assert_true(xy_str_is(chosen.text, KNOWN));
    xy__chosen_deinit(&chosen);
    xy__kept_params_unref(params);
}

static void hammer(void *arg)
{
    const xy_persisted *persisted = arg;

    for (int i = 0; i < 2000; i++) {
        char text[32];
        char body[160];
        char hex[65];
        xy_kept_params *params;
        xy_chosen chosen = {0};
        xy_unchosen why;

        snprintf(text, sizeof text, "query Q%d { a }", i % 50);
        hex_of(text, hex);
        if (i % 3)
            snprintf(body, sizeof body, "{'documentId':'%s'}", hex);
        else
            snprintf(body, sizeof body, "{'query':'%s','documentId':'%s'}", text, hex);
        params = params_of(body);
        if (xy__persisted_choose(persisted, params, &chosen, &why) == XY_OK) {
            assert_true(xy_str_is(chosen.text, text));
            xy__persisted_register(persisted, &chosen);
        }
        xy__chosen_deinit(&chosen);
        xy__kept_params_unref(params);
    }
}

static void threads_share_it(void **state)
{
    xy_persisted persisted;
    uv_thread_t threads[4];

    (void)state;
    xy__persisted_init(&persisted, &(xy_persisted_options){.bytes_max = 4000});
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(uv_thread_create(&threads[i], hammer, &persisted), 0);
    for (size_t i = 0; i < 4; i++)
        uv_thread_join(&threads[i]);
    assert_true(xy__persisted_bytes(&persisted) <= 4000);
    xy__persisted_deinit(&persisted);
}

/* ---- the file ---- */

static void a_store_finds_by_name_hash_and_text(void **state)
{
    xy_document_id name = {.kind = XY_DOCUMENT_ID_NAME, .name = XY_STR("a")};
    xy_document_id hash = {.kind = XY_DOCUMENT_ID_DIGEST, .digest = xy__digest_of(XY_STR(KNOWN))};
    store s;

    (void)state;
    store_open(&s, "{\"a\": \"" KNOWN "\", \"same\": \"" KNOWN "\", \"b\": \"{ b(n: 1) }\"}");
    assert_int_equal(s.rc, XY_OK);
    assert_string_equal(s.said, "");
    assert_int_equal(xy__trusted_len(s.trusted), 2);
    assert_non_null(xy__trusted_find(s.trusted, &name));
    assert_ptr_equal(xy__trusted_find(s.trusted, &name), xy__trusted_find(s.trusted, &hash));
    assert_ptr_equal(xy__trusted_find(s.trusted, &name),
                     xy__trusted_find_text(s.trusted, XY_STR(KNOWN)));
    name.name = XY_STR("same");
    assert_ptr_equal(xy__trusted_find(s.trusted, &name), xy__trusted_find(s.trusted, &hash));
    name.name = XY_STR("c");
    assert_null(xy__trusted_find(s.trusted, &name));
    assert_null(xy__trusted_find_text(s.trusted, XY_STR("{ b }")));
    store_close(&s);
}

static const struct {
    const char *content;
    const char *said; /* after the path */
} broken[] = {
    {"", ":1:1: "},
    {"{\"a\": \"{ a }\",\n}", ":2:1: "},
    {"[]", ": expected an object"},
    {"{\"a\": null}", ": a: the text of a document must be a string\n"},
    {"{\"a\": \"{\\n  c }\"}", ": a:2:3: Cannot query field \"c\" on type \"Query\""},
    {"{\"a\": \"{\"}", ": a:1:2: Syntax Error: Expected Name, found <EOF>.\n"},
    {"{\"\": \"{ a }\"}", ": a document's id is the empty string\n"},
    {"{\"0000000000000000000000000000000000000000000000000000000000000000\": \"{ a }\"}",
     ": 0000000000000000000000000000000000000000000000000000000000000000: this is not"},
    {"{\"format\": \"apollo-persisted-query-manifest\", \"version\": 2, \"operations\": []}",
     ": a manifest needs"},
    {"{\"format\": \"apollo-persisted-query-manifest\", \"version\": 1, \"operations\": [1]}",
     ": operations[0]: \"id\" and \"body\" must be strings\n"},
    {"{\"format\": \"apollo-persisted-query-manifest\", \"version\": 1, \"operations\": "
     "[{\"id\":\"x\",\"body\":\"{ a }\"},{\"id\":\"x\",\"body\":\"{ b }\"}]}",
     ": x: two documents have this id\n"},
};

static void what_is_wrong_with_a_file_is_told(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
        store s;
        size_t path;

        store_open(&s, broken[i].content);
        path = strlen(s.path);
        assert_int_equal(s.rc, XY_EINVAL);
        assert_memory_equal(s.said, s.path, path);
        if (strncmp(s.said + path, broken[i].said, strlen(broken[i].said)) != 0)
            fail_msg("%s: %s", broken[i].content, s.said);
        store_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_is_known_once_it_came_with_its_hash),
        cmocka_unit_test(nothing_is_registered_before_it_is_known_to_be_valid),
        cmocka_unit_test(without_anything_to_look_in_hashes_are_refused),
        cmocka_unit_test(only_trusted_documents),
        cmocka_unit_test(the_table_keeps_to_its_bytes),
        cmocka_unit_test(a_text_in_use_outlives_its_entry),
        cmocka_unit_test(threads_share_it),
        cmocka_unit_test(a_store_finds_by_name_hash_and_text),
        cmocka_unit_test(what_is_wrong_with_a_file_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
