/* SPDX-License-Identifier: MIT */
/* cli/template.h -- the files that xylem writes for its users, with blanks to be filled in. */
#ifndef XY_CLI_TEMPLATE_H
#define XY_CLI_TEMPLATE_H

#include "base/buf.h"
#include "cli/name.h"

typedef struct xy_template {
    const char *set; /* "new", "realtime-examples", …: what is written together */
    const char *path;
    const char *text;
} xy_template;

/* All of them, from src/cli/templates; the last one has no set. */
extern const xy_template xy__templates[];

/* Append `text` to `out` with the forms of `name` for @Type@ (Widget), @Types@ (Widgets), @name@
 * (widget) and @names@ (widgets), and with @app@ and @version@. */
void xy__template_fill(xy_buf *out, const char *text, const xy_name *name, const char *app);

#endif
