/* SPDX-License-Identifier: MIT */
/* Which tokens are left out of a text's shape. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "language/shape.h"

typedef struct shaping {
    const char *text;
    const char *key; /* holes as n, s, i, f behind an underscore; NULL: no shape */
} shaping;

static const shaping shapings[] = {
    {"{a(b:\"x\")}", "{a(b:_s)}"},
    {"{a(b:1 c:-2,d : 3.5e+1)}", "{a(b:_i c:_i,d : _f)}"},
    {"{a(b:\"\")}", "{a(b:_s)}"},
    {"{x:a(b:#\"2\"\n3)}", "{x:a(b:#\"2\"\n_i)}"},
    {"query Q{a}", "query _n{a}"},
    {"mutation query{a}", "mutation _n{a}"},
    {"\"d\" query Q1{a}fragment query on Q{a}", "\"d\" query _n{a}fragment query on Q{a}"},
    {"{a}query Q{b}query R{c}", "{a}query _n{b}query R{c}"},
    /* Names with digits in them, and response names like arguments. */
    {"{a1:b2(c3:4)}", "{a1:b2(c3:_i)}"},
    /* Not the whole value of an argument of a field. */
    {"query Q($a:Int=1 @d(x:2)){a @e(x:3) b(l:[4] o:{p:5 q:\"r\"} s:$a t:true u:V)}",
     "query _n($a:Int=1 @d(x:2)){a @e(x:3) b(l:[4] o:{p:5 q:\"r\"} s:$a t:true u:V)}"},
    {"{a(b:1)@d(x:2)...@e(x:3){c(d:4)}}", "{a(b:_i)@d(x:2)...@e(x:3){c(d:_i)}}"},
    {"{a(b:[1] c:2 d:{e:3} f:4)}", "{a(b:[1] c:_i d:{e:3} f:_i)}"},
    /* Strings that have to be cooked stay, and nothing in one is a token. */
    {"{a(b:\"x\\\"(c:1)\" d:2)}", "{a(b:\"x\\\"(c:1)\" d:_i)}"},
    {"{a(b:\"\"\"x\\\"\"\"\"(c:1)\"\"\" d:2)}", "{a(b:\"\"\"x\\\"\"\"\"(c:1)\"\"\" d:_i)}"},
    {"{a(b:\"\"\"\"\"\" d:2)}", "{a(b:\"\"\"\"\"\" d:_i)}"},
    {"{a(b:\"{}()#\")}", "{a(b:_s)}"},
    /* Nothing to leave out. */
    {"", NULL},
    {"{a}", NULL},
    {"{a(b:$c)}", NULL},
    /* No documents. */
    {"{a(b:01)}", NULL},
    {"{a(b:1a)}", NULL},
    {"{a(b:1.)}", NULL},
    {"{a(b:1.2.3)}", NULL},
    {"{a(b:-)}", NULL},
    {"{a(b:\"x)}", NULL},
    {"{a(b:\"x\n\")}", NULL},
    {"{a(b:\"\"\"x\")}", NULL},
    {"{a(b:1)}}", NULL},
    {"{a(b:1)?}", NULL},
    {"{a(b:\"\xF9\" c:1)}", NULL},
    {"{a(b:1)}#\xF8", NULL},
    {"{a(b:1 c:\"\\\xF8\")}", NULL},
};

static const char *readable(xy_arena *arena, xy_str key)
{
    static const char letters[] = "nsif";
    char *text = xy__arena_alloc(arena, 2 * key.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < key.len; i++) {
        unsigned char byte = (unsigned char)key.ptr[i];

        if (byte >= 0xF8)
            text[len++] = '_';
        text[len++] = byte >= 0xF8 ? letters[byte - 0xF8] : (char)byte;
    }
    text[len] = '\0';
    return text;
}

static void holes_are_literals_of_fields(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof shapings / sizeof *shapings; i++) {
        xy_str text = xy_str_from(shapings[i].text);
        xy_arena arena;
        xy_shape shape;

        xy__arena_init(&arena, SIZE_MAX);
        if (!xy__shape_read(&arena, text, &shape)) {
            if (shapings[i].key)
                fail_msg("no shape: %s", shapings[i].text);
        } else if (!shapings[i].key) {
            fail_msg("a shape: %s", shapings[i].text);
        } else {
            assert_string_equal(readable(&arena, shape.key), shapings[i].key);
        }
        xy__arena_deinit(&arena);
    }
}

static void holes_have_values(void **state)
{
    static const char *const values[] = {"Q", "x y", "-1", "2.5"};
    xy_str text = XY_STR("query Q{a(b:\"x y\" c:-1 d:2.5)}");
    xy_arena arena;
    xy_shape shape;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    assert_true(xy__shape_read(&arena, text, &shape));
    assert_int_equal(shape.hole_count, 4);
    for (size_t i = 0; i < 4; i++) {
        assert_int_equal(shape.holes[i].kind, i);
        assert_true(xy_str_is(xy__hole_value(text, &shape.holes[i]), values[i]));
    }
    xy__arena_deinit(&arena);
}

static void long_texts_have_none(void **state)
{
    static char text[XY_SHAPE_TEXT_MAX + 1];
    xy_arena arena;
    xy_shape shape;

    (void)state;
    xy__arena_init(&arena, SIZE_MAX);
    memset(text, ' ', sizeof text);
    memcpy(text, "{a(b:1)}", 8);
    assert_true(xy__shape_read(&arena, (xy_str){text, sizeof text - 1}, &shape));
    assert_false(xy__shape_read(&arena, (xy_str){text, sizeof text}, &shape));
    xy__arena_deinit(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(holes_are_literals_of_fields),
        cmocka_unit_test(holes_have_values),
        cmocka_unit_test(long_texts_have_none),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
