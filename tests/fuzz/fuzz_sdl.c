/* SPDX-License-Identifier: MIT */
/* tests/fuzz/fuzz_sdl.c -- any text as SDL, and as an extension.
 *
 * A text with a form feed is two: a schema and what extends it. What is valid prints as SDL that
 * builds again, in both orders, and prints the same again. What builds is checked however wrong
 * it is. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "schema/build.h"
#include "schema/check.h"
#include "schema/coerce_defaults.h"
#include "schema/print.h"
#include "schema/sdl_rules.h"

#define TEXT_MAX ((size_t)1 << 26)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* All stages, to the last one that can be reached. Returns the schema when it could be built,
 * and in *valid whether nothing is wrong with it. */
static xy_schema *build(xy_arena *arena, xy_str text, const xy_schema *base, bool *valid)
{
    xy_source *source = XY_ARENA_NEW(arena, xy_source);
    xy_schema *schema = NULL;
    xy_ast_document *document;
    xy_errors errors;

    *valid = false;
    source->text = text;
    xy__errors_init(&errors, arena);
    if (xy__parse(arena, source, NULL, &document, &errors) < 0 ||
        xy__sdl_validate(document, base, &errors) < 0 ||
        xy__schema_build(arena, document, base, &schema, &errors) < 0) {
        XY_ASSERT(errors.list.len > 0);
        return NULL;
    }
    *valid = xy__schema_check(schema, &errors) == 0;
    XY_ASSERT(*valid == (errors.list.len == 0));
    return schema;
}

static xy_str print(xy_arena *arena, const xy_schema *schema, bool sorted)
{
    xy_buf buf;
    xy_str text;

    xy__buf_init(&buf, TEXT_MAX);
    xy__schema_print(&buf, schema, sorted);
    XY_ASSERT(buf.err == 0);
    text = xy__arena_str(arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return text;
}

static void check_print(xy_arena *arena, const xy_schema *schema, bool sorted)
{
    xy_str text = print(arena, schema, sorted);
    xy_schema *again;
    bool valid;

    again = build(arena, text, NULL, &valid);
    XY_ASSERT(again && valid);
    XY_ASSERT(xy_str_eq(text, print(arena, again, sorted)));
}

static void check_schema(xy_arena *arena, xy_schema *schema, bool valid)
{
    if (valid) {
        check_print(arena, schema, false);
        check_print(arena, schema, true);
        xy__schema_coerce_defaults(schema);
    } else {
        print(arena, schema, false);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_str text = {(const char *)data, size};
    const char *split = size ? memchr(data, '\f', size) : NULL;
    xy_str extension = XY_STR_NULL;
    xy_schema *schema;
    xy_arena arena;
    bool valid;

    if (size == 0 || !xy__utf8_valid(text))
        return 0;
    if (split) {
        extension = (xy_str){split + 1, size - (size_t)(split + 1 - text.ptr)};
        text.len = (size_t)(split - text.ptr);
    }
    xy__arena_init(&arena, XY_SCHEMA_BYTES_MAX);
    schema = build(&arena, text, NULL, &valid);
    if (schema)
        check_schema(&arena, schema, valid);
    if (schema && valid && extension.len) {
        schema = build(&arena, extension, schema, &valid);
        if (schema)
            check_schema(&arena, schema, valid);
    }
    xy__arena_deinit(&arena);
    return 0;
}
