/* SPDX-License-Identifier: MIT */
#include "serve/context.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/share.h"
#include "serve/service.h"

static void record(const xy_context *context)
{
    const xy_operation *operation = context->operation;
    const xy_kept_params *params = operation->shared ? NULL : operation->kept;
    const xy_value *variables = params ? params->params.variables : NULL;
    xy_record over = {
        .operation = xy__operation_name(operation),
        .type = (xy_record_type)context->type,
        .request_id = xy__context_id(context),
        .duration_ns = uv_hrtime() - context->started_ns,
        .results = context->results,
        .errors = context->errors,
        .timed_out = context->timed_out,
        .bytes = context->bytes,
        .variables = operation->shared ? &operation->variables : variables,
    };

    xy__service_record(context->service, &over);
}

static void on_operation_destroy(void *arg)
{
    record(arg);
}

static void release_params(void *params)
{
    xy__kept_params_unref(params);
}

/* Variables point into the parameters; nothing else of an operation does. */
static void keep_params(xy_operation *operation, xy_kept_params *params)
{
    if (!params->params.variables)
        return;
    operation->kept = xy__kept_params_ref(params);
    operation->release = release_params;
}

static size_t size_of(const xy_caller *caller)
{
    return sizeof(xy_context) + caller->id.len;
}

static void init(xy_context *context, xy_service *service, const xy_caller *caller,
                 xy_operation *operation)
{
    *context = (xy_context){
        .service = service,
        .operation = operation,
        .type = (uint8_t)xy__record_type_of(xy__operation_type(operation)),
        .started_ns = caller->started_ns,
        .id_len = caller->id.len,
    };
    memcpy(context->id, caller->id.text, caller->id.len);
}

xy_context *xy__context_attach(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                               xy_operation *operation)
{
    xy_context *context = xy__arena_alloc(xy__operation_arena(operation), size_of(caller));

    init(context, service, caller, operation);
    keep_params(operation, params);
    operation->identity = xy__identity_ref(caller->identity);
    operation->context = context;
    operation->on_destroy = on_operation_destroy;
    return context;
}

xy_context *xy__context_share(xy_service *service, const xy_caller *caller, xy_operation *operation,
                              xy_record_type type)
{
    xy_context *context = xy__malloc(size_of(caller));

    init(context, service, caller, xy__operation_share(xy__operation_ref(operation)));
    context->type = (uint8_t)type;
    context->refs = 1;
    return context;
}

xy_context *xy__context_ref(xy_context *context)
{
    if (context->refs) {
        context->refs++;
    } else {
        xy__operation_ref(context->operation);
    }
    return context;
}

void xy__context_unref(xy_context *context)
{
    if (!context)
        return;
    if (!context->refs) {
        xy__operation_unref(context->operation);
        return;
    }
    if (--context->refs > 0)
        return;
    record(context);
    xy__lease_drop(context->lease);
    xy__operation_unref(context->operation);
    free(context);
}
