/* SPDX-License-Identifier: MIT */
/* language/printer.c -- syntax tree to text, in the layout of graphql-js' print().
 *
 * Text goes straight into the buffer. What decides the layout is found out in one of two ways:
 * whether a list fits 80 columns, by measuring its items on one line and giving up beyond 80
 * (an item that does not fit makes everything around it not fit either); whether a definition's
 * arguments span lines, by printing them on one and taking that back if a line feed shows up. */
#include "language/printer.h"

#include "base/fatal.h"
#include "language/block_string.h"
#include "language/escape.h"

#define LINE_MAX ((size_t)80) /* UTF-16 units, indentation not counted */
#define TEXT_MAX ((size_t)1 << 30)

typedef struct printer {
    xy_buf *buf;
    unsigned depth;  /* of indentation */
    bool after_open; /* behind `type A` without braces, which would take those of `{ field }` */
} printer;

static void print_node(printer *p, const xy_node *node);

static void put(printer *p, const char *text)
{
    xy__buf_append(p->buf, text, strlen(text));
}

static void new_line(printer *p)
{
    xy__buf_char(p->buf, '\n');
    for (unsigned i = 0; i < p->depth; i++)
        XY_BUF_LITERAL(p->buf, "  ");
}

static void print_name(printer *p, const xy_ast_name *name)
{
    xy__buf_str(p->buf, name->value);
}

/* Lists of any struct: an array of pointers that all begin with a node. */
#define NODES(list) ((nodes){(const void *)(list).items, (list).len})

typedef struct nodes {
    const void *items;
    size_t len;
} nodes;

static const xy_node *node_at(nodes list, size_t i)
{
    const xy_node *node;

    memcpy(&node, (const char *)list.items + i * sizeof(void *), sizeof(void *));
    return node;
}

static void print_joined(printer *p, nodes list, const char *separator)
{
    for (size_t i = 0; i < list.len; i++) {
        if (i > 0)
            put(p, separator);
        print_node(p, node_at(list, i));
    }
}

/* Each node on a line of its own, `indent` deeper than the brackets. */
static void print_lines(printer *p, const char *open, nodes list, const char *close,
                        unsigned indent)
{
    put(p, open);
    p->depth += indent;
    for (size_t i = 0; i < list.len; i++) {
        new_line(p);
        print_node(p, node_at(list, i));
    }
    p->depth -= indent;
    new_line(p);
    put(p, close);
}

/* ` { ... }`, or nothing when there is nothing inside. */
static void print_block(printer *p, nodes list)
{
    if (!list.len)
        return;
    xy__buf_char(p->buf, ' ');
    print_lines(p, "{", list, "}", 1);
}

/* (a, b) on one line; if some item spans lines, each on its own. */
static void print_definitions(printer *p, nodes list, unsigned indent)
{
    size_t start = p->buf->len;

    if (!list.len)
        return;
    xy__buf_char(p->buf, '(');
    print_joined(p, list, ", ");
    xy__buf_char(p->buf, ')');
    if (p->buf->len > start && memchr(p->buf->ptr + start, '\n', p->buf->len - start)) {
        xy__buf_truncate(p->buf, start);
        print_lines(p, "(", list, ")", indent);
    }
}

static void print_directives(printer *p, xy_ast_directives directives)
{
    if (!directives.len)
        return;
    xy__buf_char(p->buf, ' ');
    print_joined(p, NODES(directives), " ");
}

static void print_description(printer *p, const xy_ast_value *description)
{
    if (!description)
        return;
    print_node(p, &description->node);
    new_line(p);
}

/* How many columns a node takes on one line; some number above `max` when it takes more. */
static size_t measure(const xy_node *node, size_t max);

static size_t measure_joined(nodes list, size_t max)
{
    size_t width = list.len ? 2 * (list.len - 1) : 0;

    for (size_t i = 0; i < list.len && width <= max; i++)
        width += measure(node_at(list, i), max - width);
    return width;
}

static size_t measure_string(const xy_ast_value *value, size_t max)
{
    xy_block_layout layout;

    if (!value->block)
        return 2 + xy__escaped_width(value->text, max);
    layout = xy__block_string_layout(value->text, false);
    return 6 + layout.width + layout.leading + layout.trailing;
}

static size_t measure(const xy_node *node, size_t max)
{
    const xy_ast_value *value = (const void *)node;
    const xy_ast_argument *argument = (const void *)node;

    switch (node->kind) {
    case XY_KIND_ARGUMENT:
    case XY_KIND_OBJECT_FIELD:
        return argument->name->value.len + 2 + measure(&argument->value->node, max);
    case XY_KIND_VARIABLE:
        return 1 + value->text.len;
    case XY_KIND_STRING_VALUE:
        return measure_string(value, max);
    case XY_KIND_BOOLEAN_VALUE:
        return value->boolean ? 4 : 5;
    case XY_KIND_NULL_VALUE:
        return 4;
    case XY_KIND_LIST_VALUE:
        return 2 + measure_joined(NODES(value->items), max);
    case XY_KIND_OBJECT_VALUE:
        return 4 + measure_joined(NODES(value->fields), max);
    default:
        return value->text.len;
    }
}

/* Do the items fit one line of which so much is taken by brackets and what stands before them? */
static bool fits(nodes list, size_t taken)
{
    return taken <= LINE_MAX && taken + measure_joined(list, LINE_MAX - taken) <= LINE_MAX;
}

static void print_name_node(printer *p, const xy_node *node)
{
    print_name(p, (const xy_ast_name *)(const void *)node);
}

static void print_document(printer *p, const xy_node *node)
{
    const xy_ast_document *document = (const void *)node;

    for (size_t i = 0; i < document->definitions.len; i++) {
        if (i > 0) {
            p->after_open = p->buf->ptr[p->buf->len - 1] != '}';
            put(p, "\n\n");
        }
        print_node(p, document->definitions.items[i]);
    }
}

static bool is_shorthand(const printer *p, const xy_ast_operation *operation)
{
    return operation->operation == XY_OPERATION_QUERY && !operation->description &&
           !operation->name && !operation->variables.len && !operation->directives.len &&
           !p->after_open;
}

static void print_operation(printer *p, const xy_node *node)
{
    const xy_ast_operation *operation = (const void *)node;

    if (!is_shorthand(p, operation)) {
        print_description(p, operation->description);
        put(p, xy__operation_type_name(operation->operation));
        if (operation->name || operation->variables.len)
            xy__buf_char(p->buf, ' ');
        if (operation->name)
            print_name(p, operation->name);
        print_definitions(p, NODES(operation->variables), 0);
        print_directives(p, operation->directives);
        xy__buf_char(p->buf, ' ');
    }
    print_node(p, &operation->selection_set->node);
}

static void print_default(printer *p, const xy_ast_value *value)
{
    if (!value)
        return;
    put(p, " = ");
    print_node(p, &value->node);
}

static void print_variable_definition(printer *p, const xy_node *node)
{
    const xy_ast_variable_definition *definition = (const void *)node;

    print_description(p, definition->description);
    print_node(p, &definition->variable->node);
    put(p, ": ");
    print_node(p, &definition->type->node);
    print_default(p, definition->default_value);
    print_directives(p, definition->directives);
}

static void print_selection_set(printer *p, const xy_node *node)
{
    const xy_ast_selection_set *set = (const void *)node;

    print_lines(p, "{", NODES(set->selections), "}", 1);
}

static void print_field(printer *p, const xy_node *node)
{
    const xy_ast_field *field = (const void *)node;
    nodes arguments = NODES(field->arguments);
    size_t prefix = field->name->value.len + (field->alias ? field->alias->value.len + 2 : 0);

    if (field->alias) {
        print_name(p, field->alias);
        put(p, ": ");
    }
    print_name(p, field->name);
    if (arguments.len && fits(arguments, prefix + 2)) {
        xy__buf_char(p->buf, '(');
        print_joined(p, arguments, ", ");
        xy__buf_char(p->buf, ')');
    } else if (arguments.len) {
        print_lines(p, "(", arguments, ")", 1);
    }
    print_directives(p, field->directives);
    if (field->selection_set) {
        xy__buf_char(p->buf, ' ');
        print_node(p, &field->selection_set->node);
    }
}

/* Argument and ObjectField. */
static void print_argument(printer *p, const xy_node *node)
{
    const xy_ast_argument *argument = (const void *)node;

    print_name(p, argument->name);
    put(p, ": ");
    print_node(p, &argument->value->node);
}

static void print_fragment_spread(printer *p, const xy_node *node)
{
    const xy_ast_fragment_spread *spread = (const void *)node;

    put(p, "...");
    print_name(p, spread->name);
    print_directives(p, spread->directives);
}

static void print_inline_fragment(printer *p, const xy_node *node)
{
    const xy_ast_inline_fragment *fragment = (const void *)node;

    put(p, "...");
    if (fragment->type_condition) {
        put(p, " on ");
        print_node(p, &fragment->type_condition->node);
    }
    print_directives(p, fragment->directives);
    xy__buf_char(p->buf, ' ');
    print_node(p, &fragment->selection_set->node);
}

static void print_fragment(printer *p, const xy_node *node)
{
    const xy_ast_fragment *fragment = (const void *)node;

    print_description(p, fragment->description);
    put(p, "fragment ");
    print_name(p, fragment->name);
    put(p, " on ");
    print_node(p, &fragment->type_condition->node);
    print_directives(p, fragment->directives);
    xy__buf_char(p->buf, ' ');
    print_node(p, &fragment->selection_set->node);
}

static void print_variable(printer *p, const xy_node *node)
{
    const xy_ast_value *variable = (const void *)node;

    xy__buf_char(p->buf, '$');
    xy__buf_str(p->buf, variable->text);
}

/* IntValue, FloatValue and EnumValue. */
static void print_text_value(printer *p, const xy_node *node)
{
    xy__buf_str(p->buf, ((const xy_ast_value *)(const void *)node)->text);
}

static void print_string_value(printer *p, const xy_node *node)
{
    const xy_ast_value *value = (const void *)node;

    if (value->block)
        xy__print_block_string_indented(p->buf, value->text, false, p->depth);
    else
        xy__print_string(p->buf, value->text);
}

static void print_boolean_value(printer *p, const xy_node *node)
{
    put(p, ((const xy_ast_value *)(const void *)node)->boolean ? "true" : "false");
}

static void print_null_value(printer *p, const xy_node *node)
{
    (void)node;
    put(p, "null");
}

static void print_list_value(printer *p, const xy_node *node)
{
    nodes items = NODES(((const xy_ast_value *)(const void *)node)->items);

    if (!fits(items, 2)) {
        print_lines(p, "[", items, "]", 1);
        return;
    }
    xy__buf_char(p->buf, '[');
    print_joined(p, items, ", ");
    xy__buf_char(p->buf, ']');
}

static void print_object_value(printer *p, const xy_node *node)
{
    nodes fields = NODES(((const xy_ast_value *)(const void *)node)->fields);

    if (!fits(fields, 4)) {
        print_lines(p, "{", fields, "}", 1);
        return;
    }
    put(p, "{ ");
    print_joined(p, fields, ", ");
    put(p, " }");
}

static void print_directive(printer *p, const xy_node *node)
{
    const xy_ast_directive *directive = (const void *)node;

    xy__buf_char(p->buf, '@');
    print_name(p, directive->name);
    if (directive->arguments.len) {
        xy__buf_char(p->buf, '(');
        print_joined(p, NODES(directive->arguments), ", ");
        xy__buf_char(p->buf, ')');
    }
}

static void print_type(printer *p, const xy_node *node)
{
    const xy_ast_type *type = (const void *)node;

    if (node->kind == XY_KIND_NAMED_TYPE) {
        print_name(p, type->name);
    } else if (node->kind == XY_KIND_LIST_TYPE) {
        xy__buf_char(p->buf, '[');
        print_type(p, &type->of->node);
        xy__buf_char(p->buf, ']');
    } else {
        print_type(p, &type->of->node);
        xy__buf_char(p->buf, '!');
    }
}

/* SchemaDefinition and SchemaExtension. */
static void print_schema(printer *p, const xy_node *node)
{
    const xy_ast_schema *schema = (const void *)node;

    print_description(p, schema->description);
    put(p, node->kind == XY_KIND_SCHEMA_EXTENSION ? "extend schema" : "schema");
    print_directives(p, schema->directives);
    print_block(p, NODES(schema->operation_types));
}

static void print_operation_type(printer *p, const xy_node *node)
{
    const xy_ast_operation_type *type = (const void *)node;

    put(p, xy__operation_type_name(type->operation));
    put(p, ": ");
    print_node(p, &type->type->node);
}

static const char *type_keyword(unsigned kind)
{
    static const char *const keywords[XY_KIND_COUNT] = {
        [XY_KIND_SCALAR_TYPE_DEFINITION] = "scalar ",
        [XY_KIND_OBJECT_TYPE_DEFINITION] = "type ",
        [XY_KIND_INTERFACE_TYPE_DEFINITION] = "interface ",
        [XY_KIND_UNION_TYPE_DEFINITION] = "union ",
        [XY_KIND_ENUM_TYPE_DEFINITION] = "enum ",
        [XY_KIND_INPUT_OBJECT_TYPE_DEFINITION] = "input ",
        [XY_KIND_SCALAR_TYPE_EXTENSION] = "extend scalar ",
        [XY_KIND_OBJECT_TYPE_EXTENSION] = "extend type ",
        [XY_KIND_INTERFACE_TYPE_EXTENSION] = "extend interface ",
        [XY_KIND_UNION_TYPE_EXTENSION] = "extend union ",
        [XY_KIND_ENUM_TYPE_EXTENSION] = "extend enum ",
        [XY_KIND_INPUT_OBJECT_TYPE_EXTENSION] = "extend input ",
    };

    return keywords[kind];
}

/* Any <X>TypeDefinition or <X>TypeExtension: the lists that its kind has not are empty. */
static void print_type_definition(printer *p, const xy_node *node)
{
    const xy_ast_type_definition *type = (const void *)node;

    print_description(p, type->description);
    put(p, type_keyword(node->kind));
    print_name(p, type->name);
    if (type->interfaces.len) {
        put(p, " implements ");
        print_joined(p, NODES(type->interfaces), " & ");
    }
    print_directives(p, type->directives);
    if (type->members.len) {
        put(p, " = ");
        print_joined(p, NODES(type->members), " | ");
    }
    print_block(p, NODES(type->fields));
    print_block(p, NODES(type->input_fields));
    print_block(p, NODES(type->values));
}

static void print_field_definition(printer *p, const xy_node *node)
{
    const xy_ast_field_definition *field = (const void *)node;

    print_description(p, field->description);
    print_name(p, field->name);
    print_definitions(p, NODES(field->arguments), 1);
    put(p, ": ");
    print_node(p, &field->type->node);
    print_directives(p, field->directives);
}

static void print_input_value_definition(printer *p, const xy_node *node)
{
    const xy_ast_input_value *input = (const void *)node;

    print_description(p, input->description);
    print_name(p, input->name);
    put(p, ": ");
    print_node(p, &input->type->node);
    print_default(p, input->default_value);
    print_directives(p, input->directives);
}

static void print_enum_value_definition(printer *p, const xy_node *node)
{
    const xy_ast_enum_value *value = (const void *)node;

    print_description(p, value->description);
    print_name(p, value->name);
    print_directives(p, value->directives);
}

/* DirectiveDefinition and DirectiveExtension. */
static void print_directive_definition(printer *p, const xy_node *node)
{
    const xy_ast_directive_definition *directive = (const void *)node;

    print_description(p, directive->description);
    put(p, node->kind == XY_KIND_DIRECTIVE_EXTENSION ? "extend directive @" : "directive @");
    print_name(p, directive->name);
    print_definitions(p, NODES(directive->arguments), 1);
    print_directives(p, directive->directives);
    if (directive->repeatable)
        put(p, " repeatable");
    if (directive->locations.len) {
        put(p, " on ");
        print_joined(p, NODES(directive->locations), " | ");
    }
}

typedef void print_fn(printer *p, const xy_node *node);

static void print_node(printer *p, const xy_node *node)
{
    static print_fn *const by_kind[XY_KIND_COUNT] = {
        [XY_KIND_NAME] = print_name_node,
        [XY_KIND_DOCUMENT] = print_document,
        [XY_KIND_OPERATION_DEFINITION] = print_operation,
        [XY_KIND_VARIABLE_DEFINITION] = print_variable_definition,
        [XY_KIND_SELECTION_SET] = print_selection_set,
        [XY_KIND_FIELD] = print_field,
        [XY_KIND_ARGUMENT] = print_argument,
        [XY_KIND_FRAGMENT_SPREAD] = print_fragment_spread,
        [XY_KIND_INLINE_FRAGMENT] = print_inline_fragment,
        [XY_KIND_FRAGMENT_DEFINITION] = print_fragment,
        [XY_KIND_VARIABLE] = print_variable,
        [XY_KIND_INT_VALUE] = print_text_value,
        [XY_KIND_FLOAT_VALUE] = print_text_value,
        [XY_KIND_STRING_VALUE] = print_string_value,
        [XY_KIND_BOOLEAN_VALUE] = print_boolean_value,
        [XY_KIND_NULL_VALUE] = print_null_value,
        [XY_KIND_ENUM_VALUE] = print_text_value,
        [XY_KIND_LIST_VALUE] = print_list_value,
        [XY_KIND_OBJECT_VALUE] = print_object_value,
        [XY_KIND_OBJECT_FIELD] = print_argument,
        [XY_KIND_DIRECTIVE] = print_directive,
        [XY_KIND_NAMED_TYPE] = print_type,
        [XY_KIND_LIST_TYPE] = print_type,
        [XY_KIND_NON_NULL_TYPE] = print_type,
        [XY_KIND_SCHEMA_DEFINITION] = print_schema,
        [XY_KIND_OPERATION_TYPE_DEFINITION] = print_operation_type,
        [XY_KIND_SCALAR_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_OBJECT_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_FIELD_DEFINITION] = print_field_definition,
        [XY_KIND_INPUT_VALUE_DEFINITION] = print_input_value_definition,
        [XY_KIND_INTERFACE_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_UNION_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_ENUM_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_ENUM_VALUE_DEFINITION] = print_enum_value_definition,
        [XY_KIND_INPUT_OBJECT_TYPE_DEFINITION] = print_type_definition,
        [XY_KIND_DIRECTIVE_DEFINITION] = print_directive_definition,
        [XY_KIND_SCHEMA_EXTENSION] = print_schema,
        [XY_KIND_SCALAR_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_OBJECT_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_INTERFACE_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_UNION_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_ENUM_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_INPUT_OBJECT_TYPE_EXTENSION] = print_type_definition,
        [XY_KIND_DIRECTIVE_EXTENSION] = print_directive_definition,
    };

    XY_ASSERT(node->kind < XY_KIND_COUNT);
    by_kind[node->kind](p, node);
}

void xy__print(xy_buf *buf, const xy_node *node)
{
    printer p = {.buf = buf};

    print_node(&p, node);
}

xy_str xy__print_str(xy_arena *arena, const xy_node *node)
{
    xy_buf buf;
    xy_str text;

    xy__buf_init(&buf, TEXT_MAX);
    xy__print(&buf, node);
    text = buf.len ? xy__arena_str(arena, xy__buf_view(&buf)) : XY_STR("");
    xy__buf_deinit(&buf);
    return text;
}
