/* SPDX-License-Identifier: MIT */
#include "execution/introspection.h"

#include "execution/promise.h"
#include "language/printer.h"
#include "schema/introspection.h"

/* ---- lists of pointers ---- */

#define NO_REASON SIZE_MAX

/* Put the objects of a list; without the deprecated ones when their struct has a reason at
 * `reason_offset` and the client does not ask for them. */
static int put_objects(xy_call *call, const void *const *objects, size_t count,
                       size_t reason_offset)
{
    bool all = reason_offset == NO_REASON || xy_arg_bool(call, "includeDeprecated");
    xy_result *items = xy_results(call, count);
    size_t len = 0;

    for (size_t i = 0; i < count; i++) {
        const char *object = objects[i];

        if (all || !((const xy_str *)(const void *)(object + reason_offset))->ptr)
            items[len++] = xy_result_object(NULL, object);
    }
    return xy_put(call, (xy_result){.kind = XY_RESULT_LIST, .items = items, .len = (uint32_t)len});
}

#define PUT_ALL(call, list)                                                                        \
    put_objects((call), (const void *const *)(list)->items, (list)->len, NO_REASON)
#define PUT_CURRENT(call, list, T)                                                                 \
    put_objects((call), (const void *const *)(list)->items, (list)->len,                           \
                offsetof(T, deprecation_reason))

/* ---- the schema ---- */

static const xy_schema *schema_of(const xy_call *call)
{
    return call->operation->document->schema;
}

static int meta_schema(xy_call *call)
{
    return xy_put_object(call, schema_of(call));
}

static int meta_type(xy_call *call)
{
    return xy_put_object(call, xy__schema_type(schema_of(call), xy_arg_str(call, "name")));
}

static int schema_types(xy_call *call)
{
    return PUT_ALL(call, &schema_of(call)->types);
}

static int schema_directives(xy_call *call)
{
    return PUT_CURRENT(call, &schema_of(call)->directives, xy_directive);
}

/* ---- types ---- */

static int type_kind(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return xy_put_str(call, xy_str_from(xy__type_kind_name(type->kind)));
}

static bool has_fields(const xy_type *type)
{
    return type->kind == XY_TYPE_OBJECT || type->kind == XY_TYPE_INTERFACE;
}

static int type_fields(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return has_fields(type) ? PUT_CURRENT(call, &type->fields, xy_field) : XY_OK;
}

static int type_interfaces(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return has_fields(type) ? PUT_ALL(call, &type->interfaces) : XY_OK;
}

static int type_possible_types(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return xy__type_is_abstract(type) ? PUT_ALL(call, &type->possible) : XY_OK;
}

static int type_enum_values(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return type->kind == XY_TYPE_ENUM ? PUT_CURRENT(call, &type->values, xy_enum_value) : XY_OK;
}

static int type_input_fields(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    if (type->kind != XY_TYPE_INPUT_OBJECT)
        return XY_OK;
    return PUT_CURRENT(call, &type->input_fields, xy_input_value);
}

static int type_is_one_of(xy_call *call)
{
    const xy_type *type = xy_parent(call);

    return type->kind == XY_TYPE_INPUT_OBJECT ? xy_put_bool(call, type->is_one_of) : XY_OK;
}

/* ---- fields, arguments, values, directives ---- */

static int field_args(xy_call *call)
{
    const xy_field *field = xy_parent(call);

    return PUT_CURRENT(call, &field->arguments, xy_input_value);
}

static int field_is_deprecated(xy_call *call)
{
    const xy_field *field = xy_parent(call);

    return xy_put_bool(call, field->deprecation_reason.ptr != NULL);
}

static int input_is_deprecated(xy_call *call)
{
    const xy_input_value *input = xy_parent(call);

    return xy_put_bool(call, input->deprecation_reason.ptr != NULL);
}

static int input_default_value(xy_call *call)
{
    const xy_input_value *input = xy_parent(call);

    if (!input->default_value)
        return XY_OK;
    return xy_put_str(call, xy__print_str(call->arena, &input->default_value->node));
}

static int enum_value_is_deprecated(xy_call *call)
{
    const xy_enum_value *value = xy_parent(call);

    return xy_put_bool(call, value->deprecation_reason.ptr != NULL);
}

static int directive_is_deprecated(xy_call *call)
{
    const xy_directive *directive = xy_parent(call);

    return xy_put_bool(call, directive->deprecation_reason.ptr != NULL);
}

static int directive_args(xy_call *call)
{
    const xy_directive *directive = xy_parent(call);

    return PUT_CURRENT(call, &directive->arguments, xy_input_value);
}

static int directive_locations(xy_call *call)
{
    const xy_directive *directive = xy_parent(call);
    xy_result *items = xy_put_list(call, directive->locations.len);

    for (size_t i = 0; i < directive->locations.len; i++)
        items[i] = xy_result_str(xy_str_from(directive->locations.items[i]));
    return XY_OK;
}

/* ---- who answers for what ---- */

typedef struct answer {
    const char *type;
    const char *field;
    xy_resolver *resolver; /* NULL: the slot answers */
    xy_slot slot;
} answer;

#define ASK(type, field, resolver)                                                                 \
    {                                                                                              \
        type, field, resolver,                                                                     \
        {                                                                                          \
            .has_offset = XY_SLOT_NO_HAS                                                           \
        }                                                                                          \
    }
#define READ(type, name, slot_kind, T, member)                                                     \
    {                                                                                              \
        type, name, NULL,                                                                          \
        {                                                                                          \
            name, slot_kind, offsetof(T, member), XY_SLOT_NO_HAS, NULL, 0                          \
        }                                                                                          \
    }

static const answer answers[] = {
    ASK("__Schema", "types", schema_types),
    ASK("__Schema", "directives", schema_directives),
    READ("__Schema", "description", XY_SLOT_STR, xy_schema, description),
    READ("__Schema", "queryType", XY_SLOT_OBJECT, xy_schema, query),
    READ("__Schema", "mutationType", XY_SLOT_OBJECT, xy_schema, mutation),
    READ("__Schema", "subscriptionType", XY_SLOT_OBJECT, xy_schema, subscription),
    ASK("__Type", "kind", type_kind),
    ASK("__Type", "fields", type_fields),
    ASK("__Type", "interfaces", type_interfaces),
    ASK("__Type", "possibleTypes", type_possible_types),
    ASK("__Type", "enumValues", type_enum_values),
    ASK("__Type", "inputFields", type_input_fields),
    ASK("__Type", "isOneOf", type_is_one_of),
    READ("__Type", "name", XY_SLOT_STR, xy_type, name),
    READ("__Type", "description", XY_SLOT_STR, xy_type, description),
    READ("__Type", "specifiedByURL", XY_SLOT_STR, xy_type, specified_by_url),
    READ("__Type", "ofType", XY_SLOT_OBJECT, xy_type, of),
    ASK("__Field", "args", field_args),
    ASK("__Field", "isDeprecated", field_is_deprecated),
    READ("__Field", "name", XY_SLOT_STR, xy_field, name),
    READ("__Field", "description", XY_SLOT_STR, xy_field, description),
    READ("__Field", "type", XY_SLOT_OBJECT, xy_field, type),
    READ("__Field", "deprecationReason", XY_SLOT_STR, xy_field, deprecation_reason),
    ASK("__InputValue", "defaultValue", input_default_value),
    ASK("__InputValue", "isDeprecated", input_is_deprecated),
    READ("__InputValue", "name", XY_SLOT_STR, xy_input_value, name),
    READ("__InputValue", "description", XY_SLOT_STR, xy_input_value, description),
    READ("__InputValue", "type", XY_SLOT_OBJECT, xy_input_value, type),
    READ("__InputValue", "deprecationReason", XY_SLOT_STR, xy_input_value, deprecation_reason),
    ASK("__EnumValue", "isDeprecated", enum_value_is_deprecated),
    READ("__EnumValue", "name", XY_SLOT_STR, xy_enum_value, name),
    READ("__EnumValue", "description", XY_SLOT_STR, xy_enum_value, description),
    READ("__EnumValue", "deprecationReason", XY_SLOT_STR, xy_enum_value, deprecation_reason),
    ASK("__Directive", "args", directive_args),
    ASK("__Directive", "locations", directive_locations),
    ASK("__Directive", "isDeprecated", directive_is_deprecated),
    READ("__Directive", "name", XY_SLOT_STR, xy_directive, name),
    READ("__Directive", "description", XY_SLOT_STR, xy_directive, description),
    READ("__Directive", "isRepeatable", XY_SLOT_BOOL, xy_directive, repeatable),
    READ("__Directive", "deprecationReason", XY_SLOT_STR, xy_directive, deprecation_reason),
};

xy_introspection xy__introspection_of(const xy_schema *schema, const xy_field *field)
{
    if (field == schema->field_schema)
        return (xy_introspection){.resolver = meta_schema};
    if (field == schema->field_type)
        return (xy_introspection){.resolver = meta_type};
    if (field == schema->field_typename || !field->parent->is_introspection)
        return (xy_introspection){0};
    for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
        const answer *a = &answers[i];

        if (!xy_str_is(field->parent->name, a->type) || !xy_str_is(field->name, a->field))
            continue;
        return a->resolver ? (xy_introspection){.resolver = a->resolver}
                           : (xy_introspection){.slot = &a->slot};
    }
    return (xy_introspection){0};
}
