/* SPDX-License-Identifier: MIT */
/* Which content coding a client gets, and that it can read it. */
#include <brotli/decode.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "serve/encoding.h"

#define NONE XY_CODING_IDENTITY
#define GZIP XY_CODING_GZIP
#define BR   XY_CODING_BROTLI
#define ZSTD XY_CODING_ZSTD

static const struct {
    const char *header; /* NULL: none */
    xy_coding coding;
    bool no_identity;
} choices[] = {
    {NULL, NONE, false},
    {"", NONE, false},
    {"gzip", GZIP, false},
    {"GZip", GZIP, false},
    {"x-gzip", GZIP, false},
    {"br", BR, false},
    {"zstd", ZSTD, false},
    {"deflate", NONE, false},
    {"identity", NONE, false},
    /* What browsers and curl send */
    {"gzip, deflate, br, zstd", ZSTD, false},
    {"gzip, deflate, br", BR, false},
    {"deflate, gzip, br, zstd", ZSTD, false},
    {"gzip,deflate", GZIP, false},
    /* Weights */
    {"gzip;q=1.0, br;q=0.5", GZIP, false},
    {"gzip;q=0.5, br;q=0.8, zstd;q=0.2", BR, false},
    {"zstd;q=0, gzip", GZIP, false},
    {"gzip;q=0", NONE, false},
    {"gzip ; q=0.5", GZIP, false},
    {"gzip;Q=0", NONE, false},
    {"gzip;q=0.5, identity", NONE, false},
    {"gzip, identity", GZIP, false},
    {"gzip, identity;q=0.5", GZIP, false},
    {"gzip, identity;q=0", GZIP, true},
    {"gzip, *;q=0", GZIP, true},
    {"gzip, *;q=0, identity;q=0.1", GZIP, false},
    /* "*" is every coding that is not named: gzip is one that everybody reads. */
    {"*", GZIP, false},
    {"*;q=0.5", GZIP, false},
    {"br, *;q=0.1", BR, false},
    {"gzip;q=0, *", NONE, false},
    /* Nothing is acceptable: better that than nothing. */
    {"*;q=0", NONE, false},
    {"identity;q=0", NONE, false},
    {"identity;q=0, br", BR, true},
    /* Nonsense */
    {" , ;, gzip;;q=, ", GZIP, false},
    {";q=1", NONE, false},
    {"gzip\"", NONE, false},
};

static void each_header_gets_its_coding(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
        xy_encoding got = xy__encoding_choose(xy_str_from(choices[i].header));

        if (got.coding != choices[i].coding || got.no_identity != choices[i].no_identity)
            fail_msg("Accept-Encoding: %s gives %d, %d",
                     choices[i].header ? choices[i].header : "(none)", got.coding, got.no_identity);
    }
}

static void codings_have_the_names_of_http(void **state)
{
    (void)state;
    assert_null(xy__coding_name(NONE).ptr);
    assert_true(xy_str_is(xy__coding_name(GZIP), "gzip"));
    assert_true(xy_str_is(xy__coding_name(BR), "br"));
    assert_true(xy_str_is(xy__coding_name(ZSTD), "zstd"));
}

/* ---- bodies ---- */

/* A result as results are, of `len` bytes. */
static xy_bytes *result(size_t len)
{
    uint32_t dice = 1;
    xy_bytes *body;
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    XY_BUF_LITERAL(&buf, "{\"data\":{\"auctions\":[");
    while (buf.len < len) {
        dice = dice * 1664525u + 1013904223u;
        xy__buf_printf(&buf, "{\"id\":\"%u\",\"title\":\"Lot %u\",\"bids\":[{\"amount\":%u}]},",
                       dice >> 8, dice % 977, dice % 10007);
    }
    xy__buf_truncate(&buf, len);
    body = xy__buf_take(&buf);
    return body;
}

/* Bytes without any order in them. */
static xy_bytes *noise(size_t len)
{
    uint64_t dice = 88172645463325252u;
    xy_bytes *body = xy__bytes_alloc(len);

    for (size_t i = 0; i < len; i++) {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        body->data[i] = (char)dice;
    }
    body->len = len;
    return body;
}

static size_t gunzip(xy_str in, char *out, size_t room)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)in.ptr,
                       .avail_in = (uInt)in.len,
                       .next_out = (Bytef *)out,
                       .avail_out = (uInt)room};
    size_t len;

    assert_int_equal(inflateInit2(&stream, 15 + 16), Z_OK);
    assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
    assert_int_equal(stream.avail_in, 0);
    len = stream.total_out;
    inflateEnd(&stream);
    return len;
}

static void assert_decodes(xy_coding coding, xy_str in, xy_str expected)
{
    size_t room = expected.len + 1;
    char *out = malloc(room);
    size_t len = room;

    if (coding == GZIP) {
        len = gunzip(in, out, room);
    } else if (coding == BR) {
        assert_int_equal(
            BrotliDecoderDecompress(in.len, (const uint8_t *)in.ptr, &len, (uint8_t *)out),
            BROTLI_DECODER_RESULT_SUCCESS);
    } else {
        len = ZSTD_decompress(out, room, in.ptr, in.len);
        assert_false(ZSTD_isError(len));
    }
    assert_int_equal(len, expected.len);
    assert_memory_equal(out, expected.ptr, len);
    free(out);
}

static void what_is_encoded_can_be_decoded(void **state)
{
    /* Large and small by turns: an encoder changes its level, and keeps its compressors. */
    static const size_t sizes[] = {1024, 10000, 300000, 2000, 3000000, 1024};
    xy_encoder *encoder = xy__encoder_create();

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (xy_coding coding = GZIP; coding < XY_CODING_COUNT; coding++) {
            xy_encoding encoding = {(uint8_t)coding, false};
            xy_bytes *plain = result(sizes[i]);
            xy_bytes *body = xy__encoder_encode(encoder, &encoding, xy_bytes_ref(plain));

            assert_int_equal(encoding.coding, coding);
            assert_true(xy_bytes_str(body).len < sizes[i] / 2);
            assert_decodes(coding, xy_bytes_str(body), xy_bytes_str(plain));
            xy_bytes_unref(body);
            xy_bytes_unref(plain);
        }
    }
    xy__encoder_destroy(encoder);
}

static void expect_identity(xy_encoder *encoder, xy_bytes *plain)
{
    for (xy_coding coding = NONE; coding < XY_CODING_COUNT; coding++) {
        xy_encoding encoding = {(uint8_t)coding, false};

        assert_ptr_equal(xy__encoder_encode(encoder, &encoding, plain), plain);
        assert_int_equal(encoding.coding, NONE);
    }
    xy_bytes_unref(plain);
}

static void what_would_not_gain_is_left_as_it_is(void **state)
{
    xy_encoder *encoder = xy__encoder_create();

    (void)state;
    expect_identity(encoder, result(0));
    expect_identity(encoder, result(XY_ENCODING_BODY_MIN - 1));
    expect_identity(encoder, noise(XY_ENCODING_BODY_MIN));
    expect_identity(encoder, noise(400000));
    xy__encoder_destroy(encoder);
}

static void a_client_that_cannot_take_identity_gets_none(void **state)
{
    xy_encoder *encoder = xy__encoder_create();

    (void)state;
    for (xy_coding coding = GZIP; coding < XY_CODING_COUNT; coding++) {
        xy_bytes *bodies[] = {result(1), result(40), noise(100000)};

        for (size_t i = 0; i < 3; i++) {
            xy_encoding encoding = {(uint8_t)coding, true};
            xy_bytes *body = xy__encoder_encode(encoder, &encoding, xy_bytes_ref(bodies[i]));

            assert_int_equal(encoding.coding, coding);
            assert_decodes(coding, xy_bytes_str(body), xy_bytes_str(bodies[i]));
            xy_bytes_unref(body);
            xy_bytes_unref(bodies[i]);
        }
    }
    xy__encoder_destroy(encoder);
    xy__encoder_destroy(NULL);
}

static void what_is_made_once_is_made_well(void **state)
{
    xy_encoder *encoder = xy__encoder_create();
    xy_bytes *plain = result(50000);

    (void)state;
    for (xy_coding coding = GZIP; coding < XY_CODING_COUNT; coding++) {
        xy_encoding encoding = {(uint8_t)coding, false};
        xy_bytes *quick = xy__encoder_encode(encoder, &encoding, xy_bytes_ref(plain));
        xy_bytes *small = xy__encoding_strongest(coding, xy_bytes_str(plain));

        assert_decodes(coding, xy_bytes_str(small), xy_bytes_str(plain));
        assert_true(small->len < quick->len);
        xy_bytes_unref(small);
        xy_bytes_unref(quick);
    }
    assert_null(xy__encoding_strongest(NONE, xy_bytes_str(plain)));
    assert_null(xy__encoding_strongest(GZIP, XY_STR("")));
    assert_null(xy__encoding_strongest(GZIP, XY_STR("x")));
    xy_bytes_unref(plain);
    xy__encoder_destroy(encoder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_header_gets_its_coding),
        cmocka_unit_test(codings_have_the_names_of_http),
        cmocka_unit_test(what_is_encoded_can_be_decoded),
        cmocka_unit_test(what_would_not_gain_is_left_as_it_is),
        cmocka_unit_test(a_client_that_cannot_take_identity_gets_none),
        cmocka_unit_test(what_is_made_once_is_made_well),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
