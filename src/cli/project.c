/* SPDX-License-Identifier: MIT */
#include "cli/project.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/vec.h"
#include "cli/files.h"

#define DEPTH_MAX      8u
#define LIST_BYTES_MAX ((size_t)16 << 20)
#define LIST           "gen/sources.txt"

/* ---- where it is ---- */

static bool is_here(void)
{
    struct stat graphql;

    return access("meson.build", R_OK) == 0 && stat("graphql", &graphql) == 0 &&
           S_ISDIR(graphql.st_mode);
}

/* Is the current folder the uppermost? */
static bool is_top(void)
{
    struct stat here;
    struct stat above;

    return stat(".", &here) < 0 || stat("..", &above) < 0 ||
           (here.st_ino == above.st_ino && here.st_dev == above.st_dev);
}

int xy__project_enter(const char *command)
{
    for (;;) {
        if (is_here())
            return XY_OK;
        if (is_top() || chdir("..") < 0)
            break;
    }
    fprintf(stderr,
            "xylem %s: there is no application here: no folder from this one upwards has a "
            "meson.build and a graphql/\n"
            "xylem new NAME makes one.\n",
            command);
    return XY_ENOTFOUND;
}

/* ---- its C files ---- */

typedef struct listing {
    xy_arena arena;
    XY_VEC(const char *) paths;
} listing;

/* gen/ is the last one. */
static const char *const folders[] = {"", "services", "subscriptions", "gen"};

static bool is_source(const char *name)
{
    size_t len = strlen(name);

    return len > 2 && strcmp(name + len - 2, ".c") == 0;
}

/* Add the C files in `folder`, and, unless it is the application's own, those in the folders in
 * it. */
static void add_folder(listing *l, const char *folder, unsigned depth)
{
    DIR *dir = opendir(*folder ? folder : ".");
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        struct stat about;
        const char *path =
            xy__arena_printf(&l->arena, "%s%s%s", folder, *folder ? "/" : "", entry->d_name).ptr;

        if (entry->d_name[0] == '.' || stat(path, &about) < 0)
            continue;
        if (S_ISREG(about.st_mode) && is_source(path))
            *xy_vec_push(&l->arena, &l->paths) = path;
        else if (S_ISDIR(about.st_mode) && *folder && depth < DEPTH_MAX)
            add_folder(l, path, depth + 1);
    }
    if (dir)
        closedir(dir);
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* List the first `count` of the folders. */
static void list(listing *l, size_t count)
{
    *l = (listing){.paths = {0}};
    xy__arena_init(&l->arena, LIST_BYTES_MAX);
    for (size_t i = 0; i < count; i++)
        add_folder(l, folders[i], 0);
    if (l->paths.len > 0)
        qsort(l->paths.items, l->paths.len, sizeof *l->paths.items, compare);
}

int xy__project_list_sources(const char *command)
{
    listing l;
    xy_buf text;
    int rc;

    list(&l, sizeof folders / sizeof *folders);
    xy__buf_init(&text, LIST_BYTES_MAX);
    for (size_t i = 0; i < l.paths.len; i++)
        xy__buf_printf(&text, "%s\n", l.paths.items[i]);
    rc = xy__file_update(LIST, xy__buf_view(&text));
    if (rc < 0)
        fprintf(stderr, "xylem %s: %s: %s\n", command, LIST, strerror(errno));
    xy__buf_deinit(&text);
    xy__arena_deinit(&l.arena);
    return rc;
}

int xy__project_read_sources(const char *command, xy_sdl_files *out)
{
    listing l;
    int rc;

    list(&l, sizeof folders / sizeof *folders - 1);
    rc = xy__sdl_files_read((char **)(uintptr_t)l.paths.items, (int)l.paths.len, out);
    if (rc < 0)
        fprintf(stderr, "xylem %s: the C files cannot be read\n", command);
    xy__arena_deinit(&l.arena);
    return rc;
}
