/* SPDX-License-Identifier: MIT */
/* tests/increments.c -- payloads are read as a client reads them, one after another: each is
 * checked, told apart into what it says, and merged into the result so far. The first fault ends
 * it. */
#include "increments.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/vec.h"
#include "json/write.h"

#define TEXT_MAX ((size_t)1 << 26)

typedef XY_VEC(xy_value) values;
typedef XY_VEC(xy_member) members;

/* Items of one list: in the 2022 form of one path and label, in the 2023 form of one id. */
typedef struct stream {
    const xy_value *path;
    const xy_value *label; /* NULL: none */
    XY_VEC(size_t) indices;
    values items;
    values errors;
    bool failed;
} stream;

/* What the 2023 form has announced. */
typedef struct announced {
    xy_str id;
    const xy_value *path;
    const xy_value *label;
    size_t payload; /* in which it was */
    stream *stream; /* NULL: no items so far */
    bool has_data;
    bool completed;
} announced;

typedef struct reading {
    xy_arena *arena;
    increments *out;
    increments_form form;
    merge_rule rule;
    size_t count; /* of payloads */
    xy_value data;
    values errors; /* all of them */
    values parts;  /* deferred, patches */
    values pending;
    values completed;
    values failed;
    XY_VEC(stream *) streams;
    XY_VEC(announced) announced;
    size_t open; /* announced and not completed */
} reading;

/* ---- values ---- */

static const xy_value *get(const xy_value *object, const char *key)
{
    return xy_value_get(object, xy_str_from(key));
}

/* NULL is no member. */
static void set(xy_arena *arena, members *object, const char *key, const xy_value *value)
{
    if (value)
        *xy_vec_push(arena, object) = (xy_member){xy_str_from(key), *value};
}

static xy_value object_value(const members *object)
{
    return (xy_value){
        .kind = XY_VALUE_OBJECT, .len = (uint32_t)object->len, .members = object->items};
}

static xy_value list_value(const values *list)
{
    return (xy_value){.kind = XY_VALUE_LIST, .len = (uint32_t)list->len, .items = list->items};
}

static void set_list(xy_arena *arena, members *object, const char *key, const values *list)
{
    xy_value value = list_value(list);

    set(arena, object, key, &value);
}

/* An empty list is no member. */
static void set_errors(xy_arena *arena, members *object, const values *errors)
{
    if (errors->len > 0)
        set_list(arena, object, "errors", errors);
}

static void push_all(xy_arena *arena, values *to, const values *from)
{
    for (size_t i = 0; i < from->len; i++)
        *xy_vec_push(arena, to) = from->items[i];
}

/* The first `len` steps of a path. */
static const xy_value *path_start(xy_arena *arena, const xy_value *path, uint32_t len)
{
    xy_value *start = XY_ARENA_NEW(arena, xy_value);

    *start = *path;
    start->len = len;
    return start;
}

static const xy_value *path_join(xy_arena *arena, const xy_value *path, const xy_value *more)
{
    xy_value *joined = XY_ARENA_NEW(arena, xy_value);
    values steps = {0};

    for (uint32_t i = 0; i < path->len; i++)
        *xy_vec_push(arena, &steps) = path->items[i];
    for (uint32_t i = 0; more && i < more->len; i++)
        *xy_vec_push(arena, &steps) = more->items[i];
    *joined = list_value(&steps);
    return joined;
}

static bool is_kind(const xy_value *value, xy_value_kind kind)
{
    return value && value->kind == kind;
}

/* ---- faults ---- */

static bool fault(reading *r, const char *what)
{
    if (!r->out->fault)
        r->out->fault = what;
    return false;
}

/* Has `object` no members but `keys`, which end with NULL? */
static bool has_only(const xy_value *object, const char *const *keys)
{
    for (uint32_t i = 0; i < object->len; i++) {
        const char *const *key = keys;

        while (*key && !xy_str_is(object->members[i].key, *key))
            key++;
        if (!*key)
            return false;
    }
    return true;
}

/* Absent, or a list with something in it. */
static bool is_list_if_any(const xy_value *value)
{
    return !value || (value->kind == XY_VALUE_LIST && value->len > 0);
}

/* ---- what parts have in common ---- */

static xy_value plain_error(xy_arena *arena, const xy_value *error)
{
    members plain = {0};

    for (uint32_t i = 0; i < error->len; i++)
        if (!xy_str_is(error->members[i].key, "extensions"))
            *xy_vec_push(arena, &plain) = error->members[i];
    return object_value(&plain);
}

/* The errors of a payload or of a part of it. */
static bool read_errors(reading *r, const xy_value *part, values *out)
{
    const xy_value *errors = get(part, "errors");

    *out = (values){0};
    if (!is_list_if_any(errors))
        return fault(r, "errors is no list with an error in it");
    for (uint32_t i = 0; errors && i < errors->len; i++) {
        if (!is_kind(get(&errors->items[i], "message"), XY_VALUE_STRING))
            return fault(r, "an error has no message");
        *xy_vec_push(r->arena, out) = plain_error(r->arena, &errors->items[i]);
    }
    push_all(r->arena, &r->errors, out);
    return true;
}

static bool read_place(reading *r, const xy_value *part, const xy_value **path,
                       const xy_value **label)
{
    *path = get(part, "path");
    *label = get(part, "label");
    if (!is_kind(*path, XY_VALUE_LIST))
        return fault(r, "the path is no list");
    for (uint32_t i = 0; i < (*path)->len; i++)
        if ((*path)->items[i].kind != XY_VALUE_STRING && (*path)->items[i].kind != XY_VALUE_INT)
            return fault(r, "the path has a step that is neither a key nor an index");
    if (*label && (*label)->kind != XY_VALUE_STRING)
        return fault(r, "the label is no string");
    return true;
}

/* Has null won, and what follows is for nothing? */
static bool is_lost(const reading *r, const xy_value *path)
{
    return r->rule == MERGE_NULL_WINS && merge_meets_null(&r->data, path);
}

/* Fields of the object at `path`. */
static bool merge_data(reading *r, const xy_value *path, const xy_value *data)
{
    const xy_value *old = merge_find(&r->data, path);
    xy_value merged;

    if (is_lost(r, path))
        return true;
    if (!is_kind(old, XY_VALUE_OBJECT))
        return fault(r, "fields of what is no object so far");
    merged = merge_deeply(r->arena, r->rule, old, data);
    r->data = merge_replace(r->arena, &r->data, path, &merged);
    return true;
}

static bool merge_list(reading *r, const xy_value *path, const xy_value *items, size_t index)
{
    const xy_value *old = merge_find(&r->data, path);
    xy_value merged;

    if (is_lost(r, path))
        return true;
    if (!is_kind(old, XY_VALUE_LIST))
        return fault(r, "items of what is no list so far");
    merged = merge_items(r->arena, r->rule, old, items, index);
    r->data = merge_replace(r->arena, &r->data, path, &merged);
    return true;
}

static stream *new_stream(reading *r, const xy_value *path, const xy_value *label)
{
    stream *s = XY_ARENA_NEW(r->arena, stream);

    *s = (stream){.path = path, .label = label};
    *xy_vec_push(r->arena, &r->streams) = s;
    return s;
}

static void add_item(reading *r, stream *s, size_t index, const xy_value *item)
{
    *xy_vec_push(r->arena, &s->indices) = index;
    *xy_vec_push(r->arena, &s->items) = *item;
}

/* {path, label?, data?, errors?} */
static xy_value part_value(reading *r, const xy_value *path, const xy_value *label,
                           const xy_value *data, const values *errors)
{
    members part = {0};

    set(r->arena, &part, "path", path);
    set(r->arena, &part, "label", label);
    set(r->arena, &part, "data", data);
    set_errors(r->arena, &part, errors);
    return object_value(&part);
}

/* ---- the 2022 form ---- */

static stream *find_stream(reading *r, const xy_value *path, const xy_value *label)
{
    for (size_t i = 0; i < r->streams.len; i++) {
        stream *s = r->streams.items[i];

        if (xy_value_equal(s->path, path) && (s->label != NULL) == (label != NULL) &&
            (!label || xy_value_equal(s->label, label)))
            return s;
    }
    return new_stream(r, path, label);
}

static bool read_deferred(reading *r, const xy_value *entry, const xy_value *data)
{
    const xy_value *path;
    const xy_value *label;
    values errors;

    if (!read_place(r, entry, &path, &label) || !read_errors(r, entry, &errors))
        return false;
    if (data->kind == XY_VALUE_NULL && errors.len == 0)
        return fault(r, "data is null without an error");
    if (data->kind != XY_VALUE_NULL && data->kind != XY_VALUE_OBJECT)
        return fault(r, "data is no object");
    *xy_vec_push(r->arena, &r->parts) = part_value(r, path, label, data, &errors);
    if (data->kind == XY_VALUE_OBJECT)
        return merge_data(r, path, data);
    *xy_vec_push(r->arena, &r->failed) = *path;
    return true;
}

/* The path of a list: a field's, so it ends with a key. */
static const xy_value *path_of_list(xy_arena *arena, const xy_value *path)
{
    uint32_t len = path->len;

    while (len > 0 && path->items[len - 1].kind == XY_VALUE_INT)
        len--;
    return path_start(arena, path, len);
}

static bool read_items_at(reading *r, stream *s, const xy_value *path, const xy_value *items)
{
    int64_t first;

    if (items->len == 0)
        return fault(r, "items is empty");
    if (path->len != s->path->len + 1)
        return fault(r, "the path of items does not end with one index");
    first = path->items[path->len - 1].integer;
    if (first < 0)
        return fault(r, "an index is negative");
    for (uint32_t i = 0; i < items->len; i++)
        add_item(r, s, (size_t)first + i, &items->items[i]);
    return merge_list(r, s->path, items, (size_t)first);
}

static bool read_streamed(reading *r, const xy_value *entry, const xy_value *items)
{
    const xy_value *path;
    const xy_value *label;
    values errors;
    stream *s;

    if (!read_place(r, entry, &path, &label) || !read_errors(r, entry, &errors))
        return false;
    s = find_stream(r, path_of_list(r->arena, path), label);
    push_all(r->arena, &s->errors, &errors);
    if (items->kind == XY_VALUE_LIST)
        return read_items_at(r, s, path, items);
    if (items->kind != XY_VALUE_NULL || errors.len == 0)
        return fault(r, "items is neither a list nor null with an error");
    s->failed = true;
    *xy_vec_push(r->arena, &r->failed) = *s->path;
    return true;
}

static bool read_entry_2022(reading *r, const xy_value *entry)
{
    static const char *const keys[] = {"data", "items", "path", "label", "errors", NULL};
    const xy_value *data = get(entry, "data");
    const xy_value *items = get(entry, "items");

    if (!is_kind(entry, XY_VALUE_OBJECT) || !has_only(entry, keys))
        return fault(r, "an entry with other members");
    if ((data != NULL) == (items != NULL))
        return fault(r, "an entry has either data or items");
    return data ? read_deferred(r, entry, data) : read_streamed(r, entry, items);
}

static bool read_later_2022(reading *r, const xy_value *payload, bool last)
{
    static const char *const keys[] = {"incremental", "hasNext", NULL};
    const xy_value *incremental = get(payload, "incremental");

    if (!has_only(payload, keys))
        return fault(r, "a payload with other members");
    if (!is_list_if_any(incremental))
        return fault(r, "incremental is no list with an entry in it");
    if (!incremental && !last)
        return fault(r, "a payload that says nothing");
    for (uint32_t i = 0; incremental && i < incremental->len; i++)
        if (!read_entry_2022(r, &incremental->items[i]))
            return false;
    return true;
}

/* ---- the 2023 form ---- */

static announced *find_announced(reading *r, const xy_value *part)
{
    const xy_value *id = get(part, "id");

    for (size_t i = 0; is_kind(id, XY_VALUE_STRING) && i < r->announced.len; i++)
        if (xy_str_eq(r->announced.items[i].id, xy_value_text(id)))
            return &r->announced.items[i];
    return NULL;
}

static bool read_pending(reading *r, const xy_value *part)
{
    static const char *const keys[] = {"id", "path", "label", NULL};
    const xy_value *path;
    const xy_value *label;
    values none = {0};

    if (!is_kind(part, XY_VALUE_OBJECT) || !has_only(part, keys))
        return fault(r, "a pending one with other members");
    if (!is_kind(get(part, "id"), XY_VALUE_STRING))
        return fault(r, "an id is no string");
    if (find_announced(r, part))
        return fault(r, "an id is announced twice");
    if (!read_place(r, part, &path, &label))
        return false;
    *xy_vec_push(r->arena, &r->announced) = (announced){.id = xy_value_text(get(part, "id")),
                                                        .path = path,
                                                        .label = label,
                                                        .payload = r->out->faulty};
    r->open++;
    *xy_vec_push(r->arena, &r->pending) = part_value(r, path, label, NULL, &none);
    return true;
}

static bool read_patch(reading *r, announced *of, const xy_value *entry, const xy_value *data)
{
    const xy_value *sub = get(entry, "subPath");
    const xy_value *path;
    values errors;

    if (sub && (!is_list_if_any(sub) || sub->len == 0))
        return fault(r, "a sub-path is no list with a step in it");
    path = path_join(r->arena, of->path, sub);
    if (!read_errors(r, entry, &errors))
        return false;
    if (data->kind != XY_VALUE_OBJECT)
        return fault(r, "data is no object");
    if (of->stream)
        return fault(r, "data of a list");
    of->has_data = true;
    *xy_vec_push(r->arena, &r->parts) = part_value(r, path, NULL, data, &errors);
    return merge_data(r, path, data);
}

static bool read_more_items(reading *r, announced *of, const xy_value *entry, const xy_value *items)
{
    const xy_value *list = merge_find(&r->data, of->path);
    values errors;

    if (get(entry, "subPath"))
        return fault(r, "items with a sub-path");
    if (!is_kind(items, XY_VALUE_LIST) || items->len == 0)
        return fault(r, "items is no list with an item in it");
    if (of->has_data)
        return fault(r, "items of a fragment");
    if (!read_errors(r, entry, &errors))
        return false;
    if (!of->stream)
        of->stream = new_stream(r, of->path, of->label);
    push_all(r->arena, &of->stream->errors, &errors);
    for (uint32_t i = 0; i < items->len; i++)
        add_item(r, of->stream, of->stream->items.len, &items->items[i]);
    return merge_list(r, of->path, items, is_kind(list, XY_VALUE_LIST) ? list->len : 0);
}

static bool read_entry_2023(reading *r, const xy_value *entry)
{
    static const char *const keys[] = {"id", "subPath", "data", "items", "errors", NULL};
    const xy_value *data = get(entry, "data");
    const xy_value *items = get(entry, "items");
    announced *of;

    if (!is_kind(entry, XY_VALUE_OBJECT) || !has_only(entry, keys))
        return fault(r, "an entry with other members");
    if ((data != NULL) == (items != NULL))
        return fault(r, "an entry has either data or items");
    of = find_announced(r, entry);
    if (!of || of->completed)
        return fault(r, "an entry of what is not pending");
    return data ? read_patch(r, of, entry, data) : read_more_items(r, of, entry, items);
}

static bool read_completed(reading *r, const xy_value *part)
{
    static const char *const keys[] = {"id", "errors", NULL};
    announced *of;
    values errors;

    if (!is_kind(part, XY_VALUE_OBJECT) || !has_only(part, keys))
        return fault(r, "a completed one with other members");
    of = find_announced(r, part);
    if (!of || of->completed)
        return fault(r, "completed is what is not pending");
    if (!read_errors(r, part, &errors))
        return false;
    if (errors.len > 0)
        *xy_vec_push(r->arena, &r->failed) = *of->path;
    of->completed = true;
    r->open--;
    *xy_vec_push(r->arena, &r->completed) = part_value(r, of->path, of->label, NULL, &errors);
    return true;
}

/* Read each item of the member `key`. */
static bool read_each(reading *r, const xy_value *payload, const char *key,
                      bool (*read)(reading *r, const xy_value *part))
{
    const xy_value *parts = get(payload, key);

    if (!is_list_if_any(parts))
        return fault(r, "a member of a payload is no list with something in it");
    for (uint32_t i = 0; parts && i < parts->len; i++)
        if (!read(r, &parts->items[i]))
            return false;
    return true;
}

/* What a payload announces is at a place that a client knows by its end. */
static bool check_announced(reading *r)
{
    for (size_t i = 0; i < r->announced.len; i++) {
        const announced *a = &r->announced.items[i];
        const xy_value *place = merge_find(&r->data, a->path);

        if (a->payload == r->out->faulty && !is_kind(place, XY_VALUE_OBJECT) &&
            !is_kind(place, XY_VALUE_LIST))
            return fault(r, "pending where nothing is");
    }
    return true;
}

static bool read_later_2023(reading *r, const xy_value *payload, bool last)
{
    static const char *const keys[] = {"pending", "incremental", "completed", "hasNext", NULL};

    if (!has_only(payload, keys))
        return fault(r, "a payload with other members");
    if (!last && payload->len == 1)
        return fault(r, "a payload that says nothing");
    if (r->open == 0 && payload->len > 1)
        return fault(r, "a payload after all was completed");
    if (!read_each(r, payload, "pending", read_pending) ||
        !read_each(r, payload, "incremental", read_entry_2023) ||
        !read_each(r, payload, "completed", read_completed) || !check_announced(r))
        return false;
    return !last || r->open == 0 || fault(r, "pending after the last payload");
}

/* ---- payloads ---- */

static bool check_has_next(reading *r, const xy_value *payload, size_t index)
{
    const xy_value *has_next = get(payload, "hasNext");

    if (r->count == 1)
        return !has_next || fault(r, "a single result has hasNext");
    if (!is_kind(has_next, XY_VALUE_BOOL))
        return fault(r, "hasNext is missing");
    return has_next->boolean == (index + 1 < r->count) ||
           fault(r, has_next->boolean ? "nothing follows" : "something follows");
}

/* The first payload, or the only one. */
static bool read_initial(reading *r, const xy_value *payload)
{
    static const char *const keys[] = {"data", "errors", "hasNext", "pending", NULL};
    const xy_value *data = get(payload, "data");
    bool announces = r->form == INCREMENTS_2023 && r->count > 1;
    values errors;

    if (!has_only(payload, keys) || (get(payload, "pending") != NULL) != announces)
        return fault(r, "a first payload with other members");
    if (!read_errors(r, payload, &errors))
        return false;
    if (!is_kind(data, XY_VALUE_OBJECT) && errors.len == 0)
        return fault(r, "neither data nor errors");
    if (!is_kind(data, XY_VALUE_OBJECT) && r->count > 1)
        return fault(r, "something follows, but there is no data");
    r->data = data ? *data : XY_NULL;
    return read_each(r, payload, "pending", read_pending) && check_announced(r);
}

static bool read_payload(reading *r, const xy_value *payload, size_t index)
{
    bool last = index + 1 == r->count;

    r->out->faulty = index;
    if (!is_kind(payload, XY_VALUE_OBJECT))
        return fault(r, "a payload is no object");
    if (!check_has_next(r, payload, index))
        return false;
    if (index == 0)
        return read_initial(r, payload);
    return r->form == INCREMENTS_2022 ? read_later_2022(r, payload, last)
                                      : read_later_2023(r, payload, last);
}

/* ---- in an order of their own ---- */

typedef struct sortable {
    xy_str text;
    xy_value value;
} sortable;

static int compare(const void *a, const void *b)
{
    const sortable *x = a;
    const sortable *y = b;

    if (x->text.len != y->text.len)
        return x->text.len < y->text.len ? -1 : 1;
    return memcmp(x->text.ptr, y->text.ptr, x->text.len);
}

static xy_value sorted_list(xy_arena *arena, const xy_value *list)
{
    sortable *order = XY_ARENA_ARRAY(arena, sortable, list->len);
    xy_value *items = XY_ARENA_ARRAY(arena, xy_value, list->len);
    xy_buf text;

    xy__buf_init(&text, TEXT_MAX);
    for (uint32_t i = 0; i < list->len; i++) {
        xy__buf_truncate(&text, 0);
        xy__json_write_value(&text, &list->items[i]);
        order[i] = (sortable){xy__arena_str(arena, xy__buf_view(&text)), list->items[i]};
    }
    xy__buf_deinit(&text);
    if (list->len > 0)
        qsort(order, list->len, sizeof *order, compare);
    for (uint32_t i = 0; i < list->len; i++)
        items[i] = order[i].value;
    return (xy_value){.kind = XY_VALUE_LIST, .len = list->len, .items = items};
}

/* ---- the canonical form ---- */

/* What came for one index, which may be more than one thing in the 2022 form. */
static xy_value items_at(reading *r, const stream *s, size_t index)
{
    values items = {0};
    xy_value list;

    for (size_t i = 0; i < s->indices.len; i++)
        if (s->indices.items[i] == index)
            *xy_vec_push(r->arena, &items) = s->items.items[i];
    list = list_value(&items);
    return sorted_list(r->arena, &list);
}

/* All items in order of index. */
static xy_value items_value(reading *r, const stream *s, size_t *first)
{
    values items = {0};
    size_t end = 0;

    *first = SIZE_MAX;
    for (size_t i = 0; i < s->indices.len; i++) {
        *first = s->indices.items[i] < *first ? s->indices.items[i] : *first;
        end = s->indices.items[i] >= end ? s->indices.items[i] + 1 : end;
    }
    for (size_t index = *first; index < end; index++) {
        xy_value at = items_at(r, s, index);

        for (uint32_t i = 0; i < at.len; i++)
            *xy_vec_push(r->arena, &items) = at.items[i];
    }
    return list_value(&items);
}

static xy_value stream_value(reading *r, const stream *s)
{
    size_t first;
    xy_value items = items_value(r, s, &first);
    xy_value index = items.len > 0 ? xy_value_int((int64_t)first) : XY_NULL;
    xy_value failed = xy_value_bool(s->failed);
    members part = {0};

    set(r->arena, &part, "path", s->path);
    set(r->arena, &part, "label", s->label);
    if (r->form == INCREMENTS_2022)
        set(r->arena, &part, "first", &index);
    set(r->arena, &part, "items", &items);
    set_errors(r->arena, &part, &s->errors);
    if (r->form == INCREMENTS_2022)
        set(r->arena, &part, "failed", &failed);
    return object_value(&part);
}

static xy_value initial_value(reading *r, const xy_value *payload)
{
    const xy_value *list = get(payload, "errors");
    members initial = {0};
    values errors = {0};

    set(r->arena, &initial, "data", get(payload, "data"));
    for (uint32_t i = 0; list && i < list->len; i++)
        *xy_vec_push(r->arena, &errors) = plain_error(r->arena, &list->items[i]);
    set_errors(r->arena, &initial, &errors);
    return object_value(&initial);
}

static xy_value canonical_value(reading *r, const xy_value *payload)
{
    bool is_2022 = r->form == INCREMENTS_2022;
    xy_value initial = initial_value(r, payload);
    xy_value incremental = xy_value_bool(get(payload, "hasNext") != NULL);
    members canonical = {0};
    values streamed = {0};

    for (size_t i = 0; i < r->streams.len; i++)
        *xy_vec_push(r->arena, &streamed) = stream_value(r, r->streams.items[i]);
    set(r->arena, &canonical, "initial", &initial);
    set(r->arena, &canonical, "incremental", &incremental);
    if (!is_2022)
        set_list(r->arena, &canonical, "pending", &r->pending);
    set_list(r->arena, &canonical, is_2022 ? "deferred" : "patches", &r->parts);
    set_list(r->arena, &canonical, "streamed", &streamed);
    if (!is_2022)
        set_list(r->arena, &canonical, "completed", &r->completed);
    return object_value(&canonical);
}

static xy_value merged_value(reading *r)
{
    members merged = {0};

    set(r->arena, &merged, "data", &r->data);
    set_errors(r->arena, &merged, &r->errors);
    return object_value(&merged);
}

void increments_read(increments *out, xy_arena *arena, increments_form form, merge_rule rule,
                     const xy_value *payloads, size_t count)
{
    reading r = {
        .arena = arena, .out = out, .form = form, .rule = rule, .count = count, .data = XY_NULL};
    size_t index = 0;

    *out = (increments){0};
    while (index < count && read_payload(&r, &payloads[index], index))
        index++;
    out->merged = merged_value(&r);
    out->failed = list_value(&r.failed);
    if (!out->fault)
        out->canonical = canonical_value(&r, &payloads[0]);
}

static xy_value with_sorted_errors(xy_arena *arena, const xy_value *part)
{
    members object = {0};

    for (uint32_t i = 0; i < part->len; i++) {
        const xy_member *m = &part->members[i];

        *xy_vec_push(arena, &object) = (xy_member){
            m->key, xy_str_is(m->key, "errors") ? sorted_list(arena, &m->value) : m->value};
    }
    return object_value(&object);
}

static xy_value with_sorted_parts(xy_arena *arena, const xy_value *parts)
{
    values list = {0};

    for (uint32_t i = 0; i < parts->len; i++)
        *xy_vec_push(arena, &list) = with_sorted_errors(arena, &parts->items[i]);
    return list_value(&list);
}

xy_value increments_sorted(xy_arena *arena, const xy_value *canonical)
{
    members object = {0};

    for (uint32_t i = 0; i < canonical->len; i++) {
        xy_member m = canonical->members[i];

        if (m.value.kind == XY_VALUE_OBJECT)
            m.value = with_sorted_errors(arena, &m.value);
        if (m.value.kind == XY_VALUE_LIST)
            m.value = with_sorted_parts(arena, &m.value);
        *xy_vec_push(arena, &object) = m;
    }
    return object_value(&object);
}
