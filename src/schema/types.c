/* SPDX-License-Identifier: MIT */
/* schema/types.c -- wrapping types and the relations between types. */
#include "schema/types.h"

#include "base/fatal.h"
#include "schema/type_ref.h"

xy_type_kind xy__kind_type_kind(unsigned kind)
{
    switch ((int)kind) {
    case XY_KIND_SCALAR_TYPE_DEFINITION:
    case XY_KIND_SCALAR_TYPE_EXTENSION:
        return XY_TYPE_SCALAR;
    case XY_KIND_OBJECT_TYPE_DEFINITION:
    case XY_KIND_OBJECT_TYPE_EXTENSION:
        return XY_TYPE_OBJECT;
    case XY_KIND_INTERFACE_TYPE_DEFINITION:
    case XY_KIND_INTERFACE_TYPE_EXTENSION:
        return XY_TYPE_INTERFACE;
    case XY_KIND_UNION_TYPE_DEFINITION:
    case XY_KIND_UNION_TYPE_EXTENSION:
        return XY_TYPE_UNION;
    case XY_KIND_ENUM_TYPE_DEFINITION:
    case XY_KIND_ENUM_TYPE_EXTENSION:
        return XY_TYPE_ENUM;
    default:
        return XY_TYPE_INPUT_OBJECT;
    }
}

static xy_type *make_wrapper(xy_arena *arena, xy_type_kind kind, xy_type *of)
{
    xy_type *type = XY_ARENA_NEW(arena, xy_type);

    type->kind = kind;
    type->of = of;
    type->named = of->named;
    return type;
}

xy_type *xy__type_list(xy_schema *schema, xy_type *type)
{
    if (!type->as_list)
        type->as_list = make_wrapper(schema->arena, XY_TYPE_LIST, type);
    return type->as_list;
}

xy_type *xy__type_non_null(xy_schema *schema, xy_type *type)
{
    XY_ASSERT(type->kind != XY_TYPE_NON_NULL);
    if (!type->as_non_null)
        type->as_non_null = make_wrapper(schema->arena, XY_TYPE_NON_NULL, type);
    return type->as_non_null;
}

xy_type *xy__schema_type_ref(const xy_schema *schema, xy_arena *arena, const xy_ast_type *ref)
{
    xy_type *of;

    if (ref->node.kind == XY_KIND_NAMED_TYPE)
        return xy__schema_type(schema, ref->name->value);
    of = xy__schema_type_ref(schema, arena, ref->of);
    if (!of)
        return NULL;
    if (ref->node.kind == XY_KIND_LIST_TYPE)
        return of->as_list ? of->as_list : make_wrapper(arena, XY_TYPE_LIST, of);
    return of->as_non_null ? of->as_non_null : make_wrapper(arena, XY_TYPE_NON_NULL, of);
}

bool xy__type_equal(const xy_type *a, const xy_type *b)
{
    while (a != b) {
        if (a->kind != b->kind || !a->of)
            return false;
        a = a->of;
        b = b->of;
    }
    return true;
}

xy_str xy__type_print(xy_arena *arena, const xy_type *type)
{
    const xy_type *at;
    size_t before = 0;
    size_t after = 0;
    char *text;

    for (at = type; at->of; at = at->of) {
        before += at->kind == XY_TYPE_LIST;
        after++;
    }
    text = xy__arena_alloc(arena, before + at->name.len + after + 1);
    memset(text, '[', before);
    memcpy(text + before, at->name.ptr, at->name.len);
    text[before + at->name.len + after] = '\0';
    for (size_t i = before + at->name.len + after; type->of; type = type->of)
        text[--i] = type->kind == XY_TYPE_LIST ? ']' : '!';
    return (xy_str){text, before + at->name.len + after};
}

bool xy__type_is_possible(const xy_type *abstract, const xy_type *object)
{
    return abstract == object ||
           (object->name.ptr && xy__map_get(&abstract->possible_by_name, object->name) == object);
}

static bool implements(const xy_type *type, const xy_type *interface)
{
    for (size_t i = 0; i < type->interfaces.len; i++)
        if (type->interfaces.items[i] == interface)
            return true;
    return false;
}

bool xy__type_is_sub_type(const xy_type *super, const xy_type *sub)
{
    while (super != sub) {
        if (super->kind == XY_TYPE_NON_NULL) {
            if (sub->kind != XY_TYPE_NON_NULL)
                return false;
            super = super->of;
            sub = sub->of;
        } else if (sub->kind == XY_TYPE_NON_NULL) {
            sub = sub->of;
        } else if (super->kind == XY_TYPE_LIST && sub->kind == XY_TYPE_LIST) {
            super = super->of;
            sub = sub->of;
        } else if (super->kind == XY_TYPE_INTERFACE) {
            return implements(sub, super);
        } else {
            return super->kind == XY_TYPE_UNION && xy__type_is_composite(sub) &&
                   xy__type_is_possible(super, sub);
        }
    }
    return true;
}

bool xy__type_overlap(const xy_type *a, const xy_type *b)
{
    const xy_type *few = a->possible.len <= b->possible.len ? a : b;
    const xy_type *many = few == a ? b : a;

    if (a == b)
        return true;
    for (size_t i = 0; i < few->possible.len; i++)
        if (xy__type_is_possible(many, few->possible.items[i]))
            return true;
    return false;
}
