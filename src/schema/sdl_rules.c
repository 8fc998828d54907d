/* SPDX-License-Identifier: MIT */
#include "schema/sdl_rules.h"

#include "language/locator.h"
#include "schema/build.h"

const xy_doc_rule *const xy__sdl_rules[XY_SDL_RULE_COUNT] = {
    &xy__sdl_rule_lone_schema_definition,
    &xy__sdl_rule_unique_operation_types,
    &xy__sdl_rule_unique_type_names,
    &xy__sdl_rule_unique_enum_value_names,
    &xy__sdl_rule_unique_field_definition_names,
    &xy__sdl_rule_unique_argument_definition_names,
    &xy__sdl_rule_unique_directive_names,
    &xy__doc_rule_known_type_names,
    &xy__doc_rule_known_directives,
    &xy__doc_rule_unique_directives_per_location,
    &xy__sdl_rule_possible_type_extensions,
    &xy__doc_rule_known_argument_names_on_directives,
    &xy__doc_rule_unique_argument_names,
    &xy__doc_rule_unique_input_field_names,
    &xy__doc_rule_provided_required_arguments_on_directives,
};

/* Where errors go. */
typedef struct reporter {
    xy_errors *errors;
    xy_locator locator;
} reporter;

static void locate(void *arg, xy_error *error, const xy_node *node)
{
    reporter *r = arg;

    xy__error_locate(r->errors, error, xy__locator_find(&r->locator, node));
}

static xy_error *report(void *arg, const xy_node *node, xy_str message)
{
    reporter *r = arg;
    xy_error *error;

    if (r->errors->list.len >= XY_SDL_ERRORS_MAX)
        return NULL;
    error = xy__errors_add(r->errors, message);
    locate(r, error, node);
    return error;
}

static int validate(const xy_doc_rule *const *rules, size_t count, const xy_ast_document *document,
                    const xy_schema *base, xy_errors *errors)
{
    size_t before = errors->list.len;
    reporter r = {.errors = errors};
    xy_doc_context doc = {.document = document, .schema = base, .known = base};
    xy_arena scratch;

    xy__arena_init(&scratch, XY_SCHEMA_BYTES_MAX);
    xy__locator_init(&r.locator, &scratch);
    doc.arena = &scratch;
    doc.report = report;
    doc.locate = locate;
    doc.arg = &r;
    if (!base)
        doc.known = xy__schema_builtin(&scratch);
    xy__doc_rules_run(&doc, rules, count);
    xy__arena_deinit(&scratch);
    return errors->list.len > before || doc.full ? XY_EFAILED : XY_OK;
}

int xy__sdl_validate(const xy_ast_document *document, const xy_schema *base, xy_errors *errors)
{
    return validate(xy__sdl_rules, XY_SDL_RULE_COUNT, document, base, errors);
}

int xy__sdl_validate_rule(const xy_doc_rule *rule, const xy_ast_document *document,
                          const xy_schema *base, xy_errors *errors)
{
    return validate(&rule, 1, document, base, errors);
}
