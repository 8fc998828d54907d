/* SPDX-License-Identifier: MIT */
#include "codegen/model.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "codegen/names.h"
#include "codegen/sdl.h"
#include "schema/build.h"

#define MODEL_BYTES_MAX ((size_t)1 << 30)

void xy__gen_error(xy_gen_model *model, const xy_node *node, const char *fmt, ...)
{
    va_list args;
    xy_error *error;

    va_start(args, fmt);
    error = xy__errors_add(&model->errors, xy__arena_vprintf(&model->arena, fmt, args));
    va_end(args);
    if (node)
        xy__error_locate(&model->errors, error, xy__node_location(node));
}

xy_gen_struct *xy__gen_struct_of(const xy_gen_model *model, const xy_type *type)
{
    return xy__map_get(&model->structs, type->name);
}

/* ---- values ---- */

static xy_gen_value *make_value(xy_gen_model *model, xy_slot_kind kind, const xy_type *type,
                                xy_str c, xy_str name)
{
    xy_gen_value *value = XY_ARENA_NEW(&model->arena, xy_gen_value);

    *value = (xy_gen_value){.c = c, .name = name, .kind = kind, .type = type};
    return value;
}

static xy_gen_value *scalar_value(xy_gen_model *model, const xy_type *type, bool non_null)
{
    xy_gen_value *value;

    switch (type->scalar) {
    case XY_SCALAR_INT:
        value = non_null
                    ? make_value(model, XY_SLOT_INT32, type, XY_STR("int32_t"), XY_STR("xy_int"))
                    : make_value(model, XY_SLOT_INT32, type, XY_STR("xy_maybe_int"),
                                 XY_STR("xy_maybe_int"));
        break;
    case XY_SCALAR_FLOAT:
        value = non_null
                    ? make_value(model, XY_SLOT_DOUBLE, type, XY_STR("double"), XY_STR("xy_float"))
                    : make_value(model, XY_SLOT_DOUBLE, type, XY_STR("xy_maybe_float"),
                                 XY_STR("xy_maybe_float"));
        break;
    case XY_SCALAR_BOOLEAN:
        value = non_null ? make_value(model, XY_SLOT_BOOL, type, XY_STR("bool"), XY_STR("xy_bool"))
                         : make_value(model, XY_SLOT_BOOL, type, XY_STR("xy_maybe_bool"),
                                      XY_STR("xy_maybe_bool"));
        break;
    case XY_SCALAR_STRING:
    case XY_SCALAR_ID:
        return make_value(model, XY_SLOT_STR, type, XY_STR("xy_str"), XY_STR("xy_str"));
    case XY_SCALAR_CUSTOM:
    default:
        return make_value(model, XY_SLOT_VALUE, type, XY_STR("xy_value"), XY_STR("xy_value"));
    }
    value->maybe = !non_null;
    return value;
}

static xy_str prefixed(xy_gen_model *model, xy_str name, const char *suffix)
{
    return xy__arena_printf(&model->arena, "%.*s%.*s%s", XY_PRI(model->prefix), XY_PRI(name),
                            suffix);
}

/* Objects stand behind a pointer, but as items that may not be null; so do input objects that may
 * be null. */
static xy_gen_value *struct_value(xy_gen_model *model, const xy_type *type, bool in_place)
{
    xy_str name = prefixed(model, type->name, in_place ? "" : "_ref");
    xy_str c = in_place ? name : prefixed(model, type->name, " *");
    xy_gen_value *value =
        make_value(model, in_place ? XY_SLOT_STRUCT : XY_SLOT_OBJECT, type, c, name);

    value->layout = xy__gen_struct_of(model, type);
    return value;
}

/* "Auction_list"; of a list of a list of integers "int_list_list", as "xy_" is the library's. */
static xy_str list_name(xy_gen_model *model, const xy_gen_value *item)
{
    xy_str name = item->name;

    if (item->kind == XY_SLOT_LIST && xy_str_starts(name, XY_STR("xy_")))
        return prefixed(model, (xy_str){name.ptr + 3, name.len - 3}, "_list");
    return xy__arena_printf(&model->arena, "%.*s_list", XY_PRI(name));
}

static xy_gen_value *list_value(xy_gen_model *model, const xy_gen_value *item, bool never_null)
{
    xy_str c = list_name(model, item);
    xy_gen_value *value = make_value(model, XY_SLOT_LIST, item->type, c, c);

    value->item = item;
    value->never_null = never_null;
    if (!xy_str_starts(c, XY_STR("xy_")) && !xy__map_get(&model->lists, c)) {
        xy__map_put(&model->lists, c, value);
        *xy_vec_push(&model->arena, &model->list_types) = (xy_gen_list){c, item->c};
    }
    return value;
}

static const xy_gen_value *value_of(xy_gen_model *model, const xy_type *type, bool is_item)
{
    bool non_null = type->kind == XY_TYPE_NON_NULL;
    xy_str name;

    if (non_null)
        type = type->of;
    switch (type->kind) {
    case XY_TYPE_LIST:
        return list_value(model, value_of(model, type->of, true), non_null);
    case XY_TYPE_OBJECT:
        return struct_value(model, type, is_item && non_null && !xy__gen_is_root(model, type));
    case XY_TYPE_INPUT_OBJECT:
        return struct_value(model, type, non_null);
    case XY_TYPE_INTERFACE:
    case XY_TYPE_UNION:
        name = prefixed(model, type->name, "");
        return make_value(model, XY_SLOT_ANY, type, name, name);
    case XY_TYPE_ENUM:
        if (!non_null)
            xy__map_put(&model->nullables, type->name, (void *)(uintptr_t)type);
        name = prefixed(model, type->name, "");
        return make_value(model, XY_SLOT_ENUM, type, name, name);
    case XY_TYPE_SCALAR:
    case XY_TYPE_NON_NULL:
    default:
        return scalar_value(model, type, non_null);
    }
}

const xy_gen_value *xy__gen_value(xy_gen_model *model, const xy_type *type)
{
    return value_of(model, type, false);
}

/* ---- structs ---- */

static bool is_id_field(const xy_field *field)
{
    return xy_str_is(field->name, "id") && field->arguments.len == 0 &&
           field->type->kind == XY_TYPE_NON_NULL && field->type->of->scalar == XY_SCALAR_ID &&
           field->type->of->kind == XY_TYPE_SCALAR;
}

static void add_members(xy_gen_model *model, xy_gen_struct *to)
{
    for (size_t i = 0; i < to->type->fields.len; i++) {
        const xy_field *field = to->type->fields.items[i];

        to->has_id = to->has_id || is_id_field(field);
        if (xy__gen_has_function(model, field))
            continue;
        *xy_vec_push(&model->arena, &to->members) = (xy_gen_member){
            .name = xy__arena_str(&model->arena, field->name).ptr,
            .c = xy__gen_member_name(model, field->name),
            .description = field->description,
            .value = xy__gen_value(model, field->type),
        };
    }
}

void xy__gen_add_input(xy_gen_model *model, xy_gen_struct *to, const xy_input_value *value)
{
    bool nullable = value->type->kind != XY_TYPE_NON_NULL;

    *xy_vec_push(&model->arena, &to->members) = (xy_gen_member){
        .name = xy__arena_str(&model->arena, value->name).ptr,
        .c = xy__gen_member_name(model, value->name),
        .description = value->description,
        .value = xy__gen_value(model, value->type),
        .given = nullable && !value->default_value,
    };
}

static const xy_node *type_node(const xy_type *type)
{
    return &type->definition->name->node;
}

static void declare(xy_gen_model *model, const xy_type *type)
{
    xy_gen_struct *made;

    if (type->kind == XY_TYPE_SCALAR)
        return;
    xy__gen_global(model, type->name, type_node(type));
    if (type->kind != XY_TYPE_INPUT_OBJECT &&
        (type->kind != XY_TYPE_OBJECT || xy__gen_is_root(model, type)))
        return;
    made = XY_ARENA_NEW(&model->arena, xy_gen_struct);
    *made = (xy_gen_struct){
        .kind = type->kind == XY_TYPE_OBJECT ? XY_GEN_OBJECT : XY_GEN_INPUT,
        .c = prefixed(model, type->name, ""),
        .name = type->name,
        .description = type->description,
        .type = type,
    };
    xy__map_put(&model->structs, type->name, made);
    if (made->kind == XY_GEN_OBJECT)
        *xy_vec_push(&model->arena, &model->objects) = made;
}

/* An input object after those that it holds in place: the schema has no cycle of them. */
static void order_input(xy_gen_model *model, xy_gen_struct *input)
{
    if (input->ordered)
        return;
    input->ordered = true;
    for (size_t i = 0; i < input->type->input_fields.len; i++)
        xy__gen_add_input(model, input, input->type->input_fields.items[i]);
    for (size_t i = 0; i < input->members.len; i++) {
        const xy_gen_value *value = input->members.items[i].value;

        if (value->kind == XY_SLOT_STRUCT)
            order_input(model, xy__gen_struct_of(model, value->type));
    }
    *xy_vec_push(&model->arena, &model->inputs) = input;
}

static void declare_enum_values(xy_gen_model *model, const xy_type *type)
{
    for (size_t i = 0; i < type->values.len; i++) {
        const xy_enum_value *value = type->values.items[i];

        xy__gen_global(
            model,
            xy__arena_printf(&model->arena, "%.*s_%.*s", XY_PRI(type->name), XY_PRI(value->name)),
            &value->definition->node);
    }
    if (xy__gen_is_nullable_enum(model, type))
        xy__gen_global(model, xy__arena_printf(&model->arena, "%.*s_NULL", XY_PRI(type->name)),
                       type_node(type));
}

static void fill(xy_gen_model *model)
{
    const xy_types *types = &model->schema->types;

    for (size_t i = 0; i < types->len; i++)
        if (types->items[i]->definition)
            declare(model, types->items[i]);
    for (size_t i = 0; i < types->len; i++) {
        const xy_type *type = types->items[i];
        xy_gen_struct *made = type->definition ? xy__gen_struct_of(model, type) : NULL;

        if (!made)
            continue;
        if (made->kind == XY_GEN_OBJECT) {
            add_members(model, made);
            if (made->has_id)
                xy__gen_global(
                    model, xy__arena_printf(&model->arena, "%.*s_invalidate", XY_PRI(type->name)),
                    type_node(type));
        } else {
            order_input(model, made);
        }
        xy__gen_check_members(model, made, type_node(type));
    }
    xy__gen_fields(model);
    for (size_t i = 0; i < types->len; i++)
        if (types->items[i]->definition && types->items[i]->kind == XY_TYPE_ENUM)
            declare_enum_values(model, types->items[i]);
}

/* Applications keep lists of objects, whether or not the schema has a field with one. */
static void add_object_lists(xy_gen_model *model)
{
    for (size_t i = 0; i < model->objects.len; i++)
        list_value(model, struct_value(model, model->objects.items[i]->type, true), true);
    for (size_t i = 0; i < model->list_types.len; i++) {
        xy_str c = model->list_types.items[i].c;
        const xy_gen_value *list = xy__map_get(&model->lists, c);
        xy_str bare = {c.ptr + model->prefix.len, c.len - model->prefix.len};

        if (list->type->definition)
            xy__gen_global(model, bare, type_node(list->type));
    }
}

/* ---- public ---- */

int xy__gen_model_create(const xy_sdl *files, size_t count, xy_str prefix, xy_gen_model **out)
{
    xy_gen_model *model = xy__zalloc(sizeof *model);
    int rc;

    *out = model;
    xy__arena_init(&model->arena, MODEL_BYTES_MAX);
    xy__errors_init(&model->errors, &model->arena);
    xy__map_init(&model->names, &model->arena);
    xy__map_init(&model->structs, &model->arena);
    xy__map_init(&model->lists, &model->arena);
    xy__map_init(&model->nullables, &model->arena);
    model->prefix = prefix;
    rc = xy__gen_sdl_load(&(xy_schema_options){.files = files, .file_count = count}, &model->schema,
                          &model->errors);
    if (rc < 0)
        return XY_EFAILED;
    fill(model);
    add_object_lists(model);
    return model->errors.list.len > 0 ? XY_EFAILED : XY_OK;
}

void xy__gen_model_destroy(xy_gen_model *model)
{
    xy_schema_destroy(model->schema);
    xy__arena_deinit(&model->arena);
    free(model);
}
