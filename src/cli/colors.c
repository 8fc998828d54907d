/* SPDX-License-Identifier: MIT */
#include "cli/colors.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool xy__has_colors(FILE *out)
{
    const char *no_color = getenv("NO_COLOR");
    const char *term = getenv("TERM");
    bool plain = (no_color && *no_color) || !term || strcmp(term, "dumb") == 0;

    return !plain && isatty(fileno(out));
}
