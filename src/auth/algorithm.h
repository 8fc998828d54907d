/* SPDX-License-Identifier: MIT */
/* auth/algorithm.h -- signature algorithms of JSON Web Tokens (RFC 7518 3), as sets.
 *
 * Which of them may be used is a matter of the key, never of the token: a token's `alg` only picks
 * one of those. `none` is not among them; nor is EdDSA, which cjose does not know. */
#ifndef XY_AUTH_ALGORITHM_H
#define XY_AUTH_ALGORITHM_H

#include <stdint.h>

#include "xylem/str.h"

/* A set of them; one is a set of one. */
typedef uint32_t xy_algorithms;

#define XY_ALGORITHM_HS256 ((xy_algorithms)1 << 0)
#define XY_ALGORITHMS_HS   ((xy_algorithms)7 << 0)
#define XY_ALGORITHMS_RS   ((xy_algorithms)7 << 3)
#define XY_ALGORITHMS_PS   ((xy_algorithms)7 << 6)
#define XY_ALGORITHM_ES256 ((xy_algorithms)1 << 9)
#define XY_ALGORITHM_ES384 ((xy_algorithms)1 << 10)
#define XY_ALGORITHM_ES512 ((xy_algorithms)1 << 11)
#define XY_ALGORITHMS_ALL  (((xy_algorithms)1 << 12) - 1)

/* The one of this name, to the letter; none (0) when it is not known. */
xy_algorithms xy__algorithm_of(xy_str name);

#endif
