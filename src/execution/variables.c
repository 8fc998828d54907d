/* SPDX-License-Identifier: MIT */
#include "execution/values.h"
#include "language/printer.h"
#include "schema/coerce_input.h"
#include "schema/coerce_literal.h"
#include "schema/type_ref.h"

/* Up to this many inputs, finding one by looking at each is cheaper than a table. */
#define INPUTS_SCANNED 16u

xy_variables xy__variables_compile(xy_arena *arena, const xy_schema *schema,
                                   const xy_ast_variable_definitions *definitions)
{
    xy_variables variables = {
        .items = XY_ARENA_ARRAY(arena, xy_variable, definitions->len),
        .len = definitions->len,
    };

    for (size_t i = 0; i < definitions->len; i++) {
        xy_variable *variable = &variables.items[i];
        const xy_ast_variable_definition *definition = definitions->items[i];
        const xy_type *type = xy__schema_type_ref(schema, arena, definition->type);
        xy_value *value = XY_ARENA_NEW(arena, xy_value);

        variable->definition = definition;
        variable->name = definition->variable->text;
        if (!type || !xy__type_is_input(type))
            continue;
        variable->type = type;
        if (definition->default_value &&
            xy__coerce_literal(arena, type, definition->default_value, NULL, value) == XY_OK)
            variable->default_value = value;
    }
    return variables;
}

/* What the variables of one request come to. */
typedef struct request {
    xy_arena *arena;
    const xy_value *inputs;
    xy_map inputs_by_name; /* on the heap; empty where there are few */
    xy_coerce_report report;
} request;

/* A client chooses how many inputs it sends, for however many variables. */
static void index_inputs(request *r)
{
    xy__map_init(&r->inputs_by_name, NULL);
    if (!r->inputs || r->inputs->kind != XY_VALUE_OBJECT || r->inputs->len <= INPUTS_SCANNED)
        return;
    for (uint32_t i = 0; i < r->inputs->len; i++)
        xy__map_put(&r->inputs_by_name, r->inputs->members[i].key,
                    (void *)(uintptr_t)&r->inputs->members[i].value);
}

static const xy_value *find_input(const request *r, xy_str name)
{
    return r->inputs_by_name.len ? xy__map_get(&r->inputs_by_name, name)
                                 : xy_value_get(r->inputs, name);
}

/* An error about the type of a variable, or about its default, where that is all there is to
 * say: `Variable "$a" <what>`. */
static int refuse_variable(request *r, const xy_variable *variable, const xy_node *node,
                           xy_str what)
{
    xy_buf buf;

    r->report.subject = XY_STR_NULL;
    r->report.node = node;
    xy__coerce_report_begin(&r->report, NULL, &buf);
    xy__buf_printf(&buf, "Variable \"$%.*s\" ", XY_PRI(variable->name));
    xy__buf_str(&buf, what);
    xy__coerce_report_end(&r->report, NULL, NULL, &buf);
    return XY_EFAILED;
}

static int refuse_type(request *r, const xy_variable *variable)
{
    xy_arena *arena = r->report.errors->arena;
    const xy_node *type = &variable->definition->type->node;

    return refuse_variable(
        r, variable, type,
        xy__arena_printf(arena,
                         "expected value of type \"%.*s\" which cannot be used as an input type.",
                         XY_PRI(xy__print_str(arena, type))));
}

/* Errors of this variable are told at its definition. */
static void set_subject(request *r, const xy_variable *variable, const char *after)
{
    r->report.node = &variable->definition->node;
    r->report.subject = variable->name;
    r->report.before = "Variable \"$";
    r->report.after = after;
}

/* The default value is needed and is not valid. */
static int refuse_default(request *r, const xy_variable *variable)
{
    const xy_ast_variable_definition *definition = variable->definition;
    int rc;

    set_subject(r, variable, "\" has invalid default value");
    rc = xy__check_literal(variable->type, definition->default_value, NULL, &r->report);
    if (rc == XY_OK)
        rc = refuse_variable(r, variable, &definition->node, XY_STR("has invalid default value."));
    return rc;
}

/* A variable that was not given. Returns XY_ENOTFOUND when it has no value then either. */
static int coerce_absent(request *r, const xy_variable *variable, xy_value *out)
{
    if (variable->default_value) {
        *out = *variable->default_value;
        return XY_OK;
    }
    if (variable->definition->default_value)
        return refuse_default(r, variable);
    if (variable->type->kind != XY_TYPE_NON_NULL)
        return XY_ENOTFOUND;
    set_subject(r, variable, "\" has invalid value");
    return xy__coerce_input(r->arena, variable->type, NULL, &r->report, out);
}

static int coerce_variable(request *r, const xy_variable *variable, xy_value *out)
{
    const xy_value *input = find_input(r, variable->name);

    if (!variable->type)
        return refuse_type(r, variable);
    if (!input)
        return coerce_absent(r, variable, out);
    set_subject(r, variable, "\" has invalid value");
    return xy__coerce_input(r->arena, variable->type, input, &r->report, out);
}

/* All variables, into `out`. Returns 0, XY_EFAILED or XY_ELIMIT. */
static int coerce_variables(request *r, const xy_variables *variables, xy_value *out)
{
    xy_member *members = xy__arena_alloc(r->arena, variables->len * sizeof *members);
    uint32_t len = 0;
    bool ok = true;

    for (size_t i = 0; i < variables->len && !r->report.stopped; i++) {
        int rc = coerce_variable(r, &variables->items[i], &members[len].value);

        if (rc == XY_ELIMIT || xy__arena_over(r->arena) || xy__arena_over(r->report.errors->arena))
            return XY_ELIMIT;
        if (rc == XY_OK)
            members[len++].key = variables->items[i].name;
        else if (rc != XY_ENOTFOUND)
            ok = false;
    }
    *out = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
    return ok ? XY_OK : XY_EFAILED;
}

int xy__variables_coerce(xy_arena *arena, const xy_variables *variables, const xy_value *inputs,
                         bool hide_suggestions, xy_errors *errors, xy_value *out)
{
    request r = {
        .arena = arena,
        .inputs = inputs,
        .report = {.errors = errors,
                   .errors_max = errors->list.len + XY_VARIABLE_ERRORS_MAX,
                   .hide_suggestions = hide_suggestions},
    };
    xy_value coerced;
    int rc;

    index_inputs(&r);
    rc = coerce_variables(&r, variables, &coerced);
    xy__map_deinit(&r.inputs_by_name);
    if (rc == XY_OK)
        *out = coerced;
    else if (rc == XY_ELIMIT)
        xy__errors_add(errors, XY_STR("Variables take more memory than an operation may have."));
    else if (r.report.stopped)
        xy__errors_add(errors, XY_STR("Too many errors processing variables, error limit reached. "
                                      "Execution aborted."));
    return rc;
}
