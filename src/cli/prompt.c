/* SPDX-License-Identifier: MIT */
#include "cli/prompt.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/colors.h"

bool xy__prompt_is_possible(void)
{
    return isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

int xy__prompt(const char *question, const char *preset, char answer[XY_PROMPT_MAX])
{
    bool colors = xy__has_colors(stdout);
    size_t start = 0;
    size_t end;

    printf("%s%s%s [%s]: ", colors ? XY_BOLD : "", question, colors ? XY_PLAIN : "", preset);
    fflush(stdout);
    if (!fgets(answer, (int)XY_PROMPT_MAX, stdin)) {
        putchar('\n');
        return XY_ECLOSED;
    }
    while (isspace((unsigned char)answer[start]))
        start++;
    end = strlen(answer);
    while (end > start && isspace((unsigned char)answer[end - 1]))
        end--;
    memmove(answer, answer + start, end - start);
    answer[end - start] = '\0';
    if (start == end)
        snprintf(answer, XY_PROMPT_MAX, "%s", preset);
    return XY_OK;
}
