/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_parse.c -- source text to a syntax tree: each node's kind, place and value,
 * and how the tree prints. */
#include "json/write.h"
#include "language/parser.h"
#include "language/printer.h"
#include "language/visitor.h"
#include "vectors.h"

#define TEXT_MAX  ((size_t)1 << 26)
#define DEPTH_MAX 2000u

typedef struct listing {
    xy_arena *arena;
    XY_VEC(xy_value) nodes;
} listing;

static void append_value(xy_buf *buf, const xy_node *node)
{
    const xy_ast_value *value = (const void *)node;

    switch (node->kind) {
    case XY_KIND_NAME:
        xy__buf_char(buf, '=');
        xy__buf_str(buf, ((const xy_ast_name *)(const void *)node)->value);
        return;
    case XY_KIND_INT_VALUE:
    case XY_KIND_FLOAT_VALUE:
    case XY_KIND_ENUM_VALUE:
        xy__buf_char(buf, '=');
        xy__buf_str(buf, value->text);
        return;
    case XY_KIND_BOOLEAN_VALUE:
        xy__buf_printf(buf, "=%s", value->boolean ? "true" : "false");
        return;
    case XY_KIND_STRING_VALUE:
        xy__buf_printf(buf, "=%s:", value->block ? "block" : "str");
        xy__json_write_str(buf, value->text);
        return;
    case XY_KIND_OPERATION_DEFINITION:
        xy__buf_printf(
            buf, "=%s",
            xy__operation_type_name(((const xy_ast_operation *)(const void *)node)->operation));
        return;
    case XY_KIND_OPERATION_TYPE_DEFINITION:
        xy__buf_printf(buf, "=%s",
                       xy__operation_type_name(
                           ((const xy_ast_operation_type *)(const void *)node)->operation));
        return;
    default:
        return;
    }
}

/* Kind@line:column=value */
static xy_visit_next list_node(void *arg, const xy_visit_at *at)
{
    listing *list = arg;
    xy_location location = xy__node_location(at->node);
    xy_buf buf;

    xy__buf_init(&buf, TEXT_MAX);
    xy__buf_printf(&buf, "%s@%u:%u", xy__kind_name((xy_kind)at->node->kind), location.line,
                   location.column);
    append_value(&buf, at->node);
    *xy_vec_push(list->arena, &list->nodes) =
        xy_value_string(xy__arena_str(list->arena, xy__buf_view(&buf)));
    xy__buf_deinit(&buf);
    return XY_VISIT_ON;
}

static xy_value list_nodes(xy_arena *arena, const xy_node *root)
{
    static const xy_visit_handler handlers[] = {
        {XY_KINDS_ALL, list_node, NULL},
        {0, NULL, NULL},
    };
    listing list = {.arena = arena};

    xy__visit_one(handlers, &list, root);
    return (xy_value){
        .kind = XY_VALUE_LIST, .len = (uint32_t)list.nodes.len, .items = list.nodes.items};
}

/* Parse as `entry` says. Returns the tree, or NULL. */
static const xy_node *parse(vector_case *c, const xy_source *source, xy_errors *errors)
{
    xy_str entry = vector_str(c->json, "entry");
    xy_parse_options options = {
        .tokens_max = (uint32_t)vector_int(vector_get(c->json, "options"), "maxTokens", 0),
        .depth_max = DEPTH_MAX,
    };
    xy_ast_document *document = NULL;
    xy_ast_value *value = NULL;
    xy_ast_type *type = NULL;

    if (xy_str_is(entry, "value")) {
        xy__parse_value(c->arena, source, &options, &value, errors);
        return value ? &value->node : NULL;
    }
    if (xy_str_is(entry, "const_value")) {
        xy__parse_const_value(c->arena, source, &options, &value, errors);
        return value ? &value->node : NULL;
    }
    if (xy_str_is(entry, "type")) {
        xy__parse_type(c->arena, source, &options, &type, errors);
        return type ? &type->node : NULL;
    }
    xy__parse(c->arena, source, &options, &document, errors);
    return document ? &document->node : NULL;
}

static vector_verdict compare(vector_case *c, const xy_node *root, const xy_errors *errors)
{
    bool ok = vector_bool(c->json, "ok", false);
    xy_value value;

    if (vector_expect_bool(c, "ok", ok, root != NULL) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (!ok) {
        value = vector_error_value(c->arena, errors->list.items[0]);
        return vector_expect_value(c, "error", vector_get(c->json, "error"), &value);
    }
    if (vector_expect_str(c, "printed", vector_str(c->json, "printed"),
                          xy__print_str(c->arena, root)) == VECTOR_FAIL)
        return VECTOR_FAIL;
    value = list_nodes(c->arena, root);
    return vector_expect_multiset(c, "nodes", vector_get(c->json, "nodes"), &value);
}

static vector_verdict run(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    vector_verdict verdict;
    const xy_node *root;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    root = parse(c, &source, &errors);
    verdict = compare(c, root, &errors);
    if (verdict == VECTOR_FAIL && vector_is_empty_selection(c, source.text, &errors))
        return VECTOR_SKIP;
    return verdict;
}

const xy_vector_family vector_family_parse = {.name = "parse", .run = run};
