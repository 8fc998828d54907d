/* SPDX-License-Identifier: MIT */
#include "sdl.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "language/parser.h"
#include "schema/check.h"
#include "schema/print.h"
#include "schema/sdl_rules.h"

#define TEXT_MAX ((size_t)1 << 24)

int sdl_setup(void **state)
{
    sdl_fixture *f = xy__zalloc(sizeof *f);

    f->arena = xy__arena_create(XY_SCHEMA_BYTES_MAX);
    *state = f;
    return 0;
}

int sdl_teardown(void **state)
{
    sdl_fixture *f = *state;

    xy__arena_destroy(f->arena);
    free(f);
    return 0;
}

static int build(sdl_fixture *f, const xy_schema *base, const char *sdl, xy_schema **out,
                 xy_errors *errors)
{
    xy_source *source = XY_ARENA_NEW(f->arena, xy_source);
    xy_ast_document *document;
    int rc;

    source->text = xy_str_from(sdl);
    rc = xy__parse(f->arena, source, NULL, &document, errors);
    if (rc == XY_OK)
        rc = xy__sdl_validate(document, base, errors);
    if (rc == XY_OK)
        rc = xy__schema_build(f->arena, document, base, out, errors);
    return rc == XY_OK ? xy__schema_check(*out, errors) : rc;
}

static const char *lines(sdl_fixture *f, const xy_errors *errors)
{
    xy_buf buf;
    const char *text;

    xy__buf_init(&buf, TEXT_MAX);
    for (size_t i = 0; i < errors->list.len; i++) {
        const xy_error *error = errors->list.items[i];

        for (size_t k = 0; k < error->location_count; k++)
            xy__buf_printf(&buf, "%u:%u ", error->locations[k].line, error->locations[k].column);
        xy__buf_printf(&buf, "%.*s\n", XY_PRI(error->message));
    }
    xy__buf_char(&buf, '\0');
    text = xy__arena_str(f->arena, xy__buf_view(&buf)).ptr;
    xy__buf_deinit(&buf);
    return text;
}

const char *sdl_errors(sdl_fixture *f, const xy_schema *base, const char *sdl)
{
    xy_schema *schema;
    xy_errors errors;

    xy__errors_init(&errors, f->arena);
    build(f, base, sdl, &schema, &errors);
    return lines(f, &errors);
}

xy_schema *sdl_extend(sdl_fixture *f, const xy_schema *base, const char *sdl)
{
    xy_schema *schema = NULL;
    xy_errors errors;

    xy__errors_init(&errors, f->arena);
    if (build(f, base, sdl, &schema, &errors) < 0)
        xy__fatal("%s", lines(f, &errors));
    return schema;
}

xy_schema *sdl_schema(sdl_fixture *f, const char *sdl)
{
    return sdl_extend(f, NULL, sdl);
}

const char *sdl_print(sdl_fixture *f, const xy_schema *schema, bool sorted)
{
    xy_buf buf;
    const char *text;

    xy__buf_init(&buf, TEXT_MAX);
    xy__schema_print(&buf, schema, sorted);
    xy__buf_char(&buf, '\0');
    text = xy__arena_str(f->arena, xy__buf_view(&buf)).ptr;
    xy__buf_deinit(&buf);
    return text;
}

xy_type *sdl_type(const xy_schema *schema, const char *name)
{
    xy_type *type = xy__schema_type(schema, xy_str_from(name));

    if (!type)
        xy__fatal("no type %s", name);
    return type;
}
