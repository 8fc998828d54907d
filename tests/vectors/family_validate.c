/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_validate.c -- what one rule, and what all rules, say of a document. */
#include "language/parser.h"
#include "schema/build.h"
#include "validation/validate.h"
#include "vectors.h"

/* Validate by `rules` (0: all), with the options of the case. */
static xy_errors validate(vector_case *c, const xy_schema *schema, const xy_ast_document *document,
                          xy_rules rules)
{
    const xy_value *json = vector_get(c->json, "validate_options");
    xy_validate_options options = {
        .errors_max = (uint32_t)vector_int(json, "maxErrors", 0),
        .hide_suggestions = vector_bool(json, "hideSuggestions", false),
        .only = rules ? rules : XY_RULES_SPECIFIED,
    };
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    xy__validate(schema, document, &options, &errors);
    return errors;
}

static vector_verdict compare(vector_case *c, const xy_schema *schema,
                              const xy_ast_document *document)
{
    xy_str name = vector_str(c->json, "rule");
    xy_errors errors;

    if (name.ptr) {
        xy_rules rules = xy__rules_named(name);

        if (!rules)
            return vector_fail(c, "rule", name, XY_STR("no such rule"));
        errors = validate(c, schema, document, rules);
        if (vector_expect_errors(c, "errors", vector_get(c->json, "errors"), &errors) ==
            VECTOR_FAIL)
            return VECTOR_FAIL;
    }
    errors = validate(c, schema, document, 0);
    return vector_expect_errors(c, "all_errors", vector_get(c->json, "all_errors"), &errors);
}

static vector_verdict run(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "document")};
    xy_ast_document *document = NULL;
    xy_schema *schema = NULL;
    xy_errors errors;

    if (vector_get(c->json, "experimental"))
        return VECTOR_SKIP;
    xy__errors_init(&errors, c->arena);
    if (xy__schema_from_sdl(c->arena, vector_str(c->json, "schema"), XY_SCHEMA_STAGE_DONE, &schema,
                            &errors, NULL) < 0)
        return vector_fail(c, "schema", XY_STR("valid"), errors.list.items[0]->message);
    if (xy__parse(c->arena, &source, NULL, &document, &errors) < 0) {
        if (vector_is_empty_selection(c, source.text, &errors))
            return VECTOR_SKIP;
        return vector_fail(c, "document", XY_STR("parses"), errors.list.items[0]->message);
    }
    return compare(c, schema, document);
}

const xy_vector_family vector_family_validate = {.name = "validate", .run = run};
