/* SPDX-License-Identifier: MIT */
#include "execution/lift.h"

#include "base/utf8.h"
#include "execution/plan.h"
#include "schema/coerce_literal.h"
#include "validation/type_info.h"

/* ---- the document ---- */

void xy__document_note_shape(xy_document *document, const xy_shape *shape)
{
    xy_lift *lift = XY_ARENA_NEW(&document->arena, xy_lift);

    lift->len = shape->hole_count;
    lift->places = XY_ARENA_ARRAY(&document->arena, xy_lift_place, lift->len);
    for (size_t i = 0; i < lift->len; i++)
        lift->places[i].hole = shape->holes[i];
    document->lift = lift;
}

uint32_t xy__lift_slot(const xy_lift *lift, uint32_t start)
{
    size_t from = 0;
    size_t to = lift ? lift->len : 0;

    while (from < to) {
        size_t middle = from + (to - from) / 2;

        if (lift->places[middle].hole.start == start)
            return (uint32_t)middle + 1;
        if (lift->places[middle].hole.start < start)
            from = middle + 1;
        else
            to = middle;
    }
    return 0;
}

/* ---- which literals may be others ---- */

typedef struct finding {
    xy_document *document;
    xy_lift *lift;
    xy_arena arena; /* of this search */
    xy_map names;   /* response names of fields with places -> how often they occur */
} finding;

typedef struct name_count {
    size_t count;
} name_count;

static xy_str response_name(const xy_ast_field *field)
{
    return field->alias ? field->alias->value : field->name->value;
}

/* Coercing is all that looks at a literal of such a type. */
static bool is_plain(const xy_type *type)
{
    if (type->kind == XY_TYPE_NON_NULL)
        type = type->of;
    return type->kind == XY_TYPE_SCALAR && type->scalar != XY_SCALAR_CUSTOM && !type->hooks;
}

static const xy_input_value *definition_of(const xy_field *field, xy_str name)
{
    for (size_t i = 0; i < field->arguments.len; i++)
        if (xy_str_eq(field->arguments.items[i]->name, name))
            return field->arguments.items[i];
    return NULL;
}

static void find_places(finding *f, const xy_ast_field *node, const xy_field *field)
{
    for (size_t i = 0; i < node->arguments.len; i++) {
        const xy_ast_argument *argument = node->arguments.items[i];
        uint32_t slot = xy__lift_slot(f->lift, argument->value->node.start);
        const xy_input_value *definition;
        name_count *count;

        if (!slot)
            continue;
        definition = definition_of(field, argument->name->value);
        if (definition && is_plain(definition->type))
            f->lift->places[slot - 1].type = definition->type;
        count = xy__map_get(&f->names, response_name(node));
        if (!count) {
            count = XY_ARENA_NEW(&f->arena, name_count);
            xy__map_put(&f->names, response_name(node), count);
        }
    }
}

/* What to do with each field of a document. The type of what is beneath an unknown one is NULL. */
typedef void on_field(finding *f, const xy_ast_field *node, const xy_field *field);

/* As deep as the parser lets a document be. */
static void walk(finding *f, const xy_ast_selection_set *set, const xy_type *parent, on_field *fn)
{
    const xy_schema *schema = f->document->schema;

    for (size_t i = 0; i < set->selections.len; i++) {
        const xy_node *node = set->selections.items[i];

        if (node->kind == XY_KIND_FIELD) {
            const xy_ast_field *selected = (const xy_ast_field *)node;
            const xy_field *field =
                parent ? xy__schema_field(schema, parent, selected->name->value) : NULL;

            fn(f, selected, field);
            if (selected->selection_set)
                walk(f, selected->selection_set, field ? field->type->named : NULL, fn);
        } else if (node->kind == XY_KIND_INLINE_FRAGMENT) {
            const xy_ast_inline_fragment *fragment = (const xy_ast_inline_fragment *)node;
            const xy_ast_type *on = fragment->type_condition;

            walk(f, fragment->selection_set, on ? xy__schema_type(schema, on->name->value) : parent,
                 fn);
        }
    }
}

static void walk_document(finding *f, on_field *fn)
{
    const xy_schema *schema = f->document->schema;
    const xy_nodes *definitions = &f->document->ast->definitions;

    for (size_t i = 0; i < definitions->len; i++) {
        const xy_node *node = definitions->items[i];

        if (node->kind == XY_KIND_OPERATION_DEFINITION) {
            const xy_ast_operation *operation = (const xy_ast_operation *)node;

            walk(f, operation->selection_set, xy__schema_root(schema, operation->operation), fn);
        } else if (node->kind == XY_KIND_FRAGMENT_DEFINITION) {
            const xy_ast_fragment *fragment = (const xy_ast_fragment *)node;

            walk(f, fragment->selection_set,
                 xy__schema_type(schema, fragment->type_condition->name->value), fn);
        }
    }
}

static void visit_for_places(finding *f, const xy_ast_field *node, const xy_field *field)
{
    if (field && node->arguments.len > 0)
        find_places(f, node, field);
}

static void visit_for_names(finding *f, const xy_ast_field *node, const xy_field *field)
{
    name_count *count = xy__map_get(&f->names, response_name(node));

    (void)field;
    if (count)
        count->count++;
}

/* A field that another one may have to be merged with keeps its literals. */
static void visit_to_pin(finding *f, const xy_ast_field *node, const xy_field *field)
{
    const name_count *count =
        node->arguments.len > 0 ? xy__map_get(&f->names, response_name(node)) : NULL;

    (void)field;
    if (!count || count->count < 2)
        return;
    for (size_t i = 0; i < node->arguments.len; i++) {
        uint32_t slot = xy__lift_slot(f->lift, node->arguments.items[i]->value->node.start);

        if (slot)
            f->lift->places[slot - 1].type = NULL;
    }
}

static uint32_t width_of(xy_str token)
{
    return (uint32_t)xy__utf8_utf16_len(token);
}

static xy_str token_of(xy_str text, const xy_hole *hole)
{
    return (xy_str){text.ptr + hole->start, hole->len};
}

/* Holes are in the order of the text, so one pass finds the lines and columns of all. */
static void find_shifts(xy_document *document)
{
    xy_lift *lift = document->lift;
    xy_str text = document->source.text;
    uint32_t line = 1;
    uint32_t column = 1;
    size_t at = 0;

    lift->shifts = XY_ARENA_ARRAY(&document->arena, xy_shift, lift->len);
    for (size_t i = 0; i < lift->len; i++) {
        const xy_hole *hole = &lift->places[i].hole;
        size_t from = at;

        for (; at < hole->start; at++) {
            bool is_cr = text.ptr[at] == '\r' && text.ptr[at + 1] != '\n';

            if (text.ptr[at] != '\n' && !is_cr)
                continue;
            line++;
            column = 1;
            from = at + 1;
        }
        column += width_of((xy_str){text.ptr + from, at - from});
        lift->shifts[i] = (xy_shift){line, column, width_of(token_of(text, hole))};
    }
}

void xy__document_make_liftable(xy_document *document, const xy_shape *shape)
{
    finding f = {.document = document, .lift = document->lift};

    if (!f.lift || f.lift->ready)
        return;
    xy__arena_init(&f.arena, SIZE_MAX);
    xy__map_init(&f.names, &f.arena);
    walk_document(&f, visit_for_places);
    walk_document(&f, visit_for_names);
    walk_document(&f, visit_to_pin);
    xy__arena_deinit(&f.arena);
    f.lift->key = xy__arena_str(&document->arena, shape->key);
    f.lift->name_lifts =
        f.lift->places[0].hole.kind == XY_HOLE_NAME && document->operation_count == 1;
    find_shifts(document);
    f.lift->ready = true;
}

/* ---- another text's literals ---- */

static bool coerce(xy_arena *arena, const xy_type *type, xy_str text, const xy_hole *hole,
                   xy_value *out)
{
    static const uint16_t kinds[] = {
        [XY_HOLE_STRING] = XY_KIND_STRING_VALUE,
        [XY_HOLE_INT] = XY_KIND_INT_VALUE,
        [XY_HOLE_FLOAT] = XY_KIND_FLOAT_VALUE,
    };
    xy_ast_value literal = {.node.kind = kinds[hole->kind], .text = xy__hole_value(text, hole)};

    return xy__coerce_literal(arena, type, &literal, NULL, out) == XY_OK;
}

bool xy__lifted_read(xy_arena *arena, const xy_document *document, xy_str text,
                     const xy_shape *shape, xy_lifted *out)
{
    const xy_lift *lift = document->lift;
    uint32_t *widths;

    if (!lift || !lift->ready || lift->len != shape->hole_count)
        return false;
    widths = xy__arena_alloc(arena, lift->len * sizeof *widths);
    *out = (xy_lifted){
        .lift = lift,
        .values = xy__arena_alloc(arena, lift->len * sizeof *out->values),
        .shifts = {.pieces = lift->shifts, .widths = widths, .len = lift->len},
    };
    for (size_t i = 0; i < lift->len; i++) {
        const xy_lift_place *place = &lift->places[i];
        const xy_hole *hole = &shape->holes[i];

        out->values[i] = XY_NULL;
        widths[i] = width_of(token_of(text, hole));
        if (i == 0 && lift->name_lifts)
            out->name = xy__hole_value(text, hole);
        else if (place->type ? !coerce(arena, place->type, text, hole, &out->values[i])
                             : !xy_str_eq(token_of(text, hole),
                                          token_of(document->source.text, &place->hole)))
            return false;
    }
    return true;
}

static void copy_text(xy_arena *arena, xy_value *value)
{
    xy_str text = xy_value_text(value);

    if (text.ptr)
        value->text = xy__arena_str(arena, text).ptr;
}

const xy_lifted *xy__lifted_copy(xy_arena *arena, const xy_lifted *lifted)
{
    size_t len = lifted->lift->len;
    xy_lifted *copy = xy__arena_alloc(arena, sizeof *copy);
    uint32_t *widths = xy__arena_alloc(arena, len * sizeof *widths);

    *copy = *lifted;
    memcpy(widths, lifted->shifts.widths, len * sizeof *widths);
    copy->shifts.widths = widths;
    copy->values = xy__arena_alloc(arena, len * sizeof *copy->values);
    memcpy(copy->values, lifted->values, len * sizeof *copy->values);
    for (size_t i = 0; i < len; i++)
        copy_text(arena, &copy->values[i]);
    copy->name = xy__arena_str(arena, lifted->name);
    return copy;
}

/* The bytes, not JSON: that knows no infinity and one zero only. */
static void write_value(xy_buf *key, const xy_value *value)
{
    xy_str text = xy_value_text(value);

    xy__buf_append(key, (const char *)&value->kind, sizeof value->kind);
    if (text.ptr) {
        xy__buf_append(key, (const char *)&value->len, sizeof value->len);
        xy__buf_str(key, text);
    } else if (value->kind != XY_VALUE_NULL) {
        xy__buf_append(key, (const char *)&value->integer, sizeof value->integer);
    }
}

void xy__lifted_write_key(const xy_lifted *lifted, xy_buf *key)
{
    size_t len = lifted->lift->len;

    for (size_t i = 0; i < len; i++)
        write_value(key, &lifted->values[i]);
    xy__buf_append(key, (const char *)lifted->shifts.widths, len * sizeof(uint32_t));
    xy__buf_str(key, lifted->name);
}
