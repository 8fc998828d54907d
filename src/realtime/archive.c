/* SPDX-License-Identifier: MIT */
/* realtime/archive.c -- topic -> ring of payloads.
 *
 *   shelf "news:1", epoch 7     first = last - len + 1
 *     . . [4] [5] [6] . .       last = 6: the next one is 7
 *
 * Invariants
 *   1. The events of a shelf are numbered from 1, and those that it holds are its last ones: a
 *      number says whether an event is kept, is forgotten, or has never been.
 *   2. Shelves stand in the order of their last event, the oldest first. From there they give way:
 *      event by event where bytes are short, as a whole where they are too old.
 *   3. A shelf that is made anew has an epoch of its own: numbers of the one before it mean
 *      nothing.
 *   4. `bytes` counts everything that grows: payloads, slots, names. */
#include "realtime/archive.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/list.h"
#include "base/map.h"

#define CAP_FIRST ((uint32_t)4)

typedef struct shelf {
    xy_link link; /* in the archive's shelves */
    uint64_t epoch;
    uint64_t last; /* number of the last event */
    uint64_t changed_s;
    xy_bytes **events; /* a ring of references */
    uint32_t cap;      /* a power of two, or 0 */
    uint32_t head;
    uint32_t len;
    xy_str name; /* points to `text` */
    char text[];
} shelf;

struct xy_archive {
    xy_durable_limits limits;
    uint64_t epoch; /* of the youngest shelf */
    xy_map shelves;
    xy_link oldest; /* ring of all */
    size_t bytes;
};

xy_archive *xy__archive_create(const xy_durable_limits *limits, uint64_t epoch)
{
    xy_archive *archive = xy__zalloc(sizeof *archive);

    archive->limits = *limits;
    archive->epoch = epoch;
    xy__map_init(&archive->shelves, NULL);
    xy__list_init(&archive->oldest);
    return archive;
}

/* ---- shelves ---- */

static size_t shelf_cost(const shelf *s)
{
    return sizeof *s + s->name.len;
}

static size_t event_cost(const xy_bytes *event)
{
    return XY_ARCHIVE_EVENT_COST + xy_bytes_str(event).len;
}

static uint64_t epoch_after(uint64_t epoch)
{
    return epoch == UINT64_MAX ? 1 : epoch + 1;
}

static shelf *shelf_create(xy_archive *archive, xy_str topic, uint64_t epoch)
{
    shelf *s = xy__zalloc(sizeof *s + topic.len);

    if (topic.len)
        memcpy(s->text, topic.ptr, topic.len);
    s->name = (xy_str){s->text, topic.len};
    s->epoch = epoch;
    archive->epoch = epoch;
    xy__map_put(&archive->shelves, s->name, s);
    xy__list_append(&archive->oldest, &s->link);
    archive->bytes += shelf_cost(s);
    return s;
}

static void drop_first(xy_archive *archive, shelf *s)
{
    xy_bytes *first = s->events[s->head];

    s->head = (s->head + 1) & (s->cap - 1);
    s->len--;
    archive->bytes -= event_cost(first);
    xy_bytes_unref(first);
}

static void shelf_destroy(xy_archive *archive, shelf *s)
{
    while (s->len)
        drop_first(archive, s);
    archive->bytes -= shelf_cost(s);
    xy__map_del(&archive->shelves, s->name);
    xy__list_remove(&s->link);
    free(s->events);
    free(s);
}

void xy__archive_destroy(xy_archive *archive)
{
    if (!archive)
        return;
    while (!xy__list_empty(&archive->oldest))
        shelf_destroy(archive, XY_CONTAINER(archive->oldest.next, shelf, link));
    xy__map_deinit(&archive->shelves);
    free(archive);
}

static void grow(shelf *s)
{
    uint32_t cap = s->cap ? s->cap * 2 : CAP_FIRST;
    xy_bytes **events = xy__malloc(cap * sizeof *events);

    for (uint32_t i = 0; i < s->len; i++)
        events[i] = s->events[(s->head + i) & (s->cap - 1)];
    free(s->events);
    s->events = events;
    s->cap = cap;
    s->head = 0;
}

/* ---- what gives way ---- */

static void forget_old(xy_archive *archive, uint64_t now_s)
{
    while (!xy__list_empty(&archive->oldest)) {
        shelf *s = XY_CONTAINER(archive->oldest.next, shelf, link);

        if (now_s - s->changed_s <= archive->limits.age_max_s)
            break;
        shelf_destroy(archive, s);
    }
}

/* `youngest` has just got an event: it keeps its numbers, whatever becomes of the events. */
static void make_room(xy_archive *archive, const shelf *youngest)
{
    while (archive->bytes > archive->limits.bytes_max) {
        shelf *s = XY_CONTAINER(archive->oldest.next, shelf, link);

        if (s->len) {
            drop_first(archive, s);
        } else if (s != youngest) {
            shelf_destroy(archive, s);
        } else {
            break;
        }
    }
}

/* ---- events ---- */

xy_event_id xy__archive_next(xy_archive *archive, xy_str topic, uint64_t now_s)
{
    const shelf *s;

    forget_old(archive, now_s);
    s = xy__map_get(&archive->shelves, topic);
    if (s)
        return (xy_event_id){.epoch = s->epoch, .minor = s->last + 1};
    return (xy_event_id){.epoch = epoch_after(archive->epoch), .minor = 1};
}

void xy__archive_keep(xy_archive *archive, xy_str topic, const xy_event_id *id, xy_bytes *payload,
                      uint64_t now_s)
{
    shelf *s = xy__map_get(&archive->shelves, topic);

    if (!s)
        s = shelf_create(archive, topic, id->epoch);
    XY_ASSERT(id->epoch == s->epoch && id->minor == s->last + 1);
    s->last = id->minor;
    s->changed_s = now_s;
    xy__list_remove(&s->link);
    xy__list_append(&archive->oldest, &s->link);
    if (s->len == archive->limits.events_max) {
        if (!s->len)
            return;
        drop_first(archive, s);
    }
    if (s->len == s->cap)
        grow(s);
    s->events[(s->head + s->len++) & (s->cap - 1)] = xy_bytes_ref(payload);
    archive->bytes += event_cost(payload);
    make_room(archive, s);
}

/* ---- questions ---- */

/* Is the event known after which is asked? Its number in *number; 0: from the beginning. */
static bool find_known(const shelf *s, const xy_history *history, uint64_t *number)
{
    if (history->from_claim) {
        *number = history->after.minor;
        return s && history->after.tag == xy__event_id_tag(s->name, s->epoch) &&
               history->after.major == 0 && *number <= s->last;
    }
    *number = history->position.minor;
    return xy__event_id_is_none(&history->position) ||
           (s && history->position.epoch == s->epoch && *number <= s->last);
}

static void copy(const shelf *s, uint64_t number, xy_history *history)
{
    uint64_t first = s->last - s->len + 1;

    for (; number <= s->last; number++) {
        xy_event_id id = {.epoch = s->epoch, .minor = number};
        xy_bytes *event = s->events[(s->head + (uint32_t)(number - first)) & (s->cap - 1)];

        if (!xy__history_fits(history, xy_bytes_str(event).len))
            return;
        xy__history_add(history, &id, event);
    }
    history->end = true;
}

void xy__archive_read(xy_archive *archive, xy_history *history, uint64_t now_s)
{
    const shelf *s;
    uint64_t number;
    uint64_t first;

    forget_old(archive, now_s);
    s = xy__map_get(&archive->shelves, history->topic);
    if (!find_known(s, history, &number)) {
        history->gap = true;
        history->end = true;
        return;
    }
    history->end = !s;
    if (!s)
        return;
    first = s->last - s->len + 1;
    if (number + 1 < first) {
        history->gap = history->from_claim || !xy__event_id_is_none(&history->position);
        number = first - 1;
    }
    copy(s, number + 1, history);
}

size_t xy__archive_bytes(const xy_archive *archive)
{
    return archive->bytes;
}

size_t xy__archive_topics(const xy_archive *archive)
{
    return archive->shelves.len;
}
