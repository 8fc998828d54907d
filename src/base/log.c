/* SPDX-License-Identifier: MIT */
#include "xylem/log.h"

#include <inttypes.h>
#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

#define LINE_MAX_BYTES ((size_t)64 << 10)

static _Atomic int log_level = XY_LOG_INFO;
static _Atomic int log_format = XY_LOG_AUTO;

static const char *const level_names[] = {"trace", "debug", "info", "warn", "error", "off"};
static const char *const level_colors[] = {"\033[2m",  "\033[36m", "\033[32m",
                                           "\033[33m", "\033[31m", ""};

bool xy_log_on(xy_log_level level)
{
    return (int)level >= atomic_load_explicit(&log_level, memory_order_relaxed);
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

/* The log may quote what a client sent: control bytes must neither break a line nor reach a
 * terminal. */
static void put_escaped(xy_buf *buf, xy_str s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.ptr[i];

        if (c == '"' || c == '\\') {
            xy__buf_char(buf, '\\');
            xy__buf_char(buf, (char)c);
        } else if (c == '\n') {
            XY_BUF_LITERAL(buf, "\\n");
        } else if (c < 0x20 || c == 0x7F) {
            xy__buf_printf(buf, "\\u%04x", c);
        } else {
            xy__buf_char(buf, (char)c);
        }
    }
}

static void put_quoted(xy_buf *buf, xy_str s)
{
    xy__buf_char(buf, '"');
    put_escaped(buf, s);
    xy__buf_char(buf, '"');
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
        if (isfinite(field->real)) {
            xy__buf_printf(buf, "%.6g", field->real);
        } else {
            XY_BUF_LITERAL(buf, "null");
        }
        break;
    case XY_LOG_FIELD_BOOL:
        xy__buf_str(buf, field->boolean ? XY_STR("true") : XY_STR("false"));
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

static void put_json(xy_buf *buf, xy_log_level level, const char *room, const char *message)
{
    XY_BUF_LITERAL(buf, "{\"time\":\"");
    put_time(buf);
    xy__buf_printf(buf, "\",\"level\":\"%s\",\"room\":\"%s\",\"message\":", level_names[level],
                   room);
    put_quoted(buf, xy_str_from(message));
}

static void put_pretty(xy_buf *buf, xy_log_level level, const char *room, const char *message)
{
    xy__buf_printf(buf, "%s%-5s\033[0m \033[2m%s\033[0m ", level_colors[level], level_names[level],
                   room);
    put_escaped(buf, xy_str_from(message));
}

static bool is_pretty(void)
{
    int format = atomic_load_explicit(&log_format, memory_order_relaxed);

    return format == XY_LOG_PRETTY || (format == XY_LOG_AUTO && isatty(STDERR_FILENO));
}

void xy_log_line(xy_log_level level, const char *room, const char *message,
                 const xy_log_field *fields, size_t field_count)
{
    bool pretty = is_pretty();
    xy_buf buf;
    ssize_t written;

    xy__buf_init(&buf, LINE_MAX_BYTES);
    if (pretty) {
        put_pretty(&buf, level, room, message);
    } else {
        put_json(&buf, level, room, message);
    }
    for (size_t i = 0; i < field_count; i++) {
        if (!fields[i].name)
            continue;
        xy__buf_printf(&buf, pretty ? " \033[2m%s=\033[0m" : ",\"%s\":", fields[i].name);
        put_value(&buf, &fields[i]);
    }
    xy__buf_str(&buf, pretty ? XY_STR("\n") : XY_STR("}\n"));
    if (buf.err) {
        xy__buf_reset(&buf, 0);
        put_json(&buf, level, room, message);
        XY_BUF_LITERAL(&buf, ",\"truncated\":true}\n");
    }
    written = write(STDERR_FILENO, buf.ptr, buf.len);
    (void)written; /* a log that cannot be written has nowhere to say so */
    xy__buf_deinit(&buf);
}
