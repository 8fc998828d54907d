/* SPDX-License-Identifier: MIT */
#include "xylem/version.h"

#include "codegen/emit.h"
#include "codegen/names.h"
#include "codegen/text.h"

static void head(xy_buf *out, xy_gen_model *model)
{
    xy_str guard = xy__arena_str(&model->arena, model->prefix);
    char *letters = (char *)(uintptr_t)guard.ptr;

    for (size_t i = 0; i < guard.len; i++)
        letters[i] = letters[i] >= 'a' && letters[i] <= 'z' ? (char)(letters[i] - 32) : letters[i];
    xy__buf_printf(out,
                   "/* Made by xylem generate types from the application's SDL; do not edit. */\n"
                   "#ifndef %.*sTYPES_H\n#define %.*sTYPES_H\n\n#include \"xylem/generated.h\"\n",
                   XY_PRI(guard), XY_PRI(guard));
    xy__buf_printf(out,
                   "\n_Static_assert(XY_VERSION_NUMBER == %d,\n"
                   "               \"made by another version of xylem: generate it again\");\n\n"
                   "/* A value of the wrong type is an error, whatever the compiler's flags. */\n"
                   "#pragma GCC diagnostic error \"-Wincompatible-pointer-types\"\n"
                   "#pragma GCC diagnostic error \"-Wint-conversion\"\n"
                   "#pragma GCC diagnostic error \"-Wfloat-conversion\"\n"
                   "#pragma GCC diagnostic error \"-Wimplicit-function-declaration\"\n",
                   XY_VERSION_NUMBER);
}

static void section(xy_buf *out, const char *title)
{
    xy__buf_printf(out, "\n/* ---- %s ---- */\n\n", title);
}

/* ---- types ---- */

static void forward(xy_buf *out, const xy_gen_model *model)
{
    const xy_schema *schema = model->schema;
    const xy_type *roots[] = {schema->query, schema->mutation, schema->subscription};

    for (size_t i = 0; i < 3; i++)
        if (roots[i])
            xy__buf_printf(out, "typedef struct %.*s%.*s %.*s%.*s;\n", XY_PRI(model->prefix),
                           XY_PRI(roots[i]->name), XY_PRI(model->prefix), XY_PRI(roots[i]->name));
    for (size_t i = 0; i < model->objects.len; i++)
        xy__buf_printf(out, "typedef struct %.*s %.*s;\n", XY_PRI(model->objects.items[i]->c),
                       XY_PRI(model->objects.items[i]->c));
    for (size_t i = 0; i < model->inputs.len; i++)
        xy__buf_printf(out, "typedef struct %.*s %.*s;\n", XY_PRI(model->inputs.items[i]->c),
                       XY_PRI(model->inputs.items[i]->c));
}

static void enumeration(xy_buf *out, const xy_gen_model *model, const xy_type *type)
{
    xy_str p = model->prefix;

    xy__buf_char(out, '\n');
    xy__gen_comment(out, "", type->description);
    xy__buf_printf(out, "typedef enum %.*s%.*s {\n", XY_PRI(p), XY_PRI(type->name));
    if (xy__gen_is_nullable_enum(model, type))
        xy__buf_printf(out, "    %.*s%.*s_NULL = -1,\n", XY_PRI(p), XY_PRI(type->name));
    for (size_t i = 0; i < type->values.len; i++) {
        const xy_enum_value *value = type->values.items[i];

        xy__gen_comment(out, "    ", value->description);
        xy__buf_printf(out, "    %.*s%.*s_%.*s = %zu,\n", XY_PRI(p), XY_PRI(type->name),
                       XY_PRI(value->name), i);
    }
    xy__buf_printf(out, "} %.*s%.*s;\n", XY_PRI(p), XY_PRI(type->name));
}

/* An interface or union: which object type, and the object. */
static void abstract(xy_buf *out, const xy_gen_model *model, const xy_type *type)
{
    xy_str p = model->prefix;
    xy_str name = type->name;

    xy__buf_char(out, '\n');
    xy__gen_comment(out, "", type->description);
    xy__buf_printf(out,
                   "typedef struct %.*s%.*s {\n"
                   "    const char *type; /* NULL is null; %.*s%.*s_from_... sets it */\n"
                   "    const void *object;\n} %.*s%.*s;\n",
                   XY_PRI(p), XY_PRI(name), XY_PRI(p), XY_PRI(name), XY_PRI(p), XY_PRI(name));
    for (size_t i = 0; i < type->possible.len; i++) {
        xy_str object = type->possible.items[i]->name;

        xy__buf_printf(out,
                       "\nstatic inline %.*s%.*s %.*s%.*s_from_%.*s(const %.*s%.*s *object)\n{\n"
                       "    return (%.*s%.*s){object ? \"%.*s\" : NULL, object};\n}\n",
                       XY_PRI(p), XY_PRI(name), XY_PRI(p), XY_PRI(name), XY_PRI(object), XY_PRI(p),
                       XY_PRI(object), XY_PRI(p), XY_PRI(name), XY_PRI(object));
    }
}

static void of_kind(xy_buf *out, const xy_gen_model *model, bool enums)
{
    const xy_types *types = &model->schema->types;

    for (size_t i = 0; i < types->len; i++) {
        const xy_type *type = types->items[i];

        if (!type->definition)
            continue;
        if (enums && type->kind == XY_TYPE_ENUM)
            enumeration(out, model, type);
        if (!enums && xy__type_is_abstract(type))
            abstract(out, model, type);
    }
}

static void lists(xy_buf *out, const xy_gen_model *model)
{
    for (size_t i = 0; i < model->list_types.len; i++) {
        const xy_gen_list *list = &model->list_types.items[i];
        const char *space = list->item.ptr[list->item.len - 1] == '*' ? "" : " ";

        xy__buf_printf(out,
                       "typedef struct %.*s {\n    %.*s%s*items;\n    size_t len;\n"
                       "    size_t cap; /* items are malloc'ed when it is > 0, else borrowed */\n"
                       "} %.*s;\n",
                       XY_PRI(list->c), XY_PRI(list->item), space, XY_PRI(list->c));
    }
}

static void list_functions(xy_buf *out, const xy_gen_model *model)
{
    for (size_t i = 0; i < model->list_types.len; i++)
        xy__buf_printf(out, "XY_LIST_OPS(%.*s, %.*s)\n", XY_PRI(model->list_types.items[i].c),
                       XY_PRI(model->list_types.items[i].item));
}

static void structure(xy_buf *out, xy_gen_model *model, const xy_gen_struct *of)
{
    xy__buf_char(out, '\n');
    xy__gen_comment(out, "", of->description);
    if (of->kind == XY_GEN_ARGUMENTS) {
        xy__buf_printf(out, "typedef struct %.*s {\n", XY_PRI(of->c));
    } else {
        xy__buf_printf(out, "struct %.*s {\n", XY_PRI(of->c));
    }
    for (size_t i = 0; i < of->members.len; i++) {
        const xy_gen_member *member = &of->members.items[i];
        bool is_input_ref = of->kind != XY_GEN_OBJECT && member->value->kind == XY_SLOT_OBJECT;
        xy_str c = xy__gen_variable(model, member->value);

        xy__gen_comment(out, "    ", member->description);
        xy__buf_printf(out, "    %s%.*s%.*s;\n", is_input_ref ? "const " : "", XY_PRI(c),
                       XY_PRI(member->c));
        if (member->given)
            xy__buf_printf(out, "    bool has_%.*s; /* it was given, perhaps as null */\n",
                           XY_PRI(member->c));
    }
    if (of->members.len == 0)
        XY_BUF_LITERAL(out, "    char nothing; /* every field has a resolver */\n");
    if (of->kind == XY_GEN_ARGUMENTS) {
        xy__buf_printf(out, "} %.*s;\n", XY_PRI(of->c));
    } else {
        XY_BUF_LITERAL(out, "};\n");
    }
}

/* ---- functions ---- */

/* A function over the promise or source `of`; `rest` are its other parameters. */
static void method(xy_buf *out, const char *returns, xy_str field, const char *name, const char *of,
                   const char *const *rest, const char *tail)
{
    xy_gen_call call = xy__gen_call_begin(out, "%s%.*s_%s", returns, XY_PRI(field), name);

    xy__gen_call_add(&call, "%.*s_%s *%c", XY_PRI(field), of, of[0]);
    for (; rest && *rest; rest++)
        xy__gen_call_add(&call, "%s", *rest);
    xy__gen_call_end(&call, tail);
}

#define PRINTF_TAIL " XY_PRINTF(2, 3);\n"

static const char *const message[] = {"const char *fmt", "...", NULL};
static const char *const stop[] = {"xy_on_stop *fn", "void *arg", NULL};

/* "Query_slow_promise_fn": of what the promise or source calls back. */
static void callback(xy_buf *out, xy_str field, const char *of)
{
    xy__buf_printf(out,
                   "typedef struct %.*s_%s %.*s_%s;\n"
                   "typedef void %.*s_fn(%.*s_%s *%c, void *arg);\n",
                   XY_PRI(field), of, XY_PRI(field), of, XY_PRI(field), XY_PRI(field), of, of[0]);
}

static void promise(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;
    xy_str value = xy__gen_parameter(model, field->result);
    xy_str answer = xy__arena_printf(&model->arena, "%.*svalue", XY_PRI(value));
    xy_str fn = xy__arena_printf(&model->arena, "%.*s_fn *fn", XY_PRI(n));

    callback(out, n, "promise");
    xy__buf_printf(out,
                   "struct %.*s_promise {\n    xy_typed_promise base;\n    %.*s_fn *after;\n"
                   "    void *arg;\n};\n\n",
                   XY_PRI(n), XY_PRI(n));
    xy__gen_prototype(out, model, field, ";\n");
    XY_BUF_LITERAL(out,
                   "/* The answer; p is of no use then. `return` what these return, or XY_OK and "
                   "answer later. */\n");
    method(out, "int ", n, "resolve", "promise", (const char *const[]){answer.ptr, NULL}, ";\n");
    method(out, "int ", n, "fail", "promise", message, PRINTF_TAIL);
    XY_BUF_LITERAL(out, "/* Call fn once in delay_ms, unless the client has gone by then. */\n");
    method(out, "void ", n, "after", "promise",
           (const char *const[]){"uint64_t delay_ms", fn.ptr, "void *arg", NULL}, ";\n");
    XY_BUF_LITERAL(out,
                   "/* Call fn when nobody waits any more: stop what you do, and answer even so. "
                   "*/\n");
    method(out, "void ", n, "on_stop", "promise", stop, ";\n\n");
}

static void source(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;
    xy_str value = xy__gen_parameter(model, field->result);
    xy_str pushed = xy__arena_printf(&model->arena, "%.*s%s", XY_PRI(value),
                                     field->is_stream ? "event" : "item");
    xy_str fn = xy__arena_printf(&model->arena, "%.*s_fn *fn", XY_PRI(n));

    callback(out, n, "source");
    xy__buf_printf(out,
                   "struct %.*s_source {\n    xy_source_stream *stream;\n    %.*s_fn *every;\n"
                   "    void *every_arg;\n    %.*s_fn *ready;\n    void *ready_arg;\n};\n\n",
                   XY_PRI(n), XY_PRI(n), XY_PRI(n));
    xy__gen_prototype(out, model, field, ";\n");
    XY_BUF_LITERAL(out,
                   "/* As xy_stream_push(), _end(), _fail() and so on, of xylem/stream.h. */\n");
    method(out, "int ", n, "push", "source", (const char *const[]){pushed.ptr, NULL}, ";\n");
    method(out, "void ", n, "end", "source", NULL, ";\n");
    method(out, "int ", n, "fail", "source", message, PRINTF_TAIL);
    method(out, "void *", n, "alloc", "source", (const char *const[]){"size_t size", NULL}, ";\n");
    method(out, "void ", n, "every", "source",
           (const char *const[]){"uint64_t period_ms", fn.ptr, "void *arg", NULL}, ";\n");
    method(out, "void ", n, "on_ready", "source", (const char *const[]){fn.ptr, "void *arg", NULL},
           ";\n");
    method(out, "void ", n, "on_stop", "source", stop, ";\n\n");
}

static void topic(xy_buf *out, xy_gen_model *model, const xy_gen_field *field)
{
    xy_str n = field->c;
    xy_str value = xy__gen_parameter(model, field->result);
    xy_gen_call call;

    if (field->key) {
        xy_str key = xy__gen_key_name(model, field->key->name);

        xy__buf_printf(out,
                       "#define %.*s_publish(at, %.*s, payload) \\\n"
                       "    %.*s_publish_to(xy_app_of(at), (%.*s), (payload))\n",
                       XY_PRI(n), XY_PRI(key), XY_PRI(n), XY_PRI(key));
        call = xy__gen_call_begin(out, "int %.*s_publish_to", XY_PRI(n));
        xy__gen_call_add(&call, "xy_app *app");
        xy__gen_call_add(&call, "xy_str %.*s", XY_PRI(key));
    } else {
        xy__buf_printf(out,
                       "#define %.*s_publish(at, payload) \\\n"
                       "    %.*s_publish_to(xy_app_of(at), (payload))\n",
                       XY_PRI(n), XY_PRI(n));
        call = xy__gen_call_begin(out, "int %.*s_publish_to", XY_PRI(n));
        xy__gen_call_add(&call, "xy_app *app");
    }
    xy__gen_call_add(&call, "%.*spayload", XY_PRI(value));
    xy__gen_call_end(&call, ";\n\n");
}

static void functions(xy_buf *out, xy_gen_model *model)
{
    for (size_t i = 0; i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        xy__gen_comment(out, "", field->field->description);
        if (field->role == XY_GEN_TOPIC) {
            topic(out, model, field);
        } else if (field->role == XY_GEN_PROMISE) {
            promise(out, model, field);
        } else if (field->role == XY_GEN_SOURCE) {
            source(out, model, field);
        } else {
            xy__gen_prototype(out, model, field, ";\n\n");
        }
    }
}

/* Everything that a live query may depend on by itself. */
static void invalidation(xy_buf *out, const xy_gen_model *model)
{
    for (size_t i = 0; i < model->objects.len; i++) {
        const xy_gen_struct *of = model->objects.items[i];

        if (of->has_id)
            xy__buf_printf(out,
                           "#define %.*s_invalidate(at, id) \\\n"
                           "    xy_typed_invalidate(xy_app_of(at), \"%.*s\", (id))\n",
                           XY_PRI(of->c), XY_PRI(of->name));
    }
    for (size_t i = 0; i < model->fields.len; i++) {
        const xy_gen_field *field = model->fields.items[i];

        if (field->field->parent == model->schema->query)
            xy__buf_printf(out,
                           "#define %.*s_invalidate(at) \\\n"
                           "    xy_typed_invalidate(xy_app_of(at), \"%.*s\", XY_STR_NULL)\n",
                           XY_PRI(field->c), XY_PRI(field->coordinate));
    }
}

void xy__gen_header(xy_buf *out, xy_gen_model *model)
{
    head(out, model);
    section(out, "types");
    forward(out, model);
    of_kind(out, model, true);
    of_kind(out, model, false);
    xy__buf_char(out, '\n');
    lists(out, model);
    for (size_t i = 0; i < model->objects.len; i++)
        structure(out, model, model->objects.items[i]);
    for (size_t i = 0; i < model->inputs.len; i++)
        structure(out, model, model->inputs.items[i]);
    section(out, "lists: T_list_push() appends on the heap and returns where, T_list_free()");
    list_functions(out, model);
    section(out, "arguments");
    for (size_t i = 0; i < model->fields.len; i++)
        if (model->fields.items[i]->arguments)
            structure(out, model, model->fields.items[i]->arguments);
    section(out, "what the application writes, and what it answers, pushes and publishes with");
    functions(out, model);
    section(out, "live queries: at is an xy_call * or an xy_app *");
    invalidation(out, model);
    section(out, "the schema");
    xy__buf_printf(
        out,
        "/* The schema of the SDL, with everything above bound. Options of `more` (may be NULL) "
        "count; its\n * files are loaded, too: what they define is yours to bind. Returns and "
        "gives "
        "as\n * xy_schema_load(). */\n"
        "int %.*stypes_load(const xy_schema_options *more, xy_schema **out, xy_str "
        "*problems);\n\n#endif\n",
        XY_PRI(model->prefix));
}
