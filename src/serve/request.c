/* SPDX-License-Identifier: MIT */
/* serve/request.c -- what HTTP decides before GraphQL is asked:
 *
 *   method -> CSRF -> Accept -> Content-Type -> (batch) -> serve/graphql.h
 *     405      403     406         415
 *
 * An event stream is 200 whatever happens afterwards: an EventSource shows nothing of another
 * status. */
#include "serve/request.h"

#include <strings.h>

#include "http/response.h"
#include "serve/answer.h"
#include "serve/batch.h"
#include "serve/csrf.h"
#include "serve/graphql.h"
#include "serve/http_error.h"

#define RESULT_TYPES                                                                               \
    "text/event-stream; charset=utf-8, multipart/mixed; charset=utf-8, "                           \
    "application/graphql-response+json; charset=utf-8, application/json"

static bool is_json(xy_str content_type)
{
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;

    if (content_type.len < len || strncasecmp(content_type.ptr, json, len) != 0)
        return false;
    return content_type.len == len || content_type.ptr[len] == ';' || content_type.ptr[len] == ' ';
}

static bool check_method(xy_exchange *exchange, const xy_request *http)
{
    if (http->method == XY_HTTP_GET || http->method == XY_HTTP_POST)
        return true;
    xy__respond_method(exchange, XY_STR("GET, POST"),
                       XY_STR("GraphQL only supports GET and POST requests."));
    return false;
}

static bool check_site(const xy_service *service, xy_exchange *exchange, const xy_request *http)
{
    xy_str why = XY_STR_NULL;

    if (xy__csrf_allows(service->config, http, &why))
        return true;
    xy__exchange_respond_error(exchange, 403, why);
    return false;
}

static bool check_body(xy_exchange *exchange, const xy_request *http)
{
    if (http->method == XY_HTTP_GET || is_json(xy__request_header(http, XY_STR("content-type"))))
        return true;
    xy__respond_not_json(exchange);
    return false;
}

/* What the request asks for, as one GraphQL request. */
static void answer_one(xy_service *service, const xy_request *http, const xy_caller *caller,
                       xy_answer *answer)
{
    bool is_get = http->method == XY_HTTP_GET;

    if (!is_get && xy__is_batch(http->body)) {
        answer->reply.ops->refuse(&answer->reply, XY_REFUSED_PARAMS,
                                  xy__response_error_body(XY_STR("Batching is not supported.")));
        return;
    }
    xy__graphql_serve_text(service, caller, is_get ? XY_PARAMS_QUERY_STRING : XY_PARAMS_BODY,
                           is_get ? http->query : http->body, &answer->reply);
}

static void serve_media(xy_service *service, xy_exchange *exchange, const xy_accept *accept,
                        xy_media media)
{
    const xy_request *http = xy__exchange_request(exchange);
    xy_caller caller;

    xy__caller_init(&caller, service, http);
    if (http->method == XY_HTTP_POST && service->config->limits.batch_max &&
        xy__is_batch(http->body)) {
        xy__batch_serve(service, exchange, &caller, media);
    } else {
        answer_one(service, http, &caller,
                   xy__answer_create(service, exchange, accept, media, &caller));
    }
    xy__caller_deinit(&caller);
}

void xy__request_serve(xy_service *service, xy_exchange *exchange)
{
    const xy_request *http = xy__exchange_request(exchange);
    xy_accept accept;
    xy_media media;

    if (xy__playground_wants(service->shared->playground, http)) {
        xy__playground_serve(service->shared->playground, exchange);
        return;
    }
    if (!check_method(exchange, http) || !check_site(service, exchange, http))
        return;
    accept = xy__accept_parse(xy__request_header(http, XY_STR("accept")));
    media = xy__accept_result(&accept);
    if (media == XY_MEDIA_NONE) {
        xy__respond_not_acceptable(
            exchange, XY_STR(RESULT_TYPES),
            XY_STR("Not acceptable: the Accept header names none of the types that GraphQL "
                   "results have here: " RESULT_TYPES "."));
        return;
    }
    if (check_body(exchange, http))
        serve_media(service, exchange, &accept, media);
}
