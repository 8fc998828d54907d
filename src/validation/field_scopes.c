/* SPDX-License-Identifier: MIT */
#include "validation/field_scopes.h"

#include <stdlib.h>

#include "validation/selection_walk.h"

/* As many names of a selection set are compared in pairs; of more a map is made. */
#define NAMES_COMPARED_MAX 12u

/* What is in a scope while it is being made. */
typedef struct scope_parts {
    XY_VEC(xy_scope_field) fields;
    XY_VEC(xy_definition *) spreads;
} scope_parts;

static xy_response_name *response_name(xy_field_scopes *scopes, xy_str text)
{
    xy_response_name *name = xy__map_get(&scopes->names, text);

    if (!name) {
        name = XY_ARENA_NEW(scopes->v->arena, xy_response_name);
        name->text = text;
        xy__map_put(&scopes->names, text, name);
    }
    return name;
}

static void add_field(xy_field_scopes *scopes, scope_parts *parts, const xy_ast_field *node,
                      const xy_type *parent)
{
    const xy_field *field = parent ? xy__type_field(parent, node->name->value) : NULL;
    xy_str name = node->alias ? node->alias->value : node->name->value;

    *xy_vec_push(scopes->v->arena, &parts->fields) = (xy_scope_field){
        .node = node,
        .parent = parent,
        .type = field ? field->type : NULL,
        .stream = xy__selection_directive(&node->node, "stream"),
        .name = response_name(scopes, name),
    };
}

static void add_spread(xy_field_scopes *scopes, scope_parts *parts,
                       const xy_ast_fragment_spread *node)
{
    xy_definitions *definitions = &scopes->v->definitions;
    xy_definition *fragment = xy__definitions_fragment(definitions, node->name->value);

    if (!fragment || definitions->seen[fragment->index])
        return;
    definitions->seen[fragment->index] = true;
    *xy_vec_push(scopes->v->arena, &parts->spreads) = fragment;
}

static void add_selections(xy_field_scopes *scopes, scope_parts *parts,
                           const xy_ast_selection_set *set, const xy_type *parent)
{
    for (size_t i = 0; i < set->selections.len; i++) {
        const xy_node *node = set->selections.items[i];

        if (node->kind == XY_KIND_FIELD) {
            add_field(scopes, parts, (const void *)node, parent);
        } else if (node->kind == XY_KIND_FRAGMENT_SPREAD) {
            add_spread(scopes, parts, (const void *)node);
        } else {
            const xy_ast_inline_fragment *fragment = (const void *)node;
            const xy_type *type = parent;

            if (fragment->type_condition)
                type = xy__schema_type(scopes->v->schema, fragment->type_condition->name->value);
            add_selections(scopes, parts, fragment->selection_set, type);
        }
    }
}

static void group_fields(xy_field_scopes *scopes, xy_scope *scope)
{
    size_t round = ++scopes->round;

    scope->groups = XY_ARENA_ARRAY(scopes->v->arena, xy_scope_group, scope->field_count);
    for (size_t i = 0; i < scope->field_count; i++) {
        xy_scope_field *field = &scope->fields[i];
        xy_response_name *name = field->name;

        if (name->stamp != round) {
            name->stamp = round;
            name->slot = scope->group_count++;
            scope->groups[name->slot] =
                (xy_scope_group){.name = name, .first = field, .last = field};
        } else {
            scopes->overlapping = true;
            scope->groups[name->slot].last->next = field;
            scope->groups[name->slot].last = field;
        }
    }
}

/* The scope of `set` on `parent` and, numbered after it, all scopes below. */
static xy_scope *make_scope(xy_field_scopes *scopes, const xy_ast_selection_set *set,
                            const xy_type *parent)
{
    const xy_schema *schema = scopes->v->schema;
    xy_scope *scope = XY_ARENA_NEW(scopes->v->arena, xy_scope);
    scope_parts parts = {0};

    /* Room for all at once; only inline fragments bring more. */
    parts.fields.cap = set->selections.len;
    parts.fields.items =
        xy__arena_alloc(scopes->v->arena, parts.fields.cap * sizeof(xy_scope_field));
    scope->index = scopes->items.len;
    scope->set = set;
    *xy_vec_push(scopes->v->arena, &scopes->items) = scope;
    add_selections(scopes, &parts, set, parent);
    scope->fields = parts.fields.items;
    scope->field_count = parts.fields.len;
    scope->spreads = parts.spreads.items;
    scope->spread_count = parts.spreads.len;
    for (size_t i = 0; i < scope->spread_count; i++)
        scopes->v->definitions.seen[scope->spreads[i]->index] = false;
    scopes->overlapping = scopes->overlapping || scope->spread_count > 0;
    group_fields(scopes, scope);
    for (size_t i = 0; i < scope->field_count; i++) {
        xy_scope_field *field = &scope->fields[i];
        const xy_field *known;

        if (!field->node->selection_set)
            continue;
        known = field->parent ? xy__schema_field(schema, field->parent, field->node->name->value)
                              : NULL;
        field->below =
            make_scope(scopes, field->node->selection_set, known ? known->type->named : NULL);
    }
    return scope;
}

static const xy_type *definition_type(const xy_schema *schema, const xy_node *node)
{
    const xy_ast_fragment *fragment = (const void *)node;

    if (node->kind == XY_KIND_OPERATION_DEFINITION)
        return xy__schema_root(schema, ((const xy_ast_operation *)(const void *)node)->operation);
    return xy__schema_type(schema, fragment->type_condition->name->value);
}

void xy__field_scopes_init(xy_field_scopes *scopes, xy_validation *v)
{
    *scopes = (xy_field_scopes){.v = v};
    xy__map_init(&scopes->names, v->arena);
    xy__map_init(&scopes->calls, v->arena);
    scopes->by_definition = XY_ARENA_ARRAY(v->arena, xy_scope *, v->definitions.len);
    for (size_t i = 0; i < v->definitions.len && !xy__arena_over(v->arena); i++) {
        const xy_definition *definition = &v->definitions.items[i];

        if (definition->selection_set) {
            scopes->by_definition[i] = make_scope(scopes, definition->selection_set,
                                                  definition_type(v->schema, definition->node));
        }
    }
}

static xy_str response_text(const xy_node *field)
{
    const xy_ast_field *node = (const void *)field;

    return node->alias ? node->alias->value : node->name->value;
}

/* Few names are compared with each other, many are put into a map. */
static bool names_repeat(xy_validation *v, const xy_ast_selection_set *set)
{
    const xy_nodes *all = &set->selections;
    xy_map seen;

    if (all->len <= NAMES_COMPARED_MAX) {
        for (size_t i = 1; i < all->len; i++) {
            xy_str name = response_text(all->items[i]);

            for (size_t j = 0; j < i; j++)
                if (xy_str_eq(name, response_text(all->items[j])))
                    return true;
        }
        return false;
    }
    xy__map_init(&seen, v->arena);
    for (size_t i = 0; i < all->len; i++)
        if (xy__map_put(&seen, response_text(all->items[i]), all->items[i]))
            return true;
    return false;
}

bool xy__fields_may_meet(xy_validation *v)
{
    XY_VEC(const xy_ast_selection_set *) sets = {0};

    for (size_t i = 0; i < v->definitions.len; i++)
        if (v->definitions.items[i].selection_set)
            *xy_vec_push(v->arena, &sets) = v->definitions.items[i].selection_set;
    while (sets.len) {
        const xy_ast_selection_set *set = sets.items[--sets.len];

        for (size_t i = 0; i < set->selections.len; i++) {
            const xy_node *node = set->selections.items[i];
            const xy_ast_field *field = (const void *)node;

            if (node->kind != XY_KIND_FIELD)
                return true;
            if (field->selection_set)
                *xy_vec_push(v->arena, &sets) = field->selection_set;
        }
        if (names_repeat(v, set))
            return true;
    }
    return false;
}

static int compare_fields_of_object(const void *a, const void *b)
{
    const xy_ast_argument *const *x = a;
    const xy_ast_argument *const *y = b;
    int order = xy_str_cmp((*x)->name->value, (*y)->name->value);

    if (order)
        return order;
    return ((*x)->node.start > (*y)->node.start) - ((*x)->node.start < (*y)->node.start);
}

static void put_char(xy_field_scopes *scopes, char c)
{
    *xy_vec_push(scopes->v->arena, &scopes->text) = c;
}

static void put_str(xy_field_scopes *scopes, xy_str s)
{
    for (size_t i = 0; i < s.len; i++)
        put_char(scopes, s.ptr[i]);
}

/* What was put since the last call. */
static xy_str take_text(xy_field_scopes *scopes)
{
    xy_str text = xy__arena_str(scopes->v->arena, (xy_str){scopes->text.items, scopes->text.len});

    scopes->text.len = 0;
    return text;
}

static void put_key(xy_field_scopes *scopes, const xy_ast_value *value);

/* The fields of an object are compared by name, in whatever order they are written. */
static void put_object_key(xy_field_scopes *scopes, const xy_ast_value *object)
{
    size_t count = object->fields.len;
    const xy_ast_argument **fields =
        XY_ARENA_ARRAY(scopes->v->arena, const xy_ast_argument *, count);

    for (size_t i = 0; i < count; i++)
        fields[i] = object->fields.items[i];
    if (count)
        qsort(fields, count, sizeof *fields, compare_fields_of_object);
    put_char(scopes, '{');
    for (size_t i = 0; i < count; i++) {
        put_str(scopes, fields[i]->name->value);
        put_char(scopes, ':');
        put_key(scopes, fields[i]->value);
    }
    put_char(scopes, '}');
}

/* Kind, length and text, so that no two different values have the same key. */
static void put_key(xy_field_scopes *scopes, const xy_ast_value *value)
{
    size_t len = value->text.len;

    put_char(scopes, (char)('A' + value->node.kind));
    switch (value->node.kind) {
    case XY_KIND_OBJECT_VALUE:
        put_object_key(scopes, value);
        return;
    case XY_KIND_LIST_VALUE:
        for (size_t i = 0; i < value->items.len; i++)
            put_key(scopes, value->items.items[i]);
        put_char(scopes, ']');
        return;
    case XY_KIND_BOOLEAN_VALUE:
        put_char(scopes, value->boolean ? 't' : 'f');
        return;
    default:
        put_char(scopes, value->block ? 'b' : ' ');
        put_str(scopes, (xy_str){(const char *)&len, sizeof len});
        put_str(scopes, value->text);
    }
}

xy_scope_arguments xy__scope_arguments(xy_field_scopes *scopes, const xy_ast_arguments *arguments)
{
    xy_scope_arguments all = {.len = arguments->len};

    if (all.len == 0)
        return all;
    all.items = XY_ARENA_ARRAY(scopes->v->arena, xy_scope_argument, all.len);
    for (size_t i = 0; i < all.len; i++) {
        put_key(scopes, arguments->items[i]->value);
        all.items[i].name = arguments->items[i]->name->value;
        all.items[i].key = take_text(scopes);
    }
    return all;
}

const xy_scope_arguments *xy__scope_field_arguments(xy_field_scopes *scopes, xy_scope_field *field)
{
    if (!field->arguments_known) {
        field->arguments_known = true;
        field->arguments = xy__scope_arguments(scopes, &field->node->arguments);
    }
    return &field->arguments;
}

static int compare_arguments(const void *a, const void *b)
{
    return xy_str_cmp(((const xy_scope_argument *)a)->name, ((const xy_scope_argument *)b)->name);
}

/* The text that stands for a field's name and arguments; null when two have one name. */
static xy_str call_text(xy_field_scopes *scopes, xy_scope_field *field)
{
    xy_scope_arguments arguments = *xy__scope_field_arguments(scopes, field);
    xy_scope_argument *sorted = XY_ARENA_ARRAY(scopes->v->arena, xy_scope_argument, arguments.len);
    bool unique = true;
    xy_str text;

    memcpy(sorted, arguments.items, arguments.len * sizeof *sorted);
    qsort(sorted, arguments.len, sizeof *sorted, compare_arguments);
    put_str(scopes, field->node->name->value);
    for (size_t i = 0; i < arguments.len; i++) {
        unique = unique && (i == 0 || !xy_str_eq(sorted[i].name, sorted[i - 1].name));
        put_char(scopes, ' ');
        put_str(scopes, sorted[i].name);
        put_char(scopes, ':');
        put_str(scopes, sorted[i].key);
    }
    text = take_text(scopes);
    return unique ? text : XY_STR_NULL;
}

size_t xy__scope_field_call(xy_field_scopes *scopes, xy_scope_field *field)
{
    xy_str text = field->node->name->value;
    xy_scope_field *first = NULL;

    if (field->call)
        return field->call;
    if (field->node->arguments.len)
        text = call_text(scopes, field);
    if (text.ptr)
        first = xy__map_get(&scopes->calls, text);
    if (first) {
        field->call = first->call;
    } else {
        field->call = ++scopes->call_count;
        if (text.ptr)
            xy__map_put(&scopes->calls, text, field);
    }
    return field->call;
}

bool xy__types_differ_in_shape(const xy_type *a, const xy_type *b)
{
    while (a != b && a->of && b->of && a->kind == b->kind) {
        a = a->of;
        b = b->of;
    }
    if (a == b)
        return false;
    return a->of || b->of || xy__type_is_leaf(a) || xy__type_is_leaf(b);
}
