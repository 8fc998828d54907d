/* SPDX-License-Identifier: MIT */
/* schema/build_builtin.c -- the beginning of every schema: what is built in. */
#include "base/fatal.h"
#include "language/parser.h"
#include "schema/builder.h"
#include "schema/introspection.h"

#define META_TYPE "__Meta"

static xy_scalar scalar_of(xy_str name)
{
    static const struct {
        const char *name;
        xy_scalar scalar;
    } scalars[] = {
        {"Int", XY_SCALAR_INT},         {"Float", XY_SCALAR_FLOAT}, {"String", XY_SCALAR_STRING},
        {"Boolean", XY_SCALAR_BOOLEAN}, {"ID", XY_SCALAR_ID},
    };

    for (size_t i = 0; i < sizeof scalars / sizeof *scalars; i++)
        if (xy_str_is(name, scalars[i].name))
            return scalars[i].scalar;
    return XY_SCALAR_CUSTOM;
}

static const xy_ast_document *parse_builtin(xy_builder *b)
{
    xy_source *source = XY_ARENA_NEW(b->arena, xy_source);
    xy_ast_document *document = NULL;
    xy_errors none;
    int rc;

    source->text = xy__builtin_sdl;
    xy__errors_init(&none, &b->scratch);
    rc = xy__parse(b->arena, source, NULL, &document, &none);
    XY_ASSERT(rc == XY_OK);
    return document;
}

static void declare_standard(xy_builder *b, const xy_ast_document *builtin)
{
    for (size_t i = 0; i < builtin->definitions.len; i++) {
        const xy_ast_type_definition *node =
            (const xy_ast_type_definition *)builtin->definitions.items[i];
        xy_type *type;

        if (!xy__kind_is_type_definition(node->node.kind))
            continue;
        type = xy__builder_make_type(b, node);
        type->scalar = scalar_of(type->name);
        type->is_introspection = type->kind != XY_TYPE_SCALAR;
        xy__map_put(&b->standard, type->name, type);
    }
}

static void build_standard_directives(xy_builder *b, const xy_ast_document *builtin)
{
    for (size_t i = 0; i < builtin->definitions.len; i++) {
        const xy_ast_directive_definition *node =
            (const xy_ast_directive_definition *)builtin->definitions.items[i];
        xy_directive *directive;

        if (node->node.kind != XY_KIND_DIRECTIVE_DEFINITION)
            continue;
        directive = xy__builder_directive(b, node, NULL);
        directive->definition = NULL;
        *xy_vec_push(&b->scratch, &b->standard_directives) = directive;
        if (xy_str_is(directive->name, "deprecated"))
            b->deprecated = directive;
        else if (xy_str_is(directive->name, "specifiedBy"))
            b->specified_by = directive;
    }
}

static void fill_standard(xy_builder *b, const xy_ast_document *builtin)
{
    for (size_t i = 0; i < builtin->definitions.len; i++) {
        const xy_ast_type_definition *node =
            (const xy_ast_type_definition *)builtin->definitions.items[i];
        xy_type *type;

        if (!xy__kind_is_type_definition(node->node.kind))
            continue;
        type = xy__map_get(&b->standard, node->name->value);
        if (type->kind == XY_TYPE_ENUM)
            xy__builder_fill_enum(b, type);
        else
            xy__builder_fill(b, type);
        type->definition = NULL;
    }
}

/* The meta fields are those of a type that is no type of the schema. */
static void take_meta_fields(xy_builder *b)
{
    xy_schema *schema = b->schema;
    xy_type *meta = xy__map_del(&b->types, XY_STR(META_TYPE));

    xy__map_del(&b->standard, XY_STR(META_TYPE));
    schema->field_schema = xy__type_field(meta, XY_STR("__schema"));
    schema->field_type = xy__type_field(meta, XY_STR("__type"));
    schema->field_typename = xy__type_field(meta, XY_STR("__typename"));
    for (size_t i = 0; i < meta->fields.len; i++)
        meta->fields.items[i]->parent = NULL;
    schema->type_int = xy__map_get(&b->standard, XY_STR("Int"));
    schema->type_float = xy__map_get(&b->standard, XY_STR("Float"));
    schema->type_string = xy__map_get(&b->standard, XY_STR("String"));
    schema->type_boolean = xy__map_get(&b->standard, XY_STR("Boolean"));
    schema->type_id = xy__map_get(&b->standard, XY_STR("ID"));
}

void xy__builder_begin(xy_builder *b, xy_arena *arena, const xy_schema *base, xy_errors *errors)
{
    const xy_ast_document *builtin;

    *b = (xy_builder){.arena = arena, .base = base, .errors = errors};
    xy__arena_init(&b->scratch, XY_SCHEMA_BYTES_MAX);
    b->schema = XY_ARENA_NEW(arena, xy_schema);
    b->schema->arena = arena;
    xy__map_init(&b->types, &b->scratch);
    xy__map_init(&b->standard, &b->scratch);
    xy__map_init(&b->type_extensions, &b->scratch);
    xy__map_init(&b->directive_extensions, &b->scratch);
    builtin = parse_builtin(b);
    declare_standard(b, builtin);
    build_standard_directives(b, builtin);
    fill_standard(b, builtin);
    take_meta_fields(b);
}
