/* SPDX-License-Identifier: MIT */
/* Any bytes as a connection's input. The first byte says how they are cut; what comes out must
 * not depend on it.
 *
 * Corpus: a byte that chooses the cut, then the bytes of one connection. */
#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "http/h1.h"

#define OUT_MAX ((size_t)1 << 22)

static const xy_h1_limits limits = {.head_max = 1024, .headers_max = 10, .body_max = 512};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void put(xy_buf *out, xy_str s)
{
    xy__buf_int(out, (int64_t)s.len);
    xy__buf_char(out, ':');
    xy__buf_str(out, s);
}

static void put_request(xy_buf *out, const xy_request *request)
{
    put(out, request->method_name);
    put(out, request->path);
    put(out, request->query);
    xy__buf_int(out, request->minor * 8 + request->keep_alive * 4 + request->expects_continue * 2 +
                         request->has_body);
    for (size_t i = 0; i < request->header_count; i++) {
        put(out, xy__request_header_name(request, i));
        put(out, xy__request_header_value(request, i));
    }
    put(out, request->body);
}

/* Feed one piece from memory that is freed afterwards. False when the connection is refused. */
static bool feed(xy_h1 *h1, xy_str piece, bool *fed, xy_buf *out)
{
    char *copy = malloc(piece.len ? piece.len : 1);
    xy_str rest = {copy, piece.len};
    bool good = true;
    bool more = true;

    if (piece.len)
        memcpy(copy, piece.ptr, piece.len);
    while (good && more) {
        size_t used = *fed ? 0 : xy__h1_blank(rest);
        xy_h1_event event;

        rest = (xy_str){rest.ptr + used, rest.len - used};
        if (!*fed && !rest.len)
            break;
        *fed = true;
        event = xy__h1_feed(h1, rest, &used);
        XY_ASSERT(used <= rest.len);
        rest = (xy_str){rest.ptr + used, rest.len - used};
        more = event != XY_H1_MORE;
        XY_ASSERT(more || rest.len == 0);
        if (event == XY_H1_DONE) {
            put_request(out, xy__h1_request(h1));
            xy__h1_reset(h1, 64);
            *fed = false;
        } else if (event == XY_H1_REFUSED) {
            put(out, xy__refusal_text(xy__h1_refusal(h1)));
            good = false;
        }
    }
    free(copy);
    return good;
}

/* `seed` 0: all at once; else pieces whose lengths are chosen by it. */
static void run(xy_str input, uint32_t seed, xy_buf *out)
{
    xy_h1 *h1 = xy__h1_create(&limits);
    bool fed = false;
    bool good = true;

    for (size_t at = 0; good && at < input.len;) {
        size_t len = input.len - at;

        if (seed) {
            seed = seed * 1664525u + 1013904223u;
            len = 1 + (seed >> 16) % (seed & 0x8000 ? 3 : 40);
            len = len < input.len - at ? len : input.len - at;
        }
        good = feed(h1, (xy_str){input.ptr + at, len}, &fed, out);
        at += len;
    }
    xy__buf_char(out, fed && xy__h1_begun(h1) ? '+' : '.');
    xy__h1_destroy(h1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    xy_buf whole;
    xy_buf cut;
    xy_str input;

    if (size == 0)
        return 0;
    input = (xy_str){(const char *)data + 1, size - 1};
    xy__buf_init(&whole, OUT_MAX);
    xy__buf_init(&cut, OUT_MAX);
    run(input, 0, &whole);
    run(input, data[0] + 1u, &cut);
    XY_ASSERT(xy_str_eq(xy__buf_view(&whole), xy__buf_view(&cut)));
    xy__buf_deinit(&whole);
    xy__buf_deinit(&cut);
    return 0;
}
