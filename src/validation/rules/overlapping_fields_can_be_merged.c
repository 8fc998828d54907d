/* SPDX-License-Identifier: MIT */
/* Spec 5.3.2 Field Selection Merging
 *
 * Documents without conflict are found out first, and quickly, by scopes_merge.c. Only for others
 * are fields compared in pairs, as graphql-js compares them, since that decides which conflicts
 * are reported, in what words and order. For a selection set these pairs are:
 *
 *   A. its own fields, with each other
 *   B. its fields with those of each fragment it spreads, and of the fragments spread there
 *   C. the fields of each two fragments it spreads, and of the fragments spread there
 *
 * and for two fields of one response name the selection sets below them are compared by the same
 * three ways. Pairs of fragments, and of a selection set and a fragment, are compared once; a pair
 * that was compared as of one object need not be compared again as of different objects
 * ("exclusive": only the shapes of their types matter then). */
#include "validation/scopes_merge.h"

#define DETAIL_MAX 1000u /* characters of names and reasons in a message */
#define NODES_MAX  20u   /* locations of a conflict on either side */
/* Conflicts below a conflict that are kept: so many exceed both of the above. */
#define BELOW_MAX 40u
/* Comparisons within comparisons. They follow chains of fragments, of which a client can make as
 * long ones as it likes. */
#define DEPTH_MAX 1000u

typedef struct node_list {
    const xy_node *items[NODES_MAX];
    size_t len;
} node_list;

typedef struct conflict {
    xy_response_name *name;
    xy_str reason;
    node_list nodes[2];
} conflict;

/* What a comparison finds; no more than `max` are kept. */
typedef struct conflicts {
    XY_VEC(conflict) list;
    size_t max;
    bool outermost; /* they will be errors; others only explain those */
} conflicts;

typedef struct state {
    xy_validation *v;
    xy_field_scopes scopes;
    bool none;         /* no conflict in the document */
    size_t next_scope; /* that the walk will enter */
    xy_map compared;   /* keys: see pair */
    size_t depth;
    bool enough; /* more was found than will be reported */
} state;

/* What was compared: two fragments, or a scope and a fragment, by their indices. */
typedef struct pair {
    uint32_t is_fragments;
    uint32_t a;
    uint32_t b;
} pair;

static const char as_exclusive = 'x';
static const char as_not_exclusive = 'n';

static void init(void *arg)
{
    state *s = arg;

    s->none = !xy__fields_may_meet(s->v);
    if (s->none)
        return;
    xy__map_init(&s->compared, s->v->arena);
    xy__field_scopes_init(&s->scopes, s->v);
    s->none = xy__scopes_merge(&s->scopes, s->v->work_left / 2) == XY_MERGE_FITS;
}

/* Costs a step; true when there is none left. */
static bool was_compared(state *s, pair p, bool exclusive)
{
    const char *as = xy__map_get(&s->compared, (xy_str){(const char *)&p, sizeof p});

    if (!xy__validation_spend(s->v, 1))
        return true;
    return as && (exclusive || as == &as_not_exclusive);
}

static void set_compared(state *s, pair p, bool exclusive)
{
    pair *key = xy__arena_alloc(s->v->arena, sizeof *key);

    *key = p;
    xy__map_put(&s->compared, (xy_str){(const char *)key, sizeof *key},
                (void *)(uintptr_t)(exclusive ? &as_exclusive : &as_not_exclusive));
}

static bool goes_on(const state *s)
{
    return !s->enough && !s->v->doc.full;
}

/* Costs a step; false when there is none left, or nothing more to find. */
static bool enter_comparison(state *s)
{
    if (s->depth == DEPTH_MAX)
        xy__validation_abort(s->v);
    if (!goes_on(s) || !xy__validation_spend(s->v, 1))
        return false;
    s->depth++;
    return true;
}

static xy_str abbreviate(xy_validation *v, xy_str text)
{
    if (text.len <= DETAIL_MAX)
        return text;
    return xy__arena_printf(v->arena, "%.*s...", (int)DETAIL_MAX, text.ptr);
}

/* Beyond `max` comparing goes on, since what was compared decides what will be; but not when there
 * are more errors than will be reported. */
static bool has_room(state *s, const conflicts *out)
{
    if (out->list.len < out->max)
        return true;
    s->enough = out->outermost;
    return false;
}

static void add_conflict(state *s, conflicts *out, const xy_scope_field *a, const xy_scope_field *b,
                         xy_str reason)
{
    *xy_vec_push(s->v->arena, &out->list) = (conflict){
        .name = a->name,
        .reason = reason,
        .nodes = {{{&a->node->node}, 1}, {{&b->node->node}, 1}},
    };
}

/* `to` and, as far as there is room, the last ones of `from`. */
static void append_nodes(node_list *to, const node_list *from)
{
    size_t room = NODES_MAX - to->len;
    size_t skip = from->len > room ? from->len - room : 0;

    for (size_t i = skip; i < from->len; i++)
        to->items[to->len++] = from->items[i];
}

/* One conflict of two fields out of those between what is selected below them. */
static void add_subfield_conflict(state *s, conflicts *out, const xy_scope_field *a,
                                  const xy_scope_field *b, const conflicts *below)
{
    xy_buf reason;
    conflict *all;

    xy__buf_init(&reason, SIZE_MAX);
    for (size_t i = 0; i < below->list.len && reason.len <= DETAIL_MAX; i++) {
        xy_str name = abbreviate(s->v, below->list.items[i].name->text);

        xy__buf_printf(&reason, "%ssubfields \"%.*s\" conflict because %.*s", i ? " and " : "",
                       XY_PRI(name), XY_PRI(below->list.items[i].reason));
    }
    add_conflict(s, out, a, b, abbreviate(s->v, xy__arena_str(s->v->arena, xy__buf_view(&reason))));
    xy__buf_deinit(&reason);
    all = &out->list.items[out->list.len - 1];
    for (size_t i = 0; i < below->list.len; i++) {
        append_nodes(&all->nodes[0], &below->list.items[i].nodes[0]);
        append_nodes(&all->nodes[1], &below->list.items[i].nodes[1]);
    }
}

static bool has_argument(state *s, const xy_scope_arguments *arguments,
                         const xy_scope_argument *wanted)
{
    if (!xy__validation_spend(s->v, arguments->len))
        return false;
    for (size_t i = arguments->len; i-- > 0;) {
        if (xy_str_eq(arguments->items[i].name, wanted->name))
            return xy_str_eq(arguments->items[i].key, wanted->key);
    }
    return false;
}

static bool same_arguments(state *s, const xy_scope_arguments *a, const xy_scope_arguments *b)
{
    if (a->len != b->len)
        return false;
    for (size_t i = 0; i < a->len; i++) {
        if (!has_argument(s, b, &a->items[i]))
            return false;
    }
    return true;
}

static bool is_plain_leaf(const xy_scope_field *field)
{
    return field->node->arguments.len == 0 && !field->below && !field->stream;
}

static bool is_object(const xy_type *type)
{
    return type && type->kind == XY_TYPE_OBJECT;
}

/* Why two streams, or a stream and a field that is none, cannot be merged. */
static xy_str stream_reason(state *s, const xy_scope_field *a, const xy_scope_field *b)
{
    if (a->stream && b->stream) {
        xy_scope_arguments of_a = xy__scope_arguments(&s->scopes, &a->stream->arguments);
        xy_scope_arguments of_b = xy__scope_arguments(&s->scopes, &b->stream->arguments);

        if (same_arguments(s, &of_a, &of_b)) {
            return XY_STR("they have overlapping stream directives. See "
                          "https://github.com/graphql/defer-stream-wg/discussions/100");
        }
    }
    return XY_STR("they have overlapping stream directives");
}

/* Why the fields themselves cannot be merged; null when they can. */
static xy_str field_reason(state *s, bool exclusive, xy_scope_field *a, xy_scope_field *b)
{
    if (!exclusive && !xy_str_eq(a->node->name->value, b->node->name->value)) {
        xy_str name_a = abbreviate(s->v, a->node->name->value);
        xy_str name_b = abbreviate(s->v, b->node->name->value);

        return xy__arena_printf(s->v->arena, "\"%.*s\" and \"%.*s\" are different fields",
                                XY_PRI(name_a), XY_PRI(name_b));
    }
    if (!exclusive && !same_arguments(s, xy__scope_field_arguments(&s->scopes, a),
                                      xy__scope_field_arguments(&s->scopes, b)))
        return XY_STR("they have differing arguments");
    if (a->stream || b->stream)
        return stream_reason(s, a, b);
    if (a->type && b->type && xy__types_differ_in_shape(a->type, b->type)) {
        xy_str type_a = xy__type_print(s->v->arena, a->type);
        xy_str type_b = xy__type_print(s->v->arena, b->type);

        return xy__arena_printf(s->v->arena, "they return conflicting types \"%.*s\" and \"%.*s\"",
                                XY_PRI(type_a), XY_PRI(type_b));
    }
    return XY_STR_NULL;
}

static void compare_below(state *s, conflicts *out, bool exclusive, const xy_scope *a,
                          const xy_scope *b);

static void compare_fields(state *s, conflicts *out, bool exclusive, xy_scope_field *a,
                           xy_scope_field *b)
{
    conflicts below = {.max = BELOW_MAX};
    xy_str reason;

    if (a->parent != b->parent && is_object(a->parent) && is_object(b->parent))
        exclusive = true;
    if (!xy__validation_spend(s->v, 1) || !enter_comparison(s))
        return;
    reason = is_plain_leaf(a) && is_plain_leaf(b) && a->type == b->type &&
                     xy_str_eq(a->node->name->value, b->node->name->value)
                 ? XY_STR_NULL
                 : field_reason(s, exclusive, a, b);
    if (reason.ptr) {
        if (has_room(s, out))
            add_conflict(s, out, a, b, reason);
    } else if (a->below && b->below) {
        compare_below(s, &below, exclusive, a->below, b->below);
        if (below.list.len && has_room(s, out))
            add_subfield_conflict(s, out, a, b, &below);
    }
    s->depth--;
}

/* A */
static void compare_within(state *s, conflicts *out, const xy_scope *scope)
{
    for (size_t i = 0; i < scope->group_count; i++) {
        for (xy_scope_field *a = scope->groups[i].first; a; a = a->next) {
            for (xy_scope_field *b = a->next; b && goes_on(s); b = b->next)
                compare_fields(s, out, false, a, b);
        }
    }
}

/* Give the response names of a scope its groups as slots. Returns the stamp of those. */
static size_t stamp_groups(state *s, const xy_scope *scope)
{
    size_t round = ++s->scopes.round;

    for (size_t i = 0; i < scope->group_count; i++) {
        scope->groups[i].name->stamp = round;
        scope->groups[i].name->slot = i;
    }
    return round;
}

/* The fields of two scopes, without fragments. */
static void compare_scopes(state *s, conflicts *out, bool exclusive, const xy_scope *scope_a,
                           const xy_scope *scope_b)
{
    XY_VEC(xy_scope_group *) others = {0}; /* of scope_b, for each group of scope_a or NULL */
    size_t round;

    if (scope_a->group_count == 0 || scope_b->group_count == 0 ||
        !xy__validation_spend(s->v, scope_a->group_count + scope_b->group_count))
        return;
    round = stamp_groups(s, scope_b);
    for (size_t i = 0; i < scope_a->group_count; i++) {
        const xy_response_name *name = scope_a->groups[i].name;

        *xy_vec_push(s->v->arena, &others) =
            name->stamp == round ? &scope_b->groups[name->slot] : NULL;
    }
    for (size_t i = 0; i < scope_a->group_count; i++) {
        for (xy_scope_field *a = scope_a->groups[i].first; a && others.items[i]; a = a->next) {
            for (xy_scope_field *b = others.items[i]->first; b && goes_on(s); b = b->next)
                compare_fields(s, out, exclusive, a, b);
        }
    }
}

static const xy_scope *fragment_scope(const state *s, const xy_definition *fragment)
{
    return s->scopes.by_definition[fragment->index];
}

/* B */
static void compare_with_fragment(state *s, conflicts *out, bool exclusive, const xy_scope *scope,
                                  const xy_definition *fragment)
{
    const xy_scope *other = fragment_scope(s, fragment);
    pair p = {.a = (uint32_t)scope->index, .b = (uint32_t)fragment->index};

    if (scope->group_count == 0 || was_compared(s, p, exclusive) || !enter_comparison(s))
        return;
    set_compared(s, p, exclusive);
    if (scope != other) {
        compare_scopes(s, out, exclusive, scope, other);
        for (size_t i = 0; i < other->spread_count && goes_on(s); i++)
            compare_with_fragment(s, out, exclusive, scope, other->spreads[i]);
    }
    s->depth--;
}

/* C */
static void compare_fragments(state *s, conflicts *out, bool exclusive, const xy_definition *a,
                              const xy_definition *b)
{
    const xy_scope *scope_a = fragment_scope(s, a);
    const xy_scope *scope_b = fragment_scope(s, b);
    pair p = {
        .is_fragments = 1,
        .a = (uint32_t)(a->index < b->index ? a->index : b->index),
        .b = (uint32_t)(a->index < b->index ? b->index : a->index),
    };

    if (a == b || was_compared(s, p, exclusive) || !enter_comparison(s))
        return;
    set_compared(s, p, exclusive);
    compare_scopes(s, out, exclusive, scope_a, scope_b);
    for (size_t i = 0; i < scope_b->spread_count && goes_on(s); i++)
        compare_fragments(s, out, exclusive, a, scope_b->spreads[i]);
    for (size_t i = 0; i < scope_a->spread_count && goes_on(s); i++)
        compare_fragments(s, out, exclusive, scope_a->spreads[i], b);
    s->depth--;
}

static void compare_below(state *s, conflicts *out, bool exclusive, const xy_scope *a,
                          const xy_scope *b)
{
    compare_scopes(s, out, exclusive, a, b);
    for (size_t i = 0; i < b->spread_count && goes_on(s); i++)
        compare_with_fragment(s, out, exclusive, a, b->spreads[i]);
    for (size_t i = 0; i < a->spread_count && goes_on(s); i++)
        compare_with_fragment(s, out, exclusive, b, a->spreads[i]);
    for (size_t i = 0; i < a->spread_count; i++) {
        for (size_t j = 0; j < b->spread_count && xy__validation_spend(s->v, 1); j++)
            compare_fragments(s, out, exclusive, a->spreads[i], b->spreads[j]);
    }
}

static void compare_selection_set(state *s, conflicts *out, const xy_scope *scope)
{
    compare_within(s, out, scope);
    for (size_t i = 0; i < scope->spread_count; i++) {
        compare_with_fragment(s, out, false, scope, scope->spreads[i]);
        for (size_t j = i + 1; j < scope->spread_count && xy__validation_spend(s->v, 1); j++)
            compare_fragments(s, out, false, scope->spreads[i], scope->spreads[j]);
    }
}

static void report(xy_validation *v, const conflict *found)
{
    xy_str name = abbreviate(v, found->name->text);
    xy_error *error = xy__validation_report(
        v, NULL,
        "Fields \"%.*s\" conflict because %.*s. Use different aliases on the fields to fetch both "
        "if this was intentional.",
        XY_PRI(name), XY_PRI(found->reason));

    for (size_t side = 0; side < 2; side++) {
        for (size_t i = 0; i < found->nodes[side].len; i++)
            xy__validation_also_at(v, error, found->nodes[side].items[i]);
    }
}

static xy_visit_next enter_selection_set(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    conflicts found = {.max = s->v->errors_left + 1, .outermost = true};

    if (s->none)
        return XY_VISIT_BREAK;
    if (at->up->node->kind == XY_KIND_INLINE_FRAGMENT)
        return XY_VISIT_ON;
    compare_selection_set(s, &found, s->scopes.items.items[s->next_scope++]);
    for (size_t i = 0; i < found.list.len && !s->v->doc.full; i++)
        report(s->v, &found.list.items[i]);
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(SELECTION_SET), enter_selection_set, NULL},
                                           {0}};
const xy_rule xy__rule_overlapping_fields_can_be_merged = {"OverlappingFieldsCanBeMerged",
                                                           sizeof(state), init, visitor};
