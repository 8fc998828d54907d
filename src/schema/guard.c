/* SPDX-License-Identifier: MIT */
#include "schema/guard.h"

#include "xylem/error.h"

#include "language/locator.h"
#include "schema/coerce_literal.h"

#define REQUIRE XY_STR("requireAuth")
#define SKIP    XY_STR("skipAuth")

/* ---- where directives stand ---- */

/* The place of the directive `name`; `directives->len` when it is not there. */
static size_t place_of(const xy_ast_directives *directives, xy_str name)
{
    size_t i = 0;

    while (i < directives->len && !xy_str_eq(directives->items[i]->name->value, name))
        i++;
    return i;
}

static bool bears(const xy_field *field, xy_str name)
{
    const xy_ast_directives *directives = &field->definition->directives;

    return place_of(directives, name) < directives->len;
}

bool xy__guard_is_used(xy_node *const *definitions, size_t count, xy_str name)
{
    for (size_t i = 0; i < count; i++) {
        const xy_ast_type_definition *type = (const xy_ast_type_definition *)definitions[i];
        xy_kind kind = (xy_kind)type->node.kind;

        if (kind != XY_KIND_OBJECT_TYPE_DEFINITION && kind != XY_KIND_OBJECT_TYPE_EXTENSION &&
            kind != XY_KIND_INTERFACE_TYPE_DEFINITION && kind != XY_KIND_INTERFACE_TYPE_EXTENSION)
            continue;
        for (size_t k = 0; k < type->fields.len; k++) {
            const xy_ast_directives *directives = &type->fields.items[k]->directives;

            if (place_of(directives, name) < directives->len)
                return true;
        }
    }
    return false;
}

/* The field of an object or of one of its interfaces that says with which arguments `name` counts
 * for it; NULL when none does. */
static const xy_field *find_bearer(const xy_field *field, xy_str name)
{
    const xy_types *interfaces = &field->parent->interfaces;

    if (!field->definition || bears(field, name))
        return field->definition ? field : NULL;
    if (xy_str_eq(name, REQUIRE) && bears(field, SKIP))
        return NULL;
    for (size_t i = 0; i < interfaces->len; i++) {
        const xy_field *above = xy__type_field(interfaces->items[i], field->name);

        if (above && above->definition && bears(above, name))
            return above;
    }
    return NULL;
}

/* ---- guards ---- */

static const xy_ast_value *written(const xy_ast_directive *node, xy_str name)
{
    for (size_t i = 0; i < node->arguments.len; i++)
        if (xy_str_eq(node->arguments.items[i]->name->value, name))
            return node->arguments.items[i]->value;
    return NULL;
}

/* Spec 6.4.1 CoerceArgumentValues, of a directive in the SDL. */
static int coerce_arguments(xy_schema *schema, const xy_directive *directive,
                            const xy_ast_directive *node, xy_value *out)
{
    xy_member *members = XY_ARENA_ARRAY(schema->arena, xy_member, directive->arguments.len + 1);
    uint32_t len = 0;

    for (size_t i = 0; i < directive->arguments.len; i++) {
        const xy_input_value *argument = directive->arguments.items[i];
        const xy_ast_value *literal = written(node, argument->name);
        xy_member *member = &members[len];

        member->key = argument->name;
        if (literal) {
            if (xy__coerce_literal(schema->arena, argument->type, literal, NULL, &member->value) <
                0)
                return XY_EINVAL;
            len++;
        } else if (argument->default_coerced) {
            member->value = *argument->default_coerced;
            len++;
        }
    }
    *out = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
    return XY_OK;
}

/* In the order in which the directives stand. */
static void insert(xy_field *field, xy_guard *guard)
{
    xy_guard **at = &field->guards;

    while (*at && (*at)->place <= guard->place)
        at = &(*at)->next;
    guard->next = *at;
    *at = guard;
}

/* A guard like `like` at `field`, for `node`, which stands at `place`. */
static int add_guard(xy_schema *schema, const xy_directive *directive, xy_field *field,
                     const xy_guard *like, const xy_ast_directive *node, size_t place)
{
    xy_guard *guard = XY_ARENA_NEW(schema->arena, xy_guard);
    const xy_value *roles;

    *guard = *like;
    guard->place = place;
    guard->node = node;
    if (coerce_arguments(schema, directive, node, &guard->arguments) < 0)
        return XY_EINVAL;
    roles = xy_value_get(&guard->arguments, XY_STR("roles"));
    guard->roles = roles && roles->kind != XY_VALUE_NULL ? roles : NULL;
    insert(field, guard);
    return XY_OK;
}

/* One for each time that `directive` counts for it: it may be repeatable. */
static int guard_field(xy_schema *schema, const xy_directive *directive, xy_field *field,
                       const xy_guard *like, const xy_ast_directive **bad)
{
    const xy_field *bearer = find_bearer(field, directive->name);

    for (size_t i = 0; bearer && i < bearer->definition->directives.len; i++) {
        const xy_ast_directive *node = bearer->definition->directives.items[i];

        if (!xy_str_eq(node->name->value, directive->name))
            continue;
        if (add_guard(schema, directive, field, like, node, i) < 0) {
            *bad = node;
            return XY_EINVAL;
        }
    }
    return XY_OK;
}

typedef struct guarding {
    xy_schema *schema;
    const xy_directive *directive;
    xy_guard like;
    xy_errors *errors; /* NULL: the first bad directive ends it */
} guarding;

static int guard_type(const guarding *g, const xy_type *type)
{
    int rc = XY_OK;

    for (size_t i = 0; i < type->fields.len; i++) {
        const xy_ast_directive *bad = NULL;
        int failed = guard_field(g->schema, g->directive, type->fields.items[i], &g->like, &bad);

        if (failed && !g->errors)
            return failed;
        if (failed)
            xy__error_locate(g->errors,
                             xy__errors_addf(g->errors,
                                             "The arguments of directive \"@%.*s\" are not valid.",
                                             XY_PRI(g->directive->name)),
                             xy__node_location(&bad->node));
        rc = rc ? rc : failed;
    }
    return rc;
}

static int guard_all(const guarding *g)
{
    int rc = XY_OK;

    for (size_t i = 0; i < g->schema->types.len; i++) {
        const xy_type *type = g->schema->types.items[i];
        int failed =
            type->kind == XY_TYPE_OBJECT && !type->is_introspection ? guard_type(g, type) : XY_OK;

        if (failed && !g->errors)
            return failed;
        rc = rc ? rc : failed;
    }
    return rc;
}

int xy__guards_require(xy_schema *schema, xy_errors *errors)
{
    guarding g = {
        .schema = schema,
        .directive = xy__schema_directive(schema, REQUIRE),
        .like = {.kind = XY_GUARD_REQUIRE},
        .errors = errors,
    };

    return g.directive && guard_all(&g) < 0 ? XY_EFAILED : XY_OK;
}

/* ---- binding ---- */

/* Does another guard of this kind stand for `directive` anywhere? */
static bool is_bound(const xy_schema *schema, xy_str directive, xy_guard_kind kind)
{
    for (size_t i = 0; i < schema->types.len; i++) {
        const xy_fields *fields = &schema->types.items[i]->fields;

        for (size_t k = 0; k < fields->len; k++)
            for (const xy_guard *guard = fields->items[k]->guards; guard; guard = guard->next)
                if (guard->kind == kind && xy_str_eq(guard->node->name->value, directive))
                    return true;
    }
    return false;
}

/* The application has a rule of its own. */
static void replace_require(const xy_schema *schema, xy_validator *validator)
{
    for (size_t i = 0; i < schema->types.len; i++) {
        const xy_fields *fields = &schema->types.items[i]->fields;

        for (size_t k = 0; k < fields->len; k++)
            for (xy_guard *guard = fields->items[k]->guards; guard; guard = guard->next)
                if (guard->kind == XY_GUARD_REQUIRE) {
                    guard->kind = XY_GUARD_VALIDATE;
                    guard->validator = validator;
                }
    }
}

static int bind(xy_schema *schema, const char *directive, xy_guard like)
{
    guarding g = {
        .schema = schema,
        .directive = xy__schema_directive(schema, xy_str_from(directive)),
        .like = like,
    };

    if (!g.directive)
        return XY_ENOTFOUND;
    return is_bound(schema, g.directive->name, like.kind) ? XY_EEXIST : guard_all(&g);
}

int xy_bind_validator(xy_schema *schema, const char *directive, xy_validator *validator)
{
    if (is_bound(schema, REQUIRE, XY_GUARD_REQUIRE) && xy_str_is(REQUIRE, directive)) {
        replace_require(schema, validator);
        return XY_OK;
    }
    return bind(schema, directive, (xy_guard){.kind = XY_GUARD_VALIDATE, .validator = validator});
}

int xy_bind_transformer(xy_schema *schema, const char *directive, xy_transformer *transformer)
{
    return bind(schema, directive,
                (xy_guard){.kind = XY_GUARD_TRANSFORM, .transformer = transformer});
}
