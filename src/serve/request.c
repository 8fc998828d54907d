/* SPDX-License-Identifier: MIT */
/* serve/request.c -- the checks of a request, in the order in which they are made:
 *
 *   method -> Accept -> Content-Type -> parameters -> document -> operation, variables
 *     405      406         415           400      200 or 400         400
 *
 * then 405 for a mutation by GET, 406 for a subscription without an event stream, and execution.
 * A document that asks for more than an operation may is 200. An event stream is 200 whatever
 * happens: an EventSource shows nothing of another status. */
#include "serve/request.h"

#include <stdlib.h>
#include <strings.h>

#include "base/fatal.h"
#include "execution/response.h"
#include "realtime/subscription.h"
#include "serve/answer.h"
#include "serve/params.h"

#define PARAMS_BYTES_MAX ((size_t)64 << 20)

#define ACCEPT_RESULT                                                                              \
    "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8, "          \
    "text/event-stream"

/* A request while it is checked, on the stack of its handler. */
typedef struct request {
    xy_service *service;
    xy_exchange *exchange;
    const xy_request *http;
    xy_accept accept;
    xy_media media; /* of a single result */
    xy_arena *arena;
    xy_params params;
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
    xy_params_error error;
    int rc;

    /* Copied: a run that resolves later, or a subscription, outlives the request's bytes. */
    if (is_get(req)) {
        rc = xy__params_read_query(req->arena, req->http->query, &req->params, &error);
    } else {
        rc = xy__params_read_body(req->arena, xy__arena_str(req->arena, req->http->body),
                                  &req->params, &error);
    }
    if (rc == XY_OK)
        return true;
    refuse_message(req, 400, error.message, error.no_query);
    return false;
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

/* Lets the request's memory live as long as its operation. */
static void on_operation_destroy(void *context)
{
    xy__arena_destroy(context);
}

static void run(request *req)
{
    xy_document *document;
    xy_operation *operation;
    int rc = xy__document_create(req->service->config->schema, req->params.query,
                                 &req->service->document_options, &document, &req->errors);

    if (rc < 0) {
        refuse(req, rc == XY_EREFUSED ? 200 : 400, true);
        return;
    }
    operation = xy__operation_create(&req->service->executor, document);
    xy__document_unref(document);
    if (xy__operation_prepare(operation, req->params.operation_name, req->params.variables) < 0) {
        req->errors = operation->errors;
        refuse(req, 400, false);
    } else {
        operation->context = req->arena;
        operation->on_destroy = on_operation_destroy;
        req->arena = NULL;
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
    req.arena = xy__arena_create(PARAMS_BYTES_MAX);
    xy__errors_init(&req.errors, req.arena);
    if (read_params(&req))
        run(&req);
    xy__arena_destroy(req.arena);
}
