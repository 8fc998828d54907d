/* SPDX-License-Identifier: MIT */
/* Spec 5.3.1 Field Selections */
#include "schema/natural.h"
#include "schema/suggest.h"
#include "validation/context.h"

#define SUGGESTION_MAX ((size_t)4096) /* bytes of a "Did you mean" */

/* A type that has the field, among those that could be meant instead of an abstract type. */
typedef struct candidate {
    const xy_type *type;
    unsigned uses; /* possible types that have the field, by themselves or by this interface */
} candidate;

typedef XY_VEC(candidate) candidates;

static void add_candidate(xy_validation *v, candidates *all, const xy_type *type)
{
    for (size_t i = 0; i < all->len; i++) {
        if (all->items[i].type == type) {
            all->items[i].uses++;
            return;
        }
    }
    *xy_vec_push(v->arena, all) = (candidate){.type = type, .uses = 1};
}

static void find_candidates(xy_validation *v, const xy_type *abstract, xy_str name, candidates *all)
{
    for (size_t i = 0; i < abstract->possible.len; i++) {
        const xy_type *possible = abstract->possible.items[i];

        if (!xy__type_field(possible, name))
            continue;
        add_candidate(v, all, possible);
        for (size_t j = 0; j < possible->interfaces.len; j++) {
            if (xy__type_field(possible->interfaces.items[j], name))
                add_candidate(v, all, possible->interfaces.items[j]);
        }
    }
}

/* More used types first, then super types before sub types, then by name. */
static int compare_candidates(const candidate *a, const candidate *b)
{
    if (a->uses != b->uses)
        return a->uses > b->uses ? -1 : 1;
    if (a->type->kind == XY_TYPE_INTERFACE && xy__type_is_sub_type(a->type, b->type))
        return -1;
    if (b->type->kind == XY_TYPE_INTERFACE && xy__type_is_sub_type(b->type, a->type))
        return 1;
    return xy__natural_cmp(a->type->name, b->type->name);
}

/* How many items at the beginning are in order already; descending ones are turned round. */
static size_t leading_run(candidates *all)
{
    candidate *items = all->items;
    size_t len = 2;
    bool descending;

    if (all->len < 2)
        return all->len;
    descending = compare_candidates(&items[1], &items[0]) < 0;
    while (len < all->len && (compare_candidates(&items[len], &items[len - 1]) < 0) == descending)
        len++;
    for (size_t i = 0; descending && i < len / 2; i++) {
        candidate other = items[i];

        items[i] = items[len - 1 - i];
        items[len - 1 - i] = other;
    }
    return len;
}

/* Binary insertion. The comparison is no total order (sub types come before names), so which
 * steps a sort takes decides the outcome; these are the steps of V8, which graphql-js runs on. */
static void sort_candidates(candidates *all)
{
    for (size_t start = leading_run(all); start < all->len; start++) {
        candidate pivot = all->items[start];
        size_t left = 0;
        size_t right = start;

        while (left < right) {
            size_t middle = left + (right - left) / 2;

            if (compare_candidates(&pivot, &all->items[middle]) < 0)
                right = middle;
            else
                left = middle + 1;
        }
        memmove(&all->items[left + 1], &all->items[left], (start - left) * sizeof pivot);
        all->items[left] = pivot;
    }
}

static void suggest_types(xy_validation *v, const xy_type *parent, xy_str name, xy_buf *buf)
{
    candidates all = {0};
    xy_str names[XY_SUGGESTIONS_MAX];
    size_t count;

    if (!xy__type_is_abstract(parent))
        return;
    find_candidates(v, parent, name, &all);
    sort_candidates(&all);
    count = all.len < XY_SUGGESTIONS_MAX ? all.len : XY_SUGGESTIONS_MAX;
    for (size_t i = 0; i < count; i++)
        names[i] = all.items[i].type->name;
    xy__did_you_mean(buf, "to use an inline fragment on", names, count);
}

static void suggest_fields(const xy_type *parent, xy_str name, xy_buf *buf)
{
    xy_suggester suggester;

    xy__suggester_init(&suggester, name);
    for (size_t i = 0; i < parent->fields.len; i++)
        xy__suggester_offer(&suggester, parent->fields.items[i]->name);
    xy__suggester_write(&suggester, NULL, buf);
}

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    xy_str name = ((const xy_ast_field *)(const void *)at->node)->name->value;
    const xy_type *parent = xy__type_info_parent_type(&v->types);
    xy_buf suggestion;

    if (!parent || xy__type_info_field(&v->types))
        return XY_VISIT_ON;
    xy__buf_init(&suggestion, SUGGESTION_MAX);
    if (!v->options->hide_suggestions) {
        suggest_types(v, parent, name, &suggestion);
        if (suggestion.len == 0)
            suggest_fields(parent, name, &suggestion);
    }
    xy__validation_report(v, at->node, "Cannot query field \"%.*s\" on type \"%.*s\".%.*s",
                          XY_PRI(name), XY_PRI(parent->name), XY_PRI(xy__buf_view(&suggestion)));
    xy__buf_deinit(&suggestion);
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FIELD), enter_field, NULL}, {0}};
const xy_rule xy__rule_fields_on_correct_type = {"FieldsOnCorrectType", XY_RULE_STATELESS, NULL,
                                                 visitor};
