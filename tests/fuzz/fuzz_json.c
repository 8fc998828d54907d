/* SPDX-License-Identifier: MIT */
/* What the reader accepts, written and read again, is the same value; and whatever it is given,
 * it stays within its arena. */
#include <math.h>
#include <stdint.h>

#include "base/fatal.h"
#include "json/read.h"
#include "json/write.h"

#define ARENA_MAX   ((size_t)16 << 20)
#define ARENA_SMALL ((size_t)8 << 10)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_number(const xy_value *value)
{
    double real;
    int64_t integer;
    int rc = xy_value_to_int64(value, &integer);

    XY_ASSERT(xy_value_to_double(value, &real) == XY_OK);
    XY_ASSERT(rc == XY_OK || value->kind == XY_VALUE_NUMBER);
    XY_ASSERT(rc != XY_OK || real == (double)integer);
    XY_ASSERT(rc != XY_ELIMIT || fabs(real) >= 0x1p63);
    if (isfinite(real)) {
        xy_value twin = xy_value_float(real);
        double again;
        xy_arena arena;
        xy_value read;
        xy_buf buf;

        xy__arena_init(&arena, ARENA_MAX);
        xy__buf_init(&buf, ARENA_MAX);
        xy__json_write_value(&buf, &twin);
        XY_ASSERT(xy__json_read(&arena, xy__buf_view(&buf), 0, &read, NULL) == XY_OK);
        XY_ASSERT(xy_value_to_double(&read, &again) == XY_OK && again == real);
        XY_ASSERT(xy_value_equal(&read, &twin));
        xy__buf_deinit(&buf);
        xy__arena_deinit(&arena);
    }
}

static void check_value(const xy_value *value)
{
    switch ((int)value->kind) {
    case XY_VALUE_INT:
    case XY_VALUE_NUMBER:
        check_number(value);
        break;
    case XY_VALUE_LIST:
        for (uint32_t i = 0; i < value->len; i++)
            check_value(&value->items[i]);
        break;
    case XY_VALUE_OBJECT:
        for (uint32_t i = 0; i < value->len; i++) {
            XY_ASSERT(i > 100 ||
                      xy_value_get(value, value->members[i].key) == &value->members[i].value);
            check_value(&value->members[i].value);
        }
        break;
    default:
        break;
    }
}

static void check_round_trip(xy_arena *arena, const xy_value *value)
{
    xy_value again;
    xy_buf first;
    xy_buf second;

    xy__buf_init(&first, ARENA_MAX);
    xy__buf_init(&second, ARENA_MAX);
    xy__json_write_value(&first, value);
    XY_ASSERT(!first.err);
    XY_ASSERT(xy__json_read(arena, xy__buf_view(&first), 0, &again, NULL) == XY_OK);
    XY_ASSERT(xy_value_equal(value, &again) && xy_value_equal(&again, value));
    xy__json_write_value(&second, &again);
    XY_ASSERT(xy_str_eq(xy__buf_view(&first), xy__buf_view(&second)));
    xy__buf_deinit(&second);
    xy__buf_deinit(&first);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_str text = {(const char *)data, size};
    xy_json_error error = {NULL, 0};
    xy_arena arena;
    xy_value value;
    int rc;

    xy__arena_init(&arena, ARENA_MAX);
    rc = xy__json_read(&arena, text, 0, &value, &error);
    if (rc == XY_OK) {
        check_value(&value);
        check_round_trip(&arena, &value);
    } else {
        XY_ASSERT(error.message && error.offset <= size);
    }
    xy__arena_deinit(&arena);

    xy__arena_init(&arena, ARENA_SMALL);
    if (xy__json_read(&arena, text, 4, &value, NULL) == XY_OK)
        XY_ASSERT(rc == XY_OK && arena.held <= ARENA_SMALL);
    xy__arena_deinit(&arena);
    return 0;
}
