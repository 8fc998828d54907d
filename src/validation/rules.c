/* SPDX-License-Identifier: MIT */
#include "validation/rules.h"

const xy_any_rule xy__rules[XY_RULE_COUNT] = {
#define ROW_OWN(rule)    {&xy__rule_##rule, NULL},
#define ROW_SHARED(rule) {NULL, &xy__doc_rule_##rule},
    XY_RULE_MAP(ROW_OWN, ROW_SHARED)
#undef ROW_OWN
#undef ROW_SHARED
};

/* Is `rule` what graphql-js calls `name`, or the half of it that looks at directives? */
static bool is_named(xy_str rule, xy_str name)
{
    return xy_str_starts(rule, name) &&
           (rule.len == name.len ||
            xy_str_is((xy_str){rule.ptr + name.len, rule.len - name.len}, "OnDirectives"));
}

xy_rules xy__rules_named(xy_str name)
{
    const xy_str suffix = XY_STR("Rule");
    xy_rules found = 0;

    if (name.len < suffix.len ||
        !xy_str_eq((xy_str){name.ptr + name.len - suffix.len, suffix.len}, suffix))
        return 0;
    name.len -= suffix.len;
    for (unsigned i = 0; i < XY_RULE_COUNT; i++) {
        const xy_any_rule *rule = &xy__rules[i];

        if (is_named(xy_str_from(rule->own ? rule->own->name : rule->shared->name), name))
            found |= (xy_rules)1 << i;
    }
    return found;
}
