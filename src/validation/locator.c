/* SPDX-License-Identifier: MIT */
#include "validation/locator.h"

#include "base/fatal.h"

#define MARK_STRIDE 256u /* bytes of source from one mark to the next */

void xy__locator_init(xy_locator *locator, const xy_source *source, xy_arena *arena)
{
    *locator = (xy_locator){.source = source, .arena = arena};
}

/* Line and column of the byte at `to`, given those of the one at `from`. */
static xy_locator_mark advance(xy_str text, xy_locator_mark mark, size_t from, size_t to)
{
    for (size_t i = from; i < to; i++) {
        unsigned char byte = (unsigned char)text.ptr[i];

        /* The CR of a CRLF does not end the line, its LF does. */
        if (byte == '\n' || (byte == '\r' && !(i + 1 < text.len && text.ptr[i + 1] == '\n'))) {
            mark.line++;
            mark.column = 1;
        } else if (byte >= 0xf0) {
            mark.column += 2; /* a character beyond U+FFFF is two UTF-16 units */
        } else if ((byte & 0xc0) != 0x80) {
            mark.column++;
        }
    }
    return mark;
}

static void make_marks(xy_locator *locator)
{
    xy_str text = locator->source->text;
    size_t count = text.len / MARK_STRIDE + 1;

    locator->marks = XY_ARENA_ARRAY(locator->arena, xy_locator_mark, count);
    locator->marks[0] = (xy_locator_mark){.line = 1, .column = 1};
    for (size_t i = 1; i < count; i++) {
        locator->marks[i] =
            advance(text, locator->marks[i - 1], (i - 1) * MARK_STRIDE, i * MARK_STRIDE);
    }
}

xy_location xy__locator_find(xy_locator *locator, const xy_node *node)
{
    xy_locator_mark mark;
    size_t i = node->start / MARK_STRIDE;

    XY_ASSERT(node->source == locator->source);
    if (!locator->marks)
        make_marks(locator);
    mark = advance(locator->source->text, locator->marks[i], i * MARK_STRIDE, node->start);
    return (xy_location){
        .line = mark.line,
        .column = mark.column,
        .file = locator->source->name,
    };
}
