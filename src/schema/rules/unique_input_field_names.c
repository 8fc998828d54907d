/* SPDX-License-Identifier: MIT */
/* UniqueInputFieldNames: a field of an object literal is given once (spec 5.6.3). */
#include "schema/doc_rule.h"

/* Fields of one literal that are compared pairwise; more go through a map. */
#define PAIRWISE_MAX 8u

typedef struct state {
    xy_doc_context *doc;
    XY_VEC(xy_map) large; /* names -> xy_ast_name, of the large literals around the node */
} state;

static bool is_large(const xy_node *object)
{
    return ((const xy_ast_value *)object)->fields.len > PAIRWISE_MAX;
}

static xy_visit_next enter_object(void *arg, const xy_visit_at *at)
{
    state *s = arg;

    if (is_large(at->node))
        xy__map_init(xy_vec_push(s->doc->arena, &s->large), s->doc->arena);
    return XY_VISIT_ON;
}

static xy_visit_next leave_object(void *arg, const xy_visit_at *at)
{
    state *s = arg;

    if (is_large(at->node))
        s->large.len--;
    return XY_VISIT_ON;
}

/* The first field of that name before this one. */
static const xy_ast_name *find_first(state *s, const xy_visit_at *at, xy_ast_name *name)
{
    const xy_ast_arguments *fields = &((const xy_ast_value *)at->up->node)->fields;
    const xy_ast_name *known;
    xy_map *names;

    if (!is_large(at->up->node)) {
        for (size_t i = 0; i < at->index; i++)
            if (xy_str_eq(fields->items[i]->name->value, name->value))
                return fields->items[i]->name;
        return NULL;
    }
    names = &s->large.items[s->large.len - 1];
    known = xy__map_get(names, name->value);
    if (!known)
        xy__map_put(names, name->value, name);
    return known;
}

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_name *name = ((const xy_ast_argument *)at->node)->name;
    const xy_ast_name *first = find_first(s, at, name);

    if (first) {
        xy_error *error = xy__doc_report(s->doc, &first->node,
                                         "There can be only one input field named \"%.*s\".",
                                         XY_PRI(name->value));

        xy__doc_locate(s->doc, error, &name->node);
    }
    return xy__doc_next(s->doc);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OBJECT_VALUE), enter_object, leave_object},
    {XY_KIND_BIT(OBJECT_FIELD), enter_field, NULL},
    {0, NULL, NULL},
};

const xy_doc_rule xy__doc_rule_unique_input_field_names = {
    "UniqueInputFieldNames",
    sizeof(state),
    visitor,
};
