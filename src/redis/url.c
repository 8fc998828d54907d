/* SPDX-License-Identifier: MIT */
#include "redis/url.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/un.h>

#include "base/fatal.h"

#define TEXT_MAX     4096u
#define DATABASE_MAX 1000000u

/* Where we are in a URL, and where to say what is wrong with it. */
typedef struct url_reader {
    xy_str rest;
    char *why;
    size_t size;
    bool is_unix;
    bool has_database;
} url_reader;

static int refuse(url_reader *reader, const char *why)
{
    snprintf(reader->why, reader->size, "%s", why);
    return XY_EINVAL;
}

/* The bytes up to the first of `stops`, or to the end; the reader goes on there. */
static xy_str take_until(url_reader *reader, const char *stops)
{
    xy_str taken = {reader->rest.ptr, 0};

    while (taken.len < reader->rest.len && !strchr(stops, taken.ptr[taken.len]))
        taken.len++;
    reader->rest.ptr += taken.len;
    reader->rest.len -= taken.len;
    return taken;
}

static bool take(url_reader *reader, xy_str expected)
{
    if (!xy_str_starts(reader->rest, expected))
        return false;
    reader->rest.ptr += expected.len;
    reader->rest.len -= expected.len;
    return true;
}

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* `text` percent-decoded, on the heap; NULL for what cannot be. */
static char *decode(xy_str text)
{
    char *out = xy__malloc(text.len + 1);
    size_t len = 0;

    for (size_t i = 0; i < text.len; i++) {
        int c = (unsigned char)text.ptr[i];

        if (c == '%') {
            int high = i + 2 < text.len ? hex(text.ptr[i + 1]) : -1;
            int low = high >= 0 ? hex(text.ptr[i + 2]) : -1;

            c = low >= 0 ? high * 16 + low : 0;
            i += 2;
        }
        if (!c) {
            free(out);
            return NULL;
        }
        out[len++] = (char)c;
    }
    out[len] = '\0';
    return out;
}

/* Decimal digits only, up to `max`. */
static bool read_number(xy_str text, uint32_t max, uint32_t *out)
{
    uint32_t value = 0;

    if (!text.len || text.len > 9)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            return false;
        value = value * 10 + (uint32_t)(text.ptr[i] - '0');
    }
    *out = value;
    return value <= max;
}

static int read_scheme(url_reader *reader)
{
    if (take(reader, XY_STR("redis://")))
        return XY_OK;
    if (take(reader, XY_STR("unix://"))) {
        reader->is_unix = true;
        return XY_OK;
    }
    if (take(reader, XY_STR("rediss://")))
        return refuse(reader, "TLS (rediss://) cannot be spoken: the hiredis that is installed has "
                              "none; write redis:// and let a tunnel (stunnel) encrypt");
    return refuse(reader, "a Redis URL begins with redis:// or unix://, as in "
                          "redis://127.0.0.1:6379 or unix:///run/redis/redis.sock");
}

/* "[user]:password", of what stands before the last @. */
static int read_credentials(url_reader *reader, xy_str text, xy_redis_url *url)
{
    const char *colon = memchr(text.ptr, ':', text.len);
    xy_str user;
    xy_str password;

    if (!colon)
        return refuse(reader, "before the @ stands user:password; a password alone is written with "
                              "its colon, redis://:password@host");
    user = (xy_str){text.ptr, (size_t)(colon - text.ptr)};
    password = (xy_str){colon + 1, text.len - user.len - 1};
    if (!password.len)
        return refuse(reader, "the password before the @ is empty");
    if (user.len)
        url->user = decode(user);
    url->password = decode(password);
    if (!url->password || (user.len && !url->user))
        return refuse(reader, "before the @ a % is not followed by two hexadecimal digits; a "
                              "percent sign itself is written %25");
    return XY_OK;
}

static bool is_host(xy_str host, const char *also)
{
    for (size_t i = 0; i < host.len; i++)
        if (!isalnum((unsigned char)host.ptr[i]) && !strchr(also, host.ptr[i]))
            return false;
    return host.len > 0 && host.len < 256;
}

/* "host[:port]" or "[address][:port]". */
static int read_host(url_reader *reader, xy_str text, xy_redis_url *url)
{
    bool literal = text.len && text.ptr[0] == '[';
    const char *end = memchr(text.ptr, literal ? ']' : ':', text.len);
    xy_str host = {text.ptr + literal, (end ? (size_t)(end - text.ptr) : text.len) - literal};
    xy_str port;
    uint32_t number = XY_REDIS_PORT;

    if (literal && !end)
        return refuse(reader, "an IPv6 address ends with a bracket, as in redis://[::1]:6379");
    if (!is_host(host, literal ? ":.%" : ".-_"))
        return refuse(reader, host.len ? "the host has a character that no host has"
                                       : "there is no host, as in redis://127.0.0.1:6379");
    port = end ? (xy_str){end + literal, text.len - (size_t)(end + literal - text.ptr)}
               : (xy_str){"", 0};
    if (port.len && (port.ptr[0] != ':' || port.len == 1 ||
                     !read_number((xy_str){port.ptr + 1, port.len - 1}, 65535, &number) || !number))
        return refuse(reader, "the port is no number from 1 to 65535");
    url->host = xy__malloc(host.len + 1);
    memcpy(url->host, host.ptr, host.len);
    url->host[host.len] = '\0';
    url->port = (uint16_t)number;
    return XY_OK;
}

static int read_database(url_reader *reader, xy_str text, xy_redis_url *url)
{
    uint32_t number;

    if (!read_number(text, DATABASE_MAX, &number))
        return refuse(reader, "the database is no number, as in redis://127.0.0.1:6379/2");
    if (reader->has_database && number != url->database)
        return refuse(reader, "the URL has two databases");
    reader->has_database = true;
    url->database = number;
    return XY_OK;
}

/* A socket's file, or a database. */
static int read_path(url_reader *reader, xy_redis_url *url)
{
    struct sockaddr_un address;
    xy_str path = take_until(reader, "?#");

    if (!reader->is_unix)
        return path.len > 1 ? read_database(reader, (xy_str){path.ptr + 1, path.len - 1}, url)
                            : XY_OK;
    if (path.len < 2)
        return refuse(reader, "there is no path of a socket, as in unix:///run/redis/redis.sock");
    url->path = decode(path);
    if (!url->path)
        return refuse(reader, "in the path a % is not followed by two hexadecimal digits");
    if (strlen(url->path) >= sizeof address.sun_path)
        return refuse(reader, "the path is longer than that of a socket can be (107 bytes)");
    return XY_OK;
}

static int read_query(url_reader *reader, xy_redis_url *url)
{
    if (take(reader, XY_STR("?")) && reader->rest.len) {
        int rc;

        if (!take(reader, XY_STR("db=")))
            return refuse(reader, "behind the ? only db=N is known");
        rc = read_database(reader, take_until(reader, "&#"), url);
        if (rc < 0)
            return rc;
    }
    return reader->rest.len ? refuse(reader, "there is something behind the end of the URL; a # "
                                             "in a password is written %23")
                            : XY_OK;
}

static int read_url(url_reader *reader, xy_redis_url *url)
{
    xy_str authority;
    const char *at;
    int rc = read_scheme(reader);

    if (rc < 0)
        return rc;
    authority = take_until(reader, "/?#");
    at = authority.len ? memrchr(authority.ptr, '@', authority.len) : NULL;
    if (at) {
        xy_str credentials = {authority.ptr, (size_t)(at - authority.ptr)};

        rc = read_credentials(reader, credentials, url);
        if (rc < 0)
            return rc;
        authority = (xy_str){at + 1, authority.len - credentials.len - 1};
    }
    if (reader->is_unix && authority.len)
        return refuse(reader, "the path of a socket begins with /, as in "
                              "unix:///run/redis/redis.sock");
    rc = reader->is_unix ? XY_OK : read_host(reader, authority, url);
    if (rc == XY_OK)
        rc = read_path(reader, url);
    return rc < 0 ? rc : read_query(reader, url);
}

int xy__redis_url_parse(xy_str text, xy_redis_url *out, char *why, size_t size)
{
    url_reader reader = {.rest = text, .size = size};
    xy_redis_url url = {0};
    int rc;

    reader.why = why;
    if (text.len > TEXT_MAX)
        return refuse(&reader, "the URL is too long");
    if (text.len && memchr(text.ptr, '\0', text.len))
        return refuse(&reader, "the URL has a zero byte in it");
    rc = read_url(&reader, &url);
    if (rc < 0) {
        xy__redis_url_deinit(&url);
        return rc;
    }
    *out = url;
    return XY_OK;
}

void xy__redis_url_deinit(xy_redis_url *url)
{
    free(url->host);
    free(url->path);
    free(url->user);
    free(url->password);
    *url = (xy_redis_url){0};
}

void xy__redis_url_show(const xy_redis_url *url, char *out, size_t size)
{
    const char *form =
        url->host && strchr(url->host, ':') ? "redis://[%s]:%u/%u" : "redis://%s:%u/%u";

    if (url->path) {
        snprintf(out, size, "unix://%s?db=%u", url->path, url->database);
    } else {
        snprintf(out, size, form, url->host ? url->host : "", (unsigned)url->port, url->database);
    }
}
