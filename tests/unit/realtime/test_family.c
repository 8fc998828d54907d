/* SPDX-License-Identifier: MIT */
/* Who is served by one run: clients sorted by the facts that runs have read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <cmocka.h>

#include "base/fatal.h"
#include "realtime/family.h"

static int cohorts;
static int moves;

static xy_cohort *create(xy_family *family)
{
    (void)family;
    cohorts++;
    return xy__zalloc(sizeof(xy_cohort));
}

static void destroy(xy_cohort *cohort)
{
    cohorts--;
    free(cohort);
}

static void moved(xy_kin *kin, xy_cohort *from)
{
    assert_ptr_not_equal(kin->cohort, from);
    moves++;
}

static const xy_family_ops ops = {create, destroy, moved};

/* "ann admin editor": a user and her roles. */
static xy_identity *person(const char *words)
{
    xy_identity *identity = xy__identity_create();
    char text[64];
    char *rest = text;
    const char *word;

    snprintf(text, sizeof text, "%s", words);
    xy_identity_set_user(identity, xy_str_from(strtok_r(rest, " ", &rest)));
    while ((word = strtok_r(rest, " ", &rest)))
        xy_identity_add_role(identity, xy_str_from(word));
    return identity;
}

static void join(xy_family *family, xy_kin *kin, const char *words)
{
    xy_identity *identity = words ? person(words) : NULL;

    xy__family_join(family, kin, identity);
    xy__identity_unref(identity);
}

static int setup(void **state)
{
    (void)state;
    cohorts = 0;
    moves = 0;
    return 0;
}

static void leave_all(xy_family *family, xy_kin *kin, size_t count)
{
    for (size_t i = 0; i < count; i++)
        xy__family_leave(&kin[i]);
    assert_int_equal(cohorts, 0);
    xy__family_deinit(family);
}

/* A run of `cohort` reads a fact and is over. */
static void run_reads(xy_cohort *cohort, xy_fact_kind kind, const char *name)
{
    xy_family *family = cohort->family;

    assert_true(xy__cohort_prepare(cohort));
    xy__family_learn(family, kind, xy_str_from(name));
    xy__cohort_settle(cohort);
    xy__cohort_release(cohort);
}

static void everybody_is_alike_until_a_run_tells_them_apart(void **state)
{
    xy_kin kin[4] = {0};
    xy_family family;

    (void)state;
    xy__family_init(&family, &ops);
    join(&family, &kin[0], "ann admin");
    join(&family, &kin[1], "bob");
    join(&family, &kin[2], "cat admin");
    join(&family, &kin[3], NULL);
    assert_int_equal(cohorts, 1);
    run_reads(kin[0].cohort, XY_FACT_ROLE, "admin");
    assert_int_equal(cohorts, 2);
    assert_int_equal(moves, 2);
    assert_ptr_equal(kin[0].cohort, kin[2].cohort);
    assert_ptr_equal(kin[1].cohort, kin[3].cohort);
    run_reads(kin[1].cohort, XY_FACT_SIGNED_IN, "");
    assert_int_equal(cohorts, 3);
    run_reads(kin[0].cohort, XY_FACT_USER, "");
    assert_int_equal(cohorts, 4);
    run_reads(kin[0].cohort, XY_FACT_USER, "");
    assert_int_equal(moves, 4);
    leave_all(&family, kin, 4);
}

static void a_newcomer_joins_those_who_are_like_her(void **state)
{
    xy_kin kin[3] = {0};
    xy_family family;

    (void)state;
    xy__family_init(&family, &ops);
    join(&family, &kin[0], "ann admin");
    run_reads(kin[0].cohort, XY_FACT_USER, "");
    join(&family, &kin[1], "ann");
    join(&family, &kin[2], "ann-admin");
    assert_ptr_equal(kin[0].cohort, kin[1].cohort);
    assert_ptr_not_equal(kin[0].cohort, kin[2].cohort);
    leave_all(&family, kin, 3);
}

/* The result is ann's, who has left: nobody else may be given it. */
static void those_who_differ_from_whom_the_run_was_for_move_even_if_she_has_left(void **state)
{
    xy_kin kin[2] = {0};
    xy_family family;
    xy_cohort *cohort;

    (void)state;
    xy__family_init(&family, &ops);
    join(&family, &kin[0], "ann");
    join(&family, &kin[1], "bob");
    cohort = kin[0].cohort;
    assert_true(xy__cohort_prepare(cohort));
    xy__family_leave(&kin[0]);
    xy__family_learn(&family, XY_FACT_USER, XY_STR_NULL);
    xy__cohort_settle(cohort);
    assert_int_equal(cohort->size, 0);
    assert_ptr_not_equal(kin[1].cohort, cohort);
    assert_int_equal(cohorts, 2);
    xy__cohort_release(cohort);
    leave_all(&family, kin, 2);
}

/* Bob's run is in flight and bob has left when another run teaches that users differ: carl, who was
 * with him, must not be given bob's result. And who joins before the sorting is not told apart. */
static void a_run_in_flight_stays_with_those_for_whom_it_holds(void **state)
{
    xy_kin kin[4] = {0};
    xy_family family;
    xy_cohort *admins;
    xy_cohort *others;

    (void)state;
    xy__family_init(&family, &ops);
    join(&family, &kin[0], "ann admin");
    join(&family, &kin[1], "bob");
    join(&family, &kin[2], "carl");
    run_reads(kin[0].cohort, XY_FACT_ROLE, "admin");
    admins = kin[0].cohort;
    others = kin[1].cohort;
    assert_true(xy__cohort_prepare(others));
    assert_true(xy__cohort_prepare(admins));
    xy__family_learn(&family, XY_FACT_USER, XY_STR_NULL);
    xy__family_learn(&family, XY_FACT_USER, XY_STR_NULL);
    join(&family, &kin[3], "bob");
    assert_ptr_equal(kin[3].cohort, others);
    xy__family_leave(&kin[1]);
    xy__cohort_settle(admins);
    assert_ptr_equal(kin[3].cohort, others);
    assert_ptr_not_equal(kin[2].cohort, others);
    leave_all(&family, kin, 4);
}

static void who_has_expired_is_anonymous_from_the_next_run_on(void **state)
{
    xy_kin kin[3] = {0};
    xy_family family;
    xy_identity *ann = person("ann");
    xy_cohort *cohort;

    (void)state;
    xy__family_init(&family, &ops);
    xy_identity_set_expiry(ann, time(NULL) + 3600);
    xy__family_join(&family, &kin[0], ann);
    join(&family, &kin[1], NULL);
    join(&family, &kin[2], "ann");
    run_reads(kin[0].cohort, XY_FACT_USER, "");
    cohort = kin[0].cohort;
    assert_ptr_equal(cohort, kin[2].cohort);
    assert_int_equal(cohort->expires_s, ann->expires_s);
    xy_identity_set_expiry(ann, time(NULL) - 1);
    cohort->expires_s = ann->expires_s;
    assert_true(xy__cohort_prepare(cohort));
    assert_ptr_equal(kin[0].cohort, kin[1].cohort);
    assert_ptr_equal(kin[2].cohort, cohort);
    assert_int_equal(cohort->expires_s, 0);
    xy__identity_unref(ann);
    leave_all(&family, kin, 3);
}

static void a_result_is_not_for_who_has_expired_meanwhile(void **state)
{
    xy_kin kin[2] = {0};
    xy_family family;
    xy_identity *ann = person("ann");
    xy_cohort *cohort;

    (void)state;
    xy__family_init(&family, &ops);
    xy_identity_set_expiry(ann, time(NULL) + 3600);
    xy__family_join(&family, &kin[0], ann);
    join(&family, &kin[1], "ann");
    run_reads(kin[0].cohort, XY_FACT_USER, "");
    cohort = kin[0].cohort;
    assert_true(xy__cohort_prepare(cohort));
    xy_identity_set_expiry(ann, time(NULL) - 1);
    cohort->expires_s = ann->expires_s;
    xy__cohort_settle(cohort);
    assert_ptr_not_equal(kin[0].cohort, cohort);
    assert_ptr_equal(kin[1].cohort, cohort);
    xy__identity_unref(ann);
    leave_all(&family, kin, 2);
}

static void with_too_many_facts_nobody_shares(void **state)
{
    xy_kin kin[3] = {0};
    xy_family family;
    char name[16];

    (void)state;
    xy__family_init(&family, &ops);
    join(&family, &kin[0], "ann");
    join(&family, &kin[1], "ann");
    for (size_t i = 0; i < XY_FAMILY_FACTS_MAX; i++) {
        snprintf(name, sizeof name, "role%zu", i);
        run_reads(kin[0].cohort, XY_FACT_ROLE, name);
    }
    assert_int_equal(cohorts, 1);
    run_reads(kin[0].cohort, XY_FACT_ROLE, "one more");
    assert_int_equal(cohorts, 2);
    join(&family, &kin[2], "ann");
    assert_int_equal(cohorts, 3);
    run_reads(kin[2].cohort, XY_FACT_ROLE, "and one more");
    assert_int_equal(cohorts, 3);
    leave_all(&family, kin, 3);
}

/* Random people, facts and leaves against the plain definition: in one cohort exactly when every
 * fact that is known reads the same. */
static void random_families_are_sorted_by_what_is_known(void **state)
{
    static const char *const people[] = {"ann a",   "ann b", "bob a b", "cat",  NULL,
                                         "dan a c", "dan",   "eve b",   "eve b"};
    static const char *const roles[] = {"a", "b", "c"};
    enum { KIN = 24, PEOPLE = sizeof people / sizeof *people };

    (void)state;
    for (unsigned seed = 1; seed <= 300; seed++) {
        xy_kin kin[KIN] = {0};
        unsigned dice = seed;
        bool known[5] = {false};
        xy_family family;

        xy__family_init(&family, &ops);
        for (int step = 0; step < 120; step++) {
            unsigned i = (unsigned)rand_r(&dice) % KIN;
            unsigned fact = (unsigned)rand_r(&dice) % 5;

            if (!kin[i].cohort) {
                join(&family, &kin[i], people[(unsigned)rand_r(&dice) % PEOPLE]);
            } else if (rand_r(&dice) % 3 == 0) {
                xy__family_leave(&kin[i]);
            } else if (rand_r(&dice) % 16 == 0) {
                known[fact] = true;
                run_reads(kin[i].cohort,
                          fact == 3   ? XY_FACT_USER
                          : fact == 4 ? XY_FACT_SIGNED_IN
                                      : XY_FACT_ROLE,
                          fact < 3 ? roles[fact] : "");
            }
            for (int a = 0; a < KIN; a++)
                for (int b = 0; b < a; b++) {
                    const xy_identity *x = kin[a].identity;
                    const xy_identity *y = kin[b].identity;
                    bool alike = true;

                    if (!kin[a].cohort || !kin[b].cohort)
                        continue;
                    for (int r = 0; r < 3; r++)
                        alike &= !known[r] || xy__identity_has_role(x, xy_str_from(roles[r])) ==
                                                  xy__identity_has_role(y, xy_str_from(roles[r]));
                    alike &= !known[3] || (!x && !y) || (x && y && xy_str_eq(x->user, y->user));
                    alike &= !known[4] || !x == !y;
                    assert_int_equal(kin[a].cohort == kin[b].cohort, alike);
                }
        }
        leave_all(&family, kin, KIN);
    }
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(everybody_is_alike_until_a_run_tells_them_apart),
        TEST(a_newcomer_joins_those_who_are_like_her),
        TEST(those_who_differ_from_whom_the_run_was_for_move_even_if_she_has_left),
        TEST(a_run_in_flight_stays_with_those_for_whom_it_holds),
        TEST(who_has_expired_is_anonymous_from_the_next_run_on),
        TEST(a_result_is_not_for_who_has_expired_meanwhile),
        TEST(with_too_many_facts_nobody_shares),
        TEST(random_families_are_sorted_by_what_is_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
