/* SPDX-License-Identifier: MIT */
/* redis/bus.c -- a bus and its servers: connections come and go, what was wanted stays.
 *
 *   connection for commands:  ready --> scripts are loaded --> the queue is sent
 *                             lost  --> what has no reply is to be sent again
 *   connection for channels:  ready --> what is wanted is asked for
 *                             lost  --> nothing is subscribed any more
 *
 * Why two: while it subscribes, a connection of the protocol's second version may do nothing else;
 * and what is heard must not wait behind what is said.
 *
 * Read next: bus_channels.c, bus_queue.c. */
#include "redis/bus.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "redis/bus_parts.h"

static bus_node *of_link(xy_link *link)
{
    return XY_CONTAINER(link, bus_node, link);
}

bus_node *xy__bus_node_of(xy_redis_bus *bus, xy_str key)
{
    (void)key;
    return of_link(bus->nodes.next);
}

void xy__bus_flush_soon(bus_node *node)
{
    if (!node->bus->closed)
        xy__loop_soon(node->bus->loop, &node->flush);
}

static void update_state(xy_redis_bus *bus)
{
    bool connected = !xy__list_empty(&bus->nodes);

    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        connected = connected && xy__redis_is_ready(of_link(link)->commands) &&
                    xy__redis_is_ready(of_link(link)->channels);
    if (connected == bus->connected)
        return;
    bus->connected = connected;
    bus->ops->on_state(bus->arg, connected);
}

/* ---- A node ---- */

static void on_commands_ready(void *arg)
{
    bus_node *node = arg;

    xy__bus_queue_ready(node);
    xy__bus_flush_soon(node);
    update_state(node->bus);
}

static void on_commands_lost(void *arg, const char *why)
{
    bus_node *node = arg;

    (void)why; /* the connection has logged it */
    xy__bus_queue_lost(node);
    update_state(node->bus);
}

static void on_channels_ready(void *arg)
{
    bus_node *node = arg;

    xy__bus_flush_soon(node);
    update_state(node->bus);
}

static void on_channels_lost(void *arg, const char *why)
{
    bus_node *node = arg;

    (void)why;
    xy__bus_channels_lost(node);
    update_state(node->bus);
}

static void on_push(void *arg, const redisReply *push)
{
    xy__bus_channels_push(arg, push);
}

static const xy_redis_ops commands_ops = {
    .on_ready = on_commands_ready,
    .on_lost = on_commands_lost,
};

static const xy_redis_ops channels_ops = {
    .on_ready = on_channels_ready,
    .on_lost = on_channels_lost,
    .on_push = on_push,
};

static void on_flush(xy_task *task)
{
    bus_node *node = XY_CONTAINER(task, bus_node, flush);

    xy__bus_queue_flush(node);
    xy__bus_channels_flush(node);
}

static void on_retry(xy_timer *timer)
{
    bus_node *node = XY_CONTAINER(timer, bus_node, retry);

    xy__bus_queue_retry(node);
    xy__bus_channels_retry(node);
    xy__bus_flush_soon(node);
}

static xy_redis *node_connect(bus_node *node, size_t which, const char *what,
                              const xy_redis_ops *ops)
{
    xy_redis_options options = node->bus->options.redis;

    if (options.name) {
        snprintf(node->names[which], sizeof node->names[which], "%.40s-%s", options.name, what);
        options.name = node->names[which];
    }
    options.url = node->url;
    return xy__redis_open(node->bus->loop, &options, ops, node);
}

static bus_node *node_new(xy_redis_bus *bus, const xy_redis_url *url)
{
    bus_node *node = xy__zalloc(sizeof *node);

    node->bus = bus;
    node->url = url;
    node->flush.fn = on_flush;
    node->retry.fn = on_retry;
    xy__bus_queue_init(node);
    xy__bus_channels_init(node);
    xy__list_append(&bus->nodes, &node->link);
    node->commands = node_connect(node, 0, "commands", &commands_ops);
    node->channels = node_connect(node, 1, "channels", &channels_ops);
    return node;
}

static void node_close(bus_node *node)
{
    xy__timer_stop(node->bus->loop, &node->retry);
    xy__redis_close(node->commands);
    xy__redis_close(node->channels);
    xy__bus_queue_close(node);
    xy__task_cancel(&node->flush);
}

/* ---- Commands ---- */

/* Those that the answers bring wait for another turn, unless an answer closes the bus: that
 * answers all the others before it returns. */
static void on_answer_orphans(xy_task *task)
{
    xy_redis_bus *bus = XY_CONTAINER(task, xy_redis_bus, answer_orphans);
    size_t end = bus->orphans.len;

    while (bus->orphans_at < end && bus->orphans_at < bus->orphans.len) {
        bus_orphan orphan = bus->orphans.items[bus->orphans_at++];

        if (orphan.fn)
            orphan.fn(orphan.arg, NULL);
    }
    if (bus->orphans_at == bus->orphans.len) {
        bus->orphans_at = 0;
        bus->orphans.len = 0;
    }
}

void xy__redis_bus_command(xy_redis_bus *bus, xy_str key, const xy_str *argv, size_t argc,
                           xy_redis_reply_fn *fn, void *arg)
{
    bus_node *node = bus->closed ? NULL : xy__bus_node_of(bus, key);

    if (node && xy__redis_is_ready(node->commands)) {
        xy__redis_command(node->commands, argv, argc, fn, arg);
        return;
    }
    *xy_vec_push(NULL, &bus->orphans) = (bus_orphan){.fn = fn, .arg = arg};
    xy__loop_next(bus->loop, &bus->answer_orphans);
}

/* ---- The bus ---- */

static void on_end(xy_task *task)
{
    xy_redis_bus *bus = XY_CONTAINER(task, xy_redis_bus, end);

    while (bus->orphans.len)
        on_answer_orphans(&bus->answer_orphans);
    free(bus->orphans.items);
    xy__task_cancel(&bus->answer_orphans);
    for (xy_link *link = bus->nodes.next, *next; link != &bus->nodes; link = next) {
        next = link->next;
        free(of_link(link));
    }
    xy__bus_channels_close(bus);
    free(bus->shas);
    free(bus);
}

xy_redis_bus *xy__redis_bus_open(xy_loop *loop, const xy_redis_bus_options *options,
                                 const xy_redis_bus_ops *ops, void *arg)
{
    xy_redis_bus *bus = xy__zalloc(sizeof *bus);

    bus->loop = loop;
    bus->options = *options;
    bus->ops = ops;
    bus->arg = arg;
    bus->end.fn = on_end;
    bus->answer_orphans.fn = on_answer_orphans;
    xy__list_init(&bus->nodes);
    xy__map_init(&bus->channels, NULL);
    while (options->scripts && options->scripts[bus->script_count])
        bus->script_count++;
    bus->shas = xy__zalloc(bus->script_count * sizeof bus->shas[0]);
    node_new(bus, options->redis.url);
    return bus;
}

void xy__redis_bus_close(xy_redis_bus *bus)
{
    if (!bus)
        return;
    XY_ASSERT(!bus->closed);
    bus->closed = true;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        node_close(of_link(link));
    xy__task_cancel(&bus->answer_orphans);
    on_answer_orphans(&bus->answer_orphans);
    /* Whoever has called is perhaps called by something of it. */
    xy__loop_soon(bus->loop, &bus->end);
}

bool xy__redis_bus_connected(const xy_redis_bus *bus)
{
    return bus->connected;
}
