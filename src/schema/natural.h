/* SPDX-License-Identifier: MIT */
/* schema/natural.h -- the order of names where people look for them. */
#ifndef XY_SCHEMA_NATURAL_H
#define XY_SCHEMA_NATURAL_H

#include "xylem/str.h"

/* By characters, but digits in a row count as the number they are: "a9" before "a10". Returns
 * less than, equal to or greater than 0; 0 for some names which differ in very long numbers. */
int xy__natural_cmp(xy_str a, xy_str b);

#endif
