/* SPDX-License-Identifier: MIT */
/* Any text as a value of an input type: as JSON, as a literal, as a leaf on its way out.
 *
 *   - A literal is coerced exactly when the check has nothing to say, and a JSON value exactly
 *     when there are no errors.
 *   - A JSON value that is coerced, and can be written as a literal, is the same value then.
 *   - What is written for a leaf is JSON.
 *
 * Corpus: a byte that chooses the type, then the text. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "json/read.h"
#include "language/parser.h"
#include "schema/build.h"
#include "schema/coerce_input.h"
#include "schema/coerce_literal.h"
#include "schema/coerce_output.h"
#include "schema/type_ref.h"
#include "schema/value_to_literal.h"

#define SCHEMA_MAX ((size_t)16 << 20)
#define ARENA_MAX  ((size_t)8 << 20)
#define TEXT_MAX   ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sdl[] =
    "enum Color { RED GREEN item10 item9 }\n"
    "input Point { x: Int! y: Int = 7 label: String colors: [Color!] = [RED] }\n"
    "input Line { from: Point! to: Point = {x: 0} next: Line w: Float = 1.5 id: ID }\n"
    "input One @oneOf { i: Int s: String p: Point one: One }\n"
    "scalar JSON\n"
    "type Query { a(l: Line one: One json: JSON): Boolean }\n";

static const char *const refs[] = {"Int",      "Float",     "String",  "Boolean",  "ID",   "Color",
                                   "Point",    "Line",      "One",     "JSON",     "Int!", "[Int]",
                                   "[Point!]", "[[Float]]", "[One!]!", "[Color!]!"};

typedef struct fuzz {
    xy_arena schema_arena;
    const xy_type *types[sizeof refs / sizeof *refs];
} fuzz;

static const fuzz *start(void)
{
    static fuzz f;
    xy_schema *schema;
    xy_errors errors;

    if (f.types[0])
        return &f;
    xy__arena_init(&f.schema_arena, SCHEMA_MAX);
    xy__errors_init(&errors, &f.schema_arena);
    if (xy__schema_from_sdl(&f.schema_arena, xy_str_from(sdl), XY_SCHEMA_STAGE_DONE, &schema,
                            &errors, NULL) < 0)
        xy__fatal("%.*s", XY_PRI(errors.list.items[0]->message));
    for (size_t i = 0; i < sizeof refs / sizeof *refs; i++) {
        xy_source source = {.text = xy_str_from(refs[i])};
        xy_ast_type *ref;

        XY_ASSERT(xy__parse_type(&f.schema_arena, &source, NULL, &ref, &errors) == 0);
        f.types[i] = xy__schema_type_ref(schema, &f.schema_arena, ref);
    }
    return &f;
}

static void as_literal(xy_arena *arena, const xy_type *type, xy_str text)
{
    xy_source source = {.text = text};
    xy_ast_value *literal;
    xy_errors errors;
    xy_coerce_report report = {.errors = &errors, .paths = true};
    static const xy_value variables = {.kind = XY_VALUE_OBJECT};
    xy_value value;
    int rc;

    xy__errors_init(&errors, arena);
    if (!xy__utf8_valid(text) || xy__parse_value(arena, &source, NULL, &literal, &errors) < 0)
        return;
    rc = xy__check_literal(type, literal, &variables, &report);
    if (rc == XY_ELIMIT)
        return;
    XY_ASSERT((rc == 0) == (errors.list.len == 0));
    /* A variable by itself is absent, which only its place can judge. */
    if (literal->node.kind != XY_KIND_VARIABLE)
        XY_ASSERT(xy__coerce_literal(arena, type, literal, &variables, &value) == rc);
    (void)xy__check_literal(type, literal, NULL, &report);
}

static void as_output(xy_arena *arena, const xy_type *type, const xy_value *value)
{
    xy_value written;
    xy_str problem;
    xy_buf text;

    xy__buf_init(&text, TEXT_MAX);
    if (xy__coerce_output(&text, arena, type, value, &problem) == 0 && text.err == XY_OK)
        XY_ASSERT(xy__json_read(arena, xy__buf_view(&text), 0, &written, NULL) != XY_ESYNTAX);
    xy__buf_deinit(&text);
}

static void as_json(xy_arena *arena, const xy_type *type, xy_str text)
{
    xy_errors errors;
    xy_coerce_report report = {.errors = &errors, .paths = true, .errors_max = 100};
    const xy_ast_value *literal;
    xy_value value;
    xy_value coerced;
    xy_value again;
    int rc;

    if (xy__json_read(arena, text, 0, &value, NULL) < 0)
        return;
    xy__errors_init(&errors, arena);
    rc = xy__coerce_input(arena, type, &value, &report, &coerced);
    if (rc == XY_ELIMIT)
        return;
    XY_ASSERT((rc == 0) == (errors.list.len == 0));
    if (xy__type_is_leaf(type) && value.kind != XY_VALUE_NULL)
        as_output(arena, type, &value);
    literal = xy__value_to_literal(arena, type, &value);
    /* As literals, numbers of custom scalars are doubles. */
    if (rc < 0 || !literal || type->named->scalar == XY_SCALAR_CUSTOM)
        return;
    rc = xy__coerce_literal(arena, type, literal, NULL, &again);
    XY_ASSERT(rc == XY_ELIMIT || (rc == 0 && xy_value_equal(&coerced, &again)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const fuzz *f = start();
    const xy_type *type;
    xy_arena arena;
    xy_str text;

    if (size < 1)
        return 0;
    type = f->types[data[0] % (sizeof refs / sizeof *refs)];
    text = (xy_str){(const char *)data + 1, size - 1};
    xy__arena_init(&arena, ARENA_MAX);
    as_json(&arena, type, text);
    xy__arena_reset(&arena);
    as_literal(&arena, type, text);
    xy__arena_deinit(&arena);
    return 0;
}
