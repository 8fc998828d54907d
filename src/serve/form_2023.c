/* SPDX-License-Identifier: MIT */
/* serve/form_2023.c -- the format of 2023: what comes later is announced once, by path and label,
 * and from then on called by its id; the client is told when there is no more of it.
 *
 * Items of one list that follow each other share an entry, which is open until something else is
 * told: `{"id":"0","items":[1,2`, and their errors beside it. */
#include <stdlib.h>

#include "base/fatal.h"
#include "execution/response.h"
#include "json/write.h"
#include "serve/form.h"

/* Memory of one member that is kept from one payload to the next, in bytes. */
#define KEPT_MAX (64u << 10)

/* Of a payload: names, brackets, commas. */
#define MEMBERS_LEN                                                                                \
    (sizeof "{\"pending\":[],\"incremental\":[],\"completed\":[],\"hasNext\":false}")

typedef struct form {
    xy_form base;
    /* The members of the next payload without their brackets. */
    xy_buf pending;
    xy_buf incremental;
    xy_buf completed;
    /* The entry of items that is open. */
    bool list_open;
    uint32_t list_id;
    xy_buf list_errors;
} form;

static void count(form *to)
{
    to->base.gathered =
        to->pending.len + to->incremental.len + to->completed.len + to->list_errors.len;
}

/* Begin an entry of `member`: `{"id":"0"`. */
static void open_entry(xy_buf *member, uint32_t id)
{
    if (member->len)
        xy__buf_char(member, ',');
    XY_BUF_LITERAL(member, "{\"id\":\"");
    xy__buf_int(member, id);
    xy__buf_char(member, '"');
}

static void close_entry(xy_buf *member, xy_str errors)
{
    if (errors.ptr) {
        XY_BUF_LITERAL(member, ",\"errors\":");
        xy__buf_str(member, errors);
    }
    xy__buf_char(member, '}');
}

static void close_list(form *to)
{
    if (!to->list_open)
        return;
    to->list_open = false;
    xy__buf_char(&to->incremental, ']');
    if (to->list_errors.len)
        xy__buf_char(&to->list_errors, ']');
    close_entry(&to->incremental,
                to->list_errors.len ? xy__buf_view(&to->list_errors) : XY_STR_NULL);
    xy__buf_reset(&to->list_errors, KEPT_MAX);
}

static void announce(xy_form *base, const xy_announced *what)
{
    form *to = XY_CONTAINER(base, form, base);
    xy_buf *pending = &to->pending;

    open_entry(pending, what->id);
    XY_BUF_LITERAL(pending, ",\"path\":");
    xy__path_write(pending, what->path);
    if (what->label.ptr) {
        XY_BUF_LITERAL(pending, ",\"label\":");
        xy__json_write_str(pending, what->label);
    }
    xy__buf_char(pending, '}');
    count(to);
}

static void data(xy_form *base, const xy_announced *what, const xy_path *path, xy_str object,
                 xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);
    xy_buf *incremental = &to->incremental;
    size_t above = xy__path_depth(what->path);

    close_list(to);
    open_entry(incremental, what->id);
    if (xy__path_depth(path) > above) {
        XY_BUF_LITERAL(incremental, ",\"subPath\":");
        xy__path_write_below(incremental, path, above);
    }
    XY_BUF_LITERAL(incremental, ",\"data\":");
    xy__buf_str(incremental, object);
    close_entry(incremental, errors);
    count(to);
}

/* More of a JSON list, which is left open. */
static void add_errors(xy_buf *list, xy_str more)
{
    if (!more.ptr)
        return;
    xy__buf_char(list, list->len ? ',' : '[');
    xy__buf_append(list, more.ptr + 1, more.len - 2);
}

static void item(xy_form *base, const xy_announced *what, size_t index, xy_str value, xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);
    xy_buf *incremental = &to->incremental;

    (void)index; /* the client counts them */
    if (to->list_open && to->list_id == what->id) {
        xy__buf_char(incremental, ',');
    } else {
        close_list(to);
        open_entry(incremental, what->id);
        XY_BUF_LITERAL(incremental, ",\"items\":[");
        to->list_open = true;
        to->list_id = what->id;
    }
    xy__buf_str(incremental, value);
    add_errors(&to->list_errors, errors);
    count(to);
}

static void fail(xy_form *base, const xy_announced *what, xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);

    open_entry(&to->completed, what->id);
    close_entry(&to->completed, errors);
    count(to);
}

static void complete(xy_form *base, const xy_announced *what)
{
    fail(base, what, XY_STR_NULL);
}

/* Append `"<name>":[…],`, if there is anything, and forget it. */
static void write_member(xy_buf *out, const char *name, xy_buf *member)
{
    if (!member->len)
        return;
    xy__buf_char(out, '"');
    xy__buf_str(out, xy_str_from(name));
    XY_BUF_LITERAL(out, "\":[");
    xy__buf_str(out, xy__buf_view(member));
    XY_BUF_LITERAL(out, "],");
    xy__buf_reset(member, KEPT_MAX);
}

static void write_has_next(xy_buf *out, bool has_next)
{
    XY_BUF_LITERAL(out, "\"hasNext\":");
    xy__buf_str(out, has_next ? XY_STR("true") : XY_STR("false"));
}

static void first(xy_form *base, xy_buf *out)
{
    form *from = XY_CONTAINER(base, form, base);

    xy__buf_char(out, ',');
    write_member(out, "pending", &from->pending);
    write_has_next(out, true);
    count(from);
}

static xy_bytes *payload(xy_form *base, bool has_next)
{
    form *from = XY_CONTAINER(base, form, base);
    xy_buf out;

    close_list(from);
    xy__buf_init(&out, SIZE_MAX);
    xy__buf_room(&out,
                 MEMBERS_LEN + from->pending.len + from->incremental.len + from->completed.len);
    xy__buf_char(&out, '{');
    write_member(&out, "pending", &from->pending);
    write_member(&out, "incremental", &from->incremental);
    write_member(&out, "completed", &from->completed);
    write_has_next(&out, has_next);
    xy__buf_char(&out, '}');
    count(from);
    return xy__buf_take(&out);
}

static void destroy(xy_form *base)
{
    form *gone = XY_CONTAINER(base, form, base);

    xy__buf_deinit(&gone->pending);
    xy__buf_deinit(&gone->incremental);
    xy__buf_deinit(&gone->completed);
    xy__buf_deinit(&gone->list_errors);
    free(gone);
}

static const xy_form_ops ops = {
    .announce = announce,
    .first = first,
    .data = data,
    .item = item,
    .complete = complete,
    .fail = fail,
    .payload = payload,
    .destroy = destroy,
};

xy_form *xy__form_2023_create(void)
{
    form *made = xy__zalloc(sizeof *made);

    made->base.ops = &ops;
    xy__buf_init(&made->pending, SIZE_MAX);
    xy__buf_init(&made->incremental, SIZE_MAX);
    xy__buf_init(&made->completed, SIZE_MAX);
    xy__buf_init(&made->list_errors, SIZE_MAX);
    return &made->base;
}
