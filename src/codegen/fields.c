/* SPDX-License-Identifier: MIT */
/* codegen/fields.c -- the fields that functions answer for: which kind of function, and what is
 * wrong with the directives that say so. */
#include "codegen/model.h"
#include "codegen/names.h"

static const char *const on_server[] = {"computed", "later", "blocking", "topic"};

const xy_ast_directive *xy__gen_directive(const xy_field *field, const char *name)
{
    const xy_ast_directives *directives = &field->definition->directives;

    for (size_t i = 0; i < directives->len; i++)
        if (xy_str_is(directives->items[i]->name->value, name))
            return directives->items[i];
    return NULL;
}

static bool has(const xy_field *field, const char *name)
{
    return xy__gen_directive(field, name) != NULL;
}

bool xy__gen_has_function(const xy_gen_model *model, const xy_field *field)
{
    return xy__gen_is_root(model, field->parent) || field->arguments.len > 0 ||
           has(field, "computed") || has(field, "later") || has(field, "blocking");
}

/* ---- rules ---- */

/* Is the directive one that a request is checked by? Any that the SDL defines itself may be. */
static bool is_guard(const xy_gen_model *model, const xy_ast_directive *directive)
{
    xy_str name = directive->name->value;
    const xy_directive *definition = xy__schema_directive(model->schema, name);

    for (size_t i = 0; i < sizeof on_server / sizeof *on_server; i++)
        if (xy_str_is(name, on_server[i]))
            return false;
    return definition && definition->definition;
}

static bool is_guarded(const xy_gen_model *model, const xy_field *field)
{
    const xy_ast_directives *directives = &field->definition->directives;

    for (size_t i = 0; i < directives->len; i++)
        if (is_guard(model, directives->items[i]))
            return true;
    return false;
}

static void check_guard(xy_gen_model *model, const xy_field *field)
{
    if ((field->parent == model->schema->query || field->parent == model->schema->mutation) &&
        !is_guarded(model, field))
        xy__gen_error(model, &field->definition->name->node,
                      "%.*s.%.*s does not say who may use it: add @requireAuth, @skipAuth (for "
                      "everyone) or a validator directive of your own.",
                      XY_PRI(field->parent->name), XY_PRI(field->name));
}

static void refuse(xy_gen_model *model, const xy_field *field, const char *directive,
                   const char *why)
{
    xy__gen_error(model, &xy__gen_directive(field, directive)->node, "@%s on %.*s.%.*s: %s",
                  directive, XY_PRI(field->parent->name), XY_PRI(field->name), why);
}

static void check_directives(xy_gen_model *model, const xy_field *field)
{
    bool is_stream = field->parent == model->schema->subscription;

    if (has(field, "later") && has(field, "blocking"))
        refuse(model, field, "later",
               "a resolver on the worker pool answers by returning; drop one of the two.");
    if (!is_stream) {
        if (has(field, "topic"))
            refuse(model, field, "topic", "only fields of the Subscription type have topics.");
        return;
    }
    if (has(field, "later"))
        refuse(model, field, "later", "a field of the Subscription type is a source by itself.");
    if (has(field, "blocking"))
        refuse(model, field, "blocking",
               "sources are opened on the loop; let them start work on the pool.");
    if (has(field, "computed"))
        refuse(model, field, "computed", "a source or topic brings the value.");
}

/* The server-only directives mean nothing on the fields of an interface. */
static void check_interface(xy_gen_model *model, const xy_type *type)
{
    for (size_t i = 0; i < type->fields.len; i++)
        for (size_t k = 0; k < sizeof on_server / sizeof *on_server; k++)
            if (has(type->fields.items[i], on_server[k]))
                refuse(model, type->fields.items[i], on_server[k],
                       "an interface has no resolvers; write it on the object types.");
}

/* ---- topics ---- */

/* What @topic says; NULL: nothing. */
static const xy_ast_value *topic_argument(const xy_field *field, const char *name)
{
    const xy_ast_directive *topic = xy__gen_directive(field, "topic");

    for (size_t i = 0; i < topic->arguments.len; i++)
        if (xy_str_is(topic->arguments.items[i]->name->value, name))
            return topic->arguments.items[i]->value;
    return NULL;
}

static bool is_durable(xy_gen_model *model, const xy_field *field)
{
    const xy_ast_value *durable = topic_argument(field, "durable");

    if (!durable || durable->node.kind == XY_KIND_NULL_VALUE)
        return false;
    if (durable->node.kind == XY_KIND_BOOLEAN_VALUE)
        return durable->boolean;
    xy__gen_error(model, &durable->node, "@topic on %.*s.%.*s: durable is true or false.",
                  XY_PRI(field->parent->name), XY_PRI(field->name));
    return false;
}

/* The argument that the topic's `key` names; NULL: none, or an error. */
static const xy_input_value *topic_key(xy_gen_model *model, const xy_field *field)
{
    const xy_ast_value *name = topic_argument(field, "key");

    if (!name || name->node.kind != XY_KIND_STRING_VALUE)
        return NULL;
    for (size_t i = 0; i < field->arguments.len; i++) {
        const xy_input_value *argument = field->arguments.items[i];
        const xy_type *type = argument->type->named;

        if (!xy_str_eq(argument->name, name->text))
            continue;
        if (argument->type->kind != XY_TYPE_LIST && type->kind == XY_TYPE_SCALAR &&
            (type->scalar == XY_SCALAR_STRING || type->scalar == XY_SCALAR_ID))
            return argument;
        xy__gen_error(model, &name->node,
                      "@topic(key: \"%.*s\") on %.*s.%.*s: a key is an argument of type ID or "
                      "String.",
                      XY_PRI(name->text), XY_PRI(field->parent->name), XY_PRI(field->name));
        return NULL;
    }
    xy__gen_error(model, &name->node,
                  "@topic(key: \"%.*s\") on %.*s.%.*s: the field has no argument of that name.",
                  XY_PRI(name->text), XY_PRI(field->parent->name), XY_PRI(field->name));
    return NULL;
}

/* ---- fields ---- */

static bool is_list(const xy_type *type)
{
    return type->kind == XY_TYPE_LIST ||
           (type->kind == XY_TYPE_NON_NULL && type->of->kind == XY_TYPE_LIST);
}

static xy_gen_role role_of(const xy_gen_model *model, const xy_field *field)
{
    if (field->parent == model->schema->subscription)
        return has(field, "topic") ? XY_GEN_TOPIC : XY_GEN_SOURCE;
    if (has(field, "later"))
        return is_list(field->type) ? XY_GEN_SOURCE : XY_GEN_PROMISE;
    return has(field, "blocking") ? XY_GEN_BLOCKING : XY_GEN_RESOLVER;
}

/* What a resolver answers, or each item of a list that is pushed. */
static const xy_gen_value *result_of(xy_gen_model *model, const xy_gen_field *made)
{
    const xy_type *type = made->field->type;

    if (made->role == XY_GEN_SOURCE && !made->is_stream) {
        type = type->kind == XY_TYPE_NON_NULL ? type->of : type;
        type = type->of;
    }
    return xy__gen_value(model, type);
}

static void mark_used(xy_gen_struct *of, const xy_gen_model *model)
{
    if (of->used)
        return;
    of->used = true;
    for (size_t i = 0; i < of->members.len; i++) {
        xy_gen_struct *inner = xy__gen_struct_of(model, of->members.items[i].value->type);

        if (inner)
            mark_used(inner, model);
    }
}

/* "Query_auction_args". */
static xy_str derived(xy_gen_model *model, const xy_gen_field *made, const char *suffix)
{
    xy_str name = xy__arena_printf(&model->arena, "%.*s_%.*s_%s", XY_PRI(made->field->parent->name),
                                   XY_PRI(made->field->name), suffix);

    return xy__gen_global(model, name, &made->field->definition->name->node);
}

static xy_gen_struct *make_arguments(xy_gen_model *model, const xy_gen_field *made)
{
    const xy_node *node = &made->field->definition->name->node;
    xy_gen_struct *arguments;

    if (made->field->arguments.len == 0 || made->role == XY_GEN_TOPIC)
        return NULL;
    arguments = XY_ARENA_NEW(&model->arena, xy_gen_struct);
    arguments->kind = XY_GEN_ARGUMENTS;
    arguments->name = made->coordinate;
    arguments->c = derived(model, made, "args");
    for (size_t i = 0; i < made->field->arguments.len; i++)
        xy__gen_add_input(model, arguments, made->field->arguments.items[i]);
    mark_used(arguments, model);
    xy__gen_check_members(model, arguments, node);
    return arguments;
}

static void make_field(xy_gen_model *model, const xy_field *field)
{
    xy_gen_field *made = XY_ARENA_NEW(&model->arena, xy_gen_field);
    xy_str name = xy__arena_printf(&model->arena, "%.*s_%.*s", XY_PRI(field->parent->name),
                                   XY_PRI(field->name));

    made->field = field;
    made->role = role_of(model, field);
    made->is_stream = field->parent == model->schema->subscription;
    made->c = xy__gen_global(model, name, &field->definition->name->node);
    made->coordinate = xy__arena_printf(&model->arena, "%.*s.%.*s", XY_PRI(field->parent->name),
                                        XY_PRI(field->name));
    made->self = xy__gen_struct_of(model, field->parent);
    made->arguments = make_arguments(model, made);
    made->result = result_of(model, made);
    if (made->role == XY_GEN_PROMISE)
        derived(model, made, "promise");
    if (made->role == XY_GEN_SOURCE)
        derived(model, made, "source");
    if (made->role == XY_GEN_PROMISE || made->role == XY_GEN_SOURCE)
        derived(model, made, "fn");
    if (made->role == XY_GEN_TOPIC) {
        derived(model, made, "publish");
        derived(model, made, "publish_to");
        made->key = topic_key(model, field);
        made->durable = is_durable(model, field);
    }
    if (field->parent == model->schema->query)
        derived(model, made, "invalidate");
    *xy_vec_push(&model->arena, &model->fields) = made;
}

void xy__gen_fields(xy_gen_model *model)
{
    const xy_types *types = &model->schema->types;

    for (size_t i = 0; i < types->len; i++) {
        const xy_type *type = types->items[i];

        if (type->kind == XY_TYPE_INTERFACE && type->definition)
            check_interface(model, type);
        if (type->kind != XY_TYPE_OBJECT || !type->definition)
            continue;
        for (size_t k = 0; k < type->fields.len; k++) {
            const xy_field *field = type->fields.items[k];

            check_guard(model, field);
            check_directives(model, field);
            if (xy__gen_has_function(model, field))
                make_field(model, field);
        }
    }
}
