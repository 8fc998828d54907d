/* SPDX-License-Identifier: MIT */
/* codegen/glue.c -- the functions of <prefix>types.c: from an xy_call to a typed resolver and back,
 * and the typed faces of promises, sources and topics. */
#include "codegen/emit.h"
#include "codegen/names.h"
#include "codegen/text.h"

/* ---- resolvers ---- */

/* What `out` holds before the resolver has run. */
static xy_str nothing(xy_gen_model *model, const xy_gen_value *value)
{
    switch (value->kind) {
    case XY_SLOT_OBJECT:
        return XY_STR("NULL");
    case XY_SLOT_BOOL:
    case XY_SLOT_INT32:
    case XY_SLOT_INT64:
    case XY_SLOT_DOUBLE:
        return value->maybe ? XY_STR("{0}") : XY_STR("0");
    case XY_SLOT_ENUM:
        return xy__arena_printf(&model->arena, "(%.*s)%d", XY_PRI(value->c),
                                xy__gen_is_nullable_enum(model, value->type) ? -1 : 0);
    case XY_SLOT_STR:
    case XY_SLOT_VALUE:
    case XY_SLOT_STRUCT:
    case XY_SLOT_ANY:
    case XY_SLOT_LIST:
    default:
        return XY_STR("{0}");
    }
}

/* The call of the application's function. */
static void call_resolver(xy_buf *out, const xy_gen_field *field, const char *args,
                          const char *last)
{
    bool is_work = field->role == XY_GEN_BLOCKING;
    const char *engine = is_work ? "work" : "call";

    xy__buf_printf(out, "%.*s(%s", XY_PRI(field->c), engine);
    if (field->self)
        xy__buf_printf(out, ", xy_typed_%sself(%s, &layout_%.*s)", is_work ? "work_" : "", engine,
                       XY_PRI(field->self->c));
    if (field->arguments)
        xy__buf_printf(out, ", %s", args);
    xy__buf_printf(out, ", %s)", last);
}

static void resolver(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    bool is_work = field->role == XY_GEN_BLOCKING;
    const char *engine = is_work ? "work" : "call";
    const char *infix = is_work ? "work_" : "";
    xy_str variable = xy__gen_variable(model, field->result);
    xy_str none = nothing(model, field->result);
    xy_str item = xy__gen_item_name(model, field->result);

    xy__buf_printf(out, "static int call_%.*s(xy_%s *%s)\n{\n", XY_PRI(field->c), engine, engine);
    if (field->arguments)
        xy__buf_printf(out, "    %.*s args;\n", XY_PRI(field->arguments->c));
    xy__buf_printf(out, "    %.*sout = %.*s;\n    int rc;\n\n", XY_PRI(variable), XY_PRI(none));
    if (field->arguments)
        xy__buf_printf(out, "    xy_typed_%sarguments(%s, &layout_%.*s, &args);\n", infix, engine,
                       XY_PRI(field->arguments->c));
    XY_BUF_LITERAL(out, "    rc = ");
    call_resolver(out, field, "&args", "&out");
    xy__buf_printf(
        out, ";\n    return rc < 0 ? rc : xy_typed_%sput(%s, &%.*s, &out, sizeof out);\n}\n\n",
        infix, engine, XY_PRI(item));
}

/* Arguments that outlive the resolver's return. */
static void kept_arguments(xy_buf *out, const xy_gen_field *field)
{
    if (field->arguments)
        xy__buf_printf(out, "    %.*s *args = xy_new(call, %.*s);\n", XY_PRI(field->arguments->c),
                       XY_PRI(field->arguments->c));
}

static void read_kept(xy_buf *out, const xy_gen_field *field)
{
    if (field->arguments)
        xy__buf_printf(out, "    xy_typed_arguments(call, &layout_%.*s, args);\n",
                       XY_PRI(field->arguments->c));
}

/* ---- promises ---- */

static void promise_resolver(xy_buf *out, const xy_gen_field *field)
{
    xy__buf_printf(out, "static int call_%.*s(xy_call *call)\n{\n", XY_PRI(field->c));
    xy__buf_printf(out, "    %.*s_promise *promise = xy_new(call, %.*s_promise);\n",
                   XY_PRI(field->c), XY_PRI(field->c));
    kept_arguments(out, field);
    XY_BUF_LITERAL(out, "\n    promise->base.promise = xy_later(call);\n");
    read_kept(out, field);
    XY_BUF_LITERAL(out, "    return xy_typed_later(call, &promise->base, ");
    call_resolver(out, field, "args", "promise");
    XY_BUF_LITERAL(out, ");\n}\n\n");
}

static void promise(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;
    xy_str value = xy__gen_parameter(model, field->result);
    xy_str item = xy__gen_item_name(model, field->result);

    promise_resolver(out, field);
    xy__buf_printf(out,
                   "int %.*s_resolve(%.*s_promise *p, %.*svalue)\n{\n"
                   "    xy_typed_resolve(&p->base, &%.*s, &value, sizeof value);\n"
                   "    return XY_OK;\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(value), XY_PRI(item));
    xy__buf_printf(out,
                   "int %.*s_fail(%.*s_promise *p, const char *fmt, ...)\n{\n    va_list args;\n\n"
                   "    va_start(args, fmt);\n    xy_typed_reject(&p->base, fmt, args);\n"
                   "    va_end(args);\n    return XY_OK;\n}\n\n",
                   XY_PRI(n), XY_PRI(n));
    xy__buf_printf(
        out,
        "static void after_%.*s(xy_promise *promise, void *arg)\n{\n"
        "    %.*s_promise *p = arg;\n\n    (void)promise;\n    p->after(p, p->arg);\n}\n\n",
        XY_PRI(n), XY_PRI(n));
    xy__buf_printf(out,
                   "void %.*s_after(%.*s_promise *p, uint64_t delay_ms,\n"
                   "    %.*s_fn *fn, void *arg)\n{\n"
                   "    p->after = fn;\n    p->arg = arg;\n"
                   "    xy_promise_after(p->base.promise, delay_ms, after_%.*s, p);\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n));
    xy__buf_printf(out,
                   "void %.*s_on_stop(%.*s_promise *p, xy_on_stop *fn, void *arg)\n{\n"
                   "    xy_promise_on_stop(p->base.promise, fn, arg);\n}\n\n",
                   XY_PRI(n), XY_PRI(n));
}

/* ---- sources ---- */

static void source_opener(xy_buf *out, const xy_gen_field *field)
{
    xy_str n = field->c;

    if (field->is_stream) {
        xy__buf_printf(out, "static int open_%.*s(xy_call *call, xy_source_stream *stream)\n{\n",
                       XY_PRI(n));
    } else {
        xy__buf_printf(out,
                       "static int call_%.*s(xy_call *call)\n{\n"
                       "    xy_source_stream *stream = xy_later_list(call);\n",
                       XY_PRI(n));
    }
    xy__buf_printf(out, "    %.*s_source *source = xy_stream_alloc(stream, sizeof *source);\n",
                   XY_PRI(n));
    kept_arguments(out, field);
    XY_BUF_LITERAL(out, "\n    source->stream = stream;\n");
    read_kept(out, field);
    XY_BUF_LITERAL(out, "    return ");
    call_resolver(out, field, "args", "source");
    XY_BUF_LITERAL(out, ";\n}\n\n");
}

static void source_push(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;
    xy_str value = xy__gen_parameter(model, field->result);
    xy_str item = xy__gen_item_name(model, field->result);
    const char *what = field->is_stream ? "event" : "item";

    xy__buf_printf(out,
                   "int %.*s_push(%.*s_source *s, %.*s%s)\n{\n"
                   "    return xy_typed_push(s->stream, &%.*s, %s%s);\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(value), what, XY_PRI(item),
                   field->result->kind == XY_SLOT_STRUCT ? "" : "&", what);
    xy__buf_printf(out,
                   "void %.*s_end(%.*s_source *s)\n{\n    xy_stream_end(s->stream);\n}\n\n"
                   "int %.*s_fail(%.*s_source *s, const char *fmt, ...)\n{\n    va_list args;\n\n"
                   "    va_start(args, fmt);\n    xy_typed_stream_fail(s->stream, fmt, args);\n"
                   "    va_end(args);\n    return XY_OK;\n}\n\n"
                   "void *%.*s_alloc(%.*s_source *s, size_t size)\n{\n"
                   "    return xy_stream_alloc(s->stream, size);\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n));
    xy__buf_printf(out,
                   "void %.*s_on_stop(%.*s_source *s, xy_on_stop *fn, void *arg)\n{\n"
                   "    xy_stream_on_stop(s->stream, fn, arg);\n}\n\n",
                   XY_PRI(n), XY_PRI(n));
}

/* A callback of the source, `every` or `ready`, behind one of the stream's. */
static void source_callback(xy_buf *out, xy_str n, const char *what)
{
    xy__buf_printf(
        out,
        "static void %s_%.*s(xy_source_stream *stream, void *arg)\n{\n"
        "    %.*s_source *s = arg;\n\n    (void)stream;\n    s->%s(s, s->%s_arg);\n}\n\n",
        what, XY_PRI(n), XY_PRI(n), what, what);
}

static void source(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;

    source_opener(out, field);
    source_push(out, model, field);
    source_callback(out, n, "every");
    xy__buf_printf(out,
                   "void %.*s_every(%.*s_source *s, uint64_t period_ms,\n"
                   "    %.*s_fn *fn, void *arg)\n{\n"
                   "    s->every = fn;\n    s->every_arg = arg;\n"
                   "    xy_stream_every(s->stream, period_ms, every_%.*s, s);\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n));
    source_callback(out, n, "ready");
    xy__buf_printf(out,
                   "void %.*s_on_ready(%.*s_source *s,\n"
                   "    %.*s_fn *fn, void *arg)\n{\n"
                   "    s->ready = fn;\n    s->ready_arg = arg;\n"
                   "    xy_stream_on_ready(s->stream, ready_%.*s, s);\n}\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(n), XY_PRI(n));
}

/* ---- topics ---- */

static void topic(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str value = xy__gen_parameter(model, field->result);
    xy_str item = xy__gen_item_name(model, field->result);
    xy_str name = field->field->name;
    xy_str key = field->key ? xy__gen_key_name(model, field->key->name) : XY_STR("XY_STR_NULL");
    xy_gen_call call;

    xy__buf_printf(out,
                   "static int open_%.*s(xy_call *call, xy_source_stream *stream)\n{\n"
                   "%s    return xy_stream_topic(stream, XY_STR(\"%.*s\"), ",
                   XY_PRI(field->c), field->key ? "" : "    (void)call;\n", XY_PRI(name));
    if (field->key) {
        xy__buf_printf(out, "xy_arg_str(call, \"%.*s\")", XY_PRI(field->key->name));
    } else {
        xy__buf_str(out, key);
    }
    XY_BUF_LITERAL(out, ");\n}\n\n");
    call = xy__gen_call_begin(out, "int %.*s_publish_to", XY_PRI(field->c));
    xy__gen_call_add(&call, "xy_app *app");
    if (field->key)
        xy__gen_call_add(&call, "xy_str %.*s", XY_PRI(key));
    xy__gen_call_add(&call, "%.*spayload", XY_PRI(value));
    xy__gen_call_end(&call, "");
    xy__buf_printf(out,
                   "\n{\n    return xy_typed_publish(app, XY_STR(\"%.*s\"), %.*s, &%.*s, "
                   "&payload);\n}\n\n",
                   XY_PRI(name), XY_PRI(key), XY_PRI(item));
}

void xy__gen_glue(xy_buf *out, xy_gen_model *model)
{
    for (size_t i = 0; i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        switch (field->role) {
        case XY_GEN_PROMISE:
            promise(out, model, field);
            break;
        case XY_GEN_SOURCE:
            source(out, model, field);
            break;
        case XY_GEN_TOPIC:
            topic(out, model, field);
            break;
        case XY_GEN_RESOLVER:
        case XY_GEN_BLOCKING:
        default:
            resolver(out, model, field);
        }
    }
}
