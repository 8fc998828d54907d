/* SPDX-License-Identifier: MIT */
#include "execution/watch.h"

#include <inttypes.h>
#include <stdio.h>

#include "xylem/live.h"

#include "execution/field.h"
#include "execution/promise.h"

/* Keys up to this length are made on the stack. */
#define KEY_STACK 256u
/* No key that an application builds is longer. */
#define KEY_MAX 4096u

void xy__watch_cancel(xy_watch *watch)
{
    if (watch->run)
        xy__run_cancel(watch->run);
}

/* A user's id has its length in front, so that no id runs into what follows. */
static void write_user(xy_buf *key, const xy_identity *identity)
{
    if (!identity) {
        xy__buf_char(key, '-');
        return;
    }
    xy__buf_int(key, (int64_t)identity->user.len);
    xy__buf_char(key, ':');
    xy__buf_str(key, identity->user);
}

void xy__fact_write(xy_buf *key, xy_fact_kind kind, xy_str name, const xy_identity *identity)
{
    switch (kind) {
    case XY_FACT_SIGNED_IN:
        xy__buf_char(key, identity ? '1' : '0');
        break;
    case XY_FACT_USER:
        write_user(key, identity);
        break;
    case XY_FACT_ROLE:
        xy__buf_char(key, xy__identity_has_role(identity, name) ? '1' : '0');
        break;
    }
}

void xy__watch_fact(const xy_call *call, xy_fact_kind kind, xy_str name)
{
    xy_watch *watch = call->run ? call->run->watch : NULL;

    if (watch && watch->ops && watch->ops->on_fact)
        watch->ops->on_fact(watch, kind, name);
}

void xy_depend(xy_call *call, xy_str key)
{
    xy_watch *watch = call->run ? call->run->watch : NULL;

    if (watch && watch->ops && watch->ops->on_key)
        watch->ops->on_key(watch, key);
}

/* ---- objects ---- */

/* The text of an ID, as it would be in the response. The null string when it is none. */
static xy_str id_text(const xy_result *result, char digits[24])
{
    const xy_value *value = result->kind == XY_RESULT_VALUE ? result->value : NULL;
    int64_t integer = result->integer;

    if (result->kind == XY_RESULT_STR)
        return (xy_str){result->text, result->size};
    if (value && value->kind == XY_VALUE_STRING)
        return xy_value_text(value);
    if (result->kind != XY_RESULT_INT && !(value && xy_value_to_int64(value, &integer) == XY_OK))
        return XY_STR_NULL;
    return (xy_str){digits, (size_t)snprintf(digits, 24, "%" PRId64, integer)};
}

static void tell_built(xy_run *run, xy_str type, xy_str id)
{
    char key[KEY_MAX];
    size_t len = run->executor->live_key(type, id, key, sizeof key);

    if (len > 0 && len <= sizeof key)
        run->watch->ops->on_key(run->watch, (xy_str){key, len});
}

static void tell_key(xy_run *run, xy_str type, const xy_result *id)
{
    char digits[24];
    char stack[KEY_STACK];
    xy_str text = id_text(id, digits);
    size_t len = type.len + 1 + text.len;
    char *key;

    if (!text.ptr)
        return;
    if (run->executor->live_key) {
        tell_built(run, type, text);
        return;
    }
    key = len <= sizeof stack ? stack : xy__arena_alloc(&run->arena, len);
    memcpy(key, type.ptr, type.len);
    key[type.len] = ':';
    memcpy(key + type.len + 1, text.ptr, text.len);
    run->watch->ops->on_key(run->watch, (xy_str){key, len});
}

/* The id has a resolver. One that answers later, or fails, tells nothing here. */
static void resolve_key(xy_run *run, const xy_selection *selection, const xy_parent_ref *parent)
{
    xy_call *call = xy__call_take(run);
    int rc;

    call->field = selection->key;
    call->arguments = &selection->key->arguments->value;
    call->parent = *parent;
    rc = selection->key->resolver(call);
    if (rc >= 0 && !call->own)
        tell_key(run, selection->type->name, &call->result);
    xy__call_release(call);
}

void xy__watch_object(xy_run *run, const xy_selection *selection, const xy_parent_ref *parent)
{
    xy_result id;

    if (!selection->key || !run->watch->ops || !run->watch->ops->on_key)
        return;
    if (selection->key->source == XY_FIELD_RESOLVER) {
        resolve_key(run, selection, parent);
        return;
    }
    id = xy__field_read(selection->key, parent);
    if (id.kind == XY_RESULT_SLOT)
        id = xy__slot_read(id.slot, id.object);
    tell_key(run, selection->type->name, &id);
}
