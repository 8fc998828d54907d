/* SPDX-License-Identifier: MIT */
#include "language/ast.h"

#include "base/fatal.h"

const char *xy__kind_name(xy_kind kind)
{
    static const char *const names[XY_KIND_COUNT] = {
#define XY_KIND_TEXT(name, text) [XY_KIND_##name] = (text),
        XY_KIND_MAP(XY_KIND_TEXT)
#undef XY_KIND_TEXT
    };

    XY_ASSERT((unsigned)kind < XY_KIND_COUNT);
    return names[kind];
}

const char *xy__operation_type_name(xy_operation_type type)
{
    static const char *const names[] = {
        [XY_OPERATION_QUERY] = "query",
        [XY_OPERATION_MUTATION] = "mutation",
        [XY_OPERATION_SUBSCRIPTION] = "subscription",
    };

    XY_ASSERT((unsigned)type < sizeof names / sizeof *names);
    return names[type];
}
