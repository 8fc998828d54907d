/* SPDX-License-Identifier: MIT */
/* base/errors.h -- user errors: the entries of a GraphQL response's "errors", in order of
 * occurrence.
 *
 * Spec 7.1.3 Errors. Everything lives in the arena given at init. */
#ifndef XY_BASE_ERRORS_H
#define XY_BASE_ERRORS_H

#include <stdint.h>

#include "base/arena.h"
#include "base/vec.h"

/* Line and column in a GraphQL source, both from 1; columns count UTF-16 units. */
typedef struct xy_location {
    uint32_t line;
    uint32_t column;
    /* Which source, where several make one schema: the name of the file. Null when there is but
     * one. */
    xy_str file;
} xy_location;

/* One step of a path, linked towards the root: a response key, or an index when `key.ptr` is
 * NULL. */
typedef struct xy_path {
    const struct xy_path *up;
    xy_str key;
    size_t index;
} xy_path;

typedef struct xy_error {
    xy_str message;
    xy_location *locations; /* written by xy__error_locate() only */
    size_t location_count;
    size_t location_cap;
    const xy_path *path; /* innermost step; NULL without a path */
    const char *code;    /* extensions.code, static storage; NULL without */
    /* More members of "extensions" as JSON text without the braces
     * (`"properties":{"field":"x"}`); null without. */
    xy_str extensions;
    /* What happened really, for the log, where `message` is the masked text. Null when it was
     * not masked. */
    xy_str original;
} xy_error;

/* A piece of a text that is of another width in the text where errors are to be told. */
typedef struct xy_shift {
    uint32_t line;
    uint32_t column; /* of its first character */
    uint32_t width;  /* in columns; it ends on its line */
} xy_shift;

/* How to get from the places of one text to those of another that differs from it in some pieces
 * only. */
typedef struct xy_shifts {
    const xy_shift *pieces; /* in order */
    const uint32_t *widths; /* what those of `pieces` are there */
    size_t len;
} xy_shifts;

typedef struct xy_errors {
    xy_arena *arena;
    XY_VEC(xy_error *) list;
    const xy_shifts *shifts; /* of the locations that are given; NULL: none */
} xy_errors;

/* `location` as `shifts` (may be NULL) have it. */
xy_location xy__shifts_apply(const xy_shifts *shifts, xy_location location);

/* keeps: arena, until the last use of the list. */
void xy__errors_init(xy_errors *errors, xy_arena *arena);

/* Append an error with this message (copied into the arena). Returns it, to be given locations,
 * path and code. */
xy_error *xy__errors_add(xy_errors *errors, xy_str message);

/* The same with a formatted message. */
xy_error *xy__errors_addf(xy_errors *errors, const char *fmt, ...) XY_PRINTF(2, 3);

/* Give `error` one more location, shifted as that of all errors of the list. */
void xy__error_locate(xy_errors *errors, xy_error *error, xy_location location);

#endif
