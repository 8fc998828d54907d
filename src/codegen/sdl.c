/* SPDX-License-Identifier: MIT */
#include "codegen/sdl.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "language/parser.h"
#include "language/printer.h"
#include "schema/build.h"

#define SCAN_BYTES_MAX ((size_t)512 << 20)

typedef struct server_directive {
    const char *name;
    const char *sdl;
} server_directive;

static const server_directive known[] = {
    {"computed", "directive @computed on FIELD_DEFINITION\n"},
    {"later", "directive @later on FIELD_DEFINITION\n"},
    {"blocking", "directive @blocking on FIELD_DEFINITION\n"},
    {"topic", "directive @topic(key: String, durable: Boolean) on FIELD_DEFINITION\n"},
};

#define KNOWN_COUNT (sizeof known / sizeof *known)

/* ---- reading ---- */

/* Which of `known` the text defines; nothing when it does not parse, which the loader will tell. */
static void scan(const xy_sdl *file, bool defined[KNOWN_COUNT])
{
    xy_source source = {.name = file->name, .text = file->text.ptr ? file->text : XY_STR("")};
    xy_parse_options options = {.tokens_max = UINT32_MAX};
    xy_ast_document *document;
    xy_errors errors;
    xy_arena arena;

    xy__arena_init(&arena, SCAN_BYTES_MAX);
    xy__errors_init(&errors, &arena);
    if (xy__parse(&arena, &source, &options, &document, &errors) == XY_OK)
        for (size_t i = 0; i < document->definitions.len; i++) {
            const xy_ast_directive_definition *node =
                (const xy_ast_directive_definition *)document->definitions.items[i];

            for (size_t k = 0; k < KNOWN_COUNT; k++)
                if (node->node.kind == XY_KIND_DIRECTIVE_DEFINITION &&
                    xy_str_is(node->name->value, known[k].name))
                    defined[k] = true;
        }
    xy__arena_deinit(&arena);
}

int xy__gen_sdl_load(const xy_schema_options *options, xy_schema **out, xy_errors *errors)
{
    bool defined[KNOWN_COUNT] = {false};
    xy_schema_options more = *options;
    xy_sdl *all = xy__malloc((options->file_count + KNOWN_COUNT) * sizeof *all);
    size_t len = 0;
    int rc;

    for (; len < options->file_count; len++) {
        all[len] = options->files[len];
        scan(&all[len], defined);
    }
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (!defined[i])
            all[len++] = (xy_sdl){.text = xy_str_from(known[i].sdl)};
    more.files = all;
    more.file_count = len;
    rc = xy__schema_load(&more, out, errors);
    free(all);
    return rc;
}

/* ---- printing ---- */

static bool is_server_only(xy_str name)
{
    for (size_t i = 0; i < KNOWN_COUNT; i++)
        if (xy_str_is(name, known[i].name))
            return true;
    return false;
}

static xy_ast_field_definition *strip_field(xy_arena *arena, const xy_ast_field_definition *field)
{
    xy_ast_field_definition *copy = XY_ARENA_NEW(arena, xy_ast_field_definition);
    xy_ast_directives *kept = &copy->directives;

    *copy = *field;
    *kept = (xy_ast_directives){
        .items = XY_ARENA_ARRAY(arena, xy_ast_directive *, field->directives.len + 1),
    };
    for (size_t i = 0; i < field->directives.len; i++)
        if (!is_server_only(field->directives.items[i]->name->value))
            kept->items[kept->len++] = field->directives.items[i];
    return copy;
}

static void print_definition(xy_buf *out, xy_arena *arena, const xy_ast_type_definition *definition)
{
    xy_ast_type_definition copy = *definition;

    copy.fields.items =
        XY_ARENA_ARRAY(arena, xy_ast_field_definition *, definition->fields.len + 1);
    for (size_t i = 0; i < definition->fields.len; i++)
        copy.fields.items[i] = strip_field(arena, definition->fields.items[i]);
    xy__print(out, &copy.node);
    XY_BUF_LITERAL(out, "\n\n");
}

static void print_node(xy_buf *out, const xy_node *node)
{
    xy__print(out, node);
    XY_BUF_LITERAL(out, "\n\n");
}

/* What the loader of the program adds by itself, by its options, stays out. */
static bool is_printed(const xy_directive *directive)
{
    const xy_ast_directive_definition *definition = directive->definition;

    return definition && definition->node.source->name.ptr && !is_server_only(directive->name);
}

void xy__gen_sdl_print(xy_buf *out, const xy_schema *schema)
{
    xy_arena arena;

    xy__arena_init(&arena, XY_SCHEMA_BYTES_MAX);
    if (schema->definition)
        print_node(out, &schema->definition->node);
    for (size_t i = 0; i < schema->extensions.len; i++)
        print_node(out, &schema->extensions.items[i]->node);
    for (size_t i = 0; i < schema->directives.len; i++)
        if (is_printed(schema->directives.items[i]))
            print_node(out, &schema->directives.items[i]->definition->node);
    for (size_t i = 0; i < schema->types.len; i++) {
        const xy_type *type = schema->types.items[i];

        if (type->definition)
            print_definition(out, &arena, type->definition);
        for (size_t k = 0; k < type->extensions.len; k++)
            print_definition(out, &arena, type->extensions.items[k]);
    }
    xy__arena_deinit(&arena);
}
