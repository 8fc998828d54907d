/* SPDX-License-Identifier: MIT */
#include "xylem/server.h"

#define KIB (1024u)
#define MIB (1024u * KIB)

xy_server_config xy_server_config_default(void)
{
    return (xy_server_config){
        .host = "127.0.0.1",
        .port = 8911,
        .path = "/graphql",
        .workers = 1,
        .blocking_threads = 8,
        .development = true,
        .heartbeat_ms = 12000,
        .drain_ms = 10000,
        .overflow = XY_OVERFLOW_CLOSE,
        .introspection = XY_IN_DEVELOPMENT,
        .playground = XY_IN_DEVELOPMENT,
        .log_requests = XY_IN_DEVELOPMENT,
        .csrf_prevention = XY_CSRF_CROSS_SITE,
        .compression = true,
        .io_uring = true,
        .automatic_persisted_queries = true,
        .metrics_path = "/metrics",
        .limits =
            {
                .head_bytes_max = 16 * KIB,
                .head_count_max = 100,
                .body_bytes_max = 1 * MIB,
                .head_timeout_ms = 15000,
                .body_timeout_ms = 30000,
                .idle_timeout_ms = 72000,
                .write_timeout_ms = 60000,
                .connections_max = 16000,
                .tokens_max = 1000,
                .depth_max = 64,
                .operation_depth_max = 6,
                .operation_aliases_max = 15,
                .operation_directives_max = 50,
                .operation_cost_max = 5000,
                .operation_timeout_ms = 30000,
                .document_cache_bytes_max = 64 * MIB,
                .persisted_bytes_max = 16 * MIB,
                .blocking_queue_max = 10000,
                .operation_memory_max = 64 * MIB,
                .response_bytes_max = 16 * MIB,
                .subscription_events_max = 1024,
                .subscription_bytes_max = 1 * MIB,
                .live_keys_max = 10000,
                .live_throttle_max_ms = 3600000,
                .stream_bytes_max = 256 * KIB,
                .reservations_max = 16000,
                .reservation_wait_ms = 15000,
                .stream_operations_max = 256,
                .socket_send_bytes = 64 * KIB,
                .event_bytes_max = 1 * MIB,
                .mailbox_bytes_max = 64 * MIB,
                .subscribe_wait_ms = 5000,
                .redis_queue_bytes_max = 64 * MIB,
                .redis_queue_count_max = 100000,
                .durable_events_max = 10000,
                .durable_age_max_s = 86400,
                .durable_bytes_max = 64 * MIB,
            },
    };
}

xy_limits xy_limits_none(void)
{
    return (xy_limits){
        .head_bytes_max = UINT16_MAX,
        .head_count_max = 1000,
        .body_bytes_max = UINT32_MAX,
        .connections_max = UINT32_MAX,
        .tokens_max = UINT32_MAX,
        .depth_max = 500,
        .document_cache_bytes_max = 64 * MIB, /* of help to all, and in no client's way */
        .persisted_bytes_max = 64 * MIB,
        .batch_max = UINT32_MAX,
        .blocking_queue_max = UINT32_MAX,
        .operation_memory_max = UINT32_MAX,
        .response_bytes_max = UINT32_MAX,
        .subscription_events_max = UINT32_MAX,
        .subscription_bytes_max = UINT32_MAX,
        .live_keys_max = UINT32_MAX,
        .live_throttle_max_ms = UINT32_MAX,
        .stream_bytes_max = UINT32_MAX,
        .reservations_max = UINT32_MAX,
        .stream_operations_max = UINT32_MAX,
        .socket_send_bytes = 0,
        .event_bytes_max = UINT32_MAX,
        .mailbox_bytes_max = UINT32_MAX,
        .subscribe_wait_ms = 5000,
        .redis_queue_bytes_max = UINT32_MAX,
        .redis_queue_count_max = UINT32_MAX,
        .durable_events_max = 10000,
        .durable_age_max_s = 86400,
        .durable_bytes_max = UINT32_MAX,
    };
}
