/* SPDX-License-Identifier: MIT */
/* URLs of a Redis server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/url.h"

#define NONE "-"

/* "host port user password database path" */
static void check(const char *text, const char *expected)
{
    xy_redis_url url;
    char why[256] = "";
    char got[512];

    if (xy__redis_url_parse(xy_str_from(text), &url, why, sizeof why) != XY_OK)
        fail_msg("%s: %s", text, why);
    snprintf(got, sizeof got, "%s %u %s %s %u %s", url.host ? url.host : NONE, url.port,
             url.user ? url.user : NONE, url.password ? url.password : NONE, url.database,
             url.path ? url.path : NONE);
    assert_string_equal(got, expected);
    xy__redis_url_deinit(&url);
}

static void what_is_right_is_read(void **state)
{
    (void)state;
    check("redis://localhost", "localhost 6379 - - 0 -");
    check("redis://localhost/", "localhost 6379 - - 0 -");
    check("redis://10.0.0.7:7000/3", "10.0.0.7 7000 - - 3 -");
    check("redis://r.example:7000?db=4", "r.example 7000 - - 4 -");
    check("redis://r.example/4?db=4", "r.example 6379 - - 4 -");
    check("redis://r.example/?db=9", "r.example 6379 - - 9 -");
    check("redis://r.example/?", "r.example 6379 - - 0 -");
    check("redis://:secret@h", "h 6379 - secret 0 -");
    check("redis://me:secret@h:1/15", "h 1 me secret 15 -");
    check("redis://me%40x:a%3Ab%2fc%25@h", "h 6379 me@x a:b/c% 0 -");
    check("redis://me:a@b:c@h", "h 6379 me a@b:c 0 -");
    check("redis://[::1]", "::1 6379 - - 0 -");
    check("redis://me:s@[fe80::1%eth0]:65535/1", "fe80::1%eth0 65535 me s 1 -");
    check("unix:///run/redis.sock", "- 0 - - 0 /run/redis.sock");
    check("unix://me:s%20t@/run/a%20b?db=2", "- 0 me s t 2 /run/a b");
}

static void refuse(const char *text, const char *word)
{
    xy_redis_url url;
    char why[256] = "";

    assert_int_equal(xy__redis_url_parse(xy_str_from(text), &url, why, sizeof why), XY_EINVAL);
    if (!strstr(why, word) || strstr(why, "s3cret"))
        fail_msg("%s: %s", text, why);
}

static void what_is_wrong_is_told_without_the_password(void **state)
{
    (void)state;
    refuse("", "redis://");
    refuse("localhost:6379", "redis://");
    refuse("http://x", "redis://");
    refuse("rediss://:s3cret@h", "TLS");
    refuse("redis://", "no host");
    refuse("redis://:6379", "no host");
    refuse("redis://me:s3cret@", "no host");
    refuse("redis://s3cret@h", "redis://:password@host");
    refuse("redis://me:@h", "empty");
    refuse("redis://me:s3cret%@h", "%25");
    refuse("redis://me:s3cret%2@h", "%25");
    refuse("redis://me:s3cret%zz@h", "%25");
    refuse("redis://me:s3cret%00@h", "%25");
    refuse("redis://h:0", "port");
    refuse("redis://h:65536", "port");
    refuse("redis://h:", "port");
    refuse("redis://h:6379x", "port");
    refuse("redis://h:99999999999999999999", "port");
    refuse("redis://[::1", "bracket");
    refuse("redis://[::1]x", "port");
    refuse("redis://a b", "host");
    refuse("redis://me:s3cret#x@h", "port");
    refuse("redis://h/x", "database");
    refuse("redis://h/-1", "database");
    refuse("redis://h/1/2", "database");
    refuse("redis://h/1?db=2", "two databases");
    refuse("redis://h?db=", "database");
    refuse("redis://h?password=s3cret", "db=N");
    refuse("redis://h?db=1&s3cret", "end");
    refuse("redis://h/1#s3cret", "end");
    refuse("unix://", "path");
    refuse("unix://run/redis.sock", "begins with /");
    refuse("unix:///%zz", "path");
}

static void what_is_too_long_is_refused(void **state)
{
    static char text[5000];
    xy_redis_url url;
    char why[256];

    (void)state;
    memset(text, 'a', sizeof text - 1);
    memcpy(text, "unix:///", 8);
    refuse(text, "too long");
    text[200] = '\0';
    refuse(text, "longer");
    assert_int_equal(xy__redis_url_parse((xy_str){"redis://a\0b", 11}, &url, why, sizeof why),
                     XY_EINVAL);
}

/* A text cut anywhere is read or refused, and nothing is left behind. */
static void a_text_may_end_anywhere(void **state)
{
    static const char text[] = "redis://me:a%3Ab@[fe80::1]:65535/1?db=1";

    (void)state;
    for (size_t len = 0; len < sizeof text; len++) {
        char *copy = malloc(len ? len : 1);
        xy_redis_url url;
        char why[8];

        memcpy(copy, text, len);
        if (xy__redis_url_parse((xy_str){copy, len}, &url, why, sizeof why) == XY_OK)
            xy__redis_url_deinit(&url);
        free(copy);
    }
}

static void show(const char *text, const char *expected)
{
    xy_redis_url url;
    char why[256];
    char got[256];

    assert_int_equal(xy__redis_url_parse(xy_str_from(text), &url, why, sizeof why), XY_OK);
    xy__redis_url_show(&url, got, sizeof got);
    assert_string_equal(got, expected);
    xy__redis_url_deinit(&url);
}

static void it_is_shown_without_who_we_are(void **state)
{
    (void)state;
    show("redis://me:s3cret@h/2", "redis://h:6379/2");
    show("redis://:s3cret@[::1]:1", "redis://[::1]:1/0");
    show("unix://me:s3cret@/run/r?db=1", "unix:///run/r?db=1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_right_is_read),
        cmocka_unit_test(what_is_wrong_is_told_without_the_password),
        cmocka_unit_test(what_is_too_long_is_refused),
        cmocka_unit_test(a_text_may_end_anywhere),
        cmocka_unit_test(it_is_shown_without_who_we_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
