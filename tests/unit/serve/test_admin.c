/* SPDX-License-Identifier: MIT */
/* What is published and invalidated over HTTP, and what is wrong with it. All requests have the
 * secret; test_secret.c is about that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "office.h"
#include "serve/admin.h"

#define WRONG(message) "{\"errors\":[{\"message\":\"" message "\"}]}"

static xy_realtime_figures figures(const office *o)
{
    return xy__gauges_read(xy__pubsub_gauges(o->pubsub));
}

static void events_are_counted(void **state)
{
    office o;

    (void)state;
    office_open(&o);
    office_expect(&o, "/publish", "{\"topic\":\"t\",\"payload\":null}", 200, "{\"published\":1}");
    office_expect(&o, "/publish",
                  "[{\"topic\":\"t\",\"id\":\"1\",\"payload\":{}},"
                  "{\"topic\":\"t\",\"id\":null,\"payload\":[1]}]",
                  200, "{\"published\":2}");
    office_expect(&o, "/publish", "[]", 200, "{\"published\":0}");
    assert_int_equal(figures(&o).published, 3);
    office_end(&o);
    office_close(&o);
}

static void a_wrong_event_keeps_all_from_being_published(void **state)
{
    static const struct {
        const char *body;
        int status;
        const char *answer;
    } cases[] = {
        {"7", 400, WRONG("The body must be an object or a list.")},
        {"[{\"topic\":\"t\",\"payload\":1},{}]", 400, WRONG("events[1].topic must be a string.")},
        {"[{\"topic\":\"t\",\"payload\":1},7]", 400, WRONG("events[1] must be an object.")},
        {"{\"topic\":\"t\",\"id\":7,\"payload\":1}", 400, WRONG("id must be a string, or null.")},
        {"{\"topic\":\"t\"}", 400, WRONG("payload is missing; it may be any JSON, null too.")},
        {"{\"topic\":\"t\",\"payload\":\"0123456789012345678901234567890123456789012345678"
         "90123456789012345678901234567890123456789012345678\"}",
         413, WRONG("payload is larger than 100 bytes.")},
    };
    office o;

    (void)state;
    office_open(&o);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        office_expect(&o, "/publish", cases[i].body, cases[i].status, cases[i].answer);
    assert_int_equal(figures(&o).published, 0);
    office_end(&o);
    office_close(&o);
}

static void keys_are_counted(void **state)
{
    office o;

    (void)state;
    office_open(&o);
    office_expect(&o, "/invalidate", "{\"key\":\"a\"}", 200, "{\"invalidated\":1}");
    office_expect(&o, "/invalidate", "{\"keys\":[\"a\",\"b\"]}", 200, "{\"invalidated\":2}");
    office_expect(&o, "/invalidate", "{\"keys\":[]}", 200, "{\"invalidated\":0}");
    office_expect(&o, "/invalidate", "{\"all\":true}", 200, "{\"invalidated\":\"all\"}");
    assert_int_equal(figures(&o).invalidations, 3);
    office_expect(&o, "/invalidate", "{\"keys\":[\"a\",7]}", 400,
                  WRONG("keys[1] must be a string."));
    office_expect(&o, "/invalidate", "{\"keys\":{}}", 400,
                  WRONG("keys must be a list of strings."));
    office_expect(&o, "/invalidate", "{\"key\":\"\"}", 400, WRONG("key must not be empty."));
    office_expect(&o, "/invalidate", "{\"all\":false}", 400, WRONG("all must be true."));
    assert_int_equal(figures(&o).invalidations, 3);
    office_end(&o);
    office_close(&o);
}

static void a_place_is_named_as_programs_write_it(void **state)
{
    char text[XY_ADMIN_PLACE_MAX];

    (void)state;
    assert_string_equal(xy__admin_place(text, "events", true, 2, "topic"), "events[2].topic");
    assert_string_equal(xy__admin_place(text, "keys", true, SIZE_MAX, ""),
                        "keys[18446744073709551615]");
    assert_string_equal(xy__admin_place(text, "events", false, 0, "topic"), "topic");
    assert_string_equal(xy__admin_place(text, "events", false, 0, ""), "The body");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_are_counted),
        cmocka_unit_test(a_wrong_event_keeps_all_from_being_published),
        cmocka_unit_test(keys_are_counted),
        cmocka_unit_test(a_place_is_named_as_programs_write_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
