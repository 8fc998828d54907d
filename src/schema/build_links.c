/* SPDX-License-Identifier: MIT */
/* schema/build_links.c -- the list of a schema's types, and who implements what. */
#include "schema/builder.h"

static void list_type(xy_builder *b, xy_type *type);

static void list_arguments(xy_builder *b, const xy_input_values *arguments)
{
    for (size_t i = 0; i < arguments->len; i++)
        list_type(b, arguments->items[i]->type);
}

/* Append a type, and behind it those which it needs and nobody declared: built-in ones, so the
 * recursion ends soon. */
static void append_type(xy_builder *b, xy_type *type)
{
    type->index = (uint32_t)b->listed.len;
    *xy_vec_push(b->arena, &b->listed) = type;
    xy__map_put(&b->schema->types_by_name, type->name, type);
    for (size_t i = 0; i < type->possible.len; i++)
        list_type(b, type->possible.items[i]);
    for (size_t i = 0; i < type->interfaces.len; i++)
        list_type(b, type->interfaces.items[i]);
    for (size_t i = 0; i < type->fields.len; i++) {
        list_type(b, type->fields.items[i]->type);
        list_arguments(b, &type->fields.items[i]->arguments);
    }
    list_arguments(b, &type->input_fields);
}

static void list_type(xy_builder *b, xy_type *type)
{
    if (type->named->index == XY_TYPE_UNLISTED)
        append_type(b, type->named);
}

/* The order of graphql-js' type map: as declared, each built-in type behind the first that needs
 * it. */
void xy__builder_list_types(xy_builder *b)
{
    xy_schema *schema = b->schema;

    xy__map_init(&schema->types_by_name, b->arena);
    for (size_t i = 0; i < b->declared.len; i++)
        append_type(b, b->declared.items[i]);
    for (size_t i = 0; i < schema->directives.len; i++)
        list_arguments(b, &schema->directives.items[i]->arguments);
    list_type(b, schema->field_schema->type);
    schema->types.items = b->listed.items;
    schema->types.len = b->listed.len;
}

/* The list of `interface` that `type` belongs into. */
static xy_types *implementations(xy_type *interface, const xy_type *type)
{
    return type->kind == XY_TYPE_OBJECT ? &interface->possible
                                        : &interface->implementing_interfaces;
}

static void count_implementations(xy_type *type)
{
    for (size_t i = 0; i < type->interfaces.len; i++)
        if (type->interfaces.items[i]->kind == XY_TYPE_INTERFACE)
            implementations(type->interfaces.items[i], type)->len++;
}

static void add_implementations(xy_builder *b, xy_type *type)
{
    for (size_t i = 0; i < type->interfaces.len; i++) {
        xy_type *interface = type->interfaces.items[i];
        xy_types *list;

        if (interface->kind != XY_TYPE_INTERFACE)
            continue;
        list = implementations(interface, type);
        if (!list->items) {
            list->items = XY_ARENA_ARRAY(b->arena, xy_type *, list->len);
            list->len = 0;
        }
        list->items[list->len++] = type;
    }
}

static void finish_possible(xy_builder *b, xy_type *type)
{
    if (type->kind == XY_TYPE_OBJECT) {
        type->possible.items = XY_ARENA_NEW(b->arena, xy_type *);
        type->possible.items[0] = type;
        type->possible.len = 1;
        return;
    }
    if (!xy__type_is_abstract(type))
        return;
    xy__map_init(&type->possible_by_name, b->arena);
    for (size_t i = 0; i < type->possible.len; i++)
        xy__map_put(&type->possible_by_name, type->possible.items[i]->name,
                    type->possible.items[i]);
}

void xy__builder_link_types(xy_builder *b)
{
    const xy_types *types = &b->schema->types;

    for (size_t i = 0; i < types->len; i++)
        count_implementations(types->items[i]);
    for (size_t i = 0; i < types->len; i++)
        add_implementations(b, types->items[i]);
    for (size_t i = 0; i < types->len; i++)
        finish_possible(b, types->items[i]);
}
