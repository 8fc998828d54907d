/* SPDX-License-Identifier: MIT */
/* language/visitor.c -- which parts a node has, and the walk over them.
 *
 * A visitor that skips a subtree loses its bit in the walk's set of active visitors until the
 * node is left; the C stack remembers whose bits those are. */
#include "language/visitor.h"

#include <assert.h>

#include "base/fatal.h"

/* What can stand in a part and below, as sets of kinds. */
#define BIT(kind) XY_KIND_BIT(kind)
#define IN_VALUE                                                                                   \
    (BIT(VARIABLE) | BIT(INT_VALUE) | BIT(FLOAT_VALUE) | BIT(STRING_VALUE) | BIT(BOOLEAN_VALUE) |  \
     BIT(NULL_VALUE) | BIT(ENUM_VALUE) | BIT(LIST_VALUE) | BIT(OBJECT_VALUE) | BIT(OBJECT_FIELD) | \
     BIT(NAME))
#define IN_TYPE       (BIT(NAMED_TYPE) | BIT(LIST_TYPE) | BIT(NON_NULL_TYPE) | BIT(NAME))
#define IN_NAMED_TYPE (BIT(NAMED_TYPE) | BIT(NAME))
#define IN_ARGUMENT   (BIT(ARGUMENT) | IN_VALUE)
#define IN_DIRECTIVE  (BIT(DIRECTIVE) | IN_ARGUMENT)
#define IN_SELECTION                                                                               \
    (BIT(SELECTION_SET) | BIT(FIELD) | BIT(FRAGMENT_SPREAD) | BIT(INLINE_FRAGMENT) |               \
     BIT(NAMED_TYPE) | IN_DIRECTIVE)
#define IN_VARIABLE_DEFINITION (BIT(VARIABLE_DEFINITION) | IN_TYPE | IN_DIRECTIVE)
#define IN_OPERATION_TYPE      (BIT(OPERATION_TYPE_DEFINITION) | IN_NAMED_TYPE)
#define IN_INPUT_VALUE         (BIT(INPUT_VALUE_DEFINITION) | IN_TYPE | IN_DIRECTIVE)
#define IN_FIELD_DEFINITION    (BIT(FIELD_DEFINITION) | IN_INPUT_VALUE)
#define IN_ENUM_VALUE          (BIT(ENUM_VALUE_DEFINITION) | IN_DIRECTIVE)

typedef struct node_part {
    const char *key; /* NULL ends the list */
    size_t offset;
    bool is_list;
    xy_kinds reach;
} node_part;

#define ONE(T, member, key, reach)                                                                 \
    {                                                                                              \
        key, offsetof(T, member), false, reach                                                     \
    }
#define MANY(T, member, key, reach)                                                                \
    {                                                                                              \
        key, offsetof(T, member), true, reach                                                      \
    }
#define END                                                                                        \
    {                                                                                              \
        NULL, 0, false, 0                                                                          \
    }

/* Parts in the order of visiting: graphql-js' QueryDocumentKeys. */
static const node_part document_parts[] = {
    MANY(xy_ast_document, definitions, "definitions", XY_KINDS_ALL),
    END,
};

static const node_part operation_parts[] = {
    ONE(xy_ast_operation, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_operation, name, "name", BIT(NAME)),
    MANY(xy_ast_operation, variables, "variableDefinitions", IN_VARIABLE_DEFINITION),
    MANY(xy_ast_operation, directives, "directives", IN_DIRECTIVE),
    ONE(xy_ast_operation, selection_set, "selectionSet", IN_SELECTION),
    END,
};

static const node_part variable_definition_parts[] = {
    ONE(xy_ast_variable_definition, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_variable_definition, variable, "variable", BIT(VARIABLE) | BIT(NAME)),
    ONE(xy_ast_variable_definition, type, "type", IN_TYPE),
    ONE(xy_ast_variable_definition, default_value, "defaultValue", IN_VALUE),
    MANY(xy_ast_variable_definition, directives, "directives", IN_DIRECTIVE),
    END,
};

static const node_part selection_set_parts[] = {
    MANY(xy_ast_selection_set, selections, "selections", IN_SELECTION),
    END,
};

static const node_part field_parts[] = {
    ONE(xy_ast_field, alias, "alias", BIT(NAME)),
    ONE(xy_ast_field, name, "name", BIT(NAME)),
    MANY(xy_ast_field, arguments, "arguments", IN_ARGUMENT),
    MANY(xy_ast_field, directives, "directives", IN_DIRECTIVE),
    ONE(xy_ast_field, selection_set, "selectionSet", IN_SELECTION),
    END,
};

static const node_part argument_parts[] = {
    ONE(xy_ast_argument, name, "name", BIT(NAME)),
    ONE(xy_ast_argument, value, "value", IN_VALUE),
    END,
};

static const node_part spread_parts[] = {
    ONE(xy_ast_fragment_spread, name, "name", BIT(NAME)),
    MANY(xy_ast_fragment_spread, directives, "directives", IN_DIRECTIVE),
    END,
};

static const node_part inline_fragment_parts[] = {
    ONE(xy_ast_inline_fragment, type_condition, "typeCondition", IN_NAMED_TYPE),
    MANY(xy_ast_inline_fragment, directives, "directives", IN_DIRECTIVE),
    ONE(xy_ast_inline_fragment, selection_set, "selectionSet", IN_SELECTION),
    END,
};

static const node_part fragment_parts[] = {
    ONE(xy_ast_fragment, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_fragment, name, "name", BIT(NAME)),
    ONE(xy_ast_fragment, type_condition, "typeCondition", IN_NAMED_TYPE),
    MANY(xy_ast_fragment, directives, "directives", IN_DIRECTIVE),
    ONE(xy_ast_fragment, selection_set, "selectionSet", IN_SELECTION),
    END,
};

static const node_part variable_parts[] = {ONE(xy_ast_value, name, "name", BIT(NAME)), END};
static const node_part list_value_parts[] = {MANY(xy_ast_value, items, "values", IN_VALUE), END};
static const node_part object_value_parts[] = {MANY(xy_ast_value, fields, "fields", IN_VALUE), END};

static const node_part directive_parts[] = {
    ONE(xy_ast_directive, name, "name", BIT(NAME)),
    MANY(xy_ast_directive, arguments, "arguments", IN_ARGUMENT),
    END,
};

static const node_part named_type_parts[] = {ONE(xy_ast_type, name, "name", BIT(NAME)), END};
static const node_part wrapped_type_parts[] = {ONE(xy_ast_type, of, "type", IN_TYPE), END};

static const node_part schema_parts[] = {
    ONE(xy_ast_schema, description, "description", BIT(STRING_VALUE)),
    MANY(xy_ast_schema, directives, "directives", IN_DIRECTIVE),
    MANY(xy_ast_schema, operation_types, "operationTypes", IN_OPERATION_TYPE),
    END,
};

static const node_part operation_type_parts[] = {ONE(xy_ast_operation_type, type, "type", IN_TYPE),
                                                 END};

static const node_part type_definition_parts[] = {
    ONE(xy_ast_type_definition, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_type_definition, name, "name", BIT(NAME)),
    MANY(xy_ast_type_definition, interfaces, "interfaces", IN_NAMED_TYPE),
    MANY(xy_ast_type_definition, directives, "directives", IN_DIRECTIVE),
    MANY(xy_ast_type_definition, members, "types", IN_NAMED_TYPE),
    MANY(xy_ast_type_definition, values, "values", IN_ENUM_VALUE),
    MANY(xy_ast_type_definition, fields, "fields", IN_FIELD_DEFINITION),
    MANY(xy_ast_type_definition, input_fields, "fields", IN_INPUT_VALUE),
    END,
};

static const node_part field_definition_parts[] = {
    ONE(xy_ast_field_definition, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_field_definition, name, "name", BIT(NAME)),
    MANY(xy_ast_field_definition, arguments, "arguments", IN_INPUT_VALUE),
    ONE(xy_ast_field_definition, type, "type", IN_TYPE),
    MANY(xy_ast_field_definition, directives, "directives", IN_DIRECTIVE),
    END,
};

static const node_part input_value_parts[] = {
    ONE(xy_ast_input_value, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_input_value, name, "name", BIT(NAME)),
    ONE(xy_ast_input_value, type, "type", IN_TYPE),
    ONE(xy_ast_input_value, default_value, "defaultValue", IN_VALUE),
    MANY(xy_ast_input_value, directives, "directives", IN_DIRECTIVE),
    END,
};

static const node_part enum_value_parts[] = {
    ONE(xy_ast_enum_value, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_enum_value, name, "name", BIT(NAME)),
    MANY(xy_ast_enum_value, directives, "directives", IN_DIRECTIVE),
    END,
};

static const node_part directive_definition_parts[] = {
    ONE(xy_ast_directive_definition, description, "description", BIT(STRING_VALUE)),
    ONE(xy_ast_directive_definition, name, "name", BIT(NAME)),
    MANY(xy_ast_directive_definition, arguments, "arguments", IN_INPUT_VALUE),
    MANY(xy_ast_directive_definition, directives, "directives", IN_DIRECTIVE),
    MANY(xy_ast_directive_definition, locations, "locations", BIT(NAME)),
    END,
};

static const node_part no_parts[] = {END};

static const node_part *const parts_of[XY_KIND_COUNT] = {
    [XY_KIND_NAME] = no_parts,
    [XY_KIND_DOCUMENT] = document_parts,
    [XY_KIND_OPERATION_DEFINITION] = operation_parts,
    [XY_KIND_VARIABLE_DEFINITION] = variable_definition_parts,
    [XY_KIND_SELECTION_SET] = selection_set_parts,
    [XY_KIND_FIELD] = field_parts,
    [XY_KIND_ARGUMENT] = argument_parts,
    [XY_KIND_FRAGMENT_SPREAD] = spread_parts,
    [XY_KIND_INLINE_FRAGMENT] = inline_fragment_parts,
    [XY_KIND_FRAGMENT_DEFINITION] = fragment_parts,
    [XY_KIND_VARIABLE] = variable_parts,
    [XY_KIND_INT_VALUE] = no_parts,
    [XY_KIND_FLOAT_VALUE] = no_parts,
    [XY_KIND_STRING_VALUE] = no_parts,
    [XY_KIND_BOOLEAN_VALUE] = no_parts,
    [XY_KIND_NULL_VALUE] = no_parts,
    [XY_KIND_ENUM_VALUE] = no_parts,
    [XY_KIND_LIST_VALUE] = list_value_parts,
    [XY_KIND_OBJECT_VALUE] = object_value_parts,
    [XY_KIND_OBJECT_FIELD] = argument_parts,
    [XY_KIND_DIRECTIVE] = directive_parts,
    [XY_KIND_NAMED_TYPE] = named_type_parts,
    [XY_KIND_LIST_TYPE] = wrapped_type_parts,
    [XY_KIND_NON_NULL_TYPE] = wrapped_type_parts,
    [XY_KIND_SCHEMA_DEFINITION] = schema_parts,
    [XY_KIND_OPERATION_TYPE_DEFINITION] = operation_type_parts,
    [XY_KIND_SCALAR_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_OBJECT_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_FIELD_DEFINITION] = field_definition_parts,
    [XY_KIND_INPUT_VALUE_DEFINITION] = input_value_parts,
    [XY_KIND_INTERFACE_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_UNION_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_ENUM_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_ENUM_VALUE_DEFINITION] = enum_value_parts,
    [XY_KIND_INPUT_OBJECT_TYPE_DEFINITION] = type_definition_parts,
    [XY_KIND_DIRECTIVE_DEFINITION] = directive_definition_parts,
    [XY_KIND_SCHEMA_EXTENSION] = schema_parts,
    [XY_KIND_SCALAR_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_OBJECT_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_INTERFACE_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_UNION_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_ENUM_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_INPUT_OBJECT_TYPE_EXTENSION] = type_definition_parts,
    [XY_KIND_DIRECTIVE_EXTENSION] = directive_definition_parts,
};

typedef struct walk {
    const xy_visit_plan *plan;
    void *const *args;
    const xy_visit_around *around;
    xy_kinds wanted; /* by anybody, the follower included */
    uint64_t active; /* a bit for each visitor that is not in a subtree it skips, nor done */
    bool stopped;
} walk;

xy_kinds xy__kind_reach(unsigned kind)
{
    xy_kinds reach = (xy_kinds)1 << kind;

    XY_ASSERT(kind < XY_KIND_COUNT);
    for (const node_part *part = parts_of[kind]; part->key; part++)
        reach |= part->reach;
    return reach;
}

static void add_call(xy_visit_plan *plan, uint16_t *used, size_t visitor, xy_visit_fn *fn)
{
    XY_ASSERT(*used < XY_VISIT_CALLS_MAX);
    plan->calls[(*used)++] = (xy_visit_call){fn, (uint32_t)visitor};
}

/* The calls of all visitors on entering, or leaving, nodes of one kind. */
static void add_calls(xy_visit_plan *plan, uint16_t *used, unsigned kind, bool leaving,
                      const xy_visit_handler *const *visitors)
{
    for (size_t i = 0; i < plan->visitor_count; i++) {
        for (const xy_visit_handler *handler = visitors[i]; handler->kinds; handler++) {
            xy_visit_fn *fn = leaving ? handler->leave : handler->enter;

            if (fn && xy__kinds_have(handler->kinds, kind))
                add_call(plan, used, i, fn);
        }
    }
}

void xy__visit_plan_init(xy_visit_plan *plan, const xy_visit_handler *const *visitors, size_t count)
{
    uint16_t used = 0;

    XY_ASSERT(count <= XY_VISITORS_MAX);
    plan->wanted = 0;
    plan->visitor_count = count;
    for (size_t i = 0; i < count; i++) {
        for (const xy_visit_handler *handler = visitors[i]; handler->kinds; handler++)
            plan->wanted |= handler->kinds;
    }
    for (unsigned kind = 0; kind < XY_KIND_COUNT; kind++) {
        plan->enter[kind] = used;
        if (xy__kinds_have(plan->wanted, kind))
            add_calls(plan, &used, kind, false, visitors);
    }
    plan->enter[XY_KIND_COUNT] = used;
    for (unsigned kind = 0; kind < XY_KIND_COUNT; kind++) {
        plan->leave[kind] = used;
        if (xy__kinds_have(plan->wanted, kind))
            add_calls(plan, &used, kind, true, visitors);
    }
    plan->leave[XY_KIND_COUNT] = used;
}

/* Call those of calls[first..last) that are active. Returns the visitors that want to skip. */
static uint64_t call_range(walk *w, const xy_visit_at *at, uint16_t first, uint16_t last)
{
    const xy_visit_call *end = &w->plan->calls[last];
    uint64_t skipping = 0;

    for (const xy_visit_call *call = &w->plan->calls[first]; call < end; call++) {
        uint64_t bit = (uint64_t)1 << call->visitor;
        xy_visit_next next;

        if (!(w->active & bit))
            continue;
        next = call->fn(w->args[call->visitor], at);
        if (XY_LIKELY(next == XY_VISIT_ON))
            continue;
        if (next == XY_VISIT_SKIP) {
            skipping |= bit;
        } else if (next == XY_VISIT_BREAK) {
            w->active &= ~bit;
        } else {
            w->stopped = true;
            break;
        }
    }
    return skipping;
}

static void visit_node(walk *w, const xy_visit_at *at);

static_assert(offsetof(xy_nodes, items) == 0, "a part is a pointer, or begins with one");

/* One part of a node: `target` is a node, or a list's items with their number behind the pointer to
 * them. Pointers are read as bytes, for the table knows no types. */
static void visit_part(walk *w, const xy_visit_at *up, const node_part *part, const char *target)
{
    const char *place = (const char *)up->node + part->offset;
    xy_visit_at at;
    size_t len;

    at = (xy_visit_at){.up = up, .key = part->key, .index = SIZE_MAX};
    if (!part->is_list) {
        at.node = (const xy_node *)(const void *)target;
        visit_node(w, &at);
        return;
    }
    memcpy(&len, place + offsetof(xy_nodes, len), sizeof len);
    for (size_t i = 0; i < len && !w->stopped; i++) {
        memcpy(&at.node, target + i * sizeof(void *), sizeof(void *));
        at.index = i;
        visit_node(w, &at);
    }
}

static void visit_node(walk *w, const xy_visit_at *at)
{
    unsigned kind = at->node->kind;
    const xy_visit_plan *plan = w->plan;
    bool followed = w->around && xy__kinds_have(w->around->kinds, kind);
    uint64_t skipping = 0;

    if (followed)
        w->around->enter(w->around->arg, at);
    if (plan->enter[kind] < plan->enter[kind + 1]) {
        skipping = call_range(w, at, plan->enter[kind], plan->enter[kind + 1]);
        w->active &= ~skipping;
    }
    for (const node_part *part = parts_of[kind]; part->key && w->active && !w->stopped; part++) {
        const char *target;

        if (!(w->wanted & part->reach))
            continue;
        memcpy(&target, (const char *)at->node + part->offset, sizeof target);
        if (target)
            visit_part(w, at, part, target);
    }
    if (plan->leave[kind] < plan->leave[kind + 1] && !w->stopped)
        (void)call_range(w, at, plan->leave[kind], plan->leave[kind + 1]);
    w->active |= skipping;
    if (followed)
        w->around->leave(w->around->arg, at);
}

void xy__visit_some(const xy_visit_plan *plan, uint64_t active, void *const *args,
                    const xy_visit_around *around, const xy_node *root)
{
    static void *const nothing[XY_VISITORS_MAX];
    xy_visit_at at = {.node = root, .index = SIZE_MAX};
    walk w = {
        .plan = plan,
        .args = args ? args : nothing,
        .around = around,
        .wanted = plan->wanted | (around ? around->kinds : 0),
        .active = active,
    };

    if (w.active)
        visit_node(&w, &at);
}

void xy__visit(const xy_visit_plan *plan, void *const *args, const xy_visit_around *around,
               const xy_node *root)
{
    uint64_t all = plan->visitor_count == XY_VISITORS_MAX
                       ? UINT64_MAX
                       : ((uint64_t)1 << plan->visitor_count) - 1;

    xy__visit_some(plan, all, args, around, root);
}

void xy__visit_one(const xy_visit_handler *visitor, void *arg, const xy_node *root)
{
    void *args[] = {arg};
    xy_visit_plan plan;

    xy__visit_plan_init(&plan, &visitor, 1);
    xy__visit(&plan, args, NULL, root);
}
