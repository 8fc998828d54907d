/* SPDX-License-Identifier: MIT */
/* tests/vectors/incremental.h -- payloads against what a case of the family incremental expects. */
#ifndef XY_TESTS_INCREMENTAL_H
#define XY_TESTS_INCREMENTAL_H

#include "../increments.h"
#include "vectors.h"

/* The wire format of a case. */
increments_form vector_increments_form(const vector_case *c);

/* The verdict on `count` payloads (at least one): they are a legal sequence, and in canonical form
 * and merged what the case or one of its alternatives has; where it says so, merged they are also
 * the result without increments. */
vector_verdict vector_expect_payloads(vector_case *c, const xy_value *payloads, size_t count);

/* The same of the payloads that are recorded in the case, of its alternatives too: is this
 * comparison sound for the case? */
vector_verdict vector_expect_recorded(vector_case *c);

#endif
