/* SPDX-License-Identifier: MIT */
/* cli/prototype.h -- what generated headers declare and the user is to write. */
#ifndef XY_CLI_PROTOTYPE_H
#define XY_CLI_PROTOTYPE_H

#include <stdbool.h>
#include <stdio.h>

#include "xylem/str.h"

/* Tell on `out` (NULL: nowhere) that the resolver `function`, as in Query_hello, is missing, and
 * how gen/types.h declares it. Returns false when it does not. */
bool xy__prototype_print(FILE *out, xy_str function);

#endif
