/* SPDX-License-Identifier: MIT */
#include "xylem/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/utf8.h"

#define LINE_MAX_BYTES    ((size_t)64 << 10)
#define MESSAGE_MAX_BYTES ((size_t)1024) /* of a line that would be longer */

static _Atomic int log_level = XY_LOG_INFO;
static _Atomic int log_format = XY_LOG_AUTO;

static const char *const level_names[] = {"trace", "debug", "info", "warn", "error", "off"};
static const char *const level_colors[] = {"\033[2m",  "\033[36m", "\033[32m",
                                           "\033[33m", "\033[31m", ""};

bool xy_log_on(xy_log_level level)
{
    return level < XY_LOG_OFF &&
           (int)level >= atomic_load_explicit(&log_level, memory_order_relaxed);
}

void xy_log_set_level(xy_log_level level)
{
    atomic_store(&log_level, (int)level);
}

void xy_log_set_format(xy_log_format format)
{
    atomic_store(&log_format, (int)format);
}

int xy_log_level_parse(xy_str word, xy_log_level *out)
{
    for (size_t i = 0; i < sizeof level_names / sizeof *level_names; i++) {
        if (xy_str_is(word, level_names[i])) {
            *out = (xy_log_level)i;
            return XY_OK;
        }
    }
    return XY_EINVAL;
}

static void put_code_point(xy_buf *buf, int32_t cp, xy_str bytes)
{
    if (cp == '\n') {
        XY_BUF_LITERAL(buf, "\\n");
    } else if (cp < 0) {
        XY_BUF_LITERAL(buf, "\\ufffd");
    } else if (cp < 0x20 || (cp >= 0x7F && cp < 0xA0)) {
        xy__buf_printf(buf, "\\u%04x", (unsigned)cp);
    } else {
        xy__buf_str(buf, bytes);
    }
}

/* The log may quote what a client sent: control characters must neither break a line nor reach a
 * terminal, and a line must be JSON whatever bytes there were. */
static void put_escaped(xy_buf *buf, xy_str s)
{
    size_t len;

    for (size_t at = 0; at < s.len; at += len) {
        int32_t cp = xy__utf8_decode(s, at, &len);

        if (cp == '"' || cp == '\\')
            xy__buf_char(buf, '\\');
        put_code_point(buf, cp, (xy_str){s.ptr + at, len});
    }
}

/* What is JSON already stays so: in a valid text control characters are in strings only. */
static void put_json_text(xy_buf *buf, xy_str s)
{
    size_t len;

    for (size_t at = 0; at < s.len; at += len) {
        int32_t cp = xy__utf8_decode(s, at, &len);

        put_code_point(buf, cp, (xy_str){s.ptr + at, len});
    }
}

static void put_quoted(xy_buf *buf, xy_str s)
{
    xy__buf_char(buf, '"');
    put_escaped(buf, s);
    xy__buf_char(buf, '"');
}

/* Six digits; a point whatever the locale has, which may be several bytes. */
static void put_double(xy_buf *buf, double value)
{
    char text[40];

    if (!isfinite(value)) {
        XY_BUF_LITERAL(buf, "null");
        return;
    }
    snprintf(text, sizeof text, "%.6g", value);
    for (const char *p = text; *p; p++) {
        if (strchr("0123456789+-e", *p)) {
            xy__buf_char(buf, *p);
        } else if (p > text && strchr("0123456789", p[-1])) {
            xy__buf_char(buf, '.');
        }
    }
}

static void put_value(xy_buf *buf, const xy_log_field *field)
{
    switch (field->kind) {
    case XY_LOG_FIELD_STR:
        put_quoted(buf, field->str);
        break;
    case XY_LOG_FIELD_INT:
        xy__buf_int(buf, field->integer);
        break;
    case XY_LOG_FIELD_DOUBLE:
        put_double(buf, field->real);
        break;
    case XY_LOG_FIELD_BOOL:
        xy__buf_str(buf, field->boolean ? XY_STR("true") : XY_STR("false"));
        break;
    case XY_LOG_FIELD_VALUE:
        put_json_text(buf, field->str.len ? field->str : XY_STR("null"));
        break;
    }
}

static void put_time(xy_buf *buf)
{
    struct timespec now;
    struct tm utc;

    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    xy__buf_printf(buf, "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ", utc.tm_year + 1900, utc.tm_mon + 1,
                   utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, now.tv_nsec / 1000000);
}

static void put_json(xy_buf *buf, xy_log_level level, const char *room, xy_str message)
{
    XY_BUF_LITERAL(buf, "{\"time\":\"");
    put_time(buf);
    xy__buf_printf(buf, "\",\"level\":\"%s\",\"room\":\"%s\",\"message\":", level_names[level],
                   room);
    put_quoted(buf, message);
}

static void put_pretty(xy_buf *buf, xy_log_level level, const char *room, xy_str message)
{
    xy__buf_printf(buf, "%s%-5s\033[0m \033[2m%s\033[0m ", level_colors[level], level_names[level],
                   room);
    put_escaped(buf, message);
}

static bool is_pretty(void)
{
    int format = atomic_load_explicit(&log_format, memory_order_relaxed);

    return format == XY_LOG_PRETTY || (format == XY_LOG_AUTO && isatty(STDERR_FILENO));
}

static void put_line(xy_buf *buf, bool pretty, xy_log_level level, const char *room, xy_str message)
{
    if (pretty) {
        put_pretty(buf, level, room, message);
    } else {
        put_json(buf, level, room, message);
    }
}

static void put_fields(xy_buf *buf, bool pretty, const xy_log_field *fields, size_t field_count)
{
    for (size_t i = 0; i < field_count; i++) {
        if (!fields[i].name)
            continue;
        xy__buf_printf(buf, pretty ? " \033[2m%s=\033[0m" : ",\"%s\":", fields[i].name);
        put_value(buf, &fields[i]);
    }
}

void xy_log_line(xy_log_level level, const char *room, const char *message,
                 const xy_log_field *fields, size_t field_count)
{
    static const xy_log_field truncated[] = {
        {.name = "truncated", .kind = XY_LOG_FIELD_BOOL, .boolean = true}};
    bool pretty = is_pretty();
    xy_str text = xy_str_from(message);
    xy_buf buf;
    ssize_t written;

    xy__buf_init(&buf, LINE_MAX_BYTES);
    put_line(&buf, pretty, level, room, text);
    put_fields(&buf, pretty, fields, field_count);
    xy__buf_str(&buf, pretty ? XY_STR("\n") : XY_STR("}\n"));
    if (buf.err) {
        if (text.len > MESSAGE_MAX_BYTES)
            text.len = MESSAGE_MAX_BYTES;
        xy__buf_reset(&buf, LINE_MAX_BYTES);
        put_line(&buf, pretty, level, room, text);
        put_fields(&buf, pretty, truncated, 1);
        xy__buf_str(&buf, pretty ? XY_STR("\n") : XY_STR("}\n"));
    }
    written = write(STDERR_FILENO, buf.ptr, buf.len);
    (void)written; /* a log that cannot be written has nowhere to say so */
    xy__buf_deinit(&buf);
}
