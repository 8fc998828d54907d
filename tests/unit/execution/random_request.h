/* SPDX-License-Identifier: MIT */
/* tests/unit/execution/random_request.h -- dice, and what they make: queries with @defer and
 * @stream, and values for them. */
#ifndef XY_TESTS_UNIT_EXECUTION_RANDOM_REQUEST_H
#define XY_TESTS_UNIT_EXECUTION_RANDOM_REQUEST_H

#include "xylem/str.h"

#include "base/arena.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define PICK(array)  ((array)[roll((unsigned)COUNT(array))])

/* The same rolls follow the same number. */
void seed_dice(unsigned number);

/* A number less than `sides`. */
unsigned roll(unsigned sides);

bool percent(unsigned chance);

/* The schema of all requests, but for its resolvers. */
extern const char random_sdl[];

/* What is asked of an object that has no such member, as a JSON object: there is no end to it. */
extern const char random_endless[];

typedef struct random_request {
    bool mutation;
    xy_str query; /* behind "query" or "mutation" with variables $t, true, and $f, false */
    /* A JSON object. Among its values are {"__error": message}, which fails, and
     * {"__items": […], "__error": message}, a list whose source fails after these. */
    const char *root;
} random_request;

/* Valid, in the arena. */
void random_request_make(random_request *request, xy_arena *arena);

#endif
