/* SPDX-License-Identifier: MIT */
#include "execution/document.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "execution/plan.h"

/* Many documents are small, and may last long. */
#define ARENA_FIRST 1024u

/* Give the errors from number `from` on the code of the stage that found them. */
static void set_code(xy_errors *errors, size_t from, const char *code)
{
    for (size_t i = from; i < errors->list.len; i++)
        errors->list.items[i]->code = code;
}

static int parse(xy_document *document, const xy_parse_options *options, xy_errors *errors)
{
    xy_ast_document *ast = NULL;
    size_t before = errors->list.len;
    int rc = xy__parse(&document->arena, &document->source, options, &ast, errors);

    document->ast = ast;
    if (rc < 0)
        set_code(errors, before, rc == XY_ELIMIT ? XY_LIMITS_CODE : "GRAPHQL_PARSE_FAILED");
    return rc;
}

static int validate(const xy_document *document, const xy_validate_options *options,
                    xy_errors *errors)
{
    size_t before = errors->list.len;
    int rc = xy__validate(document->schema, document->ast, options, errors);

    if (rc < 0)
        set_code(errors, before, "GRAPHQL_VALIDATION_FAILED");
    return rc;
}

static void index_fragments(xy_document *document)
{
    const xy_nodes *definitions = &document->ast->definitions;

    xy__map_init(&document->fragments, &document->arena);
    for (size_t i = 0; i < definitions->len; i++) {
        const xy_ast_fragment *ast = (const xy_ast_fragment *)definitions->items[i];
        xy_plan_fragment *fragment;

        if (ast->node.kind != XY_KIND_FRAGMENT_DEFINITION)
            continue;
        fragment = xy__map_get(&document->fragments, ast->name->value);
        if (!fragment) {
            fragment = XY_ARENA_NEW(&document->arena, xy_plan_fragment);
            fragment->index = (uint32_t)document->fragments.len;
            xy__map_put(&document->fragments, ast->name->value, fragment);
        }
        fragment->ast = ast;
        fragment->on = xy__schema_type(document->schema, ast->type_condition->name->value);
    }
}

static void list_operations(xy_document *document)
{
    const xy_nodes *definitions = &document->ast->definitions;

    document->operations = XY_ARENA_ARRAY(&document->arena, xy_plans *, definitions->len);
    for (size_t i = 0; i < definitions->len; i++)
        if (definitions->items[i]->kind == XY_KIND_OPERATION_DEFINITION)
            document->operations[document->operation_count++] =
                xy__plans_create(document, (const xy_ast_operation *)definitions->items[i]);
}

int xy__document_create(const xy_schema *schema, xy_str text, const xy_document_options *options,
                        xy_document **out, xy_errors *errors)
{
    static const xy_document_options defaults = {0};
    xy_document *document = xy__zalloc(sizeof *document);
    int rc;

    if (!options)
        options = &defaults;
    atomic_init(&document->refs, 1);
    document->schema = schema;
    xy__arena_init_small(&document->arena,
                         options->bytes_max ? options->bytes_max : XY_DOCUMENT_BYTES_DEFAULT,
                         ARENA_FIRST);
    document->source.text = xy__arena_str(&document->arena, text);
    rc = parse(document, &options->parse, errors);
    if (rc < 0)
        goto out;
    rc = xy__limits_check(document->ast, &options->limits, errors);
    if (rc < 0)
        goto out;
    if (!options->trusted) {
        rc = validate(document, &options->validate, errors);
        if (rc < 0)
            goto out;
    }
    index_fragments(document);
    xy__plans_conditions(document);
    list_operations(document);
    *out = document;
    document = NULL;
out:
    xy__document_unref(document);
    return rc;
}

xy_document *xy__document_ref(xy_document *document)
{
    atomic_fetch_add_explicit(&document->refs, 1, memory_order_relaxed);
    return document;
}

void xy__document_unref(xy_document *document)
{
    if (!document || atomic_fetch_sub_explicit(&document->refs, 1, memory_order_acq_rel) != 1)
        return;
    for (size_t i = 0; i < document->operation_count; i++)
        xy__plans_destroy(document->operations[i]);
    xy__arena_deinit(&document->arena);
    free(document);
}

size_t xy__document_bytes(const xy_document *document)
{
    return sizeof *document + document->arena.held +
           atomic_load_explicit(&document->plan_bytes, memory_order_relaxed);
}

/* The operation `name`; the last one where there are several, as in graphql-js. */
static xy_plans *find_operation(const xy_document *document, xy_str name)
{
    for (size_t i = document->operation_count; i-- > 0;) {
        const xy_ast_name *own = xy__plans_ast(document->operations[i])->name;

        if (own && xy_str_eq(own->value, name))
            return document->operations[i];
    }
    return NULL;
}

/* Not by printf: a client may well name it "\0". */
void xy__document_unknown_operation(xy_str name, xy_errors *errors)
{
    xy_buf message;

    xy__buf_init(&message, SIZE_MAX);
    XY_BUF_LITERAL(&message, "Unknown operation named \"");
    xy__buf_str(&message, name);
    XY_BUF_LITERAL(&message, "\".");
    xy__errors_add(errors, xy__buf_view(&message));
    xy__buf_deinit(&message);
}

/* Spec 6.1 GetOperation */
int xy__document_operation(const xy_document *document, xy_str name, xy_plans **out,
                           xy_errors *errors)
{
    xy_plans *found = NULL;

    if (name.ptr) {
        found = find_operation(document, name);
        if (!found)
            xy__document_unknown_operation(name, errors);
    } else if (document->operation_count > 1) {
        xy__errors_add(errors, XY_STR("Must provide operation name if query contains multiple "
                                      "operations."));
    } else if (document->operation_count == 0) {
        xy__errors_add(errors, XY_STR("Must provide an operation."));
    } else {
        found = document->operations[0];
    }
    if (!found)
        return XY_EFAILED;
    *out = found;
    return XY_OK;
}

xy_operation_type xy__plans_type(const xy_plans *plans)
{
    return plans->ast->operation;
}

const xy_ast_operation *xy__plans_ast(const xy_plans *plans)
{
    return plans->ast;
}
