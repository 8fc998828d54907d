/* SPDX-License-Identifier: MIT */
/* What is kept of durable topics, and what gives way: cases to read, and random ones held against a
 * model that keeps everything in a plain array. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "realtime/archive.h"

typedef struct fixture {
    xy_loop loop;
    xy_archive *archive;
    uint64_t now_s;
    char text[4096];
} fixture;

static fixture *open_fixture(uint32_t events_max, uint32_t age_max_s, size_t bytes_max)
{
    fixture *f = xy__zalloc(sizeof *f);
    const xy_durable_limits limits = {events_max, age_max_s, bytes_max};

    xy__loop_init(&f->loop, XY_CLOCK_VIRTUAL);
    f->archive = xy__archive_create(&limits, 100);
    return f;
}

static void close_fixture(fixture *f)
{
    xy__archive_destroy(f->archive);
    xy__loop_deinit(&f->loop);
    free(f);
}

static xy_event_id keep(fixture *f, const char *topic, const char *text)
{
    xy_bytes *payload = xy_bytes_create(xy_str_from(text));
    xy_event_id id = xy__archive_next(f->archive, xy_str_from(topic), f->now_s);

    xy__archive_keep(f->archive, xy_str_from(topic), &id, payload, f->now_s);
    xy_bytes_unref(payload);
    return id;
}

static xy_history *question(fixture *f, const char *topic)
{
    xy_history *history = xy__history_create(&f->loop, xy_str_from(topic), NULL, NULL);

    history->events_max = 3;
    history->bytes_max = 100;
    return history;
}

/* "4:d 5:e gap end". Frees the question. */
static const char *ask(fixture *f, xy_history *history)
{
    int len = 0;

    f->text[0] = '\0';
    xy__archive_read(f->archive, history, f->now_s);
    for (size_t i = 0; i < history->events.len; i++)
        len += snprintf(f->text + len, sizeof f->text - (size_t)len, "%s%d:%.*s", len ? " " : "",
                        (int)history->events.items[i].id.minor,
                        XY_PRI(xy_bytes_str(history->events.items[i].payload)));
    snprintf(f->text + len, sizeof f->text - (size_t)len, "%s%s", history->gap ? " gap" : "",
             history->end ? " end" : "");
    xy__history_destroy(history);
    return f->text;
}

static const char *ask_after(fixture *f, const char *topic, xy_event_id id)
{
    xy_history *history = question(f, topic);

    history->position = id;
    return ask(f, history);
}

static const char *ask_claim(fixture *f, const char *topic, uint64_t epoch, uint64_t minor)
{
    xy_history *history = question(f, topic);

    history->from_claim = true;
    history->after = (xy_event_id_claim){xy__event_id_tag(xy_str_from(topic), epoch), 0, minor};
    return ask(f, history);
}

static void pages(void **state)
{
    fixture *f = open_fixture(10, 60, 10000);
    xy_event_id id = {0};

    (void)state;
    assert_string_equal(ask_after(f, "t", id), " end");
    for (const char *text = "abcdefg"; *text; text++) {
        const char one[] = {*text, '\0'};

        id = keep(f, "t", one);
    }
    assert_int_equal(id.epoch, 101);
    assert_int_equal(id.major, 0);
    assert_int_equal(id.minor, 7);
    assert_string_equal(ask_after(f, "t", (xy_event_id){0}), "1:a 2:b 3:c");
    assert_string_equal(ask_after(f, "t", (xy_event_id){101, 0, 3}), "4:d 5:e 6:f");
    assert_string_equal(ask_after(f, "t", (xy_event_id){101, 0, 6}), "7:g end");
    assert_string_equal(ask_after(f, "t", id), " end");
    assert_string_equal(ask_claim(f, "t", 101, 5), "6:f 7:g end");
    assert_string_equal(ask_claim(f, "t", 101, 7), " end");
    close_fixture(f);
}

static void what_nobody_knows(void **state)
{
    fixture *f = open_fixture(10, 60, 10000);

    (void)state;
    keep(f, "t", "a");
    keep(f, "u", "b");
    assert_string_equal(ask_claim(f, "t", 101, 1), " end");
    assert_string_equal(ask_claim(f, "u", 102, 0), "1:b end");
    assert_string_equal(ask_claim(f, "t", 101, 2), " gap end"); /* has never been */
    assert_string_equal(ask_claim(f, "t", 102, 1), " gap end"); /* another epoch */
    assert_string_equal(ask_claim(f, "v", 101, 1), " gap end"); /* no such topic */
    assert_string_equal(ask_after(f, "t", (xy_event_id){99, 0, 1}), " gap end");
    assert_string_equal(ask_after(f, "v", (xy_event_id){101, 0, 1}), " gap end");
    close_fixture(f);
}

static void a_topic_is_a_ring(void **state)
{
    fixture *f = open_fixture(3, 60, 10000);

    (void)state;
    for (const char *text = "abcdefg"; *text; text++) {
        const char one[] = {*text, '\0'};

        keep(f, "t", one);
    }
    assert_string_equal(ask_claim(f, "t", 101, 4), "5:e 6:f 7:g end");
    assert_string_equal(ask_claim(f, "t", 101, 3), "5:e 6:f 7:g gap end");
    assert_string_equal(ask_after(f, "t", (xy_event_id){101, 0, 1}), "5:e 6:f 7:g gap end");
    assert_string_equal(ask_after(f, "t", (xy_event_id){0}), "5:e 6:f 7:g end");
    close_fixture(f);
}

static void a_page_has_so_many_bytes(void **state)
{
    fixture *f = open_fixture(10, 60, 10000);
    xy_history *history;

    (void)state;
    keep(f, "t", "aaaaaaaa");
    keep(f, "t", "bb");
    keep(f, "t", "cc");
    history = question(f, "t");
    history->bytes_max = 4;
    assert_string_equal(ask(f, history), "1:aaaaaaaa"); /* the first comes in any case */
    history = question(f, "t");
    history->bytes_max = 4;
    history->position = (xy_event_id){101, 0, 1};
    assert_string_equal(ask(f, history), "2:bb 3:cc end");
    close_fixture(f);
}

/* The topic whose last event is the oldest gives its events, the first ones first. */
static void bytes_of_all_topics(void **state)
{
    fixture *f;
    size_t two;

    (void)state;
    f = open_fixture(10, 60, 10000);
    keep(f, "t", "aa");
    keep(f, "u", "bb");
    two = xy__archive_bytes(f->archive);
    close_fixture(f);

    f = open_fixture(10, 60, two + 2 * (XY_ARCHIVE_EVENT_COST + 2));
    keep(f, "t", "aa");
    keep(f, "t", "bb");
    keep(f, "u", "cc");
    keep(f, "u", "dd");
    assert_string_equal(ask_claim(f, "t", 101, 0), "1:aa 2:bb end");
    keep(f, "u", "ee");
    assert_string_equal(ask_claim(f, "t", 101, 0), "2:bb gap end");
    assert_string_equal(ask_claim(f, "t", 101, 1), "2:bb end");
    keep(f, "t", "ff"); /* u is the older one now */
    assert_string_equal(ask_claim(f, "u", 102, 0), "2:dd 3:ee gap end");
    for (int i = 0; i < 5; i++)
        keep(f, "t", "gg");
    assert_int_equal(xy__archive_topics(f->archive), 1); /* u has nothing left */
    assert_string_equal(ask_claim(f, "u", 102, 3), " gap end");
    assert_int_equal(keep(f, "u", "hh").epoch, 103); /* and begins anew */
    close_fixture(f);
}

static void one_event_is_too_large(void **state)
{
    fixture *f = open_fixture(10, 60, 10);

    (void)state;
    keep(f, "t", "aaaaaaaaaaaaa");
    assert_string_equal(ask_claim(f, "t", 101, 1), " end"); /* its number is known all the same */
    assert_string_equal(ask_claim(f, "t", 101, 0), " gap end");
    assert_int_equal(keep(f, "t", "b").minor, 2);
    close_fixture(f);
}

static void nothing_is_kept(void **state)
{
    fixture *f = open_fixture(0, 0, 0);

    (void)state;
    keep(f, "t", "a");
    keep(f, "t", "b");
    assert_string_equal(ask_claim(f, "t", 101, 2), " end");
    assert_string_equal(ask_claim(f, "t", 101, 1), " gap end");
    close_fixture(f);
}

static void age(void **state)
{
    fixture *f = open_fixture(10, 60, 10000);

    (void)state;
    f->now_s = 1000;
    keep(f, "t", "a");
    f->now_s = 1050;
    keep(f, "u", "b");
    f->now_s = 1060;
    assert_string_equal(ask_claim(f, "t", 101, 0), "1:a end");
    f->now_s = 1061;
    assert_string_equal(ask_claim(f, "t", 101, 0), " gap end");
    assert_int_equal(xy__archive_topics(f->archive), 1);
    f->now_s = 2000;
    assert_int_equal(keep(f, "t", "c").epoch, 103); /* another life: its numbers begin anew */
    assert_int_equal(xy__archive_topics(f->archive), 1);
    assert_string_equal(ask_claim(f, "t", 101, 1), " gap end");
    assert_string_equal(ask_claim(f, "t", 103, 1), " end");
    close_fixture(f);
}

/* ---- against a model ---- */

enum { TOPICS = 4, MODEL_MAX = 4096, STEPS = 2000, SEEDS = 50 };

typedef struct model_topic {
    bool there;
    uint64_t epoch;
    uint64_t last;
    uint64_t first; /* that is kept */
    uint64_t changed_s;
    uint64_t changed; /* order */
    char letters[MODEL_MAX];
} model_topic;

typedef struct model {
    uint64_t random;
    uint64_t epoch;
    uint64_t now_s;
    uint64_t changes;
    size_t shelf; /* bytes of a topic without events */
    model_topic topics[TOPICS];
} model;

static unsigned roll(model *m, unsigned sides)
{
    m->random ^= m->random << 13;
    m->random ^= m->random >> 7;
    m->random ^= m->random << 17;
    return (unsigned)(m->random >> 33) % sides;
}

static void model_age(model *m, const xy_durable_limits *limits)
{
    for (int i = 0; i < TOPICS; i++)
        if (m->topics[i].there && m->now_s - m->topics[i].changed_s > limits->age_max_s)
            m->topics[i].there = false;
}

/* Whatever gives way, it is the oldest events of the topics that changed longest ago. */
static void model_trim(model *m, const xy_durable_limits *limits)
{
    for (;;) {
        model_topic *oldest = NULL;
        size_t bytes = 0;

        for (int i = 0; i < TOPICS; i++) {
            model_topic *t = &m->topics[i];

            if (!t->there)
                continue;
            bytes += m->shelf + (size_t)(t->last - t->first + 1) * (XY_ARCHIVE_EVENT_COST + 1);
            if (!oldest || t->changed < oldest->changed)
                oldest = t;
        }
        if (bytes <= limits->bytes_max)
            break;
        if (oldest->first <= oldest->last) {
            oldest->first++;
        } else if (oldest->changed != m->changes) {
            oldest->there = false;
        } else {
            break;
        }
    }
}

static void model_publish(model *m, fixture *f, const xy_durable_limits *limits)
{
    unsigned which = roll(m, TOPICS);
    model_topic *t = &m->topics[which];
    const char name[] = {(char)('p' + which), '\0'};
    const char text[] = {(char)('a' + roll(m, 26)), '\0'};
    xy_event_id id;

    model_age(m, limits);
    if (!t->there) {
        *t = (model_topic){.there = true, .epoch = ++m->epoch, .first = 1};
    }
    id = keep(f, name, text);
    assert_int_equal(id.epoch, t->epoch);
    assert_int_equal(id.minor, t->last + 1);
    t->letters[++t->last % MODEL_MAX] = text[0];
    t->changed_s = m->now_s;
    t->changed = ++m->changes;
    if (t->last - t->first + 1 > limits->events_max)
        t->first++;
    model_trim(m, limits);
}

static void model_ask(model *m, fixture *f, const xy_durable_limits *limits)
{
    unsigned which = roll(m, TOPICS);
    const model_topic *t = &m->topics[which];
    const char name[] = {(char)('p' + which), '\0'};
    uint64_t minor = roll(m, (unsigned)t->last + 3);
    char expected[256] = "";
    int len = 0;

    model_age(m, limits);
    if (!t->there || minor > t->last) {
        assert_string_equal(ask_claim(f, name, t->epoch, minor), " gap end");
        return;
    }
    for (uint64_t i = minor + 1 < t->first ? t->first : minor + 1, n = 0; i <= t->last && n < 3;
         i++, n++)
        len += snprintf(expected + len, sizeof expected - (size_t)len, "%s%d:%c", len ? " " : "",
                        (int)i, t->letters[i % MODEL_MAX]);
    snprintf(expected + len, sizeof expected - (size_t)len, "%s%s",
             minor + 1 < t->first ? " gap" : "",
             t->last < 3 + (minor + 1 < t->first ? t->first : minor + 1) ? " end" : "");
    assert_string_equal(ask_claim(f, name, t->epoch, minor), expected);
}

static size_t measure_shelf(void)
{
    fixture *f = open_fixture(1, 1, 10000);
    size_t bytes;

    keep(f, "t", "a");
    bytes = xy__archive_bytes(f->archive) - XY_ARCHIVE_EVENT_COST - 1;
    close_fixture(f);
    return bytes;
}

static void random_ones(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++) {
        model *m = xy__zalloc(sizeof *m);
        xy_durable_limits limits;
        fixture *f;

        m->random = seed * 0x9e3779b97f4a7c15u;
        m->epoch = 100;
        m->shelf = measure_shelf();
        limits = (xy_durable_limits){1 + roll(m, 20), 5 + roll(m, 50), 300 + roll(m, 3000)};
        f = open_fixture(limits.events_max, limits.age_max_s, limits.bytes_max);
        for (int i = 0; i < STEPS; i++) {
            f->now_s = m->now_s += roll(m, 8) ? 0 : roll(m, 20);
            if (roll(m, 2)) {
                model_publish(m, f, &limits);
            } else {
                model_ask(m, f, &limits);
            }
        }
        close_fixture(f);
        free(m);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages),
        cmocka_unit_test(what_nobody_knows),
        cmocka_unit_test(a_topic_is_a_ring),
        cmocka_unit_test(a_page_has_so_many_bytes),
        cmocka_unit_test(bytes_of_all_topics),
        cmocka_unit_test(one_event_is_too_large),
        cmocka_unit_test(nothing_is_kept),
        cmocka_unit_test(age),
        cmocka_unit_test(random_ones),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
