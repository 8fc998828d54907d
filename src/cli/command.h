/* SPDX-License-Identifier: MIT */
/* cli/command.h -- one command of `xylem`: each has a file of its own, which ends in its entry. */
#ifndef XY_CLI_COMMAND_H
#define XY_CLI_COMMAND_H

typedef struct xy_command {
    const char *name;  /* one word or two: "check", "generate types" */
    const char *usage; /* what follows the name */
    const char *summary;
    const char *help; /* the rest of --help */
    /* argv[0] is the last word of the name. Returns the exit status: 0, 1 for a negative finding, 2
     * for a wrong command line. */
    int (*run)(int argc, char **argv);
} xy_command;

extern const xy_command xy__command_check;
extern const xy_command xy__command_generate_types;
extern const xy_command xy__command_print_schema;
extern const xy_command xy__command_top;

#endif
