/* SPDX-License-Identifier: MIT */
/* Members of C structs, read by offset. */
#include "execution/complete.h"

static const void *member(const void *object, uint32_t offset)
{
    return (const char *)object + offset;
}

static xy_result read_any(const xy_any *any)
{
    return any->type ? xy_result_object(any->type, any->object) : xy_result_null();
}

xy_result xy__slot_read(const xy_slot *slot, const void *object)
{
    const void *at = member(object, slot->offset);

    if (slot->has_offset < XY_SLOT_EMPTY && !*(const bool *)member(object, slot->has_offset))
        return xy_result_null();
    switch (slot->kind) {
    case XY_SLOT_BOOL:
        return xy_result_bool(*(const bool *)at);
    case XY_SLOT_INT32:
        return xy_result_int(*(const int32_t *)at);
    case XY_SLOT_INT64:
        return xy_result_int(*(const int64_t *)at);
    case XY_SLOT_DOUBLE:
        return xy_result_float(*(const double *)at);
    case XY_SLOT_STR:
        return xy_result_str(*(const xy_str *)at);
    case XY_SLOT_VALUE:
        return xy_result_value(at);
    case XY_SLOT_OBJECT:
        return xy_result_object(NULL, *(const void *const *)at);
    case XY_SLOT_STRUCT:
        return xy_result_object(NULL, at);
    case XY_SLOT_ANY:
        return read_any(at);
    case XY_SLOT_ENUM:
        return *(const int *)at < 0 ? xy_result_null() : xy_result_slot(slot, object);
    case XY_SLOT_LIST:
    default:
        return ((const xy_items *)at)->items || slot->has_offset == XY_SLOT_EMPTY
                   ? xy_result_slot(slot, object)
                   : xy_result_null();
    }
}
