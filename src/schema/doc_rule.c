/* SPDX-License-Identifier: MIT */
/* schema/doc_rule.c -- running rules, and what several of them ask of a document. */
#include "schema/doc_rule.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/fatal.h"

/* Names of one node that are compared pairwise; more go through a map. */
#define UNIQUE_NAMES_PAIRWISE 8u

#define SUGGESTION_BYTES_MAX  ((size_t)8 << 10)

void xy__doc_rules_run(xy_doc_context *doc, const xy_doc_rule *const *rules, size_t count)
{
    const xy_visit_handler *visitors[XY_VISITORS_MAX];
    void *states[XY_VISITORS_MAX];
    xy_visit_plan plan;

    XY_ASSERT(count <= XY_VISITORS_MAX);
    for (size_t i = 0; i < count; i++) {
        xy_doc_context **state = xy__arena_zalloc(doc->arena, rules[i]->state_size);

        *state = doc;
        states[i] = state;
        visitors[i] = rules[i]->visitor;
    }
    xy__visit_plan_init(&plan, visitors, count);
    xy__visit(&plan, states, NULL, &doc->document->node);
}

xy_error *xy__doc_report(xy_doc_context *doc, const xy_node *node, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;
    char *text;
    xy_error *error;

    if (doc->full)
        return NULL;
    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    XY_ASSERT(len >= 0);
    text = xy__arena_alloc(doc->arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    error = doc->report(doc->arg, node, (xy_str){text, (size_t)len});
    doc->full = !error;
    return error;
}

xy_str xy__doc_suggestion(xy_doc_context *doc, const xy_suggester *suggester)
{
    xy_buf buf;
    xy_str text;

    if (doc->hide_suggestions || suggester->count == 0)
        return XY_STR("");
    if (doc->mask_suggestions)
        return XY_STR(" [Suggestion hidden]?");
    xy__buf_init(&buf, SUGGESTION_BYTES_MAX);
    xy__suggester_write(suggester, NULL, &buf);
    text = xy__arena_str(doc->arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return text;
}

void xy__doc_locate(xy_doc_context *doc, xy_error *error, const xy_node *node)
{
    if (error)
        doc->locate(doc->arg, error, node);
}

static void find_definitions(xy_doc_context *doc)
{
    if (doc->have_definitions)
        return;
    doc->have_definitions = true;
    xy__map_init(&doc->type_definitions, doc->arena);
    xy__map_init(&doc->directive_definitions, doc->arena);
    for (size_t i = 0; i < doc->document->definitions.len; i++) {
        xy_node *node = doc->document->definitions.items[i];

        if (node->kind == XY_KIND_DIRECTIVE_DEFINITION) {
            xy_ast_directive_definition *definition = (xy_ast_directive_definition *)node;

            xy__map_put(&doc->directive_definitions, definition->name->value, definition);
        } else if (xy__kind_is_type_definition(node->kind)) {
            xy_ast_type_definition *definition = (xy_ast_type_definition *)node;
            xy_str name = definition->name->value;

            if (!xy__map_put(&doc->type_definitions, name, definition))
                *xy_vec_push(doc->arena, &doc->type_names) = name;
        }
    }
}

xy_known_directive xy__doc_directive(xy_doc_context *doc, xy_str name)
{
    xy_known_directive known = {0};

    find_definitions(doc);
    known.definition = xy__map_get(&doc->directive_definitions, name);
    if (!known.definition)
        known.directive = xy__schema_directive(doc->known, name);
    return known;
}

const xy_ast_type_definition *xy__doc_type_definition(xy_doc_context *doc, xy_str name)
{
    find_definitions(doc);
    return xy__map_get(&doc->type_definitions, name);
}

xy_strs xy__doc_type_names(xy_doc_context *doc)
{
    find_definitions(doc);
    return (xy_strs){doc->type_names.items, doc->type_names.len};
}

static void report_group(xy_doc_context *doc, xy_ast_name *const *names, size_t count, size_t first,
                         xy_unique_report *report, const void *arg)
{
    xy_error *error = report(doc, names[first], arg);

    for (size_t i = first + 1; i < count; i++)
        if (xy_str_eq(names[first]->value, names[i]->value))
            xy__doc_locate(doc, error, &names[i]->node);
}

/* Whether the name at `at` is the first of several. */
static bool begins_group(xy_ast_name *const *names, size_t count, size_t at)
{
    for (size_t i = 0; i < at; i++)
        if (xy_str_eq(names[i]->value, names[at]->value))
            return false;
    for (size_t i = at + 1; i < count; i++)
        if (xy_str_eq(names[i]->value, names[at]->value))
            return true;
    return false;
}

static void unique_by_map(xy_doc_context *doc, xy_ast_name *const *names, size_t count,
                          xy_unique_report *report, const void *arg)
{
    /* Of each name: how often it was seen. */
    size_t *seen = XY_ARENA_ARRAY(doc->arena, size_t, count);
    xy_map first;

    xy__map_init(&first, doc->arena);
    for (size_t i = 0; i < count; i++) {
        size_t *known = xy__map_get(&first, names[i]->value);

        if (!known)
            xy__map_put(&first, names[i]->value, known = &seen[i]);
        ++*known;
    }
    for (size_t i = 0; i < count && !doc->full; i++)
        if (seen[i] > 1)
            report_group(doc, names, count, i, report, arg);
}

void xy__doc_unique_names(xy_doc_context *doc, xy_ast_name *const *names, size_t count,
                          xy_unique_report *report, const void *arg)
{
    if (count > UNIQUE_NAMES_PAIRWISE) {
        unique_by_map(doc, names, count, report, arg);
        return;
    }
    for (size_t i = 0; i < count && !doc->full; i++)
        if (begins_group(names, count, i))
            report_group(doc, names, count, i, report, arg);
}

xy_ast_directives xy__node_directives(const xy_node *node)
{
    switch ((int)node->kind) {
    case XY_KIND_OPERATION_DEFINITION:
        return ((const xy_ast_operation *)node)->directives;
    case XY_KIND_VARIABLE_DEFINITION:
        return ((const xy_ast_variable_definition *)node)->directives;
    case XY_KIND_FIELD:
        return ((const xy_ast_field *)node)->directives;
    case XY_KIND_FRAGMENT_SPREAD:
        return ((const xy_ast_fragment_spread *)node)->directives;
    case XY_KIND_INLINE_FRAGMENT:
        return ((const xy_ast_inline_fragment *)node)->directives;
    case XY_KIND_FRAGMENT_DEFINITION:
        return ((const xy_ast_fragment *)node)->directives;
    case XY_KIND_SCHEMA_DEFINITION:
    case XY_KIND_SCHEMA_EXTENSION:
        return ((const xy_ast_schema *)node)->directives;
    case XY_KIND_FIELD_DEFINITION:
        return ((const xy_ast_field_definition *)node)->directives;
    case XY_KIND_INPUT_VALUE_DEFINITION:
        return ((const xy_ast_input_value *)node)->directives;
    case XY_KIND_ENUM_VALUE_DEFINITION:
        return ((const xy_ast_enum_value *)node)->directives;
    case XY_KIND_DIRECTIVE_DEFINITION:
    case XY_KIND_DIRECTIVE_EXTENSION:
        return ((const xy_ast_directive_definition *)node)->directives;
    default:
        if (xy__kind_is_type_definition(node->kind) || xy__kind_is_type_extension(node->kind))
            return ((const xy_ast_type_definition *)node)->directives;
        return (xy_ast_directives){0};
    }
}

static const char *operation_location(const xy_node *node)
{
    static const char *const names[] = {
        [XY_OPERATION_QUERY] = "QUERY",
        [XY_OPERATION_MUTATION] = "MUTATION",
        [XY_OPERATION_SUBSCRIPTION] = "SUBSCRIPTION",
    };

    return names[((const xy_ast_operation *)node)->operation];
}

static const char *input_value_location(const xy_visit_at *at)
{
    bool in_type = at->up && (at->up->node->kind == XY_KIND_INPUT_OBJECT_TYPE_DEFINITION ||
                              at->up->node->kind == XY_KIND_INPUT_OBJECT_TYPE_EXTENSION);

    return in_type ? "INPUT_FIELD_DEFINITION" : "ARGUMENT_DEFINITION";
}

const char *xy__directive_location(const xy_visit_at *at)
{
    static const char *const names[XY_KIND_COUNT] = {
        [XY_KIND_FIELD] = "FIELD",
        [XY_KIND_FRAGMENT_SPREAD] = "FRAGMENT_SPREAD",
        [XY_KIND_INLINE_FRAGMENT] = "INLINE_FRAGMENT",
        [XY_KIND_FRAGMENT_DEFINITION] = "FRAGMENT_DEFINITION",
        [XY_KIND_VARIABLE_DEFINITION] = "VARIABLE_DEFINITION",
        [XY_KIND_SCHEMA_DEFINITION] = "SCHEMA",
        [XY_KIND_SCHEMA_EXTENSION] = "SCHEMA",
        [XY_KIND_SCALAR_TYPE_DEFINITION] = "SCALAR",
        [XY_KIND_SCALAR_TYPE_EXTENSION] = "SCALAR",
        [XY_KIND_OBJECT_TYPE_DEFINITION] = "OBJECT",
        [XY_KIND_OBJECT_TYPE_EXTENSION] = "OBJECT",
        [XY_KIND_FIELD_DEFINITION] = "FIELD_DEFINITION",
        [XY_KIND_INTERFACE_TYPE_DEFINITION] = "INTERFACE",
        [XY_KIND_INTERFACE_TYPE_EXTENSION] = "INTERFACE",
        [XY_KIND_UNION_TYPE_DEFINITION] = "UNION",
        [XY_KIND_UNION_TYPE_EXTENSION] = "UNION",
        [XY_KIND_ENUM_TYPE_DEFINITION] = "ENUM",
        [XY_KIND_ENUM_TYPE_EXTENSION] = "ENUM",
        [XY_KIND_ENUM_VALUE_DEFINITION] = "ENUM_VALUE",
        [XY_KIND_INPUT_OBJECT_TYPE_DEFINITION] = "INPUT_OBJECT",
        [XY_KIND_INPUT_OBJECT_TYPE_EXTENSION] = "INPUT_OBJECT",
        [XY_KIND_DIRECTIVE_DEFINITION] = "DIRECTIVE_DEFINITION",
        [XY_KIND_DIRECTIVE_EXTENSION] = "DIRECTIVE_DEFINITION",
    };
    const xy_visit_at *up = at->up;

    if (!up)
        return NULL;
    if (up->node->kind == XY_KIND_OPERATION_DEFINITION)
        return operation_location(up->node);
    if (up->node->kind == XY_KIND_INPUT_VALUE_DEFINITION)
        return input_value_location(up);
    return names[up->node->kind];
}
