/* SPDX-License-Identifier: MIT */
/* redis/bus_node.c -- one server of a bus: its two connections, and who hears of them.
 *
 *   connection for commands:  ready --> scripts are loaded --> the queue is sent
 *                             lost  --> what has no reply is to be sent again
 *   connection for channels:  ready --> what is wanted is asked for
 *                             lost  --> nothing is subscribed any more
 *
 * Why two: while it subscribes, a connection of the protocol's second version may do nothing else;
 * and what is heard must not wait behind what is said. */
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "redis/bus_parts.h"

void xy__bus_flush_soon(bus_node *node)
{
    if (!node->bus->closed && !node->buried)
        xy__loop_soon(node->bus->loop, &node->flush);
}

void xy__bus_retry_later(bus_node *node)
{
    if (!node->bus->closed && !node->buried && !xy__timer_armed(&node->retry))
        xy__timer_start(node->bus->loop, &node->retry, BUS_RETRY_MS);
}

bool xy__bus_node_takes(const bus_node *node)
{
    return node->commands && xy__redis_is_ready(node->commands) && node->checked;
}

bool xy__bus_node_is_there(const bus_node *node)
{
    return xy__bus_node_takes(node) && (!node->channels || xy__redis_is_ready(node->channels));
}

/* In each of these the node itself may be gone after what is done last. */

static void on_commands_ready(void *arg)
{
    bus_node *node = arg;

    xy__bus_queue_ready(node);
    xy__bus_cluster_ready(node);
    xy__bus_flush_soon(node);
    xy__bus_update(node->bus);
}

static void on_commands_lost(void *arg, const char *why)
{
    bus_node *node = arg;
    xy_redis_bus *bus = node->bus;

    (void)why; /* the connection has logged it */
    xy__bus_queue_lost(node);
    xy__bus_cluster_lost(node);
    xy__bus_update(bus);
}

static void on_channels_ready(void *arg)
{
    bus_node *node = arg;

    xy__bus_flush_soon(node);
    xy__bus_update(node->bus);
}

static void on_channels_lost(void *arg, const char *why)
{
    bus_node *node = arg;
    xy_redis_bus *bus = node->bus;

    (void)why;
    xy__bus_channels_lost(node);
    xy__bus_cluster_doubt(bus);
    xy__bus_update(bus);
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

static xy_redis *node_connect(bus_node *node, size_t which, const xy_redis_ops *ops)
{
    static const char *const what[] = {"commands", "channels"};
    xy_redis_options options = node->bus->options.redis;

    if (options.name) {
        snprintf(node->names[which], sizeof node->names[which], "%.40s-%s", options.name,
                 what[which]);
        options.name = node->names[which];
    }
    options.url = node->url;
    return xy__redis_open(node->bus->loop, &options, ops, node);
}

void xy__bus_node_hear(bus_node *node)
{
    if (!node->channels)
        node->channels = node_connect(node, 1, &channels_ops);
}

void xy__bus_node_open(bus_node *node, const xy_redis_url *url)
{
    node->url = url;
    xy__list_append(&node->bus->nodes, &node->link);
    node->commands = node_connect(node, 0, &commands_ops);
}

bus_node *xy__bus_node_new(xy_redis_bus *bus)
{
    bus_node *node = xy__zalloc(sizeof *node);

    node->bus = bus;
    node->checked = !bus->options.sharded;
    node->flush.fn = on_flush;
    node->retry.fn = on_retry;
    xy__list_init(&node->link);
    xy__bus_queue_init(node);
    xy__bus_channels_init(node);
    return node;
}

void xy__bus_node_close(bus_node *node)
{
    xy__timer_stop(node->bus->loop, &node->retry);
    xy__task_cancel(&node->flush);
    xy__redis_close(node->commands);
    xy__redis_close(node->channels);
    node->commands = NULL;
    node->channels = NULL;
    xy__bus_queue_close(node);
}

void xy__bus_node_bury(bus_node *node)
{
    xy_redis_bus *bus = node->bus;

    node->buried = true;
    xy__list_remove(&node->link);
    xy__list_append(&bus->buried, &node->link);
    xy__bus_node_close(node);
    xy__loop_soon(bus->loop, &bus->bury);
}

void xy__bus_node_free(bus_node *node)
{
    free(node->own_url.host);
    free(node);
}
