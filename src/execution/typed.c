/* SPDX-License-Identifier: MIT */
#include "execution/typed.h"

#include <stdio.h>

#include "base/fatal.h"
#include "execution/complete.h"
#include "execution/source_stream.h"
#include "json/write.h"

#define LIST_CAP_FIRST 4u

/* What generated sources tell clients when they fail. */
static const char source_failed[] = "SOURCE_FAILED";

void *xy_list_grow(void *items, size_t *cap, size_t len, size_t item_size)
{
    size_t wanted = len < LIST_CAP_FIRST ? LIST_CAP_FIRST : 2 * len;
    void *grown;

    if (*cap > 0) {
        grown = xy__realloc(items, wanted * item_size);
    } else {
        grown = xy__malloc(wanted * item_size);
        if (len > 0)
            memcpy(grown, items, len * item_size);
    }
    *cap = wanted;
    return grown;
}

/* ---- structs to JSON ---- */

typedef struct writer {
    xy_buf *buf;
    unsigned depth;
    bool too_deep;
} writer;

static void write_slot(writer *w, const xy_slot *slot, const void *object);

static const xy_layout *possible_layout(const xy_layout *abstract, const char *type)
{
    for (size_t i = 0; i < abstract->possible_count; i++)
        if (strcmp(abstract->possible[i]->type, type) == 0)
            return abstract->possible[i];
    return NULL;
}

static void write_members(writer *w, const xy_layout *layout, const void *object, bool first)
{
    for (size_t i = 0; i < layout->slot_count; i++) {
        if (!first)
            xy__buf_char(w->buf, ',');
        first = false;
        xy__json_write_str(w->buf, xy_str_from(layout->slots[i].field));
        xy__buf_char(w->buf, ':');
        write_slot(w, &layout->slots[i], object);
    }
}

static void write_object(writer *w, const xy_layout *layout, const xy_result *result)
{
    bool is_abstract = layout && layout->possible;

    if (is_abstract)
        layout = possible_layout(layout, result->type);
    if (!layout) {
        XY_BUF_LITERAL(w->buf, "null");
        return;
    }
    xy__buf_char(w->buf, '{');
    if (is_abstract) {
        XY_BUF_LITERAL(w->buf, "\"__typename\":");
        xy__json_write_str(w->buf, xy_str_from(layout->type));
    }
    write_members(w, layout, result->object, !is_abstract);
    xy__buf_char(w->buf, '}');
}

static const void *slot_place(const xy_result *result)
{
    return (const char *)result->object + result->slot->offset;
}

static void write_list(writer *w, const xy_result *result)
{
    const xy_items *list = slot_place(result);

    xy__buf_char(w->buf, '[');
    for (size_t i = 0; list->items && i < list->len; i++) {
        if (i > 0)
            xy__buf_char(w->buf, ',');
        write_slot(w, result->slot->item, (const char *)list->items + i * result->slot->item_size);
    }
    xy__buf_char(w->buf, ']');
}

static void write_enum(writer *w, const xy_result *result)
{
    const xy_layout *layout = result->slot->layout;
    int index = *(const int *)slot_place(result);

    if (layout && (size_t)index < layout->value_count) {
        xy__json_write_str(w->buf, xy_str_from(layout->values[index]));
    } else {
        XY_BUF_LITERAL(w->buf, "null");
    }
}

static void write_result(writer *w, const xy_slot *slot, const xy_result *result)
{
    switch ((xy_result_kind)result->kind) {
    case XY_RESULT_BOOL:
        xy__buf_str(w->buf, result->boolean ? XY_STR("true") : XY_STR("false"));
        break;
    case XY_RESULT_INT:
        xy__buf_int(w->buf, result->integer);
        break;
    case XY_RESULT_FLOAT:
        xy__json_write_double(w->buf, result->real);
        break;
    case XY_RESULT_STR:
        xy__json_write_str(w->buf, (xy_str){result->text, result->size});
        break;
    case XY_RESULT_VALUE:
        xy__json_write_value(w->buf, result->value);
        break;
    case XY_RESULT_OBJECT:
        write_object(w, slot->layout, result);
        break;
    case XY_RESULT_SLOT:
        if (slot->kind == XY_SLOT_LIST) {
            write_list(w, result);
        } else {
            write_enum(w, result);
        }
        break;
    case XY_RESULT_NULL:
    case XY_RESULT_LIST:
    case XY_RESULT_ERROR:
    case XY_RESULT_LATER:
    default:
        XY_BUF_LITERAL(w->buf, "null");
    }
}

static void write_slot(writer *w, const xy_slot *slot, const void *object)
{
    xy_result result = xy__slot_read(slot, object);

    if (w->depth == XY_TYPED_DEPTH_MAX || w->buf->err) {
        w->too_deep = true;
        return;
    }
    w->depth++;
    write_result(w, slot, &result);
    w->depth--;
}

int xy__typed_write(xy_buf *buf, const xy_slot *slot, const void *object)
{
    writer w = {.buf = buf};

    write_slot(&w, slot, object);
    return w.too_deep || buf->err ? XY_ELIMIT : XY_OK;
}

/* ---- JSON to structs ---- */

typedef struct reader {
    xy_typed_alloc *alloc;
    void *memory;
} reader;

static void read_struct(reader *r, const xy_layout *layout, const xy_value *object, char *out);

static int enum_index(const xy_layout *layout, const xy_value *value)
{
    xy_str name = value ? xy_value_text(value) : XY_STR_NULL;

    for (size_t i = 0; name.ptr && i < layout->value_count; i++)
        if (xy_str_is(name, layout->values[i]))
            return (int)i;
    return -1;
}

static xy_any read_any(reader *r, const xy_layout *abstract, const xy_value *object)
{
    const xy_value *name = xy_value_get(object, XY_STR("__typename"));
    const xy_layout *layout = NULL;
    char *out;

    for (size_t i = 0; name && i < abstract->possible_count && !layout; i++)
        if (xy_str_is(xy_value_text(name), abstract->possible[i]->type))
            layout = abstract->possible[i];
    if (!layout)
        return (xy_any){NULL, NULL};
    out = r->alloc(r->memory, layout->size);
    read_struct(r, layout, object, out);
    return (xy_any){layout->type, out};
}

static void read_slot(reader *r, const xy_slot *slot, const xy_value *value, char *out);

static xy_items read_list(reader *r, const xy_slot *slot, const xy_value *list)
{
    /* One byte at least: an empty list is not null. */
    char *items = r->alloc(r->memory, (size_t)list->len * slot->item_size + 1);

    for (uint32_t i = 0; i < list->len; i++)
        read_slot(r, slot->item, &list->items[i], items + (size_t)i * slot->item_size);
    return (xy_items){items, list->len};
}

/* False when `value` is none that a slot of this kind holds. */
static bool read_number(const xy_slot *slot, const xy_value *value, char *at)
{
    int64_t integer;

    if (slot->kind == XY_SLOT_DOUBLE)
        return xy_value_to_double(value, (double *)(void *)at) == XY_OK;
    if (xy_value_to_int64(value, &integer) < 0)
        return false;
    if (slot->kind == XY_SLOT_INT64) {
        *(int64_t *)(void *)at = integer;
    } else {
        *(int32_t *)(void *)at = (int32_t)integer;
    }
    return true;
}

/* `value` is not null. Returns what the slot's `has` says. */
static bool read_value(reader *r, const xy_slot *slot, const xy_value *value, char *at)
{
    switch (slot->kind) {
    case XY_SLOT_BOOL:
        *(bool *)at = value->kind == XY_VALUE_BOOL && value->boolean;
        return value->kind == XY_VALUE_BOOL;
    case XY_SLOT_INT32:
    case XY_SLOT_INT64:
    case XY_SLOT_DOUBLE:
        return read_number(slot, value, at);
    case XY_SLOT_STR:
        *(xy_str *)(void *)at = xy_value_text(value);
        return true;
    case XY_SLOT_ENUM:
        *(int *)(void *)at = enum_index(slot->layout, value);
        return true;
    case XY_SLOT_VALUE:
        *(xy_value *)(void *)at = *value;
        return true;
    case XY_SLOT_OBJECT:
        if (value->kind == XY_VALUE_OBJECT && slot->layout) {
            char *object = r->alloc(r->memory, slot->layout->size);

            read_struct(r, slot->layout, value, object);
            *(const void **)(void *)at = object;
        }
        return true;
    case XY_SLOT_STRUCT:
        read_struct(r, slot->layout, value, at);
        return true;
    case XY_SLOT_ANY:
        *(xy_any *)(void *)at = read_any(r, slot->layout, value);
        return true;
    case XY_SLOT_LIST:
    default:
        if (value->kind == XY_VALUE_LIST)
            *(xy_items *)(void *)at = read_list(r, slot, value);
        return true;
    }
}

/* The struct that starts at `out` is cleared. */
static void read_slot(reader *r, const xy_slot *slot, const xy_value *value, char *out)
{
    char *at = out + slot->offset;
    bool has = false;

    if (slot->given_offset > 0)
        out[slot->given_offset] = value != NULL;
    if (slot->kind == XY_SLOT_ENUM)
        *(int *)(void *)at = -1;
    if (value && value->kind != XY_VALUE_NULL)
        has = read_value(r, slot, value, at);
    if (slot->has_offset < XY_SLOT_EMPTY)
        *(bool *)(out + slot->has_offset) = has;
}

static void read_struct(reader *r, const xy_layout *layout, const xy_value *object, char *out)
{
    for (size_t i = 0; i < layout->slot_count; i++)
        read_slot(r, &layout->slots[i],
                  object ? xy_value_get(object, xy_str_from(layout->slots[i].field)) : NULL, out);
}

void xy__typed_read(xy_typed_alloc *alloc, void *memory, const xy_layout *layout,
                    const xy_value *object, void *out)
{
    reader r = {alloc, memory};

    memset(out, 0, layout->size);
    read_struct(&r, layout, object, out);
}

/* ---- calls ---- */

static void *call_alloc(void *call, size_t size)
{
    return xy_alloc(call, size);
}

void xy_typed_arguments(xy_call *call, const xy_layout *layout, void *out)
{
    xy__typed_read(call_alloc, call, layout, call->arguments, out);
}

const void *xy_typed_self(xy_call *call, const xy_layout *layout)
{
    void *self;

    if (call->parent.object)
        return call->parent.object;
    self = xy_alloc(call, layout->size);
    xy__typed_read(call_alloc, call, layout, call->parent.value, self);
    return self;
}

/* What `slot` reads from `value`, which may go: what is read by reference is copied. */
static xy_result keep(xy_typed_alloc *alloc, void *memory, const xy_slot *slot, const void *value,
                      size_t size)
{
    xy_result result = xy__slot_read(slot, value);
    void *copy;

    if (result.kind != XY_RESULT_SLOT && result.kind != XY_RESULT_VALUE)
        return result;
    copy = alloc(memory, size);
    memcpy(copy, value, size);
    return xy__slot_read(slot, copy);
}

/* Has the resolver answered through the call itself, by xy_load() say? */
static bool is_answered(const xy_call *call)
{
    return call->own || call->result.kind != XY_RESULT_NULL;
}

int xy_typed_put(xy_call *call, const xy_slot *slot, const void *value, size_t size)
{
    if (is_answered(call))
        return XY_OK;
    return xy_put(call, keep(call_alloc, call, slot, value, size));
}

/* ---- works ---- */

static void *work_alloc(void *work, size_t size)
{
    return xy_work_alloc(work, size);
}

void xy_typed_work_arguments(xy_work *work, const xy_layout *layout, void *out)
{
    xy__typed_read(work_alloc, work, layout, xy_work_args(work), out);
}

const void *xy_typed_work_self(xy_work *work, const xy_layout *layout)
{
    void *self;

    if (xy_work_parent(work))
        return xy_work_parent(work);
    self = xy_work_alloc(work, layout->size);
    xy__typed_read(work_alloc, work, layout, xy_work_parent_value(work), self);
    return self;
}

int xy_typed_work_put(xy_work *work, const xy_slot *slot, const void *value, size_t size)
{
    return xy_work_put(work, keep(work_alloc, work, slot, value, size));
}

/* ---- promises ---- */

void xy_typed_resolve(xy_typed_promise *promise, const xy_slot *slot, const void *value,
                      size_t size)
{
    xy_call *call = xy_promise_call(promise->promise);

    promise->answered = true;
    xy_put(call, keep(call_alloc, call, slot, value, size));
    xy_promise_resolve(promise->promise);
}

int xy_typed_reject(xy_typed_promise *promise, const char *fmt, va_list args)
{
    xy_call *call = xy_promise_call(promise->promise);

    promise->answered = true;
    xy_put(call, xy_result_error(xy__arena_vprintf(call->arena, fmt, args)));
    xy_promise_resolve(promise->promise);
    return XY_OK;
}

int xy_typed_later(xy_call *call, xy_typed_promise *promise, int rc)
{
    if (rc >= 0 || promise->answered)
        return XY_OK;
    promise->answered = true;
    if (call->result.kind != XY_RESULT_ERROR)
        xy_fail_internal(call, "%s", xy_err_text(rc));
    xy_promise_resolve(promise->promise);
    return XY_OK;
}

/* ---- sources ---- */

int xy_typed_push(xy_source_stream *stream, const xy_slot *slot, const void *value)
{
    xy_buf text;
    int rc;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_ECLOSED;
    xy__buf_init(&text, stream->env->event_bytes_max);
    rc = xy__typed_write(&text, slot, value);
    if (rc == XY_OK)
        return stream->env->ops->push(stream, xy__buf_take(&text));
    xy__buf_deinit(&text);
    return rc;
}

int xy_typed_stream_fail(xy_source_stream *stream, const char *fmt, va_list args)
{
    xy_str message;

    if (stream->state != XY_SOURCE_OPEN)
        return XY_OK;
    message = xy__arena_vprintf(xy__source_stream_arena(stream), fmt, args);
    xy_stream_fail(stream, source_failed, message.ptr);
    return XY_OK;
}

/* ---- loading ---- */

static int bind_field(xy_schema *schema, const xy_typed_field *field)
{
    if (field->opener)
        return xy_bind_stream(schema, field->coordinate, field->opener);
    if (field->blocking)
        return xy_bind_blocking(schema, field->coordinate, field->blocking);
    return xy_bind(schema, field->coordinate, field->resolver);
}

static int bind_all(const xy_typed_module *module, xy_schema *schema, const char **what)
{
    int rc = XY_OK;

    for (size_t i = 0; rc == XY_OK && i < module->layout_count; i++) {
        const xy_layout *layout = module->layouts[i];

        *what = layout->type;
        rc = xy_bind_struct(schema, layout->type, layout->slots, layout->slot_count);
    }
    for (size_t i = 0; rc == XY_OK && i < module->field_count; i++) {
        const xy_typed_field *field = &module->fields[i];

        *what = field->coordinate;
        rc = bind_field(schema, field);
    }
    return rc;
}

static xy_str bind_problem(const char *what, int rc)
{
    size_t len = strlen(what) + strlen(xy_err_text(rc)) + 3;
    char *text = xy__malloc(len);

    return (xy_str){text, (size_t)snprintf(text, len, "%s: %s", what, xy_err_text(rc))};
}

int xy_typed_load(const xy_typed_module *module, const xy_schema_options *more, xy_schema **out,
                  xy_str *problems)
{
    xy_schema_options options = more ? *more : (xy_schema_options){0};
    xy_sdl *files = xy__malloc((options.file_count + 1) * sizeof *files);
    const char *what = "";
    int rc;

    files[0] = module->sdl;
    for (size_t i = 0; i < options.file_count; i++)
        files[i + 1] = options.files[i];
    options.files = files;
    options.file_count++;
    rc = xy_schema_load(&options, out, problems);
    free(files);
    if (rc < 0)
        return rc;
    for (const char *const *name = module->durable_topics; name && *name; name++)
        xy_schema_make_durable(*out, *name);
    rc = bind_all(module, *out, &what);
    if (rc < 0) {
        if (problems)
            *problems = bind_problem(what, rc);
        xy_schema_destroy(*out);
    }
    return rc;
}
