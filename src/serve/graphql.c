/* SPDX-License-Identifier: MIT */
/* serve/graphql.c -- the steps of a GraphQL request, each of which may be the last.
 *
 * What the cache knows skips work, never a check: parameters found by the raw text are those that
 * reading it would give, a document found by its text is one that is valid; and so would be one of
 * this text where another of its shape is found and the literals fit (execution/lift.h). */
#include "serve/graphql.h"

#include "base/map.h"
#include "execution/response.h"
#include "execution/share.h"
#include "realtime/live.h"
#include "realtime/subscription.h"
#include "serve/context.h"
#include "serve/document_cache.h"

#define MUTATION_BY_GET "Can only perform a mutation operation from a POST request."

/* A request on its way, on the stack of its handler. */
typedef struct request {
    xy_service *service;
    const xy_caller *caller;
    xy_reply *reply;        /* NULL once it knows the outcome */
    xy_kept_params *params; /* a reference */
    bool params_known;      /* to the cache */
    uint64_t params_hash;   /* of the text they are read from */
    xy_chosen chosen;
    xy_document *document; /* a reference */
    size_t document_bytes; /* that the cache knows of; 0: it was not there */
    bool has_shape;        /* of a text that is not in the cache */
    bool is_lifted;        /* the document is that of another text of the shape */
    xy_shape shape;
    xy_lifted lifted;
    xy_arena arena; /* of the errors */
    xy_errors errors;
} request;

static void open_request(request *req, xy_service *service, const xy_caller *caller,
                         xy_reply *reply)
{
    *req = (request){.service = service, .caller = caller, .reply = reply};
    xy__arena_init(&req->arena, SIZE_MAX);
    xy__errors_init(&req->errors, &req->arena);
}

static void close_request(request *req)
{
    xy__document_unref(req->document);
    xy__chosen_deinit(&req->chosen);
    xy__kept_params_unref(req->params);
    xy__arena_deinit(&req->arena);
}

static void refuse(request *req, xy_refused why, const xy_errors *errors)
{
    xy_reply *reply = req->reply;

    req->reply = NULL;
    xy__service_record(
        req->service,
        &(xy_record){
            .operation = req->params ? req->params->params.operation_name : XY_STR_NULL,
            .request_id = xy__request_id_text(&req->caller->id),
            .duration_ns = uv_hrtime() - req->caller->started_ns,
            .refused = true,
            .why = why,
            .variables = req->params ? req->params->params.variables : NULL,
        });
    reply->ops->refuse(reply, why, xy__errors_response(errors));
}

static void refuse_message(request *req, xy_refused why, xy_str message)
{
    xy__errors_add(&req->errors, message);
    refuse(req, why, &req->errors);
}

static bool read_params(request *req, xy_params_origin origin, xy_str text)
{
    xy_params_error error;

    req->params_hash = xy__hash(text);
    req->params = xy__document_cache_find_params(req->service->shared->documents, req->params_hash,
                                                 origin, text);
    req->params_known = req->params != NULL;
    if (req->params_known || xy__kept_params_read(origin, text, &req->params, &error) == XY_OK)
        return true;
    refuse_message(req, error.no_query ? XY_REFUSED_NO_QUERY : XY_REFUSED_PARAMS, error.message);
    return false;
}

/* The text that the request holds, unless it means another, or may not say what it likes. */
static bool choose_document(request *req)
{
    const xy_persisted *persisted = &req->service->shared->persisted;
    xy_unchosen why;

    if (XY_LIKELY(!xy__persisted_concerns(persisted, req->params))) {
        req->chosen.text = req->params->params.query;
        req->chosen.hash = req->params->query_hash;
        return true;
    }
    if (xy__persisted_choose(persisted, req->params, &req->chosen, &why) == XY_OK)
        return true;
    xy__errors_add(&req->errors, why.message)->code = why.code;
    refuse(req, why.why, &req->errors);
    return false;
}

/* A document of a text that differs from this one in literals only. */
static bool find_by_shape(request *req)
{
    xy_document_cache *cache = req->service->shared->documents;
    xy_document *document;

    if (!cache)
        return false;
    req->has_shape = xy__shape_read(&req->arena, req->chosen.text, &req->shape);
    document = req->has_shape ? xy__document_cache_find_shape(cache, &req->shape) : NULL;
    if (!document)
        return false;
    req->is_lifted =
        xy__lifted_read(&req->arena, document, req->chosen.text, &req->shape, &req->lifted);
    if (req->is_lifted) {
        req->document = document;
        req->document_bytes = xy__document_bytes(document);
    } else {
        xy__document_unref(document);
    }
    return req->is_lifted;
}

/* Parse and validate, unless that is done already. */
static bool find_document(request *req)
{
    xy_service *service = req->service;
    xy_str text = req->chosen.text;
    uint64_t hash = req->chosen.hash;
    int rc;

    if (req->chosen.document) {
        req->document = xy__document_ref(req->chosen.document);
        return true;
    }
    req->document = xy__shared_document(&service->executor, text);
    if (!req->document)
        req->document = xy__document_cache_find(service->shared->documents, hash, text);
    if (req->document) {
        req->document_bytes = xy__document_bytes(req->document);
        return true;
    }
    if (find_by_shape(req))
        return true;
    xy__document_cache_missed(service->shared->documents, hash);
    rc = xy__document_create(service->config->schema, text, &service->document_options,
                             &req->document, &req->errors);
    if (rc < 0)
        refuse(req, rc == XY_EREFUSED ? XY_REFUSED_LIMIT : XY_REFUSED_DOCUMENT, &req->errors);
    else if (req->has_shape)
        xy__document_note_shape(req->document, &req->shape);
    return rc == XY_OK;
}

static void offer_document(request *req)
{
    xy_document_cache *cache = req->service->shared->documents;

    if (req->is_lifted) {
        xy__document_cache_offer_shape(cache, &req->shape, req->document);
        return;
    }
    /* The shape first: once the document can be found by its text it may not be changed. */
    if (req->has_shape && xy__document_cache_wants_shape(cache, &req->shape)) {
        xy__document_make_liftable(req->document, &req->shape);
        xy__document_cache_offer_shape(cache, &req->shape, req->document);
    }
    xy__document_cache_offer(cache, req->chosen.hash, req->document);
}

/* Let the next request find what this one has made: the document with its plans, and, now that it
 * is known to be worth it, the parameters. */
static void remember(request *req)
{
    xy_document_cache *cache = req->service->shared->documents;

    if (!req->chosen.document && xy__document_bytes(req->document) != req->document_bytes)
        offer_document(req);
    if (!req->params_known)
        xy__document_cache_offer_params(cache, req->params_hash, req->params);
}

/* Where the results go; NULL when the reply has said that it cannot carry them. */
static xy_outlet *begin(request *req, xy_context *context, xy_expectation expected)
{
    xy_reply *reply = req->reply;

    req->reply = NULL;
    return reply->ops->begin(reply, context, expected);
}

static void execute_once(request *req, xy_operation *operation)
{
    xy_context *context = xy__context_attach(req->service, req->caller, req->params, operation);
    xy_outlet *outlet = begin(req, context, XY_EXPECT_RESULT);

    if (outlet)
        xy__execute_query_or_mutation(operation, NULL, outlet);
}

static void execute_in_parts(request *req, xy_operation *operation)
{
    xy_context *context = xy__context_attach(req->service, req->caller, req->params, operation);
    xy_form_kind form = req->reply->form;
    xy_outlet *outlet = begin(req, context, XY_EXPECT_INCREMENTS);

    if (outlet)
        xy__execute_incrementally(operation, NULL, outlet, xy__form_create(form));
}

/* The same for a stream that lasts as long as its client's identity at most. */
static xy_outlet *begin_stream(request *req, xy_context *context, xy_expectation expected)
{
    xy_outlet *outlet = begin(req, context, expected);

    if (outlet)
        context->lease = xy__lease_take(&req->service->leases, req->caller->identity, outlet);
    return outlet;
}

/* Where the client was: a header, as EventSource sends it, or `extensions.lastEventId` of a POST,
 * for those who cannot set one. What is no text is no event's id. */
static xy_str last_event_id(const request *req)
{
    const xy_params *params = &req->params->params;
    const xy_value *value = NULL;

    if (req->caller->last_event_id.len)
        return req->caller->last_event_id;
    if (req->params->origin == XY_PARAMS_BODY && params->extensions)
        value = xy_value_get(params->extensions, XY_STR("lastEventId"));
    if (!value || value->kind == XY_VALUE_NULL)
        return XY_STR_NULL;
    return value->kind == XY_VALUE_STRING ? xy_value_text(value) : XY_STR("?");
}

static void subscribe(request *req, xy_operation *operation)
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
        .last_event_id = last_event_id(req),
    };
    xy_context *context =
        xy__context_share(req->service, req->caller, operation, XY_RECORD_SUBSCRIPTION);
    xy_outlet *outlet = begin_stream(req, context, XY_EXPECT_SUBSCRIPTION);

    if (outlet)
        xy__subscription_open(req->service->hub, context->operation, req->caller->identity, outlet,
                              &options);
    xy__context_unref(context);
}

static void watch(request *req, xy_operation *operation, const xy_live_request *live)
{
    xy_context *context = xy__context_share(req->service, req->caller, operation, XY_RECORD_LIVE);
    xy_outlet *outlet = begin_stream(req, context, XY_EXPECT_LIVE);

    if (outlet)
        xy__live_open(req->service->live, context->operation, req->caller->identity, outlet,
                      live->throttle_ms);
    xy__context_unref(context);
}

static void execute(request *req, xy_operation *operation)
{
    xy_operation_type type = xy__operation_type(operation);
    xy_live_request live = {0};

    if (type == XY_OPERATION_MUTATION && req->params->origin == XY_PARAMS_QUERY_STRING) {
        refuse_message(req, XY_REFUSED_MUTATION, XY_STR(MUTATION_BY_GET));
    } else if (type == XY_OPERATION_QUERY && xy__live_request(operation, &live) < 0) {
        refuse(req, XY_REFUSED_OPERATION, &operation->errors);
    } else if (live.live) {
        watch(req, operation, &live);
    } else if (type == XY_OPERATION_SUBSCRIPTION) {
        subscribe(req, operation);
    } else if (xy__operation_is_incremental(operation)) {
        execute_in_parts(req, operation);
    } else {
        execute_once(req, operation);
    }
}

static void run(request *req)
{
    const xy_params *params = &req->params->params;
    xy_operation *operation = xy__operation_create(&req->service->executor, req->document);

    if (req->is_lifted)
        xy__operation_lift(operation, &req->lifted);
    xy__operation_deliver(operation, xy__form_delivery(req->reply->form));
    if (xy__operation_prepare(operation, params->operation_name, params->variables) < 0) {
        refuse(req, XY_REFUSED_OPERATION, &operation->errors);
    } else {
        execute(req, operation);
    }
    xy__operation_unref(operation);
}

static void serve_params(request *req)
{
    if (!choose_document(req) || !find_document(req))
        return;
    xy__persisted_register(&req->service->shared->persisted, &req->chosen);
    run(req);
    remember(req);
}

void xy__graphql_serve_text(xy_service *service, const xy_caller *caller, xy_params_origin origin,
                            xy_str text, xy_reply *reply)
{
    request req;

    open_request(&req, service, caller, reply);
    if (read_params(&req, origin, text))
        serve_params(&req);
    close_request(&req);
}

void xy__graphql_serve(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                       xy_reply *reply)
{
    request req;

    open_request(&req, service, caller, reply);
    req.params = xy__kept_params_ref(params);
    req.params_known = true;
    serve_params(&req);
    close_request(&req);
}
