/* SPDX-License-Identifier: MIT */
#include "http/options.h"

void xy__http_options_init(xy_http_options *options)
{
    *options = (xy_http_options){
        .head_max = 16 * 1024,
        .headers_max = 100,
        .body_max = 1024 * 1024,
        .pipeline_max = 32,
        .read_ahead_max = 64 * 1024,
        .head_timeout_ms = 15 * 1000,
        .body_timeout_ms = 30 * 1000,
        .idle_timeout_ms = 72 * 1000,
        .write_timeout_ms = 30 * 1000,
        .linger_timeout_ms = 2 * 1000,
        .stream_high = 64 * 1024,
        .stream_budget = 1024 * 1024,
        .stream_sndbuf = 32 * 1024,
        .connections_max = 16384,
        .linger_max = 256 * 1024,
        .keepalive_s = 60,
    };
}
