/* SPDX-License-Identifier: MIT */
/* Spec 5.5.2.1 Fragment Spread Target Defined */
#include "validation/context.h"

static xy_visit_next enter_spread(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_name *name = ((const xy_ast_fragment_spread *)(const void *)at->node)->name;

    if (!xy__definitions_fragment(&v->definitions, name->value)) {
        xy__validation_report(v, &name->node, "Unknown fragment \"%.*s\".", XY_PRI(name->value));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FRAGMENT_SPREAD), enter_spread, NULL}, {0}};
const xy_rule xy__rule_known_fragment_names = {"KnownFragmentNames", XY_RULE_STATELESS, NULL,
                                               visitor};
