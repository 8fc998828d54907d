/* SPDX-License-Identifier: MIT */
/* Where a token may stand in a request. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "xylem/error.h"

#include "auth/credential.h"

typedef struct headers {
    xy_incoming incoming;
    const char *authorization;
    const char *provider;
    const char *cookie;
} headers;

static xy_str header(const xy_incoming *request, xy_str name)
{
    const headers *all = (const headers *)request;
    const char *value = xy_str_is(name, "authorization")   ? all->authorization
                        : xy_str_is(name, "auth-provider") ? all->provider
                        : xy_str_is(name, "cookie")        ? all->cookie
                                                           : NULL;

    return value ? xy_str_from(value) : XY_STR_NULL;
}

static void a_token_is_found_where_clients_put_it(void **state)
{
    static const struct {
        headers shown;
        const char *token; /* NULL: none */
        const char *why;   /* NULL: it is no offence */
    } cases[] = {
        {{.authorization = "Bearer abc"}, "abc", NULL},
        {{.authorization = "bEARER abc"}, "abc", NULL},
        {{.authorization = "Foo abc", .provider = "custom"}, "abc", NULL},
        {{.authorization = "Foo abc"}, NULL, "Authorization is not of the form 'Bearer <token>'"},
        {{.authorization = "Bearer"}, NULL, "Authorization is not of the form 'Bearer <token>'"},
        {{.authorization = "Bearer "}, NULL, "Authorization is not of the form 'Bearer <token>'"},
        {{.authorization = ""}, NULL, "Authorization is not of the form 'Bearer <token>'"},
        {{.authorization = "Bearer a b", .provider = "custom"},
         NULL,
         "Authorization is not of the form 'Bearer <token>'"},
        {{.provider = "custom"}, NULL, "auth-provider without a token"},
        {{.cookie = "session=abc"}, "abc", NULL},
        {{.cookie = "theme=dark; session=abc; x=y"}, "abc", NULL},
        {{.cookie = "xsession=abc"}, NULL, NULL},
        {{.cookie = "session"}, NULL, NULL},
        {{.cookie = "session=abc", .authorization = "Bearer def"}, "def", NULL},
        {{.cookie = NULL}, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        headers shown = cases[i].shown;
        const char *why;
        xy_str token;
        int rc;

        shown.incoming.header = header;
        rc = xy__credential_find(&shown.incoming, "session", &token, &why);
        assert_int_equal(rc, cases[i].why ? XY_EREFUSED : XY_OK);
        if (cases[i].why) {
            assert_string_equal(why, cases[i].why);
        } else if (cases[i].token) {
            assert_true(xy_str_is(token, cases[i].token));
        } else {
            assert_null(token.ptr);
        }
    }
}

static void no_cookie_is_read_unless_it_is_named(void **state)
{
    const headers shown = {.incoming = {header}, .cookie = "session=abc"};
    const char *why;
    xy_str token;

    (void)state;
    assert_int_equal(xy__credential_find(&shown.incoming, NULL, &token, &why), XY_OK);
    assert_null(token.ptr);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_token_is_found_where_clients_put_it),
        cmocka_unit_test(no_cookie_is_read_unless_it_is_named),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
