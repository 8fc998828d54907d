/* SPDX-License-Identifier: MIT */
/* Which entries of a bounded cache stay. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/map.h"
#include "serve/sieve.h"

#define COUNT 8

/* Entries named "a", "b" and so on, of 10 bytes each. */
typedef struct fixture {
    xy_sieve sieve;
    char names[COUNT];
    xy_sieve_entry entries[COUNT];
} fixture;

static void fixture_init(fixture *f, size_t bytes_max)
{
    xy__sieve_init(&f->sieve, bytes_max);
    for (size_t i = 0; i < COUNT; i++) {
        f->names[i] = (char)('a' + i);
        f->entries[i] = (xy_sieve_entry){.key = {&f->names[i], 1}, .bytes = 10};
        f->entries[i].hash = xy__hash(f->entries[i].key);
    }
}

/* Puts the names of what goes for it at `gone`, and returns its end. */
static char *add(fixture *f, char name, char *gone)
{
    xy_sieve_entry *victim = xy__sieve_evict(&f->sieve, 10);

    for (; victim; victim = xy__sieve_evict(&f->sieve, 10))
        *gone++ = *victim->key.ptr;
    xy__sieve_add(&f->sieve, &f->entries[name - 'a']);
    return gone;
}

static bool use(fixture *f, char name)
{
    const xy_sieve_entry *entry = &f->entries[name - 'a'];

    return xy__sieve_find(&f->sieve, entry->hash, entry->kind, entry->key) == entry;
}

/* '+x': x comes in; '?x': x is used. Room is for three. */
static const struct {
    const char *what;
    const char *story;
    const char *gone;
} stories[] = {
    {"what nobody used goes, the oldest first", "+a+b+c+d+e", "ab"},
    {"what was used stays", "+a+b+c?a+d", "b"},
    {"when all were used the oldest goes", "+a+b+c?a?b?c+d", "a"},
    {"the hand goes on where it stopped", "+a+b+c?a+d+e+f", "bcd"},
    {"from the newest it goes back to the oldest", "+a+b+c?a+d?c?d+e+f", "bac"},
    {"used once more since the hand passed", "+a+b+c?a+d?a?c?d+e+f", "bcd"},
};

static void the_hand_takes_what_nobody_used(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof stories / sizeof *stories; i++) {
        char gone[COUNT + 1] = {0};
        char *end = gone;
        fixture f;

        fixture_init(&f, 30);
        for (const char *at = stories[i].story; *at; at += 2) {
            if (*at == '+') {
                end = add(&f, at[1], end);
            } else {
                assert_true(use(&f, at[1]));
            }
        }
        if (strcmp(gone, stories[i].gone) != 0)
            fail_msg("%s: %s went", stories[i].what, gone);
        for (end = gone; *end; end++)
            assert_false(use(&f, *end));
        assert_int_equal(f.sieve.bytes, 30);
        assert_int_equal(f.sieve.len, 3);
        xy__sieve_deinit(&f.sieve);
    }
}

static void the_whole_key_decides(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, 1000);
    for (size_t i = 0; i < COUNT; i++)
        f.entries[i].hash = 7;
    f.entries[1].key = f.entries[0].key;
    f.entries[1].kind = 1;
    for (char name = 'a'; name < 'a' + COUNT; name++)
        assert_ptr_equal(add(&f, name, NULL), NULL);
    for (char name = 'a'; name < 'a' + COUNT; name++)
        assert_true(use(&f, name));
    assert_null(xy__sieve_find(&f.sieve, 7, 0, XY_STR("x")));
    assert_null(xy__sieve_find(&f.sieve, 7, 2, XY_STR("a")));
    xy__sieve_remove(&f.sieve, &f.entries[3]);
    assert_false(use(&f, 'd'));
    assert_true(use(&f, 'c') && use(&f, 'e'));
    xy__sieve_deinit(&f.sieve);
}

static void growth_makes_room_too(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, 30);
    for (char name = 'a'; name <= 'c'; name++)
        add(&f, name, NULL);
    xy__sieve_resize(&f.sieve, &f.entries[2], 15);
    assert_int_equal(f.sieve.bytes, 35);
    assert_ptr_equal(xy__sieve_evict(&f.sieve, 0), &f.entries[0]);
    assert_null(xy__sieve_evict(&f.sieve, 0));
    xy__sieve_resize(&f.sieve, &f.entries[2], 5);
    assert_int_equal(f.sieve.bytes, 15);
    assert_true(xy__sieve_fits(&f.sieve, 15));
    assert_false(xy__sieve_fits(&f.sieve, 16));
    xy__sieve_deinit(&f.sieve);
}

static void a_hash_is_known_the_second_time(void **state)
{
    fixture f;

    (void)state;
    fixture_init(&f, 30);
    for (size_t i = 0; i < COUNT; i++)
        assert_false(xy__sieve_seen(&f.sieve, f.entries[i].hash));
    assert_true(xy__sieve_seen(&f.sieve, f.entries[COUNT - 1].hash));
    assert_true(xy__sieve_seen(&f.sieve, f.entries[COUNT - 1].hash));
    assert_false(xy__sieve_seen(&f.sieve, 0));
    assert_true(xy__sieve_seen(&f.sieve, 0));
    xy__sieve_deinit(&f.sieve);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_hand_takes_what_nobody_used),
        cmocka_unit_test(the_whole_key_decides),
        cmocka_unit_test(growth_makes_room_too),
        cmocka_unit_test(a_hash_is_known_the_second_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
