/* SPDX-License-Identifier: MIT */
/* From collected nodes to selections: a field whose type is an object waits on a list until its
 * own selection is made or found. Nothing here recurses, and a document with cycles, which
 * validation refuses, would only make a plan with cycles. */
#include "execution/plan.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/collect.h"
#include "execution/introspection.h"

/* One planning: until every field that it made has its selection. */
typedef struct planner {
    xy_plan *plan;
    const xy_schema *schema;
    xy_arena scratch; /* as long as the planning */
    xy_arena temp;    /* as long as one selection is made */
    xy_collector collector;
    XY_VEC(xy_plan_field *) waiting;
    /* The same nodes may come up again: by another spread of a fragment, or for another object type
     * that an abstract field above them can have. */
    bool repeats;
} planner;

/* The nodes of one response key while they are grouped. */
typedef struct group {
    xy_str key;
    uint32_t count;
    xy_field_nodes nodes;
} group;

typedef struct groups {
    XY_VEC(group) list;
    xy_map by_key; /* -> 1 + index, once the list is long */
} groups;

#define GROUPS_SEARCHED_MAX 16u

/* Many documents are small, and a plan of theirs lasts as long as they do. */
#define ARENA_FIRST 1024u

static xy_str response_key(const xy_ast_field *node)
{
    return node->alias ? node->alias->value : node->name->value;
}

static size_t find_group(const groups *g, xy_str key)
{
    if (g->by_key.len > 0) {
        size_t found = (size_t)(uintptr_t)xy__map_get(&g->by_key, key);

        return found ? found - 1 : SIZE_MAX;
    }
    for (size_t i = 0; i < g->list.len; i++)
        if (xy_str_eq(g->list.items[i].key, key))
            return i;
    return SIZE_MAX;
}

static void index_group(groups *g, size_t index)
{
    /* An index is no pointer to anything; the map only carries it. */
    xy__map_put(&g->by_key, g->list.items[index].key, (void *)(uintptr_t)(index + 1));
}

static size_t add_group(planner *p, groups *g, xy_str key)
{
    *xy_vec_push(&p->temp, &g->list) = (group){.key = key};
    if (g->list.len > GROUPS_SEARCHED_MAX)
        for (size_t i = g->by_key.len; i < g->list.len; i++)
            index_group(g, i);
    return g->list.len - 1;
}

/* Are the collected nodes few, each with a response key of its own? Then each is a group. */
static bool group_few(planner *p, groups *g)
{
    size_t count = p->collector.nodes.len;
    const xy_ast_field **nodes;

    if (count > GROUPS_SEARCHED_MAX)
        return false;
    for (size_t i = 0; i < count; i++) {
        xy_str key = response_key(p->collector.nodes.items[i]);

        if (find_group(g, key) != SIZE_MAX) {
            g->list.len = 0;
            return false;
        }
        *xy_vec_push(&p->temp, &g->list) = (group){.key = key};
    }
    nodes = xy__arena_alloc(&p->plan->arena, count * sizeof *nodes);
    for (size_t i = 0; i < count; i++) {
        nodes[i] = p->collector.nodes.items[i];
        g->list.items[i].nodes = (xy_field_nodes){&nodes[i], 1};
    }
    return true;
}

/* Sort the collected nodes by response key, keys in order of their first node. */
static void group_nodes(planner *p, groups *g)
{
    size_t count = p->collector.nodes.len;
    uint32_t *group_of = xy__arena_alloc(&p->temp, (count + 1) * sizeof *group_of);
    const xy_ast_field **nodes = xy__arena_alloc(&p->plan->arena, (count + 1) * sizeof(void *));
    const xy_ast_field ***next;

    for (size_t i = 0; i < count; i++) {
        xy_str key = response_key(p->collector.nodes.items[i]);
        size_t found = find_group(g, key);

        if (found == SIZE_MAX)
            found = add_group(p, g, key);
        group_of[i] = (uint32_t)found;
        g->list.items[found].count++;
    }
    next = xy__arena_alloc(&p->temp, (g->list.len + 1) * sizeof *next);
    for (size_t i = 0; i < g->list.len; i++) {
        group *one = &g->list.items[i];

        next[i] = nodes;
        one->nodes = (xy_field_nodes){nodes, one->count};
        nodes += one->count;
    }
    for (size_t i = 0; i < count; i++)
        *next[group_of[i]]++ = p->collector.nodes.items[i];
}

static const xy_arguments *compile_arguments(planner *p, const xy_field *field,
                                             const xy_ast_field *node)
{
    xy_arguments_site site = {
        .field = field,
        .node = &node->node,
        .nodes = &node->arguments,
        .lift = p->plan->plans->document->lift,
    };

    return xy__arguments_compile(&p->plan->arena, &site);
}

/* A name needs no escapes. */
static char *put_quoted(char *to, xy_str name)
{
    *to++ = '"';
    memcpy(to, name.ptr, name.len);
    to[name.len] = '"';
    return to + name.len + 1;
}

/* `,"key":` and for a __typename the value too. */
static xy_str field_text(planner *p, xy_str key, const xy_type *typename_of)
{
    size_t len = key.len + 4 + (typename_of ? typename_of->name.len + 2 : 0);
    char *text = xy__arena_alloc(&p->plan->arena, len + 1);
    char *end = text;

    *end++ = ',';
    end = put_quoted(end, key);
    *end++ = ':';
    if (typename_of)
        end = put_quoted(end, typename_of->name);
    *end = '\0'; /* not counted, as everywhere in an arena */
    return (xy_str){text, len};
}

static const xy_field *find_field(const planner *p, const xy_type *type, xy_str name)
{
    const xy_schema *schema = p->schema;
    const xy_field *field = xy__type_field(type, name);

    if (field || !xy_str_starts(name, XY_STR("__")))
        return field;
    if (xy_str_eq(name, schema->field_typename->name))
        return schema->field_typename;
    if (type == schema->query && xy_str_eq(name, schema->field_schema->name))
        return schema->field_schema;
    if (type == schema->query && xy_str_eq(name, schema->field_type->name))
        return schema->field_type;
    return NULL;
}

static void choose_source(const planner *p, xy_plan_field *out)
{
    const xy_field *field = out->field;
    xy_introspection own = xy__introspection_of(p->schema, field);

    out->resolver = own.resolver ? own.resolver : field->resolver;
    out->slot = own.slot ? own.slot : field->slot;
    if (field == p->schema->field_typename) {
        out->source = XY_FIELD_TYPENAME;
    } else if (out->resolver) {
        out->source = XY_FIELD_RESOLVER;
    } else if (out->slot || !p->schema->default_resolver) {
        out->source = XY_FIELD_PLAIN;
    } else {
        out->source = XY_FIELD_RESOLVER;
        out->resolver = p->schema->default_resolver;
    }
}

static void plan_field(planner *p, const xy_type *type, const xy_field *field, const group *g,
                       xy_plan_field *out)
{
    out->key = g->key;
    out->nodes = g->nodes;
    out->field = field;
    out->index = p->plan->field_count++;
    choose_source(p, out);
    out->text = field_text(p, g->key, out->source == XY_FIELD_TYPENAME ? type : NULL);
    out->arguments = compile_arguments(p, field, g->nodes.items[0]);
    atomic_init(&out->by_type, NULL);
    if (field->type->named->kind == XY_TYPE_OBJECT)
        *xy_vec_push(&p->scratch, &p->waiting) = out;
}

static bool is_key(const xy_field *field)
{
    const xy_type *type = field->type;

    return type->kind == XY_TYPE_NON_NULL && type->of->kind == XY_TYPE_SCALAR &&
           xy_str_is(type->of->name, "ID") && field->arguments.len == 0;
}

/* The key of a type's objects, to be read or resolved whether or not the client asks for it. */
static const xy_plan_field *plan_key(planner *p, const xy_type *type)
{
    static const xy_arguments none = {.is_constant = true, .value = {.kind = XY_VALUE_OBJECT}};
    xy_str name = p->plan->plans->document->schema->id_field;
    const xy_field *field = xy__type_field(type, name.ptr ? name : XY_STR(XY_KEY_FIELD));
    xy_plan_field *out;

    if (!field || !is_key(field))
        return NULL;
    out = XY_ARENA_NEW(&p->plan->arena, xy_plan_field);
    out->key = field->name;
    out->field = field;
    out->arguments = &none;
    choose_source(p, out);
    return out;
}

/* What the collector holds as a selection; fields that the type has not are left out. */
static xy_selection *make_selection(planner *p)
{
    xy_selection *selection = XY_ARENA_NEW(&p->plan->arena, xy_selection);
    groups g = {0};

    selection->type = p->collector.type;
    selection->bad_condition = p->collector.bad_condition;
    if (selection->bad_condition)
        return selection;
    if (p->plan->plans->live)
        selection->key = plan_key(p, selection->type);
    xy__map_init(&g.by_key, &p->temp);
    if (!group_few(p, &g))
        group_nodes(p, &g);
    selection->fields = XY_ARENA_ARRAY(&p->plan->arena, xy_plan_field, g.list.len);
    for (size_t i = 0; i < g.list.len; i++) {
        const group *one = &g.list.items[i];
        const xy_field *field = find_field(p, selection->type, one->nodes.items[0]->name->value);

        if (field)
            plan_field(p, selection->type, field, one,
                       &selection->fields[selection->field_count++]);
    }
    return selection;
}

/* What makes two selections the same: their type and their nodes in order. */
static xy_str identity(planner *p)
{
    size_t count = p->collector.nodes.len;
    const void **words = xy__arena_alloc(&p->temp, (count + 2) * sizeof *words);

    words[0] = p->collector.type;
    words[1] = p->collector.bad_condition;
    if (count > 0)
        memcpy(&words[2], p->collector.nodes.items, count * sizeof *words);
    return (xy_str){(const char *)words, (count + 2) * sizeof *words};
}

/* The selection of what the collector holds, found or made. */
static const xy_selection *intern(planner *p)
{
    xy_selection *selection;
    xy_str key;

    xy__arena_reset(&p->temp);
    if (!p->repeats)
        return make_selection(p);
    key = identity(p);
    selection = xy__map_get(&p->plan->selections, key);
    if (!selection) {
        selection = make_selection(p);
        xy__map_put(&p->plan->selections, xy__arena_str(&p->plan->arena, key), selection);
    }
    return selection;
}

static bool is_over(const planner *p)
{
    return p->plan->over || xy__arena_over(&p->plan->arena);
}

/* Spec 6.3.4 MergeSelectionSets: what the nodes of one field select of an object type. NULL when
 * a limit is passed. */
static const xy_selection *select_beneath(planner *p, const xy_field_nodes *nodes,
                                          const xy_type *type)
{
    xy__collector_start(&p->collector, type);
    for (size_t i = 0; i < nodes->len; i++)
        if (nodes->items[i]->selection_set &&
            !xy__collect_fields(&p->collector, nodes->items[i]->selection_set))
            return NULL;
    return is_over(p) ? NULL : intern(p);
}

static bool plan_waiting(planner *p)
{
    while (p->waiting.len > 0) {
        xy_plan_field *field = p->waiting.items[--p->waiting.len];

        field->selection = select_beneath(p, &field->nodes, field->field->type->named);
        if (!field->selection)
            return false;
    }
    return !is_over(p);
}

static void planner_init(planner *p, xy_plan *plan)
{
    *p = (planner){.plan = plan, .schema = plan->plans->document->schema};
    p->repeats = plan->plans->document->fragments.len > 0;
    xy__arena_init(&p->scratch, XY_PLAN_BYTES_MAX);
    xy__arena_init(&p->temp, XY_PLAN_BYTES_MAX);
    xy__collector_init(&p->collector, &p->scratch, plan->plans, plan->conditions);
    p->collector.steps = plan->steps;
    p->collector.steps_max = XY_PLAN_STEPS_MAX;
}

static void planner_deinit(planner *p)
{
    p->plan->steps = p->collector.steps;
    xy__arena_deinit(&p->scratch);
    xy__arena_deinit(&p->temp);
}

static int plan_root(xy_plan *plan)
{
    const xy_ast_operation *ast = plan->plans->ast;
    planner p;
    bool fits = true;

    if (!plan->plans->type)
        return XY_OK;
    planner_init(&p, plan);
    xy__collector_start(&p.collector, plan->plans->type);
    fits = xy__collect_fields(&p.collector, ast->selection_set);
    if (fits) {
        plan->root = intern(&p);
        fits = plan_waiting(&p);
    }
    planner_deinit(&p);
    plan->over = !fits;
    return fits ? XY_OK : XY_ELIMIT;
}

static const xy_selection *find_planned(const xy_planned_type *planned, const xy_type *type)
{
    for (; planned; planned = planned->next)
        if (planned->selection->type == type)
            return planned->selection;
    return NULL;
}

/* Under the plan's lock. */
static const xy_selection *plan_type(xy_plan *plan, xy_plan_field *field, const xy_type *type)
{
    xy_planned_type *first = atomic_load_explicit(&field->by_type, memory_order_relaxed);
    const xy_selection *selection = find_planned(first, type);
    xy_planned_type *planned;
    planner p;

    if (selection || plan->over)
        return selection;
    planner_init(&p, plan);
    p.repeats = true;
    selection = select_beneath(&p, &field->nodes, type);
    /* What a limit cut short stays behind unpublished, and nobody plans here again. */
    plan->over = !selection || !plan_waiting(&p);
    planner_deinit(&p);
    if (plan->over)
        return NULL;
    planned = XY_ARENA_NEW(&plan->arena, xy_planned_type);
    planned->selection = selection;
    planned->next = first;
    atomic_store_explicit(&field->by_type, planned, memory_order_release);
    return selection;
}

const xy_selection *xy__plan_selection(xy_plan *plan, xy_plan_field *field, const xy_type *type)
{
    const xy_selection *selection =
        find_planned(atomic_load_explicit(&field->by_type, memory_order_acquire), type);
    size_t held;

    if (selection)
        return selection;
    uv_mutex_lock(&plan->lock);
    held = plan->arena.held;
    selection = plan_type(plan, field, type);
    if (plan->kept)
        atomic_fetch_add(&plan->plans->document->plan_bytes, plan->arena.held - held);
    uv_mutex_unlock(&plan->lock);
    return selection;
}

int xy__plan_create(const xy_plans *plans, const uint8_t *conditions, xy_plan **out)
{
    xy_plan *plan = xy__zalloc(sizeof *plan);
    uint8_t *own;
    int rc;

    plan->plans = plans;
    xy__arena_init_small(&plan->arena, XY_PLAN_BYTES_MAX, ARENA_FIRST);
    xy__map_init(&plan->selections, &plan->arena);
    XY_ASSERT(uv_mutex_init(&plan->lock) == 0);
    own = xy__arena_alloc(&plan->arena, plans->document->condition_count + 1);
    memcpy(own, conditions, plans->document->condition_count);
    plan->conditions = own;
    rc = plan_root(plan);
    if (rc < 0) {
        xy__plan_destroy(plan);
        return rc;
    }
    *out = plan;
    return XY_OK;
}

void xy__plan_destroy(xy_plan *plan)
{
    uv_mutex_destroy(&plan->lock);
    xy__arena_deinit(&plan->arena);
    free(plan);
}
