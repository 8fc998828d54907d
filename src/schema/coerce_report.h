/* SPDX-License-Identifier: MIT */
/* schema/coerce_report.h -- where the errors of a coercion go, and how they are worded around
 * what the coercion itself has to say. */
#ifndef XY_SCHEMA_COERCE_REPORT_H
#define XY_SCHEMA_COERCE_REPORT_H

#include "base/buf.h"
#include "base/errors.h"
#include "language/ast.h"

/* A message echoes what the client sent; what goes beyond this many bytes is left out. */
#define XY_COERCE_MESSAGE_MAX ((size_t)64 << 10)

typedef struct xy_coerce_report {
    xy_errors *errors;
    /* No more errors once errors->list has so many: the next one sets `stopped` instead and ends
     * the coercion. 0: no maximum. */
    size_t errors_max;
    /* What all errors are about: messages become `<before><subject><after> at .b[0]: <message>`,
     * say with `Variable "$`, the name, and `" has invalid value`. `before` and `after` may be
     * NULL; `subject` null: the message alone. */
    xy_str subject;
    const char *before;
    const char *after;
    const xy_node *node; /* all errors are located here; NULL: at the literal at fault, if any */
    bool paths;          /* errors get the path inside the value */
    bool hide_suggestions;
    bool stopped; /* by errors_max, or by errors->arena being over its maximum */
} xy_coerce_report;

/* Begin the text of an error at `path` (innermost step; NULL: the value itself): append to `buf`
 * what is wrong, then end it. */
void xy__coerce_report_begin(const xy_coerce_report *report, const xy_path *path, xy_buf *buf);

/* Append the error. `at` is the literal at fault, or NULL. Frees the buffer. */
void xy__coerce_report_end(xy_coerce_report *report, const xy_path *path, const xy_node *at,
                           xy_buf *buf);

/* ` at .a[0].b`, or nothing for NULL. */
void xy__coerce_path_write(xy_buf *buf, const xy_path *path);

#endif
