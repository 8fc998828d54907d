/* SPDX-License-Identifier: MIT */
#include "serve/request_log.h"

#include <inttypes.h>
#include <stdio.h>

#include "json/write.h"

#define REDACTED  "\"[redacted]\""
#define TOO_LONG  "\"[too long]\""
#define LAST_MAX  ((size_t)32) /* the last member, with the brace */
#define NS_PER_US UINT64_C(1000)

/* ---- variables ---- */

/* The value, or in place of it that it takes more than `max` bytes. */
static void put_value(xy_buf *buf, const xy_value *value, size_t max)
{
    xy_buf text;

    xy__buf_init(&text, max);
    xy__json_write_value(&text, value);
    xy__buf_str(buf, text.err ? XY_STR(TOO_LONG) : xy__buf_view(&text));
    xy__buf_deinit(&text);
}

/* One more member, or false when it does not fit before `end`. */
static bool put_member(xy_buf *buf, const xy_member *member, size_t end, bool values)
{
    size_t mark = buf->len;

    if (member->key.len > end) /* no need to escape it first */
        return false;
    if (mark > 1)
        xy__buf_char(buf, ',');
    xy__json_write_str(buf, member->key);
    xy__buf_char(buf, ':');
    if (buf->len + sizeof TOO_LONG > end) {
        xy__buf_truncate(buf, mark);
        return false;
    }
    if (values) {
        put_value(buf, &member->value, end - buf->len);
    } else {
        XY_BUF_LITERAL(buf, REDACTED);
    }
    return true;
}

void xy__logged_variables_write(xy_buf *buf, const xy_value *variables, bool values)
{
    size_t end = XY_LOGGED_VARIABLES_MAX - LAST_MAX;
    uint32_t count = variables && variables->kind == XY_VALUE_OBJECT ? variables->len : 0;
    uint32_t i = 0;

    xy__buf_char(buf, '{');
    while (i < count && put_member(buf, &variables->members[i], end, values))
        i++;
    if (i < count)
        xy__buf_printf(buf, "%s\"…\":\"%" PRIu32 " more\"", i ? "," : "", count - i);
    xy__buf_char(buf, '}');
}

/* ---- the line ---- */

/* Milliseconds with three decimals. */
static xy_str milliseconds(char text[32], uint64_t ns)
{
    uint64_t us = (ns + NS_PER_US / 2) / NS_PER_US;
    int len = snprintf(text, 32, "%" PRIu64 ".%03" PRIu64, us / 1000, us % 1000);

    return (xy_str){text, (size_t)len};
}

/* A name of reasonable length is logged whole; of others the beginning, up to a whole character. */
static xy_str shorten(xy_str name)
{
    if (name.len <= XY_LOGGED_NAME_MAX)
        return name;
    name.len = XY_LOGGED_NAME_MAX;
    while (name.len && ((uint8_t)name.ptr[name.len] & 0xC0) == 0x80)
        name.len--;
    return name;
}

static xy_log_field optional(bool there, xy_log_field field)
{
    return there ? field : (xy_log_field){.name = NULL};
}

void xy__request_log(const xy_server_config *config, const xy_record *record)
{
    bool has_variables = record->variables && record->variables->len;
    bool is_typed = record->type != XY_RECORD_NONE;
    xy_buf variables;
    char duration[32];

    if (!xy__request_log_on(config))
        return;
    xy__buf_init(&variables, SIZE_MAX);
    if (has_variables)
        xy__logged_variables_write(&variables, record->variables, config->log_variables);
    xy_log(XY_LOG_INFO, "serve", "operation",
           optional(record->operation.len, XY_LOG_STR("operation", shorten(record->operation))),
           optional(is_typed, XY_LOG_CSTR("type", xy__record_type_name(record->type))),
           XY_LOG_STR("requestId", record->request_id),
           XY_LOG_VALUE("durationMs", milliseconds(duration, record->duration_ns)),
           XY_LOG_INT("results", record->results), XY_LOG_INT("errors", record->errors),
           optional(record->timed_out, XY_LOG_BOOL("timedOut", true)),
           optional(record->refused, XY_LOG_CSTR("refused", xy__refused_name(record->why))),
           optional(has_variables, XY_LOG_VALUE("variables", xy__buf_view(&variables))));
    xy__buf_deinit(&variables);
}
