/* SPDX-License-Identifier: MIT */
/* A source that is no topic: a timer pushes numbers. The timer and the memory belong to the source
 * and end with it.
 *
 * To try it:
 *
 *   curl -N http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -H 'Accept: text/event-stream' \
 *     -d '{"query":"subscription { countdown(from: 50, interval: 10) }"}' */
#include "types.h"

#define TICK_MS 500

typedef struct countdown {
    int64_t next; /* wider than the schema's Int: from - interval must not overflow */
    int64_t interval;
} countdown;

static void tick(Subscription_countdown_source *s, void *arg)
{
    countdown *state = arg;

    if (state->next < 0 || state->next > INT32_MAX) {
        Subscription_countdown_end(s);
        return;
    }
    Subscription_countdown_push(s, (int32_t)state->next);
    state->next -= state->interval;
}

int Subscription_countdown(xy_call *c, const Subscription_countdown_args *a,
                           Subscription_countdown_source *s)
{
    countdown *state = Subscription_countdown_alloc(s, sizeof *state);

    (void)c;
    state->interval = a->interval;
    state->next = (int64_t)a->from - a->interval;
    Subscription_countdown_every(s, TICK_MS, tick, state);
    tick(s, state);
    return XY_OK;
}
