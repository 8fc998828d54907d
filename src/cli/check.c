/* SPDX-License-Identifier: MIT */
/* xylem check: are the schema, and the operations that clients send, what the server will take?
 *
 *   schema files --load--> schema ----+
 *                                     +--validate--> problems
 *   operation files --parse, join--> document
 *
 * The operation files are one document, as clients compile them. It is validated only when every
 * file of both kinds can be read as GraphQL: else much would be reported that is not wrong. */
#include <stdlib.h>
#include <unistd.h>

#include "base/utf8.h"
#include "cli/command.h"
#include "cli/report.h"
#include "codegen/sdl.h"
#include "language/parser.h"
#include "schema/build.h"
#include "validation/validate.h"

#define MEMORY_MAX ((size_t)1 << 30)
#define ERRORS_MAX 1000u

/* What is checked is the application's own. */
static const xy_parse_options own_text = {.tokens_max = UINT32_MAX};

/* An application's. */
static char own_schema[] = "graphql/*.graphql";

typedef struct check {
    char **schema_patterns;
    int schema_pattern_count;
    char **patterns; /* of operation files */
    int pattern_count;
    bool quiet;
    bool deprecated; /* report uses of what is deprecated */
    xy_sdl_files schema_files;
    xy_sdl_files files;
    xy_arena arena;
    xy_report report;
    xy_schema *schema; /* NULL: not valid */
    XY_VEC(xy_node *) definitions;
    size_t operation_count;
} check;

/* ---- the command line ---- */

static int refuse_arguments(const char *message, const char *word)
{
    fprintf(stderr, "xylem check: %s%s; xylem check --help tells more\n", message, word);
    return XY_EINVAL;
}

static int read_option(check *c, int argc, char **argv, int *at)
{
    static const char schema[] = "--schema";
    char *word = argv[*at];

    if (strncmp(word, "--schema=", sizeof schema) == 0) {
        c->schema_patterns[c->schema_pattern_count++] = word + sizeof schema;
    } else if (strcmp(word, schema) == 0) {
        if (*at + 1 == argc)
            return refuse_arguments("--schema needs a file or a pattern", "");
        c->schema_patterns[c->schema_pattern_count++] = argv[++*at];
    } else if (strcmp(word, "--quiet") == 0 || strcmp(word, "-q") == 0) {
        c->quiet = true;
    } else if (strcmp(word, "--deprecated") == 0) {
        c->deprecated = true;
    } else {
        return refuse_arguments("unknown option ", word);
    }
    return XY_OK;
}

static int read_arguments(check *c, int argc, char **argv)
{
    bool options = true;
    int rc = XY_OK;

    for (int i = 1; rc == XY_OK && i < argc; i++) {
        if (options && strcmp(argv[i], "--") == 0)
            options = false;
        else if (options && argv[i][0] == '-' && argv[i][1])
            rc = read_option(c, argc, argv, &i);
        else
            c->patterns[c->pattern_count++] = argv[i];
    }
    if (rc == XY_OK && c->schema_pattern_count == 0 && access("graphql", X_OK) == 0)
        c->schema_patterns[c->schema_pattern_count++] = own_schema;
    else if (rc == XY_OK && c->schema_pattern_count == 0)
        rc = refuse_arguments("which schema? For example: --schema 'graphql/*.graphql'", "");
    return rc;
}

/* ---- schema and operations ---- */

static void load_schema(check *c)
{
    xy_schema_options options = {
        .files = c->schema_files.items,
        .file_count = c->schema_files.len,
        .defer_stream = true,
    };
    xy_errors errors;

    xy__errors_init(&errors, &c->arena);
    if (xy__gen_sdl_load(&options, &c->schema, &errors) < 0)
        xy__report_errors(&c->report, &errors, &c->schema_files);
}

static void add_definitions(check *c, const xy_ast_document *document)
{
    for (size_t i = 0; i < document->definitions.len; i++) {
        xy_node *node = document->definitions.items[i];

        *xy_vec_push(&c->arena, &c->definitions) = node;
        c->operation_count += node->kind == XY_KIND_OPERATION_DEFINITION;
    }
}

static void parse_file(check *c, const xy_sdl *file, xy_errors *errors)
{
    xy_source *source = XY_ARENA_NEW(&c->arena, xy_source);
    xy_ast_document *document;

    *source = (xy_source){.text = file->text, .name = file->name};
    if (!xy__utf8_valid(source->text)) {
        xy__error_locate(errors, xy__errors_add(errors, XY_STR("The file is not valid UTF-8.")),
                         (xy_location){1, 1, source->name});
    } else if (xy__parse(&c->arena, source, &own_text, &document, errors) == XY_OK) {
        add_definitions(c, document);
    }
}

/* Returns whether all files can be read as GraphQL. */
static bool parse_operations(check *c)
{
    xy_errors errors;

    xy__errors_init(&errors, &c->arena);
    for (size_t i = 0; i < c->files.len; i++)
        parse_file(c, &c->files.items[i], &errors);
    xy__report_errors(&c->report, &errors, &c->files);
    return errors.list.len == 0;
}

static void validate(check *c)
{
    xy_ast_document document = {.node = {.kind = XY_KIND_DOCUMENT}};
    xy_validate_options options = {
        .errors_max = ERRORS_MAX,
        .work_max = UINT32_MAX,
        .report_deprecated = c->deprecated,
    };
    xy_errors errors;

    document.definitions.items = c->definitions.items;
    document.definitions.len = c->definitions.len;
    xy__errors_init(&errors, &c->arena);
    xy__validate(c->schema, &document, &options, &errors);
    xy__report_errors(&c->report, &errors, &c->files);
}

/* ---- the command ---- */

static const char *plural(size_t count)
{
    return count == 1 ? "" : "s";
}

static void print_summary(const check *c)
{
    const xy_report *r = &c->report;
    size_t fragments = c->definitions.len - c->operation_count;

    if (c->quiet)
        return;
    if (r->problems > 0)
        fprintf(r->out, "%zu problem%s in %zu file%s\n", r->problems, plural(r->problems),
                r->broken_files, plural(r->broken_files));
    else if (c->pattern_count == 0)
        fprintf(r->out, "no problems: a schema of %zu file%s\n", c->schema_files.len,
                plural(c->schema_files.len));
    else
        fprintf(r->out, "no problems: %zu operation%s and %zu fragment%s in %zu file%s\n",
                c->operation_count, plural(c->operation_count), fragments, plural(fragments),
                c->files.len, plural(c->files.len));
}

static int check_files(check *c)
{
    bool readable;

    if (xy__sdl_files_read(c->schema_patterns, c->schema_pattern_count, &c->schema_files) < 0 ||
        xy__sdl_files_read(c->patterns, c->pattern_count, &c->files) < 0)
        return 2;
    load_schema(c);
    readable = parse_operations(c);
    if (c->schema && readable && c->files.len > 0)
        validate(c);
    print_summary(c);
    return c->report.problems > 0 ? 1 : 0;
}

static int run(int argc, char **argv)
{
    check c = {.report = xy__report_to(stdout)};
    int status = 2;

    xy__arena_init(&c.arena, MEMORY_MAX);
    c.schema_patterns = XY_ARENA_ARRAY(&c.arena, char *, (size_t)argc + 1);
    c.patterns = XY_ARENA_ARRAY(&c.arena, char *, (size_t)argc);
    if (read_arguments(&c, argc, argv) == XY_OK)
        status = check_files(&c);
    xy_schema_destroy(c.schema);
    xy__sdl_files_deinit(&c.files);
    xy__sdl_files_deinit(&c.schema_files);
    xy__arena_deinit(&c.arena);
    return status;
}

const xy_command xy__command_check = {
    .name = "check",
    .usage = "[--schema FILE]... [OPERATIONS]...",
    .summary = "validate a schema and the operations that clients send",
    .help =
        "Files are names or patterns, which are quoted so that the shell leaves them alone:\n"
        "\n"
        "  xylem check --schema 'graphql/*.graphql' 'operations/*.graphql'\n"
        "\n"
        "options\n"
        "  --schema FILE   an SDL file or a pattern; may be repeated. Types of one name in\n"
        "                  several files are merged, as the server does. In the folder of an\n"
        "                  application it is graphql/*.graphql when not given\n"
        "  --deprecated    a use of what is @deprecated is a problem, too\n"
        "  --quiet, -q     no summary: no output at all when nothing is wrong\n"
        "  --              what follows are files, whatever they begin with\n"
        "\n"
        "All operation files are one document, as graphql-codegen and other compilers of\n"
        "clients see them: a fragment may be spread in another file than its own, names of\n"
        "operations and of fragments are unique across files, every operation has a name\n"
        "(unless it is the only one), and every fragment is used somewhere. Without operation\n"
        "files the schema alone is checked.\n"
        "\n"
        "Problems are printed to standard output as `file:line:column: message`, followed by\n"
        "the line and a caret below the place; the messages are those of graphql-js. Colors are\n"
        "for terminals only, and NO_COLOR in the environment switches them off.\n"
        "\n"
        "exit status\n"
        "  0  nothing is wrong\n"
        "  1  there are problems\n"
        "  2  the command line is wrong, or a file cannot be read\n",
    .run = run,
};
