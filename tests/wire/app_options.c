/* SPDX-License-Identifier: MIT */
#include "app_options.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LIST_MAX       16u
#define LIST_BYTES_MAX 2048u

typedef struct number_flag {
    const char *name;
    uint64_t *number;
} number_flag;

static bool read_number(const number_flag *flag, const char *text)
{
    char *end;

    errno = 0;
    *flag->number = text ? strtoul(text, &end, 10) : 0;
    if (text && *text >= '0' && *text <= '9' && !*end && !errno && *flag->number <= UINT32_MAX)
        return true;
    fprintf(stderr, "%s needs a number up to %u\n", flag->name, UINT32_MAX);
    return false;
}

static const number_flag *find_flag(const number_flag *flags, const char *word)
{
    for (; flags->name; flags++)
        if (strcmp(word, flags->name) == 0)
            return flags;
    return NULL;
}

bool app_arguments(app *application, xy_server_config *config, int *argc, char **argv)
{
    uint64_t heartbeat_ms = config->heartbeat_ms;
    uint64_t timeout_ms = config->limits.operation_timeout_ms;
    uint64_t head_timeout_ms = config->limits.head_timeout_ms;
    uint64_t body_timeout_ms = config->limits.body_timeout_ms;
    uint64_t batch_max = config->limits.batch_max;
    uint64_t persisted_bytes = config->limits.persisted_bytes_max;
    uint64_t response_bytes = config->limits.response_bytes_max;
    uint64_t reservations_max = config->limits.reservations_max;
    uint64_t reservation_wait_ms = config->limits.reservation_wait_ms;
    uint64_t stream_operations_max = config->limits.stream_operations_max;
    uint64_t event_bytes = config->limits.event_bytes_max;
    uint64_t mailbox_bytes = config->limits.mailbox_bytes_max;
    uint64_t durable_events = config->limits.durable_events_max;
    uint64_t blocking_threads = config->blocking_threads;
    uint64_t blocking_queue = config->limits.blocking_queue_max;
    uint64_t subscribe_wait_ms = config->limits.subscribe_wait_ms;
    uint64_t redis_queue = config->limits.redis_queue_count_max;
    const number_flag flags[] = {
        {"--letter-ms", &application->letter_ms},
        {"--tick-ms", &application->tick_ms},
        {"--probe-ms", &application->probe_ms},
        {"--heartbeat-ms", &heartbeat_ms},
        {"--timeout-ms", &timeout_ms},
        {"--head-timeout-ms", &head_timeout_ms},
        {"--body-timeout-ms", &body_timeout_ms},
        {"--batch-max", &batch_max},
        {"--persisted-bytes", &persisted_bytes},
        {"--response-bytes", &response_bytes},
        {"--reservations-max", &reservations_max},
        {"--reservation-wait-ms", &reservation_wait_ms},
        {"--stream-operations-max", &stream_operations_max},
        {"--event-bytes", &event_bytes},
        {"--mailbox-bytes", &mailbox_bytes},
        {"--durable-events", &durable_events},
        {"--blocking-threads", &blocking_threads},
        {"--blocking-queue", &blocking_queue},
        {"--subscribe-wait-ms", &subscribe_wait_ms},
        {"--redis-queue", &redis_queue},
        {NULL, NULL},
    };
    int kept = 1;

    for (int i = 1; i < *argc; i++) {
        const number_flag *flag = find_flag(flags, argv[i]);

        if (strcmp(argv[i], "--development") == 0) {
            config->development = true;
        } else if (strcmp(argv[i], "--gates") == 0) {
            application->has_gates = true;
        } else if (strcmp(argv[i], "--guards") == 0) {
            application->has_guards = true;
        } else if (strcmp(argv[i], "--no-defer-stream") == 0) {
            application->no_defer_stream = true;
        } else if (strcmp(argv[i], "--drop-oldest") == 0) {
            config->overflow = XY_OVERFLOW_DROP_OLDEST;
        } else if (!flag) {
            argv[kept++] = argv[i];
        } else if (!read_number(flag, ++i < *argc ? argv[i] : NULL)) {
            return false;
        }
    }
    *argc = kept;
    config->heartbeat_ms = (uint32_t)heartbeat_ms;
    config->limits.operation_timeout_ms = (uint32_t)timeout_ms;
    config->limits.head_timeout_ms = (uint32_t)head_timeout_ms;
    config->limits.body_timeout_ms = (uint32_t)body_timeout_ms;
    config->limits.batch_max = (uint32_t)batch_max;
    config->limits.persisted_bytes_max = (uint32_t)persisted_bytes;
    config->limits.response_bytes_max = (uint32_t)response_bytes;
    config->limits.reservations_max = (uint32_t)reservations_max;
    config->limits.reservation_wait_ms = (uint32_t)reservation_wait_ms;
    config->limits.stream_operations_max = (uint32_t)stream_operations_max;
    config->limits.event_bytes_max = (uint32_t)event_bytes;
    config->limits.mailbox_bytes_max = (uint32_t)mailbox_bytes;
    config->limits.durable_events_max = (uint32_t)durable_events;
    config->blocking_threads = (uint32_t)blocking_threads;
    config->limits.blocking_queue_max = (uint32_t)blocking_queue;
    config->limits.subscribe_wait_ms = (uint32_t)subscribe_wait_ms;
    config->limits.redis_queue_count_max = (uint32_t)redis_queue;
    return true;
}

/* What stands in the environment, up to NULL. */
typedef struct word_list {
    char text[LIST_BYTES_MAX];
    const char *words[LIST_MAX + 1];
} word_list;

static bool read_list(word_list *list, const char *variable)
{
    const char *value = getenv(variable);
    char *rest = list->text;
    char *word;
    size_t count = 0;

    if (!value)
        return false;
    snprintf(list->text, sizeof list->text, "%s", value);
    while (count < LIST_MAX && (word = strtok_r(rest, ", ", &rest)))
        list->words[count++] = word;
    return true;
}

void app_environment(xy_server_config *config)
{
    static word_list origins;
    static word_list topics;

    if (read_list(&origins, "CORS_ORIGIN")) {
        config->cors.origins = origins.words;
        config->cors.credentials = true;
    }
    if (read_list(&topics, "DURABLE_TOPICS"))
        config->durable_topics = topics.words;
    config->redis_sharded = getenv("REDIS_SHARDED") != NULL;
}
