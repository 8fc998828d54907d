/* SPDX-License-Identifier: MIT */
/* validation/type_info.c -- stacks of types, pushed on entering a node and popped on leaving.
 *
 *   node                                   types  parent_types  fields  inputs
 *   OperationDefinition, FragmentDefinition,
 *   InlineFragment                           x
 *   SelectionSet                                        x
 *   Field                                    x                     x
 *   VariableDefinition, Argument,
 *   ListValue, ObjectField                                                 x
 *
 * An x is one item for as long as the node lasts, NULL when unknown. Directive, Argument and
 * EnumValue set `directive`, `argument` and `enum_value` for as long as they last. */
#include "validation/type_info.h"

#include "schema/type_ref.h"

#define TYPE_INFO_KINDS                                                                            \
    (XY_KIND_BIT(OPERATION_DEFINITION) | XY_KIND_BIT(FRAGMENT_DEFINITION) |                        \
     XY_KIND_BIT(INLINE_FRAGMENT) | XY_KIND_BIT(SELECTION_SET) | XY_KIND_BIT(FIELD) |              \
     XY_KIND_BIT(DIRECTIVE) | XY_KIND_BIT(VARIABLE_DEFINITION) | XY_KIND_BIT(ARGUMENT) |           \
     XY_KIND_BIT(LIST_VALUE) | XY_KIND_BIT(OBJECT_FIELD) | XY_KIND_BIT(ENUM_VALUE))

#define PUSH(info, stack, value) (*xy_vec_push((info)->arena, &(info)->stack) = (value))

void xy__type_info_init(xy_type_info *info, const xy_schema *schema, xy_arena *arena)
{
    *info = (xy_type_info){.schema = schema, .arena = arena};
}

const xy_field *xy__schema_field(const xy_schema *schema, const xy_type *parent, xy_str name)
{
    if (xy_str_starts(name, XY_STR("__"))) {
        if (xy_str_is(name, "__typename"))
            return schema->field_typename;
        if (xy_str_is(name, "__schema") && parent == schema->query)
            return schema->field_schema;
        if (xy_str_is(name, "__type") && parent == schema->query)
            return schema->field_type;
    }
    return xy__type_field(parent, name);
}

const xy_type *xy__schema_root(const xy_schema *schema, xy_operation_type operation)
{
    switch (operation) {
    case XY_OPERATION_QUERY:
        return schema->query;
    case XY_OPERATION_MUTATION:
        return schema->mutation;
    case XY_OPERATION_SUBSCRIPTION:
        return schema->subscription;
    }
    return NULL;
}

static const xy_type *output_type(const xy_type *type)
{
    return type && xy__type_is_output(type) ? type : NULL;
}

static const xy_type *input_type(const xy_type *type)
{
    return type && xy__type_is_input(type) ? type : NULL;
}

static void push_input(xy_type_info *info, const xy_type *type, bool has_default)
{
    PUSH(info, inputs, ((xy_input_place){input_type(type), has_default}));
}

static void enter_condition(xy_type_info *info, const xy_ast_type *condition)
{
    const xy_type *type = xy__type_info_type(info);

    if (condition)
        type = xy__schema_type(info->schema, condition->name->value);
    else if (type)
        type = type->named;
    PUSH(info, types, output_type(type));
}

static void enter_selection_set(xy_type_info *info)
{
    const xy_type *type = xy__type_info_type(info);

    PUSH(info, parent_types, type && xy__type_is_composite(type->named) ? type->named : NULL);
}

static void enter_field(xy_type_info *info, const xy_ast_field *node)
{
    const xy_type *parent = xy__type_info_parent_type(info);
    const xy_field *field = NULL;

    if (parent)
        field = xy__schema_field(info->schema, parent, node->name->value);
    PUSH(info, fields, field);
    PUSH(info, types, field ? output_type(field->type) : NULL);
}

static void enter_argument(xy_type_info *info, const xy_ast_argument *node)
{
    const xy_field *field = xy__type_info_field(info);
    const xy_input_values *arguments = NULL;

    if (info->directive)
        arguments = &info->directive->arguments;
    else if (field)
        arguments = &field->arguments;
    info->argument = NULL;
    for (size_t i = 0; arguments && i < arguments->len; i++) {
        if (xy_str_eq(arguments->items[i]->name, node->name->value))
            info->argument = arguments->items[i];
    }
    if (info->argument)
        push_input(info, info->argument->type, info->argument->default_value != NULL);
    else
        push_input(info, NULL, false);
}

static void enter_list(xy_type_info *info)
{
    const xy_type *list = xy__type_info_input_type(info);

    if (list && list->kind == XY_TYPE_NON_NULL)
        list = list->of;
    push_input(info, list && list->kind == XY_TYPE_LIST ? list->of : NULL, false);
}

static void enter_object_field(xy_type_info *info, const xy_ast_argument *node)
{
    const xy_type *object = xy__type_info_input_type(info);
    const xy_input_value *field = NULL;

    if (object && object->named->kind == XY_TYPE_INPUT_OBJECT)
        field = xy__map_get(&object->named->input_fields_by_name, node->name->value);
    push_input(info, field ? field->type : NULL, field && field->default_value);
}

static void enter_enum_value(xy_type_info *info, const xy_ast_value *node)
{
    const xy_type *type = xy__type_info_input_type(info);

    info->enum_value = NULL;
    if (type && type->named->kind == XY_TYPE_ENUM)
        info->enum_value = xy__map_get(&type->named->values_by_name, node->text);
}

static void enter(void *arg, const xy_visit_at *at)
{
    xy_type_info *info = arg;
    const void *node = at->node;

    switch (at->node->kind) {
    case XY_KIND_OPERATION_DEFINITION:
        PUSH(info, types,
             xy__schema_root(info->schema, ((const xy_ast_operation *)node)->operation));
        break;
    case XY_KIND_FRAGMENT_DEFINITION:
        enter_condition(info, ((const xy_ast_fragment *)node)->type_condition);
        break;
    case XY_KIND_INLINE_FRAGMENT:
        enter_condition(info, ((const xy_ast_inline_fragment *)node)->type_condition);
        break;
    case XY_KIND_SELECTION_SET:
        enter_selection_set(info);
        break;
    case XY_KIND_FIELD:
        enter_field(info, node);
        break;
    case XY_KIND_DIRECTIVE:
        info->directive =
            xy__schema_directive(info->schema, ((const xy_ast_directive *)node)->name->value);
        break;
    case XY_KIND_VARIABLE_DEFINITION:
        push_input(info,
                   xy__schema_type_ref(info->schema, info->arena,
                                       ((const xy_ast_variable_definition *)node)->type),
                   false);
        break;
    case XY_KIND_ARGUMENT:
        enter_argument(info, node);
        break;
    case XY_KIND_LIST_VALUE:
        enter_list(info);
        break;
    case XY_KIND_OBJECT_FIELD:
        enter_object_field(info, node);
        break;
    case XY_KIND_ENUM_VALUE:
        enter_enum_value(info, node);
        break;
    default:
        break;
    }
}

static void leave(void *arg, const xy_visit_at *at)
{
    xy_type_info *info = arg;

    switch (at->node->kind) {
    case XY_KIND_OPERATION_DEFINITION:
    case XY_KIND_FRAGMENT_DEFINITION:
    case XY_KIND_INLINE_FRAGMENT:
        info->types.len--;
        break;
    case XY_KIND_SELECTION_SET:
        info->parent_types.len--;
        break;
    case XY_KIND_FIELD:
        info->types.len--;
        info->fields.len--;
        break;
    case XY_KIND_DIRECTIVE:
        info->directive = NULL;
        break;
    case XY_KIND_ARGUMENT:
        info->argument = NULL;
        info->inputs.len--;
        break;
    case XY_KIND_VARIABLE_DEFINITION:
    case XY_KIND_LIST_VALUE:
    case XY_KIND_OBJECT_FIELD:
        info->inputs.len--;
        break;
    case XY_KIND_ENUM_VALUE:
        info->enum_value = NULL;
        break;
    default:
        break;
    }
}

xy_visit_around xy__type_info_around(xy_type_info *info)
{
    return (xy_visit_around){.kinds = TYPE_INFO_KINDS, .arg = info, .enter = enter, .leave = leave};
}
