/* SPDX-License-Identifier: MIT */
/* Labels of @defer and @stream are constant and unique in the document. */
#include "validation/context.h"
#include "validation/selection_walk.h"

typedef struct state {
    xy_validation *v;
    xy_map labels; /* -> xy_ast_directive, the first with that label */
} state;

static void init(void *arg)
{
    state *s = arg;

    xy__map_init(&s->labels, s->v->arena);
}

static void check_label(state *s, xy_ast_directive *directive, xy_str label)
{
    xy_ast_directive *first = xy__map_get(&s->labels, label);

    if (first) {
        xy__validation_also_at(
            s->v,
            xy__validation_report(s->v, &first->node,
                                  "Value for arguments \"defer(label:)\" and \"stream(label:)\" "
                                  "must be unique across all Defer/Stream directive usages."),
            &directive->node);
    } else {
        xy__map_put(&s->labels, label, directive);
    }
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    state *s = arg;
    xy_ast_directive *directive = (void *)(uintptr_t)at->node;
    xy_str name = directive->name->value;
    const xy_ast_value *label;

    if (!xy_str_is(name, "defer") && !xy_str_is(name, "stream"))
        return XY_VISIT_ON;
    label = xy__directive_argument(directive, "label");
    if (!label || label->node.kind == XY_KIND_NULL_VALUE)
        return XY_VISIT_ON;
    if (label->node.kind == XY_KIND_STRING_VALUE) {
        check_label(s, directive, label->text);
    } else {
        xy__validation_report(s->v, at->node, "Argument \"@%.*s(label:)\" must be a static string.",
                              XY_PRI(name));
    }
    return xy__validation_next(s->v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(DIRECTIVE), enter_directive, NULL}, {0}};
const xy_rule xy__rule_defer_stream_directive_label = {"DeferStreamDirectiveLabel", sizeof(state),
                                                       init, visitor};
