/* SPDX-License-Identifier: MIT */
#include "coercing.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "json/read.h"
#include "json/write.h"
#include "language/parser.h"
#include "schema/build.h"
#include "schema/coerce_report.h"
#include "schema/type_ref.h"

#define ARENA_MAX ((size_t)64 << 20)
#define TEXT_MAX  ((size_t)1 << 20)

static xy_source *source(coercing *c, const char *text)
{
    xy_source *source = XY_ARENA_NEW(&c->arena, xy_source);

    source->text = xy_str_from(text);
    return source;
}

static void expect_none(const xy_errors *errors)
{
    if (errors->list.len)
        fail_msg("%.*s", XY_PRI(errors->list.items[0]->message));
}

void coercing_init(coercing *c, const char *sdl)
{
    *c = (coercing){0};
    xy__arena_init(&c->arena, ARENA_MAX);
    xy__schema_from_sdl(&c->arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE, &c->schema,
                        coercing_begin(c), NULL);
    expect_none(&c->errors);
}

void coercing_deinit(coercing *c)
{
    xy__arena_deinit(&c->arena);
}

xy_errors *coercing_begin(coercing *c)
{
    xy__errors_init(&c->errors, &c->arena);
    return &c->errors;
}

const xy_type *coercing_type(coercing *c, const char *ref)
{
    xy_ast_type *node = NULL;

    xy__parse_type(&c->arena, source(c, ref), NULL, &node, coercing_begin(c));
    expect_none(&c->errors);
    return xy__schema_type_ref(c->schema, &c->arena, node);
}

const xy_value *coercing_json(coercing *c, const char *json)
{
    xy_value *value = XY_ARENA_NEW(&c->arena, xy_value);

    if (xy__json_read(&c->arena, xy_str_from(json), 0, value, NULL) != 0)
        fail_msg("no JSON: %s", json);
    return value;
}

xy_ast_value *coercing_literal(coercing *c, const char *literal)
{
    xy_ast_value *node = NULL;

    xy__parse_value(&c->arena, source(c, literal), NULL, &node, coercing_begin(c));
    expect_none(&c->errors);
    return node;
}

const xy_ast_operation *coercing_operation(coercing *c, const char *document)
{
    xy_ast_document *node = NULL;

    xy__parse(&c->arena, source(c, document), NULL, &node, coercing_begin(c));
    expect_none(&c->errors);
    return (const void *)node->definitions.items[0];
}

static void write_error(xy_buf *text, const xy_error *error)
{
    if (text->len)
        xy__buf_char(text, '\n');
    if (error->path) {
        xy_buf path;

        xy__buf_init(&path, TEXT_MAX);
        xy__coerce_path_write(&path, error->path);
        xy__buf_append(text, path.ptr + 1, path.len - 1);
        xy__buf_deinit(&path);
        XY_BUF_LITERAL(text, ": ");
    }
    xy__buf_str(text, error->message);
    for (size_t i = 0; i < error->location_count; i++)
        xy__buf_printf(text, " (%u:%u)", error->locations[i].line, error->locations[i].column);
}

const char *coercing_text(coercing *c, int rc, const xy_value *result)
{
    xy_buf text;
    xy_str copy;

    xy__buf_init(&text, TEXT_MAX);
    if (rc == 0)
        xy__json_write_value(&text, result);
    for (size_t i = 0; rc != 0 && i < c->errors.list.len; i++)
        write_error(&text, c->errors.list.items[i]);
    if (!text.len)
        xy__buf_str(&text, xy_str_from(xy_err_name(rc)));
    copy = xy__arena_str(&c->arena, xy__buf_view(&text));
    xy__buf_deinit(&text);
    return copy.ptr;
}
