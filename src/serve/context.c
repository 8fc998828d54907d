/* SPDX-License-Identifier: MIT */
#include "serve/context.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "serve/service.h"

static xy_str name_of(const xy_operation *operation)
{
    const xy_ast_operation *ast = xy__plans_ast(operation->plans);

    return ast->name ? ast->name->value : XY_STR_NULL;
}

static void record(const xy_context *context)
{
    const xy_kept_params *params = context->params;

    xy__service_record(context->service, &(xy_record){
                                             .operation = name_of(context->operation),
                                             .type = (xy_record_type)context->type,
                                             .request_id = xy__request_id_text(&context->id),
                                             .duration_ns = uv_hrtime() - context->started_ns,
                                             .results = context->results,
                                             .errors = context->errors,
                                             .timed_out = context->timed_out,
                                             .bytes = context->bytes,
                                             .variables = params ? params->params.variables : NULL,
                                         });
}

static void on_operation_destroy(void *arg)
{
    xy_context *context = arg;

    record(context);
    xy__kept_params_unref(context->params);
}

/* Variables point into the parameters; nothing else of an operation does. */
static xy_kept_params *keep(xy_kept_params *params)
{
    return params->params.variables ? xy__kept_params_ref(params) : NULL;
}

static void init(xy_context *context, xy_service *service, const xy_caller *caller,
                 xy_operation *operation)
{
    *context = (xy_context){
        .service = service,
        .operation = operation,
        .type = (uint8_t)xy__record_type_of(xy__operation_type(operation)),
        .id = caller->id,
        .started_ns = caller->started_ns,
    };
}

xy_context *xy__context_attach(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                               xy_operation *operation)
{
    xy_context *context = xy__arena_alloc(xy__operation_arena(operation), sizeof *context);

    init(context, service, caller, operation);
    context->params = keep(params);
    operation->identity = xy__identity_ref(caller->identity);
    operation->context = context;
    operation->on_destroy = on_operation_destroy;
    return context;
}

static void release_params(void *params)
{
    xy__kept_params_unref(params);
}

xy_context *xy__context_share(xy_service *service, const xy_caller *caller, xy_kept_params *params,
                              xy_operation *operation, xy_record_type type)
{
    xy_context *context = xy__malloc(sizeof *context);

    operation->kept = keep(params);
    operation->release = operation->kept ? release_params : NULL;
    operation = xy__operation_share(xy__operation_ref(operation));
    init(context, service, caller, operation);
    context->params = operation->kept;
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
    xy__operation_unref(context->operation);
    free(context);
}
