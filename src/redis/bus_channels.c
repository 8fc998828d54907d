/* SPDX-License-Identifier: MIT */
/* redis/bus_channels.c -- which channels the server is asked for, so that in the end these are
 * the ones that are wanted, in whatever order that changes and replies come.
 *
 *              SUBSCRIBE                     confirmed
 *     NONE ---------------> ASKED --------------------------> LIVE
 *      ^ ^                    |  refused, lost                 | |
 *      | +--------------------+                                | | lost, taken away
 *      | +-----------------------------------------------------|-+
 *      +-------- confirmed, refused, lost -------- LEAVING <---+ UNSUBSCRIBE
 *
 *   state     wanted                               not wanted
 *   NONE      due: is asked for                    freed
 *   ASKED     waits; told when confirmed           waits; due when confirmed
 *   LIVE      is delivered                         due: is left
 *   LEAVING   waits; due when confirmed            waits; freed when confirmed
 *
 * Invariants
 *   1. A channel has at most one command in flight: it is in `flight` exactly while ASKED or
 *      LEAVING, in the order of the commands.
 *   2. It is in `due` or `refused` only while NONE or LIVE; and is in `due` whenever what it is
 *      differs from what is wanted, or its being live has not been told.
 *   3. `told` is set when on_live() is called, and lives until the channel is not wanted: the next
 *      on_live() is one "again", whatever happened in between.
 *
 * Read next: bus_parts.h, talk.h (replies in order). */
#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "redis/bus_parts.h"

typedef enum channel_state {
    CHANNEL_NONE,
    CHANNEL_ASKED,
    CHANNEL_LIVE,
    CHANNEL_LEAVING,
    CHANNEL_STATES,
} channel_state;

#define BIT(s) (1u << (s))

static const uint8_t may_go[CHANNEL_STATES] = {
    [CHANNEL_NONE] = BIT(CHANNEL_ASKED),
    [CHANNEL_ASKED] = BIT(CHANNEL_LIVE) | BIT(CHANNEL_NONE),
    [CHANNEL_LIVE] = BIT(CHANNEL_LEAVING) | BIT(CHANNEL_NONE),
    [CHANNEL_LEAVING] = BIT(CHANNEL_NONE),
};

typedef struct bus_channel {
    xy_link link; /* in `due`, `flight` or `refused` of its node, or in none */
    bus_node *node;
    channel_state state;
    bool wanted;
    bool told;
    bool alone; /* it was refused together with others: is asked for by a command of its own */
    bool last;  /* in flight: of its command */
    size_t len;
    char name[];
} bus_channel;

/* The channels of one command. */
typedef struct bus_batch {
    xy_str words[1 + BUS_BATCH_COUNT];
    bus_channel *channels[BUS_BATCH_COUNT];
    size_t len;
    size_t bytes;
    channel_state to;
} bus_batch;

static xy_str name_of(const bus_channel *channel)
{
    return (xy_str){channel->name, channel->len};
}

static bus_channel *of_link(xy_link *link)
{
    return XY_CONTAINER(link, bus_channel, link);
}

static void go(bus_channel *channel, channel_state to)
{
    XY_ASSERT(may_go[channel->state] & BIT(to));
    channel->state = to;
}

static void channel_free(bus_channel *channel)
{
    xy__list_remove(&channel->link);
    xy__map_del(&channel->node->bus->channels, name_of(channel));
    free(channel);
}

/* Have a look at it at the end of this turn. While it is nowhere it may be asked for anywhere. */
static void put_due(bus_channel *channel)
{
    xy__list_remove(&channel->link);
    if (channel->state == CHANNEL_NONE)
        channel->node = xy__bus_node_of(channel->node->bus, name_of(channel));
    xy__list_append(&channel->node->due, &channel->link);
    xy__bus_flush_soon(channel->node);
}

/* Have a look at it in a while, or when the slots are dealt out. */
static void put_later(bus_channel *channel)
{
    bus_node *node = channel->node;

    xy__list_remove(&channel->link);
    xy__list_append(&node->refused, &channel->link);
    xy__bus_retry_later(node);
}

/* Is it subscribed where its slot is not? */
static bool is_displaced(const bus_channel *channel)
{
    return channel->node != xy__bus_node_of(channel->node->bus, name_of(channel));
}

/* It is not subscribed any more, for whatever reason. */
static void gone(bus_channel *channel)
{
    if (channel->state != CHANNEL_NONE)
        go(channel, CHANNEL_NONE);
    if (channel->wanted) {
        put_due(channel);
    } else {
        channel_free(channel);
    }
}

static void tell_live(bus_channel *channel)
{
    xy_redis_bus *bus = channel->node->bus;
    bool again = channel->told;

    channel->told = true;
    bus->ops->on_live(bus->arg, name_of(channel), again);
}

void xy__bus_channels_init(bus_node *node)
{
    xy__list_init(&node->due);
    xy__list_init(&node->flight);
    xy__list_init(&node->refused);
}

void xy__bus_channels_close(xy_redis_bus *bus)
{
    size_t at = 0;
    xy_map_slot *slot;

    while ((slot = xy__map_next(&bus->channels, &at)) != NULL)
        free(slot->value);
    xy__map_deinit(&bus->channels);
}

static bus_channel *channel_new(xy_redis_bus *bus, xy_str name)
{
    bus_channel *channel = xy__zalloc(sizeof *channel + name.len + 1);

    channel->node = xy__bus_node_of(bus, name);
    channel->len = name.len;
    memcpy(channel->name, name.ptr, name.len);
    xy__list_init(&channel->link);
    xy__map_put(&bus->channels, name_of(channel), channel);
    return channel;
}

void xy__redis_bus_subscribe(xy_redis_bus *bus, xy_str name)
{
    bus_channel *channel = xy__map_get(&bus->channels, name);

    if (!channel)
        channel = channel_new(bus, name);
    XY_ASSERT(!channel->wanted);
    channel->wanted = true;
    if (channel->state == CHANNEL_NONE || channel->state == CHANNEL_LIVE)
        put_due(channel);
}

void xy__redis_bus_unsubscribe(xy_redis_bus *bus, xy_str name)
{
    bus_channel *channel = xy__map_get(&bus->channels, name);

    XY_ASSERT(channel && channel->wanted);
    channel->wanted = false;
    channel->told = false;
    if (channel->state == CHANNEL_NONE) {
        channel_free(channel);
    } else if (channel->state == CHANNEL_LIVE) {
        put_due(channel);
    }
}

void xy__bus_channels_lost(bus_node *node)
{
    xy_redis_bus *bus = node->bus;
    size_t at = 0;
    xy_map_slot *slot;

    node->refusal_logged = false;
    while ((slot = xy__map_next(&bus->channels, &at)) != NULL) {
        bus_channel *channel = slot->value;

        channel->alone = false;
        if (channel->node == node)
            gone(channel);
    }
}

/* ---- Asking ---- */

static void batch_send(bus_node *node, bus_batch *batch)
{
    bool sharded = node->bus->options.sharded;

    if (!batch->len)
        return;
    if (batch->to == CHANNEL_ASKED) {
        batch->words[0] = sharded ? XY_STR("SSUBSCRIBE") : XY_STR("SUBSCRIBE");
    } else {
        batch->words[0] = sharded ? XY_STR("SUNSUBSCRIBE") : XY_STR("UNSUBSCRIBE");
    }
    xy__redis_tell(node->channels, batch->words, 1 + batch->len);
    for (size_t i = 0; i < batch->len; i++) {
        bus_channel *channel = batch->channels[i];

        go(channel, batch->to);
        channel->last = i + 1 == batch->len;
        xy__list_remove(&channel->link);
        xy__list_append(&node->flight, &channel->link);
    }
    batch->len = 0;
    batch->bytes = 0;
}

static void batch_add(bus_node *node, bus_batch *batch, bus_channel *channel)
{
    bool alone = channel->alone || node->bus->options.sharded; /* slots differ */

    if (alone || batch->bytes + channel->len > BUS_BATCH_BYTES)
        batch_send(node, batch);
    batch->channels[batch->len++] = channel;
    batch->words[batch->len] = name_of(channel);
    batch->bytes += channel->len;
    if (alone || batch->len == BUS_BATCH_COUNT)
        batch_send(node, batch);
}

void xy__bus_channels_flush(bus_node *node)
{
    bus_batch coming = {.to = CHANNEL_ASKED};
    bus_batch leaving = {.to = CHANNEL_LEAVING};
    xy_redis_bus *bus = node->bus;
    xy_link live;

    if (xy__list_empty(&node->due) || !node->channels || !xy__redis_is_ready(node->channels) ||
        !node->checked)
        return;
    xy__list_init(&live);
    while (!xy__list_empty(&node->due)) {
        bus_channel *channel = of_link(node->due.next);

        xy__list_remove(&channel->link);
        if (channel->state == CHANNEL_NONE) {
            batch_add(node, &coming, channel);
        } else if (!channel->wanted || is_displaced(channel)) {
            batch_add(node, &leaving, channel);
        } else if (!channel->told) {
            xy__list_append(&live, &channel->link);
        }
    }
    batch_send(node, &coming);
    batch_send(node, &leaving);
    /* Whoever is told may do anything, to those that are still in the list as well. */
    while (!bus->closed && !xy__list_empty(&live)) {
        bus_channel *channel = of_link(live.next);

        xy__list_remove(&channel->link);
        tell_live(channel);
    }
}

/* ---- Hearing ---- */

static void on_confirmed(bus_channel *channel)
{
    if (channel->state != CHANNEL_ASKED)
        return;
    xy__list_remove(&channel->link);
    go(channel, CHANNEL_LIVE);
    channel->alone = false;
    if (channel->wanted) {
        tell_live(channel);
    } else {
        put_due(channel);
    }
}

static void log_refused(bus_node *node, const bus_channel *channel, const redisReply *error)
{
    if (node->refusal_logged)
        return;
    node->refusal_logged = true;
    xy_log(XY_LOG_ERROR, "redis", "Redis refuses a subscription; it is asked again and again",
           XY_LOG_STR("channel", name_of(channel)),
           XY_LOG_STR("answer", ((xy_str){error->str, error->len})));
}

/* The oldest command was refused as a whole. One channel may be to blame: each is asked for
 * alone; and that one again after a while, when it may be allowed. */
static void on_refused(bus_node *node, const redisReply *error)
{
    bool moved =
        strncmp(error->str, "MOVED ", 6) == 0 || strncmp(error->str, "CLUSTERDOWN", 11) == 0;
    bool last = false;
    bool first = true;

    if (moved)
        xy__bus_cluster_doubt(node->bus);
    for (xy_link *link = node->flight.next, *next; !last && link != &node->flight; link = next) {
        bus_channel *channel = of_link(link);
        bool asked = channel->state == CHANNEL_ASKED;
        bool only = first && channel->last;

        next = link->next;
        first = false;
        last = channel->last;
        xy__list_remove(link);
        if (asked && only && channel->wanted) {
            if (!moved)
                log_refused(node, channel, error);
            go(channel, CHANNEL_NONE);
            put_later(channel);
            continue;
        }
        channel->alone = true;
        gone(channel);
    }
}

void xy__bus_channels_retry(bus_node *node)
{
    while (!xy__list_empty(&node->refused))
        put_due(of_link(node->refused.next));
}

/* Its slot has gone elsewhere: the server has said so by itself. What was asked, if something was,
 * will be answered all the same. */
static void on_taken_away(bus_channel *channel)
{
    xy__bus_cluster_doubt(channel->node->bus);
    if (channel->state != CHANNEL_LIVE)
        return;
    go(channel, CHANNEL_NONE);
    if (channel->wanted) {
        put_later(channel);
    } else {
        channel_free(channel);
    }
}

void xy__bus_channels_deal(xy_redis_bus *bus)
{
    size_t at = 0;
    xy_map_slot *slot;

    while ((slot = xy__map_next(&bus->channels, &at)) != NULL) {
        bus_channel *channel = slot->value;

        if (channel->state == CHANNEL_NONE) {
            put_due(channel);
        } else if (channel->state == CHANNEL_LIVE && channel->wanted && is_displaced(channel)) {
            /* The server will take it away by itself, most likely. */
            put_later(channel);
        }
    }
}

static void on_message(const bus_channel *channel, const redisReply *message)
{
    xy_redis_bus *bus = channel->node->bus;

    if (channel->wanted && channel->state == CHANNEL_LIVE)
        bus->ops->on_message(bus->arg, name_of(channel), (xy_str){message->str, message->len});
}

void xy__bus_channels_push(bus_node *node, const redisReply *push)
{
    bus_channel *channel;

    if (push->type == REDIS_REPLY_ERROR) {
        on_refused(node, push);
        return;
    }
    channel =
        xy__map_get(&node->bus->channels, (xy_str){push->element[1]->str, push->element[1]->len});
    if (!channel || channel->node != node)
        return;
    switch (xy__redis_push_kind(push)) {
    case XY_REDIS_MESSAGE:
    case XY_REDIS_SMESSAGE:
        on_message(channel, push->element[2]);
        break;
    case XY_REDIS_SUBSCRIBE:
    case XY_REDIS_SSUBSCRIBE:
        on_confirmed(channel);
        break;
    case XY_REDIS_UNSUBSCRIBE:
    case XY_REDIS_SUNSUBSCRIBE:
        if (xy__redis_push_answers(node->channels)) {
            gone(channel);
        } else {
            on_taken_away(channel);
        }
        break;
    case XY_REDIS_NO_PUSH:
    case XY_REDIS_PMESSAGE:
    case XY_REDIS_PSUBSCRIBE:
    case XY_REDIS_PUNSUBSCRIBE:
    default:
        break;
    }
}
