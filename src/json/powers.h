/* SPDX-License-Identifier: MIT */
/* json/powers.h -- powers of ten to 128 bits. */
#ifndef XY_JSON_POWERS_H
#define XY_JSON_POWERS_H

#include <stdint.h>

#define XY_POWER_FIRST (-292)
#define XY_POWER_LAST  324

/* [e - XY_POWER_FIRST] is 10^e scaled by a power of two to lie in [2^127, 2^128), rounded up:
 * high and low half. */
extern const uint64_t xy__powers[XY_POWER_LAST - XY_POWER_FIRST + 1][2];

#endif
