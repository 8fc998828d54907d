/* SPDX-License-Identifier: MIT */
/* codegen/bindings.c -- the tables of <prefix>types.c: how the engine reads each struct, and which
 * function answers for which field. */
#include "codegen/emit.h"
#include "codegen/sdl.h"
#include "codegen/text.h"

static const char *const slot_kinds[] = {
    [XY_SLOT_BOOL] = "BOOL",     [XY_SLOT_INT32] = "INT32",   [XY_SLOT_INT64] = "INT64",
    [XY_SLOT_DOUBLE] = "DOUBLE", [XY_SLOT_STR] = "STR",       [XY_SLOT_ENUM] = "ENUM",
    [XY_SLOT_VALUE] = "VALUE",   [XY_SLOT_OBJECT] = "OBJECT", [XY_SLOT_STRUCT] = "STRUCT",
    [XY_SLOT_ANY] = "ANY",       [XY_SLOT_LIST] = "LIST",
};

/* ---- the SDL ---- */

static void literal_char(xy_buf *out, char c)
{
    if (c == '"' || c == '\\') {
        xy__buf_char(out, '\\');
        xy__buf_char(out, c);
    } else if (c == '?') {
        XY_BUF_LITERAL(out, "\\?"); /* two of them and another make a trigraph */
    } else if ((unsigned char)c < 0x20) {
        xy__buf_printf(out, "\\%03o", (unsigned)(unsigned char)c);
    } else {
        xy__buf_char(out, c);
    }
}

static void sdl(xy_buf *out, const xy_gen_model *model)
{
    xy_buf text;
    xy_str rest;

    xy__buf_init(&text, SIZE_MAX);
    xy__gen_sdl_print(&text, model->schema);
    rest = xy__buf_view(&text);
    XY_BUF_LITERAL(out, "static const char sdl[] =");
    while (rest.len > 0) {
        const char *end = memchr(rest.ptr, '\n', rest.len);
        size_t len = end ? (size_t)(end - rest.ptr) : rest.len;

        XY_BUF_LITERAL(out, "\n    \"");
        for (size_t i = 0; i < len; i++)
            literal_char(out, rest.ptr[i]);
        XY_BUF_LITERAL(out, "\\n\"");
        len += end != NULL;
        rest = (xy_str){rest.ptr + len, rest.len - len};
    }
    XY_BUF_LITERAL(out, ";\n");
    xy__buf_deinit(&text);
}

/* ---- which layouts and items are needed ---- */

typedef struct needs {
    xy_gen_model *model;
    xy_map layouts; /* enums and abstract types by name -> xy_type */
    xy_map items;   /* by name -> xy_gen_value */
    XY_VEC(const xy_type *) layout_list;
    XY_VEC(const xy_gen_value *) item_list; /* one that another reads comes before it */
} needs;

xy_str xy__gen_item_name(xy_gen_model *model, const xy_gen_value *value)
{
    return xy__arena_printf(&model->arena, "item_%.*s%s", XY_PRI(value->name),
                            value->kind == XY_SLOT_LIST && !value->never_null ? "_or_null" : "");
}

static void need_layout(needs *n, const xy_type *type)
{
    if (type->kind != XY_TYPE_ENUM && !xy__type_is_abstract(type))
        return;
    if (!xy__map_put(&n->layouts, type->name, (void *)(uintptr_t)type))
        *xy_vec_push(&n->model->arena, &n->layout_list) = type;
}

static void need_item(needs *n, const xy_gen_value *value)
{
    xy_str name = xy__gen_item_name(n->model, value);

    if (xy__map_get(&n->items, name))
        return;
    xy__map_put(&n->items, name, (void *)(uintptr_t)value);
    need_layout(n, value->type);
    if (value->item)
        need_item(n, value->item);
    *xy_vec_push(&n->model->arena, &n->item_list) = value;
}

static void need_members(needs *n, const xy_gen_struct *of)
{
    for (size_t i = 0; i < of->members.len; i++) {
        const xy_gen_value *value = of->members.items[i].value;

        need_layout(n, value->type);
        if (value->item)
            need_item(n, value->item);
    }
}

static void collect(needs *n)
{
    xy_gen_model *model = n->model;

    xy__map_init(&n->layouts, &model->arena);
    xy__map_init(&n->items, &model->arena);
    for (size_t i = 0; i < model->objects.len; i++)
        need_members(n, model->objects.items[i]);
    for (size_t i = 0; i < model->inputs.len; i++)
        if (model->inputs.items[i]->used)
            need_members(n, model->inputs.items[i]);
    for (size_t i = 0; i < model->fields.len; i++) {
        if (model->fields.items[i]->arguments)
            need_members(n, model->fields.items[i]->arguments);
        need_item(n, model->fields.items[i]->result);
    }
}

/* ---- tables ---- */

static void forward(xy_buf *out, const needs *n)
{
    const xy_gen_model *model = n->model;

    for (size_t i = 0; i < model->objects.len; i++)
        xy__buf_printf(out, "static const xy_layout layout_%.*s;\n",
                       XY_PRI(model->objects.items[i]->c));
    for (size_t i = 0; i < model->inputs.len; i++)
        if (model->inputs.items[i]->used)
            xy__buf_printf(out, "static const xy_layout layout_%.*s;\n",
                           XY_PRI(model->inputs.items[i]->c));
}

static void layout_of_enum(xy_buf *out, const xy_type *type)
{
    xy__buf_printf(out, "static const char *const values_%.*s[] = {", XY_PRI(type->name));
    for (size_t i = 0; i < type->values.len; i++)
        xy__buf_printf(out, "%s\n    \"%.*s\"", i > 0 ? "," : "",
                       XY_PRI(type->values.items[i]->name));
    xy__buf_printf(out,
                   "};\nstatic const xy_layout layout_%.*s = {\n    .type = \"%.*s\",\n"
                   "    .values = values_%.*s,\n    .value_count = %zu,\n};\n",
                   XY_PRI(type->name), XY_PRI(type->name), XY_PRI(type->name), type->values.len);
}

static void layout_of_abstract(xy_buf *out, const xy_gen_model *model, const xy_type *type)
{
    xy__buf_printf(out, "static const xy_layout *const possible_%.*s[] = {", XY_PRI(type->name));
    for (size_t i = 0; i < type->possible.len; i++)
        xy__buf_printf(out, "\n    &layout_%.*s%.*s,", XY_PRI(model->prefix),
                       XY_PRI(type->possible.items[i]->name));
    xy__buf_printf(out,
                   "\n};\nstatic const xy_layout layout_%.*s = {\n    .type = \"%.*s\",\n"
                   "    .possible = possible_%.*s,\n    .possible_count = %zu,\n};\n",
                   XY_PRI(type->name), XY_PRI(type->name), XY_PRI(type->name), type->possible.len);
}

/* "&layout_Auction"; of enums and abstract types without the prefix, as they are the file's own. */
static void layout_ref(xy_buf *out, const xy_gen_value *value)
{
    bool needed = value->kind == XY_SLOT_ENUM || value->kind == XY_SLOT_ANY;

    if (value->layout) {
        xy__buf_printf(out, "&layout_%.*s", XY_PRI(value->layout->c));
    } else if (needed) {
        xy__buf_printf(out, "&layout_%.*s", XY_PRI(value->type->name));
    } else {
        XY_BUF_LITERAL(out, "NULL");
    }
}

/* One xy_slot; `owner` and `member` are null for an item. */
static void slot(xy_buf *out, xy_gen_model *model, const char *field, xy_str owner, xy_str member,
                 const xy_gen_value *value, bool given)
{
    if (field) {
        xy__buf_printf(out, "{\"%s\", ", field);
    } else {
        XY_BUF_LITERAL(out, "{NULL, ");
    }
    xy__buf_printf(out, "XY_SLOT_%s, ", slot_kinds[value->kind]);
    if (member.ptr) {
        xy__buf_printf(out, "offsetof(%.*s, %.*s%s), ", XY_PRI(owner), XY_PRI(member),
                       value->maybe ? ".value" : "");
    } else if (value->maybe) {
        xy__buf_printf(out, "offsetof(%.*s, value), ", XY_PRI(value->c));
    } else {
        XY_BUF_LITERAL(out, "0, ");
    }
    if (value->maybe && member.ptr) {
        xy__buf_printf(out, "offsetof(%.*s, %.*s.has), ", XY_PRI(owner), XY_PRI(member));
    } else if (value->maybe) {
        xy__buf_printf(out, "offsetof(%.*s, has), ", XY_PRI(value->c));
    } else {
        xy__buf_str(out,
                    value->never_null ? XY_STR("XY_SLOT_EMPTY, ") : XY_STR("XY_SLOT_NO_HAS, "));
    }
    if (value->item) {
        xy_str item = xy__gen_item_name(model, value->item);

        xy__buf_printf(out, "&%.*s, sizeof(%.*s), ", XY_PRI(item), XY_PRI(value->item->c));
    } else {
        XY_BUF_LITERAL(out, "NULL, 0, ");
    }
    if (given) {
        xy__buf_printf(out, "offsetof(%.*s, has_%.*s), ", XY_PRI(owner), XY_PRI(member));
    } else {
        XY_BUF_LITERAL(out, "0, ");
    }
    layout_ref(out, value);
    xy__buf_char(out, '}');
}

static void layout_of_struct(xy_buf *out, xy_gen_model *model, const xy_gen_struct *of)
{
    if (of->members.len > 0) {
        xy__buf_printf(out, "static const xy_slot slots_%.*s[] = {\n", XY_PRI(of->c));
        for (size_t i = 0; i < of->members.len; i++) {
            const xy_gen_member *member = &of->members.items[i];

            XY_BUF_LITERAL(out, "    ");
            slot(out, model, member->name, of->c, member->c, member->value, member->given);
            XY_BUF_LITERAL(out, ",\n");
        }
        XY_BUF_LITERAL(out, "};\n");
    }
    xy__buf_printf(out,
                   "static const xy_layout layout_%.*s = {\n    .type = \"%.*s\",\n"
                   "    .size = sizeof(%.*s),\n",
                   XY_PRI(of->c), XY_PRI(of->name), XY_PRI(of->c));
    if (of->members.len > 0)
        xy__buf_printf(out, "    .slots = slots_%.*s,\n    .slot_count = %zu,\n", XY_PRI(of->c),
                       of->members.len);
    XY_BUF_LITERAL(out, "};\n\n");
}

static void tables(xy_buf *out, xy_gen_model *model)
{
    needs n = {.model = model};

    collect(&n);
    forward(out, &n);
    for (size_t i = 0; i < n.layout_list.len; i++) {
        xy__buf_char(out, '\n');
        if (n.layout_list.items[i]->kind == XY_TYPE_ENUM) {
            layout_of_enum(out, n.layout_list.items[i]);
        } else {
            layout_of_abstract(out, model, n.layout_list.items[i]);
        }
    }
    xy__buf_char(out, '\n');
    for (size_t i = 0; i < n.item_list.len; i++) {
        xy_str name = xy__gen_item_name(model, n.item_list.items[i]);

        xy__buf_printf(out, "static const xy_slot %.*s =\n    ", XY_PRI(name));
        slot(out, model, NULL, XY_STR_NULL, XY_STR_NULL, n.item_list.items[i], false);
        XY_BUF_LITERAL(out, ";\n");
    }
    xy__buf_char(out, '\n');
    for (size_t i = 0; i < model->objects.len; i++)
        layout_of_struct(out, model, model->objects.items[i]);
    for (size_t i = 0; i < model->inputs.len; i++)
        if (model->inputs.items[i]->used)
            layout_of_struct(out, model, model->inputs.items[i]);
    for (size_t i = 0; i < model->fields.len; i++)
        if (model->fields.items[i]->arguments)
            layout_of_struct(out, model, model->fields.items[i]->arguments);
}

/* ---- the module ---- */

static void binding(xy_buf *out, const xy_gen_field *field)
{
    const char *how = field->is_stream                 ? "opener"
                      : field->role == XY_GEN_BLOCKING ? "blocking"
                                                       : "resolver";

    xy__buf_printf(out, "    {.coordinate = \"%.*s\", .%s = %s_%.*s},\n", XY_PRI(field->coordinate),
                   how, field->is_stream ? "open" : "call", XY_PRI(field->c));
}

/* Returns whether there are any. */
static bool durable_topics(xy_buf *out, const xy_gen_model *model)
{
    bool any = false;

    for (size_t i = 0; i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        if (!field->durable)
            continue;
        if (!any)
            XY_BUF_LITERAL(out, "static const char *const durable_topics[] = {\n");
        any = true;
        xy__buf_printf(out, "    \"%.*s\",\n", XY_PRI(field->field->name));
    }
    if (any)
        XY_BUF_LITERAL(out, "    NULL,\n};\n\n");
    return any;
}

static void module(xy_buf *out, const xy_gen_model *model)
{
    bool any_durable = durable_topics(out, model);

    if (model->objects.len > 0) {
        XY_BUF_LITERAL(out, "static const xy_layout *const layouts[] = {\n");
        for (size_t i = 0; i < model->objects.len; i++)
            xy__buf_printf(out, "    &layout_%.*s,\n", XY_PRI(model->objects.items[i]->c));
        XY_BUF_LITERAL(out, "};\n\n");
    }
    XY_BUF_LITERAL(out, "static const xy_typed_field fields[] = {\n");
    for (size_t i = 0; i < model->fields.len; i++)
        binding(out, model->fields.items[i]);
    XY_BUF_LITERAL(out, "};\n\nstatic const xy_typed_module module = {\n"
                        "    .sdl = {XY_STR_INIT(\"schema.graphql\"), {sdl, sizeof sdl - 1}},\n");
    if (model->objects.len > 0)
        xy__buf_printf(out, "    .layouts = layouts,\n    .layout_count = %zu,\n",
                       model->objects.len);
    if (any_durable)
        XY_BUF_LITERAL(out, "    .durable_topics = durable_topics,\n");
    xy__buf_printf(out,
                   "    .fields = fields,\n    .field_count = %zu,\n};\n\n"
                   "int %.*stypes_load(const xy_schema_options *more, xy_schema **out, xy_str "
                   "*problems)\n{\n    return xy_typed_load(&module, more, out, problems);\n}\n",
                   model->fields.len, XY_PRI(model->prefix));
}

void xy__gen_bindings(xy_buf *out, xy_gen_model *model)
{
    xy__buf_printf(out,
                   "/* Made by xylem generate types from the application's SDL; do not edit. */\n"
                   "#include \"%.*stypes.h\"\n\n",
                   XY_PRI(model->prefix));
    sdl(out, model);
    XY_BUF_LITERAL(out, "\n/* ---- how structs are read ---- */\n\n");
    tables(out, model);
    XY_BUF_LITERAL(out, "/* ---- fields ---- */\n\n");
    xy__gen_glue(out, model);
    XY_BUF_LITERAL(out, "/* ---- the schema ---- */\n\n");
    module(out, model);
}
