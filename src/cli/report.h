/* SPDX-License-Identifier: MIT */
/* cli/report.h -- what is wrong with GraphQL files, for people: where, what, and the line itself.
 *
 *   operations/room.graphql:3:5: Cannot query field "boby" on type "Message".
 *       boby
 *       ^
 */
#ifndef XY_CLI_REPORT_H
#define XY_CLI_REPORT_H

#include <stdio.h>

#include "base/errors.h"
#include "cli/sdl_files.h"

typedef struct xy_report {
    FILE *out;
    bool colors;
    size_t problems;     /* printed so far */
    size_t broken_files; /* that have any */
} xy_report;

/* With colors if `out` is a terminal that knows any and the environment has no NO_COLOR. keeps:
 * out. */
xy_report xy__report_to(FILE *out);

/* Print `errors`, which it sorts by file (in the order of `files`), line and column. Columns count
 * UTF-16 units, as GraphQL's do. */
void xy__report_errors(xy_report *report, xy_errors *errors, const xy_sdl_files *files);

#endif
