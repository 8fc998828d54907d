/* SPDX-License-Identifier: MIT */
/* redis/bus.c -- a bus as a whole: its beginning, its end, and whether all of it is there.
 *
 *   sharded   server          `home`    `cluster.slots`
 *   no        any             seed      -                 all goes to the server of the URL
 *   yes       not known yet   nobody    -                 all waits
 *   yes       no cluster      seed      -
 *   yes       a cluster       nobody    one node each     what has no server waits with nobody
 *
 * Read next: bus_node.c, bus_channels.c, bus_queue.c; bus_cluster.c for the last two lines. */
#include "redis/bus.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "redis/bus_parts.h"

static bus_node *of_link(xy_link *link)
{
    return XY_CONTAINER(link, bus_node, link);
}

bus_node *xy__bus_node_of(xy_redis_bus *bus, xy_str key)
{
    bus_node *node = bus->cluster.slots ? bus->cluster.slots[xy__redis_slot(key)] : NULL;

    return node ? node : bus->home;
}

void xy__bus_update(xy_redis_bus *bus)
{
    bool connected = bus->home != bus->nobody || (bus->cluster.slots && !bus->cluster.missing);

    if (bus->closed)
        return;
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next) {
        const bus_node *node = of_link(link);
        bool needed = node != bus->seed || !bus->cluster.slots;

        connected = connected && (!needed || (node->channels && xy__bus_node_is_there(node)));
    }
    if (connected == bus->connected)
        return;
    bus->connected = connected;
    bus->ops->on_state(bus->arg, connected);
}

static void free_nodes(xy_link *list)
{
    for (xy_link *link = list->next, *next; link != list; link = next) {
        next = link->next;
        xy__bus_node_free(of_link(link));
    }
    xy__list_init(list);
}

static void on_bury(xy_task *task)
{
    free_nodes(&XY_CONTAINER(task, xy_redis_bus, bury)->buried);
}

static void on_end(xy_task *task)
{
    xy_redis_bus *bus = XY_CONTAINER(task, xy_redis_bus, end);

    xy__bus_commands_deinit(bus);
    xy__bus_channels_close(bus);
    free_nodes(&bus->nodes);
    free_nodes(&bus->buried);
    xy__bus_node_free(bus->nobody);
    xy__bus_cluster_deinit(bus);
    xy__task_cancel(&bus->bury);
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
    bus->bury.fn = on_bury;
    xy__list_init(&bus->nodes);
    xy__list_init(&bus->buried);
    xy__map_init(&bus->channels, NULL);
    while (options->scripts && options->scripts[bus->script_count])
        bus->script_count++;
    bus->shas = xy__zalloc(bus->script_count * sizeof bus->shas[0]);
    xy__bus_commands_init(bus);
    xy__bus_cluster_init(bus);
    bus->nobody = xy__bus_node_new(bus);
    bus->seed = xy__bus_node_new(bus);
    bus->home = options->sharded ? bus->nobody : bus->seed;
    xy__bus_node_open(bus->seed, bus->options.redis.url);
    if (!options->sharded)
        xy__bus_node_hear(bus->seed);
    return bus;
}

void xy__redis_bus_close(xy_redis_bus *bus)
{
    if (!bus)
        return;
    XY_ASSERT(!bus->closed);
    bus->closed = true;
    xy__bus_cluster_close(bus);
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        xy__bus_node_close(of_link(link));
    xy__bus_node_close(bus->nobody);
    xy__bus_commands_close(bus);
    /* Whoever has called is perhaps called by something of it. */
    xy__loop_soon(bus->loop, &bus->end);
}

bool xy__redis_bus_connected(const xy_redis_bus *bus)
{
    return bus->connected;
}
