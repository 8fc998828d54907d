/* SPDX-License-Identifier: MIT */
/* Collected nodes by response key, and each key as a field. */
#include "execution/guard.h"
#include "execution/introspection.h"
#include "execution/planner.h"
#include "execution/work.h"

/* The nodes of one response key while they are grouped. */
typedef struct group {
    xy_str key;
    uint32_t count;
    xy_field_nodes nodes;
    const xy_defer_usage **usages; /* of each node; NULL: nothing is deferred in them */
} group;

typedef struct groups {
    XY_VEC(group) list;
    xy_map by_key; /* -> 1 + index, once the list is long */
} groups;

#define GROUPS_SEARCHED_MAX 16u

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

static size_t add_group(xy_planner *p, groups *g, xy_str key)
{
    *xy_vec_push(&p->temp, &g->list) = (group){.key = key};
    if (g->list.len > GROUPS_SEARCHED_MAX)
        for (size_t i = g->by_key.len; i < g->list.len; i++)
            index_group(g, i);
    return g->list.len - 1;
}

size_t xy__plan_keys(xy_planner *p, const xy_planned_nodes *nodes, uint32_t *numbers)
{
    groups g = {0};

    xy__map_init(&g.by_key, &p->temp);
    for (size_t i = 0; i < nodes->len; i++) {
        xy_str key = response_key(nodes->items[i]);
        size_t found = find_group(&g, key);

        numbers[i] = (uint32_t)(found == SIZE_MAX ? add_group(p, &g, key) : found);
    }
    return g.list.len;
}

/* Are the nodes few, each with a response key of its own? Then each is a group. */
static bool group_few(xy_planner *p, const xy_planned_nodes *all, groups *g)
{
    const xy_ast_field **nodes;

    if (all->len > GROUPS_SEARCHED_MAX || all->usages)
        return false;
    for (size_t i = 0; i < all->len; i++) {
        xy_str key = response_key(all->items[i]);

        if (find_group(g, key) != SIZE_MAX) {
            g->list.len = 0;
            return false;
        }
        *xy_vec_push(&p->temp, &g->list) = (group){.key = key};
    }
    nodes = xy__arena_alloc(&p->plan->arena, all->len * sizeof *nodes);
    for (size_t i = 0; i < all->len; i++) {
        nodes[i] = all->items[i];
        g->list.items[i].nodes = (xy_field_nodes){&nodes[i], 1};
    }
    return true;
}

/* Room for the nodes of each group, one behind the other. */
static const xy_ast_field ***reserve(xy_planner *p, const xy_planned_nodes *all, groups *g)
{
    const xy_ast_field **nodes = xy__arena_alloc(&p->plan->arena, (all->len + 1) * sizeof *nodes);
    const xy_ast_field ***next = xy__arena_alloc(&p->temp, (g->list.len + 1) * sizeof *next);
    const xy_defer_usage **usages = NULL;

    if (all->usages)
        usages = xy__arena_alloc(&p->plan->arena, (all->len + 1) * sizeof *usages);
    for (size_t i = 0; i < g->list.len; i++) {
        group *one = &g->list.items[i];

        next[i] = nodes;
        one->nodes = (xy_field_nodes){nodes, one->count};
        nodes += one->count;
        one->usages = usages;
        if (usages)
            usages += one->count;
    }
    return next;
}

/* Sort the nodes by response key, keys in order of their first node. */
static void group_nodes(xy_planner *p, const xy_planned_nodes *all, groups *g)
{
    uint32_t *group_of = xy__arena_alloc(&p->temp, (all->len + 1) * sizeof *group_of);
    const xy_ast_field ***next;

    for (size_t i = 0; i < all->len; i++) {
        xy_str key = response_key(all->items[i]);
        size_t found = find_group(g, key);

        if (found == SIZE_MAX)
            found = add_group(p, g, key);
        group_of[i] = (uint32_t)found;
        g->list.items[found].count++;
    }
    next = reserve(p, all, g);
    for (size_t i = 0; i < all->len; i++) {
        group *one = &g->list.items[group_of[i]];
        const xy_ast_field **at = next[group_of[i]]++;

        *at = all->items[i];
        if (one->usages)
            one->usages[at - one->nodes.items] = all->usages[i];
    }
}

static const xy_arguments *compile_arguments(xy_planner *p, const xy_field *field,
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
static xy_str field_text(xy_planner *p, xy_str key, const xy_type *typename_of)
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

static const xy_field *find_field(const xy_planner *p, const xy_type *type, xy_str name)
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

static void choose_source(const xy_planner *p, xy_plan_field *out)
{
    const xy_field *field = out->field;
    xy_introspection own = xy__introspection_of(p->schema, field);

    out->resolver = own.resolver ? own.resolver : field->resolver;
    if (field->blocking)
        out->resolver = xy__work_resolve;
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

static void plan_field(xy_planner *p, const xy_planned_nodes *all, const xy_field *field,
                       const group *g, xy_plan_field *out)
{
    out->key = g->key;
    out->nodes = g->nodes;
    out->field = field;
    out->index = p->plan->field_count++;
    choose_source(p, out);
    if (XY_UNLIKELY(field->guards)) {
        out->source = XY_FIELD_RESOLVER;
        out->behind = out->resolver;
        out->resolver = xy__guarded_resolve;
    }
    out->text = field_text(p, g->key, out->source == XY_FIELD_TYPENAME ? all->type : NULL);
    out->arguments = compile_arguments(p, field, g->nodes.items[0]);
    atomic_init(&out->by_type, NULL);
    if (field->type->named->kind == XY_TYPE_OBJECT)
        *xy_vec_push(&p->scratch, &p->waiting) = out;
    if (p->plan->plans->incremental_count > 0)
        xy__plan_field_increments(p, out, g->usages, all->within);
}

static bool is_key(const xy_field *field)
{
    const xy_type *type = field->type;

    return type->kind == XY_TYPE_NON_NULL && type->of->kind == XY_TYPE_SCALAR &&
           xy_str_is(type->of->name, "ID") && field->arguments.len == 0;
}

/* The key of a type's objects, to be read or resolved whether or not the client asks for it. None
 * where that would block. */
static const xy_plan_field *plan_key(xy_planner *p, const xy_type *type)
{
    static const xy_arguments none = {.is_constant = true, .value = {.kind = XY_VALUE_OBJECT}};
    xy_str name = p->plan->plans->document->schema->id_field;
    const xy_field *field = xy__type_field(type, name.ptr ? name : XY_STR(XY_KEY_FIELD));
    xy_plan_field *out;

    if (!field || !is_key(field) || field->blocking)
        return NULL;
    out = XY_ARENA_NEW(&p->plan->arena, xy_plan_field);
    out->key = field->name;
    out->field = field;
    out->arguments = &none;
    choose_source(p, out);
    return out;
}

xy_selection *xy__plan_fields(xy_planner *p, const xy_planned_nodes *nodes)
{
    xy_selection *selection = XY_ARENA_NEW(&p->plan->arena, xy_selection);
    groups g = {0};

    selection->type = nodes->type;
    if (p->plan->plans->live)
        selection->key = plan_key(p, selection->type);
    xy__map_init(&g.by_key, &p->temp);
    if (!group_few(p, nodes, &g))
        group_nodes(p, nodes, &g);
    selection->fields = XY_ARENA_ARRAY(&p->plan->arena, xy_plan_field, g.list.len);
    for (size_t i = 0; i < g.list.len; i++) {
        const group *one = &g.list.items[i];
        const xy_field *field = find_field(p, selection->type, one->nodes.items[0]->name->value);

        if (field)
            plan_field(p, nodes, field, one, &selection->fields[selection->field_count++]);
    }
    return selection;
}
