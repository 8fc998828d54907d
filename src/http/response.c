/* SPDX-License-Identifier: MIT */
#include "http/response.h"

#include "base/buf.h"
#include "base/fatal.h"

#define DATE_LINE_LEN  ((size_t)37)
#define ERROR_BODY_MAX ((size_t)64 * 1024)

/* Status line, the headers that are ours, and the numbers in them. */
#define FIXED_MAX ((size_t)320)

static const struct {
    int status;
    xy_str reason;
} reasons[] = {
    {200, XY_STR_INIT("OK")},
    {201, XY_STR_INIT("Created")},
    {202, XY_STR_INIT("Accepted")},
    {204, XY_STR_INIT("No Content")},
    {301, XY_STR_INIT("Moved Permanently")},
    {302, XY_STR_INIT("Found")},
    {303, XY_STR_INIT("See Other")},
    {304, XY_STR_INIT("Not Modified")},
    {307, XY_STR_INIT("Temporary Redirect")},
    {308, XY_STR_INIT("Permanent Redirect")},
    {400, XY_STR_INIT("Bad Request")},
    {401, XY_STR_INIT("Unauthorized")},
    {403, XY_STR_INIT("Forbidden")},
    {404, XY_STR_INIT("Not Found")},
    {405, XY_STR_INIT("Method Not Allowed")},
    {406, XY_STR_INIT("Not Acceptable")},
    {408, XY_STR_INIT("Request Timeout")},
    {409, XY_STR_INIT("Conflict")},
    {410, XY_STR_INIT("Gone")},
    {411, XY_STR_INIT("Length Required")},
    {412, XY_STR_INIT("Precondition Failed")},
    {413, XY_STR_INIT("Content Too Large")},
    {414, XY_STR_INIT("URI Too Long")},
    {415, XY_STR_INIT("Unsupported Media Type")},
    {417, XY_STR_INIT("Expectation Failed")},
    {421, XY_STR_INIT("Misdirected Request")},
    {422, XY_STR_INIT("Unprocessable Content")},
    {426, XY_STR_INIT("Upgrade Required")},
    {428, XY_STR_INIT("Precondition Required")},
    {429, XY_STR_INIT("Too Many Requests")},
    {431, XY_STR_INIT("Request Header Fields Too Large")},
    {500, XY_STR_INIT("Internal Server Error")},
    {501, XY_STR_INIT("Not Implemented")},
    {502, XY_STR_INIT("Bad Gateway")},
    {503, XY_STR_INIT("Service Unavailable")},
    {504, XY_STR_INIT("Gateway Timeout")},
    {505, XY_STR_INIT("HTTP Version Not Supported")},
};

xy_str xy__status_reason(int status)
{
    for (size_t i = 0; i < sizeof reasons / sizeof reasons[0]; i++) {
        if (reasons[i].status == status)
            return reasons[i].reason;
    }
    return XY_STR("");
}

static char *put(char *at, xy_str s)
{
    if (s.len)
        memcpy(at, s.ptr, s.len);
    return at + s.len;
}

static char *put_number(char *at, uint64_t number)
{
    char digits[20];
    size_t first = sizeof digits;

    do {
        digits[--first] = (char)('0' + number % 10);
        number /= 10;
    } while (number);
    return put(at, (xy_str){digits + first, sizeof digits - first});
}

/* A value that may hold what a client sent must not begin a line of its own (CWE-113). */
static char *put_value(char *at, xy_str value)
{
    char *end = put(at, value);

    for (; at < end; at++) {
        if ((unsigned char)*at < ' ' && *at != '\t')
            *at = ' ';
    }
    return end;
}

size_t xy__headers_size(xy_http_headers headers)
{
    size_t size = 0;

    for (size_t i = 0; i < headers.len; i++)
        size += headers.items[i].name.len + headers.items[i].value.len + 4;
    return size;
}

char *xy__headers_write(xy_http_headers headers, char *at)
{
    for (size_t i = 0; i < headers.len; i++) {
        at = put(at, headers.items[i].name);
        at = put(at, XY_STR(": "));
        at = put_value(at, headers.items[i].value);
        at = put(at, XY_STR("\r\n"));
    }
    return at;
}

static char *put_connection(char *at, const xy_response *response)
{
    if (!response->keep_alive)
        return put(at, XY_STR("Connection: close\r\n"));
    at = put(at, XY_STR("Connection: keep-alive\r\n"));
    if (!response->idle_s || response->framing == XY_FRAMING_CHUNKED)
        return at;
    at = put(at, XY_STR("Keep-Alive: timeout="));
    at = put_number(at, response->idle_s);
    return put(at, XY_STR("\r\n"));
}

size_t xy__response_max(const xy_response *response)
{
    return FIXED_MAX + xy__headers_size(response->headers) + response->more_headers.len;
}

char *xy__response_write(const xy_response *response, xy_date *date, char *at)
{
    XY_ASSERT(response->status >= 200 && response->status <= 599);
    at = put(at, XY_STR("HTTP/1.1 "));
    at = put_number(at, (uint64_t)response->status);
    *at++ = ' ';
    at = put(at, xy__status_reason(response->status));
    at = put(at, XY_STR("\r\n"));
    at = xy__headers_write(response->headers, at);
    at = put(at, response->more_headers);
    if (response->framing == XY_FRAMING_LENGTH) {
        at = put(at, XY_STR("content-length: "));
        at = put_number(at, response->length);
        at = put(at, XY_STR("\r\n"));
    }
    at = put(at, xy__date_line(date));
    at = put_connection(at, response);
    if (response->framing == XY_FRAMING_CHUNKED)
        at = put(at, XY_STR("Transfer-Encoding: chunked\r\n"));
    return put(at, XY_STR("\r\n"));
}

/* ---- the date ---- */

static void put_two(char *at, int number)
{
    at[0] = (char)('0' + number / 10 % 10);
    at[1] = (char)('0' + number % 10);
}

void xy__date_render(xy_date *date, time_t second)
{
    /* Not strftime(): its names depend on the locale. */
    static const char days[][4] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static const char months[][4] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    struct tm tm;
    int year;

    gmtime_r(&second, &tm);
    year = tm.tm_year + 1900;
    memcpy(date->line, "Date: ___, __ ___ ____ __:__:__ GMT\r\n", DATE_LINE_LEN);
    memcpy(date->line + 6, days[tm.tm_wday], 3);
    put_two(date->line + 11, tm.tm_mday);
    memcpy(date->line + 14, months[tm.tm_mon], 3);
    put_two(date->line + 18, year / 100);
    put_two(date->line + 20, year);
    put_two(date->line + 23, tm.tm_hour);
    put_two(date->line + 26, tm.tm_min);
    put_two(date->line + 29, tm.tm_sec);
    date->second = second;
}

xy_str xy__date_line(xy_date *date)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    if (now.tv_sec != date->second)
        xy__date_render(date, now.tv_sec);
    return (xy_str){date->line, DATE_LINE_LEN};
}

/* ---- errors ---- */

static void append_escaped(xy_buf *buf, xy_str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];

        if (c == '"' || c == '\\') {
            xy__buf_char(buf, '\\');
            xy__buf_char(buf, c);
        } else if ((unsigned char)c < ' ') {
            xy__buf_printf(buf, "\\u%04x", c);
        } else {
            xy__buf_char(buf, c);
        }
    }
}

xy_bytes *xy__response_error_body(xy_str message)
{
    xy_buf buf;

    xy__buf_init(&buf, ERROR_BODY_MAX);
    XY_BUF_LITERAL(&buf, "{\"errors\":[{\"message\":\"");
    append_escaped(&buf, message.len < ERROR_BODY_MAX / 8 ? message : XY_STR("Error"));
    XY_BUF_LITERAL(&buf, "\"}]}");
    return xy__buf_take(&buf);
}
