/* SPDX-License-Identifier: MIT */
#include "base/errors.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/fatal.h"

void xy__errors_init(xy_errors *errors, xy_arena *arena)
{
    *errors = (xy_errors){.arena = arena};
}

xy_error *xy__errors_add(xy_errors *errors, xy_str message)
{
    xy_error *error = XY_ARENA_NEW(errors->arena, xy_error);

    error->message = xy__arena_str(errors->arena, message);
    *xy_vec_push(errors->arena, &errors->list) = error;
    return error;
}

xy_error *xy__errors_addf(xy_errors *errors, const char *fmt, ...)
{
    va_list args;
    va_list again;
    int len;
    char *text;
    xy_error *error = XY_ARENA_NEW(errors->arena, xy_error);

    va_start(args, fmt);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    XY_ASSERT(len >= 0);
    text = xy__arena_alloc(errors->arena, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, fmt, again);
    va_end(again);
    error->message = (xy_str){text, (size_t)len};
    *xy_vec_push(errors->arena, &errors->list) = error;
    return error;
}

xy_location xy__shifts_apply(const xy_shifts *shifts, xy_location location)
{
    uint32_t column = location.column;

    for (size_t i = 0; shifts && i < shifts->len && shifts->pieces[i].line <= location.line; i++) {
        const xy_shift *piece = &shifts->pieces[i];

        if (piece->line == location.line && piece->column < column)
            location.column += shifts->widths[i] - piece->width;
    }
    return location;
}

void xy__error_locate(xy_errors *errors, xy_error *error, xy_location location)
{
    size_t count = error->location_count;
    xy_location *wider;

    /* Doubled: a merged field has as many locations as a client cares to write. */
    if (count >= error->location_cap) {
        error->location_cap = count ? count * 2 : 1;
        wider = xy__arena_alloc(errors->arena, error->location_cap * sizeof *wider);
        if (count)
            memcpy(wider, error->locations, count * sizeof *wider);
        error->locations = wider;
    }
    error->locations[count] = xy__shifts_apply(errors->shifts, location);
    error->location_count = count + 1;
}
