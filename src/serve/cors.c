/* SPDX-License-Identifier: MIT */
/* serve/cors.c -- what is granted follows from Origin and the configuration alone.
 *
 *   configured        Origin        allow-origin    credentials    vary: Origin
 *   nothing           any           -               -              -
 *   "*"               any           *               never          -
 *   a list            listed        that origin     if so wished   yes
 *                     other, none   -               -              yes
 *
 * `vary` stands there without an Origin too: a cache must not give that answer to a page. */
#include "serve/cors.h"

#include <stdio.h>

#include "serve/field.h"

#define SHOWN_MAX 80 /* bytes of an entry that a problem shows */

static bool is_on(const xy_cors_config *cors)
{
    return cors->origins && cors->origins[0];
}

static bool is_any(const xy_cors_config *cors)
{
    return is_on(cors) && strcmp(cors->origins[0], "*") == 0;
}

/* ---- the configuration ---- */

/* Scheme, "://", host and perhaps a port; NULL, or what is wrong. */
static const char *origin_problem(const char *origin)
{
    const char *authority = strstr(origin, "://");
    const char *colon;

    if (strcmp(origin, "null") == 0)
        return NULL;
    if (strcmp(origin, "*") == 0)
        return "it allows every origin, so it must be the only entry";
    if (!authority || authority == origin || !authority[3])
        return "an origin is scheme://host or scheme://host:port";
    authority += 3;
    if (strpbrk(authority, "/?#"))
        return "an origin has no path: leave out what follows the host and port, the slash too";
    if (strchr(authority, '*'))
        return "there are no patterns: name each origin, or allow all with \"*\" alone";
    if (strchr(authority, '@') || strpbrk(origin, " \t\r\n,\"'"))
        return "an origin is scheme://host or scheme://host:port, one an entry";
    colon = strrchr(authority, ':');
    if (colon && ((strncmp(origin, "http:", 5) == 0 && strcmp(colon, ":80") == 0) ||
                  (strncmp(origin, "https:", 6) == 0 && strcmp(colon, ":443") == 0)))
        return "browsers leave the default port out: do so here";
    return NULL;
}

static bool check_names(const char *names, const char *what, char problem[XY_CORS_PROBLEM_MAX])
{
    if (!names || xy__field_is_token_list(xy_str_from(names)))
        return true;
    snprintf(problem, XY_CORS_PROBLEM_MAX,
             "cors.%s \"%.*s\": not a list of header names, as \"x-one, x-two\"", what, SHOWN_MAX,
             names);
    return false;
}

bool xy__cors_check(const xy_cors_config *cors, char problem[XY_CORS_PROBLEM_MAX])
{
    if (is_any(cors) && cors->origins[1]) {
        snprintf(problem, XY_CORS_PROBLEM_MAX, "cors.origins: \"*\": %s", origin_problem("*"));
        return false;
    }
    for (size_t i = 0; is_on(cors) && !is_any(cors) && cors->origins[i]; i++) {
        const char *wrong = origin_problem(cors->origins[i]);

        if (!wrong)
            continue;
        snprintf(problem, XY_CORS_PROBLEM_MAX, "cors.origins: \"%.*s\": %s", SHOWN_MAX,
                 cors->origins[i], wrong);
        return false;
    }
    return check_names(cors->allowed_headers, "allowed_headers", problem) &&
           check_names(cors->exposed_headers, "exposed_headers", problem);
}

/* ---- requests ---- */

/* Scheme and host are the same in any case, and there is nothing else to an origin. */
static bool is_listed(const xy_cors_config *cors, xy_str origin)
{
    for (size_t i = 0; cors->origins[i]; i++) {
        if (xy__header_is(origin, xy_str_from(cors->origins[i])))
            return true;
    }
    return false;
}

static bool allows(const xy_cors_config *cors, xy_str origin)
{
    return origin.len && is_on(cors) && (is_any(cors) || is_listed(cors, origin));
}

bool xy__cors_allows(const xy_cors_config *cors, const xy_request *request)
{
    return is_on(cors) && allows(cors, xy__request_header(request, XY_STR("origin")));
}

size_t xy__cors_headers(const xy_cors_config *cors, const xy_request *request,
                        xy_http_header headers[XY_CORS_HEADERS_MAX])
{
    bool any = is_any(cors);
    size_t len = 0;
    xy_str origin;

    if (!is_on(cors))
        return 0;
    origin = any ? XY_STR("*") : xy__request_header(request, XY_STR("origin"));
    if (!any)
        headers[len++] = (xy_http_header){XY_STR("vary"), XY_STR("Origin")};
    if (!any && !allows(cors, origin))
        return len;
    headers[len++] = (xy_http_header){XY_STR("access-control-allow-origin"), origin};
    if (!any && cors->credentials)
        headers[len++] =
            (xy_http_header){XY_STR("access-control-allow-credentials"), XY_STR("true")};
    if (cors->exposed_headers)
        headers[len++] = (xy_http_header){XY_STR("access-control-expose-headers"),
                                          xy_str_from(cors->exposed_headers)};
    return len;
}

/* ---- preflights ---- */

/* The headers that the page may send; the null string when there is nothing to grant. */
static xy_str granted_headers(const xy_cors_config *cors, const xy_request *request)
{
    xy_str asked;

    if (cors->allowed_headers)
        return xy_str_from(cors->allowed_headers);
    asked = xy__request_header(request, XY_STR("access-control-request-headers"));
    if (asked.len > XY_CORS_REQUESTED_MAX || !xy__field_is_token_list(asked))
        return XY_STR_NULL;
    return asked;
}

static xy_str age_text(uint32_t seconds, char text[16])
{
    int len = snprintf(text, 16, "%u", seconds);

    return (xy_str){text, (size_t)len};
}

static size_t preflight_headers(const xy_cors_config *cors, const xy_request *request,
                                xy_str methods, char age[16], xy_http_header *headers)
{
    xy_str names = granted_headers(cors, request);
    size_t len = 0;

    headers[len++] = (xy_http_header){
        XY_STR("vary"), cors->allowed_headers ? XY_STR("Access-Control-Request-Method")
                                              : XY_STR("Access-Control-Request-Method, "
                                                       "Access-Control-Request-Headers")};
    if (!xy__cors_allows(cors, request))
        return len;
    headers[len++] = (xy_http_header){XY_STR("access-control-allow-methods"), methods};
    if (names.len)
        headers[len++] = (xy_http_header){XY_STR("access-control-allow-headers"), names};
    if (cors->max_age_s)
        headers[len++] =
            (xy_http_header){XY_STR("access-control-max-age"), age_text(cors->max_age_s, age)};
    return len;
}

void xy__cors_options(const xy_cors_config *cors, xy_exchange *exchange, xy_str methods)
{
    const xy_request *request = xy__exchange_request(exchange);
    xy_http_header headers[5] = {{XY_STR("allow"), methods}};
    size_t len = 1;
    char age[16];

    if (is_on(cors) && xy__request_header(request, XY_STR("origin")).len &&
        xy__request_header(request, XY_STR("access-control-request-method")).len)
        len += preflight_headers(cors, request, methods, age, headers + 1);
    xy__exchange_respond(exchange, 204, (xy_http_headers){headers, len}, XY_STR_NULL);
}
