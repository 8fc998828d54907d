/* SPDX-License-Identifier: MIT */
/* A query is live or delivered incrementally, not both: @defer and @stream may stand neither in a
 * live query nor in the fragments that it reaches. Conditions (`if:`) count when they are
 * constant; of a variable both are possible, so it is refused. */
#include "validation/context.h"
#include "validation/selection_walk.h"

typedef struct state {
    xy_validation *v;
    bool *live; /* by index of a definition: a live query, or a fragment that one reaches */
} state;

/* Is the directive there, and not switched off by `if: false`? */
static bool is_on(const xy_ast_directive *directive)
{
    return directive && !xy__value_is_boolean(xy__directive_argument(directive, "if"), false);
}

static bool is_live(const xy_node *node)
{
    return node->kind == XY_KIND_OPERATION_DEFINITION &&
           ((const xy_ast_operation *)(const void *)node)->operation == XY_OPERATION_QUERY &&
           is_on(xy__selection_directive(node, "live"));
}

static void init(void *arg)
{
    state *s = arg;
    xy_definitions *definitions = &s->v->definitions;
    XY_VEC(xy_definition *) queries = {0};
    xy_reach reach;

    s->live = XY_ARENA_ARRAY(s->v->arena, bool, definitions->len);
    for (size_t i = 0; i < definitions->len; i++) {
        if (is_live(definitions->items[i].node)) {
            s->live[i] = true;
            *xy_vec_push(s->v->arena, &queries) = &definitions->items[i];
        }
    }
    xy__definitions_find_reach(s->v, queries.items, queries.len, &reach);
    for (size_t i = 0; i < reach.len; i++)
        s->live[reach.items[i]->index] = true;
}

static xy_visit_next enter_definition(void *arg, const xy_visit_at *at)
{
    const state *s = arg;

    return s->live[at->index] ? XY_VISIT_ON : XY_VISIT_SKIP;
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    const xy_ast_directive *directive = (const void *)at->node;
    xy_str name = directive->name->value;

    if ((xy_str_is(name, "defer") || xy_str_is(name, "stream")) && is_on(directive)) {
        xy__validation_report(s->v, at->node, "Cannot mix \"@%.*s\" with \"@live\".", XY_PRI(name));
    }
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION) | XY_KIND_BIT(FRAGMENT_DEFINITION), enter_definition, NULL},
    {XY_KIND_BIT(DIRECTIVE), enter_directive, NULL},
    {0},
};
const xy_rule xy__rule_cannot_mix_live_with_incremental = {"CannotMixLiveWithIncremental",
                                                           sizeof(state), init, visitor};
