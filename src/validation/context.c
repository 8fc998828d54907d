/* SPDX-License-Identifier: MIT */
#include "validation/context.h"

#include <stdarg.h>

void xy__validation_full(xy_validation *v)
{
    if (v->doc.full)
        return;
    v->doc.full = true;
    xy__errors_add(v->errors, XY_STR("Too many validation errors, error limit reached. "
                                     "Validation aborted."));
}

static xy_error *report(xy_validation *v, const xy_node *node, xy_str message)
{
    xy_error *error;

    if (v->doc.full)
        return NULL;
    if (v->errors_left == 0) {
        xy__validation_full(v);
        return NULL;
    }
    v->errors_left--;
    error = xy__errors_add(v->errors, message);
    if (node)
        xy__error_locate(v->errors, error, xy__locator_find(&v->locator, node));
    return error;
}

xy_error *xy__validation_report(xy_validation *v, const xy_node *node, const char *fmt, ...)
{
    va_list args;
    xy_str message;

    va_start(args, fmt);
    message = xy__arena_vprintf(v->arena, fmt, args);
    va_end(args);
    return report(v, node, message);
}

void xy__validation_also_at(xy_validation *v, xy_error *error, const xy_node *node)
{
    if (error && xy__validation_spend(v, 1))
        xy__error_locate(v->errors, error, xy__locator_find(&v->locator, node));
}

bool xy__validation_spend(xy_validation *v, size_t steps)
{
    if (v->doc.full)
        return false;
    if (steps <= v->work_left && !xy__arena_over(v->arena)) {
        v->work_left -= (uint32_t)steps;
        return true;
    }
    xy__validation_abort(v);
    return false;
}

void xy__validation_abort(xy_validation *v)
{
    v->work_left = 0;
    v->doc.full = true;
    xy__errors_add(v->errors, XY_STR("Validation aborted."));
}

static xy_error *doc_report(void *arg, const xy_node *node, xy_str message)
{
    return report(arg, node, message);
}

static void doc_locate(void *arg, xy_error *error, const xy_node *node)
{
    xy__validation_also_at(arg, error, node);
}

void xy__validation_init(xy_validation *v, xy_arena *arena, const xy_schema *schema,
                         const xy_ast_document *document, const xy_validate_options *options,
                         xy_errors *errors)
{
    *v = (xy_validation){
        .doc = {.arena = arena,
                .document = document,
                .schema = schema,
                .known = schema,
                .hide_suggestions = options->hide_suggestions,
                .report = doc_report,
                .locate = doc_locate,
                .arg = v},
        .schema = schema,
        .document = document,
        .options = options,
        .arena = arena,
        .errors = errors,
        .errors_left = options->errors_max ? options->errors_max : XY_VALIDATE_ERRORS_DEFAULT,
        .work_left = options->work_max ? options->work_max : XY_VALIDATE_WORK_DEFAULT,
    };
    xy__type_info_init(&v->types, schema, arena);
    xy__definitions_init(&v->definitions, document, arena);
    xy__locator_init(&v->locator, arena);
}
