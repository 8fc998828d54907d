/* SPDX-License-Identifier: MIT */
/* Chat and the subscriptions that fail on purpose. */
#include "app.h"

int Query_room(xy_call *c, const Query_room_args *a, Message_list *out)
{
    (void)a;
    xy_list_alloc(c, out, 0);
    return XY_OK;
}

int Mutation_sendMessage(xy_call *c, const Mutation_sendMessage_args *a, Message **out)
{
    const xy_member members[] = {
        {XY_STR("from"), xy_value_string(a->input.from)},
        {XY_STR("body"), xy_value_string(a->input.body)},
    };
    const xy_value message = {.kind = XY_VALUE_OBJECT, .len = 2, .members = members};

    *out = xy_new(c, Message);
    **out = (Message){.from = a->input.from, .body = a->input.body};
    if (xy_publish(xy_call_app(c), XY_STR("newMessage"), a->input.roomId, &message) < 0)
        return xy_fail(c, "The message could not be delivered: the server is too busy.");
    return XY_OK;
}

int Mutation_publish(xy_call *c, const Mutation_publish_args *a, xy_maybe_bool *out)
{
    static const xy_value null = XY_NULL;
    int rc = xy_publish(xy_call_app(c), a->topic, a->has_id ? a->id : XY_STR_NULL,
                        a->has_payload ? &a->payload : &null);

    if (rc == XY_ELIMIT)
        return xy_fail(c, "The event could not be published.");
    if (rc < 0)
        return rc;
    *out = xy_some_bool(true);
    return XY_OK;
}

int Mutation_invalidate(xy_call *c, const Mutation_invalidate_args *a, xy_maybe_int *out)
{
    int rc = xy_invalidate_keys(xy_call_app(c), a->keys.items, a->keys.len);

    if (rc == XY_ELIMIT)
        return xy_fail_code(c, "BAD_USER_INPUT", "A key is too long.");
    if (rc < 0)
        return rc;
    *out = xy_some_int((int32_t)a->keys.len);
    return XY_OK;
}

/* A topic, but a source of our own: it is counted. */
int Subscription_newMessage(xy_call *c, const Subscription_newMessage_args *a,
                            Subscription_newMessage_source *s)
{
    app_stats *stats = &app_of(c)->stats;

    app_count(s->stream, &stats->new_message_active, &stats->new_message_opened);
    return xy_stream_topic(s->stream, XY_STR("newMessage"), a->roomId);
}

typedef struct ticker {
    int64_t next;
    int64_t step;
} ticker;

static void countdown_tick(Subscription_countdown_source *s, void *arg)
{
    ticker *state = arg;

    if (state->next < 0) {
        Subscription_countdown_end(s);
        return;
    }
    Subscription_countdown_push(s, (int32_t)state->next);
    state->next -= state->step;
}

int Subscription_countdown(xy_call *c, const Subscription_countdown_args *a,
                           Subscription_countdown_source *s)
{
    app *application = app_of(c);
    ticker *state = Subscription_countdown_alloc(s, sizeof *state);

    app_count(s->stream, &application->stats.countdown_active,
              &application->stats.countdown_opened);
    *state = (ticker){.next = (int64_t)a->from - a->interval, .step = a->interval};
    Subscription_countdown_every(s, application->tick_ms, countdown_tick, state);
    countdown_tick(s, state);
    return XY_OK;
}

int Subscription_faulty(xy_call *c, Subscription_faulty_source *s)
{
    static _Atomic int64_t opened;

    app_count(s->stream, &app_of(c)->stats.faulty_active, &opened);
    Subscription_faulty_push(s, 1);
    Subscription_faulty_push(s, 2);
    xy_stream_fail(s->stream, NULL, "stream secret");
    return XY_OK;
}

int Subscription_faultyAtStart(xy_call *c, Subscription_faultyAtStart_source *s)
{
    (void)s;
    return xy_fail_internal(c, "subscribe secret");
}

int Subscription_adminFeed(xy_call *c, Subscription_adminFeed_source *s)
{
    (void)c;
    for (int32_t i = 1; i <= 3; i++)
        Subscription_adminFeed_push(s, i);
    Subscription_adminFeed_end(s);
    return XY_OK;
}
