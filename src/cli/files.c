/* SPDX-License-Identifier: MIT */
#include "cli/files.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/colors.h"
#include "cli/template.h"

#define MEMORY_MAX ((size_t)64 << 20)

void xy__files_init(xy_files *files)
{
    *files = (xy_files){0};
    xy__arena_init(&files->arena, MEMORY_MAX);
}

void xy__files_deinit(xy_files *files)
{
    xy__arena_deinit(&files->arena);
    *files = (xy_files){0};
}

static xy_str filled(xy_files *files, const char *text, const xy_name *name, const char *app)
{
    xy_buf buf;
    xy_str out;

    xy__buf_init(&buf, MEMORY_MAX);
    xy__template_fill(&buf, text, name, app);
    out = xy__arena_str(&files->arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return out;
}

void xy__files_add_set(xy_files *files, const char *set, const char *folder, const xy_name *name,
                       const char *app)
{
    for (const xy_template *at = xy__templates; at->set; at++) {
        xy_str path;

        if (strcmp(at->set, set) != 0)
            continue;
        path = filled(files, at->path, name, app);
        *xy_vec_push(&files->arena, &files->list) = (xy_file){
            .path =
                xy__arena_printf(&files->arena, "%s%s%s", folder, *folder ? "/" : "", path.ptr).ptr,
            .text = filled(files, at->text, name, app),
        };
    }
}

void xy__files_keep(xy_files *files, const char *path)
{
    for (size_t i = 0; i < files->list.len; i++)
        if (strcmp(files->list.items[i].path, path) == 0)
            files->list.items[i].may_stay = true;
}

/* ---- one file ---- */

/* Is `text` what is in the file? False, with errno ENOENT, when there is none. */
static bool has_content(const char *path, xy_str text)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t at = 0;
    size_t got;
    bool same = true;

    if (!file)
        return false;
    while (same && (got = fread(part, 1, sizeof part, file)) > 0) {
        same = got <= text.len - at && memcmp(part, text.ptr + at, got) == 0;
        at += got;
    }
    fclose(file);
    errno = 0;
    return same && at == text.len;
}

static int make_folders(const char *path)
{
    char folder[4096];
    size_t len = strlen(path);

    if (len >= sizeof folder) {
        errno = ENAMETOOLONG;
        return XY_EIO;
    }
    for (size_t i = 0; i < len; i++) {
        folder[i] = path[i];
        if (path[i] != '/' || i == 0)
            continue;
        folder[i] = '\0';
        if (mkdir(folder, 0777) < 0 && errno != EEXIST)
            return XY_EIO;
        folder[i] = '/';
    }
    return XY_OK;
}

static int write_file(const char *path, xy_str text)
{
    FILE *file;
    bool written;

    if (make_folders(path) < 0)
        return XY_EIO;
    file = fopen(path, "wb");
    if (!file)
        return XY_EIO;
    written = fwrite(text.ptr, 1, text.len, file) == text.len;
    return fclose(file) == 0 && written ? XY_OK : XY_EIO;
}

int xy__file_update(const char *path, xy_str text)
{
    return has_content(path, text) ? XY_OK : write_file(path, text);
}

/* ---- all of them ---- */

static bool stands_in_the_way(const xy_file *file)
{
    return !file->may_stay && access(file->path, F_OK) == 0 && !has_content(file->path, file->text);
}

static int refuse(const xy_files *files, const char *command)
{
    const char *intro = "these files exist already, and nothing was written:";
    int rc = XY_OK;

    for (size_t i = 0; i < files->list.len; i++) {
        if (!stands_in_the_way(&files->list.items[i]))
            continue;
        if (rc == XY_OK)
            fprintf(stderr, "xylem %s: %s\n", command, intro);
        fprintf(stderr, "  %s\n", files->list.items[i].path);
        rc = XY_EEXIST;
    }
    if (rc < 0)
        fprintf(stderr, "Move them away, or write them anew with --force.\n");
    return rc;
}

static void tell(const char *color, const char *what, const char *path)
{
    bool colors = xy__has_colors(stdout);

    printf("  %s%-9s%s %s\n", colors ? color : "", what, colors ? XY_PLAIN : "", path);
}

static int write_one(const xy_file *file, const char *command, bool force)
{
    bool exists = access(file->path, F_OK) == 0;

    if (exists && has_content(file->path, file->text)) {
        tell(XY_DIM, "unchanged", file->path);
        return XY_OK;
    }
    if (exists && file->may_stay && !force) {
        tell(XY_DIM, "kept", file->path);
        return XY_OK;
    }
    if (write_file(file->path, file->text) < 0) {
        fprintf(stderr, "xylem %s: %s: %s\n", command, file->path, strerror(errno));
        return XY_EIO;
    }
    tell(XY_GREEN, exists ? "rewritten" : "created", file->path);
    return XY_OK;
}

int xy__files_write(xy_files *files, const char *command, bool force)
{
    int rc = force ? XY_OK : refuse(files, command);

    for (size_t i = 0; rc == XY_OK && i < files->list.len; i++)
        rc = write_one(&files->list.items[i], command, force);
    return rc;
}
