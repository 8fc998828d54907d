/* SPDX-License-Identifier: MIT */
/* http/request.c -- looking up headers, and moving a request out of the read buffer. */
#include "http/request.h"

#include <stdlib.h>

#include "base/fatal.h"

/* ASCII only: a header name is a token (RFC 9110 5.6.2), so no locale comes into it. */
static unsigned char lower(char c)
{
    unsigned char byte = (unsigned char)c;

    return byte >= 'A' && byte <= 'Z' ? byte | 0x20 : byte;
}

bool xy__header_is(xy_str text, xy_str other)
{
    if (text.len != other.len)
        return false;
    for (size_t i = 0; i < text.len; i++) {
        if (text.ptr[i] != other.ptr[i] && lower(text.ptr[i]) != lower(other.ptr[i]))
            return false;
    }
    return true;
}

xy_str xy__request_header_name(const xy_request *request, size_t index)
{
    const xy_header_slot *slot = &request->headers[index];

    XY_ASSERT(index < request->header_count);
    return (xy_str){request->head.ptr + slot->name_at, slot->name_len};
}

xy_str xy__request_header_value(const xy_request *request, size_t index)
{
    const xy_header_slot *slot = &request->headers[index];

    XY_ASSERT(index < request->header_count);
    return (xy_str){request->head.ptr + slot->value_at, slot->value_len};
}

xy_str xy__request_header(const xy_request *request, xy_str name)
{
    for (size_t i = 0; i < request->header_count; i++) {
        if (request->headers[i].name_len == name.len &&
            xy__header_is(xy__request_header_name(request, i), name))
            return xy__request_header_value(request, i);
    }
    return XY_STR_NULL;
}

/* `s` at the same place of `to` as it has in `from`; static text stays where it is. */
static xy_str rebase(xy_str s, xy_str from, const char *to)
{
    uintptr_t at = (uintptr_t)s.ptr;
    uintptr_t first = (uintptr_t)from.ptr;

    if (at < first || at > first + from.len)
        return s;
    return (xy_str){to + (at - first), s.len};
}

void xy__request_move(xy_request *request, const char *to)
{
    request->path = rebase(request->path, request->head, to);
    request->query = rebase(request->query, request->head, to);
    request->head.ptr = to;
}

xy_request *xy__request_keep(const xy_request *request, unsigned parts)
{
    size_t slots_len = request->header_count * sizeof *request->headers;
    size_t head_len = parts & XY_REQUEST_HEAD ? slots_len + request->head.len : 0;
    size_t body_len = parts & XY_REQUEST_BODY ? request->body.len : 0;
    xy_request *copy = xy__malloc(sizeof *copy + head_len + body_len);
    char *at = (char *)(copy + 1);

    *copy = *request;
    if (head_len) {
        /* Slots first: they need alignment, text does not. */
        if (slots_len)
            memcpy(at, request->headers, slots_len);
        copy->headers = (const xy_header_slot *)(void *)at;
        at += slots_len;
        memcpy(at, request->head.ptr, request->head.len);
        xy__request_move(copy, at);
        at += request->head.len;
    }
    if (body_len) {
        memcpy(at, request->body.ptr, body_len);
        copy->body.ptr = at;
    }
    return copy;
}

void xy__request_drop(xy_request *request, unsigned parts)
{
    if (parts & XY_REQUEST_HEAD) {
        request->path = request->query = request->head = XY_STR_NULL;
        request->headers = NULL;
        request->header_count = 0;
    }
    if (parts & XY_REQUEST_BODY)
        request->body = XY_STR_NULL;
}

void xy__request_destroy(xy_request *request)
{
    free(request);
}
