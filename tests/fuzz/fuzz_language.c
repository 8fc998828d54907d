/* SPDX-License-Identifier: MIT */
/* Any text as a document, a value and a type. What parses must print, and what is printed must
 * parse and print the same again; stripping must change neither.
 *
 * Corpus: source texts. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "language/printer.h"
#include "language/strip.h"

#define ARENA_MAX ((size_t)1 << 26)
#define TEXT_MAX  ((size_t)1 << 24)

typedef int parse_fn(xy_arena *arena, const xy_source *source, const xy_node **out,
                     xy_errors *errors);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int parse_document(xy_arena *arena, const xy_source *source, const xy_node **out,
                          xy_errors *errors)
{
    xy_ast_document *document = NULL;
    int rc = xy__parse(arena, source, NULL, &document, errors);

    *out = document ? &document->node : NULL;
    return rc;
}

static int parse_value(xy_arena *arena, const xy_source *source, const xy_node **out,
                       xy_errors *errors)
{
    xy_ast_value *value = NULL;
    int rc = xy__parse_value(arena, source, NULL, &value, errors);

    *out = value ? &value->node : NULL;
    return rc;
}

static int parse_type(xy_arena *arena, const xy_source *source, const xy_node **out,
                      xy_errors *errors)
{
    xy_ast_type *type = NULL;
    int rc = xy__parse_type(arena, source, NULL, &type, errors);

    *out = type ? &type->node : NULL;
    return rc;
}

/* The text printed again, or the null string where it does not parse. */
static xy_str reprint(xy_arena *arena, parse_fn *parse, xy_str text)
{
    xy_source source = {.text = text};
    const xy_node *node;
    xy_errors errors;
    int rc;

    xy__errors_init(&errors, arena);
    rc = parse(arena, &source, &node, &errors);
    XY_ASSERT((rc == 0) == (node != NULL));
    XY_ASSERT(errors.list.len == (rc == 0 ? 0 : 1));
    if (rc == 0)
        return xy__print_str(arena, node);
    XY_ASSERT(errors.list.items[0]->location_count == 1);
    return XY_STR_NULL;
}

/* The text without what means nothing, or the null string where a token is wrong. */
static xy_str strip(xy_arena *arena, xy_str text)
{
    xy_source source = {.text = text};
    xy_errors errors;
    xy_buf buf;
    xy_str stripped = XY_STR_NULL;

    xy__errors_init(&errors, arena);
    xy__buf_init(&buf, TEXT_MAX);
    if (xy__strip_ignored(arena, &source, &buf, &errors) == 0)
        stripped = buf.len ? xy__arena_str(arena, xy__buf_view(&buf)) : XY_STR("");
    xy__buf_deinit(&buf);
    return stripped;
}

static void check(xy_str text, parse_fn *parse)
{
    xy_arena arena;
    xy_str printed;

    xy__arena_init(&arena, ARENA_MAX);
    printed = reprint(&arena, parse, text);
    if (printed.ptr) {
        xy_str stripped = strip(&arena, text);

        XY_ASSERT(xy_str_eq(reprint(&arena, parse, printed), printed));
        XY_ASSERT(xy_str_eq(reprint(&arena, parse, stripped), printed));
        XY_ASSERT(xy_str_eq(strip(&arena, stripped), stripped));
    }
    xy__arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_str text = {(const char *)data, size};

    if (!xy__utf8_valid(text))
        return 0;
    check(text, parse_document);
    check(text, parse_value);
    check(text, parse_type);
    return 0;
}
