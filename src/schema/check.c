/* SPDX-License-Identifier: MIT */
/* schema/check.c -- root types, directives, and each type by itself.
 *
 * Read next: check_interfaces.c, check_inputs.c (finite values), check_defaults.c (cycles). */
#include "schema/check.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/fatal.h"
#include "schema/build.h"
#include "schema/checker.h"
#include "schema/coerce_literal.h"
#include "schema/coordinate.h"

xy_error *xy__checker_report(xy_checker *c, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;
    char *text;

    if (c->errors->list.len >= XY_CHECK_ERRORS_MAX)
        c->full = true;
    if (c->full)
        return NULL;
    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    XY_ASSERT(len >= 0);
    text = xy__arena_alloc(&c->scratch, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    return xy__errors_add(c->errors, (xy_str){text, (size_t)len});
}

void xy__checker_at(xy_checker *c, xy_error *error, const xy_node *node)
{
    if (!error || !node || c->locations >= XY_CHECK_LOCATIONS_MAX)
        return;
    c->locations++;
    xy__error_locate(c->errors, error, xy__locator_find(&c->locator, node));
}

xy_str xy__checker_type(xy_checker *c, const xy_type *type)
{
    return xy__type_print(&c->scratch, type);
}

const xy_ast_type_definition *xy__type_part(const xy_type *type, size_t at)
{
    if (type->definition && at-- == 0)
        return type->definition;
    return at < type->extensions.len ? type->extensions.items[at] : NULL;
}

void xy__checker_at_type(xy_checker *c, xy_error *error, const xy_type *type)
{
    const xy_ast_type_definition *part;

    for (size_t i = 0; error && (part = xy__type_part(type, i)); i++)
        xy__checker_at(c, error, &part->node);
}

void xy__checker_name(xy_checker *c, xy_str name, const xy_node *node)
{
    if (xy_str_starts(name, XY_STR("__")))
        xy__checker_at(c,
                       xy__checker_report(c,
                                          "Name \"%.*s\" must not begin with \"__\", which is "
                                          "reserved by GraphQL introspection.",
                                          XY_PRI(name)),
                       node);
}

const xy_node *xy__deprecated_node(xy_ast_directives directives)
{
    for (size_t i = 0; i < directives.len; i++)
        if (xy_str_is(directives.items[i]->name->value, "deprecated"))
            return &directives.items[i]->node;
    return NULL;
}

/* ---- root types ---- */

typedef struct root {
    xy_operation_type operation;
    const char *title; /* "Query" */
    const xy_type *type;
} root;

#define ROOT_COUNT 3u

static const xy_node *find_root_node(const xy_ast_schema *schema, xy_operation_type operation)
{
    for (size_t i = 0; schema && i < schema->operation_types.len; i++)
        if (schema->operation_types.items[i]->operation == operation)
            return &schema->operation_types.items[i]->type->node;
    return NULL;
}

/* Where the schema says which type is the root of `operation`; NULL when it does not. */
static const xy_node *root_node(const xy_schema *schema, xy_operation_type operation)
{
    const xy_node *node = find_root_node(schema->definition, operation);

    for (size_t i = 0; !node && i < schema->extensions.len; i++)
        node = find_root_node(schema->extensions.items[i], operation);
    return node;
}

static void check_root_kind(xy_checker *c, const root *r)
{
    const xy_node *node = root_node(c->schema, r->operation);
    bool optional = r->operation != XY_OPERATION_QUERY;
    xy_error *error;

    if (!r->type || r->type->kind == XY_TYPE_OBJECT)
        return;
    error = xy__checker_report(c, "%s root type must be Object type%s, it cannot be %.*s.",
                               r->title, optional ? " if provided" : "", XY_PRI(r->type->name));
    if (!node && r->type->definition)
        node = &r->type->definition->node;
    xy__checker_at(c, error, node);
}

/* An error when other roots after roots[first] have the same type. */
static void check_root_shared(xy_checker *c, const root roots[ROOT_COUNT], size_t first)
{
    const root *same[ROOT_COUNT] = {&roots[first]};
    size_t count = 1;
    xy_error *error;

    for (size_t i = 0; i < first; i++)
        if (roots[i].type == roots[first].type)
            return;
    for (size_t i = first + 1; i < ROOT_COUNT; i++)
        if (roots[i].type == roots[first].type)
            same[count++] = &roots[i];
    if (count == 1)
        return;
    error = xy__checker_report(
        c, "All root types must be different, \"%.*s\" type is used as %s%s%s%s%s root types.",
        XY_PRI(roots[first].type->name), xy__operation_type_name(same[0]->operation),
        count == 2 ? " and " : ", ", xy__operation_type_name(same[1]->operation),
        count == 2 ? "" : ", and ", count == 2 ? "" : xy__operation_type_name(same[2]->operation));
    for (size_t i = 0; i < count; i++)
        xy__checker_at(c, error, root_node(c->schema, same[i]->operation));
}

/* Spec 3.3.1 Root Operation Types */
static void check_roots(xy_checker *c)
{
    const xy_schema *schema = c->schema;
    const root roots[ROOT_COUNT] = {
        {XY_OPERATION_QUERY, "Query", schema->query},
        {XY_OPERATION_MUTATION, "Mutation", schema->mutation},
        {XY_OPERATION_SUBSCRIPTION, "Subscription", schema->subscription},
    };

    if (!schema->query)
        xy__checker_at(c, xy__checker_report(c, "Query root type must be provided."),
                       schema->definition ? &schema->definition->node : NULL);
    for (size_t i = 0; i < ROOT_COUNT; i++)
        check_root_kind(c, &roots[i]);
    for (size_t i = 0; i < ROOT_COUNT; i++)
        if (roots[i].type && roots[i].type->kind == XY_TYPE_OBJECT)
            check_root_shared(c, roots, i);
}

/* ---- arguments and input fields ---- */

/* Whose `value` it is: one of the first three is set. */
typedef struct place {
    const xy_directive *directive;
    const xy_field *field;
    const xy_type *type;
    const xy_input_value *value;
} place;

static xy_str coordinate(xy_checker *c, const place *at)
{
    if (at->directive)
        return xy__directive_argument_coordinate(&c->scratch, at->directive, at->value);
    if (at->field)
        return xy__argument_coordinate(&c->scratch, at->field, at->value);
    return xy__input_field_coordinate(&c->scratch, at->type, at->value);
}

static void check_input_type(xy_checker *c, const place *at)
{
    const xy_ast_input_value *definition = at->value->definition;
    xy_error *error;

    if (xy__type_is_input(at->value->type))
        return;
    error =
        xy__checker_report(c, "The type of %.*s must be Input Type but got: %.*s.",
                           XY_PRI(coordinate(c, at)), XY_PRI(xy__checker_type(c, at->value->type)));
    xy__checker_at(c, error, at->directive ? &definition->node : &definition->type->node);
}

/* What is required is not deprecated. */
static void check_deprecated(xy_checker *c, const place *at)
{
    const xy_input_value *value = at->value;
    xy_error *error;

    if (!xy__input_value_is_required(value) || !value->deprecation_reason.ptr)
        return;
    error = xy__checker_report(c, "Required %s %.*s cannot be deprecated.",
                               at->type ? "input field" : "argument", XY_PRI(coordinate(c, at)));
    xy__checker_at(c, error, xy__deprecated_node(value->definition->directives));
    xy__checker_at(c, error, &value->definition->type->node);
}

static void check_default(xy_checker *c, const place *at)
{
    const xy_input_value *value = at->value;
    xy_coerce_report report = {.errors = c->errors, .errors_max = XY_CHECK_ERRORS_MAX};

    if (!value->default_value)
        return;
    report.subject =
        xy__arena_printf(&c->scratch, "%.*s has invalid default value", XY_PRI(coordinate(c, at)));
    xy__check_literal(value->type, value->default_value, NULL, &report);
}

static void check_input(xy_checker *c, place at)
{
    xy__checker_name(c, at.value->name, &at.value->definition->node);
    check_input_type(c, &at);
    check_deprecated(c, &at);
    check_default(c, &at);
}

/* Spec 3.13 Type Validation */
static void check_directive(xy_checker *c, const xy_directive *directive)
{
    if (!directive->definition)
        return;
    xy__checker_name(c, directive->name, &directive->definition->node);
    for (size_t i = 0; i < directive->arguments.len && !c->full; i++)
        check_input(c, (place){.directive = directive, .value = directive->arguments.items[i]});
}

/* ---- types ---- */

static void check_field(xy_checker *c, const xy_field *field)
{
    xy__checker_name(c, field->name, &field->definition->node);
    if (!xy__type_is_output(field->type))
        xy__checker_at(c,
                       xy__checker_report(c, "The type of %.*s must be Output Type but got: %.*s.",
                                          XY_PRI(xy__field_coordinate(&c->scratch, field)),
                                          XY_PRI(xy__checker_type(c, field->type))),
                       &field->definition->type->node);
    for (size_t i = 0; i < field->arguments.len && !c->full; i++)
        check_input(c, (place){.field = field, .value = field->arguments.items[i]});
}

/* Spec 3.6, 3.7 Type Validation */
static void check_fields(xy_checker *c, const xy_type *type)
{
    if (type->fields.len == 0)
        xy__checker_at_type(
            c,
            xy__checker_report(c, "Type %.*s must define one or more fields.", XY_PRI(type->name)),
            type);
    for (size_t i = 0; i < type->fields.len && !c->full; i++)
        check_field(c, type->fields.items[i]);
}

/* Locate at all places where `type` has `member` in its definition or extensions. */
static void at_members(xy_checker *c, xy_error *error, const xy_type *type, const xy_type *member)
{
    const xy_ast_type_definition *part;

    for (size_t i = 0; error && (part = xy__type_part(type, i)); i++)
        for (size_t k = 0; k < part->members.len; k++)
            if (xy_str_eq(part->members.items[k]->name->value, member->name))
                xy__checker_at(c, error, &part->members.items[k]->node);
}

/* Spec 3.8 Type Validation */
static void check_members(xy_checker *c, const xy_type *type)
{
    uint32_t stamp = ++c->stamp;

    if (type->possible.len == 0)
        xy__checker_at_type(
            c,
            xy__checker_report(c, "Union type %.*s must define one or more member types.",
                               XY_PRI(type->name)),
            type);
    for (size_t i = 0; i < type->possible.len && !c->full; i++) {
        const xy_type *member = type->possible.items[i];

        if (c->seen[member->index] == stamp)
            at_members(c,
                       xy__checker_report(c, "Union type %.*s can only include type %.*s once.",
                                          XY_PRI(type->name), XY_PRI(member->name)),
                       type, member);
        else if (member->kind != XY_TYPE_OBJECT)
            at_members(c,
                       xy__checker_report(c,
                                          "Union type %.*s can only include Object types, it "
                                          "cannot include %.*s.",
                                          XY_PRI(type->name), XY_PRI(member->name)),
                       type, member);
        c->seen[member->index] = stamp;
    }
}

/* Spec 3.9 Type Validation */
static void check_values(xy_checker *c, const xy_type *type)
{
    if (type->values.len == 0)
        xy__checker_at_type(c,
                            xy__checker_report(c, "Enum type %.*s must define one or more values.",
                                               XY_PRI(type->name)),
                            type);
    for (size_t i = 0; i < type->values.len && !c->full; i++)
        xy__checker_name(c, type->values.items[i]->name, &type->values.items[i]->definition->node);
}

/* Spec 3.10 Type Validation, of OneOf Input Objects */
static void check_one_of_field(xy_checker *c, const place *at)
{
    const xy_input_value *field = at->value;

    if (field->type->kind == XY_TYPE_NON_NULL)
        xy__checker_at(c,
                       xy__checker_report(c, "OneOf input field %.*s must be nullable.",
                                          XY_PRI(coordinate(c, at))),
                       &field->definition->type->node);
    if (field->default_value)
        xy__checker_at(c,
                       xy__checker_report(c, "OneOf input field %.*s cannot have a default value.",
                                          XY_PRI(coordinate(c, at))),
                       &field->definition->node);
}

/* Spec 3.10 Type Validation */
static void check_input_fields(xy_checker *c, const xy_type *type)
{
    if (type->input_fields.len == 0)
        xy__checker_at_type(
            c,
            xy__checker_report(c, "Input Object type %.*s must define one or more fields.",
                               XY_PRI(type->name)),
            type);
    for (size_t i = 0; i < type->input_fields.len && !c->full; i++) {
        place at = {.type = type, .value = type->input_fields.items[i]};

        check_input(c, at);
        if (type->is_one_of)
            check_one_of_field(c, &at);
    }
}

static void check_type(xy_checker *c, const xy_type *type, xy_default_cycles *cycles)
{
    if (type->is_introspection)
        return;
    xy__checker_name(c, type->name, type->definition ? &type->definition->node : NULL);
    if (type->kind == XY_TYPE_OBJECT || type->kind == XY_TYPE_INTERFACE) {
        check_fields(c, type);
        xy__checker_interfaces(c, type);
    } else if (type->kind == XY_TYPE_UNION) {
        check_members(c, type);
    } else if (type->kind == XY_TYPE_ENUM) {
        check_values(c, type);
    } else if (type->kind == XY_TYPE_INPUT_OBJECT) {
        check_input_fields(c, type);
        xy__default_cycles_check(cycles, type);
    }
}

int xy__schema_check(const xy_schema *schema, xy_errors *errors)
{
    size_t before = errors->list.len;
    xy_checker c = {.schema = schema, .errors = errors};
    xy_default_cycles *cycles;

    xy__arena_init(&c.scratch, XY_SCHEMA_BYTES_MAX);
    xy__locator_init(&c.locator, &c.scratch);
    c.declared = XY_ARENA_ARRAY(&c.scratch, uint32_t, schema->types.len);
    c.seen = XY_ARENA_ARRAY(&c.scratch, uint32_t, schema->types.len);
    cycles = xy__default_cycles_create(&c);
    check_roots(&c);
    for (size_t i = 0; i < schema->directives.len && !c.full; i++)
        check_directive(&c, schema->directives.items[i]);
    for (size_t i = 0; i < schema->types.len && !c.full; i++)
        check_type(&c, schema->types.items[i], cycles);
    xy__checker_finite_inputs(&c);
    xy__arena_deinit(&c.scratch);
    return errors->list.len > before || c.full ? XY_EFAILED : XY_OK;
}
