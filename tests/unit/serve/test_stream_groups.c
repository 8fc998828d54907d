/* SPDX-License-Identifier: MIT */
/* Which groups are shown, in which order, and how. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "office.h"
#include "serve/stream_groups.h"

#define CLIENTS_MAX 40

typedef struct stage {
    office office;
    client clients[CLIENTS_MAX];
    size_t count;
} stage;

/* Returns what the client has been sent. */
static const char *ask(stage *s, const char *document)
{
    char body[4096];
    client *c = &s->clients[s->count++];

    assert_true(s->count <= CLIENTS_MAX);
    snprintf(body, sizeof body, "{\"query\":\"%s\",\"variables\":{\"k\":\"private\"}}", document);
    client_open(c, &s->office.web);
    office_send(&s->office, c, "", body);
    return client_read(c);
}

static void watch(stage *s, const char *document)
{
    assert_non_null(strstr(ask(s, document), "\"isLive\":true"));
}

static void leave(stage *s)
{
    for (size_t i = 0; i < s->count; i++)
        client_close(&s->clients[i]);
    s->count = 0;
    web_settle(&s->office.web);
}

static void stage_close(stage *s)
{
    leave(s);
    office_end(&s->office);
    office_close(&s->office);
}

static void expect_text(xy_str text, const char *part)
{
    char copy[8192];

    assert_true(text.len < sizeof copy);
    snprintf(copy, sizeof copy, "%.*s", XY_PRI(text));
    if (!strstr(copy, part))
        fail_msg("no %s in %s", part, copy);
}

static void a_group_is_told_with_its_variables_redacted(void **state)
{
    xy_stream_groups groups;
    stage s = {.count = 0};

    (void)state;
    office_open(&s.office);
    watch(&s, "query A($k: String) @live { q(k: $k) }");
    xy__stream_groups_collect(&groups, s.office.service, 10, 3);
    assert_int_equal(groups.len, 1);
    assert_int_equal(groups.total, 1);
    expect_text(groups.items[0].text, "{\"kind\":\"live\",\"id\":\"");
    expect_text(groups.items[0].text,
                "\"operation\":\"A\",\"document\":\"query A($k: String) @live { q(k: $k) }\","
                "\"variables\":{\"k\":\"[redacted]\"},\"worker\":3,\"state\":\"watching\","
                "\"members\":1,\"behind\":0,\"runs\":1,\"equal\":0,\"superseded\":0,"
                "\"results\":1,");
    expect_text(groups.items[0].text, "\"keys\":[\"Query.q\"],\"keyCount\":1,"
                                      "\"cause\":{\"kind\":\"opened\"}}");
    xy__stream_groups_deinit(&groups);
    s.office.config.log_variables = true;
    office_expect(&s.office, "/invalidate", "{\"key\":\"Query.q\"}", 200, "{\"invalidated\":1}");
    xy__stream_groups_collect(&groups, s.office.service, 10, 3);
    expect_text(groups.items[0].text, "\"variables\":{\"k\":\"private\"}");
    expect_text(groups.items[0].text, "\"cause\":{\"kind\":\"key\",\"key\":\"Query.q\"}}");
    xy__stream_groups_deinit(&groups);
    stage_close(&s);
}

/* 1 + 2 + … + 7 clients of 7 groups: whatever the limit, the largest come, the largest first. */
static void the_largest_are_kept(void **state)
{
    static const char *const documents[] = {
        "query A @live { q }", "query B @live { q }", "query C @live { q }", "query D @live { q }",
        "query E @live { q }", "query F @live { q }", "query G @live { q }",
    };
    stage s = {.count = 0};

    (void)state;
    office_open(&s.office);
    for (size_t i = 0; i < 7; i++) /* until a document is in the cache, no two are the same */
        for (size_t j = 0; j < 2; j++)
            watch(&s, documents[i]);
    leave(&s);
    for (size_t size = 7; size > 0; size--) /* the last opened are not the smallest */
        for (size_t i = 0; i < 7; i++)
            if ((i * 3) % 7 + 1 >= size)
                watch(&s, documents[i]);
    for (size_t limit = 0; limit < 10; limit++) {
        xy_stream_groups groups;

        xy__stream_groups_collect(&groups, s.office.service, limit, 0);
        assert_int_equal(groups.total, 7);
        assert_int_equal(groups.len, limit < 7 ? limit : 7);
        for (size_t i = 0; i < groups.len; i++) {
            char members[32];

            assert_int_equal(groups.items[i].members, 7 - i);
            snprintf(members, sizeof members, "\"members\":%zu,", 7 - i);
            expect_text(groups.items[i].text, members);
        }
        xy__stream_groups_deinit(&groups);
    }
    stage_close(&s);
}

static void what_is_long_is_cut_at_a_character(void **state)
{
    char document[2100] = "query @live { ";
    xy_stream_groups groups;
    stage s = {.count = 0};
    size_t len = strlen(document);

    (void)state;
    for (int i = 0; i < 60; i++)
        len +=
            (size_t)snprintf(document + len, sizeof document - len, "a%d: q(k: \\\"üüüü\\\") ", i);
    snprintf(document + len, sizeof document - len, "}");
    office_open(&s.office);
    watch(&s, document);
    xy__stream_groups_collect(&groups, s.office.service, 1, 0);
    expect_text(groups.items[0].text, "…\",\"variables\":{},");
    assert_true(groups.items[0].text.len < 1024 + 600);
    xy__stream_groups_deinit(&groups);
    xy__stream_groups_deinit(&groups); /* all zero is fine */
    stage_close(&s);
}

static void subscribers_of_a_topic_are_a_group(void **state)
{
    xy_stream_groups groups;
    stage s = {.count = 0};

    (void)state;
    office_open(&s.office);
    watch(&s, "query A @live { q }");
    for (size_t i = 0; i < 3; i++)
        ask(&s, "subscription N($k: String) { n(k: $k) }");
    xy__stream_groups_collect(&groups, s.office.service, 10, 3);
    assert_int_equal(groups.total, 2);
    assert_int_equal(groups.len, 2);
    expect_text(groups.items[0].text, "{\"kind\":\"subscription\",\"id\":\"");
    expect_text(groups.items[0].text,
                "\"operation\":\"N\",\"document\":\"subscription N($k: String) "
                "{ n(k: $k) }\",\"variables\":{\"k\":\"[redacted]\"},\"topic\":\"t\","
                "\"worker\":3,\"state\":\"idle\",\"members\":3,\"behind\":0,\"runs\":0,"
                "\"alone\":0,\"results\":0,\"bytes\":0,\"waiting\":0,\"dropped\":0,"
                "\"cause\":{\"kind\":\"never\"}}");
    xy__stream_groups_deinit(&groups);
    office_expect(&s.office, "/publish", "{\"topic\":\"t\",\"payload\":7}", 200,
                  "{\"published\":1}");
    web_settle(&s.office.web);
    xy__stream_groups_collect(&groups, s.office.service, 1, 3);
    assert_int_equal(groups.total, 2);
    assert_int_equal(groups.len, 1);
    expect_text(groups.items[0].text, "\"runs\":1,\"alone\":0,\"results\":3,\"bytes\":48,");
    expect_text(groups.items[0].text, "\"cause\":{\"kind\":\"event\",\"topic\":\"t\"}}");
    xy__stream_groups_deinit(&groups);
    stage_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_told_with_its_variables_redacted),
        cmocka_unit_test(the_largest_are_kept),
        cmocka_unit_test(what_is_long_is_cut_at_a_character),
        cmocka_unit_test(subscribers_of_a_topic_are_a_group),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
