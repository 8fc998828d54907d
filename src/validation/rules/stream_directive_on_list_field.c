/* SPDX-License-Identifier: MIT */
/* @stream stands on fields of list type only. */
#include "validation/context.h"

static bool is_list(const xy_type *type)
{
    return type->kind == XY_TYPE_LIST || (type->of && type->of->kind == XY_TYPE_LIST);
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_ast_directive *directive = (const void *)at->node;
    const xy_field *field = xy__type_info_field(&v->types);
    const xy_type *parent = xy__type_info_parent_type(&v->types);

    if (field && parent && xy_str_is(directive->name->value, "stream") && !is_list(field->type)) {
        xy__validation_report(v, at->node,
                              "Directive \"@stream\" cannot be used on non-list field "
                              "\"%.*s.%.*s\".",
                              XY_PRI(parent->name), XY_PRI(field->name));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(DIRECTIVE), enter_directive, NULL}, {0}};
const xy_rule xy__rule_stream_directive_on_list_field = {"StreamDirectiveOnListField",
                                                         XY_RULE_STATELESS, NULL, visitor};
