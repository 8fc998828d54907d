/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "validation/rules.h"

static void test_names(void **state)
{
    (void)state;
    assert_true(xy__rules_named(XY_STR("ScalarLeafsRule")) == XY_RULE_BIT(scalar_leafs));
    assert_true(xy__rules_named(XY_STR("KnownDirectivesRule")) == XY_RULE_BIT(known_directives));
    assert_true(xy__rules_named(XY_STR("NoDeprecatedCustomRule")) ==
                XY_RULE_BIT(no_deprecated_custom));
    assert_true(xy__rules_named(XY_STR("ScalarLeafs")) == 0);
    assert_true(xy__rules_named(XY_STR("Rule")) == 0);
    assert_true(xy__rules_named(XY_STR("NoSuchRule")) == 0);
}

/* One of graphql-js' rules may be two here. */
static void test_halves(void **state)
{
    (void)state;
    assert_true(
        xy__rules_named(XY_STR("KnownArgumentNamesRule")) ==
        (XY_RULE_BIT(known_argument_names) | XY_RULE_BIT(known_argument_names_on_directives)));
    assert_true(xy__rules_named(XY_STR("ProvidedRequiredArgumentsRule")) ==
                (XY_RULE_BIT(provided_required_arguments) |
                 XY_RULE_BIT(provided_required_arguments_on_directives)));
}

static void test_sets(void **state)
{
    (void)state;
    assert_true(XY_RULES_SPECIFIED & XY_RULE_BIT(max_introspection_depth));
    assert_false(XY_RULES_SPECIFIED & XY_RULE_BIT(no_schema_introspection_custom));
    assert_false(XY_RULES_SPECIFIED & XY_RULE_BIT(cannot_mix_live_with_incremental));
    assert_true(XY_RULE_COUNT <= XY_VISITORS_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_halves),
        cmocka_unit_test(test_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
