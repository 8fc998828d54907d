/* SPDX-License-Identifier: MIT */
#include "execution/response.h"

#include "base/fatal.h"
#include "json/write.h"

static void write_locations(xy_buf *buf, const xy_error *error)
{
    XY_BUF_LITERAL(buf, ",\"locations\":[");
    for (size_t i = 0; i < error->location_count; i++) {
        if (i > 0)
            xy__buf_char(buf, ',');
        XY_BUF_LITERAL(buf, "{\"line\":");
        xy__buf_int(buf, error->locations[i].line);
        XY_BUF_LITERAL(buf, ",\"column\":");
        xy__buf_int(buf, error->locations[i].column);
        xy__buf_char(buf, '}');
    }
    xy__buf_char(buf, ']');
}

/* The last `count` steps, the outermost first. A path is as long as the response is deep, which is
 * bounded. */
static void write_steps(xy_buf *buf, const xy_path *path, size_t count)
{
    if (count == 0)
        return;
    if (count > 1) {
        write_steps(buf, path->up, count - 1);
        xy__buf_char(buf, ',');
    }
    if (path->key.ptr) {
        xy__json_write_str(buf, path->key);
    } else {
        xy__buf_int(buf, (int64_t)path->index);
    }
}

size_t xy__path_depth(const xy_path *path)
{
    size_t depth = 0;

    for (; path; path = path->up)
        depth++;
    return depth;
}

void xy__path_write_below(xy_buf *buf, const xy_path *path, size_t above)
{
    size_t depth = xy__path_depth(path);

    XY_ASSERT(above <= depth);
    xy__buf_char(buf, '[');
    write_steps(buf, path, depth - above);
    xy__buf_char(buf, ']');
}

void xy__path_write(xy_buf *buf, const xy_path *path)
{
    xy__path_write_below(buf, path, 0);
}

static void write_extensions(xy_buf *buf, const xy_error *error)
{
    XY_BUF_LITERAL(buf, ",\"extensions\":{");
    if (error->code) {
        XY_BUF_LITERAL(buf, "\"code\":");
        xy__json_write_str(buf, xy_str_from(error->code));
        if (error->extensions.len > 0)
            xy__buf_char(buf, ',');
    }
    xy__buf_str(buf, error->extensions);
    xy__buf_char(buf, '}');
}

/* Spec 7.1.3 Errors */
static void write_error(xy_buf *buf, const xy_error *error)
{
    XY_BUF_LITERAL(buf, "{\"message\":");
    xy__json_write_str(buf, error->message);
    if (error->location_count > 0)
        write_locations(buf, error);
    if (error->path) {
        XY_BUF_LITERAL(buf, ",\"path\":");
        xy__path_write(buf, error->path);
    }
    if (error->code || error->extensions.len > 0)
        write_extensions(buf, error);
    xy__buf_char(buf, '}');
}

void xy__errors_write(xy_buf *buf, const xy_errors *errors)
{
    xy__buf_char(buf, '[');
    for (size_t i = 0; i < errors->list.len; i++) {
        if (i > 0)
            xy__buf_char(buf, ',');
        write_error(buf, errors->list.items[i]);
    }
    xy__buf_char(buf, ']');
}

xy_bytes *xy__errors_response(const xy_errors *errors)
{
    xy_buf out;

    xy__buf_init(&out, SIZE_MAX);
    XY_BUF_LITERAL(&out, "{\"errors\":");
    xy__errors_write(&out, errors);
    xy__buf_char(&out, '}');
    return xy__buf_take(&out);
}
