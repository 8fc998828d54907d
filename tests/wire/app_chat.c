/* SPDX-License-Identifier: MIT */
/* Chat and the subscriptions that fail on purpose. */
#include "../../examples/realtime/services/rooms.h"
#include "app.h"

typedef struct ticker {
    int64_t next;
    int64_t step;
} ticker;

static int Mutation_publish(xy_call *call)
{
    const xy_value *id = xy_arg(call, "id");
    const xy_value *payload = xy_arg(call, "payload");
    xy_value null = XY_NULL;
    int rc = xy_publish(xy_call_app(call), xy_arg_str(call, "topic"),
                        id ? xy_value_text(id) : XY_STR_NULL, payload ? payload : &null);

    return rc < 0 ? xy_fail(call, "The event could not be published.") : xy_put_bool(call, true);
}

static int Mutation_invalidate(xy_call *call)
{
    const xy_value *keys = xy_arg(call, "keys");
    xy_str *texts = xy_alloc(call, (keys->len ? keys->len : 1) * sizeof *texts);

    for (uint32_t i = 0; i < keys->len; i++)
        texts[i] = xy_value_text(&keys->items[i]);
    if (xy_invalidate_keys(xy_call_app(call), texts, keys->len) < 0)
        return xy_fail_code(call, "BAD_USER_INPUT", "A key is too long.");
    return xy_put_int(call, keys->len);
}

static int Subscription_newMessage(xy_call *call, xy_source_stream *stream)
{
    app_stats *stats = &app_of(call)->stats;

    app_count(stream, &stats->new_message_active, &stats->new_message_opened);
    return xy_stream_topic(stream, XY_STR("newMessage"), xy_arg_str(call, "roomId"));
}

static void countdown_tick(xy_source_stream *stream, void *arg)
{
    ticker *state = arg;

    if (state->next < 0) {
        xy_stream_end(stream);
        return;
    }
    xy_stream_push_int(stream, state->next);
    state->next -= state->step;
}

static int Subscription_countdown(xy_call *call, xy_source_stream *stream)
{
    app *application = app_of(call);
    ticker *state = xy_stream_alloc(stream, sizeof *state);

    app_count(stream, &application->stats.countdown_active, &application->stats.countdown_opened);
    state->step = xy_arg_int(call, "interval");
    state->next = xy_arg_int(call, "from") - state->step;
    xy_stream_every(stream, application->tick_ms, countdown_tick, state);
    countdown_tick(stream, state);
    return XY_OK;
}

static int Subscription_faulty(xy_call *call, xy_source_stream *stream)
{
    app_stats *stats = &app_of(call)->stats;
    static _Atomic int64_t opened;

    app_count(stream, &stats->faulty_active, &opened);
    xy_stream_push_int(stream, 1);
    xy_stream_push_int(stream, 2);
    xy_stream_fail(stream, NULL, "stream secret");
    return XY_OK;
}

static int Subscription_faultyAtStart(xy_call *call, xy_source_stream *stream)
{
    (void)stream;
    return xy_fail_internal(call, "subscribe secret");
}

static int Subscription_adminFeed(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    for (int64_t i = 1; i <= 3; i++)
        xy_stream_push_int(stream, i);
    xy_stream_end(stream);
    return XY_OK;
}

int app_bind_chat(xy_schema *schema)
{
    static const struct {
        const char *coordinate;
        xy_resolver *resolver;
    } fields[] = {
        {"Mutation.publish", Mutation_publish},
        {"Mutation.invalidate", Mutation_invalidate},
    };
    static const struct {
        const char *coordinate;
        xy_opener *opener;
    } streams[] = {
        {"Subscription.newMessage", Subscription_newMessage},
        {"Subscription.countdown", Subscription_countdown},
        {"Subscription.faulty", Subscription_faulty},
        {"Subscription.faultyAtStart", Subscription_faultyAtStart},
        {"Subscription.adminFeed", Subscription_adminFeed},
    };
    int rc = rooms_bind_resolvers(schema);

    for (size_t i = 0; rc == XY_OK && i < sizeof fields / sizeof *fields; i++)
        rc = xy_bind(schema, fields[i].coordinate, fields[i].resolver);
    for (size_t i = 0; rc == XY_OK && i < sizeof streams / sizeof *streams; i++)
        rc = xy_bind_stream(schema, streams[i].coordinate, streams[i].opener);
    return rc;
}
