/* SPDX-License-Identifier: MIT */
/* realtime/gap_notice.c -- spliced in: the rest of a result stays as it was, to the byte. */
#include "realtime/gap_notice.h"

#include "base/buf.h"
#include "base/fatal.h"

#define EXTENSIONS "\"extensions\":{"

xy_str xy__gap_reason(xy_gap gap)
{
    switch (gap) {
    case XY_GAP_RECONNECTED:
        return XY_STR("STORE_RECONNECTED");
    case XY_GAP_DROPPED:
        return XY_STR("EVENTS_DROPPED");
    case XY_GAP_UNKNOWN_ID:
        return XY_STR("UNKNOWN_EVENT_ID");
    case XY_GAP_NONE:
        break;
    }
    return XY_STR("");
}

/* Behind the string whose quote is at `at`. */
static size_t skip_string(xy_str json, size_t at)
{
    for (at++; at < json.len && json.ptr[at] != '"'; at++)
        at += json.ptr[at] == '\\';
    return at;
}

static bool stands_at(xy_str json, size_t at, xy_str text)
{
    return json.len - at >= text.len && memcmp(json.ptr + at, text.ptr, text.len) == 0;
}

/* Where the members of the extensions begin; 0: there are none. Such text as a value is no key: no
 * colon follows it. */
static size_t find_extensions(xy_str json)
{
    unsigned depth = 0;

    for (size_t at = 0; at < json.len; at++) {
        char c = json.ptr[at];

        if (c == '{' || c == '[') {
            depth++;
        } else if (c == '}' || c == ']') {
            depth--;
        } else if (c == '"') {
            if (depth == 1 && stands_at(json, at, XY_STR(EXTENSIONS)))
                return at + sizeof EXTENSIONS - 1;
            at = skip_string(json, at);
        }
    }
    return 0;
}

static void write_gap(xy_buf *out, xy_gap gap)
{
    XY_BUF_LITERAL(out, "\"gap\":{\"reason\":\"");
    xy__buf_str(out, xy__gap_reason(gap));
    XY_BUF_LITERAL(out, "\"}");
}

xy_bytes *xy__gap_notice(const xy_bytes *result, xy_gap gap)
{
    xy_str json = xy_bytes_str(result);
    size_t at = find_extensions(json);
    xy_buf out;

    XY_ASSERT(json.len >= 2 && json.ptr[json.len - 1] == '}');
    xy__buf_init(&out, SIZE_MAX);
    if (at) {
        xy__buf_str(&out, (xy_str){json.ptr, at});
        write_gap(&out, gap);
        if (json.ptr[at] != '}')
            XY_BUF_LITERAL(&out, ",");
        xy__buf_str(&out, (xy_str){json.ptr + at, json.len - at});
    } else {
        xy__buf_str(&out, (xy_str){json.ptr, json.len - 1});
        if (json.len > 2)
            XY_BUF_LITERAL(&out, ",");
        XY_BUF_LITERAL(&out, EXTENSIONS);
        write_gap(&out, gap);
        XY_BUF_LITERAL(&out, "}}");
    }
    return xy__buf_take(&out);
}
