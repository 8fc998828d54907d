/* SPDX-License-Identifier: MIT */
/* serve/form_2022.c -- the format of August 2022: every entry names its own path and label. What
 * is still to come is announced to nobody, what is complete neither. */
#include <stdlib.h>

#include "base/fatal.h"
#include "execution/response.h"
#include "json/write.h"
#include "serve/form.h"

/* Memory for entries that is kept from one payload to the next, in bytes. */
#define KEPT_MAX    (64u << 10)

#define HAS_NEXT    "\"hasNext\":true}"
#define HAS_NO_NEXT "\"hasNext\":false}"
#define INCREMENTAL "{\"incremental\":["

typedef struct form {
    xy_form base;
    xy_buf entries; /* with commas between them */
} form;

static void announce(xy_form *base, const xy_announced *what)
{
    (void)base;
    (void)what;
}

static void first(xy_form *base, xy_buf *out)
{
    (void)base;
    XY_BUF_LITERAL(out, ",\"hasNext\":true");
}

static xy_buf *open_entry(form *to)
{
    if (to->entries.len)
        xy__buf_char(&to->entries, ',');
    return &to->entries;
}

/* What an entry says after its data or items. */
static void close_entry(form *to, const xy_announced *what, const xy_path *path, xy_str errors)
{
    xy_buf *entries = &to->entries;

    XY_BUF_LITERAL(entries, ",\"path\":");
    xy__path_write(entries, path);
    if (what->label.ptr) {
        XY_BUF_LITERAL(entries, ",\"label\":");
        xy__json_write_str(entries, what->label);
    }
    if (errors.ptr) {
        XY_BUF_LITERAL(entries, ",\"errors\":");
        xy__buf_str(entries, errors);
    }
    xy__buf_char(entries, '}');
    to->base.gathered = entries->len;
}

static void data(xy_form *base, const xy_announced *what, const xy_path *path, xy_str object,
                 xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);
    xy_buf *entries = open_entry(to);

    XY_BUF_LITERAL(entries, "{\"data\":");
    xy__buf_str(entries, object);
    close_entry(to, what, path, errors);
}

static void item(xy_form *base, const xy_announced *what, size_t index, xy_str value, xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);
    const xy_path path = {.up = what->path, .index = index};
    xy_buf *entries = open_entry(to);

    XY_BUF_LITERAL(entries, "{\"items\":[");
    xy__buf_str(entries, value);
    xy__buf_char(entries, ']');
    close_entry(to, what, &path, errors);
}

static void complete(xy_form *base, const xy_announced *what)
{
    (void)base;
    (void)what;
}

static void fail(xy_form *base, const xy_announced *what, xy_str errors)
{
    form *to = XY_CONTAINER(base, form, base);
    xy_buf *entries = open_entry(to);

    if (what->is_list) {
        XY_BUF_LITERAL(entries, "{\"items\":null");
    } else {
        XY_BUF_LITERAL(entries, "{\"data\":null");
    }
    close_entry(to, what, what->path, errors);
}

static xy_bytes *payload(xy_form *base, bool has_next)
{
    form *from = XY_CONTAINER(base, form, base);
    xy_buf out;

    xy__buf_init(&out, SIZE_MAX);
    xy__buf_room(&out, sizeof INCREMENTAL + from->entries.len + sizeof HAS_NO_NEXT);
    if (from->entries.len) {
        XY_BUF_LITERAL(&out, INCREMENTAL);
        xy__buf_str(&out, xy__buf_view(&from->entries));
        XY_BUF_LITERAL(&out, "],");
    } else {
        xy__buf_char(&out, '{');
    }
    xy__buf_str(&out, has_next ? XY_STR(HAS_NEXT) : XY_STR(HAS_NO_NEXT));
    xy__buf_reset(&from->entries, KEPT_MAX);
    base->gathered = 0;
    return xy__buf_take(&out);
}

static void destroy(xy_form *base)
{
    form *gone = XY_CONTAINER(base, form, base);

    xy__buf_deinit(&gone->entries);
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

xy_form *xy__form_2022_create(void)
{
    form *made = xy__zalloc(sizeof *made);

    made->base.ops = &ops;
    xy__buf_init(&made->entries, SIZE_MAX);
    return &made->base;
}
