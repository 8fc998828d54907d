/* SPDX-License-Identifier: MIT */
/* cli/colors.h -- colors, on terminals only. */
#ifndef XY_CLI_COLORS_H
#define XY_CLI_COLORS_H

#include <stdbool.h>
#include <stdio.h>

#define XY_BOLD  "\033[1m"
#define XY_DIM   "\033[2m"
#define XY_RED   "\033[31m"
#define XY_GREEN "\033[32m"
#define XY_CYAN  "\033[36m"
#define XY_PLAIN "\033[0m"

/* Is `out` a terminal that knows colors, and does the environment have no NO_COLOR? */
bool xy__has_colors(FILE *out);

#endif
