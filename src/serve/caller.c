/* SPDX-License-Identifier: MIT */
#include "serve/caller.h"

#include "xylem/error.h"
#include "xylem/log.h"

#include "auth/incoming.h"

typedef struct http_incoming {
    xy_incoming incoming;
    const xy_request *http;
} http_incoming;

static xy_str header_of(const xy_incoming *request, xy_str name)
{
    return xy__request_header(((const http_incoming *)request)->http, name);
}

/* ---- the id ---- */

static bool is_id_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
           c == '_' || c == '.';
}

static bool is_id(xy_str text)
{
    if (text.len == 0 || text.len > XY_REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < text.len; i++)
        if (!is_id_char(text.ptr[i]))
            return false;
    return true;
}

/* splitmix64 of a counter: ids differ, and tell nothing of how many requests there were. */
static uint64_t next_number(xy_service *service)
{
    uint64_t z = service->request_seed += UINT64_C(0x9e3779b97f4a7c15);

    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void make_id(xy_request_id *id, uint64_t number)
{
    static const char digits[] = "0123456789abcdef";

    id->len = 16;
    for (int i = 15; i >= 0; i--, number >>= 4)
        id->text[i] = digits[number & 15];
}

static void choose_id(xy_request_id *id, xy_service *service, const xy_request *request)
{
    xy_str given = xy__request_header(request, XY_STR("x-request-id"));

    if (!is_id(given)) {
        make_id(id, next_number(service));
        return;
    }
    id->len = (uint8_t)given.len;
    memcpy(id->text, given.ptr, given.len);
}

/* ---- who ---- */

static int ask(const xy_service *service, const xy_incoming *incoming, xy_identity *identity)
{
    const xy_server_config *config = service->config;

    if (config->authenticate)
        return config->authenticate(service->app, incoming, identity);
    return xy_jwt_authenticate(config->jwt, service->app, incoming, identity);
}

static xy_identity *authenticate(const xy_caller *caller, xy_service *service,
                                 const xy_request *request)
{
    const http_incoming incoming = {{header_of}, request};
    xy_identity *identity = xy__identity_create();
    int rc = ask(service, &incoming.incoming, identity);

    if (rc < 0)
        xy_log(XY_LOG_WARN, "serve", "not authenticated: the request goes on as anonymous",
               XY_LOG_CSTR("reason", identity->reason ? identity->reason : xy_err_text(rc)),
               XY_LOG_STR("requestId", xy__request_id_text(&caller->id)));
    if (rc == XY_OK && identity->user.ptr)
        return identity;
    xy__identity_unref(identity);
    return NULL;
}

void xy__caller_init(xy_caller *caller, xy_service *service, const xy_request *request)
{
    caller->started_ns = uv_hrtime();
    caller->last_event_id = xy__request_header(request, XY_STR("last-event-id"));
    choose_id(&caller->id, service, request);
    caller->identity = service->config->authenticate || service->config->jwt
                           ? authenticate(caller, service, request)
                           : NULL;
}

void xy__caller_deinit(xy_caller *caller)
{
    xy__identity_unref(caller->identity);
    caller->identity = NULL;
}
