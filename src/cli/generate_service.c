/* SPDX-License-Identifier: MIT */
/* xylem generate service: resolvers to be filled in, for what a file of SDL asks for. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/generate.h"
#include "cli/project.h"
#include "cli/report.h"
#include "codegen/stubs.h"

#define SERVICE_BYTES_MAX ((size_t)16 << 20)
#define SDL               "graphql/*.graphql"

/* The SDL file of this name, or of the model's: its name without folder and ending, in `out`. */
static bool find_sdl(const char *word, const xy_name *name, char out[2 * XY_NAME_MAX])
{
    const char *const candidates[] = {word, name->name, name->names};

    for (size_t i = 0; i < sizeof candidates / sizeof *candidates; i++) {
        char path[4 * XY_NAME_MAX];

        snprintf(path, sizeof path, "graphql/%s.graphql", candidates[i]);
        snprintf(out, 2 * XY_NAME_MAX, "%s", candidates[i]);
        if (access(path, R_OK) == 0)
            return true;
    }
    return false;
}

/* Does a C file of the application define the resolver of `field`? */
static bool is_defined(const xy_sdl_files *sources, const xy_gen_field *field)
{
    for (size_t i = 0; i < sources->len; i++)
        if (xy__gen_defines(sources->items[i].text, field))
            return true;
    return false;
}

/* Append what is missing; returns how many. */
static size_t write_stubs(xy_buf *out, xy_gen_model *model, const char *file,
                          const xy_sdl_files *sources)
{
    size_t count = 0;

    for (size_t i = 0; i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        if (field->role == XY_GEN_TOPIC || !xy_str_is(xy__gen_stub_file(model, field), file) ||
            is_defined(sources, field))
            continue;
        xy__gen_stub(out, model, field);
        count++;
    }
    return count;
}

static int append(const char *path, xy_str text)
{
    bool is_new = access(path, F_OK) < 0;
    FILE *file = fopen(path, "ab");
    bool written;

    if (!file)
        return XY_EIO;
    if (is_new)
        fputs("#include \"gen/types.h\"\n", file);
    written = fwrite(text.ptr, 1, text.len, file) == text.len;
    return fclose(file) == 0 && written ? XY_OK : XY_EIO;
}

static int add_stubs(xy_gen_model *model, const char *file)
{
    xy_sdl_files sources;
    char path[4 * XY_NAME_MAX];
    xy_buf text;
    size_t count;
    int rc = XY_OK;

    if (xy__project_read_sources("generate service", &sources) < 0)
        return 1;
    xy__buf_init(&text, SERVICE_BYTES_MAX);
    count = write_stubs(&text, model, file, &sources);
    snprintf(path, sizeof path, "services/%s.c", file);
    if (count > 0)
        rc = append(path, xy__buf_view(&text));
    if (rc < 0)
        fprintf(stderr, "xylem generate service: %s: %s\n", path, strerror(errno));
    else if (count > 0)
        printf("  %zu resolver%s added to %s\n", count, count == 1 ? "" : "s", path);
    else
        printf("  nothing to do: graphql/%s.graphql has all its resolvers\n", file);
    xy__buf_deinit(&text);
    xy__sdl_files_deinit(&sources);
    return rc < 0 ? 1 : 0;
}

static int generate(const char *word, const xy_name *name)
{
    char *pattern = SDL;
    char file[2 * XY_NAME_MAX];
    xy_sdl_files files;
    xy_gen_model *model;
    int status = 1;

    if (!find_sdl(word, name, file)) {
        fprintf(stderr,
                "xylem generate service: there is no graphql/%s.graphql\n"
                "xylem generate sdl %s makes it, with its service.\n",
                word, word);
        return 1;
    }
    if (xy__sdl_files_read(&pattern, 1, &files) < 0)
        return 1;
    if (xy__gen_model_create(files.items, files.len, XY_STR(""), &model) < 0) {
        xy_report report = xy__report_to(stderr);

        xy__report_errors(&report, &model->errors, &files);
    } else {
        status = add_stubs(model, file);
    }
    xy__gen_model_destroy(model);
    xy__sdl_files_deinit(&files);
    return status;
}

static int run(int argc, char **argv)
{
    xy_generate_arguments arguments;

    if (xy__generate_read(&xy__command_generate_service, argc, argv, &arguments) < 0 ||
        xy__project_enter("generate service") < 0)
        return 2;
    return generate(arguments.word, &arguments.name);
}

const xy_command xy__command_generate_service = {
    .name = "generate service",
    .usage = "NAME",
    .summary = "add the resolvers that a file of SDL needs, to be filled in",
    .help = "NAME is the file's, or a model's: for `posts` (or `Post`) services/posts.c gets a\n"
            "resolver for each field of graphql/posts.graphql that has none in any C file of the\n"
            "application. What services/posts.c has already stays.\n"
            "\n"
            "exit status\n"
            "  0  all resolvers are there\n"
            "  1  there is no such SDL, it is wrong, or the service cannot be written\n"
            "  2  the command line is wrong, or there is no application here\n",
    .run = run,
};
