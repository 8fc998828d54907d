/* SPDX-License-Identifier: MIT */
#include "serve/shared.h"

#include <stdio.h>

#include "serve/cors.h"

/* Of what may wait for a slow stream, its sink holds a quarter and its reservation the rest. */
static xy_reservations *create_reservations(const xy_limits *limits)
{
    uint32_t bytes_max = limits->stream_bytes_max;

    return xy__reservations_create(&(xy_reservations_limits){
        .count_max = limits->reservations_max,
        .wait_ms = limits->reservation_wait_ms,
        .queue_high = bytes_max ? bytes_max - bytes_max / 4 : SIZE_MAX,
        .seats_max = limits->stream_operations_max,
    });
}

int xy__shared_init(xy_shared *shared, const xy_server_config *config)
{
    char problem[XY_CORS_PROBLEM_MAX];

    *shared = (xy_shared){
        .documents = xy__document_cache_create(config->limits.document_cache_bytes_max),
        .reservations = create_reservations(&config->limits),
    };
    if (!xy__cors_check(&config->cors, problem)) {
        fprintf(stderr, "%s\n", problem);
        return XY_EINVAL;
    }
    return XY_OK;
}

void xy__shared_deinit(xy_shared *shared)
{
    xy__document_cache_destroy(shared->documents);
    xy__reservations_destroy(shared->reservations);
    *shared = (xy_shared){0};
}
