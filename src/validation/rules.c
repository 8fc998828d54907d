/* SPDX-License-Identifier: MIT */
#include "validation/rules.h"

/* Is `rule` what graphql-js calls `name`, or the half of it that looks at directives? */
static bool is_named(xy_str rule, xy_str name)
{
    xy_str rest = {rule.ptr + name.len, rule.len - name.len};

    return xy_str_starts(rule, name) && (rest.len == 0 || xy_str_is(rest, "OnDirectives"));
}

xy_rules xy__rules_named(xy_str name)
{
    const xy_str suffix = XY_STR("Rule");
    xy_rules found = 0;

    if (name.len < suffix.len ||
        !xy_str_eq((xy_str){name.ptr + name.len - suffix.len, suffix.len}, suffix))
        return 0;
    name.len -= suffix.len;
#define ADD_OWN(rule)                                                                              \
    if (is_named(xy_str_from(xy__rule_##rule.name), name))                                         \
        found |= XY_RULE_BIT(rule);
#define ADD_SHARED(rule)                                                                           \
    if (is_named(xy_str_from(xy__doc_rule_##rule.name), name))                                     \
        found |= XY_RULE_BIT(rule);
    XY_RULE_MAP(ADD_OWN, ADD_SHARED)
#undef ADD_OWN
#undef ADD_SHARED
    return found;
}
