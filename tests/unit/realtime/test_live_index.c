/* SPDX-License-Identifier: MIT */
/* Keys and those who depend on them, against the plainest model: a table of booleans. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "realtime/live_index.h"

enum { KEYS = 60, DEPENDANTS = 40 };

static xy_live_dependant dependants[DEPENDANTS];
static bool hit[DEPENDANTS];

static void on_hit(xy_live_dependant *dependant, uint32_t key_hash)
{
    (void)key_hash;
    assert_false(hit[dependant - dependants]);
    hit[dependant - dependants] = true;
}

static xy_str key_text(char text[16], int key)
{
    return (xy_str){text, (size_t)snprintf(text, 16, "Key:%d", key)};
}

static void assert_hits(const xy_live_index *index, bool wanted[DEPENDANTS][KEYS])
{
    char text[16];

    for (int key = 0; key < KEYS; key++) {
        memset(hit, 0, sizeof hit);
        xy__live_index_hit(index, key_text(text, key), on_hit);
        for (int i = 0; i < DEPENDANTS; i++)
            assert_int_equal(hit[i], wanted[i][key]);
    }
}

static void a_key_is_known_from_when_it_is_told_until_a_run_does_not(void **state)
{
    xy_live_index index = {0};
    xy_live_dependant *d = &dependants[0];
    bool wanted[DEPENDANTS][KEYS] = {{false}};
    char text[16];

    (void)state;
    xy__live_index_tell(&index, d, key_text(text, 0), true);
    xy__live_index_begin(d);
    assert_int_equal(xy__live_index_tell(&index, d, key_text(text, 1), false), 2);
    assert_int_equal(xy__live_index_tell(&index, d, key_text(text, 1), false), 2);
    wanted[0][0] = wanted[0][1] = true;
    assert_hits(&index, wanted);
    xy__live_index_end(&index, d);
    xy__live_index_begin(d);
    xy__live_index_tell(&index, d, key_text(text, 2), false);
    wanted[0][2] = true;
    assert_hits(&index, wanted);
    xy__live_index_end(&index, d);
    wanted[0][1] = false;
    assert_hits(&index, wanted);
    assert_true(xy_str_is(xy__live_key_text(d->edges[0].key), "Key:0"));
    xy__live_index_clear(&index, d);
    xy__live_index_deinit(&index);
}

static void a_long_key_is_cut(void **state)
{
    static char long_text[XY_LIVE_KEY_BYTES_MAX + 10];
    xy_live_index index = {0};

    (void)state;
    memset(long_text, 'k', sizeof long_text);
    xy__live_index_tell(&index, &dependants[0], (xy_str){long_text, sizeof long_text}, true);
    memset(hit, 0, sizeof hit);
    xy__live_index_hit(&index, (xy_str){long_text, XY_LIVE_KEY_BYTES_MAX}, on_hit);
    assert_true(hit[0]);
    xy__live_index_clear(&index, &dependants[0]);
    xy__live_index_deinit(&index);
}

/* Runs of random keys, in orders that change, of many or few. */
static void random_runs_are_remembered(void **state)
{
    (void)state;
    for (unsigned seed = 1; seed <= 40; seed++) {
        xy_live_index index = {0};
        bool wanted[DEPENDANTS][KEYS] = {{false}};
        unsigned dice = seed;
        char text[16];

        for (int step = 0; step < 300; step++) {
            int i = rand_r(&dice) % DEPENDANTS;
            xy_live_dependant *d = &dependants[i];
            int tells = rand_r(&dice) % (rand_r(&dice) % 4 ? 6 : 3 * KEYS);
            bool next[KEYS] = {false};

            if (rand_r(&dice) % 8 == 0) {
                xy__live_index_clear(&index, d);
                memset(wanted[i], 0, sizeof wanted[i]);
                continue;
            }
            xy__live_index_begin(d);
            for (int t = 0; t < tells; t++) {
                int key = rand_r(&dice) % KEYS;

                xy__live_index_tell(&index, d, key_text(text, key), false);
                next[key] = wanted[i][key] = true;
            }
            if (step % 16 == 0)
                assert_hits(&index, wanted);
            xy__live_index_end(&index, d);
            memcpy(wanted[i], next, sizeof next);
        }
        assert_hits(&index, wanted);
        for (int i = 0; i < DEPENDANTS; i++)
            xy__live_index_clear(&index, &dependants[i]);
        xy__live_index_deinit(&index);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_known_from_when_it_is_told_until_a_run_does_not),
        cmocka_unit_test(a_long_key_is_cut),
        cmocka_unit_test(random_runs_are_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
