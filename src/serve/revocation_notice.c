/* SPDX-License-Identifier: MIT */
#include "serve/revocation_notice.h"

#include "base/utf8.h"
#include "json/read.h"
#include "json/write.h"

int xy__revocation_notice_write(const xy_revocation_notice *notice, xy_bytes **out)
{
    xy_buf buf;

    if (!xy__utf8_valid(notice->user))
        return XY_EUTF8;
    xy__buf_init(&buf, XY_REVOCATION_BYTES_MAX);
    XY_BUF_LITERAL(&buf, "{\"user\":");
    xy__json_write_str(&buf, notice->user);
    XY_BUF_LITERAL(&buf, ",\"at\":");
    xy__buf_int(&buf, notice->at_ms);
    XY_BUF_LITERAL(&buf, ",\"from\":");
    xy__json_write_str(&buf, notice->from);
    xy__buf_char(&buf, '}');
    if (buf.err) {
        xy__buf_deinit(&buf);
        return XY_ELIMIT;
    }
    *out = xy__buf_take(&buf);
    return XY_OK;
}

/* The null string: it has no such member, or that is no string. */
static xy_str text_of(const xy_value *object, const char *key)
{
    const xy_value *value = xy_value_get(object, xy_str_from(key));

    return value && value->kind == XY_VALUE_STRING ? xy_value_text(value) : XY_STR_NULL;
}

bool xy__revocation_notice_read(xy_arena *arena, xy_str text, xy_revocation_notice *out)
{
    xy_value value;
    const xy_value *at;

    if (text.len > XY_REVOCATION_BYTES_MAX ||
        xy__json_read(arena, text, 2, &value, NULL) != XY_OK || value.kind != XY_VALUE_OBJECT)
        return false;
    at = xy_value_get(&value, XY_STR("at"));
    *out = (xy_revocation_notice){.user = text_of(&value, "user"), .from = text_of(&value, "from")};
    return at && at->kind == XY_VALUE_INT && xy_value_to_int64(at, &out->at_ms) == XY_OK &&
           out->at_ms > 0 && out->user.ptr && out->from.ptr;
}
