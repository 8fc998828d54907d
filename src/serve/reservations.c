/* SPDX-License-Identifier: MIT */
/* serve/reservations.c -- tokens in a map, those that wait for a stream in a ring by time.
 *
 * The table's lock is taken before a reservation's, never within it. All wait equally long, so the
 * ring is in order of their end, but for what the clocks of two loops differ. */
#include "serve/reservations.h"

#include <stdlib.h>
#include <sys/random.h>

#include "base/fatal.h"
#include "base/map.h"

typedef struct entry {
    xy_reservation *reservation; /* a reference */
    xy_link link;                /* among the waiting, or alone */
    uint64_t due_ms;
    char token[XY_TOKEN_LEN];
} entry;

struct xy_reservations {
    xy_reservations_limits limits;
    xy_realtime_gauges gauges;
    uv_mutex_t lock;
    xy_map entries; /* guarded by lock, as what follows */
    xy_link waiting;
};

/* ---- tokens ---- */

static bool make_token(char token[XY_TOKEN_LEN])
{
    static const char digits[] = "0123456789abcdef";
    uint8_t random[16];
    char *at = token;

    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random)
        return false;
    for (size_t i = 0; i < sizeof random; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = digits[random[i] >> 4];
        *at++ = digits[random[i] & 15];
    }
    return true;
}

/* ---- entries, under the lock ---- */

/* The hash of all its bytes leads to a token, so how long this takes tells nothing of any. */
static entry *find(const xy_reservations *table, xy_str token)
{
    return token.len == XY_TOKEN_LEN ? xy__map_get(&table->entries, token) : NULL;
}

static void forget(xy_reservations *table, entry *gone)
{
    xy__map_del(&table->entries, (xy_str){gone->token, XY_TOKEN_LEN});
    xy__list_remove(&gone->link);
    xy__reservation_unref(gone->reservation);
    free(gone);
}

/* ---- the table ---- */

xy_reservations *xy__reservations_create(const xy_reservations_limits *limits)
{
    xy_reservations *table;

    if (!limits->count_max)
        return NULL;
    table = xy__zalloc(sizeof *table);
    table->limits = *limits;
    XY_ASSERT(uv_mutex_init(&table->lock) == 0);
    xy__map_init(&table->entries, NULL);
    xy__list_init(&table->waiting);
    return table;
}

void xy__reservations_destroy(xy_reservations *table)
{
    xy_map_slot *slot;
    size_t at = 0;

    if (!table)
        return;
    while ((slot = xy__map_next(&table->entries, &at))) {
        entry *left = slot->value;

        XY_ASSERT(xy__reservation_expire(left->reservation));
        forget(table, left);
    }
    xy__map_deinit(&table->entries);
    uv_mutex_destroy(&table->lock);
    free(table);
}

static entry *create_entry(xy_reservations *table, uint64_t now_ms)
{
    entry *created = xy__zalloc(sizeof *created);

    created->reservation = xy__reservation_create((xy_reservation_limits){
        .queue_high = table->limits.queue_high,
        .seats_max = table->limits.seats_max,
        .gauges = &table->gauges,
    });
    created->due_ms = now_ms + table->limits.wait_ms;
    xy__list_init(&created->link);
    return created;
}

int xy__reservations_add(xy_reservations *table, uint64_t now_ms, char token[XY_TOKEN_LEN])
{
    int rc = XY_OK;
    entry *added;

    if (!make_token(token))
        return XY_EUNAVAILABLE;
    uv_mutex_lock(&table->lock);
    if (table->entries.len >= table->limits.count_max) {
        rc = XY_ELIMIT;
    } else {
        added = create_entry(table, now_ms);
        memcpy(added->token, token, XY_TOKEN_LEN);
        if (table->limits.wait_ms)
            xy__list_append(&table->waiting, &added->link);
        xy__map_put(&table->entries, (xy_str){added->token, XY_TOKEN_LEN}, added);
    }
    uv_mutex_unlock(&table->lock);
    return rc;
}

xy_reservation *xy__reservations_find(xy_reservations *table, xy_str token)
{
    xy_reservation *reservation = NULL;
    entry *found;

    uv_mutex_lock(&table->lock);
    found = find(table, token);
    if (found)
        reservation = xy__reservation_ref(found->reservation);
    uv_mutex_unlock(&table->lock);
    return reservation;
}

int xy__reservations_open(xy_reservations *table, xy_str token, xy_reservation_stream stream,
                          xy_reservation **out)
{
    int rc = XY_ENOTFOUND;
    entry *found;

    uv_mutex_lock(&table->lock);
    found = find(table, token);
    if (found)
        rc = xy__reservation_open(found->reservation, stream);
    if (rc == XY_OK) {
        xy__list_remove(&found->link);
        *out = xy__reservation_ref(found->reservation);
    }
    uv_mutex_unlock(&table->lock);
    return rc;
}

void xy__reservations_close(xy_reservations *table, xy_str token, xy_reservation *reservation)
{
    uv_mutex_lock(&table->lock);
    forget(table, find(table, token));
    uv_mutex_unlock(&table->lock);
    xy__reservation_close(reservation);
    xy__reservation_unref(reservation);
}

uint64_t xy__reservations_expire(xy_reservations *table, uint64_t now_ms)
{
    uint64_t left_ms = 0;

    uv_mutex_lock(&table->lock);
    while (!xy__list_empty(&table->waiting)) {
        entry *first = XY_CONTAINER(table->waiting.next, entry, link);

        if (first->due_ms > now_ms) {
            left_ms = first->due_ms - now_ms;
            break;
        }
        XY_ASSERT(xy__reservation_expire(first->reservation));
        forget(table, first);
    }
    uv_mutex_unlock(&table->lock);
    return left_ms;
}

uint64_t xy__reservations_queued(const xy_reservations *table)
{
    return table ? xy__gauge_read(&table->gauges.waiting_bytes) : 0;
}
