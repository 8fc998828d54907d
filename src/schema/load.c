/* SPDX-License-Identifier: MIT */
/* schema/load.c -- SDL files to a schema, through all stages of schema/build.h.
 *
 * Files become one document. Object types of one name in several files become one definition in
 * the place of the first, before any rule looks at them: the rules and the builder know nothing
 * of files. Two of one name in one file stay two, and are an error. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "schema/build.h"
#include "schema/check.h"
#include "schema/coerce_defaults.h"
#include "schema/guard.h"
#include "schema/introspection.h"
#include "schema/print.h"
#include "schema/sdl_rules.h"

#define PRINT_BYTES_MAX    ((size_t)1 << 30)
#define PROBLEMS_BYTES_MAX ((size_t)16 << 20)
#define ERRORS_BYTES_MAX   ((size_t)64 << 20)

/* SDL is the application's own: only the memory for the schema limits it. */
static const xy_parse_options sdl_options = {.tokens_max = UINT32_MAX};

/* An object type that is defined in several files. */
typedef struct merged_type {
    xy_ast_type_definition *definition; /* the first; a copy once there is a second */
    size_t slot;                        /* of it in the document */
    size_t file;                        /* the last one that defines it */
    bool is_copy;
    XY_VEC(xy_ast_type *) interfaces;
    XY_VEC(xy_ast_directive *) directives;
    XY_VEC(xy_ast_field_definition *) fields;
} merged_type;

typedef struct loader {
    const xy_schema_options *options;
    xy_arena *arena; /* the schema's */
    xy_errors *errors;
    xy_arena scratch;
    XY_VEC(xy_node *) definitions;
    xy_map merged; /* name -> merged_type */
    XY_VEC(merged_type *) copies;
} loader;

/* ---- merging ---- */

static void add_interfaces(loader *l, merged_type *type, const xy_ast_types *interfaces)
{
    for (size_t i = 0; i < interfaces->len; i++) {
        xy_str name = interfaces->items[i]->name->value;
        bool known = false;

        for (size_t k = 0; k < type->interfaces.len && !known; k++)
            known = xy_str_eq(type->interfaces.items[k]->name->value, name);
        if (!known)
            *xy_vec_push(l->arena, &type->interfaces) = interfaces->items[i];
    }
}

static void add_members(loader *l, merged_type *type, const xy_ast_type_definition *definition)
{
    add_interfaces(l, type, &definition->interfaces);
    for (size_t i = 0; i < definition->directives.len; i++)
        *xy_vec_push(l->arena, &type->directives) = definition->directives.items[i];
    for (size_t i = 0; i < definition->fields.len; i++)
        *xy_vec_push(l->arena, &type->fields) = definition->fields.items[i];
}

static void merge_into(loader *l, merged_type *type, const xy_ast_type_definition *definition)
{
    if (!type->is_copy) {
        const xy_ast_type_definition *first = type->definition;

        type->is_copy = true;
        type->definition = XY_ARENA_NEW(l->arena, xy_ast_type_definition);
        *type->definition = *first;
        add_members(l, type, first);
        l->definitions.items[type->slot] = &type->definition->node;
        *xy_vec_push(&l->scratch, &l->copies) = type;
    }
    if (!type->definition->description)
        type->definition->description = definition->description;
    add_members(l, type, definition);
}

static void finish_merged(const merged_type *type)
{
    xy_ast_type_definition *definition = type->definition;

    definition->interfaces.items = type->interfaces.items;
    definition->interfaces.len = type->interfaces.len;
    definition->directives.items = type->directives.items;
    definition->directives.len = type->directives.len;
    definition->fields.items = type->fields.items;
    definition->fields.len = type->fields.len;
}

/* True when the definition became part of one in another file. */
static bool try_merge(loader *l, xy_ast_type_definition *definition, size_t file)
{
    merged_type *type = xy__map_get(&l->merged, definition->name->value);

    if (!type) {
        type = XY_ARENA_NEW(&l->scratch, merged_type);
        type->definition = definition;
        type->slot = l->definitions.len;
        type->file = file;
        xy__map_put(&l->merged, definition->name->value, type);
        return false;
    }
    if (type->file == file)
        return false;
    type->file = file;
    merge_into(l, type, definition);
    return true;
}

static void add_document(loader *l, const xy_ast_document *document, size_t file)
{
    for (size_t i = 0; i < document->definitions.len; i++) {
        xy_node *node = document->definitions.items[i];

        if (node->kind == XY_KIND_OBJECT_TYPE_DEFINITION && !l->options->strict_spec_sdl &&
            try_merge(l, (xy_ast_type_definition *)node, file))
            continue;
        *xy_vec_push(l->arena, &l->definitions) = node;
    }
}

/* ---- reading ---- */

static xy_source *make_source(loader *l, xy_str name, xy_str text)
{
    xy_source *source = XY_ARENA_NEW(l->arena, xy_source);

    source->name = xy__arena_str(l->arena, name);
    source->text = text.ptr ? xy__arena_str(l->arena, text) : XY_STR("");
    return source;
}

static int read_file(loader *l, size_t file)
{
    const xy_sdl *sdl = &l->options->files[file];
    xy_source *source = make_source(l, sdl->name, sdl->text);
    xy_ast_document *document;
    int rc;

    if (!xy__utf8_valid(source->text)) {
        xy_error *error = xy__errors_addf(l->errors, "The file is not valid UTF-8.");

        xy__error_locate(l->errors, error, (xy_location){1, 1, source->name});
        return XY_ESYNTAX;
    }
    rc = xy__parse(l->arena, source, &sdl_options, &document, l->errors);
    if (rc == XY_OK)
        add_document(l, document, file);
    return rc;
}

static bool defines_directive(const loader *l, xy_str name)
{
    for (size_t i = 0; i < l->definitions.len; i++) {
        const xy_ast_directive_definition *node =
            (const xy_ast_directive_definition *)l->definitions.items[i];

        if (node->node.kind == XY_KIND_DIRECTIVE_DEFINITION && xy_str_eq(node->name->value, name))
            return true;
    }
    return false;
}

static void add_directive(loader *l, xy_str name, xy_str sdl)
{
    xy_ast_document *document;
    int rc;

    if (defines_directive(l, name))
        return;
    rc = xy__parse(l->arena, make_source(l, XY_STR_NULL, sdl), NULL, &document, l->errors);
    XY_ASSERT(rc == XY_OK);
    *xy_vec_push(l->arena, &l->definitions) = document->definitions.items[0];
}

/* The same in front of all others, where a field bears it. */
static void add_guard(loader *l, xy_str name, xy_str sdl)
{
    size_t before = l->definitions.len;
    xy_node *node;

    if (l->options->strict_spec_sdl || !xy__guard_is_used(l->definitions.items, before, name))
        return;
    add_directive(l, name, sdl);
    if (l->definitions.len == before)
        return;
    node = l->definitions.items[before];
    memmove(l->definitions.items + 1, l->definitions.items, before * sizeof(*l->definitions.items));
    l->definitions.items[0] = node;
}

/* All files as one document. Every file is read, whatever is wrong with others. */
static int read_all(loader *l, xy_ast_document **out)
{
    int rc = XY_OK;

    xy__map_init(&l->merged, &l->scratch);
    for (size_t i = 0; i < l->options->file_count; i++) {
        int failed = read_file(l, i);

        rc = rc ? rc : failed;
    }
    for (size_t i = 0; i < l->copies.len; i++)
        finish_merged(l->copies.items[i]);
    add_guard(l, XY_STR("skipAuth"), xy__skip_auth_sdl);
    add_guard(l, XY_STR("requireAuth"), xy__require_auth_sdl);
    add_directive(l, XY_STR("live"), xy__live_sdl);
    if (l->options->defer_stream) {
        add_directive(l, XY_STR("defer"), xy__defer_sdl);
        add_directive(l, XY_STR("stream"), xy__stream_sdl);
    }
    *out = XY_ARENA_NEW(l->arena, xy_ast_document);
    (*out)->node.kind = XY_KIND_DOCUMENT;
    (*out)->definitions.items = l->definitions.items;
    (*out)->definitions.len = l->definitions.len;
    return rc;
}

/* ---- stages ---- */

/* A schema on its way, and the stage it has reached. */
typedef struct stages {
    xy_arena *arena;
    xy_errors *errors;
    xy_schema_stage reached;
    xy_schema_stage until;
} stages;

static int build_document(stages *s, const xy_ast_document *document, xy_schema **out)
{
    int rc;

    s->reached = XY_SCHEMA_STAGE_SDL;
    rc = xy__sdl_validate(document, NULL, s->errors);
    if (rc < 0)
        return rc;
    s->reached = XY_SCHEMA_STAGE_BUILD;
    rc = xy__schema_build(s->arena, document, NULL, out, s->errors);
    if (rc < 0)
        return rc;
    s->reached = XY_SCHEMA_STAGE_CHECK;
    if (s->until > XY_SCHEMA_STAGE_CHECK)
        rc = xy__schema_check(*out, s->errors);
    if (rc < 0)
        return rc;
    rc = xy__schema_coerce_defaults(*out);
    if (rc < 0 && s->until > XY_SCHEMA_STAGE_CHECK) {
        xy__errors_add(s->errors, XY_STR("Default values depend on each other too deeply."));
        return rc;
    }
    if (s->until > XY_SCHEMA_STAGE_CHECK)
        rc = xy__guards_require(*out, s->errors);
    s->reached = XY_SCHEMA_STAGE_DONE;
    return rc;
}

int xy__schema_from_sdl(xy_arena *arena, xy_str sdl, xy_schema_stage until, xy_schema **out,
                        xy_errors *errors, xy_schema_stage *failed)
{
    stages s = {.arena = arena, .errors = errors, .until = until};
    xy_source *source = XY_ARENA_NEW(arena, xy_source);
    xy_schema *schema = NULL;
    xy_ast_document *document;
    int rc;

    source->text = sdl;
    rc = xy__parse(arena, source, NULL, &document, errors);
    if (rc == XY_OK)
        rc = build_document(&s, document, &schema);
    if (rc == XY_OK)
        *out = schema;
    else if (failed)
        *failed = s.reached;
    return rc;
}

/* ---- public ---- */

/* `buf` as memory for free(), with a NUL behind it. */
static xy_str detach(xy_buf *buf)
{
    size_t len = buf->len;
    char *text = xy__malloc(len + 1);

    if (len)
        memcpy(text, buf->ptr, len);
    text[len] = '\0';
    xy__buf_deinit(buf);
    return (xy_str){text, len};
}

static void write_location(xy_buf *buf, const xy_location *location)
{
    if (location->file.ptr) {
        xy__buf_str(buf, location->file);
        xy__buf_char(buf, ':');
    }
    xy__buf_printf(buf, "%u:%u", location->line, location->column);
}

/* "file:line:column: message (also at file:line:column)" and a line feed. */
static void write_problem(xy_buf *buf, const xy_error *error)
{
    for (size_t i = 0; i < error->location_count && i < 1; i++) {
        write_location(buf, &error->locations[i]);
        xy__buf_str(buf, XY_STR(": "));
    }
    xy__buf_str(buf, error->message);
    for (size_t i = 1; i < error->location_count; i++) {
        xy__buf_str(buf, i > 1 ? XY_STR(", ") : XY_STR(" (also at "));
        write_location(buf, &error->locations[i]);
    }
    xy__buf_str(buf, error->location_count > 1 ? XY_STR(")\n") : XY_STR("\n"));
}

static xy_str write_problems(const xy_errors *errors)
{
    xy_buf buf;

    xy__buf_init(&buf, PROBLEMS_BYTES_MAX);
    for (size_t i = 0; i < errors->list.len; i++)
        write_problem(&buf, errors->list.items[i]);
    return detach(&buf);
}

/* The names of files in locations are the schema's; errors outlive one that fails. */
static void own_names(xy_errors *errors)
{
    for (size_t i = 0; i < errors->list.len; i++) {
        xy_error *error = errors->list.items[i];

        for (size_t k = 0; k < error->location_count; k++)
            error->locations[k].file = xy__arena_str(errors->arena, error->locations[k].file);
    }
}

int xy__schema_load(const xy_schema_options *options, xy_schema **out, xy_errors *errors)
{
    xy_arena *arena = xy__arena_create(XY_SCHEMA_BYTES_MAX);
    loader l = {.options = options, .arena = arena, .errors = errors};
    stages s = {.arena = arena, .errors = errors, .until = XY_SCHEMA_STAGE_DONE};
    xy_schema *schema = NULL;
    xy_ast_document *document;
    int rc;

    xy__arena_init(&l.scratch, XY_SCHEMA_BYTES_MAX);
    rc = read_all(&l, &document);
    if (rc == XY_OK)
        rc = build_document(&s, document, &schema);
    if (rc == XY_OK) {
        if (options->id_field)
            schema->id_field = xy__arena_str(arena, xy_str_from(options->id_field));
        *out = schema; /* owns the arena from here on */
    } else {
        own_names(errors);
        xy__arena_destroy(arena);
    }
    xy__arena_deinit(&l.scratch);
    return rc == XY_ELIMIT ? XY_EFAILED : rc;
}

int xy_schema_load(const xy_schema_options *options, xy_schema **out, xy_str *problems)
{
    xy_arena arena;
    xy_errors errors;
    int rc;

    xy__arena_init(&arena, ERRORS_BYTES_MAX);
    xy__errors_init(&errors, &arena);
    rc = xy__schema_load(options, out, &errors);
    if (rc < 0 && problems)
        *problems = write_problems(&errors);
    xy__arena_deinit(&arena);
    return rc;
}

void xy_schema_destroy(xy_schema *schema)
{
    if (schema)
        xy__arena_destroy(schema->arena);
}

xy_str xy_schema_print(const xy_schema *schema)
{
    xy_buf buf;

    xy__buf_init(&buf, PRINT_BYTES_MAX);
    xy__schema_print(&buf, schema, false);
    return detach(&buf);
}
