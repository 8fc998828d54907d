/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLE_COUNTDOWN_H
#define EXAMPLE_COUNTDOWN_H

#include "xylem/xylem.h"

/* Bind the fields of graphql/countdown.graphql. Returns 0, or as xy_bind(). */
int countdown_bind(xy_schema *schema);

#endif
