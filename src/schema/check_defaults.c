/* SPDX-License-Identifier: MIT */
/* schema/check_defaults.c -- default values that need themselves. Spec 3.10
 * InputObjectDefaultValueHasCycle.
 *
 * Where a default literal leaves out a field, that field's own default takes its place, and may
 * leave out further ones. The walk follows this from the empty object of each type; it keeps its
 * way on a stack of its own, for a chain of defaults is as long as a schema has fields.
 *
 *   OBJECT: the fields of a type, given or left out in one object literal
 *   LIST:   the items of a list literal
 *   FIELD:  a default on the way; when it is left, the way is shorter by it */
#include "base/vec.h"
#include "schema/checker.h"

/* An input field that is of an input object type and has a default. */
typedef struct default_field {
    const xy_type *parent;
    const xy_input_value *field;
    bool visited;
    size_t path_at; /* number of it on the way, from 1; 0: not on the way */
} default_field;

typedef enum frame_kind { FRAME_OBJECT, FRAME_LIST, FRAME_FIELD } frame_kind;

typedef struct frame {
    frame_kind kind;
    const xy_type *type;         /* OBJECT, LIST: that the literal is of */
    const xy_ast_value *literal; /* OBJECT: NULL is an object without fields */
    default_field *field;        /* FIELD */
    size_t next;
} frame;

struct xy_default_cycles {
    xy_checker *c;
    xy_map fields; /* xy_input_value -> default_field */
    XY_VEC(frame) stack;
    XY_VEC(default_field *) path;
};

xy_default_cycles *xy__default_cycles_create(xy_checker *checker)
{
    xy_default_cycles *cycles = XY_ARENA_NEW(&checker->scratch, xy_default_cycles);

    cycles->c = checker;
    xy__map_init(&cycles->fields, &checker->scratch);
    return cycles;
}

static frame *push(xy_default_cycles *d, frame_kind kind)
{
    frame *top = xy_vec_push(&d->c->scratch, &d->stack);

    *top = (frame){.kind = kind};
    return top;
}

/* Spec 3.10 InputObjectDefaultValueHasCycle: only lists and objects lead anywhere. */
static void enter_literal(xy_default_cycles *d, const xy_type *type, const xy_ast_value *literal)
{
    frame *top;

    if (literal && literal->node.kind != XY_KIND_LIST_VALUE &&
        literal->node.kind != XY_KIND_OBJECT_VALUE)
        return;
    top = push(d, literal && literal->node.kind == XY_KIND_LIST_VALUE ? FRAME_LIST : FRAME_OBJECT);
    top->type = type;
    top->literal = literal;
}

/* The identity of an input field as the key of a map: the bytes of the pointer to it. */
static xy_str field_key(const xy_input_value *const *field)
{
    return (xy_str){(const char *)field, sizeof *field};
}

static default_field *find_field(xy_default_cycles *d, const xy_type *type,
                                 const xy_input_value *field)
{
    default_field *found = xy__map_get(&d->fields, field_key(&field));

    if (!found) {
        found = XY_ARENA_NEW(&d->c->scratch, default_field);
        found->parent = type;
        found->field = field;
        xy__map_put(&d->fields, field_key(&found->field), found);
    }
    return found;
}

static void write_name(xy_buf *buf, const default_field *field)
{
    xy__buf_str(buf, field->parent->name);
    xy__buf_char(buf, '.');
    xy__buf_str(buf, field->field->name);
}

static void report_cycle(xy_default_cycles *d, const default_field *field)
{
    xy_buf text;
    xy_error *error;

    xy__buf_init(&text, XY_CHECK_MESSAGE_MAX);
    write_name(&text, field);
    xy__buf_str(&text, XY_STR(" references itself"));
    for (size_t i = field->path_at; i < d->path.len; i++) {
        xy__buf_str(&text,
                    i > field->path_at ? XY_STR(", ") : XY_STR(" via the default values of: "));
        write_name(&text, d->path.items[i]);
    }
    error = xy__checker_report(d->c,
                               "Invalid circular reference. The default value of Input Object "
                               "field %.*s.",
                               XY_PRI(xy__buf_view(&text)));
    xy__buf_deinit(&text);
    for (size_t i = field->path_at - 1; error && i < d->path.len; i++)
        xy__checker_at(d->c, error, &d->path.items[i]->field->default_value->node);
}

/* Spec 3.10 InputFieldDefaultValueHasCycle */
static void enter_field(xy_default_cycles *d, const xy_type *type, const xy_input_value *field)
{
    default_field *found;

    if (!field->default_value)
        return;
    found = find_field(d, type, field);
    if (found->path_at) {
        report_cycle(d, found);
        return;
    }
    if (found->visited)
        return;
    found->visited = true;
    *xy_vec_push(&d->c->scratch, &d->path) = found;
    found->path_at = d->path.len;
    push(d, FRAME_FIELD)->field = found;
    enter_literal(d, field->type->named, field->default_value);
}

static const xy_ast_value *given(const xy_ast_value *object, xy_str name)
{
    for (size_t i = object ? object->fields.len : 0; i-- > 0;)
        if (xy_str_eq(object->fields.items[i]->name->value, name))
            return object->fields.items[i]->value;
    return NULL;
}

/* One step of the innermost frame; the top of the stack may be another one afterwards. */
static void step(xy_default_cycles *d)
{
    frame *top = &d->stack.items[d->stack.len - 1];
    const xy_type *type = top->type;
    const xy_ast_value *literal = top->literal;

    if (top->kind == FRAME_OBJECT && top->next < type->input_fields.len) {
        const xy_input_value *field = type->input_fields.items[top->next++];
        const xy_ast_value *value;

        if (field->type->named->kind != XY_TYPE_INPUT_OBJECT)
            return;
        value = given(literal, field->name);
        if (value)
            enter_literal(d, field->type->named, value);
        else
            enter_field(d, type, field);
    } else if (top->kind == FRAME_LIST && literal && top->next < literal->items.len) {
        enter_literal(d, type, literal->items.items[top->next++]);
    } else {
        if (top->kind == FRAME_FIELD) {
            top->field->path_at = 0;
            d->path.len--;
        }
        d->stack.len--;
    }
}

void xy__default_cycles_check(xy_default_cycles *cycles, const xy_type *type)
{
    enter_literal(cycles, type, NULL);
    while (cycles->stack.len && !cycles->c->full)
        step(cycles);
}
