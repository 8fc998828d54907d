/* SPDX-License-Identifier: MIT */
/* cli/prompt.h -- a question to the user, with a default. */
#ifndef XY_CLI_PROMPT_H
#define XY_CLI_PROMPT_H

#include <stdbool.h>

#include "xylem/error.h"

#define XY_PROMPT_MAX 128u

/* Are standard input and output a terminal? */
bool xy__prompt_is_possible(void);

/* Ask `question` and read one line, without white space around it; an empty one gives `preset`.
 * Returns XY_OK, or XY_ECLOSED when there is no answer. */
int xy__prompt(const char *question, const char *preset, char answer[XY_PROMPT_MAX]);

#endif
