/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLE_ALPHABET_H
#define EXAMPLE_ALPHABET_H

#include "xylem/xylem.h"

/* Bind the fields of graphql/alphabet.graphql. Returns 0, or as xy_bind(). */
int alphabet_bind(xy_schema *schema);

#endif
