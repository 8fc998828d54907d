/* SPDX-License-Identifier: MIT */
/* Any text as a document, a value and a type. What parses must print, and what is printed must
 * parse and print the same again; stripping must change neither. What a shape leaves out are whole
 * tokens, literals of fields and a name; with others in their place a document stays one.
 *
 * Corpus: source texts. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "language/printer.h"
#include "language/shape.h"
#include "language/strip.h"
#include "language/visitor.h"

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

/* Holes that are what they should be. */
typedef struct hole_count {
    const xy_shape *shape;
    size_t right;
} hole_count;

static void count_hole(hole_count *c, const xy_node *node, bool is_name)
{
    for (size_t i = 0; i < c->shape->hole_count; i++) {
        const xy_hole *hole = &c->shape->holes[i];

        c->right += hole->start == node->start && hole->start + hole->len == node->end &&
                    (hole->kind == XY_HOLE_NAME) == is_name;
    }
}

static xy_visit_next visit_literal(void *arg, const xy_visit_at *at)
{
    if (at->up->node->kind == XY_KIND_ARGUMENT && at->up->up->node->kind == XY_KIND_FIELD)
        count_hole(arg, at->node, false);
    return XY_VISIT_ON;
}

static xy_visit_next visit_operation(void *arg, const xy_visit_at *at)
{
    const xy_ast_operation *operation = (const void *)at->node;

    if (operation->name)
        count_hole(arg, &operation->name->node, true);
    return XY_VISIT_ON;
}

static const xy_visit_handler hole_visitor[] = {
    {XY_KIND_BIT(INT_VALUE) | XY_KIND_BIT(FLOAT_VALUE) | XY_KIND_BIT(STRING_VALUE), visit_literal,
     NULL},
    {XY_KIND_BIT(OPERATION_DEFINITION), visit_operation, NULL},
    {0, NULL, NULL},
};

/* The text with the same literals everywhere. */
static xy_str refill(xy_arena *arena, xy_str text, const xy_shape *shape)
{
    static const char *const fillers[] = {"on", "\"\"", "0", "-1e5"};
    xy_buf buf;
    xy_str filled;
    size_t at = 0;

    xy__buf_init(&buf, TEXT_MAX);
    for (size_t i = 0; i < shape->hole_count; i++) {
        const xy_hole *hole = &shape->holes[i];

        xy__buf_append(&buf, text.ptr + at, hole->start - at);
        xy__buf_str(&buf, xy_str_from(fillers[hole->kind]));
        at = hole->start + hole->len;
    }
    xy__buf_append(&buf, text.ptr + at, text.len - at);
    filled = xy__arena_str(arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return filled;
}

static void check_shape(xy_str text)
{
    xy_arena arena;
    xy_shape shape;
    xy_shape again;

    xy__arena_init(&arena, ARENA_MAX);
    if (xy__shape_read(&arena, text, &shape)) {
        xy_source source = {.text = text};
        hole_count count = {.shape = &shape};
        const xy_node *node;
        xy_errors errors;

        xy__errors_init(&errors, &arena);
        if (parse_document(&arena, &source, &node, &errors) == 0) {
            xy_str filled = refill(&arena, text, &shape);
            xy_source other = {.text = filled};
            const xy_node *filled_node;

            xy__visit_one(hole_visitor, &count, node);
            XY_ASSERT(count.right == shape.hole_count);
            XY_ASSERT(parse_document(&arena, &other, &filled_node, &errors) == 0);
            XY_ASSERT(xy__shape_read(&arena, filled, &again));
            XY_ASSERT(xy_str_eq(again.key, shape.key));
        }
    }
    xy__arena_deinit(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_str text = {(const char *)data, size};

    if (!xy__utf8_valid(text))
        return 0;
    check_shape(text);
    check(text, parse_document);
    check(text, parse_value);
    check(text, parse_type);
    return 0;
}
