/* SPDX-License-Identifier: MIT */
/* cli/builder.h -- from SDL and C files to a server, in a build folder, by programs whose output
 * is made readable on its way.
 *
 *   IDLE --start--> GENERATING --ok--> CONFIGURING --ok--> COMPILING --ok--> DONE --start--> …
 *                       |    (once)        |                   |
 *                       +------------------+---- fails --------+--> FAILED --start--> …
 */
#ifndef XY_CLI_BUILDER_H
#define XY_CLI_BUILDER_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

typedef enum xy_builder_state {
    XY_BUILDER_IDLE,
    XY_BUILDER_GENERATING,
    XY_BUILDER_CONFIGURING,
    XY_BUILDER_COMPILING,
    XY_BUILDER_DONE,
    XY_BUILDER_FAILED,
} xy_builder_state;

typedef struct xy_builder {
    xy_builder_state state;
    const char *command; /* on whose behalf, for messages */
    bool terminal;       /* standard output is one: progress is shown */
    bool colors;
    pid_t child;
    int fd;          /* its output; -1: none */
    xy_buf line;     /* begun */
    xy_buf held;     /* lines that are shown if it fails */
    bool holding;    /* the build is configured: its lines are held */
    bool skip_next;  /* the command line of what failed */
    bool progressed; /* the last line of the terminal is progress */
    xy_buf missing;  /* functions that the linker did not find, each with a NUL */
} xy_builder;

/* keeps: command. */
void xy__builder_init(xy_builder *builder, const char *command);

/* Ends what is under way. */
void xy__builder_deinit(xy_builder *builder);

/* Begin, in the application's folder. Not while it is under way. */
void xy__builder_start(xy_builder *builder);

/* Its descriptor is readable: go on. */
void xy__builder_read(xy_builder *builder);

/* Is it under way? */
bool xy__builder_is_busy(const xy_builder *builder);

#endif
