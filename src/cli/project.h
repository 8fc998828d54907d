/* SPDX-License-Identifier: MIT */
/* cli/project.h -- the application whose folder a command is given in. */
#ifndef XY_CLI_PROJECT_H
#define XY_CLI_PROJECT_H

#include "cli/sdl_files.h"

/* The program that meson.build makes. */
#define XY_PROJECT_SERVER "build/server"

/* Go to the application's folder: the one with meson.build and graphql/ which the current folder
 * is, or is in. Returns XY_OK; or XY_ENOTFOUND after a message of `command`. */
int xy__project_enter(const char *command);

/* Bring gen/sources.txt up to date, the list of C files that meson.build compiles: a file that
 * comes or goes makes ninja configure anew. Returns XY_OK; or XY_EIO after a message of `command`.
 */
int xy__project_list_sources(const char *command);

/* Read the C files that are written by hand. Returns XY_OK; or XY_EIO after a message of `command`.
 * gives: *out, end it with xy__sdl_files_deinit(). */
int xy__project_read_sources(const char *command, xy_sdl_files *out);

#endif
