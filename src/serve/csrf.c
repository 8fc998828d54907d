/* SPDX-License-Identifier: MIT */
/* serve/csrf.c -- who says that a GET comes from another site:
 *
 *   Sec-Fetch-Site    same-origin, none     this site, or the user: served
 *                     anything else         another: refused, unless CORS allows its Origin, or a
 *                                           person follows a link here (navigate, document)
 *   not there         Origin                refused, unless it names this host or CORS allows it
 *                     not there             no browser, or one that says nothing: served
 *
 * A page cannot set, change or leave out any of these headers. Browsers send Sec-Fetch-* over
 * https and to localhost only. A sister site (same-site) is another site: it may be somebody
 * else's, or broken into. */
#include "serve/csrf.h"

#include "serve/cors.h"

static const xy_str preflight_headers[] = {
    XY_STR_INIT("apollo-require-preflight"),
    XY_STR_INIT("x-apollo-operation-name"),
    XY_STR_INIT("x-graphql-yoga-csrf"),
    XY_STR_INIT("x-requested-with"),
};

static bool has_preflight_header(const xy_request *request)
{
    for (size_t i = 0; i < sizeof preflight_headers / sizeof preflight_headers[0]; i++) {
        if (xy__request_header(request, preflight_headers[i]).len)
            return true;
    }
    return false;
}

/* A person who opens the URL as a page of its own. A frame is no such thing: its dest is iframe. */
static bool is_navigation(const xy_request *request)
{
    return xy_str_is(xy__request_header(request, XY_STR("sec-fetch-mode")), "navigate") &&
           xy_str_is(xy__request_header(request, XY_STR("sec-fetch-dest")), "document");
}

/* Cuts `port` off the end of `host`; true if it was there. */
static bool cut_port(xy_str *host, xy_str port)
{
    if (host->len <= port.len ||
        !xy_str_eq((xy_str){host->ptr + host->len - port.len, port.len}, port))
        return false;
    host->len -= port.len;
    return true;
}

/* Does `origin` name the host that the request was sent to? Not compared: the scheme, which a proxy
 * in front of us may have changed. */
static bool is_own_origin(xy_str origin, xy_str host)
{
    static const struct {
        xy_str scheme;
        xy_str port;
    } schemes[] = {
        {XY_STR_INIT("https://"), XY_STR_INIT(":443")},
        {XY_STR_INIT("http://"), XY_STR_INIT(":80")},
    };

    for (size_t i = 0; i < sizeof schemes / sizeof schemes[0]; i++) {
        size_t len = schemes[i].scheme.len;

        if (origin.len <= len || !xy__header_is((xy_str){origin.ptr, len}, schemes[i].scheme))
            continue;
        origin = (xy_str){origin.ptr + len, origin.len - len};
        cut_port(&origin, schemes[i].port);
        cut_port(&host, schemes[i].port);
        return xy__header_is(origin, host);
    }
    return false;
}

static bool is_from_elsewhere(const xy_request *request)
{
    xy_str site = xy__request_header(request, XY_STR("sec-fetch-site"));
    xy_str origin;

    if (site.len)
        return !xy_str_is(site, "same-origin") && !xy_str_is(site, "none") &&
               !is_navigation(request);
    origin = xy__request_header(request, XY_STR("origin"));
    return origin.len && !is_own_origin(origin, xy__request_header(request, XY_STR("host")));
}

bool xy__csrf_allows(const xy_server_config *config, const xy_request *request, xy_str *why)
{
    if (request->method != XY_HTTP_GET && request->method != XY_HTTP_HEAD)
        return true;
    switch (config->csrf_prevention) {
    case XY_CSRF_OFF:
        return true;
    case XY_CSRF_REQUIRE_HEADER:
        *why = XY_STR("A GET request needs a header that no other site can make a browser send: "
                      "apollo-require-preflight, x-apollo-operation-name, x-graphql-yoga-csrf or "
                      "x-requested-with. Add one, with any value, or send a POST.");
        return has_preflight_header(request);
    case XY_CSRF_CROSS_SITE:
        break;
    }
    *why = XY_STR("The browser says that a page of another site sent this GET request. Allow the "
                  "page's origin in the server's CORS configuration.");
    return !is_from_elsewhere(request) || xy__cors_allows(&config->cors, request);
}
