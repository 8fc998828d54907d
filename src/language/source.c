/* SPDX-License-Identifier: MIT */
#include "language/source.h"

#include "base/utf8.h"

xy_location xy__source_location(const xy_source *source, uint32_t offset)
{
    const char *text = source->text.ptr ? source->text.ptr : "";
    size_t len = source->text.len;
    size_t at = offset < len ? offset : len;
    size_t line_start = 0;
    uint32_t line = 1;

    for (size_t i = 0; i < at; i++) {
        /* The CR of a CRLF does not end the line, its LF does. */
        if (text[i] == '\n' || (text[i] == '\r' && !(i + 1 < len && text[i + 1] == '\n'))) {
            line++;
            line_start = i + 1;
        }
    }
    return (xy_location){
        .line = line,
        .column = (uint32_t)xy__utf8_utf16_len((xy_str){text + line_start, at - line_start}) + 1,
        .file = source->name,
    };
}
