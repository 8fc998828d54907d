/* SPDX-License-Identifier: MIT */
/* Spec 5.5.2.2 Fragment Spreads Must Not Form Cycles
 *
 * A depth first search through fragments, with a stack of its own: chains of fragments are as
 * long as a client likes. Each fragment is searched once, so each cycle is reported once. */
#include "validation/context.h"

#define NOT_ON_PATH SIZE_MAX

/* A fragment whose spreads are being followed. */
typedef struct level {
    xy_definition *fragment;
    size_t next; /* spread to follow */
} level;

typedef struct state {
    xy_validation *v;
    bool *searched;    /* by index of a definition */
    size_t *path_from; /* of a fragment that is a level: where its spreads begin in `path` */
    XY_VEC(level) levels;
    XY_VEC(const xy_ast_fragment_spread *) path; /* spreads that lead to the innermost level */
} state;

static void init(void *arg)
{
    state *s = arg;
    size_t count = s->v->definitions.len;

    s->searched = XY_ARENA_ARRAY(s->v->arena, bool, count);
    s->path_from = XY_ARENA_ARRAY(s->v->arena, size_t, count);
    for (size_t i = 0; i < count; i++)
        s->path_from[i] = NOT_ON_PATH;
}

/* Begin with the spreads of `fragment`, unless that was done. `index` is that of its name. */
static void push_level(state *s, xy_definition *fragment)
{
    size_t index = fragment->named->index;

    if (s->searched[index])
        return;
    s->searched[index] = true;
    xy__definition_find_spreads(s->v, fragment);
    s->path_from[index] = s->path.len;
    *xy_vec_push(s->v->arena, &s->levels) = (level){.fragment = fragment};
}

static void report_cycle(state *s, size_t from)
{
    const xy_ast_fragment_spread *const *cycle = (const void *)(s->path.items + from);
    size_t len = s->path.len - from;
    xy_str name = cycle[len - 1]->name->value;
    xy_error *error;
    xy_buf via;

    if (!xy__validation_spend(s->v, len))
        return;
    xy__buf_init(&via, SIZE_MAX);
    for (size_t i = 0; i + 1 < len; i++) {
        xy__buf_printf(&via, "%s\"%.*s\"", i ? ", " : " via ", XY_PRI(cycle[i]->name->value));
    }
    error = xy__validation_report(s->v, &cycle[0]->node,
                                  "Cannot spread fragment \"%.*s\" within itself%.*s.",
                                  XY_PRI(name), XY_PRI(xy__buf_view(&via)));
    xy__buf_deinit(&via);
    for (size_t i = 1; i < len; i++)
        xy__validation_also_at(s->v, error, &cycle[i]->node);
}

/* Follow the next spread of the innermost fragment. */
static void step(state *s)
{
    level *top = &s->levels.items[s->levels.len - 1];
    const xy_ast_fragment_spread *spread;
    xy_definition *fragment;

    if (top->next == top->fragment->spreads.len) {
        s->path_from[top->fragment->named->index] = NOT_ON_PATH;
        s->levels.len--;
        if (s->path.len)
            s->path.len--;
        return;
    }
    spread = top->fragment->spreads.items[top->next++];
    fragment = xy__definitions_fragment(&s->v->definitions, spread->name->value);
    if (!fragment)
        return;
    *xy_vec_push(s->v->arena, &s->path) = spread;
    if (s->path_from[fragment->index] != NOT_ON_PATH) {
        report_cycle(s, s->path_from[fragment->index]);
        s->path.len--;
    } else if (s->searched[fragment->index]) {
        s->path.len--;
    } else {
        push_level(s, fragment);
    }
}

static xy_visit_next enter_fragment(void *arg, const xy_visit_at *at)
{
    state *s = arg;

    push_level(s, xy__definitions_at(&s->v->definitions, at));
    while (s->levels.len && !s->v->doc.full)
        step(s);
    return xy__validation_skip(s->v);
}

static xy_visit_next enter_operation(void *arg, const xy_visit_at *at)
{
    (void)arg;
    (void)at;
    return XY_VISIT_SKIP;
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(OPERATION_DEFINITION), enter_operation, NULL},
    {XY_KIND_BIT(FRAGMENT_DEFINITION), enter_fragment, NULL},
    {0},
};
const xy_rule xy__rule_no_fragment_cycles = {"NoFragmentCycles", sizeof(state), init, visitor};
