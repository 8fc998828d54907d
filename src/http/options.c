/* SPDX-License-Identifier: MIT */
#include "http/options.h"

#define KIB    ((size_t)1024)
#define SECOND ((uint64_t)1000)

void xy__http_options_init(xy_http_options *options)
{
    *options = (xy_http_options){
        .head_max = 16 * KIB,
        .headers_max = 100,
        .body_max = 1024 * KIB,
        .pipeline_max = 32,
        .read_ahead_max = 64 * KIB,
        .head_timeout_ms = 15 * SECOND,
        .body_timeout_ms = 30 * SECOND,
        .idle_timeout_ms = 72 * SECOND,
        .write_timeout_ms = 30 * SECOND,
        .linger_timeout_ms = 2 * SECOND,
        .stream_high = 64 * KIB,
        .stream_budget = 1024 * KIB,
        .stream_sndbuf = 32 * KIB,
        .connections_max = 16384,
        .linger_max = 8 * 1024 * KIB,
        .keepalive_s = 60,
        .io_uring = true,
    };
}
