/* SPDX-License-Identifier: MIT */
/* schema/check_interfaces.c -- does a type keep the promises of its interfaces? Spec 3.6
 * IsValidImplementation. */
#include "schema/checker.h"
#include "schema/coordinate.h"
#include "schema/type_ref.h"

/* Locate at all places where `type` says that it implements `interface`. */
static void at_implements(xy_checker *c, xy_error *error, const xy_type *type,
                          const xy_type *interface)
{
    const xy_ast_type_definition *part;

    for (size_t i = 0; error && (part = xy__type_part(type, i)); i++)
        for (size_t k = 0; k < part->interfaces.len; k++)
            if (xy_str_eq(part->interfaces.items[k]->name->value, interface->name))
                xy__checker_at(c, error, &part->interfaces.items[k]->node);
}

/* What `interface` implements, `type` must implement too. */
static void check_ancestors(xy_checker *c, const xy_type *type, const xy_type *interface)
{
    for (size_t i = 0; i < interface->interfaces.len && !c->full; i++) {
        const xy_type *transitive = interface->interfaces.items[i];
        xy_error *error;

        if (c->declared[transitive->index] == c->stamp)
            continue;
        if (transitive == type)
            error = xy__checker_report(c,
                                       "Type %.*s cannot implement %.*s because it would create a "
                                       "circular reference.",
                                       XY_PRI(type->name), XY_PRI(interface->name));
        else
            error = xy__checker_report(
                c, "Type %.*s must implement %.*s because it is implemented by %.*s.",
                XY_PRI(type->name), XY_PRI(transitive->name), XY_PRI(interface->name));
        at_implements(c, error, interface, transitive);
        at_implements(c, error, type, interface);
    }
}

static void check_argument(xy_checker *c, const xy_field *field, const xy_field *promised,
                           const xy_input_value *argument)
{
    const xy_input_value *own = xy__input_values_find(&field->arguments, argument->name);
    xy_error *error;

    if (!own) {
        error = xy__checker_report(
            c, "Interface field argument %.*s expected but %.*s does not provide it.",
            XY_PRI(xy__argument_coordinate(&c->scratch, promised, argument)),
            XY_PRI(xy__field_coordinate(&c->scratch, field)));
        xy__checker_at(c, error, &argument->definition->node);
        xy__checker_at(c, error, &field->definition->node);
    } else if (!xy__type_equal(argument->type, own->type)) {
        error = xy__checker_report(
            c, "Interface field argument %.*s expects type %.*s but %.*s is type %.*s.",
            XY_PRI(xy__argument_coordinate(&c->scratch, promised, argument)),
            XY_PRI(xy__checker_type(c, argument->type)),
            XY_PRI(xy__argument_coordinate(&c->scratch, field, own)),
            XY_PRI(xy__checker_type(c, own->type)));
        xy__checker_at(c, error, &argument->definition->type->node);
        xy__checker_at(c, error, &own->definition->type->node);
    }
}

/* An argument that the interface does not know must not be required. */
static void check_further_argument(xy_checker *c, const xy_field *field, const xy_field *promised,
                                   const xy_input_value *argument)
{
    xy_error *error;

    if (!xy__input_value_is_required(argument) ||
        xy__input_values_find(&promised->arguments, argument->name))
        return;
    error = xy__checker_report(c,
                               "Argument \"%.*s\" must not be required type \"%.*s\" if not "
                               "provided by the Interface field \"%.*s\".",
                               XY_PRI(xy__argument_coordinate(&c->scratch, field, argument)),
                               XY_PRI(xy__checker_type(c, argument->type)),
                               XY_PRI(xy__field_coordinate(&c->scratch, promised)));
    xy__checker_at(c, error, &argument->definition->node);
    xy__checker_at(c, error, &promised->definition->node);
}

/* Spec 3.6 IsValidImplementationFieldType */
static void check_field_type(xy_checker *c, const xy_field *field, const xy_field *promised)
{
    xy_error *error;

    if (xy__type_is_sub_type(promised->type, field->type))
        return;
    error = xy__checker_report(c, "Interface field %.*s expects type %.*s but %.*s is type %.*s.",
                               XY_PRI(xy__field_coordinate(&c->scratch, promised)),
                               XY_PRI(xy__checker_type(c, promised->type)),
                               XY_PRI(xy__field_coordinate(&c->scratch, field)),
                               XY_PRI(xy__checker_type(c, field->type)));
    xy__checker_at(c, error, &promised->definition->type->node);
    xy__checker_at(c, error, &field->definition->type->node);
}

static void check_field(xy_checker *c, const xy_field *field, const xy_field *promised)
{
    xy_error *error;

    check_field_type(c, field, promised);
    for (size_t i = 0; i < promised->arguments.len && !c->full; i++)
        check_argument(c, field, promised, promised->arguments.items[i]);
    for (size_t i = 0; i < field->arguments.len && !c->full; i++)
        check_further_argument(c, field, promised, field->arguments.items[i]);
    if (!field->deprecation_reason.ptr || promised->deprecation_reason.ptr)
        return;
    error = xy__checker_report(c,
                               "Interface field %.*s is not deprecated, so implementation field "
                               "%.*s must not be deprecated.",
                               XY_PRI(xy__field_coordinate(&c->scratch, promised)),
                               XY_PRI(xy__field_coordinate(&c->scratch, field)));
    xy__checker_at(c, error, xy__deprecated_node(field->definition->directives));
    xy__checker_at(c, error, &field->definition->type->node);
}

static void check_fields(xy_checker *c, const xy_type *type, const xy_type *interface)
{
    for (size_t i = 0; i < interface->fields.len && !c->full; i++) {
        const xy_field *promised = interface->fields.items[i];
        const xy_field *field = xy__type_field(type, promised->name);
        xy_error *error;

        if (field) {
            check_field(c, field, promised);
            continue;
        }
        error = xy__checker_report(c, "Interface field %.*s expected but %.*s does not provide it.",
                                   XY_PRI(xy__field_coordinate(&c->scratch, promised)),
                                   XY_PRI(type->name));
        xy__checker_at(c, error, &promised->definition->node);
        xy__checker_at_type(c, error, type);
    }
}

void xy__checker_interfaces(xy_checker *c, const xy_type *type)
{
    uint32_t stamp = ++c->stamp;

    for (size_t i = 0; i < type->interfaces.len; i++)
        c->declared[type->interfaces.items[i]->index] = stamp;
    for (size_t i = 0; i < type->interfaces.len && !c->full; i++) {
        const xy_type *interface = type->interfaces.items[i];
        xy_error *error = NULL;

        if (interface->kind != XY_TYPE_INTERFACE) {
            error = xy__checker_report(
                c, "Type %.*s must only implement Interface types, it cannot implement %.*s.",
                XY_PRI(type->name), XY_PRI(interface->name));
        } else if (interface == type) {
            error = xy__checker_report(c,
                                       "Type %.*s cannot implement itself because it would create "
                                       "a circular reference.",
                                       XY_PRI(type->name));
        } else if (c->seen[interface->index] == stamp) {
            error = xy__checker_report(c, "Type %.*s can only implement %.*s once.",
                                       XY_PRI(type->name), XY_PRI(interface->name));
        } else {
            c->seen[interface->index] = stamp;
            check_ancestors(c, type, interface);
            check_fields(c, type, interface);
            continue;
        }
        at_implements(c, error, type, interface);
    }
}
