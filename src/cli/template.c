/* SPDX-License-Identifier: MIT */
#include "cli/template.h"

#include "xylem/version.h"

void xy__template_fill(xy_buf *out, const char *text, const xy_name *name, const char *app)
{
    const struct {
        const char *blank;
        const char *value;
    } blanks[] = {
        {"@Type@", name->type},   {"@Types@", name->types}, {"@name@", name->name},
        {"@names@", name->names}, {"@app@", app},           {"@version@", xy_version()},
    };

    while (*text) {
        size_t len = strcspn(text + 1, "@") + 1;

        for (size_t i = 0; *text == '@' && i < sizeof blanks / sizeof *blanks; i++) {
            size_t blank = strlen(blanks[i].blank);

            if (strncmp(text, blanks[i].blank, blank) != 0)
                continue;
            xy__buf_str(out, xy_str_from(blanks[i].value));
            text += blank;
            len = 0;
            break;
        }
        xy__buf_append(out, text, len);
        text += len;
    }
}
