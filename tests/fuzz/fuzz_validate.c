/* SPDX-License-Identifier: MIT */
/* tests/fuzz/fuzz_validate.c -- documents against a fixed schema.
 *
 * The first byte says how the others become a document: as its text, or as choices in a walk
 * over the schema, which makes documents that are nearly valid. Must hold: the result agrees with
 * the errors, the budget is kept, and the same document in another layout has the same errors. */
#include "base/fatal.h"
#include "base/utf8.h"
#include "language/parser.h"
#include "language/printer.h"
#include "maker.h"
#include "validation/validate.h"

#define MEMORY_MAX ((size_t)256 << 20)
#define TEXT_MAX   ((size_t)64 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int validate(xy_arena *arena, xy_str text, const xy_validate_options *options,
                    const xy_ast_document **parsed, xy_errors *errors)
{
    xy_source *source = XY_ARENA_NEW(arena, xy_source);
    xy_ast_document *document;
    uint32_t work;
    int rc;

    source->text = text;
    xy__errors_init(errors, arena);
    if (xy__parse(arena, source, NULL, &document, errors) < 0)
        return XY_ESYNTAX;
    *parsed = document;
    rc = xy__validate_measured(maker_schema(), document, options, errors, &work);
    XY_ASSERT((rc == XY_OK) == (errors->list.len == 0));
    XY_ASSERT(work <= XY_VALIDATE_WORK_DEFAULT);
    XY_ASSERT(errors->list.len <= XY_VALIDATE_ERRORS_DEFAULT + 1);
    for (size_t i = 0; i < errors->list.len; i++)
        XY_ASSERT(errors->list.items[i]->message.len > 0);
    return rc;
}

static void check(xy_arena *arena, xy_str text, const xy_validate_options *options)
{
    const xy_ast_document *document;
    xy_errors errors;
    xy_errors again;
    int rc = validate(arena, text, options, &document, &errors);

    if (rc == XY_ESYNTAX)
        return;
    text = xy__print_str(arena, &document->node);
    XY_ASSERT(validate(arena, text, options, &document, &again) == rc);
    XY_ASSERT(errors.list.len == again.list.len);
    for (size_t i = 0; i < errors.list.len; i++) {
        XY_ASSERT(xy_str_eq(errors.list.items[i]->message, again.list.items[i]->message));
        XY_ASSERT(errors.list.items[i]->location_count == again.list.items[i]->location_count);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_validate_options options = {0};
    maker m = {.schema = maker_schema()};
    xy_arena arena;

    if (size == 0)
        return 0;
    options.hide_suggestions = data[0] & 2;
    options.hide_introspection = data[0] & 4;
    options.report_deprecated = data[0] & 8;
    xy__arena_init(&arena, MEMORY_MAX);
    xy__buf_init(&m.text, TEXT_MAX);
    if (data[0] & 1) {
        m.data = data + 1;
        m.len = size - 1;
        maker_put_document(&m);
    } else {
        xy__buf_append(&m.text, data + 1, size - 1);
    }
    if (xy__utf8_valid(xy__buf_view(&m.text)))
        check(&arena, xy__buf_view(&m.text), &options);
    xy__buf_deinit(&m.text);
    xy__arena_deinit(&arena);
    return 0;
}
