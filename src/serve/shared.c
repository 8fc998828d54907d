/* SPDX-License-Identifier: MIT */
#include "serve/shared.h"

#include <stdio.h>

#include "serve/cors.h"
#include "serve/document_rules.h"
#include "serve/streams.h"

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

static int init_persisted(xy_persisted *persisted, const xy_server_config *config)
{
    const char *path = config->trusted_documents;
    xy_document_options rules = xy__document_rules(config);
    xy_persisted_options options = {
        .only_trusted = config->trusted_documents_only,
        .bytes_max = config->automatic_persisted_queries ? config->limits.persisted_bytes_max : 0,
    };

    if (config->trusted_documents_only && !path) {
        fputs("only trusted documents are to be executed, but there is no file of them: "
              "trusted_documents, --trusted-documents FILE\n",
              stderr);
        return XY_EINVAL;
    }
    if (path && xy__trusted_load(path, config->schema, &rules, stderr, &options.trusted) < 0) {
        fprintf(stderr, "%s: not served: every trusted document must fit the schema\n", path);
        return XY_EINVAL;
    }
    xy__persisted_init(persisted, &options);
    return XY_OK;
}

static int init_secret(xy_shared *shared, const char *secret)
{
    const char *problem = secret ? xy__secret_problem(secret) : NULL;

    if (problem) {
        fprintf(stderr, "the secret (XYLEM_SECRET, config.secret) cannot be used: %s\n", problem);
        return XY_EINVAL;
    }
    shared->secret = xy__secret_of(secret);
    shared->streams = secret ? xy__streams_board_create() : NULL;
    return XY_OK;
}

int xy__shared_init(xy_shared *shared, const xy_server_config *config)
{
    char problem[XY_CORS_PROBLEM_MAX];

    *shared = (xy_shared){
        .documents = xy__document_cache_create(config->limits.document_cache_bytes_max),
        .reservations = create_reservations(&config->limits),
        .revocations = xy__revocations_create(),
    };
    if (!xy__cors_check(&config->cors, problem)) {
        fprintf(stderr, "%s\n", problem);
        return XY_EINVAL;
    }
    if (init_secret(shared, config->secret) < 0)
        return XY_EINVAL;
    shared->playground = xy__playground_create(config);
    return init_persisted(&shared->persisted, config);
}

void xy__shared_deinit(xy_shared *shared)
{
    xy__streams_board_destroy(shared->streams);
    xy__revocations_destroy(shared->revocations);
    xy__persisted_deinit(&shared->persisted);
    xy__playground_destroy(shared->playground);
    xy__document_cache_destroy(shared->documents);
    xy__reservations_destroy(shared->reservations);
    *shared = (xy_shared){0};
}
