/* SPDX-License-Identifier: MIT */
/* serve/request.c -- the checks of a request, in the order in which they are made:
 *
 *   method -> Accept -> Content-Type -> parameters -> document -> operation, variables
 *     405      406         415           400      200 or 400         400
 *
 * then 405 for a mutation by GET, 406 for a subscription without an event stream, and execution.
 * A document that asks for more than an operation may is 200. An event stream is 200 whatever
 * happens: an EventSource shows nothing of another status.
 *
 * What the cache knows skips work, never a check: parameters found by the raw body are those that
 * reading it would give, a document found by its text is one that is valid. */
#include "serve/request.h"

#include <stdlib.h>
#include <strings.h>

#include "base/fatal.h"
#include "base/map.h"
#include "execution/response.h"
#include "realtime/subscription.h"
#include "serve/answer.h"
#include "serve/document_cache.h"

#define ACCEPT_RESULT                                                                              \
    "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8, "          \
    "text/event-stream"

/* A request while it is checked, on the stack of its handler. */
typedef struct request {
    xy_service *service;
    xy_exchange *exchange;
    const xy_request *http;
    xy_accept accept;
    xy_media media;         /* of a single result */
    uint64_t params_hash;   /* of the text they are read from */
    xy_kept_params *params; /* a reference */
    bool params_found;      /* in the cache: no JSON was read */
    xy_document *document;  /* a reference */
    size_t document_bytes;  /* that the cache knows of; 0: it was not there */
    xy_arena arena;         /* of the errors */
    xy_errors errors;
} request;

static bool is_get(const request *req)
{
    return req->http->method == XY_HTTP_GET;
}

/* An error outside GraphQL's own media types: the status says it all, the body says it readably. */
static void refuse_http(xy_exchange *exchange, int status, xy_str header, xy_str value,
                        xy_str message)
{
    xy_buf body;
    xy_errors errors;
    xy_arena arena;
    const xy_http_header headers[] = {
        {XY_STR("content-type"), XY_STR("application/json; charset=utf-8")},
        {header, value},
    };

    xy__arena_init(&arena, SIZE_MAX);
    xy__errors_init(&errors, &arena);
    xy__errors_add(&errors, message);
    xy__buf_init(&body, SIZE_MAX);
    XY_BUF_LITERAL(&body, "{\"errors\":");
    xy__errors_write(&body, &errors);
    xy__buf_char(&body, '}');
    xy__exchange_respond(exchange, status, (xy_http_headers){headers, header.len ? 2 : 1},
                         xy__buf_view(&body));
    xy__buf_deinit(&body);
    xy__arena_deinit(&arena);
}

/* Answer with the errors gathered so far. A request that is well-formed JSON but no valid document
 * is 200 for application/json, which clients read only then (GraphQL over HTTP, 6.4.1). */
static void refuse(request *req, int status, bool is_document)
{
    xy_answer *answer = xy__answer_create(req->service, req->exchange, req->media);

    if (is_document && req->media == XY_MEDIA_JSON)
        status = 200;
    xy__answer_refuse(answer, status, xy__errors_response(&req->errors));
}

static void refuse_message(request *req, int status, xy_str message, bool is_document)
{
    xy__errors_add(&req->errors, message);
    refuse(req, status, is_document);
}

static bool is_json_body(xy_str content_type)
{
    static const char json[] = "application/json";
    size_t len = sizeof json - 1;

    if (content_type.len < len || strncasecmp(content_type.ptr, json, len) != 0)
        return false;
    return content_type.len == len || content_type.ptr[len] == ';' || content_type.ptr[len] == ' ';
}

static bool check_method(request *req)
{
    if (req->http->method == XY_HTTP_OPTIONS) {
        const xy_http_header allow = {XY_STR("allow"), XY_STR("GET, POST")};

        xy__exchange_respond(req->exchange, 204, (xy_http_headers){&allow, 1}, XY_STR_NULL);
        return false;
    }
    if (req->http->method != XY_HTTP_GET && req->http->method != XY_HTTP_POST) {
        refuse_http(req->exchange, 405, XY_STR("allow"), XY_STR("GET, POST"),
                    XY_STR("GraphQL only supports GET and POST requests."));
        return false;
    }
    return true;
}

static bool check_media(request *req)
{
    req->accept = xy__accept_parse(xy__request_header(req->http, XY_STR("accept")));
    req->media = xy__accept_result(&req->accept);
    if (req->media == XY_MEDIA_NONE) {
        refuse_http(req->exchange, 406, XY_STR("accept"), XY_STR(ACCEPT_RESULT),
                    XY_STR("Not acceptable: the Accept header names none of the types that "
                           "GraphQL results have here: " ACCEPT_RESULT "."));
        return false;
    }
    if (!is_get(req) && !is_json_body(xy__request_header(req->http, XY_STR("content-type")))) {
        refuse_http(req->exchange, 415, XY_STR("accept-post"), XY_STR("application/json"),
                    XY_STR("Unsupported media type: send the request as JSON, with Content-Type: "
                           "application/json."));
        return false;
    }
    return true;
}

static bool read_params(request *req)
{
    xy_params_origin origin = is_get(req) ? XY_PARAMS_QUERY_STRING : XY_PARAMS_BODY;
    xy_str text = is_get(req) ? req->http->query : req->http->body;
    xy_params_error error;

    req->params_hash = xy__hash(text);
    req->params =
        xy__document_cache_find_params(req->service->cache, req->params_hash, origin, text);
    req->params_found = req->params != NULL;
    if (req->params_found || xy__kept_params_read(origin, text, &req->params, &error) == XY_OK)
        return true;
    refuse_message(req, 400, error.message, error.no_query);
    return false;
}

/* Parse and validate, unless that is done already. */
static bool find_document(request *req)
{
    xy_service *service = req->service;
    xy_str text = req->params->params.query;
    uint64_t hash = req->params->query_hash;
    int rc;

    req->document = xy__document_cache_find(service->cache, hash, text);
    if (req->document) {
        req->document_bytes = xy__document_bytes(req->document);
        return true;
    }
    rc = xy__document_create(service->config->schema, text, &service->document_options,
                             &req->document, &req->errors);
    if (rc < 0)
        refuse(req, rc == XY_EREFUSED ? 200 : 400, true);
    return rc == XY_OK;
}

/* Let the next request find what this one has made: the document with its plans, and, now that it
 * is known to be worth it, the parameters. */
static void remember(request *req)
{
    xy_document_cache *cache = req->service->cache;

    if (xy__document_bytes(req->document) != req->document_bytes)
        xy__document_cache_offer(cache, req->params->query_hash, req->document);
    if (!req->params_found)
        xy__document_cache_offer_params(cache, req->params_hash, req->params);
}

static void subscribe(request *req, xy_operation *operation, xy_answer *answer)
{
    const xy_server_config *config = req->service->config;
    xy_subscription_options options = {
        .queue =
            {
                .events_max = config->limits.subscription_events_max,
                .bytes_max = config->limits.subscription_bytes_max,
                .overflow = config->overflow,
            },
        .event_bytes_max = config->limits.event_bytes_max,
    };

    xy__subscription_open(req->service->hub, operation, &answer->outlet, &options);
}

/* A subscription needs an event stream, and a server that will be there to feed it. */
static bool check_stream(request *req)
{
    req->media = xy__accept_stream(&req->accept);
    if (req->media == XY_MEDIA_NONE) {
        refuse_http(req->exchange, 406, XY_STR("accept"), XY_STR("text/event-stream"),
                    XY_STR("Not acceptable: a subscription is answered with a stream of results. "
                           "Send Accept: text/event-stream."));
        return false;
    }
    if (xy__exchange_draining(req->exchange)) {
        refuse_http(req->exchange, 503, XY_STR("retry-after"), XY_STR("1"),
                    XY_STR("The server is stopping. Try again."));
        return false;
    }
    return true;
}

static void execute(request *req, xy_operation *operation)
{
    xy_operation_type type = xy__operation_type(operation);
    xy_answer *answer;

    if (type == XY_OPERATION_MUTATION && is_get(req)) {
        if (req->media == XY_MEDIA_EVENT_STREAM) {
            refuse_message(req, 405,
                           XY_STR("Can only perform a mutation operation from a POST request."),
                           false);
        } else {
            refuse_http(req->exchange, 405, XY_STR("allow"), XY_STR("POST"),
                        XY_STR("Can only perform a mutation operation from a POST request."));
        }
        return;
    }
    if (type == XY_OPERATION_SUBSCRIPTION && !check_stream(req))
        return;
    answer = xy__answer_create(req->service, req->exchange, req->media);
    xy__answer_begin(answer, operation);
    if (type == XY_OPERATION_SUBSCRIPTION) {
        subscribe(req, operation, answer);
    } else {
        xy__execute_query_or_mutation(operation, NULL, &answer->outlet);
    }
}

static void on_operation_destroy(void *context)
{
    xy__kept_params_unref(context);
}

/* Variables point into the parameters; nothing else of an operation does. */
static void keep_params(request *req, xy_operation *operation)
{
    if (!req->params->params.variables)
        return;
    operation->context = xy__kept_params_ref(req->params);
    operation->on_destroy = on_operation_destroy;
}

static void run(request *req)
{
    const xy_params *params = &req->params->params;
    xy_operation *operation = xy__operation_create(&req->service->executor, req->document);

    if (xy__operation_prepare(operation, params->operation_name, params->variables) < 0) {
        req->errors = operation->errors;
        refuse(req, 400, false);
    } else {
        keep_params(req, operation);
        execute(req, operation);
    }
    xy__operation_unref(operation);
}

void xy__request_serve(xy_service *service, xy_exchange *exchange)
{
    request req = {
        .service = service,
        .exchange = exchange,
        .http = xy__exchange_request(exchange),
    };

    if (!check_method(&req) || !check_media(&req))
        return;
    xy__arena_init(&req.arena, SIZE_MAX);
    xy__errors_init(&req.errors, &req.arena);
    if (read_params(&req) && find_document(&req)) {
        run(&req);
        remember(&req);
    }
    xy__document_unref(req.document);
    xy__kept_params_unref(req.params);
    xy__arena_deinit(&req.arena);
}
