/* SPDX-License-Identifier: MIT */
/* realtime/pubsub.c -- topic -> mailboxes, under one lock.
 *
 * Invariants
 *   1. A topic is in the table exactly while a mailbox has joined it, and the store listens to it
 *      exactly that long.
 *   2. Numbering an event and putting it into all mailboxes is one step under the lock: every
 *      mailbox has the events of a topic in the same order, without a gap.
 *   3. Mailboxes are filled under the lock only, so room that was seen there is there.
 *   4. Locks are taken in the order broker, mailbox, loop; never the other way round.
 *
 * Read next: hub.c (a worker's end), mailbox.c (how an event changes threads). */
#include "realtime/pubsub.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/fatal.h"
#include "base/map.h"

typedef struct listener {
    xy_mailbox *mailbox;
    uint32_t tag;
} listener;

typedef struct broker_topic {
    uint64_t epoch;
    uint64_t sequence; /* of the last event */
    bool durable;
    bool live;   /* what is published arrives */
    xy_gap lost; /* news of a gap for which a mailbox had no room yet */
    XY_VEC(listener) listeners;
    xy_str name; /* points to `text` */
    char text[];
} broker_topic;

struct xy_pubsub {
    xy_pubsub_limits limits;
    xy_store *store;
    XY_VEC(char *) durable; /* names */
    uv_mutex_t lock;
    xy_map topics;  /* guarded by lock */
    uint64_t epoch; /* guarded by lock: of the youngest topic */
    xy_realtime_gauges gauges;
};

xy_pubsub *xy__pubsub_create(const xy_pubsub_limits *limits, xy_store *store)
{
    xy_pubsub *ps = xy__zalloc(sizeof *ps);

    ps->limits = *limits;
    ps->store = store ? store : xy__store_memory_create(&(xy_durable_limits){0});
    XY_ASSERT(uv_mutex_init(&ps->lock) == 0);
    xy__map_init(&ps->topics, NULL);
    /* Random, so that no epoch of an earlier process is taken for one of ours. */
    XY_ASSERT(getrandom(&ps->epoch, sizeof ps->epoch, 0) == (ssize_t)sizeof ps->epoch);
    ps->store->ops->attach(ps->store, ps);
    return ps;
}

void xy__pubsub_destroy(xy_pubsub *ps)
{
    if (!ps)
        return;
    XY_ASSERT(ps->topics.len == 0);
    ps->store->ops->destroy(ps->store);
    xy__map_deinit(&ps->topics);
    uv_mutex_destroy(&ps->lock);
    for (size_t i = 0; i < ps->durable.len; i++)
        free(ps->durable.items[i]);
    free(ps->durable.items);
    free(ps);
}

void xy__pubsub_add_durable(xy_pubsub *ps, xy_str name)
{
    char *copy = xy__zalloc(name.len + 1);

    memcpy(copy, name.ptr, name.len);
    *xy_vec_push(NULL, &ps->durable) = copy;
}

bool xy__pubsub_is_durable(const xy_pubsub *ps, xy_str topic)
{
    for (size_t i = 0; i < ps->durable.len; i++) {
        xy_str name = xy_str_from(ps->durable.items[i]);

        if (topic.len >= name.len && memcmp(topic.ptr, name.ptr, name.len) == 0 &&
            (topic.len == name.len || topic.ptr[name.len] == ':'))
            return true;
    }
    return false;
}

const xy_pubsub_limits *xy__pubsub_limits(const xy_pubsub *ps)
{
    return &ps->limits;
}

xy_store *xy__pubsub_store(const xy_pubsub *ps)
{
    return ps->store;
}

int xy__pubsub_publish(xy_pubsub *ps, xy_str topic, xy_bytes *payload)
{
    int rc;

    if (topic.len > XY_TOPIC_BYTES_MAX || xy_bytes_str(payload).len > ps->limits.event_bytes_max)
        return XY_ELIMIT;
    rc = ps->store->ops->publish(ps->store, topic, payload, xy__pubsub_is_durable(ps, topic));
    if (rc == XY_OK)
        xy__gauge_add(&ps->gauges.published, 1);
    return rc;
}

void xy__pubsub_read(xy_pubsub *ps, xy_history *history)
{
    ps->store->ops->read(ps->store, history);
}

/* Under the lock: all mailboxes or none. */
static bool all_have_room(const broker_topic *topic, const xy_bytes *payload)
{
    for (size_t i = 0; i < topic->listeners.len; i++)
        if (!xy__mailbox_fits(topic->listeners.items[i].mailbox, payload))
            return false;
    return true;
}

/* Under the lock. The epoch of a gap has begun when it was known. */
static void put_all(const broker_topic *topic, xy_mail mail)
{
    mail.epoch = topic->epoch;
    mail.sequence = topic->sequence;
    for (size_t i = 0; i < topic->listeners.len; i++) {
        mail.tag = topic->listeners.items[i].tag;
        xy__mailbox_put(topic->listeners.items[i].mailbox, mail);
    }
}

/* Under the lock: there is room for it, or for an event, which it goes before. */
static void put_lost(broker_topic *topic)
{
    if (topic->lost)
        put_all(topic, (xy_mail){.kind = XY_MAIL_GAP, .reason = topic->lost});
    topic->lost = XY_GAP_NONE;
}

int xy__pubsub_deliver(xy_pubsub *ps, xy_str name, xy_bytes *payload, const xy_event_id *id)
{
    broker_topic *topic;
    int rc = XY_OK;

    if (xy__mailbox_cost(payload) > ps->limits.mailbox_bytes_max)
        return XY_ELIMIT;
    uv_mutex_lock(&ps->lock);
    topic = xy__map_get(&ps->topics, name);
    if (topic && all_have_room(topic, payload)) {
        put_lost(topic);
        topic->sequence++;
        put_all(topic, (xy_mail){.payload = payload, .id = id ? *id : (xy_event_id){0}});
    } else if (topic) {
        xy__gauge_add(&ps->gauges.refused, 1);
        rc = XY_EFULL;
    }
    uv_mutex_unlock(&ps->lock);
    return rc;
}

/* Under the lock. */
static void begin_epoch(xy_pubsub *ps, broker_topic *topic)
{
    topic->epoch = ++ps->epoch;
    topic->sequence = 0;
}

/* Under the lock. Nobody is told before the next event: so while there is no room, one word of it
 * is as good as many, and a mailbox that is full does not grow. */
static void tell_gap(xy_pubsub *ps, broker_topic *topic, xy_gap reason)
{
    begin_epoch(ps, topic);
    topic->lost = reason;
    if (all_have_room(topic, NULL))
        put_lost(topic);
}

void xy__pubsub_gap(xy_pubsub *ps, xy_gap reason)
{
    size_t at = 0;
    xy_map_slot *slot;

    uv_mutex_lock(&ps->lock);
    for (slot = xy__map_next(&ps->topics, &at); slot; slot = xy__map_next(&ps->topics, &at))
        tell_gap(ps, slot->value, reason);
    uv_mutex_unlock(&ps->lock);
}

void xy__pubsub_gap_topic(xy_pubsub *ps, xy_str name, xy_gap reason)
{
    broker_topic *topic;

    uv_mutex_lock(&ps->lock);
    topic = xy__map_get(&ps->topics, name);
    if (topic)
        tell_gap(ps, topic, reason);
    uv_mutex_unlock(&ps->lock);
}

bool xy__pubsub_live(xy_pubsub *ps, xy_str name)
{
    broker_topic *topic;
    bool news;

    uv_mutex_lock(&ps->lock);
    topic = xy__map_get(&ps->topics, name);
    news = topic && !topic->live;
    if (news) {
        topic->live = true;
        put_all(topic, (xy_mail){.kind = XY_MAIL_LIVE});
    }
    uv_mutex_unlock(&ps->lock);
    return news;
}

/* Under the lock. */
static broker_topic *topic_create(xy_pubsub *ps, xy_str name)
{
    broker_topic *topic = xy__zalloc(sizeof *topic + name.len);

    if (name.len)
        memcpy(topic->text, name.ptr, name.len);
    topic->name = (xy_str){topic->text, name.len};
    topic->durable = xy__pubsub_is_durable(ps, name);
    begin_epoch(ps, topic);
    xy__map_put(&ps->topics, topic->name, topic);
    xy__gauge_add(&ps->gauges.topics, 1);
    return topic;
}

bool xy__pubsub_join(xy_pubsub *ps, xy_str name, xy_mailbox *mailbox, uint32_t tag)
{
    broker_topic *topic;
    bool live;

    uv_mutex_lock(&ps->lock);
    topic = xy__map_get(&ps->topics, name);
    if (!topic) {
        topic = topic_create(ps, name);
        topic->live = ps->store->ops->listen(ps->store, name, topic->durable);
    }
    for (size_t i = 0; i < topic->listeners.len; i++)
        XY_ASSERT(topic->listeners.items[i].mailbox != mailbox);
    *xy_vec_push(NULL, &topic->listeners) = (listener){mailbox, tag};
    live = topic->live;
    uv_mutex_unlock(&ps->lock);
    return live;
}

void xy__pubsub_leave(xy_pubsub *ps, xy_str name, xy_mailbox *mailbox)
{
    broker_topic *topic;
    size_t at = 0;

    uv_mutex_lock(&ps->lock);
    topic = xy__map_get(&ps->topics, name);
    XY_ASSERT(topic);
    while (topic->listeners.items[at].mailbox != mailbox)
        XY_ASSERT(++at < topic->listeners.len);
    topic->listeners.items[at] = topic->listeners.items[--topic->listeners.len];
    if (!topic->listeners.len) {
        ps->store->ops->ignore(ps->store, name, topic->durable);
        xy__map_del(&ps->topics, name);
        xy__gauge_sub(&ps->gauges.topics, 1);
        free(topic->listeners.items);
        free(topic);
    }
    uv_mutex_unlock(&ps->lock);
}

void xy__pubsub_open_mailbox(xy_pubsub *ps, xy_mailbox *mailbox, xy_loop *loop, xy_on_mail *on_mail)
{
    xy__mailbox_open(mailbox, loop, ps->limits.mailbox_bytes_max, &ps->gauges.mailbox_bytes,
                     on_mail);
}

xy_realtime_gauges *xy__pubsub_gauges(xy_pubsub *ps)
{
    return &ps->gauges;
}

xy_str xy__topic_name(char scratch[XY_TOPIC_BYTES_MAX], xy_str topic, xy_str id)
{
    size_t len = topic.len + (id.ptr ? 1 + id.len : 0);

    if (topic.len > XY_TOPIC_BYTES_MAX || id.len > XY_TOPIC_BYTES_MAX || len > XY_TOPIC_BYTES_MAX)
        return XY_STR_NULL;
    if (topic.len)
        memcpy(scratch, topic.ptr, topic.len);
    if (id.ptr) {
        scratch[topic.len] = ':';
        memcpy(scratch + topic.len + 1, id.ptr, id.len);
    }
    return (xy_str){scratch, len};
}
