/* SPDX-License-Identifier: MIT */
#include "language/locator.h"

#define MARK_STRIDE 256u /* bytes of source from one mark to the next */

void xy__locator_init(xy_locator *locator, xy_arena *arena)
{
    *locator = (xy_locator){.arena = arena};
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

static const xy_locator_mark *make_marks(xy_arena *arena, xy_str text)
{
    size_t count = text.len / MARK_STRIDE + 1;
    xy_locator_mark *marks = XY_ARENA_ARRAY(arena, xy_locator_mark, count);

    marks[0] = (xy_locator_mark){.line = 1, .column = 1};
    for (size_t i = 1; i < count; i++)
        marks[i] = advance(text, marks[i - 1], (i - 1) * MARK_STRIDE, i * MARK_STRIDE);
    return marks;
}

static const xy_locator_mark *marks_of(xy_locator *locator, const xy_source *source)
{
    size_t i = locator->last;

    if (i < locator->sources.len && locator->sources.items[i].source == source)
        return locator->sources.items[i].marks;
    for (i = 0; i < locator->sources.len; i++)
        if (locator->sources.items[i].source == source)
            break;
    if (i == locator->sources.len)
        *xy_vec_push(locator->arena, &locator->sources) =
            (xy_marked_source){source, make_marks(locator->arena, source->text)};
    locator->last = i;
    return locator->sources.items[i].marks;
}

xy_location xy__locator_find(xy_locator *locator, const xy_node *node)
{
    size_t at = node->start / MARK_STRIDE;
    xy_locator_mark mark = marks_of(locator, node->source)[at];

    mark = advance(node->source->text, mark, at * MARK_STRIDE, node->start);
    return (xy_location){
        .line = mark.line,
        .column = mark.column,
        .file = node->source->name,
    };
}
