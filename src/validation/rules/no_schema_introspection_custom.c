/* SPDX-License-Identifier: MIT */
/* Nothing of the schema is asked for; __typename is. For servers that hide their schema. */
#include "validation/context.h"

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_type *type = xy__type_info_type(&v->types);

    if (type && type->named->is_introspection) {
        xy_str name = ((const xy_ast_field *)(const void *)at->node)->name->value;

        xy__validation_report(v, at->node,
                              "GraphQL introspection has been disabled, but the requested query "
                              "contained the field \"%.*s\".",
                              XY_PRI(name));
    }
    return xy__validation_next(v);
}

static const xy_visit_handler visitor[] = {{XY_KIND_BIT(FIELD), enter_field, NULL}, {0}};
const xy_rule xy__rule_no_schema_introspection_custom = {"NoSchemaIntrospectionCustom",
                                                         XY_RULE_STATELESS, NULL, visitor};
