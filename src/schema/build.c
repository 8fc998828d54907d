/* SPDX-License-Identifier: MIT */
/* schema/build.c -- a schema of its document.
 *
 * In this order, which is also the order of the errors that may be found on the way:
 *
 *   built-in types and directives  ->  types of the base, then of the document: declared
 *   ->  root types  ->  directives  ->  members of types  ->  values of enums
 *   ->  the list of all types  ->  who implements what
 *
 * An extended schema is built anew from all syntax trees, its base is only read.
 *
 * Read next: build_builtin.c, build_members.c (fields, arguments, values), build_links.c; check.c
 * (is it valid?). */
#include "schema/build.h"

#include "schema/builder.h"

static bool has_directive(xy_ast_directives directives, xy_str name)
{
    for (size_t i = 0; i < directives.len; i++)
        if (xy_str_eq(directives.items[i]->name->value, name))
            return true;
    return false;
}

xy_type *xy__builder_make_type(xy_builder *b, const xy_ast_type_definition *definition)
{
    xy_type *type = XY_ARENA_NEW(b->arena, xy_type);

    type->kind = xy__kind_type_kind(definition->node.kind);
    type->index = XY_TYPE_UNLISTED;
    type->name = definition->name->value;
    type->description = xy__builder_description(definition->description);
    type->named = type;
    type->definition = definition;
    xy__map_put(&b->types, type->name, type);
    return type;
}

/* ---- types of base and document ---- */

static void add_extension(xy_builder *b, xy_map *map, xy_str name, const xy_node *node)
{
    xy_extensions *extensions = xy__map_get(map, name);

    if (!extensions) {
        extensions = XY_ARENA_NEW(&b->scratch, xy_extensions);
        xy__map_put(map, name, extensions);
    }
    *xy_vec_push(&b->scratch, &extensions->nodes) = node;
}

static void find_extensions(xy_builder *b, const xy_ast_document *document)
{
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_node *node = document->definitions.items[i];

        if (xy__kind_is_type_extension(node->kind))
            add_extension(b, &b->type_extensions,
                          ((const xy_ast_type_definition *)node)->name->value, node);
        else if (node->kind == XY_KIND_DIRECTIVE_EXTENSION)
            add_extension(b, &b->directive_extensions,
                          ((const xy_ast_directive_definition *)node)->name->value, node);
    }
}

/* The extensions of the base first, then those of the document. */
static void set_extensions(xy_builder *b, xy_type *type, const xy_type *before)
{
    const xy_extensions *more = xy__map_get(&b->type_extensions, type->name);
    size_t count = (before ? before->extensions.len : 0) + (more ? more->nodes.len : 0);

    if (count == 0)
        return;
    type->extensions.items = XY_ARENA_ARRAY(b->arena, const xy_ast_type_definition *, count);
    for (size_t i = 0; before && i < before->extensions.len; i++)
        type->extensions.items[type->extensions.len++] = before->extensions.items[i];
    for (size_t i = 0; more && i < more->nodes.len; i++)
        type->extensions.items[type->extensions.len++] =
            (const xy_ast_type_definition *)more->nodes.items[i];
}

/* Spec 3.5.5 @specifiedBy: the last one of definition and extensions. */
static void set_specified_by(xy_builder *b, xy_type *type)
{
    type->specified_by_url = xy__builder_specified_by(b, type->definition->directives);
    for (size_t i = 0; i < type->extensions.len; i++) {
        xy_str url = xy__builder_specified_by(b, type->extensions.items[i]->directives);

        if (url.ptr)
            type->specified_by_url = url;
    }
}

/* A type that is named like a built-in one *is* the built-in one. */
static void declare(xy_builder *b, const xy_ast_type_definition *definition, xy_str name,
                    const xy_type *before)
{
    xy_type *type = xy__map_get(&b->standard, name);

    if (!type) {
        type = xy__builder_make_type(b, definition);
        set_extensions(b, type, before);
        if (type->kind == XY_TYPE_SCALAR)
            set_specified_by(b, type);
        type->is_one_of = type->kind == XY_TYPE_INPUT_OBJECT &&
                          has_directive(definition->directives, XY_STR("oneOf"));
    }
    *xy_vec_push(&b->scratch, &b->declared) = type;
    type->index = XY_TYPE_WAITING;
}

static void declare_all(xy_builder *b, const xy_ast_document *document)
{
    for (size_t i = 0; b->base && i < b->base->types.len && !b->failed; i++) {
        const xy_type *type = b->base->types.items[i];

        declare(b, type->definition, type->name, type);
    }
    for (size_t i = 0; i < document->definitions.len && !b->failed; i++) {
        const xy_ast_type_definition *node =
            (const xy_ast_type_definition *)document->definitions.items[i];

        if (xy__kind_is_type_definition(node->node.kind))
            declare(b, node, node->name->value, NULL);
        if (xy__arena_over(b->arena))
            return;
    }
}

/* ---- the schema itself ---- */

static void set_root(xy_builder *b, xy_operation_type operation, xy_type *type)
{
    if (operation == XY_OPERATION_QUERY)
        b->schema->query = type;
    else if (operation == XY_OPERATION_MUTATION)
        b->schema->mutation = type;
    else
        b->schema->subscription = type;
}

static void set_roots(xy_builder *b, const xy_ast_schema *node)
{
    for (size_t i = 0; i < node->operation_types.len; i++)
        set_root(b, node->operation_types.items[i]->operation,
                 xy__builder_type(b, node->operation_types.items[i]->type));
}

static xy_type *same_type(const xy_builder *b, const xy_type *of_base)
{
    return of_base ? xy__map_get(&b->types, of_base->name) : NULL;
}

static void begin_with_base(xy_builder *b)
{
    const xy_schema *base = b->base;
    xy_schema *schema = b->schema;

    if (!base)
        return;
    schema->description = base->description;
    schema->query = same_type(b, base->query);
    schema->mutation = same_type(b, base->mutation);
    schema->subscription = same_type(b, base->subscription);
    schema->definition = base->definition;
}

static void take_definition(xy_builder *b, const xy_ast_document *document)
{
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_ast_schema *node = (const xy_ast_schema *)document->definitions.items[i];

        if (node->node.kind != XY_KIND_SCHEMA_DEFINITION)
            continue;
        b->schema->definition = node;
        if (node->description)
            b->schema->description = xy__builder_description(node->description);
        set_roots(b, node);
    }
}

static void take_extensions(xy_builder *b, const xy_ast_document *document)
{
    xy_schema *schema = b->schema;
    size_t count = b->base ? b->base->extensions.len : 0;

    for (size_t i = 0; i < document->definitions.len; i++)
        count += document->definitions.items[i]->kind == XY_KIND_SCHEMA_EXTENSION;
    if (count == 0)
        return;
    schema->extensions.items = XY_ARENA_ARRAY(b->arena, const xy_ast_schema *, count);
    for (size_t i = 0; b->base && i < b->base->extensions.len; i++)
        schema->extensions.items[schema->extensions.len++] = b->base->extensions.items[i];
    for (size_t i = 0; i < document->definitions.len; i++) {
        const xy_ast_schema *node = (const xy_ast_schema *)document->definitions.items[i];

        if (node->node.kind != XY_KIND_SCHEMA_EXTENSION)
            continue;
        schema->extensions.items[schema->extensions.len++] = node;
        set_roots(b, node);
    }
}

/* Spec 3.3.1 Default Root Operation Type Names: only where nothing defines the schema. */
static void set_default_roots(xy_builder *b)
{
    static const struct {
        const char *name;
        xy_operation_type operation;
    } names[] = {
        {"Query", XY_OPERATION_QUERY},
        {"Mutation", XY_OPERATION_MUTATION},
        {"Subscription", XY_OPERATION_SUBSCRIPTION},
    };

    if (b->base || b->schema->definition)
        return;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        xy_type *type = xy__map_get(&b->types, xy_str_from(names[i].name));

        if (type)
            set_root(b, names[i].operation, type);
    }
}

/* ---- directives ---- */

static void add_directive(xy_builder *b, xy_directive *directive)
{
    *xy_vec_push(b->arena, &b->directives) = directive;
    xy__map_put(&b->schema->directives_by_name, directive->name, directive);
}

static xy_directive *standard_directive(const xy_builder *b, xy_str name)
{
    for (size_t i = 0; i < b->standard_directives.len; i++)
        if (xy_str_eq(b->standard_directives.items[i]->name, name))
            return b->standard_directives.items[i];
    return NULL;
}

/* A directive of the base, with what the document's extensions say of it. */
static void extend_directive(xy_builder *b, const xy_directive *of_base)
{
    const xy_extensions *extensions = xy__map_get(&b->directive_extensions, of_base->name);
    xy_directive *directive = of_base->definition
                                  ? xy__builder_directive(b, of_base->definition, extensions)
                                  : standard_directive(b, of_base->name);

    if (of_base->deprecation_reason.ptr)
        directive->deprecation_reason = of_base->deprecation_reason;
    for (size_t i = 0; !of_base->definition && extensions && i < extensions->nodes.len; i++) {
        const xy_ast_directive_definition *node =
            (const xy_ast_directive_definition *)extensions->nodes.items[i];

        if (!directive->deprecation_reason.ptr)
            directive->deprecation_reason = xy__builder_deprecation(b, node->directives);
    }
    add_directive(b, directive);
}

static void build_directives(xy_builder *b, const xy_ast_document *document)
{
    xy__map_init(&b->schema->directives_by_name, b->arena);
    for (size_t i = 0; b->base && i < b->base->directives.len && !b->failed; i++)
        extend_directive(b, b->base->directives.items[i]);
    for (size_t i = 0; document && i < document->definitions.len && !b->failed; i++) {
        const xy_ast_directive_definition *node =
            (const xy_ast_directive_definition *)document->definitions.items[i];

        if (node->node.kind == XY_KIND_DIRECTIVE_DEFINITION)
            add_directive(
                b, xy__builder_directive(b, node,
                                         xy__map_get(&b->directive_extensions, node->name->value)));
    }
    for (size_t i = 0; !b->base && i < b->standard_directives.len; i++)
        if (!xy__schema_directive(b->schema, b->standard_directives.items[i]->name))
            add_directive(b, b->standard_directives.items[i]);
    b->schema->directives.items = b->directives.items;
    b->schema->directives.len = b->directives.len;
}

/* ---- members ---- */

static void fill_all(xy_builder *b)
{
    for (size_t i = 0; i < b->declared.len && !b->failed; i++) {
        xy_type *type = b->declared.items[i];

        if (type->definition && type->kind != XY_TYPE_ENUM)
            xy__builder_fill(b, type);
        if (xy__arena_over(b->arena))
            return;
    }
    for (size_t i = 0; i < b->declared.len && !b->failed; i++) {
        xy_type *type = b->declared.items[i];

        if (type->definition && type->kind == XY_TYPE_ENUM)
            xy__builder_fill_enum(b, type);
    }
}

/* ---- the whole ---- */

static int build(xy_builder *b, const xy_ast_document *document)
{
    find_extensions(b, document);
    declare_all(b, document);
    if (b->failed || xy__arena_over(b->arena))
        return b->failed ? XY_EFAILED : XY_ELIMIT;
    begin_with_base(b);
    take_definition(b, document);
    take_extensions(b, document);
    set_default_roots(b);
    build_directives(b, document);
    fill_all(b);
    if (b->failed)
        return XY_EFAILED;
    xy__builder_list_types(b);
    xy__builder_link_types(b);
    return xy__arena_over(b->arena) ? XY_ELIMIT : XY_OK;
}

int xy__schema_build(xy_arena *arena, const xy_ast_document *document, const xy_schema *base,
                     xy_schema **out, xy_errors *errors)
{
    xy_builder builder;
    int rc;

    xy__builder_begin(&builder, arena, base, errors);
    rc = build(&builder, document);
    xy__arena_deinit(&builder.scratch);
    if (rc == XY_OK)
        *out = builder.schema;
    else if (rc == XY_ELIMIT)
        xy__errors_add(errors, XY_STR("The schema needs more memory than a schema may."));
    return rc;
}

xy_schema *xy__schema_builtin(xy_arena *arena)
{
    xy_builder builder;
    xy_errors none;

    xy__errors_init(&none, arena);
    xy__builder_begin(&builder, arena, NULL, &none);
    build_directives(&builder, NULL);
    xy__builder_list_types(&builder);
    xy__builder_link_types(&builder);
    xy__arena_deinit(&builder.scratch);
    return builder.schema;
}
