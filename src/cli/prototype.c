/* SPDX-License-Identifier: MIT */
#include "cli/prototype.h"

#include <ctype.h>

#include "base/arena.h"
#include "cli/colors.h"
#include "cli/sdl_files.h"

/* Where `function` is declared in `header`, from `int` to the last parenthesis; null if nowhere. */
static xy_str find(xy_str header, xy_str function)
{
    static const char type[] = "int ";

    for (size_t at = 0; at + sizeof type + function.len < header.len; at++) {
        xy_str rest = {header.ptr + at, header.len - at};
        size_t len = sizeof type - 1;

        if ((at > 0 && rest.ptr[-1] != '\n') || !xy_str_starts(rest, XY_STR("int ")))
            continue;
        if (memcmp(rest.ptr + len, function.ptr, function.len) != 0 ||
            rest.ptr[len + function.len] != '(')
            continue;
        while (len < rest.len && rest.ptr[len] != ';')
            len++;
        return (xy_str){rest.ptr, len};
    }
    return XY_STR_NULL;
}

static void print(FILE *out, xy_str function, xy_str prototype)
{
    bool colors = xy__has_colors(out);
    size_t type = 0;

    while (type < function.len && function.ptr[type] != '_')
        type++;
    fprintf(out, "%s%.*s.%.*s has no resolver.%s Write it in a file below services/:\n\n    ",
            colors ? XY_BOLD XY_RED : "", (int)type, function.ptr,
            type < function.len ? (int)(function.len - type - 1) : 0, function.ptr + type + 1,
            colors ? XY_PLAIN : "");
    for (size_t i = 0; i < prototype.len; i++)
        if (!isspace((unsigned char)prototype.ptr[i]))
            fputc(prototype.ptr[i], out);
        else if (!isspace((unsigned char)prototype.ptr[i - 1]))
            fputc(' ', out);
    fputs("\n\n", out);
}

bool xy__prototype_print(FILE *out, xy_str function)
{
    char *pattern = "gen/types.h";
    xy_sdl_files files;
    xy_str prototype;

    if (xy__sdl_files_read(&pattern, 1, &files) < 0)
        return false;
    prototype = find(files.items[0].text, function);
    if (prototype.ptr && out)
        print(out, function, prototype);
    xy__sdl_files_deinit(&files);
    return prototype.ptr != NULL;
}
