/* SPDX-License-Identifier: MIT */
#include "execution/shared_result.h"

#include <stdlib.h>

#include "base/fatal.h"

xy_shared_result *xy__shared_result_create(xy_bytes *json, unsigned flags)
{
    xy_shared_result *result = xy__zalloc(sizeof *result);

    result->refs = 1;
    result->json = json;
    result->flags = flags;
    return result;
}

void xy__shared_result_unref(xy_shared_result *result)
{
    if (!result || --result->refs > 0)
        return;
    xy_bytes_unref(result->json);
    for (unsigned i = 0; i < XY_SHARED_FRAMES; i++)
        xy_bytes_unref(result->frames[i]);
    free(result);
}
