/* SPDX-License-Identifier: MIT */
#include "schema/coerce_words.h"

#include "schema/suggest.h"

static void put_quoted(xy_buf *buf, xy_str name)
{
    xy__buf_char(buf, '"');
    xy__buf_str(buf, name);
    xy__buf_char(buf, '"');
}

void xy__words_unknown_field(xy_buf *buf, const xy_type *type, xy_str name, bool hide_suggestions)
{
    xy_suggester suggester;

    xy__suggester_init(&suggester, name);
    for (size_t i = 0; i < type->input_fields.len && !hide_suggestions; i++)
        xy__suggester_offer(&suggester, type->input_fields.items[i]->name);
    XY_BUF_LITERAL(buf, "Expected value of type ");
    put_quoted(buf, type->name);
    XY_BUF_LITERAL(buf, " not to include unknown field \"");
    xy__buf_str(buf, name);
    XY_BUF_LITERAL(buf, "\"");
    if (suggester.count) {
        XY_BUF_LITERAL(buf, ".");
        xy__suggester_write(&suggester, NULL, buf);
        XY_BUF_LITERAL(buf, " Found: ");
    } else {
        XY_BUF_LITERAL(buf, ", found: ");
    }
}

void xy__words_required_field(xy_buf *buf, const xy_type *type, xy_str name)
{
    XY_BUF_LITERAL(buf, "Expected value of type ");
    put_quoted(buf, type->name);
    XY_BUF_LITERAL(buf, " to include required field \"");
    xy__buf_str(buf, name);
    XY_BUF_LITERAL(buf, "\", found: ");
}

void xy__words_one_of(xy_buf *buf, const xy_type *type)
{
    XY_BUF_LITERAL(buf, "Within OneOf Input Object type ");
    put_quoted(buf, type->name);
    XY_BUF_LITERAL(buf, ", exactly one field must be specified, and the value for that field must "
                        "be non-null.");
}

void xy__words_null(xy_buf *buf, xy_arena *arena, const xy_type *type)
{
    XY_BUF_LITERAL(buf, "Expected value of non-null type ");
    put_quoted(buf, xy__type_print(arena, type));
    XY_BUF_LITERAL(buf, " not to be null.");
}

void xy__words_enum(xy_buf *buf, const xy_type *type, const char *not_a, xy_str shown,
                    bool hide_suggestions)
{
    xy_suggester suggester;

    if (not_a) {
        XY_BUF_LITERAL(buf, "Enum ");
        put_quoted(buf, type->name);
        XY_BUF_LITERAL(buf, " cannot represent ");
        xy__buf_str(buf, xy_str_from(not_a));
        XY_BUF_LITERAL(buf, " value: ");
        xy__buf_str(buf, shown);
        xy__buf_char(buf, '.');
    } else {
        XY_BUF_LITERAL(buf, "Value \"");
        xy__buf_str(buf, shown);
        XY_BUF_LITERAL(buf, "\" does not exist in ");
        put_quoted(buf, type->name);
        XY_BUF_LITERAL(buf, " enum.");
    }
    if (hide_suggestions)
        return;
    xy__suggester_init(&suggester, shown);
    for (size_t i = 0; i < type->values.len; i++)
        xy__suggester_offer(&suggester, type->values.items[i]->name);
    xy__suggester_write(&suggester, "the enum value", buf);
}

void xy__words_hook(xy_buf *buf, const xy_type *type, int rc, xy_str problem, xy_str shown)
{
    if (problem.ptr) {
        xy__buf_str(buf, problem);
        return;
    }
    XY_BUF_LITERAL(buf, "Expected value of type ");
    put_quoted(buf, type->name);
    XY_BUF_LITERAL(buf, ", but encountered error \"");
    xy__buf_str(buf, xy_str_from(xy_err_text(rc)));
    XY_BUF_LITERAL(buf, "\"; found: ");
    xy__buf_str(buf, shown);
    xy__buf_char(buf, '.');
}
