/* SPDX-License-Identifier: MIT */
#include "http/authority.h"

#include <arpa/inet.h>

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_hex(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* unreserved / sub-delims */
static bool name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || is_digit(c) ||
           (c && strchr("-._~!$&'()*+,;=", c));
}

/* reg-name, of which an IPv4 address is one. */
static bool name_valid(xy_str name)
{
    for (size_t i = 0; i < name.len; i++) {
        bool escape = name.ptr[i] == '%' && name.len - i > 2 && is_hex(name.ptr[i + 1]) &&
                      is_hex(name.ptr[i + 2]);

        if (!escape && !name_char(name.ptr[i]))
            return false;
        i += escape ? 2 : 0;
    }
    return name.len > 0;
}

/* "v" 1*HEXDIG "." 1*( unreserved / sub-delims / ":" ) */
static bool future_valid(xy_str address)
{
    size_t dot = 1;

    while (dot < address.len && is_hex(address.ptr[dot]))
        dot++;
    if (dot == 1 || address.len - dot < 2 || address.ptr[dot] != '.')
        return false;
    for (size_t i = dot + 1; i < address.len; i++) {
        if (address.ptr[i] != ':' && !name_char(address.ptr[i]))
            return false;
    }
    return true;
}

/* What is in brackets. */
static bool literal_valid(xy_str address)
{
    char text[INET6_ADDRSTRLEN];
    struct in6_addr ignored;

    if (address.len && (address.ptr[0] == 'v' || address.ptr[0] == 'V'))
        return future_valid(address);
    if (address.len >= sizeof text || memchr(address.ptr, '\0', address.len))
        return false;
    memcpy(text, address.ptr, address.len);
    text[address.len] = '\0';
    return inet_pton(AF_INET6, text, &ignored) == 1;
}

bool xy__authority_valid(xy_str text)
{
    xy_str host = text;

    while (host.len && is_digit(host.ptr[host.len - 1]))
        host.len--;
    if (host.len && host.ptr[host.len - 1] == ':') {
        host.len--;
    } else {
        host = text;
    }
    if (host.len > 2 && host.ptr[0] == '[' && host.ptr[host.len - 1] == ']')
        return literal_valid((xy_str){host.ptr + 1, host.len - 2});
    return name_valid(host);
}
