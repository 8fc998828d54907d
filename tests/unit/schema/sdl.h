/* SPDX-License-Identifier: MIT */
/* tests/unit/schema/sdl.h -- SDL texts to schemas, and what is wrong with them as lines. */
#ifndef TESTS_SCHEMA_SDL_H
#define TESTS_SCHEMA_SDL_H

#include "schema/build.h"

typedef struct sdl_fixture {
    xy_arena *arena;
} sdl_fixture;

/* cmocka's setup and teardown of a test that gets a fixture as *state. */
int sdl_setup(void **state);
int sdl_teardown(void **state);
#define SDL_TEST(name) cmocka_unit_test_setup_teardown(name, sdl_setup, sdl_teardown)

/* A schema that must be valid. */
xy_schema *sdl_schema(sdl_fixture *f, const char *sdl);

/* `base` extended; both must be valid. */
xy_schema *sdl_extend(sdl_fixture *f, const xy_schema *base, const char *sdl);

/* What is wrong with `sdl` (an extension of `base` when that is not NULL): a line for each error,
 * its locations first, "1:6 3:2 There can be only one type named \"A\"." */
const char *sdl_errors(sdl_fixture *f, const xy_schema *base, const char *sdl);

/* The schema as SDL. */
const char *sdl_print(sdl_fixture *f, const xy_schema *schema, bool sorted);

xy_type *sdl_type(const xy_schema *schema, const char *name);

#endif
