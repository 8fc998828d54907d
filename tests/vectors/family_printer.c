/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_printer.c -- trees and values to text, and what else rewrites texts. */
#include "language/block_string.h"
#include "language/parser.h"
#include "language/printer.h"
#include "language/separate.h"
#include "language/strip.h"
#include "vectors.h"

#define TEXT_MAX  ((size_t)1 << 26)
#define DEPTH_MAX 2000u

static const xy_parse_options parse_options = {.depth_max = DEPTH_MAX};

/* An unexpected syntax error; a skip where it is our dialect's. */
static vector_verdict fail_syntax(vector_case *c, xy_str source, const xy_errors *errors)
{
    if (vector_is_empty_selection(c, source, errors))
        return VECTOR_SKIP;
    return vector_fail(c, "ok", XY_STR("no error"), errors->list.items[0]->message);
}

static vector_verdict expect_printed(vector_case *c, const char *what, xy_str expected,
                                     const xy_node *node)
{
    return vector_expect_str(c, what, expected, xy__print_str(c->arena, node));
}

static vector_verdict run_print(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    xy_source again = {.text = vector_str(c->json, "printed")};
    xy_str expected_again = vector_str(c->json, "printed_again");
    xy_ast_document *document;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (xy__parse(c->arena, &source, &parse_options, &document, &errors) < 0)
        return fail_syntax(c, source.text, &errors);
    if (expect_printed(c, "printed", again.text, &document->node) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (xy__parse(c->arena, &again, &parse_options, &document, &errors) < 0)
        return fail_syntax(c, again.text, &errors);
    return expect_printed(c, "printed_again", expected_again.ptr ? expected_again : again.text,
                          &document->node);
}

static vector_verdict run_strip(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    bool ok = vector_bool(c->json, "ok", false);
    vector_verdict verdict;
    xy_errors errors;
    xy_value error;
    xy_buf text;
    int rc;

    xy__errors_init(&errors, c->arena);
    xy__buf_init(&text, TEXT_MAX);
    rc = xy__strip_ignored(c->arena, &source, &text, &errors);
    verdict = vector_expect_bool(c, "ok", ok, rc == 0);
    if (verdict == VECTOR_PASS && ok) {
        verdict =
            vector_expect_str(c, "stripped", vector_str(c->json, "stripped"), xy__buf_view(&text));
    } else if (verdict == VECTOR_PASS) {
        error = vector_error_value(c->arena, errors.list.items[0]);
        verdict = vector_expect_value(c, "error", vector_get(c->json, "error"), &error);
    }
    xy__buf_deinit(&text);
    return verdict;
}

/* The lines of a list, joined by line feeds. */
static xy_str join_lines(xy_arena *arena, const xy_value *lines)
{
    xy_buf text;
    xy_str joined;

    xy__buf_init(&text, TEXT_MAX);
    for (uint32_t i = 0; i < lines->len; i++) {
        if (i > 0)
            xy__buf_char(&text, '\n');
        xy__buf_str(&text, xy_value_text(&lines->items[i]));
    }
    joined = text.len ? xy__arena_str(arena, xy__buf_view(&text)) : XY_STR("");
    xy__buf_deinit(&text);
    return joined;
}

static vector_verdict run_dedent(vector_case *c)
{
    xy_str raw = join_lines(c->arena, vector_get(c->json, "lines"));

    return vector_expect_str(c, "lines_out", join_lines(c->arena, vector_get(c->json, "lines_out")),
                             xy__block_string_dedent(c->arena, raw));
}

static vector_verdict run_block_string(vector_case *c)
{
    vector_verdict verdict;
    xy_buf text;

    xy__buf_init(&text, TEXT_MAX);
    xy__print_block_string(&text, vector_str(c->json, "value"),
                           vector_bool(c->json, "minimize", false));
    verdict = vector_expect_str(c, "printed", vector_str(c->json, "printed"), xy__buf_view(&text));
    xy__buf_deinit(&text);
    return verdict;
}

static vector_verdict run_is_printable(vector_case *c)
{
    return vector_expect_bool(c, "result", vector_bool(c->json, "result", false),
                              xy__is_printable_as_block_string(vector_str(c->json, "value")));
}

static vector_verdict run_string(vector_case *c)
{
    vector_verdict verdict;
    xy_buf text;

    xy__buf_init(&text, TEXT_MAX);
    xy__print_string(&text, vector_str(c->json, "value"));
    verdict = vector_expect_str(c, "printed", vector_str(c->json, "printed"), xy__buf_view(&text));
    xy__buf_deinit(&text);
    return verdict;
}

static vector_verdict run_value(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    xy_ast_value *value;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (xy__parse_value(c->arena, &source, &parse_options, &value, &errors) < 0)
        return fail_syntax(c, source.text, &errors);
    return expect_printed(c, "printed", vector_str(c->json, "printed"), &value->node);
}

static vector_verdict run_type(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    xy_ast_type *type;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (xy__parse_type(c->arena, &source, &parse_options, &type, &errors) < 0)
        return fail_syntax(c, source.text, &errors);
    return expect_printed(c, "printed", vector_str(c->json, "printed"), &type->node);
}

static vector_verdict run_separate(vector_case *c)
{
    xy_source source = {.text = vector_str(c->json, "source")};
    xy_ast_document *document;
    xy_separated *list;
    xy_member *members;
    xy_errors errors;
    xy_value got;
    size_t count;

    xy__errors_init(&errors, c->arena);
    if (xy__parse(c->arena, &source, &parse_options, &document, &errors) < 0)
        return fail_syntax(c, source.text, &errors);
    list = xy__separate_operations(c->arena, document, &count);
    members = XY_ARENA_ARRAY(c->arena, xy_member, count);
    for (size_t i = 0; i < count; i++) {
        xy_str printed = xy__print_str(c->arena, &list[i].document->node);

        members[i] = (xy_member){list[i].name, xy_value_string(printed)};
    }
    got = (xy_value){.kind = XY_VALUE_OBJECT, .len = (uint32_t)count, .members = members};
    return vector_expect_value(c, "operations", vector_get(c->json, "operations"), &got);
}

static vector_verdict run(vector_case *c)
{
    static const struct {
        const char *kind;
        vector_verdict (*run)(vector_case *c);
    } kinds[] = {
        {"print", run_print},
        {"strip", run_strip},
        {"dedent", run_dedent},
        {"block_string", run_block_string},
        {"is_printable_as_block_string", run_is_printable},
        {"string", run_string},
        {"value", run_value},
        {"type", run_type},
        {"separate_operations", run_separate},
    };
    xy_str kind = vector_str(c->json, "kind");

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (xy_str_is(kind, kinds[i].kind))
            return kinds[i].run(c);
    }
    return vector_fail(c, "kind", XY_STR("a known kind"), kind);
}

const xy_vector_family vector_family_printer = {.name = "printer", .run = run};
