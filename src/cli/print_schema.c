/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/sdl_files.h"

static int run(int argc, char **argv)
{
    xy_sdl_files files;
    xy_schema *schema;
    xy_str text;
    int rc;

    if (argc < 2) {
        fputs("xylem print-schema: which files? For example: "
              "xylem print-schema 'graphql/*.graphql'\n",
              stderr);
        return 2;
    }
    if (xy__sdl_files_read(argv + 1, argc - 1, &files) < 0)
        return 1;
    rc = xy_schema_load(&(xy_schema_options){.files = files.items, .file_count = files.len},
                        &schema, &text);
    if (rc == XY_OK) {
        text = xy_schema_print(schema);
        xy_schema_destroy(schema);
    }
    fprintf(rc == XY_OK ? stdout : stderr, "%.*s\n", XY_PRI(text));
    free((char *)(uintptr_t)text.ptr);
    xy__sdl_files_deinit(&files);
    return rc == XY_OK ? 0 : 1;
}

const xy_command xy__command_print_schema = {
    .name = "print-schema",
    .usage = "FILE...",
    .summary = "print the schema that SDL files make together",
    .help =
        "Types of one name in several files are merged. What is wrong with the files is printed\n"
        "as file:line:column: message, and the exit status is 1.\n"
        "Tools that want one schema file, such as graphql-codegen, take this output.\n",
    .run = run,
};
