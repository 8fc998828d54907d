/* SPDX-License-Identifier: MIT */
/* redis/bus_commands.c -- commands about a key, each answered once.
 *
 * With one server they go to its connection as they are. In a cluster a copy is kept until the
 * reply is there, because that may be "ask another one":
 *
 *   send --MOVED--> send there, if that server is known; else park until the slots are known anew
 *        --ASK----> send there, behind ASKING
 *
 * So often may that happen; then nobody knows, and the answer is NULL. */
#include <stdlib.h>

#include "base/fatal.h"
#include "redis/bus_parts.h"

#define TRIES_MAX 16u

typedef struct bus_command {
    xy_link link; /* in `parked`, or in none */
    xy_redis_bus *bus;
    xy_redis_reply_fn *fn;
    void *arg;
    unsigned tries;
    size_t argc;
    xy_str words[]; /* the key, then argv; the bytes follow */
} bus_command;

static void orphan(xy_redis_bus *bus, xy_redis_reply_fn *fn, void *arg)
{
    *xy_vec_push(NULL, &bus->orphans) = (bus_orphan){.fn = fn, .arg = arg};
    if (!bus->closed)
        xy__loop_next(bus->loop, &bus->answer_orphans);
}

/* Those that the answers bring wait for another turn, unless an answer closes the bus: that
 * answers all the others before it returns. */
static void on_answer_orphans(xy_task *task)
{
    xy_redis_bus *bus = XY_CONTAINER(task, xy_redis_bus, answer_orphans);
    size_t end = bus->orphans.len;

    while (bus->orphans_at < end && bus->orphans_at < bus->orphans.len) {
        bus_orphan one = bus->orphans.items[bus->orphans_at++];

        if (one.fn)
            one.fn(one.arg, NULL);
    }
    if (bus->orphans_at == bus->orphans.len) {
        bus->orphans_at = 0;
        bus->orphans.len = 0;
    }
}

static bus_command *command_new(xy_redis_bus *bus, xy_str key, const xy_str *argv, size_t argc)
{
    size_t size = sizeof(bus_command) + (argc + 1) * sizeof(xy_str) + key.len;
    bus_command *command;
    char *at;

    for (size_t i = 0; i < argc; i++)
        size += argv[i].len;
    command = xy__malloc(size);
    *command = (bus_command){.bus = bus, .argc = argc};
    xy__list_init(&command->link);
    at = (char *)&command->words[argc + 1];
    for (size_t i = 0; i <= argc; i++) {
        xy_str word = i ? argv[i - 1] : key;

        if (word.len)
            memcpy(at, word.ptr, word.len);
        command->words[i] = (xy_str){at, word.len};
        at += word.len;
    }
    return command;
}

static void on_reply(void *arg, const redisReply *reply);

static void command_send(bus_command *command, bus_node *node, bool asking)
{
    static const xy_str word = XY_STR_INIT("ASKING");

    if (asking)
        xy__redis_command(node->commands, &word, 1, NULL, NULL);
    xy__redis_command(node->commands, command->words + 1, command->argc, on_reply, command);
}

static void park(bus_command *command)
{
    xy__list_append(&command->bus->cluster.parked, &command->link);
    xy__bus_cluster_doubt(command->bus);
}

static void answer(bus_command *command, const redisReply *reply)
{
    xy_redis_reply_fn *fn = command->fn;
    void *arg = command->arg;

    free(command);
    if (fn)
        fn(arg, reply);
}

static void on_reply(void *arg, const redisReply *reply)
{
    bus_command *command = arg;
    bool asks;
    xy_str host;
    uint16_t port;
    bus_node *node;

    if (!reply || reply->type != REDIS_REPLY_ERROR ||
        !xy__redis_redirect_read((xy_str){reply->str, reply->len}, &host, &port)) {
        answer(command, reply);
        return;
    }
    asks = reply->str[0] == 'A';
    node = xy__bus_cluster_find(command->bus, host, port);
    if (!asks)
        xy__bus_cluster_doubt(command->bus);
    if (++command->tries > TRIES_MAX) {
        answer(command, NULL);
    } else if (node && xy__bus_node_takes(node)) {
        command_send(command, node, asks);
    } else {
        park(command);
    }
}

void xy__bus_commands_retry(xy_redis_bus *bus)
{
    xy_link mine;

    xy__list_init(&mine);
    while (!xy__list_empty(&bus->cluster.parked)) {
        xy_link *link = bus->cluster.parked.next;

        xy__list_remove(link);
        xy__list_append(&mine, link);
    }
    for (xy_link *link = mine.next, *next; link != &mine; link = next) {
        bus_command *command = XY_CONTAINER(link, bus_command, link);
        bus_node *node = xy__bus_node_of(bus, command->words[0]);

        next = link->next;
        xy__list_init(link);
        if (xy__bus_node_takes(node)) {
            command_send(command, node, false);
        } else if (++command->tries > TRIES_MAX) {
            orphan(bus, command->fn, command->arg);
            free(command);
        } else {
            park(command);
        }
    }
}

void xy__redis_bus_command(xy_redis_bus *bus, xy_str key, const xy_str *argv, size_t argc,
                           xy_redis_reply_fn *fn, void *arg)
{
    bus_node *node = bus->closed ? NULL : xy__bus_node_of(bus, key);
    bus_command *command;

    if (!node || !xy__bus_node_takes(node)) {
        orphan(bus, fn, arg);
    } else if (bus->cluster.slots) {
        command = command_new(bus, key, argv, argc);
        command->fn = fn;
        command->arg = arg;
        command_send(command, node, false);
    } else {
        xy__redis_command(node->commands, argv, argc, fn, arg);
    }
}

void xy__bus_commands_init(xy_redis_bus *bus)
{
    bus->answer_orphans.fn = on_answer_orphans;
    xy__list_init(&bus->cluster.parked);
}

void xy__bus_commands_close(xy_redis_bus *bus)
{
    for (xy_link *link = bus->cluster.parked.next, *next; link != &bus->cluster.parked;
         link = next) {
        bus_command *command = XY_CONTAINER(link, bus_command, link);

        next = link->next;
        orphan(bus, command->fn, command->arg);
        free(command);
    }
    xy__list_init(&bus->cluster.parked);
    xy__task_cancel(&bus->answer_orphans);
    on_answer_orphans(&bus->answer_orphans);
}

void xy__bus_commands_deinit(xy_redis_bus *bus)
{
    while (bus->orphans.len)
        on_answer_orphans(&bus->answer_orphans);
    free(bus->orphans.items);
}
