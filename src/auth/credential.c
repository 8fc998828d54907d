/* SPDX-License-Identifier: MIT */
#include "auth/credential.h"

#include <strings.h>

#include "xylem/error.h"

static bool cut(xy_str text, char at, xy_str *before, xy_str *after)
{
    const char *found = text.len ? memchr(text.ptr, at, text.len) : NULL;

    if (!found)
        return false;
    *before = (xy_str){text.ptr, (size_t)(found - text.ptr)};
    *after = (xy_str){found + 1, text.len - before->len - 1};
    return true;
}

/* The value of the cookie `name`; the null string when there is none. RFC 6265 4.2.1 */
static xy_str cookie_value(xy_str cookies, const char *name)
{
    while (cookies.len) {
        xy_str pair = cookies;
        xy_str key;
        xy_str value;

        if (!cut(cookies, ';', &pair, &cookies))
            cookies = XY_STR_NULL;
        while (pair.len && *pair.ptr == ' ')
            pair = (xy_str){pair.ptr + 1, pair.len - 1};
        if (cut(pair, '=', &key, &value) && xy_str_is(key, name))
            return value;
    }
    return XY_STR_NULL;
}

static bool is_bearer(xy_str scheme)
{
    return scheme.len == strlen("bearer") && strncasecmp(scheme.ptr, "bearer", scheme.len) == 0;
}

static bool read_authorization(xy_str authorization, bool any_scheme, xy_str *token)
{
    xy_str scheme;

    return cut(authorization, ' ', &scheme, token) && scheme.len && token->len &&
           !memchr(token->ptr, ' ', token->len) && (any_scheme || is_bearer(scheme));
}

int xy__credential_find(const xy_incoming *request, const char *cookie, xy_str *token,
                        const char **why)
{
    xy_str authorization = request->header(request, XY_STR("authorization"));
    bool has_provider = request->header(request, XY_STR("auth-provider")).ptr;

    *token = XY_STR_NULL;
    if (authorization.ptr) {
        *why = "Authorization is not of the form 'Bearer <token>'";
        return read_authorization(authorization, has_provider, token) ? XY_OK : XY_EREFUSED;
    }
    if (cookie)
        *token = cookie_value(request->header(request, XY_STR("cookie")), cookie);
    *why = "auth-provider without a token";
    return has_provider && !token->ptr ? XY_EREFUSED : XY_OK;
}
