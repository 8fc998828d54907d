/* SPDX-License-Identifier: MIT */
/* xylem/log.h -- structured log: one JSON object per line, or colored text when standard error
 * is a terminal.
 *
 *   xy_log(XY_LOG_INFO, "server", "listening", XY_LOG_STR("url", url), XY_LOG_INT("workers", n));
 *   {"time":"2026-01-02T03:04:05.678Z","level":"info","room":"server","message":"listening",
 *    "url":"…","workers":2}
 *
 * Lines go to standard error in one write each, so lines of several threads never mix. */
#ifndef XYLEM_LOG_H
#define XYLEM_LOG_H

#include <stdint.h>

#include "xylem/str.h"

typedef enum xy_log_level {
    XY_LOG_TRACE,
    XY_LOG_DEBUG,
    XY_LOG_INFO,
    XY_LOG_WARN,
    XY_LOG_ERROR,
    XY_LOG_OFF,
} xy_log_level;

typedef enum xy_log_format {
    XY_LOG_AUTO, /* pretty on a terminal, JSON otherwise */
    XY_LOG_JSON,
    XY_LOG_PRETTY,
} xy_log_format;

typedef struct xy_log_field {
    const char *name;
    enum {
        XY_LOG_FIELD_STR,
        XY_LOG_FIELD_INT,
        XY_LOG_FIELD_DOUBLE,
        XY_LOG_FIELD_BOOL,
        XY_LOG_FIELD_VALUE,
    } kind;
    union {
        xy_str str;
        int64_t integer;
        double real;
        bool boolean;
    };
} xy_log_field;

#define XY_LOG_STR(field, value)                                                                   \
    ((xy_log_field){.name = (field), .kind = XY_LOG_FIELD_STR, .str = (value)})
#define XY_LOG_CSTR(field, value) XY_LOG_STR(field, xy_str_from(value))
#define XY_LOG_INT(field, value)                                                                   \
    ((xy_log_field){.name = (field), .kind = XY_LOG_FIELD_INT, .integer = (int64_t)(value)})
#define XY_LOG_DOUBLE(field, value)                                                                \
    ((xy_log_field){.name = (field), .kind = XY_LOG_FIELD_DOUBLE, .real = (value)})
/* JSON text of one value, an object say, to be part of the line's own JSON. */
#define XY_LOG_VALUE(field, value)                                                                 \
    ((xy_log_field){.name = (field), .kind = XY_LOG_FIELD_VALUE, .str = (value)})
#define XY_LOG_BOOL(field, value)                                                                  \
    ((xy_log_field){.name = (field), .kind = XY_LOG_FIELD_BOOL, .boolean = (value)})

/* Log a message from `room` with any number of fields: xy_log(level, "room", "message",
 * XY_LOG_INT(...), ...). Lines below the level are dropped before a field is looked at. */
#define xy_log(level, room, ...)                                                                   \
    do {                                                                                           \
        if (xy_log_on(level))                                                                      \
            xy_log_line((level), (room), XY__LOG_FIRST(__VA_ARGS__, 0),                            \
                        XY__LOG_FIELDS(__VA_ARGS__),                                               \
                        sizeof(XY__LOG_FIELDS(__VA_ARGS__)) / sizeof(xy_log_field));               \
    } while (0)

#define XY__LOG_FIRST(message, ...)  (message)
#define XY__LOG_FIELDS(message, ...) ((const xy_log_field[]){{.name = NULL}, __VA_ARGS__})

/* Is this level written? */
XY_API bool xy_log_on(xy_log_level level);

/* The lowest level that is written from now on (default XY_LOG_INFO). The one piece of global
 * state; call it at start. */
XY_API void xy_log_set_level(xy_log_level level);

/* How lines look from now on (default XY_LOG_AUTO). Call it at start. */
XY_API void xy_log_set_format(xy_log_format format);

/* "trace", "debug", "info", "warn", "error" or "off" to its level. Returns 0, or XY_EINVAL for
 * another word. */
XY_API int xy_log_level_parse(xy_str word, xy_log_level *out);

/* What xy_log() calls; `fields` with a NULL name are passed over. */
XY_API void xy_log_line(xy_log_level level, const char *room, const char *message,
                        const xy_log_field *fields, size_t field_count);

#endif
