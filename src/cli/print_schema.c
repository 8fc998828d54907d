/* SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "cli/report.h"
#include "cli/sdl_files.h"
#include "codegen/sdl.h"
#include "schema/build.h"

#define ERRORS_BYTES_MAX ((size_t)64 << 20)

/* What clients see of the schema: without the directives that are for the generator alone. */
static int print(const xy_sdl_files *files)
{
    xy_schema_options options = {.files = files->items, .file_count = files->len};
    xy_report report = xy__report_to(stderr);
    xy_schema *schema;
    xy_arena arena;
    xy_errors errors;
    xy_buf sdl;
    xy_str text;
    int rc;

    xy__arena_init(&arena, ERRORS_BYTES_MAX);
    xy__errors_init(&errors, &arena);
    xy__buf_init(&sdl, SIZE_MAX);
    rc = xy__gen_sdl_load(&options, &schema, &errors);
    if (rc == XY_OK) {
        xy__gen_sdl_print(&sdl, schema);
        xy_schema_destroy(schema);
        options.files = &(xy_sdl){.text = xy__buf_view(&sdl)};
        options.file_count = 1;
        rc = xy__schema_load(&options, &schema, &errors);
    }
    if (rc == XY_OK) {
        text = xy_schema_print(schema);
        printf("%.*s\n", XY_PRI(text));
        free((char *)(uintptr_t)text.ptr);
        xy_schema_destroy(schema);
    } else {
        xy__report_errors(&report, &errors, files);
    }
    xy__buf_deinit(&sdl);
    xy__arena_deinit(&arena);
    return rc == XY_OK ? 0 : 1;
}

static int run(int argc, char **argv)
{
    xy_sdl_files files;
    int rc;

    if (argc < 2) {
        fputs("xylem print-schema: which files? For example: "
              "xylem print-schema 'graphql/*.graphql'\n",
              stderr);
        return 2;
    }
    if (xy__sdl_files_read(argv + 1, argc - 1, &files) < 0)
        return 1;
    rc = print(&files);
    xy__sdl_files_deinit(&files);
    return rc;
}

const xy_command xy__command_print_schema = {
    .name = "print-schema",
    .usage = "FILE...",
    .summary = "print the schema that SDL files make together",
    .help =
        "Types of one name in several files are merged. What is wrong with the files is printed\n"
        "as file:line:column: message, and the exit status is 1. Without @computed, @later,\n"
        "@blocking and @topic, which are for xylem generate types.\n"
        "Tools that want one schema file, such as graphql-codegen, take this output.\n",
    .run = run,
};
