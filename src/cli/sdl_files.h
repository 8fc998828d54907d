/* SPDX-License-Identifier: MIT */
/* cli/sdl_files.h -- the GraphQL files that a command line names. */
#ifndef XY_CLI_SDL_FILES_H
#define XY_CLI_SDL_FILES_H

#include "xylem/schema.h"

typedef struct xy_sdl_files {
    xy_sdl *items;
    size_t len;
} xy_sdl_files;

/* Read the files which `patterns` (as the shell's) match, sorted by name within each; each file
 * once. A pattern that matches nothing and a file that cannot be read are reported on standard
 * error. Returns 0,
 * or XY_EIO. gives: *out, end it with xy__sdl_files_deinit(). */
int xy__sdl_files_read(char **patterns, int count, xy_sdl_files *out);

void xy__sdl_files_deinit(xy_sdl_files *files);

#endif
