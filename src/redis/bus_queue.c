/* SPDX-License-Identifier: MIT */
/* redis/bus_queue.c -- what is published, until the server has answered.
 *
 *   publish, append --> queue --flush--> sent --reply--> done
 *                        ^  ^             |  |
 *                        |  +--- lost ----+  | refused for now (NOSCRIPT, LOADING, …)
 *                        +------ resume ---- again
 *
 * Invariants
 *   1. Items are in the order in which they were published: `again`, then `sent`, then `queue`.
 *      Only those of a slot that is on its way to another server (ASK, TRYAGAIN) are kept aside,
 *      in `held`, so that the others need not wait for that.
 *   2. After a refusal nothing is sent until `sent` is empty: what was refused goes first again,
 *      and what was sent behind it and is refused, too, comes after it.
 *   3. An item counts in waiting_count and waiting_bytes from publish() until it is done; those
 *      have bounds. Its message is never copied but into the bytes that leave.
 *   4. What is sent and not answered has a bound of its own, so that those bytes have one.
 *   5. No call is sent again behind a later one about the same key that has run: scripts that skip
 *      what comes late would skip it. Its caller is told, who can number it anew.
 *
 * Read next: talk.h (the bytes), bus_channels.c (the other direction). */
#include <stdio.h>
#include <stdlib.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "redis/bus_parts.h"

#define WORDS_MAX 64u

typedef struct bus_item {
    xy_link link;
    xy_bytes *message; /* the last word; NULL: none */
    xy_redis_reply_fn *fn;
    void *arg;
    size_t cost;
    uint32_t call; /* 0: a message; else 1 + the script's index */
    uint32_t keys;
    uint32_t words;  /* in `text`, before the message */
    bool by_text;    /* the server did not know the script: it is given its text */
    bool overtaken;  /* it was refused, and a later call about its key was not */
    uint32_t lens[]; /* of the words, which follow */
} bus_item;

/* What an error says of the item it answers. */
typedef enum refusal {
    REFUSED_FOR_GOOD,
    REFUSED_UNKNOWN, /* the script */
    REFUSED_FOR_NOW,
    REFUSED_MOVED, /* another server has the slot */
    REFUSED_SLOT,  /* another server will have it */
} refusal;

static bus_item *of_link(xy_link *link)
{
    return XY_CONTAINER(link, bus_item, link);
}

/* NULL: there is none. */
static bus_item *take_first(xy_link *list)
{
    xy_link *link = list->next;

    if (link == list)
        return NULL;
    list->next = link->next;
    link->next->prev = list;
    return of_link(link);
}

/* All of `from`, in its order, before all of `to`. */
static void put_in_front(xy_link *to, xy_link *from)
{
    while (!xy__list_empty(from)) {
        xy_link *link = from->prev;

        xy__list_remove(link);
        xy__list_append(to->next, link);
    }
}

void xy__bus_queue_init(bus_node *node)
{
    xy__list_init(&node->queue);
    xy__list_init(&node->sent);
    xy__list_init(&node->again);
    xy__list_init(&node->held);
    xy__list_init(&node->late);
}

/* ---- In ---- */

static xy_str key_of(const bus_item *item)
{
    return (xy_str){(const char *)&item->lens[item->words], item->lens[0]};
}

static bus_item *item_new(xy_redis_bus *bus, const xy_str *words, size_t count, xy_bytes *message)
{
    size_t size = sizeof(bus_item) + count * sizeof(uint32_t);
    bus_item *item;
    char *at;

    for (size_t i = 0; i < count; i++)
        size += words[i].len;
    if (message)
        size += xy_bytes_str(message).len;
    if (bus->closed || bus->waiting_count >= bus->options.queue_count_max ||
        size > bus->options.queue_bytes_max ||
        bus->waiting_bytes > bus->options.queue_bytes_max - size)
        return NULL;
    item = xy__malloc(size - (message ? xy_bytes_str(message).len : 0));
    *item = (bus_item){
        .message = message ? xy_bytes_ref(message) : NULL, .cost = size, .words = (uint32_t)count};
    at = (char *)&item->lens[count];
    for (size_t i = 0; i < count; i++) {
        item->lens[i] = (uint32_t)words[i].len;
        if (words[i].len)
            memcpy(at, words[i].ptr, words[i].len);
        at += words[i].len;
    }
    bus->waiting_count++;
    bus->waiting_bytes += size;
    return item;
}

static void item_put(bus_node *node, bus_item *item)
{
    xy__list_append(&node->queue, &item->link);
    xy__bus_flush_soon(node);
}

int xy__redis_bus_publish(xy_redis_bus *bus, xy_str channel, xy_bytes *message)
{
    bus_item *item = item_new(bus, &channel, 1, message);

    if (!item)
        return XY_EFULL;
    item_put(xy__bus_node_of(bus, channel), item);
    return XY_OK;
}

int xy__redis_bus_append(xy_redis_bus *bus, const xy_redis_call *call, xy_redis_reply_fn *fn,
                         void *arg)
{
    xy_str words[WORDS_MAX];
    bus_item *item;

    XY_ASSERT(call->script < bus->script_count && call->key_count > 0);
    XY_ASSERT(call->key_count + call->arg_count <= WORDS_MAX);
    memcpy(words, call->keys, call->key_count * sizeof words[0]);
    if (call->arg_count)
        memcpy(words + call->key_count, call->args, call->arg_count * sizeof words[0]);
    item = item_new(bus, words, call->key_count + call->arg_count, call->last);
    if (!item)
        return XY_EFULL;
    item->fn = fn;
    item->arg = arg;
    item->call = 1 + (uint32_t)call->script;
    item->keys = (uint32_t)call->key_count;
    item_put(xy__bus_node_of(bus, call->keys[0]), item);
    return XY_OK;
}

size_t xy__redis_bus_waiting(const xy_redis_bus *bus, size_t *bytes)
{
    if (bytes)
        *bytes = bus->waiting_bytes;
    return bus->waiting_count;
}

/* ---- Out ---- */

/* It has its reply, or (NULL) will have none. Whoever is told may close the bus. */
static void item_done(xy_redis_bus *bus, bus_item *item, const redisReply *reply)
{
    xy_redis_reply_fn *fn = item->fn;
    void *arg = item->arg;

    bus->waiting_count--;
    bus->waiting_bytes -= item->cost;
    xy_bytes_unref(item->message);
    free(item);
    if (fn)
        fn(arg, reply);
}

static void on_reply(void *arg, const redisReply *reply);

static void item_send(bus_node *node, const bus_item *item)
{
    xy_str words[WORDS_MAX + 4];
    xy_redis_bus *bus = node->bus;
    const char *at = (const char *)&item->lens[item->words];
    char keys[16];
    size_t len = 0;

    if (item->call) {
        const char *sha = bus->shas[item->call - 1];
        bool by_text = item->by_text || !*sha;

        words[len++] = by_text ? XY_STR("EVAL") : XY_STR("EVALSHA");
        words[len++] = xy_str_from(by_text ? bus->options.scripts[item->call - 1] : sha);
        snprintf(keys, sizeof keys, "%u", item->keys);
        words[len++] = xy_str_from(keys);
    } else {
        words[len++] = bus->options.sharded ? XY_STR("SPUBLISH") : XY_STR("PUBLISH");
    }
    for (size_t i = 0; i < item->words; i++) {
        words[len++] = (xy_str){at, item->lens[i]};
        at += item->lens[i];
    }
    if (item->message)
        words[len++] = xy_bytes_str(item->message);
    xy__redis_command(node->commands, words, len, on_reply, node);
}

static bool is_held(const bus_node *node, const bus_item *item)
{
    uint16_t slot;

    if (!node->held_count)
        return false;
    slot = xy__redis_slot(key_of(item));
    for (size_t i = 0; i < node->held_count; i++)
        if (node->held_slots[i] == slot)
            return true;
    return false;
}

/* Its slot waits, or, when too many do, all of the node. */
static void hold(bus_node *node, const bus_item *item)
{
    if (is_held(node, item))
        return;
    if (node->held_count == BUS_HELD_MAX) {
        node->wants_time = true;
        return;
    }
    node->held_slots[node->held_count++] = xy__redis_slot(key_of(item));
    xy__bus_retry_later(node);
}

static void unhold(bus_node *node)
{
    put_in_front(&node->queue, &node->held);
    node->held_count = 0;
}

void xy__bus_queue_flush(bus_node *node)
{
    if (!xy__bus_node_takes(node) || node->pausing || node->scripts_left || node->wants_time ||
        node->wants_table || node->bus->cluster.changing)
        return;
    while (!xy__list_empty(&node->queue) &&
           (!node->sent_count ||
            (node->sent_bytes < BUS_SENT_BYTES && node->sent_count < BUS_SENT_COUNT))) {
        bus_item *item = of_link(node->queue.next);

        xy__list_remove(&item->link);
        if (is_held(node, item)) {
            xy__list_append(&node->held, &item->link);
            continue;
        }
        xy__list_append(&node->sent, &item->link);
        node->sent_count++;
        node->sent_bytes += item->cost;
        item_send(node, item);
    }
}

/* ---- Scripts ---- */

static void log_error(bus_node *node, const char *what, const redisReply *error)
{
    if (node->error_logged)
        return;
    node->error_logged = true;
    xy_log(XY_LOG_ERROR, "redis", what, XY_LOG_STR("answer", ((xy_str){error->str, error->len})));
}

static void on_loaded(void *arg, const redisReply *reply)
{
    bus_node *node = arg;
    char *sha;

    if (!reply)
        return;
    sha = node->bus->shas[node->bus->script_count - node->scripts_left];
    sha[0] = '\0';
    if (reply->type == REDIS_REPLY_STRING && reply->len == BUS_SHA_BYTES - 1) {
        memcpy(sha, reply->str, BUS_SHA_BYTES);
    } else if (reply->type == REDIS_REPLY_ERROR) {
        log_error(node, "Redis does not load a script; it is sent with each call", reply);
    }
    if (!--node->scripts_left)
        xy__bus_flush_soon(node);
}

static void load_scripts(bus_node *node)
{
    xy_redis_bus *bus = node->bus;

    node->wants_scripts = false;
    node->scripts_left = bus->script_count;
    for (size_t i = 0; i < bus->script_count; i++)
        xy__redis_command(
            node->commands,
            (xy_str[]){XY_STR("SCRIPT"), XY_STR("LOAD"), xy_str_from(bus->options.scripts[i])}, 3,
            on_loaded, node);
}

/* ---- Replies ---- */

static refusal refusal_of(const xy_redis_bus *bus, const bus_item *item, const redisReply *reply)
{
    static const struct {
        const char *word;
        refusal why;
    } words[] = {
        {"LOADING", REFUSED_FOR_NOW},    {"BUSY", REFUSED_FOR_NOW},
        {"MASTERDOWN", REFUSED_FOR_NOW}, {"MISCONF", REFUSED_FOR_NOW},
        {"OOM", REFUSED_FOR_NOW},        {"NOREPLICAS", REFUSED_FOR_NOW},
        {"TRYAGAIN", REFUSED_SLOT},      {"ASK ", REFUSED_SLOT},
        {"MOVED ", REFUSED_MOVED},       {"CLUSTERDOWN", REFUSED_MOVED},
        {"READONLY", REFUSED_MOVED},
    };

    if (item->call && !item->by_text && strncmp(reply->str, "NOSCRIPT", 8) == 0)
        return REFUSED_UNKNOWN;
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (strncmp(reply->str, words[i].word, strlen(words[i].word)) == 0)
            return bus->options.sharded ? words[i].why : REFUSED_FOR_NOW;
    return REFUSED_FOR_GOOD;
}

/* `item` has run: those which were refused before it come too late. */
static void note_overtaken(bus_node *node, const bus_item *item)
{
    if (!item->call)
        return;
    for (xy_link *link = node->again.next; link != &node->again; link = link->next) {
        bus_item *other = of_link(link);

        other->overtaken = other->overtaken || (other->call && xy_str_eq(key_of(other), //
                                                                         key_of(item)));
    }
}

/* False: the bus was closed. */
static bool answer_overtaken(bus_node *node)
{
    static char text[] = "OVERTAKEN it was refused, and a later call about its key has run";
    const redisReply error = {.type = REDIS_REPLY_ERROR, .str = text, .len = sizeof text - 1};
    xy_redis_bus *bus = node->bus;

    for (xy_link *link = node->again.next, *next; link != &node->again; link = next) {
        next = link->next;
        if (of_link(link)->overtaken) {
            xy__list_remove(link);
            xy__list_append(&node->late, link);
        }
    }
    put_in_front(&node->queue, &node->again);
    for (bus_item *item; !bus->closed && (item = take_first(&node->late)) != NULL;)
        item_done(bus, item, &error);
    return !bus->closed;
}

/* All that was sent is answered: what was refused comes first again, when that makes sense. False:
 * the bus was closed. */
static bool resume(bus_node *node)
{
    node->pausing = false;
    if (node->wants_scripts)
        load_scripts(node);
    if (node->wants_time)
        xy__bus_retry_later(node);
    return answer_overtaken(node);
}

static void refuse(bus_node *node, bus_item *item, refusal why, const redisReply *error)
{
    node->pausing = true;
    xy__list_append(&node->again, &item->link);
    if (why == REFUSED_UNKNOWN) {
        item->by_text = true;
        node->wants_scripts = true;
    } else if (why == REFUSED_SLOT) {
        hold(node, item);
    } else if (why == REFUSED_MOVED) {
        node->wants_table = true;
        xy__bus_cluster_doubt(node->bus);
    } else {
        log_error(node, "Redis does not take what is published; it is sent again", error);
        node->wants_time = true;
    }
}

static void on_reply(void *arg, const redisReply *reply)
{
    bus_node *node = arg;
    xy_redis_bus *bus = node->bus;
    refusal why = REFUSED_FOR_GOOD;
    bus_item *item;

    if (!reply)
        return; /* xy__bus_queue_lost() sees to all of them */
    item = of_link(node->sent.next);
    xy__list_remove(&item->link);
    node->sent_count--;
    node->sent_bytes -= item->cost;
    if (reply->type == REDIS_REPLY_ERROR) {
        why = refusal_of(bus, item, reply);
        if (why == REFUSED_FOR_GOOD)
            log_error(node, "Redis refuses what is published", reply);
    } else {
        node->error_logged = false;
    }
    if (why != REFUSED_FOR_GOOD) {
        refuse(node, item, why, reply);
    } else {
        if (reply->type != REDIS_REPLY_ERROR)
            note_overtaken(node, item);
        item_done(bus, item, reply);
    }
    if (bus->closed || (node->pausing && !node->sent_count && !resume(node)))
        return;
    xy__bus_flush_soon(node);
    if (!node->sent_count)
        xy__bus_cluster_settled(bus);
}

void xy__bus_queue_ready(bus_node *node)
{
    node->wants_scripts = false;
    load_scripts(node);
}

void xy__bus_queue_lost(bus_node *node)
{
    unhold(node);
    put_in_front(&node->queue, &node->sent);
    put_in_front(&node->queue, &node->again);
    node->sent_count = 0;
    node->sent_bytes = 0;
    node->pausing = false;
    node->wants_time = false;
    node->wants_table = false;
}

void xy__bus_queue_retry(bus_node *node)
{
    node->wants_time = node->wants_time && node->pausing;
    if (!node->pausing) {
        unhold(node);
    } else if (node->held_count) {
        xy__bus_retry_later(node);
    }
}

/* All items of `node`, which are all to be sent, go behind `all`. */
static void collect(bus_node *node, xy_link *all)
{
    XY_ASSERT(!node->sent_count);
    unhold(node);
    put_in_front(&node->queue, &node->again);
    while (!xy__list_empty(&node->queue)) {
        xy_link *link = node->queue.next;

        xy__list_remove(link);
        xy__list_append(all, link);
    }
    node->pausing = false;
    node->wants_table = false;
    xy__bus_flush_soon(node);
}

void xy__bus_queue_deal(xy_redis_bus *bus)
{
    xy_link all;

    xy__list_init(&all);
    collect(bus->nobody, &all);
    for (xy_link *link = bus->nodes.next; link != &bus->nodes; link = link->next)
        collect(XY_CONTAINER(link, bus_node, link), &all);
    while (!xy__list_empty(&all)) {
        bus_item *item = of_link(all.next);

        xy__list_remove(&item->link);
        item_put(xy__bus_node_of(bus, key_of(item)), item);
    }
}

void xy__bus_queue_close(bus_node *node)
{
    unhold(node);
    put_in_front(&node->queue, &node->sent);
    put_in_front(&node->queue, &node->again);
    put_in_front(&node->queue, &node->late);
    for (xy_link *link = node->queue.next, *next; link != &node->queue; link = next) {
        next = link->next;
        item_done(node->bus, of_link(link), NULL);
    }
    xy__list_init(&node->queue);
}
