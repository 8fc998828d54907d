/* SPDX-License-Identifier: MIT */
#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "json/read.h"
#include "schema/build.h"

void fixture_init(fixture *f, const char *sdl)
{
    xy_errors errors;

    *f = (fixture){0};
    xy__arena_init(&f->arena, (size_t)1 << 30);
    xy__loop_init(&f->loop, XY_CLOCK_VIRTUAL);
    xy__executor_init(&f->executor, &f->loop);
    xy__errors_init(&errors, &f->arena);
    if (xy__schema_from_sdl(&f->arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE, &f->schema, &errors,
                            NULL) < 0)
        fail_msg("%.*s", XY_PRI(errors.list.items[0]->message));
}

void fixture_deinit(fixture *f)
{
    assert_int_equal(f->executor.gauges.promises, 0);
    xy__executor_deinit(&f->executor);
    xy__loop_deinit(&f->loop);
    xy__arena_deinit(&f->arena);
}

void fixture_bind(fixture *f, const binding *bindings)
{
    for (; bindings->field; bindings++)
        assert_int_equal(xy_bind(f->schema, bindings->field, bindings->resolver), XY_OK);
}

const xy_value *fixture_json(fixture *f, const char *text)
{
    xy_value *value;

    if (!text)
        return NULL;
    value = XY_ARENA_NEW(&f->arena, xy_value);
    if (xy__json_read(&f->arena, xy_str_from(text), 0, value, NULL) < 0)
        fail_msg("no JSON: %s", text);
    return value;
}

xy_document *fixture_document(fixture *f, const char *query)
{
    xy_document *document = NULL;
    xy_errors errors;

    xy__errors_init(&errors, &f->arena);
    if (xy__document_create(f->schema, xy_str_from(query), NULL, &document, &errors) < 0)
        fail_msg("%.*s", XY_PRI(errors.list.items[0]->message));
    return document;
}

xy_operation *fixture_operation(fixture *f, xy_document *document, const char *variables)
{
    xy_operation *operation = xy__operation_create(&f->executor, document);

    if (xy__operation_prepare(operation, XY_STR_NULL, fixture_json(f, variables)) < 0)
        fail_msg("%.*s", XY_PRI(operation->errors.list.items[0]->message));
    return operation;
}

xy_operation *fixture_prepare(fixture *f, const char *query, const char *variables)
{
    xy_document *document = fixture_document(f, query);
    xy_operation *operation = fixture_operation(f, document, variables);

    xy__document_unref(document);
    return operation;
}

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    catcher *out = XY_CONTAINER(outlet, catcher, outlet);

    assert_null(out->result);
    assert_int_equal(out->ended, 0);
    out->result = result;
    out->flags = flags;
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    catcher *out = XY_CONTAINER(outlet, catcher, outlet);

    assert_int_equal(out->ended, 0);
    out->ended++;
}

static const xy_outlet_ops ops = {.put = on_put, .end = on_end};

void fixture_start(fixture *f, xy_operation *operation, const char *root, catcher *out)
{
    *out = (catcher){.outlet = {.ops = &ops}};
    xy__execute_query_or_mutation(operation, fixture_json(f, root), &out->outlet);
}

const char *fixture_take(fixture *f, catcher *out)
{
    const char *text = "";

    if (out->result)
        text = xy__arena_str(&f->arena, xy_bytes_str(out->result)).ptr;
    xy_bytes_unref(out->result);
    out->result = NULL;
    return text;
}

const char *fixture_execute(fixture *f, const char *query, const char *variables, const char *root)
{
    xy_operation *operation = fixture_prepare(f, query, variables);
    catcher out;

    fixture_start(f, operation, root, &out);
    xy__operation_unref(operation);
    xy__loop_advance(&f->loop, 1000000);
    assert_int_equal(out.ended, 1);
    return fixture_take(f, &out);
}
