/* SPDX-License-Identifier: MIT */
/* serve/encoding.c -- negotiation, and three compressors.
 *
 * Levels, from measurements of GraphQL results of 2, 10 and 50 KB (microseconds; percent of the
 * body that is sent), with compressors that are kept:
 *
 *   zstd 3      7   34%      20   23%      84   20%
 *   br 3       20   32%      46   23%     190   20%
 *   gzip 4     13   33%      61   24%     319   21%       gzip 6: 819 for 50 KB, 19%
 *
 * Hence the order of preference, and no higher levels: they would hold up the loop for the sake of
 * a few percent. A large body gets the lowest level: 1 ms for each MiB by zstd, br 2, gzip 4. */
#include "serve/encoding.h"

#define ZLIB_CONST /* it reads from const */

#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "http/request.h"
#include "serve/field.h"

/* From here on a body is large. */
#define LARGE_MIN ((size_t)256 * 1024)

/* The room for a compressed body that an encoder keeps. */
#define SCRATCH_KEEP ((size_t)256 * 1024)

/* A gzip frame around the deflate stream, with its largest window and zlib's default memory. */
#define GZIP_WINDOW (15 + 16)
#define GZIP_MEMORY 8

/* Bits of br's window: as far back as any body reaches. */
#define BR_WINDOW 22

/* What a compressed body has at most more than the body itself: frames, and stored blocks. */
#define OVERHEAD(len) ((len) / 64 + 1024)

struct xy_encoder {
    z_stream gzip;
    bool has_gzip;
    int gzip_level;
    ZSTD_CCtx *zstd;
    xy_buf scratch;
};

enum { LEVEL_NORMAL, LEVEL_LARGE, LEVEL_STRONGEST, LEVEL_COUNT };

static const int levels[XY_CODING_COUNT][LEVEL_COUNT] = {
    [XY_CODING_GZIP] = {4, 1, 9},
    [XY_CODING_BROTLI] = {3, 1, 11},
    [XY_CODING_ZSTD] = {3, 1, 19},
};

/* ---- negotiation ---- */

static const xy_str coding_names[XY_CODING_COUNT] = {
    [XY_CODING_IDENTITY] = XY_STR_INIT("identity"),
    [XY_CODING_GZIP] = XY_STR_INIT("gzip"),
    [XY_CODING_BROTLI] = XY_STR_INIT("br"),
    [XY_CODING_ZSTD] = XY_STR_INIT("zstd"),
};

/* Of equal weights the first; identity is what remains. */
static const xy_coding preference[] = {XY_CODING_ZSTD, XY_CODING_BROTLI, XY_CODING_GZIP,
                                       XY_CODING_IDENTITY};

#define UNSAID (-1)

/* What a header says about each coding, in thousandths; UNSAID. */
typedef struct weights {
    int of[XY_CODING_COUNT];
    int others;
} weights;

static void read_member(weights *said, xy_str member)
{
    xy_str name = xy__field_cut(&member, ';');
    int weight = XY_WEIGHT_FULL;

    while (member.len) {
        xy_str value = xy__field_cut(&member, ';');

        if (xy__header_is(xy__field_cut(&value, '='), XY_STR("q")))
            weight = xy__field_weight(value);
    }
    if (xy_str_is(name, "*"))
        said->others = weight;
    if (xy__header_is(name, XY_STR("x-gzip")))
        name = coding_names[XY_CODING_GZIP];
    for (int i = 0; i < XY_CODING_COUNT; i++) {
        if (xy__header_is(name, coding_names[i]))
            said->of[i] = weight;
    }
}

/* "*" stands for every coding that is not named, of which we may choose: gzip, as there is no
 * client without it; br and zstd must be named. */
static int weight_of(const weights *said, xy_coding coding)
{
    if (said->of[coding] != UNSAID)
        return said->of[coding];
    if (coding == XY_CODING_BROTLI || coding == XY_CODING_ZSTD)
        return 0;
    return said->others == UNSAID ? 0 : said->others;
}

xy_encoding xy__encoding_choose(xy_str header)
{
    weights said = {.of = {UNSAID, UNSAID, UNSAID, UNSAID}, .others = UNSAID};
    xy_encoding best = {XY_CODING_IDENTITY, false};
    int best_weight = 0;
    bool no_identity;

    while (header.len)
        read_member(&said, xy__field_cut(&header, ','));
    for (size_t i = 0; i < sizeof preference / sizeof preference[0]; i++) {
        int weight = weight_of(&said, preference[i]);

        if (weight <= best_weight)
            continue;
        best_weight = weight;
        best.coding = (uint8_t)preference[i];
    }
    no_identity = said.of[XY_CODING_IDENTITY] == 0 ||
                  (said.of[XY_CODING_IDENTITY] == UNSAID && said.others == 0);
    best.no_identity = no_identity && best.coding != XY_CODING_IDENTITY;
    return best;
}

xy_str xy__coding_name(xy_coding coding)
{
    return coding == XY_CODING_IDENTITY ? XY_STR_NULL : coding_names[coding];
}

/* ---- compressors: each writes at most `room` bytes, and returns how many, or 0 ---- */

typedef size_t compress_fn(xy_encoder *encoder, int level, xy_str body, char *to, size_t room);

static void ready_gzip(xy_encoder *encoder, int level)
{
    z_stream *stream = &encoder->gzip;

    if (!encoder->has_gzip) {
        if (deflateInit2(stream, level, Z_DEFLATED, GZIP_WINDOW, GZIP_MEMORY, Z_DEFAULT_STRATEGY) !=
            Z_OK)
            xy__fatal("no memory for a compressor");
        encoder->has_gzip = true;
    } else {
        deflateReset(stream);
        if (level != encoder->gzip_level)
            deflateParams(stream, level, Z_DEFAULT_STRATEGY);
    }
    encoder->gzip_level = level;
}

static size_t gzip(xy_encoder *encoder, int level, xy_str body, char *to, size_t room)
{
    z_stream *stream = &encoder->gzip;

    if (body.len > UINT32_MAX || room > UINT32_MAX)
        return 0;
    ready_gzip(encoder, level);
    stream->next_in = (const Bytef *)body.ptr;
    stream->avail_in = (uInt)body.len;
    stream->next_out = (Bytef *)to;
    stream->avail_out = (uInt)room;
    return deflate(stream, Z_FINISH) == Z_STREAM_END ? stream->total_out : 0;
}

static size_t brotli(xy_encoder *encoder, int level, xy_str body, char *to, size_t room)
{
    size_t len = room;

    (void)encoder;
    if (!BrotliEncoderCompress(level, BR_WINDOW, BROTLI_MODE_TEXT, body.len,
                               (const uint8_t *)body.ptr, &len, (uint8_t *)to))
        return 0;
    return len;
}

static size_t zstd(xy_encoder *encoder, int level, xy_str body, char *to, size_t room)
{
    size_t len;

    if (!encoder->zstd)
        encoder->zstd = ZSTD_createCCtx();
    if (!encoder->zstd)
        xy__fatal("no memory for a compressor");
    len = ZSTD_compressCCtx(encoder->zstd, to, room, body.ptr, body.len, level);
    return ZSTD_isError(len) ? 0 : len;
}

static compress_fn *const compressors[XY_CODING_COUNT] = {
    [XY_CODING_GZIP] = gzip,
    [XY_CODING_BROTLI] = brotli,
    [XY_CODING_ZSTD] = zstd,
};

/* ---- bodies ---- */

xy_encoder *xy__encoder_create(void)
{
    xy_encoder *encoder = xy__zalloc(sizeof *encoder);

    xy__buf_init(&encoder->scratch, SIZE_MAX);
    return encoder;
}

void xy__encoder_destroy(xy_encoder *encoder)
{
    if (!encoder)
        return;
    if (encoder->has_gzip)
        deflateEnd(&encoder->gzip);
    ZSTD_freeCCtx(encoder->zstd);
    xy__buf_deinit(&encoder->scratch);
    free(encoder);
}

/* Compress into the scratch buffer. A compressed body is smaller, or else there is no room for it:
 * unless the client will not take another. */
static xy_str squeeze(xy_encoder *encoder, xy_encoding encoding, int level, xy_str body)
{
    size_t room = encoding.no_identity ? body.len + OVERHEAD(body.len) : body.len - 1;
    size_t len;

    xy__buf_reset(&encoder->scratch, SCRATCH_KEEP);
    if (!xy__buf_room(&encoder->scratch, room))
        return XY_STR_NULL;
    len = compressors[encoding.coding](encoder, levels[encoding.coding][level], body,
                                       encoder->scratch.ptr, room);
    return len ? (xy_str){encoder->scratch.ptr, len} : XY_STR_NULL;
}

xy_bytes *xy__encoder_encode(xy_encoder *encoder, xy_encoding *encoding, xy_bytes *body)
{
    xy_str text = xy_bytes_str(body);
    xy_str small;

    if (encoding->coding == XY_CODING_IDENTITY)
        return body;
    if (!text.len || (text.len < XY_ENCODING_BODY_MIN && !encoding->no_identity)) {
        encoding->coding = XY_CODING_IDENTITY;
        return body;
    }
    small = squeeze(encoder, *encoding, text.len < LARGE_MIN ? LEVEL_NORMAL : LEVEL_LARGE, text);
    if (small.ptr) {
        xy_bytes_unref(body);
        body = xy_bytes_create(small);
    } else {
        encoding->coding = XY_CODING_IDENTITY;
    }
    xy__buf_reset(&encoder->scratch, SCRATCH_KEEP);
    return body;
}

xy_bytes *xy__encoding_strongest(xy_coding coding, xy_str body)
{
    xy_encoding encoding = {(uint8_t)coding, false};
    xy_encoder *encoder;
    xy_bytes *result = NULL;
    xy_str small;

    if (coding == XY_CODING_IDENTITY || !body.len)
        return NULL;
    encoder = xy__encoder_create();
    small = squeeze(encoder, encoding, LEVEL_STRONGEST, body);
    if (small.ptr)
        result = xy_bytes_create(small);
    xy__encoder_destroy(encoder);
    return result;
}
