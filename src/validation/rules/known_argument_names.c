/* SPDX-License-Identifier: MIT */
/* Spec 5.4.1 Argument Names, of fields; for those of directives see schema/rules/. */
#include "schema/coordinate.h"
#include "schema/suggest.h"
#include "validation/context.h"

#define SUGGESTION_MAX ((size_t)4096) /* bytes of a "Did you mean" */

static void report(xy_validation *v, const xy_node *node, xy_str name, const xy_field *field)
{
    xy_str coordinate = xy__field_coordinate(v->arena, field);
    xy_suggester suggester;
    xy_buf suggestion;

    xy__buf_init(&suggestion, SUGGESTION_MAX);
    if (!v->options->hide_suggestions) {
        xy__suggester_init(&suggester, name);
        for (size_t i = 0; i < field->arguments.len; i++)
            xy__suggester_offer(&suggester, field->arguments.items[i]->name);
        xy__suggester_write(&suggester, NULL, &suggestion);
    }
    xy__validation_report(v, node, "Unknown argument \"%.*s\" on field \"%.*s\".%.*s", XY_PRI(name),
                          XY_PRI(coordinate), XY_PRI(xy__buf_view(&suggestion)));
    xy__buf_deinit(&suggestion);
}

static xy_visit_next enter_argument(void *arg, const xy_visit_at *at)
{
    xy_validation *v = ((xy_rule_state *)arg)->v;
    const xy_field *field = xy__type_info_field(&v->types);

    if (field && !v->types.argument) {
        report(v, at->node, ((const xy_ast_argument *)(const void *)at->node)->name->value, field);
    }
    return xy__validation_next(v);
}

static xy_visit_next enter_directive(void *arg, const xy_visit_at *at)
{
    (void)arg;
    (void)at;
    return XY_VISIT_SKIP;
}

static const xy_visit_handler visitor[] = {
    {XY_KIND_BIT(ARGUMENT), enter_argument, NULL},
    {XY_KIND_BIT(DIRECTIVE), enter_directive, NULL},
    {0},
};
const xy_rule xy__rule_known_argument_names = {"KnownArgumentNames", XY_RULE_STATELESS, NULL,
                                               visitor};
