/* SPDX-License-Identifier: MIT */
/* Spec 5.6.1 Values of Correct Type, 5.6.2 Input Object Field Names, 5.6.4 Input Object Required
 * Fields */
#include "schema/coerce_literal.h"
#include "validation/context.h"

#define VALUE_KINDS                                                                                \
    (XY_KIND_BIT(NULL_VALUE) | XY_KIND_BIT(OBJECT_VALUE) | XY_KIND_BIT(ENUM_VALUE) |               \
     XY_KIND_BIT(INT_VALUE) | XY_KIND_BIT(FLOAT_VALUE) | XY_KIND_BIT(STRING_VALUE) |               \
     XY_KIND_BIT(BOOLEAN_VALUE))

/* The whole value is checked at its outermost node. */
static xy_visit_next check(xy_validation *v, const xy_node *node, const xy_type *type)
{
    xy_coerce_report report = {
        .errors = v->errors,
        .errors_max = v->errors->list.len + v->errors_left,
        .hide_suggestions = v->options->hide_suggestions,
    };

    if (!type)
        return XY_VISIT_SKIP;
    xy__check_literal(type, (const xy_ast_value *)(const void *)node, NULL, &report);
    v->errors_left = report.errors_max - v->errors->list.len;
    if (report.stopped)
        xy__validation_full(v);
    return xy__validation_skip(v);
}

static xy_visit_next enter_value(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;

    if (at->key && strcmp(at->key, "description") == 0)
        return XY_VISIT_SKIP;
    return check(v, at->node, xy__type_info_input_type(&v->types));
}

static xy_visit_next enter_list(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;

    return check(v, at->node, xy__type_info_parent_input_type(&v->types));
}

static const xy_visit_handler visitor[] = {
    {VALUE_KINDS, enter_value, NULL},
    {XY_KIND_BIT(LIST_VALUE), enter_list, NULL},
    {0},
};
const xy_rule xy__rule_values_of_correct_type = {"ValuesOfCorrectType", XY_RULE_STATELESS, NULL,
                                                 visitor};
