/* SPDX-License-Identifier: MIT */
#include "schema/coordinate.h"

xy_str xy__field_coordinate(xy_arena *arena, const xy_field *field)
{
    xy_str parent = field->parent ? field->parent->name : XY_STR("<meta>");

    return xy__arena_printf(arena, "%.*s.%.*s", XY_PRI(parent), XY_PRI(field->name));
}

xy_str xy__argument_coordinate(xy_arena *arena, const xy_field *field, const xy_input_value *arg)
{
    xy_str parent = field->parent ? field->parent->name : XY_STR("<meta>");

    return xy__arena_printf(arena, "%.*s.%.*s(%.*s:)", XY_PRI(parent), XY_PRI(field->name),
                            XY_PRI(arg->name));
}

xy_str xy__directive_argument_coordinate(xy_arena *arena, const xy_directive *directive,
                                         const xy_input_value *arg)
{
    return xy__arena_printf(arena, "@%.*s(%.*s:)", XY_PRI(directive->name), XY_PRI(arg->name));
}

xy_str xy__input_field_coordinate(xy_arena *arena, const xy_type *type, const xy_input_value *field)
{
    return xy__arena_printf(arena, "%.*s.%.*s", XY_PRI(type->name), XY_PRI(field->name));
}

xy_input_value *xy__input_values_find(const xy_input_values *list, xy_str name)
{
    for (size_t i = 0; i < list->len; i++)
        if (xy_str_eq(list->items[i]->name, name))
            return list->items[i];
    return NULL;
}
