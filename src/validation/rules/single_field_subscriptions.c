/* SPDX-License-Identifier: MIT */
/* Spec 5.2.4.1 Single Root Field */
#include "validation/context.h"
#include "validation/selection_walk.h"

/* Fields of one response name. */
typedef struct field_group {
    xy_str name; /* of the first field */
    XY_VEC(const xy_node *) fields;
} field_group;

/* A fragment is collected once, but again when it is deferred by another directive. */
typedef struct visit {
    const xy_definition *fragment;
    const void *deferred_by; /* xy_ast_directive; NULL: not deferred */
} visit;

/* The root fields of one operation. */
typedef struct collection {
    xy_validation *v;
    const xy_type *type;
    xy_map by_response_name; /* -> field_group */
    XY_VEC(field_group *) groups;
    XY_VEC(const xy_node *) conditions; /* @skip and @include directives */
    XY_VEC(visit) visits;
    xy_selection_walk walk;
} collection;

static void collect_field(collection *c, const xy_node *node)
{
    const xy_ast_field *field = (const void *)node;
    xy_str response_name = field->alias ? field->alias->value : field->name->value;
    field_group *group = xy__map_get(&c->by_response_name, response_name);

    if (!group) {
        group = XY_ARENA_NEW(c->v->arena, field_group);
        group->name = field->name->value;
        xy__map_put(&c->by_response_name, response_name, group);
        *xy_vec_push(c->v->arena, &c->groups) = group;
    }
    *xy_vec_push(c->v->arena, &group->fields) = node;
}

/* Spec 6.4.1 DoesFragmentTypeApply */
static bool applies(const collection *c, const xy_ast_type *condition)
{
    const xy_type *type;

    if (!condition)
        return true;
    type = xy__schema_type(c->v->schema, condition->name->value);
    return type &&
           (type == c->type || (xy__type_is_abstract(type) && xy__type_is_possible(type, c->type)));
}

/* The directive that defers what is below `fragment`: its own, unless off, or one above. */
static const void *deferred_by(const collection *c, const xy_node *fragment)
{
    const xy_ast_directive *directive = xy__selection_directive(fragment, "defer");

    if (directive && !xy__value_is_boolean(xy__directive_argument(directive, "if"), false))
        return directive;
    return xy__selection_walk_level(&c->walk)->tag;
}

static bool was_visited(collection *c, const xy_definition *fragment, const void *directive)
{
    for (size_t i = 0; i < c->visits.len && xy__validation_spend(c->v, 1); i++) {
        const visit *known = &c->visits.items[i];

        if (known->fragment == fragment && (!known->deferred_by || known->deferred_by == directive))
            return true;
    }
    *xy_vec_push(c->v->arena, &c->visits) = (visit){fragment, directive};
    return false;
}

static void collect_spread(collection *c, const xy_node *node)
{
    xy_str name = ((const xy_ast_fragment_spread *)(const void *)node)->name->value;
    const xy_definition *fragment = xy__definitions_fragment(&c->v->definitions, name);
    const void *directive = deferred_by(c, node);

    if (!fragment ||
        !applies(c, ((const xy_ast_fragment *)(const void *)fragment->node)->type_condition) ||
        was_visited(c, fragment, directive))
        return;
    xy__selection_walk_into(&c->walk, node, fragment->selection_set)->tag = directive;
}

static void collect_inline_fragment(collection *c, const xy_node *node)
{
    const xy_ast_inline_fragment *fragment = (const void *)node;
    const void *directive = deferred_by(c, node);

    if (applies(c, fragment->type_condition))
        xy__selection_walk_into(&c->walk, node, fragment->selection_set)->tag = directive;
}

/* Spec 5.2.4.1 CollectSubscriptionFields */
static void collect(collection *c, const xy_ast_selection_set *set)
{
    const xy_node *selection;

    xy__map_init(&c->by_response_name, c->v->arena);
    xy__selection_walk_init(&c->walk, c->v->arena, set);
    while ((selection = xy__selection_walk_next(&c->walk)) && xy__validation_spend(c->v, 1)) {
        const xy_ast_directive *condition = xy__selection_directive(selection, "skip");

        if (!condition)
            condition = xy__selection_directive(selection, "include");
        if (condition)
            *xy_vec_push(c->v->arena, &c->conditions) = &condition->node;
        else if (selection->kind == XY_KIND_FIELD)
            collect_field(c, selection);
        else if (selection->kind == XY_KIND_FRAGMENT_SPREAD)
            collect_spread(c, selection);
        else
            collect_inline_fragment(c, selection);
    }
}

/* What the messages begin with: `Subscription "S"`. */
static xy_str subject_of(xy_validation *v, const xy_ast_operation *operation)
{
    if (!operation->name)
        return XY_STR("Anonymous Subscription");
    return xy__arena_printf(v->arena, "Subscription \"%.*s\"", XY_PRI(operation->name->value));
}

static void locate_group(xy_validation *v, xy_error *error, const field_group *group)
{
    for (size_t i = 0; i < group->fields.len; i++)
        xy__validation_also_at(v, error, group->fields.items[i]);
}

static void check_count(collection *c, const xy_ast_operation *operation, xy_str subject)
{
    xy_error *error;

    if (c->groups.len == 0) {
        xy__validation_report(c->v, &operation->selection_set->node,
                              "%.*s must select one top level field.", XY_PRI(subject));
    } else if (c->groups.len > 1) {
        error = xy__validation_report(c->v, NULL, "%.*s must select only one top level field.",
                                      XY_PRI(subject));
        for (size_t i = 1; i < c->groups.len; i++)
            locate_group(c->v, error, c->groups.items[i]);
    }
}

static void check_introspection(collection *c, xy_str subject)
{
    for (size_t i = 0; i < c->groups.len; i++) {
        if (!xy_str_starts(c->groups.items[i]->name, XY_STR("__")))
            continue;
        locate_group(c->v,
                     xy__validation_report(c->v, NULL,
                                           "%.*s must not select an introspection top level "
                                           "field.",
                                           XY_PRI(subject)),
                     c->groups.items[i]);
    }
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_operation *operation = (const void *)at->node;
    collection c = {.v = v, .type = v->schema->subscription};
    xy_str subject;

    if (operation->operation != XY_OPERATION_SUBSCRIPTION || !c.type)
        return XY_VISIT_ON;
    collect(&c, operation->selection_set);
    subject = subject_of(v, operation);
    if (c.conditions.len) {
        xy_error *error =
            xy__validation_report(v, NULL,
                                  "%.*s must not use `@skip` or `@include` directives in the top "
                                  "level selection.",
                                  XY_PRI(subject));

        for (size_t i = 0; i < c.conditions.len; i++)
            xy__validation_also_at(v, error, c.conditions.items[i]);
        return xy__validation_next(v);
    }
    check_count(&c, operation, subject);
    check_introspection(&c, subject);
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL}, {0}};
const xy_rule xy__rule_single_field_subscriptions = {"SingleFieldSubscriptions", XY_RULE_STATELESS,
                                                     NULL, visitor};
