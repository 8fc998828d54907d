/* SPDX-License-Identifier: MIT */
#include "cli/sdl_files.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

/* The whole file; the null string after a message. */
static xy_str read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t cap = 4096;
    size_t len = 0;
    char *text;

    if (!file) {
        fprintf(stderr, "%s: %s\n", path, strerror(errno));
        return XY_STR_NULL;
    }
    text = xy__malloc(cap);
    while (len < FILE_BYTES_MAX) {
        size_t got = fread(text + len, 1, cap - len, file);

        len += got;
        if (got == 0)
            break;
        if (len == cap)
            text = xy__realloc(text, cap *= 2);
    }
    if (ferror(file) || !feof(file)) {
        fprintf(stderr, "%s: %s\n", path, ferror(file) ? strerror(errno) : "too large");
        free(text);
        text = NULL;
    }
    fclose(file);
    return text ? (xy_str){text, len} : XY_STR_NULL;
}

static bool is_known(const xy_sdl_files *files, const char *path)
{
    for (size_t i = 0; i < files->len; i++)
        if (xy_str_is(files->items[i].name, path))
            return true;
    return false;
}

static int add(xy_sdl_files *files, const char *path)
{
    xy_str text;

    if (is_known(files, path))
        return XY_OK;
    text = read_file(path);
    if (!text.ptr)
        return XY_EIO;
    files->items = xy__realloc(files->items, (files->len + 1) * sizeof *files->items);
    files->items[files->len++] = (xy_sdl){.name = xy_str_from(strdup(path)), .text = text};
    return XY_OK;
}

static int add_pattern(xy_sdl_files *files, const char *pattern)
{
    glob_t found;
    int rc = XY_OK;

    if (glob(pattern, GLOB_NOCHECK, NULL, &found) != 0) {
        fprintf(stderr, "%s: cannot be searched\n", pattern);
        return XY_EIO;
    }
    for (size_t i = 0; rc == XY_OK && i < found.gl_pathc; i++)
        rc = add(files, found.gl_pathv[i]);
    globfree(&found);
    return rc;
}

int xy__sdl_files_read(char **patterns, int count, xy_sdl_files *out)
{
    int rc = XY_OK;

    *out = (xy_sdl_files){0};
    for (int i = 0; rc == XY_OK && i < count; i++)
        rc = add_pattern(out, patterns[i]);
    if (rc < 0)
        xy__sdl_files_deinit(out);
    return rc;
}

void xy__sdl_files_deinit(xy_sdl_files *files)
{
    for (size_t i = 0; i < files->len; i++) {
        free((char *)(uintptr_t)files->items[i].name.ptr);
        free((char *)(uintptr_t)files->items[i].text.ptr);
    }
    free(files->items);
    *files = (xy_sdl_files){0};
}
