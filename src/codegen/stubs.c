/* SPDX-License-Identifier: MIT */
#include "codegen/stubs.h"

#include "codegen/text.h"

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Does "int" stand right before `at`? */
static bool follows_int(xy_str text, size_t at)
{
    while (at > 0 && is_space(text.ptr[at - 1]))
        at--;
    return at >= 3 && memcmp(text.ptr + at - 3, "int", 3) == 0 &&
           (at == 3 || !is_word(text.ptr[at - 4]));
}

bool xy__gen_defines(xy_str text, const xy_gen_field *field)
{
    for (size_t at = 0; at + field->c.len < text.len; at++) {
        const char *found = memmem(text.ptr + at, text.len - at, field->c.ptr, field->c.len);
        size_t behind;

        if (!found)
            return false;
        at = (size_t)(found - text.ptr);
        behind = at + field->c.len;
        while (behind < text.len && is_space(text.ptr[behind]))
            behind++;
        if (behind < text.len && text.ptr[behind] == '(' && at > 0 && is_space(text.ptr[at - 1]) &&
            follows_int(text, at))
            return true;
    }
    return false;
}

void xy__gen_stub(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    bool is_source = field->role == XY_GEN_SOURCE;
    bool is_promise = field->role == XY_GEN_PROMISE;

    XY_BUF_LITERAL(out, "\n");
    xy__gen_prototype(out, model, field, "\n{\n");
    if (field->self)
        XY_BUF_LITERAL(out, "    (void)self;\n");
    if (field->arguments)
        XY_BUF_LITERAL(out, "    (void)a;\n");
    if (is_source || is_promise) {
        xy__buf_printf(out, "    (void)c;\n    return %.*s_fail(%s, ", XY_PRI(field->c),
                       is_source ? "s" : "p");
    } else {
        xy__buf_printf(out, "    (void)out;\n    return %s, ",
                       field->role == XY_GEN_BLOCKING ? "xy_work_fail(w" : "xy_fail(c");
    }
    xy__buf_printf(out, "\"%.*s is not written yet.\");\n}\n", XY_PRI(field->coordinate));
}

xy_str xy__gen_stub_file(xy_gen_model *model, const xy_gen_field *field)
{
    xy_str path = field->field->definition->node.source->name;
    const char *slash = path.ptr ? memrchr(path.ptr, '/', path.len) : NULL;
    const char *dot;

    if (!path.ptr)
        return XY_STR("resolvers");
    if (slash)
        path = (xy_str){slash + 1, path.len - (size_t)(slash - path.ptr) - 1};
    dot = memchr(path.ptr, '.', path.len);
    if (dot && dot > path.ptr)
        path.len = (size_t)(dot - path.ptr);
    return xy__arena_str(&model->arena, path);
}
