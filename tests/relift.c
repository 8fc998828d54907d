/* SPDX-License-Identifier: MIT */
#include "relift.h"

#include "base/fatal.h"

static xy_document *create(const xy_schema *schema, xy_str text, const xy_shape *shape,
                           xy_arena *arena)
{
    xy_document *document = NULL;
    xy_errors errors;

    xy__errors_init(&errors, arena);
    if (xy__document_create(schema, text, NULL, &document, &errors) < 0)
        return NULL;
    xy__document_note_shape(document, shape);
    xy__document_make_liftable(document, shape);
    return document;
}

static bool may_differ(const xy_lift *lift, size_t place)
{
    return lift->places[place].type || (place == 0 && lift->name_lifts);
}

static xy_str other_text(const xy_lift *lift, xy_str text, xy_arena *arena)
{
    static const char *const others[] = {
        [XY_HOLE_NAME] = "AnotherName",
        [XY_HOLE_STRING] = "\"another \xF0\x9F\x8C\xB2\"",
        [XY_HOLE_INT] = "-77",
        [XY_HOLE_FLOAT] = "0.125",
    };
    xy_buf buf;
    xy_str other;
    size_t at = 0;

    xy__buf_init(&buf, SIZE_MAX);
    for (size_t i = 0; i < lift->len; i++) {
        const xy_hole *hole = &lift->places[i].hole;

        xy__buf_append(&buf, text.ptr + at, hole->start - at);
        if (may_differ(lift, i))
            xy__buf_str(&buf, xy_str_from(others[hole->kind]));
        else
            xy__buf_append(&buf, text.ptr + hole->start, hole->len);
        at = hole->start + hole->len;
    }
    xy__buf_append(&buf, text.ptr + at, text.len - at);
    other = xy__arena_str(arena, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return other;
}

xy_document *relift(const xy_schema *schema, xy_str text, xy_arena *arena, xy_lifted *out)
{
    xy_document *own;
    xy_document *other;
    xy_shape shape;
    xy_shape other_shape;
    xy_str other_query;

    if (!xy__shape_read(arena, text, &shape))
        return NULL;
    own = create(schema, text, &shape, arena);
    if (!own)
        return NULL;
    other_query = other_text(own->lift, text, arena);
    xy__document_unref(own);
    XY_ASSERT(xy__shape_read(arena, other_query, &other_shape));
    XY_ASSERT(xy_str_eq(other_shape.key, shape.key));
    other = create(schema, other_query, &other_shape, arena);
    XY_ASSERT(other);
    XY_ASSERT(xy__lifted_read(arena, other, text, &shape, out));
    return other;
}
