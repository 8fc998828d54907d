/* SPDX-License-Identifier: MIT */
#include "codegen/text.h"

#include <stdarg.h>

#define COLUMNS 100u
/* Behind the last parameter, at most: ") XY_PRINTF(2, 3);" */
#define TAIL_COLUMNS 18u

xy_gen_call xy__gen_call_begin(xy_buf *out, const char *fmt, ...)
{
    xy_arena scratch;
    xy_str head;
    va_list args;

    xy__arena_init(&scratch, SIZE_MAX);
    va_start(args, fmt);
    head = xy__arena_vprintf(&scratch, fmt, args);
    va_end(args);
    xy__buf_str(out, head);
    xy__buf_char(out, '(');
    xy__arena_deinit(&scratch);
    return (xy_gen_call){.out = out, .column = head.len + 1, .first = true};
}

void xy__gen_call_add(xy_gen_call *call, const char *fmt, ...)
{
    xy_arena scratch;
    xy_str text;
    va_list args;

    xy__arena_init(&scratch, SIZE_MAX);
    va_start(args, fmt);
    text = xy__arena_vprintf(&scratch, fmt, args);
    va_end(args);
    if (!call->first && call->column + 2 + text.len + TAIL_COLUMNS > COLUMNS) {
        XY_BUF_LITERAL(call->out, ",\n    ");
        call->column = 4;
    } else if (!call->first) {
        XY_BUF_LITERAL(call->out, ", ");
        call->column += 2;
    }
    xy__buf_str(call->out, text);
    call->column += text.len;
    call->first = false;
    xy__arena_deinit(&scratch);
}

void xy__gen_call_end(xy_gen_call *call, const char *tail)
{
    xy__buf_char(call->out, ')');
    xy__buf_str(call->out, xy_str_from(tail));
}

/* Text of the SDL must not end the comment that it stands in, nor begin another. */
static void comment_text(xy_buf *out, xy_str line)
{
    for (size_t i = 0; i < line.len; i++) {
        if (i > 0 && ((line.ptr[i - 1] == '*' && line.ptr[i] == '/') ||
                      (line.ptr[i - 1] == '/' && line.ptr[i] == '*')))
            xy__buf_char(out, ' ');
        xy__buf_char(out, line.ptr[i]);
    }
}

void xy__gen_comment(xy_buf *out, const char *indent, xy_str text)
{
    bool first = true;

    if (!text.ptr || text.len == 0)
        return;
    xy__buf_printf(out, "%s/* ", indent);
    while (true) {
        const char *end = memchr(text.ptr, '\n', text.len);
        size_t len = end ? (size_t)(end - text.ptr) : text.len;

        if (!first && len > 0)
            xy__buf_printf(out, "\n%s * ", indent);
        if (!first && len == 0)
            xy__buf_printf(out, "\n%s *", indent);
        comment_text(out, (xy_str){text.ptr, len});
        first = false;
        if (!end)
            break;
        text = (xy_str){end + 1, text.len - len - 1};
    }
    XY_BUF_LITERAL(out, " */\n");
}

xy_str xy__gen_variable(xy_gen_model *model, const xy_gen_value *value)
{
    if (value->kind == XY_SLOT_OBJECT)
        return value->c;
    return xy__arena_printf(&model->arena, "%.*s ", XY_PRI(value->c));
}

xy_str xy__gen_parameter(xy_gen_model *model, const xy_gen_value *value)
{
    xy_str c = value->c;

    if (value->kind == XY_SLOT_OBJECT)
        return xy__arena_printf(&model->arena, "const %.*s", XY_PRI(c));
    if (value->kind == XY_SLOT_STRUCT)
        return xy__arena_printf(&model->arena, "const %.*s *", XY_PRI(c));
    return xy__gen_variable(model, value);
}

void xy__gen_prototype(xy_buf *out, xy_gen_model *model, const xy_gen_field *field,
                       const char *tail)
{
    xy_gen_call call = xy__gen_call_begin(out, "int %.*s", XY_PRI(field->c));

    xy__gen_call_add(&call, field->role == XY_GEN_BLOCKING ? "xy_work *w" : "xy_call *c");
    if (field->self)
        xy__gen_call_add(&call, "const %.*s *self", XY_PRI(field->self->c));
    if (field->arguments)
        xy__gen_call_add(&call, "const %.*s *a", XY_PRI(field->arguments->c));
    if (field->role == XY_GEN_PROMISE) {
        xy__gen_call_add(&call, "%.*s_promise *p", XY_PRI(field->c));
    } else if (field->role == XY_GEN_SOURCE) {
        xy__gen_call_add(&call, "%.*s_source *s", XY_PRI(field->c));
    } else {
        xy_str c = xy__gen_variable(model, field->result);

        xy__gen_call_add(&call, "%.*s*out", XY_PRI(c));
    }
    xy__gen_call_end(&call, tail);
}
