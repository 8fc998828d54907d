/* SPDX-License-Identifier: MIT */
#include "server/app.h"

#include <stdio.h>

#include "xylem/live.h"

#include "base/buf.h"
#include "execution/typed.h"
#include "json/read.h"
#include "json/write.h"
#include "realtime/store_redis.h"
#include "schema/types.h"

/* No key that xy_invalidate() takes is longer. */
#define KEY_BYTES_MAX ((size_t)4096)

/* The server has stopped: how long none of what waits for Redis need leave. */
#define STORE_CLOSE_MS 2000u

/* gives: *out; NULL, after a message, when the address of Redis makes no sense. */
static int create_store(const xy_server_config *config, xy_store **out)
{
    xy_durable_limits durable = {
        .events_max = config->limits.durable_events_max,
        .age_max_s = config->limits.durable_age_max_s,
        .bytes_max = config->limits.durable_bytes_max,
    };
    xy_store_redis_options options = {
        .url = config->redis_url,
        .live_channel = config->redis_live_channel,
        .sharded = config->redis_sharded,
        .queue_bytes_max = config->limits.redis_queue_bytes_max,
        .queue_count_max = config->limits.redis_queue_count_max,
        .close_ms = config->drain_ms < STORE_CLOSE_MS ? config->drain_ms : STORE_CLOSE_MS,
        .durable = durable,
    };
    char why[256];

    *out = NULL;
    if (!config->redis_url) {
        *out = xy__store_memory_create(&durable);
        return XY_OK;
    }
    if (xy__store_redis_create(&options, out, why, sizeof why) == XY_OK)
        return XY_OK;
    fprintf(stderr, "the address of Redis (REDIS_URL, config.redis_url) cannot be used: %s\n", why);
    return XY_EINVAL;
}

/* Those of the configuration and those of the SDL. */
static void add_durable_topics(xy_pubsub *ps, const xy_server_config *config)
{
    const xy_schema *schema = config->schema;

    for (const char *const *name = config->durable_topics; name && *name; name++)
        xy__pubsub_add_durable(ps, xy_str_from(*name));
    for (size_t i = 0; schema && i < schema->durable_topics.len; i++)
        xy__pubsub_add_durable(ps, xy_str_from(schema->durable_topics.items[i]));
}

int xy__app_init(xy_app *app, const xy_server_config *config)
{
    xy_pubsub_limits limits = {
        .event_bytes_max = config->limits.event_bytes_max,
        .mailbox_bytes_max = config->limits.mailbox_bytes_max,
        .subscribe_wait_ms = config->limits.subscribe_wait_ms,
    };
    xy_store *store;
    int found = create_store(config, &store);
    int rc;

    *app = (xy_app){
        .config = config,
        .pubsub = xy__pubsub_create(&limits, store),
        .live_options =
            {
                .indices = config->live_indices,
                .keys_max = config->limits.live_keys_max,
                .throttle_min_ms = config->limits.live_throttle_min_ms,
                .throttle_max_ms = config->limits.live_throttle_max_ms,
                .resend_equal = config->live_resend_equal,
                .tell_keys = config->development,
            },
    };
    add_durable_topics(app->pubsub, config);
    app->invalidations =
        xy__invalidations_create(config->limits.mailbox_bytes_max, xy__pubsub_gauges(app->pubsub),
                                 xy__pubsub_store(app->pubsub));
    app->pool = xy__pool_create(config->blocking_threads, config->limits.blocking_queue_max);
    xy__metrics_board_init(&app->metrics, app, xy_app_gauges);
    rc = xy__shared_init(&app->shared, config);
    xy__revocations_share(app->shared.revocations, app->pubsub);
    app->shared.metrics = &app->metrics;
    app->shared.pubsub = app->pubsub;
    app->shared.invalidations = app->invalidations;
    app->shared.pool = app->pool;
    return found < 0 ? found : rc;
}

/* Its thread tells nobody anything any more. */
static void close_store(xy_store *store)
{
    if (store->ops->close)
        store->ops->close(store);
}

void xy__app_deinit(xy_app *app)
{
    xy__shared_deinit(&app->shared);
    xy__metrics_board_deinit(&app->metrics);
    xy__pool_destroy(app->pool);
    close_store(xy__pubsub_store(app->pubsub));
    xy__invalidations_destroy(app->invalidations);
    xy__pubsub_destroy(app->pubsub);
    app->pubsub = NULL;
}

/* takes: payload. */
static int publish(xy_app *app, xy_str topic, xy_str id, xy_bytes *payload)
{
    char scratch[XY_TOPIC_BYTES_MAX];
    xy_str name = xy__topic_name(scratch, topic, id);
    int rc = name.ptr ? xy__pubsub_publish(app->pubsub, name, payload) : XY_ELIMIT;

    xy_bytes_unref(payload);
    return rc;
}

int xy_publish(xy_app *app, xy_str topic, xy_str id, const xy_value *payload)
{
    xy_buf buf;

    xy__buf_init(&buf, app->config->limits.event_bytes_max);
    xy__json_write_value(&buf, payload);
    if (buf.err) {
        xy__buf_deinit(&buf);
        return XY_ELIMIT;
    }
    return publish(app, topic, id, xy__buf_take(&buf));
}

int xy_publish_json(xy_app *app, xy_str topic, xy_str id, xy_str json)
{
    xy_arena arena;
    xy_value value;
    int rc;

    if (json.len > app->config->limits.event_bytes_max)
        return XY_ELIMIT;
    xy__arena_init(&arena, SIZE_MAX);
    rc = xy__json_read(&arena, json, 0, &value, NULL);
    xy__arena_deinit(&arena);
    return rc < 0 ? rc : publish(app, topic, id, xy_bytes_create(json));
}

int xy_typed_publish(xy_app *app, xy_str topic, xy_str id, const xy_slot *slot, const void *value)
{
    xy_buf buf;
    int rc;

    if (!app)
        return XY_EUNAVAILABLE;
    xy__buf_init(&buf, app->config->limits.event_bytes_max);
    rc = xy__typed_write(&buf, slot, value);
    if (rc == XY_OK)
        return publish(app, topic, id, xy__buf_take(&buf));
    xy__buf_deinit(&buf);
    return rc;
}

int xy_invalidate(xy_app *app, xy_str key)
{
    return xy__invalidate(app->invalidations, &key, 1);
}

int xy_invalidate_keys(xy_app *app, const xy_str *keys, size_t count)
{
    return xy__invalidate(app->invalidations, keys, count);
}

int xy_typed_invalidate(xy_app *app, const char *type, xy_str id)
{
    char key[KEY_BYTES_MAX];
    size_t len;

    if (!app)
        return XY_EUNAVAILABLE;
    if (!id.ptr)
        return xy_invalidate(app, xy_str_from(type));
    if (app->config->live_key) {
        len = app->config->live_key(xy_str_from(type), id, key, sizeof key);
    } else {
        len = (size_t)snprintf(key, sizeof key, "%s:%.*s", type, XY_PRI(id));
    }
    return len < sizeof key ? xy_invalidate(app, (xy_str){key, len}) : XY_ELIMIT;
}

void xy_invalidate_all(xy_app *app)
{
    xy__invalidate_all(app->invalidations);
}

void xy_revoke_user(xy_app *app, xy_str user_id)
{
    xy__revocations_tell(app->shared.revocations, user_id);
}

void *xy_app_data(const xy_app *app)
{
    return app->config->user_data;
}
