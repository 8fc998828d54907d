/* SPDX-License-Identifier: MIT */
/* cli/command.h -- one command of `xylem`: each has a file of its own, which ends in its entry. */
#ifndef XY_CLI_COMMAND_H
#define XY_CLI_COMMAND_H

#include <stddef.h>

typedef struct xy_command {
    const char *name;  /* one word or two: "check", "generate types" */
    const char *usage; /* what follows the name */
    const char *summary;
    /* The rest of --help. A line that begins with two spaces and a dash is an option: shells
     * complete it. A line without indentation and punctuation is a heading. */
    const char *help;
    /* argv[0] is the last word of the name. Returns the exit status: 0, 1 for a negative finding, 2
     * for a wrong command line. */
    int (*run)(int argc, char **argv);
} xy_command;

/* Every command there is, sorted by name; the last one is NULL. */
extern const xy_command *const xy__commands[];

extern const xy_command xy__command_build;
extern const xy_command xy__command_check;
extern const xy_command xy__command_completion;
extern const xy_command xy__command_dev;
extern const xy_command xy__command_generate_realtime;
extern const xy_command xy__command_generate_sdl;
extern const xy_command xy__command_generate_secret;
extern const xy_command xy__command_generate_service;
extern const xy_command xy__command_generate_types;
extern const xy_command xy__command_manual;
extern const xy_command xy__command_new;
extern const xy_command xy__command_print_schema;
extern const xy_command xy__command_serve;
extern const xy_command xy__command_setup_realtime;
extern const xy_command xy__command_top;

#endif
