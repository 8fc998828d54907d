/* SPDX-License-Identifier: MIT */
/* schema/build_members.c -- the members of types and directives: fields, arguments, values. */
#include "base/fatal.h"
#include "schema/builder.h"
#include "schema/coerce_literal.h"
#include "schema/coordinate.h"
#include "schema/introspection.h"

xy_type *xy__builder_type(xy_builder *builder, const xy_ast_type *ref)
{
    xy_type *type;

    if (ref->node.kind == XY_KIND_LIST_TYPE)
        return xy__type_list(builder->schema, xy__builder_type(builder, ref->of));
    if (ref->node.kind == XY_KIND_NON_NULL_TYPE)
        return xy__type_non_null(builder->schema, xy__builder_type(builder, ref->of));
    type = xy__map_get(&builder->types, ref->name->value);
    XY_ASSERT(type); /* the rule KnownTypeNames */
    return type;
}

xy_str xy__builder_description(const xy_ast_value *description)
{
    if (!description)
        return XY_STR_NULL;
    return description->text.ptr ? description->text : XY_STR("");
}

static void fail_missing(xy_builder *builder, xy_str argument, xy_str type,
                         const xy_ast_directive *node)
{
    xy_error *error = xy__errors_addf(
        builder->errors, "Argument \"%.*s\" of required type \"%.*s\" was not provided.",
        XY_PRI(argument), XY_PRI(type));

    xy__error_locate(builder->errors, error, xy__node_location(&node->node));
    builder->failed = true;
}

/* Spec 6.4.1 CoerceArgumentValues for the only argument of a built-in directive, a String!. */
static xy_str string_argument(xy_builder *builder, const xy_directive *directive,
                              const xy_ast_directive *node)
{
    const xy_input_value *argument = directive->arguments.items[0];
    xy_str name = xy__directive_argument_coordinate(&builder->scratch, directive, argument);
    const xy_ast_value *value = argument->default_value;
    xy_coerce_report report = {.errors = builder->errors};

    for (size_t i = 0; i < node->arguments.len; i++)
        if (xy_str_eq(node->arguments.items[i]->name->value, argument->name))
            value = node->arguments.items[i]->value;
    if (!value) {
        fail_missing(builder, name, xy__type_print(&builder->scratch, argument->type), node);
        return XY_STR_NULL;
    }
    report.subject =
        xy__arena_printf(&builder->scratch, "Argument \"%.*s\" has invalid value", XY_PRI(name));
    if (xy__check_literal(argument->type, value, NULL, &report) < 0) {
        builder->failed = true;
        return XY_STR_NULL;
    }
    return value->text.ptr ? value->text : XY_STR("");
}

/* The text that `directive` has among `directives`; null when it is not there. */
static xy_str directive_text(xy_builder *builder, const xy_directive *directive,
                             xy_ast_directives directives)
{
    for (size_t i = 0; i < directives.len && !builder->failed; i++)
        if (xy_str_eq(directives.items[i]->name->value, directive->name))
            return string_argument(builder, directive, directives.items[i]);
    return XY_STR_NULL;
}

xy_str xy__builder_deprecation(xy_builder *builder, xy_ast_directives directives)
{
    return directive_text(builder, builder->deprecated, directives);
}

xy_str xy__builder_specified_by(xy_builder *builder, xy_ast_directives directives)
{
    return directive_text(builder, builder->specified_by, directives);
}

static xy_input_value *input_value(xy_builder *builder, const xy_ast_input_value *node)
{
    xy_input_value *value = XY_ARENA_NEW(builder->arena, xy_input_value);

    value->name = node->name->value;
    value->description = xy__builder_description(node->description);
    value->type = xy__builder_type(builder, node->type);
    value->default_value = node->default_value;
    if (builder->deprecated)
        value->deprecation_reason = xy__builder_deprecation(builder, node->directives);
    value->definition = node;
    return value;
}

static xy_input_values arguments(xy_builder *builder, const xy_ast_input_values *nodes)
{
    xy_input_values list = {0};

    if (nodes->len == 0)
        return list;
    list.items = XY_ARENA_ARRAY(builder->arena, xy_input_value *, nodes->len);
    for (size_t i = 0; i < nodes->len && !builder->failed; i++)
        list.items[list.len++] = input_value(builder, nodes->items[i]);
    return list;
}

static xy_field *field(xy_builder *builder, xy_type *parent, const xy_ast_field_definition *node)
{
    xy_field *made = XY_ARENA_NEW(builder->arena, xy_field);

    made->name = node->name->value;
    made->description = xy__builder_description(node->description);
    made->parent = parent;
    made->type = xy__builder_type(builder, node->type);
    made->arguments = arguments(builder, &node->arguments);
    made->deprecation_reason = xy__builder_deprecation(builder, node->directives);
    made->definition = parent->is_introspection ? NULL : node;
    return made;
}

/* How many members of each sort definition and extensions have. */
typedef struct counts {
    size_t interfaces, fields, input_fields, members, values;
} counts;

/* Node number `at` of a type: its definition, then its extensions. NULL at the end. */
static const xy_ast_type_definition *part(const xy_type *type, size_t at)
{
    if (at == 0)
        return type->definition;
    return at <= type->extensions.len ? type->extensions.items[at - 1] : NULL;
}

static counts count_members(const xy_type *type)
{
    const xy_ast_type_definition *node;
    counts n = {0};

    for (size_t i = 0; (node = part(type, i)); i++) {
        n.interfaces += node->interfaces.len;
        n.fields += node->fields.len;
        n.input_fields += node->input_fields.len;
        n.members += node->members.len;
        n.values += node->values.len;
    }
    return n;
}

static void add_named_types(xy_builder *builder, xy_types *list, const xy_ast_types *nodes)
{
    for (size_t i = 0; i < nodes->len; i++)
        list->items[list->len++] = xy__builder_type(builder, nodes->items[i]);
}

static void add_fields(xy_builder *builder, xy_type *type, const xy_ast_type_definition *node)
{
    for (size_t i = 0; i < node->fields.len && !builder->failed; i++) {
        xy_field *made = field(builder, type, node->fields.items[i]);

        type->fields.items[type->fields.len++] = made;
        xy__map_put(&type->fields_by_name, made->name, made);
    }
}

static void add_input_fields(xy_builder *builder, xy_type *type, const xy_ast_type_definition *node)
{
    for (size_t i = 0; i < node->input_fields.len && !builder->failed; i++) {
        xy_input_value *made = input_value(builder, node->input_fields.items[i]);

        type->input_fields.items[type->input_fields.len++] = made;
        xy__map_put(&type->input_fields_by_name, made->name, made);
    }
}

void xy__builder_fill(xy_builder *builder, xy_type *type)
{
    xy_arena *arena = builder->arena;
    counts n = count_members(type);
    const xy_ast_type_definition *node;

    if (n.interfaces)
        type->interfaces.items = XY_ARENA_ARRAY(arena, xy_type *, n.interfaces);
    for (size_t i = 0; (node = part(type, i)); i++)
        add_named_types(builder, &type->interfaces, &node->interfaces);
    if (n.members)
        type->possible.items = XY_ARENA_ARRAY(arena, xy_type *, n.members);
    for (size_t i = 0; (node = part(type, i)); i++)
        add_named_types(builder, &type->possible, &node->members);
    if (n.fields) {
        type->fields.items = XY_ARENA_ARRAY(arena, xy_field *, n.fields);
        xy__map_init(&type->fields_by_name, arena);
    }
    for (size_t i = 0; (node = part(type, i)); i++)
        add_fields(builder, type, node);
    if (n.input_fields) {
        type->input_fields.items = XY_ARENA_ARRAY(arena, xy_input_value *, n.input_fields);
        xy__map_init(&type->input_fields_by_name, arena);
    }
    for (size_t i = 0; (node = part(type, i)); i++)
        add_input_fields(builder, type, node);
}

static void add_values(xy_builder *builder, xy_type *type, const xy_ast_type_definition *node)
{
    for (size_t i = 0; i < node->values.len && !builder->failed; i++) {
        const xy_ast_enum_value *value = node->values.items[i];
        xy_enum_value *made = XY_ARENA_NEW(builder->arena, xy_enum_value);

        made->name = value->name->value;
        made->description = xy__builder_description(value->description);
        made->deprecation_reason = xy__builder_deprecation(builder, value->directives);
        made->definition = value;
        type->values.items[type->values.len++] = made;
        xy__map_put(&type->values_by_name, made->name, made);
    }
}

void xy__builder_fill_enum(xy_builder *builder, xy_type *type)
{
    const xy_ast_type_definition *node;
    size_t count = count_members(type).values;

    if (count) {
        type->values.items = XY_ARENA_ARRAY(builder->arena, xy_enum_value *, count);
        xy__map_init(&type->values_by_name, builder->arena);
    }
    for (size_t i = 0; (node = part(type, i)); i++)
        add_values(builder, type, node);
}

/* The first reason that definition and extensions give. */
static xy_str directive_deprecation(xy_builder *builder,
                                    const xy_ast_directive_definition *definition,
                                    const xy_extensions *extensions)
{
    xy_str reason = xy__builder_deprecation(builder, definition->directives);

    for (size_t i = 0; extensions && i < extensions->nodes.len && !reason.ptr; i++) {
        const xy_ast_directive_definition *node =
            (const xy_ast_directive_definition *)extensions->nodes.items[i];

        reason = xy__builder_deprecation(builder, node->directives);
    }
    return reason;
}

xy_directive *xy__builder_directive(xy_builder *builder,
                                    const xy_ast_directive_definition *definition,
                                    const xy_extensions *extensions)
{
    xy_directive *made = XY_ARENA_NEW(builder->arena, xy_directive);

    made->name = definition->name->value;
    made->description = xy__builder_description(definition->description);
    made->repeatable = definition->repeatable;
    made->locations.items = XY_ARENA_ARRAY(builder->arena, const char *, definition->locations.len);
    for (size_t i = 0; i < definition->locations.len; i++)
        made->locations.items[made->locations.len++] =
            xy__arena_str(builder->arena, definition->locations.items[i]->value).ptr;
    if (builder->deprecated)
        made->deprecation_reason = directive_deprecation(builder, definition, extensions);
    made->arguments = arguments(builder, &definition->arguments);
    made->definition = definition;
    return made;
}
