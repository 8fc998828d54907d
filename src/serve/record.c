/* SPDX-License-Identifier: MIT */
#include "serve/record.h"

#include "base/fatal.h"

const char *xy__record_type_name(xy_record_type type)
{
    static const char *const names[XY_RECORD_TYPES] = {
        [XY_RECORD_NONE] = "none",         [XY_RECORD_QUERY] = "query",
        [XY_RECORD_MUTATION] = "mutation", [XY_RECORD_SUBSCRIPTION] = "subscription",
        [XY_RECORD_LIVE] = "live",
    };

    XY_ASSERT(type < XY_RECORD_TYPES);
    return names[type];
}

const char *xy__refused_name(xy_refused why)
{
    static const char *const names[XY_REFUSED_REASONS] = {
        [XY_REFUSED_PARAMS] = "params",
        [XY_REFUSED_NO_QUERY] = "no_query",
        [XY_REFUSED_DOCUMENT] = "document",
        [XY_REFUSED_LIMIT] = "limit",
        [XY_REFUSED_PERSISTED] = "persisted_not_found",
        [XY_REFUSED_UNTRUSTED] = "untrusted",
        [XY_REFUSED_OPERATION] = "operation",
        [XY_REFUSED_MUTATION] = "mutation_by_get",
    };

    XY_ASSERT(why < XY_REFUSED_REASONS);
    return names[why];
}
