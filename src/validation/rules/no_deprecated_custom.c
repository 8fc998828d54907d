/* SPDX-License-Identifier: MIT */
/* Nothing deprecated is used. For tools that check a client's operations. */
#include "schema/coordinate.h"
#include "validation/context.h"

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_field *field = xy__type_info_field(&v->types);

    if (field && field->deprecation_reason.ptr) {
        xy_str coordinate = xy__field_coordinate(v->arena, field);

        xy__validation_report(v, at->node, "The field %.*s is deprecated. %.*s", XY_PRI(coordinate),
                              XY_PRI(field->deprecation_reason));
    }
    return xy__validation_next(v);
}

static xy_visit_next enter_argument(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_input_value *argument = v->types.argument;
    xy_str coordinate;

    if (!argument || !argument->deprecation_reason.ptr)
        return XY_VISIT_ON;
    if (v->types.directive) {
        coordinate = xy__directive_argument_coordinate(v->arena, v->types.directive, argument);
    } else {
        coordinate = xy__argument_coordinate(v->arena, xy__type_info_field(&v->types), argument);
    }
    xy__validation_report(v, at->node, "The argument \"%.*s\" is deprecated. %.*s",
                          XY_PRI(coordinate), XY_PRI(argument->deprecation_reason));
    return xy__validation_next(v);
}

static xy_visit_next enter_object_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    xy_str name = ((const xy_ast_argument *)(const void *)at->node)->name->value;
    const xy_type *object = xy__type_info_parent_input_type(&v->types);
    const xy_input_value *field;

    if (!object || object->named->kind != XY_TYPE_INPUT_OBJECT)
        return XY_VISIT_ON;
    field = xy__map_get(&object->named->input_fields_by_name, name);
    if (field && field->deprecation_reason.ptr) {
        xy_str coordinate = xy__input_field_coordinate(v->arena, object->named, field);

        xy__validation_report(v, at->node, "The input field %.*s is deprecated. %.*s",
                              XY_PRI(coordinate), XY_PRI(field->deprecation_reason));
    }
    return xy__validation_next(v);
}

static xy_visit_next enter_enum_value(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_enum_value *value = v->types.enum_value;

    if (value && value->deprecation_reason.ptr) {
        const xy_type *type = xy__type_info_input_type(&v->types);

        xy__validation_report(v, at->node, "The enum value \"%.*s.%.*s\" is deprecated. %.*s",
                              XY_PRI(type->named->name), XY_PRI(value->name),
                              XY_PRI(value->deprecation_reason));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(FIELD), enter_field, NULL},
    {XY_KIND_BIT(ARGUMENT), enter_argument, NULL},
    {XY_KIND_BIT(OBJECT_FIELD), enter_object_field, NULL},
    {XY_KIND_BIT(ENUM_VALUE), enter_enum_value, NULL},
    {0},
};
const xy_rule xy__rule_no_deprecated_custom = {"NoDeprecatedCustom", XY_RULE_STATELESS, NULL,
                                               visitor};
