/* SPDX-License-Identifier: MIT */
/* cli/generate.h -- what the commands `generate …` that write files from a name have in common. */
#ifndef XY_CLI_GENERATE_H
#define XY_CLI_GENERATE_H

#include <stdbool.h>

#include "cli/command.h"
#include "cli/name.h"

typedef struct xy_generate_arguments {
    const char *word; /* as it was given */
    xy_name name;
    const char *type; /* --type; NULL: not given */
    bool force;
} xy_generate_arguments;

/* Read the command line. Returns XY_OK; or XY_EINVAL after a message. */
int xy__generate_read(const xy_command *command, int argc, char **argv, xy_generate_arguments *out);

/* Write the templates of `set` into the application. Returns the exit status. */
int xy__generate_set(const xy_command *command, const xy_generate_arguments *arguments,
                     const char *set);

#endif
