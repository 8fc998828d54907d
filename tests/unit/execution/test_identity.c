/* SPDX-License-Identifier: MIT */
/* Who asks, as resolvers see it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "xylem/call.h"

#include "fixture.h"

static fixture f;

/* The user's id, and whether she is an admin. */
static int Query_me(xy_call *call)
{
    xy_str user = xy_user_id(call);

    return xy_put_str(call, xy_format(call, "%.*s,%d", XY_PRI(user.ptr ? user : XY_STR("nobody")),
                                      xy_has_role(call, "admin")));
}

static int setup(void **state)
{
    (void)state;
    fixture_init(&f, "type Query { me: String! }");
    return xy_bind(f.schema, "Query.me", Query_me);
}

static int teardown(void **state)
{
    (void)state;
    fixture_deinit(&f);
    return 0;
}

/* takes: identity. */
static void assert_me(xy_identity *identity, const char *expected)
{
    xy_operation *operation = fixture_prepare(&f, "{me}", NULL);
    catcher out;

    operation->identity = identity;
    fixture_start(&f, operation, NULL, &out);
    xy__operation_unref(operation);
    assert_string_equal(fixture_take(&f, &out), expected);
}

static xy_identity *make_ann(void)
{
    char id[] = "ann";
    xy_identity *identity = xy__identity_create();

    xy_identity_set_user(identity, xy_str_from(id));
    id[0] = 'X';
    return identity;
}

static void a_request_without_identity_is_anonymous(void **state)
{
    (void)state;
    assert_me(NULL, "{\"data\":{\"me\":\"nobody,0\"}}");
    assert_me(xy__identity_create(), "{\"data\":{\"me\":\"nobody,0\"}}");
}

static void a_user_has_the_roles_that_were_given_her(void **state)
{
    xy_identity *identity = make_ann();

    (void)state;
    xy_identity_add_role(identity, XY_STR("Admin"));
    xy_identity_add_role(identity, XY_STR("administrator"));
    assert_me(xy__identity_ref(identity), "{\"data\":{\"me\":\"ann,0\"}}");
    xy_identity_add_role(identity, XY_STR("admin"));
    assert_me(identity, "{\"data\":{\"me\":\"ann,1\"}}");
}

static void an_empty_id_is_somebody(void **state)
{
    xy_identity *identity = make_ann();

    (void)state;
    xy_identity_set_user(identity, XY_STR(""));
    assert_me(identity, "{\"data\":{\"me\":\",0\"}}");
}

static void an_identity_that_has_expired_is_anonymous(void **state)
{
    xy_identity *identity = make_ann();

    (void)state;
    xy_identity_add_role(identity, XY_STR("admin"));
    xy_identity_set_expiry(identity, time(NULL) + 3600);
    assert_me(xy__identity_ref(identity), "{\"data\":{\"me\":\"ann,1\"}}");
    xy_identity_set_expiry(identity, time(NULL));
    assert_me(identity, "{\"data\":{\"me\":\"nobody,0\"}}");
}

static void the_last_reason_is_kept_for_the_log(void **state)
{
    xy_identity *identity = xy__identity_create();

    (void)state;
    assert_int_equal(xy_identity_refuse(identity, "no %s", "luck"), XY_EREFUSED);
    assert_int_equal(xy_identity_refuse(identity, "no %d", 7), XY_EREFUSED);
    assert_string_equal(identity->reason, "no 7");
    xy__identity_unref(identity);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_request_without_identity_is_anonymous),
        TEST(a_user_has_the_roles_that_were_given_her),
        TEST(an_empty_id_is_somebody),
        TEST(an_identity_that_has_expired_is_anonymous),
        TEST(the_last_reason_is_kept_for_the_log),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
