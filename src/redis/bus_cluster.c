/* SPDX-License-Identifier: MIT */
/* redis/bus_cluster.c -- which server has which slots, as far as that is known.
 *
 *   doubt --timer--> asking --other slots--> changing --nothing in flight--> dealt out
 *     ^                 |  \--the same-----> those who were refused try again
 *     +-- no answer ----+
 *
 *   doubt: at the beginning; MOVED; a channel that is taken away; a connection that is lost; and
 *   again and again while a server is away or a slot has none
 *
 * Invariants
 *   1. A message is only ever in the queue of one node. Slots change hands only while nothing is in
 *      flight anywhere, so that what was refused is in front of what came later: messages of a
 *      channel keep their order on their way from one server to the next.
 *   2. A node lives while it has a slot. The seed lives as long as the bus: somebody must be asked
 *      when nobody else is left. It has no slots of its own; the server of the URL, when it has,
 *      is a node besides.
 *
 * Read next: slots.h, bus_queue.c (deal), bus_channels.c (deal). */
#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "redis/bus_parts.h"

#define ASK_MS    50u  /* between two questions at least */
#define UNWELL_MS 500u /* while something is away */

static bus_node *of_link(xy_link *link)
{
    return XY_CONTAINER(link, bus_node, link);
}

static void ask_in(xy_redis_bus *bus, uint64_t ms)
{
    if (bus->options.sharded && !bus->closed && !bus->cluster.asking && !bus->cluster.changing &&
        !xy__timer_armed(&bus->cluster.timer))
        xy__timer_start(bus->loop, &bus->cluster.timer, ms);
}

void xy__bus_cluster_doubt(xy_redis_bus *bus)
{
    ask_in(bus, ASK_MS);
}

bus_node *xy__bus_cluster_find(xy_redis_bus *bus, xy_str host, uint16_t port)
{
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next) {
        bus_node *node = of_link(link);

        if (node != bus->seed && node->url->port == port && xy_str_is(host, node->url->host))
            return node;
    }
    return NULL;
}

/* Something is not as it will be: the next question must come by itself. */
static bool is_unwell(const xy_redis_bus *bus)
{
    if (!bus->cluster.slots)
        return bus->home == bus->nobody;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        if (of_link(link) != bus->seed && !xy__bus_node_is_there(of_link(link)))
            return true;
    return bus->cluster.missing > 0 || !xy__list_empty(&bus->cluster.parked);
}

static void ask_again_if_unwell(xy_redis_bus *bus)
{
    if (is_unwell(bus))
        ask_in(bus, UNWELL_MS);
}

/* ---- Slots come into force ---- */

static bus_node *node_for(xy_redis_bus *bus, const xy_redis_range *range)
{
    bus_node *node = xy__bus_cluster_find(bus, range->host, range->port);
    const xy_redis_url *seed = bus->options.redis.url;

    if (node)
        return node;
    node = xy__bus_node_new(bus);
    node->own_url = (xy_redis_url){
        .host = xy__malloc(range->host.len + 1),
        .user = seed->user,
        .password = seed->password,
        .port = range->port,
    };
    memcpy(node->own_url.host, range->host.ptr, range->host.len);
    node->own_url.host[range->host.len] = '\0';
    xy__bus_node_open(node, &node->own_url);
    xy__bus_node_hear(node);
    return node;
}

static void bury_unused(xy_redis_bus *bus)
{
    for (xy_link *link = bus->nodes.next, *next; link != &bus->nodes; link = next) {
        bus_node *node = of_link(link);

        next = link->next;
        if (node == bus->seed || node->used)
            continue;
        xy__bus_channels_lost(node);
        xy__bus_node_bury(node);
    }
}

/* The slots of `next`, in order: each as long as it is. */
static void fill(xy_redis_bus *bus)
{
    bus_cluster *cluster = &bus->cluster;

    memset(cluster->slots, 0, XY_REDIS_SLOTS * sizeof cluster->slots[0]);
    cluster->missing = XY_REDIS_SLOTS;
    for (size_t i = 0; i < cluster->next.len; i++) {
        const xy_redis_range *range = &cluster->next.items[i];
        bus_node *node = node_for(bus, range);

        node->used = true;
        for (size_t slot = range->first; slot <= range->last; slot++) {
            cluster->missing -= !cluster->slots[slot];
            cluster->slots[slot] = node;
        }
    }
}

static void deal(xy_redis_bus *bus)
{
    bus_cluster *cluster = &bus->cluster;

    cluster->changing = false;
    if (!cluster->slots)
        cluster->slots = xy__zalloc(XY_REDIS_SLOTS * sizeof cluster->slots[0]);
    bus->home = bus->nobody;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        of_link(link)->used = false;
    fill(bus);
    xy__bus_queue_deal(bus);
    bury_unused(bus);
    xy__bus_channels_deal(bus);
    xy__bus_commands_retry(bus);
    ask_again_if_unwell(bus);
}

void xy__bus_cluster_settled(xy_redis_bus *bus)
{
    if (!bus->cluster.changing || bus->closed)
        return;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        if (of_link(link)->sent_count)
            return;
    deal(bus);
    xy__bus_update(bus);
}

/* ---- Questions and answers ---- */

static bool is_same(xy_redis_bus *bus)
{
    const bus_cluster *cluster = &bus->cluster;
    size_t told = 0;

    if (!cluster->slots)
        return false;
    for (size_t i = 0; i < cluster->next.len; i++) {
        const xy_redis_range *range = &cluster->next.items[i];
        const bus_node *node = xy__bus_cluster_find(bus, range->host, range->port);

        for (size_t slot = range->first; slot <= range->last; slot++)
            if (!node || cluster->slots[slot] != node)
                return false;
        told += (size_t)(range->last - range->first) + 1;
    }
    return told == XY_REDIS_SLOTS - cluster->missing;
}

/* Nothing new: who was refused because of the slots tries again in a while. */
static void keep(xy_redis_bus *bus)
{
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next) {
        bus_node *node = of_link(link);

        if (node->wants_table) {
            node->wants_table = false;
            node->wants_time = true;
            xy__bus_retry_later(node);
        }
    }
    xy__bus_commands_retry(bus);
    ask_again_if_unwell(bus);
}

/* A server that is alone, and can do all the same. */
static void stay_alone(xy_redis_bus *bus)
{
    if (bus->cluster.slots || bus->home == bus->seed)
        return;
    bus->home = bus->seed;
    xy__bus_node_hear(bus->seed);
    xy__bus_queue_deal(bus);
    xy__bus_channels_deal(bus);
    xy__bus_update(bus);
}

/* A host that has no name is the one that was asked. */
static void name_hosts(bus_node *asked)
{
    bus_cluster *cluster = &asked->bus->cluster;
    const char *host = asked->url->host ? asked->url->host : "127.0.0.1";

    for (size_t i = 0; i < cluster->next.len; i++)
        if (!cluster->next.items[i].host.len)
            cluster->next.items[i].host = xy__arena_str(&cluster->arena, xy_str_from(host));
}

static void on_slots(void *arg, const redisReply *reply)
{
    bus_node *node = arg;
    xy_redis_bus *bus = node->bus;
    bus_cluster *cluster = &bus->cluster;

    cluster->asking = false;
    if (bus->closed)
        return;
    if (!reply) {
        ask_in(bus, ASK_MS);
        return;
    }
    if (reply->type == REDIS_REPLY_ERROR && strstr(reply->str, "cluster support disabled")) {
        stay_alone(bus);
        return;
    }
    xy__arena_reset(&cluster->arena);
    if (xy__redis_slots_read(reply, &cluster->arena, &cluster->next) < 0 || !cluster->next.len) {
        ask_in(bus, UNWELL_MS);
        return;
    }
    name_hosts(node);
    if (is_same(bus)) {
        keep(bus);
        return;
    }
    cluster->changing = true;
    xy__bus_cluster_settled(bus);
}

/* Whose turn it is to be asked, of those who can answer: one that is cut off from the others knows
 * less than they do. */
static bus_node *whom_to_ask(xy_redis_bus *bus)
{
    size_t count = 0;
    size_t at;

    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        count += xy__bus_node_takes(of_link(link));
    if (!count)
        return NULL;
    at = bus->cluster.turn++ % count;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        if (xy__bus_node_takes(of_link(link)) && at-- == 0)
            return of_link(link);
    return NULL;
}

static void on_timer(xy_timer *timer)
{
    xy_redis_bus *bus = XY_CONTAINER(timer, xy_redis_bus, cluster.timer);
    bus_node *node = whom_to_ask(bus);

    /* Whoever is there first asks. */
    if (!node)
        return;
    bus->cluster.asking = true;
    xy__redis_command(node->commands, (xy_str[]){XY_STR("CLUSTER"), XY_STR("SLOTS")}, 2, on_slots,
                      node);
}

/* A Redis before 7 has no sharded channels. */
static void on_known(void *arg, const redisReply *reply)
{
    bus_node *node = arg;
    bool unknown = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 1 &&
                   (reply->element[0]->type == REDIS_REPLY_NIL ||
                    (reply->element[0]->type == REDIS_REPLY_ARRAY && !reply->element[0]->elements));

    if (!reply || node->bus->closed || node->buried)
        return;
    if (unknown) {
        xy_log(XY_LOG_ERROR, "redis",
               "this Redis has no sharded channels (SSUBSCRIBE): they need version 7; upgrade it, "
               "or switch sharded publishing off");
        return;
    }
    node->checked = true;
    xy__bus_flush_soon(node);
    ask_in(node->bus, 0);
    xy__bus_update(node->bus);
}

void xy__bus_cluster_ready(bus_node *node)
{
    if (!node->bus->options.sharded)
        return;
    node->checked = false;
    xy__redis_command(node->commands,
                      (xy_str[]){XY_STR("COMMAND"), XY_STR("INFO"), XY_STR("SSUBSCRIBE")}, 3,
                      on_known, node);
}

void xy__bus_cluster_lost(bus_node *node)
{
    if (!node->bus->options.sharded)
        return;
    node->checked = false;
    xy__bus_cluster_doubt(node->bus);
    xy__bus_cluster_settled(node->bus);
}

void xy__bus_cluster_init(xy_redis_bus *bus)
{
    xy__arena_init(&bus->cluster.arena, SIZE_MAX);
    bus->cluster.timer.fn = on_timer;
}

void xy__bus_cluster_close(xy_redis_bus *bus)
{
    xy__timer_stop(bus->loop, &bus->cluster.timer);
}

void xy__bus_cluster_deinit(xy_redis_bus *bus)
{
    xy__arena_deinit(&bus->cluster.arena);
    free(bus->cluster.slots);
}
