/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include "base/fatal.h"
#include "language/parser.h"
#include "schema/build.h"

#define MEMORY_MAX ((size_t)1 << 30)
#define TEXT_MAX   ((size_t)1 << 20)

static void require_ok(int result, const xy_errors *errors)
{
    if (result < 0)
        xy__fatal("%.*s", XY_PRI(errors->list.items[0]->message));
}

void fixture_init(fixture *f, const char *sdl)
{
    xy_errors errors;

    f->arena = xy__arena_create(MEMORY_MAX);
    xy__errors_init(&errors, f->arena);
    require_ok(xy__schema_from_sdl(f->arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE, &f->schema,
                                   &errors, NULL),
               &errors);
}

void fixture_deinit(fixture *f)
{
    xy__arena_destroy(f->arena);
}

const xy_ast_document *fixture_parse(fixture *f, xy_str text)
{
    xy_ast_document *document = NULL;
    xy_errors errors;

    xy__errors_init(&errors, f->arena);
    f->source = (xy_source){.text = text};
    require_ok(xy__parse(f->arena, &f->source, NULL, &document, &errors), &errors);
    return document;
}

const char *fixture_errors(fixture *f, const char *text, const xy_validate_options *options)
{
    const xy_ast_document *document = fixture_parse(f, xy_str_from(text));
    xy_errors errors;
    xy_buf buf;
    const char *lines;

    xy__errors_init(&errors, f->arena);
    xy__validate(f->schema, document, options, &errors);
    xy__buf_init(&buf, TEXT_MAX);
    for (size_t i = 0; i < errors.list.len; i++) {
        const xy_error *error = errors.list.items[i];

        for (size_t j = 0; j < error->location_count; j++) {
            xy__buf_printf(&buf, "%u:%u ", error->locations[j].line, error->locations[j].column);
        }
        xy__buf_printf(&buf, "%.*s\n", XY_PRI(error->message));
    }
    lines = xy__arena_str(f->arena, xy__buf_view(&buf)).ptr;
    xy__buf_deinit(&buf);
    return lines ? lines : "";
}

uint32_t fixture_work(fixture *f, xy_str text, const xy_validate_options *options, int *result)
{
    const xy_ast_document *document = fixture_parse(f, text);
    xy_errors errors;
    uint32_t work;
    int rc;

    xy__errors_init(&errors, f->arena);
    rc = xy__validate_measured(f->schema, document, options, &errors, &work);
    if (result)
        *result = rc;
    return work;
}
