/* SPDX-License-Identifier: MIT */
/* cli/files.h -- files that are written together, or not at all.
 *
 *   add, add, add --write--> none of them exists with another content (or `force`): all are written
 *                            else: which ones stand in the way, and nothing is written
 */
#ifndef XY_CLI_FILES_H
#define XY_CLI_FILES_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/vec.h"
#include "cli/name.h"

typedef struct xy_file {
    const char *path;
    xy_str text;
    bool may_stay; /* the user's own content is as good */
} xy_file;

typedef struct xy_files {
    xy_arena arena;
    XY_VEC(xy_file) list;
} xy_files;

void xy__files_init(xy_files *files);

/* All zero is fine. */
void xy__files_deinit(xy_files *files);

/* Add the templates of `set` with their blanks filled in; paths are below `folder`. */
void xy__files_add_set(xy_files *files, const char *set, const char *folder, const xy_name *name,
                       const char *app);

/* What the user changed in `path` stays, unless everything is to be written anew. */
void xy__files_keep(xy_files *files, const char *path);

/* Write what was added, with the folders it takes, and say so, line by line, on standard output.
 * Files that are as they would be written are left alone. Returns XY_OK; XY_EEXIST when others
 * exist and `force` is not given, or XY_EIO, both after a message of `command`. */
int xy__files_write(xy_files *files, const char *command, bool force);

/* Write `text` to `path` if that is not its content already. Returns XY_OK or XY_EIO, errno set. */
int xy__file_update(const char *path, xy_str text);

#endif
