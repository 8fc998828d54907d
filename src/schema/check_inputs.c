/* SPDX-License-Identifier: MIT */
/* schema/check_inputs.c -- can a value be written down for every input object? Spec 3.10, "Input
 * objects cannot reference themselves" without end.
 *
 * An input object needs the input objects that its non-null fields are of; a OneOf one needs
 * those of all its fields, but any of them will do. Which ones have a finite value is found from
 * those that need nothing, backwards; in what is left, each way that leads back to where it came
 * by is an error. */
#include "base/vec.h"
#include "schema/checker.h"

#define NOT_ON_PATH SIZE_MAX

typedef struct finite_state finite_state;

/* That `field` needs a value of the input object `to`. */
typedef struct need {
    const xy_input_value *field;
    finite_state *to;
} need;

struct finite_state {
    const xy_type *type;
    XY_VEC(need) needs;
    XY_VEC(finite_state *) needed_by;
    size_t unresolved; /* needs without a known finite value */
    bool finite;
    bool visited;
    size_t path_at; /* how long the path was when it came by */
};

/* An input object on the way, and which of its needs is looked at. */
typedef struct frame {
    finite_state *state;
    size_t next;
} frame;

typedef struct finite {
    xy_checker *c;
    xy_arena *arena;
    finite_state **states; /* by xy_type.index; NULL for other types */
    XY_VEC(finite_state *) resolved;
    XY_VEC(frame) stack;
    XY_VEC(frame) path; /* through which field each one was left */
} finite;

/* The input object without which `field` has no value; NULL when it can do without. */
static const xy_type *needed_type(const xy_type *type, const xy_input_value *field)
{
    const xy_type *of = field->type;

    if (!type->is_one_of) {
        if (of->kind != XY_TYPE_NON_NULL)
            return NULL;
        of = of->of;
    }
    return of->kind == XY_TYPE_INPUT_OBJECT ? of : NULL;
}

static void resolve(finite *f, finite_state *state)
{
    if (state->finite)
        return;
    state->finite = true;
    *xy_vec_push(f->arena, &f->resolved) = state;
}

static void find_needs(finite *f, finite_state *state)
{
    const xy_input_values *fields = &state->type->input_fields;

    for (size_t i = 0; i < fields->len; i++) {
        const xy_type *type = needed_type(state->type, fields->items[i]);

        if (!type)
            continue;
        *xy_vec_push(f->arena, &state->needs) = (need){fields->items[i], f->states[type->index]};
        *xy_vec_push(f->arena, &f->states[type->index]->needed_by) = state;
    }
    state->unresolved = state->needs.len;
    if (state->needs.len == 0 || (state->type->is_one_of && state->needs.len < fields->len))
        resolve(f, state);
}

static void resolve_all(finite *f)
{
    while (f->resolved.len) {
        finite_state *state = f->resolved.items[--f->resolved.len];

        for (size_t i = 0; i < state->needed_by.len; i++) {
            finite_state *by = state->needed_by.items[i];

            if (!by->finite && (by->type->is_one_of || --by->unresolved == 0))
                resolve(f, by);
        }
    }
}

static const xy_input_value *left_through(const frame *step)
{
    return step->state->needs.items[step->next].field;
}

static void report_cycle(finite *f, const xy_type *type, size_t from)
{
    xy_buf names;
    xy_error *error;

    xy__buf_init(&names, XY_CHECK_MESSAGE_MAX);
    for (size_t i = from; i < f->path.len; i++) {
        const frame *step = &f->path.items[i];

        xy__buf_str(&names, i > from ? XY_STR(", ") : XY_STR(""));
        xy__buf_str(&names, step->state->type->name);
        xy__buf_char(&names, '.');
        xy__buf_str(&names, left_through(step)->name);
    }
    error = xy__checker_report(f->c,
                               "Input Object %.*s cannot be provided a finite value because it "
                               "references itself through fields: %.*s.",
                               XY_PRI(type->name), XY_PRI(xy__buf_view(&names)));
    xy__buf_deinit(&names);
    for (size_t i = from; error && i < f->path.len; i++)
        xy__checker_at(f->c, error, &left_through(&f->path.items[i])->definition->node);
}

static void visit(finite *f, finite_state *state)
{
    state->visited = true;
    state->path_at = f->path.len;
    *xy_vec_push(f->arena, &f->stack) = (frame){state, 0};
}

/* Look at the next need of the innermost input object. */
static void step(finite *f)
{
    frame *top = &f->stack.items[f->stack.len - 1];
    finite_state *to;

    if (top->next == top->state->needs.len) {
        top->state->path_at = NOT_ON_PATH;
        f->stack.len--;
        if (f->stack.len)
            f->path.len--;
        return;
    }
    to = top->state->needs.items[top->next].to;
    *xy_vec_push(f->arena, &f->path) = *top;
    top->next++;
    if (!to->finite && to->path_at == NOT_ON_PATH && !to->visited) {
        visit(f, to);
        return;
    }
    if (!to->finite && to->path_at != NOT_ON_PATH)
        report_cycle(f, to->type, to->path_at);
    f->path.len--;
}

void xy__checker_finite_inputs(xy_checker *c)
{
    const xy_types *types = &c->schema->types;
    finite f = {.c = c, .arena = &c->scratch};

    f.states = XY_ARENA_ARRAY(f.arena, finite_state *, types->len);
    for (size_t i = 0; i < types->len; i++) {
        if (types->items[i]->kind != XY_TYPE_INPUT_OBJECT)
            continue;
        f.states[i] = XY_ARENA_NEW(f.arena, finite_state);
        f.states[i]->type = types->items[i];
        f.states[i]->path_at = NOT_ON_PATH;
    }
    for (size_t i = 0; i < types->len; i++)
        if (f.states[i])
            find_needs(&f, f.states[i]);
    resolve_all(&f);
    for (size_t i = 0; i < types->len && !c->full; i++) {
        if (f.states[i] && !f.states[i]->finite && !f.states[i]->visited)
            visit(&f, f.states[i]);
        while (f.stack.len && !c->full)
            step(&f);
    }
}
