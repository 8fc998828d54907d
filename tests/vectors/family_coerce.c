/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_coerce.c -- values and literals in, leaves out, variables. */
#include "base/fatal.h"
#include "execution/values.h"
#include "json/read.h"
#include "json/write.h"
#include "language/parser.h"
#include "language/printer.h"
#include "schema/build.h"
#include "schema/coerce_input.h"
#include "schema/coerce_literal.h"
#include "schema/coerce_output.h"
#include "schema/type_ref.h"
#include "schema/value_to_literal.h"
#include "vectors.h"

#define TEXT_MAX ((size_t)1 << 26)

static xy_schema *build_schema(vector_case *c)
{
    xy_schema *schema;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (xy__schema_from_sdl(c->arena, vector_str(c->json, "sdl"), XY_SCHEMA_STAGE_DONE, &schema,
                            &errors, NULL) < 0)
        xy__fatal("the SDL of a case: %.*s", XY_PRI(errors.list.items[0]->message));
    return schema;
}

static const xy_type *find_type(vector_case *c, const xy_schema *schema)
{
    xy_source source = {.text = vector_str(c->json, "type")};
    const xy_type *type;
    xy_ast_type *ref;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (xy__parse_type(c->arena, &source, NULL, &ref, &errors) < 0)
        xy__fatal("no type reference: %.*s", XY_PRI(source.text));
    type = xy__schema_type_ref(schema, c->arena, ref);
    if (!type)
        xy__fatal("no such type: %.*s", XY_PRI(source.text));
    return type;
}

/* The expected errors with their members in our order, and without paths that are empty. */
static xy_value expected_errors(vector_case *c)
{
    static const xy_str keys[] = {XY_STR_INIT("message"), XY_STR_INIT("locations"),
                                  XY_STR_INIT("path")};
    const xy_value *list = vector_get(c->json, "errors");
    uint32_t len = list ? list->len : 0;
    xy_value *errors = XY_ARENA_ARRAY(c->arena, xy_value, len);

    for (uint32_t i = 0; i < len; i++) {
        xy_member *members = XY_ARENA_ARRAY(c->arena, xy_member, 3);
        uint32_t count = 0;

        for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
            const xy_value *value = xy_value_get(&list->items[i], keys[k]);

            if (value && (value->kind != XY_VALUE_LIST || value->len > 0))
                members[count++] = (xy_member){keys[k], *value};
        }
        errors[i] = (xy_value){.kind = XY_VALUE_OBJECT, .len = count, .members = members};
    }
    return (xy_value){.kind = XY_VALUE_LIST, .len = len, .items = errors};
}

/* A result as the reference would have written it to the case: in JSON, where what is not finite
 * is null. */
static xy_value as_json(vector_case *c, const xy_value *result)
{
    xy_value value = vector_doubles(c->arena, result);
    xy_buf text;

    xy__buf_init(&text, TEXT_MAX);
    xy__json_write_value(&text, &value);
    if (xy__json_read(c->arena, xy__arena_str(c->arena, xy__buf_view(&text)), 0, &value, NULL) < 0)
        xy__fatal("no JSON: %.*s", XY_PRI(xy__buf_view(&text)));
    xy__buf_deinit(&text);
    return value;
}

/* A coercion that ended with `rc`. */
static vector_verdict expect(vector_case *c, int rc, const xy_value *result,
                             const xy_errors *errors)
{
    xy_value expected = expected_errors(c);
    xy_value got = rc == 0 ? as_json(c, result) : XY_NULL;

    if (vector_expect_errors(c, "errors", &expected, errors) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (vector_expect_bool(c, "ok", vector_bool(c->json, "ok", false), rc == 0) == VECTOR_FAIL)
        return VECTOR_FAIL;
    return vector_expect_value(c, "result", vector_get(c->json, "result"), rc == 0 ? &got : NULL);
}

static vector_verdict run_input_value(vector_case *c)
{
    const xy_type *type = find_type(c, build_schema(c));
    const xy_value *value = vector_json(c, vector_str(c->json, "value_json"));
    xy_errors errors;
    xy_coerce_report report = {.errors = &errors, .paths = true};
    xy_value result;
    int rc;

    xy__errors_init(&errors, c->arena);
    rc = xy__coerce_input(c->arena, type, value, &report, &result);
    return expect(c, rc, &result, &errors);
}

/* Both ways to look at a literal must agree on whether it is valid. */
static vector_verdict run_input_literal(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "literal")};
    const xy_type *type = find_type(c, build_schema(c));
    xy_ast_value *literal;
    xy_errors errors;
    xy_coerce_report report = {.errors = &errors, .paths = true};
    xy_value result;
    int rc;

    xy__errors_init(&errors, c->arena);
    if (xy__parse_value(c->arena, &source, NULL, &literal, &errors) < 0)
        xy__fatal("no literal: %.*s", XY_PRI(source.text));
    rc = xy__check_literal(type, literal, NULL, &report);
    if (xy__coerce_literal(c->arena, type, literal, NULL, &result) != rc)
        return vector_fail(c, "coerced", XY_STR("as the check has it"), XY_STR("otherwise"));
    return expect(c, rc, &result, &errors);
}

static vector_verdict run_output(vector_case *c)
{
    const xy_type *type = find_type(c, build_schema(c));
    const xy_value *value = vector_json(c, vector_str(c->json, "value_json"));
    xy_value result;
    xy_errors errors;
    xy_str problem;
    xy_buf text;
    int rc;

    xy__errors_init(&errors, c->arena);
    xy__buf_init(&text, TEXT_MAX);
    rc = xy__coerce_output(&text, c->arena, type, value, &problem);
    if (rc < 0)
        xy__errors_add(&errors, problem);
    else if (xy__json_read(c->arena, xy__arena_str(c->arena, xy__buf_view(&text)), 0, &result,
                           NULL) < 0)
        xy__fatal("no JSON: %.*s", XY_PRI(xy__buf_view(&text)));
    xy__buf_deinit(&text);
    return expect(c, rc, &result, &errors);
}

static vector_verdict run_variables(vector_case *c)
{
    const xy_schema *schema = build_schema(c);
    xy_source source = {.text = vector_str(c->json, "query")};
    const xy_value *inputs = vector_json(c, vector_str(c->json, "variables_json"));
    const xy_ast_operation *operation;
    xy_ast_document *document;
    xy_variables variables;
    xy_errors errors;
    xy_value result;
    int rc;

    xy__errors_init(&errors, c->arena);
    if (xy__parse(c->arena, &source, NULL, &document, &errors) < 0)
        xy__fatal("no document: %.*s", XY_PRI(source.text));
    operation = (const void *)document->definitions.items[0];
    variables = xy__variables_compile(c->arena, schema, &operation->variables);
    rc = xy__variables_coerce(c->arena, &variables, inputs, false, &errors, &result);
    return expect(c, rc, &result, &errors);
}

static vector_verdict run_value_to_literal(vector_case *c)
{
    const xy_type *type = find_type(c, build_schema(c));
    const xy_value *value = vector_json(c, vector_str(c->json, "value_json"));
    const xy_ast_value *literal = xy__value_to_literal(c->arena, type, value);
    xy_str text = literal ? xy__print_str(c->arena, &literal->node) : XY_STR_NULL;

    if (vector_expect_bool(c, "ok", vector_bool(c->json, "ok", false), literal != NULL) ==
        VECTOR_FAIL)
        return VECTOR_FAIL;
    return vector_expect_str(c, "literal", vector_str(c->json, "literal"), text);
}

static vector_verdict run(vector_case *c)
{
    static const struct {
        const char *kind;
        vector_verdict (*run)(vector_case *c);
    } kinds[] = {
        {"input_value", run_input_value},
        {"input_literal", run_input_literal},
        {"output", run_output},
        {"variables", run_variables},
        {"value_to_literal", run_value_to_literal},
    };
    xy_str kind = vector_str(c->json, "kind");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (xy_str_is(kind, kinds[i].kind))
            return kinds[i].run(c);
    return vector_fail(c, "kind", XY_STR("one that is known"), kind);
}

const xy_vector_family vector_family_coerce = {"coerce", run};
