/* SPDX-License-Identifier: MIT */
#include "serve/shared.h"

int xy__shared_init(xy_shared *shared, const xy_server_config *config)
{
    *shared = (xy_shared){
        .documents = xy__document_cache_create(config->limits.document_cache_bytes_max),
    };
    return XY_OK;
}

void xy__shared_deinit(xy_shared *shared)
{
    xy__document_cache_destroy(shared->documents);
    *shared = (xy_shared){0};
}
