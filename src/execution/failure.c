/* SPDX-License-Identifier: MIT */
/* execution/failure.c -- an error that belongs to an operation as a whole. */
#include "execution/exec.h"
#include "execution/field_error.h"
#include "execution/response.h"

/* One message, one place. */
#define FAILURE_BYTES_MAX ((size_t)64 << 10)

xy_bytes *xy__operation_failure(xy_operation *operation, const char *code, xy_str message)
{
    const xy_ast_operation *ast = xy__plans_ast(operation->plans);
    xy_arena arena;
    xy_errors errors;
    xy_error *error;
    xy_bytes *response;

    xy__arena_init(&arena, FAILURE_BYTES_MAX);
    xy__errors_init(&errors, &arena);
    errors.shifts = xy__lifted_shifts(operation->lifted);
    error = xy__errors_add(&errors, message);
    xy__error_locate(&errors, error,
                     xy__source_location(&operation->document->source, ast->node.start));
    error->code = code;
    if (!code)
        xy__error_unexpected(operation, error);
    response = xy__errors_response(&errors);
    xy__arena_deinit(&arena);
    return response;
}
