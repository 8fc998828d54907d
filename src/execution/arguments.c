/* SPDX-License-Identifier: MIT */
#include "execution/lift.h"
#include "execution/values.h"
#include "schema/coerce_literal.h"
#include "schema/coordinate.h"

/* How an argument gets its value. */
typedef enum argument_kind {
    ARGUMENT_ABSENT,   /* not at all */
    ARGUMENT_CONSTANT, /* `value`, whatever the variables are */
    ARGUMENT_VARIABLE, /* from the variable that is `literal`; else the default */
    ARGUMENT_LITERAL,  /* from `literal`, which has variables in it */
    ARGUMENT_WRONG,    /* is missing, or `literal` is no value of its type: it fails */
} argument_kind;

struct xy_argument {
    const xy_input_value *definition;
    const xy_ast_value *literal; /* NULL: not written */
    argument_kind kind;
    uint32_t slot; /* of the literal, as xy__lift_slot() */
    xy_value value;
};

/* The last argument of that name, or NULL. */
static const xy_ast_value *find_argument(const xy_ast_arguments *nodes, xy_str name)
{
    for (size_t i = nodes->len; i-- > 0;)
        if (xy_str_eq(nodes->items[i]->name->value, name))
            return nodes->items[i]->value;
    return NULL;
}

/* What a document alone says of an argument that it does not write. */
static void compile_default(xy_argument *argument)
{
    const xy_input_value *definition = argument->definition;

    if (definition->default_coerced) {
        argument->kind = ARGUMENT_CONSTANT;
        argument->value = *definition->default_coerced;
    } else if (definition->default_value || xy__input_value_is_required(definition)) {
        argument->kind = ARGUMENT_WRONG;
    } else {
        argument->kind = ARGUMENT_ABSENT;
    }
}

static void compile_argument(xy_arena *arena, xy_argument *argument)
{
    const xy_type *type = argument->definition->type;
    const xy_ast_value *literal = argument->literal;

    if (!literal)
        compile_default(argument);
    else if (literal->node.kind == XY_KIND_VARIABLE)
        argument->kind = ARGUMENT_VARIABLE;
    else if (xy__literal_has_variable(literal))
        argument->kind = ARGUMENT_LITERAL;
    else if (xy__coerce_literal(arena, type, literal, NULL, &argument->value) == XY_OK)
        argument->kind = ARGUMENT_CONSTANT;
    else
        argument->kind = ARGUMENT_WRONG;
}

/* All arguments are constant: make the object that they are. */
static void compile_constant(xy_arena *arena, xy_arguments *arguments)
{
    xy_member *members = xy__arena_alloc(arena, arguments->len * sizeof *members);
    uint32_t len = 0;

    for (size_t i = 0; i < arguments->len; i++) {
        const xy_argument *argument = &arguments->items[i];

        if (argument->kind == ARGUMENT_CONSTANT)
            members[len++] = (xy_member){argument->definition->name, argument->value};
    }
    arguments->value = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
}

const xy_arguments *xy__arguments_compile(xy_arena *arena, const xy_arguments_site *site)
{
    static const xy_arguments none = {.is_constant = true, .value = {.kind = XY_VALUE_OBJECT}};
    const xy_input_values *definitions =
        site->field ? &site->field->arguments : &site->directive->arguments;
    xy_arguments *arguments;

    if (definitions->len == 0)
        return &none;
    arguments = XY_ARENA_NEW(arena, xy_arguments);
    arguments->site = *site;
    arguments->items = XY_ARENA_ARRAY(arena, xy_argument, definitions->len);
    arguments->len = definitions->len;
    arguments->is_constant = true;
    for (size_t i = 0; i < definitions->len; i++) {
        xy_argument *argument = &arguments->items[i];

        argument->definition = definitions->items[i];
        argument->literal = find_argument(site->nodes, argument->definition->name);
        compile_argument(arena, argument);
        if (site->lift && argument->literal && argument->kind == ARGUMENT_CONSTANT) {
            argument->slot = xy__lift_slot(site->lift, argument->literal->node.start);
            arguments->lifts = arguments->lifts || argument->slot > 0;
        }
        if (argument->kind != ARGUMENT_CONSTANT && argument->kind != ARGUMENT_ABSENT)
            arguments->is_constant = false;
    }
    if (arguments->is_constant)
        compile_constant(arena, arguments);
    return arguments;
}

/* The arguments of one run. */
typedef struct call {
    xy_arena *arena;
    const xy_arguments *arguments;
    const xy_value *variables;
    const xy_lifted *lifted;
    bool hide_suggestions;
    xy_errors *errors;
} call;

static xy_str print_coordinate(const call *c, const xy_argument *argument)
{
    const xy_arguments_site *site = &c->arguments->site;

    if (site->field)
        return xy__argument_coordinate(c->errors->arena, site->field, argument->definition);
    return xy__directive_argument_coordinate(c->errors->arena, site->directive,
                                             argument->definition);
}

static int refuse_missing(const call *c, const xy_argument *argument)
{
    const xy_node *node = c->arguments->site.node;
    xy_str type = xy__type_print(c->errors->arena, argument->definition->type);
    xy_error *error =
        xy__errors_addf(c->errors, "Argument \"%.*s\" of required type \"%.*s\" was not provided.",
                        XY_PRI(print_coordinate(c, argument)), XY_PRI(type));

    xy__error_locate(c->errors, error, xy__node_location(node));
    return XY_EFAILED;
}

/* One error, told at the literal in the document; where that is a default value of the schema,
 * which the client has not written, at the field. */
static int refuse(const call *c, const xy_argument *argument, const xy_ast_value *literal,
                  const char *after)
{
    static const xy_value none = {.kind = XY_VALUE_OBJECT};
    xy_coerce_report report = {
        .errors = c->errors,
        .errors_max = c->errors->list.len + 1,
        .subject = print_coordinate(c, argument),
        .before = "Argument \"",
        .after = after,
        .node = literal == argument->literal ? NULL : c->arguments->site.node,
        .hide_suggestions = c->hide_suggestions,
    };
    int rc = xy__check_literal(argument->definition->type, literal,
                               c->variables ? c->variables : &none, &report);

    /* The check sees nothing wrong: a hook has changed its mind. */
    if (rc == XY_OK)
        xy__errors_addf(c->errors, "Argument \"%.*s%s.", XY_PRI(report.subject), after);
    return rc == XY_OK ? XY_EFAILED : rc;
}

static int refuse_wrong(const call *c, const xy_argument *argument)
{
    if (argument->literal)
        return refuse(c, argument, argument->literal, "\" has invalid value");
    if (argument->definition->default_value)
        return refuse(c, argument, argument->definition->default_value,
                      "\" has invalid default value");
    return refuse_missing(c, argument);
}

/* An argument that is a variable. */
static int coerce_from_variable(const call *c, const xy_argument *argument, xy_value *out)
{
    const xy_input_value *definition = argument->definition;
    const xy_value *value = xy_value_get(c->variables, argument->literal->text);

    if (value && (value->kind != XY_VALUE_NULL || definition->type->kind != XY_TYPE_NON_NULL)) {
        *out = *value;
        return XY_OK;
    }
    if (value || xy__input_value_is_required(definition))
        return refuse(c, argument, argument->literal, "\" has invalid value");
    if (!definition->default_value)
        return XY_ENOTFOUND;
    if (!definition->default_coerced)
        return refuse(c, argument, definition->default_value, "\" has invalid default value");
    *out = *definition->default_coerced;
    return XY_OK;
}

static int coerce_from_literal(const call *c, const xy_argument *argument, xy_value *out)
{
    int rc = xy__coerce_literal(c->arena, argument->definition->type, argument->literal,
                                c->variables, out);

    return rc == XY_EFAILED ? refuse(c, argument, argument->literal, "\" has invalid value") : rc;
}

/* Returns XY_ENOTFOUND when the argument is absent. */
static int coerce_argument(const call *c, const xy_argument *argument, xy_value *out)
{
    const xy_value *own = xy__lifted_value(c->lifted, argument->slot);

    switch (argument->kind) {
    case ARGUMENT_ABSENT:
        break;
    case ARGUMENT_CONSTANT:
        *out = own ? *own : argument->value;
        return XY_OK;
    case ARGUMENT_VARIABLE:
        return coerce_from_variable(c, argument, out);
    case ARGUMENT_LITERAL:
        return coerce_from_literal(c, argument, out);
    case ARGUMENT_WRONG:
        return refuse_wrong(c, argument);
    }
    return XY_ENOTFOUND;
}

int xy__arguments_coerce_from(xy_arena *arena, const xy_arguments *arguments,
                              const xy_inputs *inputs, xy_errors *errors, xy_value *out)
{
    call c = {
        .arena = arena,
        .arguments = arguments,
        .variables = inputs->variables,
        .lifted = inputs->lifted,
        .hide_suggestions = inputs->hide_suggestions,
        .errors = errors,
    };
    xy_member *members;
    uint32_t len = 0;

    if (xy__arguments_are_constant(arguments, inputs->lifted)) {
        *out = arguments->value;
        return XY_OK;
    }
    members = xy__arena_alloc(arena, arguments->len * sizeof *members);
    for (size_t i = 0; i < arguments->len; i++) {
        int rc = coerce_argument(&c, &arguments->items[i], &members[len].value);

        if (rc == XY_OK)
            members[len++].key = arguments->items[i].definition->name;
        else if (rc != XY_ENOTFOUND)
            return rc;
    }
    *out = (xy_value){.kind = XY_VALUE_OBJECT, .len = len, .members = members};
    return XY_OK;
}

int xy__arguments_coerce(xy_arena *arena, const xy_arguments *arguments, const xy_value *variables,
                         bool hide_suggestions, xy_errors *errors, xy_value *out)
{
    xy_inputs inputs = {.variables = variables, .hide_suggestions = hide_suggestions};

    return xy__arguments_coerce_from(arena, arguments, &inputs, errors, out);
}

const xy_ast_directive *xy__directive_find(const xy_ast_directives *directives, xy_str name)
{
    for (size_t i = 0; i < directives->len; i++)
        if (xy_str_eq(directives->items[i]->name->value, name))
            return directives->items[i];
    return NULL;
}

xy_arguments_site xy__directive_site(const xy_directive *definition,
                                     const xy_ast_directive *directive)
{
    return (xy_arguments_site){
        .directive = definition,
        .node = &directive->node,
        .nodes = &directive->arguments,
    };
}
