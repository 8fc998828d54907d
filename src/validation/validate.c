/* SPDX-License-Identifier: MIT */
/* validation/validate.c -- all rules in one walk.
 *
 * Read next: context.h (what rules share), rules.h (which there are), any file in rules/. */
#include "validation/validate.h"

#include <uv.h>

#include "validation/context.h"

/* The walk of all rules; read-only once made. Sorting the rules' handlers by kind takes longer
 * than validating a small document. */
static xy_visit_plan all_rules;
static uv_once_t all_rules_made = UV_ONCE_INIT;

static void make_all_rules(void)
{
    const xy_visit_handler *visitors[XY_RULE_COUNT];

    for (unsigned i = 0; i < XY_RULE_COUNT; i++)
        visitors[i] = xy__rules[i].own ? xy__rules[i].own->visitor : xy__rules[i].shared->visitor;
    xy__visit_plan_init(&all_rules, visitors, XY_RULE_COUNT);
}

static void *make_own_state(xy_validation *v, const xy_rule *rule)
{
    xy_rule_state *state = xy__arena_zalloc(v->arena, rule->state_size);

    state->v = v;
    if (rule->init)
        rule->init(state);
    return state;
}

static void *make_shared_state(xy_validation *v, const xy_doc_rule *rule)
{
    xy_doc_context **state = xy__arena_zalloc(v->arena, rule->state_size);

    *state = &v->doc;
    return state;
}

static xy_rules rules_wanted(const xy_schema *schema, const xy_validate_options *options)
{
    xy_rules rules = XY_RULES_SPECIFIED;

    if (options->only)
        return options->only;
    if (xy__schema_directive(schema, XY_STR("live")))
        rules |= XY_RULE_BIT(cannot_mix_live_with_incremental);
    if (options->report_deprecated)
        rules |= XY_RULE_BIT(no_deprecated_custom);
    if (options->hide_introspection)
        rules |= XY_RULE_BIT(no_schema_introspection_custom);
    return rules;
}

static void run_rules(xy_validation *v, xy_rules rules)
{
    xy_visit_around around = xy__type_info_around(&v->types);
    void *states[XY_RULE_COUNT];

    uv_once(&all_rules_made, make_all_rules);
    for (unsigned i = 0; i < XY_RULE_COUNT; i++) {
        states[i] = NULL;
        if (!(rules >> i & 1))
            continue;
        states[i] = xy__rules[i].own ? make_own_state(v, xy__rules[i].own)
                                     : make_shared_state(v, xy__rules[i].shared);
    }
    xy__visit_some(&all_rules, rules, states, &around, &v->document->node);
}

/* What Yoga's plugin blockFieldSuggestions does to a message. */
static void mask_suggestion(xy_arena *arena, xy_error *error)
{
    const xy_str hint = XY_STR("Did you mean ");
    const char *from = memmem(error->message.ptr, error->message.len, hint.ptr, hint.len);

    if (from) {
        error->message = xy__arena_printf(arena, "%.*s[Suggestion hidden]?",
                                          (int)(from - error->message.ptr), error->message.ptr);
    }
}

int xy__validate_measured(const xy_schema *schema, const xy_ast_document *document,
                          const xy_validate_options *options, xy_errors *errors, uint32_t *work)
{
    static const xy_validate_options defaults = {0};
    size_t before = errors->list.len;
    xy_arena arena;
    xy_validation v;

    if (!options)
        options = &defaults;
    xy__arena_init(&arena, XY_VALIDATION_MEMORY_MAX);
    xy__validation_init(&v, &arena, schema, document, options, errors);
    *work = v.work_left;
    run_rules(&v, rules_wanted(schema, options));
    *work -= v.work_left;
    xy__arena_deinit(&arena);
    if (options->mask_suggestions) {
        for (size_t i = before; i < errors->list.len; i++)
            mask_suggestion(errors->arena, errors->list.items[i]);
    }
    if (v.doc.full)
        return XY_ELIMIT;
    return errors->list.len > before ? XY_EFAILED : XY_OK;
}

int xy__validate(const xy_schema *schema, const xy_ast_document *document,
                 const xy_validate_options *options, xy_errors *errors)
{
    uint32_t work;

    return xy__validate_measured(schema, document, options, errors, &work);
}
