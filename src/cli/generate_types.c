/* SPDX-License-Identifier: MIT */
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fatal.h"
#include "cli/command.h"
#include "cli/report.h"
#include "cli/sdl_files.h"
#include "codegen/emit.h"
#include "codegen/stubs.h"

#define OUTPUT_BYTES_MAX ((size_t)1 << 30)
#define SOURCE_BYTES_MAX ((size_t)64 << 20)
#define FOLDER_DEPTH_MAX 16u

typedef struct options {
    char **patterns;
    int pattern_count;
    const char *out;
    const char *prefix;
    const char **stubs; /* folders */
    int stub_count;
    bool quiet;
} options;

static char *default_patterns[] = {"graphql/*.graphql"};

/* ---- the command line ---- */

static bool is_prefix(const char *text)
{
    for (const char *at = text; *at; at++)
        if (!((*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z') || *at == '_' ||
              (at > text && *at >= '0' && *at <= '9')))
            return false;
    return true;
}

/* Reads the options; *used is what they took. Returns 0, or 2 after a message. */
static int read_options(int argc, char **argv, options *o)
{
    for (int i = 1; i < argc; i++) {
        const char *name = argv[i];

        if (strcmp(name, "--quiet") == 0) {
            o->quiet = true;
            continue;
        }
        if (i + 1 == argc) {
            fprintf(stderr, "xylem generate types: %s: what is it? See --help\n", name);
            return 2;
        }
        i++;
        if (strcmp(name, "--sdl") == 0) {
            o->patterns[o->pattern_count++] = argv[i];
        } else if (strcmp(name, "--out") == 0) {
            o->out = argv[i];
        } else if (strcmp(name, "--prefix") == 0 && is_prefix(argv[i])) {
            o->prefix = argv[i];
        } else if (strcmp(name, "--stubs") == 0) {
            o->stubs[o->stub_count++] = argv[i];
        } else {
            fprintf(stderr, "xylem generate types: %s %s: what is it? See --help\n", name, argv[i]);
            return 2;
        }
    }
    return 0;
}

/* ---- files ---- */

static bool read_whole(const char *path, xy_buf *out)
{
    FILE *file = fopen(path, "rb");
    char piece[16384];
    size_t got;

    if (!file)
        return false;
    while ((got = fread(piece, 1, sizeof piece, file)) > 0)
        xy__buf_append(out, piece, got);
    fclose(file);
    return out->err == 0;
}

static bool has_content(const char *path, xy_str text)
{
    xy_buf buf;
    bool same;

    xy__buf_init(&buf, OUTPUT_BYTES_MAX);
    same = read_whole(path, &buf) && xy_str_eq(xy__buf_view(&buf), text);
    xy__buf_deinit(&buf);
    return same;
}

static int complain(const char *path)
{
    fprintf(stderr, "xylem generate types: %s: %s\n", path, strerror(errno));
    return 1;
}

static int write_text(const char *path, const char *mode, xy_str text)
{
    FILE *file = fopen(path, mode);
    bool ok;

    if (!file)
        return complain(path);
    ok = fwrite(text.ptr, 1, text.len, file) == text.len;
    ok = fclose(file) == 0 && ok;
    return ok ? 0 : complain(path);
}

/* Whoever reads `path` meanwhile sees the old text or the new one. An equal one is left alone, so
 * that what depends on it is not built again. */
static int update(const options *o, const char *path, xy_str text)
{
    char other[PATH_MAX + 8];
    int rc;

    if (has_content(path, text))
        return 0;
    snprintf(other, sizeof other, "%s.new", path);
    rc = write_text(other, "wb", text);
    if (rc == 0 && rename(other, path) < 0)
        rc = complain(path);
    if (rc == 0 && !o->quiet)
        printf("wrote %s\n", path);
    return rc;
}

static int make_folder(const char *path)
{
    char part[PATH_MAX];

    snprintf(part, sizeof part, "%s", path);
    for (char *at = part + 1; *at; at++) {
        if (*at != '/')
            continue;
        *at = '\0';
        if (mkdir(part, 0777) < 0 && errno != EEXIST)
            return complain(part);
        *at = '/';
    }
    return mkdir(part, 0777) < 0 && errno != EEXIST ? complain(part) : 0;
}

/* ---- stubs ---- */

/* Append every C source below `folder` to `out`. */
static void read_sources(const char *folder, unsigned depth, xy_buf *out)
{
    DIR *dir = depth < FOLDER_DEPTH_MAX ? opendir(folder) : NULL;
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        char path[PATH_MAX];
        size_t len = strlen(entry->d_name);
        struct stat info;

        if (entry->d_name[0] == '.' ||
            snprintf(path, sizeof path, "%s/%s", folder, entry->d_name) >= (int)sizeof path ||
            stat(path, &info) < 0)
            continue;
        if (S_ISDIR(info.st_mode)) {
            read_sources(path, depth + 1, out);
        } else if (len > 2 && strcmp(entry->d_name + len - 2, ".c") == 0) {
            read_whole(path, out);
            xy__buf_char(out, '\n');
        }
    }
    if (dir)
        closedir(dir);
}

/* Sources of subscriptions go to the last folder, everything else to the first. */
static int add_stub(const options *o, xy_gen_model *model, const xy_gen_field *field)
{
    const char *folder = o->stubs[field->is_stream ? o->stub_count - 1 : 0];
    xy_str name = xy__gen_stub_file(model, field);
    char path[PATH_MAX];
    xy_buf text;
    int rc;

    snprintf(path, sizeof path, "%s/%.*s.c", folder, XY_PRI(name));
    xy__buf_init(&text, OUTPUT_BYTES_MAX);
    if (access(path, F_OK) < 0)
        xy__buf_printf(&text, "#include \"%s/%stypes.h\"\n", o->out, o->prefix);
    xy__gen_stub(&text, model, field);
    rc = write_text(path, "ab", xy__buf_view(&text));
    xy__buf_deinit(&text);
    if (rc == 0 && !o->quiet)
        printf("%s: added %.*s\n", path, XY_PRI(field->c));
    return rc;
}

static int add_stubs(const options *o, xy_gen_model *model)
{
    xy_buf sources;
    int rc = 0;

    xy__buf_init(&sources, SOURCE_BYTES_MAX);
    for (int i = 0; rc == 0 && i < o->stub_count; i++) {
        rc = make_folder(o->stubs[i]);
        read_sources(o->stubs[i], 0, &sources);
    }
    for (size_t i = 0; rc == 0 && i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        if (field->role != XY_GEN_TOPIC && !xy__gen_defines(xy__buf_view(&sources), field))
            rc = add_stub(o, model, field);
    }
    xy__buf_deinit(&sources);
    return rc;
}

/* ---- the command ---- */

static int emit(const options *o, xy_gen_model *model, const char *ending,
                void (*write)(xy_buf *out, xy_gen_model *model))
{
    char path[PATH_MAX];
    xy_buf text;
    int rc;

    snprintf(path, sizeof path, "%s/%stypes.%s", o->out, o->prefix, ending);
    xy__buf_init(&text, OUTPUT_BYTES_MAX);
    write(&text, model);
    rc = update(o, path, xy__buf_view(&text));
    xy__buf_deinit(&text);
    return rc;
}

static int generate(const options *o, const xy_sdl_files *files)
{
    xy_gen_model *model;
    int rc = 0;

    if (xy__gen_model_create(files->items, files->len, xy_str_from(o->prefix), &model) < 0) {
        xy_report report = xy__report_to(stderr);

        xy__report_errors(&report, &model->errors, files);
        rc = 1;
    }
    if (rc == 0)
        rc = make_folder(o->out);
    if (rc == 0)
        rc = emit(o, model, "h", xy__gen_header);
    if (rc == 0)
        rc = emit(o, model, "c", xy__gen_bindings);
    if (rc == 0 && o->stub_count > 0)
        rc = add_stubs(o, model);
    xy__gen_model_destroy(model);
    return rc;
}

static int run(int argc, char **argv)
{
    options o = {.out = "gen", .prefix = ""};
    xy_sdl_files files;
    int rc;

    o.patterns = xy__malloc((size_t)argc * sizeof *o.patterns);
    o.stubs = xy__malloc((size_t)argc * sizeof *o.stubs);
    rc = read_options(argc, argv, &o);
    if (rc == 0) {
        if (xy__sdl_files_read(o.pattern_count > 0 ? o.patterns : default_patterns,
                               o.pattern_count > 0 ? o.pattern_count : 1, &files) < 0) {
            rc = 1;
        } else {
            rc = generate(&o, &files);
            xy__sdl_files_deinit(&files);
        }
    }
    free(o.patterns);
    free(o.stubs);
    return rc;
}

const xy_command xy__command_generate_types = {
    .name = "generate types",
    .usage = "[--sdl GLOB]... [--out DIR] [--prefix P] [--stubs DIR]... [--quiet]",
    .summary = "write C types and prototypes of what the SDL says",
    .help =
        "  --sdl GLOB    files of SDL; may be repeated. Default: graphql/*.graphql\n"
        "  --out DIR     where types.h and types.c go. Default: gen\n"
        "  --prefix P    before every global name, and those of the files\n"
        "  --stubs DIR   add resolvers that no C source below DIR has, to be filled in; several\n"
        "                are searched together, and the last one gets the subscriptions\n"
        "  --quiet       say nothing but errors\n\n"
        "A file that is up to date is left alone. What is wrong with the SDL is printed as\n"
        "file:line:column: message, and the exit status is 1.\n",
    .run = run,
};
