/* SPDX-License-Identifier: MIT */
#include "serve/context.h"

#include "serve/service.h"

static void on_operation_destroy(void *arg)
{
    xy_context *context = arg;
    const xy_operation *operation = context->operation;

    xy__service_record(context->service,
                       &(xy_record){
                           .operation = xy__operation_name(operation),
                           .type = xy__record_type_of(xy__operation_type(operation)),
                           .request_id = xy__request_id_text(&context->id),
                           .duration_ns = uv_hrtime() - context->started_ns,
                           .results = context->results,
                           .errors = context->errors,
                           .timed_out = context->timed_out,
                           .bytes = context->bytes,
                           .variables = context->params ? context->params->params.variables : NULL,
                       });
    xy__kept_params_unref(context->params);
}

void xy__context_attach(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                        xy_operation *operation)
{
    xy_context *context = xy__arena_alloc(xy__operation_arena(operation), sizeof *context);
    /* Variables point into the parameters; nothing else of an operation does. */
    bool keep = params->params.variables != NULL;

    *context = (xy_context){
        .service = service,
        .operation = operation,
        .params = keep ? xy__kept_params_ref(params) : NULL,
        .id = caller->id,
        .started_ns = caller->started_ns,
    };
    operation->identity = xy__identity_ref(caller->identity);
    operation->context = context;
    operation->on_destroy = on_operation_destroy;
}

void xy__context_note(const xy_operation *operation, size_t bytes, unsigned flags)
{
    xy_context *context = operation->context;

    context->results++;
    context->bytes += bytes;
    context->errors += (flags & XY_PUT_ERRORS) != 0;
    context->timed_out |= (flags & XY_PUT_TIMEOUT) != 0;
}
