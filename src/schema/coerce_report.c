/* SPDX-License-Identifier: MIT */
#include "schema/coerce_report.h"

void xy__coerce_path_write(xy_buf *buf, const xy_path *path)
{
    size_t depth = 0;
    size_t at;

    for (const xy_path *step = path; step; step = step->up)
        depth++;
    if (!depth)
        return;
    XY_BUF_LITERAL(buf, " at ");
    for (at = depth; at > 0; at--) {
        const xy_path *step = path;

        for (size_t i = 1; i < at; i++)
            step = step->up;
        if (step->key.ptr) {
            xy__buf_char(buf, '.');
            xy__buf_str(buf, step->key);
        } else {
            xy__buf_printf(buf, "[%zu]", step->index);
        }
    }
}

void xy__coerce_report_begin(const xy_coerce_report *report, const xy_path *path, xy_buf *buf)
{
    xy__buf_init(buf, XY_COERCE_MESSAGE_MAX);
    if (!report->subject.ptr)
        return;
    xy__buf_str(buf, xy_str_from(report->before));
    xy__buf_str(buf, report->subject);
    xy__buf_str(buf, xy_str_from(report->after));
    xy__coerce_path_write(buf, path);
    XY_BUF_LITERAL(buf, ": ");
}

/* The steps of a coercion are on the C stack; an error outlives them. */
static const xy_path *copy_path(xy_arena *arena, const xy_path *path)
{
    const xy_path *first = NULL;
    const xy_path **end = &first;

    for (; path; path = path->up) {
        xy_path *step = XY_ARENA_NEW(arena, xy_path);

        step->key = xy__arena_str(arena, path->key);
        step->index = path->index;
        *end = step;
        end = &step->up;
    }
    return first;
}

void xy__coerce_report_end(xy_coerce_report *report, const xy_path *path, const xy_node *at,
                           xy_buf *buf)
{
    xy_errors *errors = report->errors;
    const xy_node *node = report->node ? report->node : at;
    xy_error *error;

    if ((report->errors_max && errors->list.len >= report->errors_max) ||
        xy__arena_over(errors->arena)) {
        report->stopped = true;
    } else {
        error = xy__errors_add(errors, xy__buf_view(buf));
        if (node && node->source)
            xy__error_locate(errors, error, xy__node_location(node));
        if (report->paths)
            error->path = copy_path(errors->arena, path);
    }
    xy__buf_deinit(buf);
}
