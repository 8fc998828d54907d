/* SPDX-License-Identifier: MIT */
/* serve/revocation_reader.c -- a subscriber of the topic, and what was said before it was one.
 *
 *                first lease              topic is live             all is read
 *   nobody there -----------> subscribed --------------> asks ------------------> all comes by mail
 *        ^                        |                       | ^--unavailable, more     |
 *        +------ last lease ------+-----------------------+--------------------------+
 *
 * A reader of a durable topic begins with what is appended once it has begun. A stream that was
 * opened before that, while the server was away say, may have lost its user meanwhile: so what was
 * said since then is asked for. Where the topic is live at once nothing can have been.
 *
 * Invariants
 *   1. The hub has the subscriber exactly while there is a lease.
 *   2. A question, its timer and the opening belong to the subscriber: they go with it.
 *   3. Whoever is ended may be the last one, and may be followed by a first one at once: after each
 *      the life is looked at. */
#include "serve/revocation_reader.h"

#include "xylem/log.h"

#include "base/fatal.h"
#include "serve/revocation_notice.h"

/* What a notice needs to be read, its text aside. */
#define ARENA_BYTES_MAX (4 * XY_REVOCATION_BYTES_MAX)
#define ARENA_BYTES     1024u

static void obey(xy_revocation_reader *reader, xy_str text)
{
    xy_revocation_notice notice;
    xy_arena arena;

    xy__arena_init_small(&arena, ARENA_BYTES_MAX, ARENA_BYTES);
    if (!xy__revocation_notice_read(&arena, text, &notice)) {
        xy_log(XY_LOG_WARN, "serve", "what another process says of a revoked user makes no sense");
    } else if (!xy_str_eq(notice.from, xy__revocations_name(reader->all))) {
        int64_t at_ms = notice.at_ms;

        if (at_ms < INT64_MAX - XY_REVOCATION_SKEW_MS)
            at_ms += XY_REVOCATION_SKEW_MS;
        xy__leases_revoke_before(reader->leases, notice.user, at_ms);
    }
    xy__arena_deinit(&arena);
}

/* So it is, too, when nobody was revoked for so long that the topic was forgotten as a whole. */
static void note_gap(void)
{
    xy_log(
        XY_LOG_WARN, "serve",
        "what other processes have said of revoked users may not be kept any more: some of their "
        "streams may be open here");
}

static size_t on_event(void *arg, const xy_event *event)
{
    if (event->payload) {
        obey(arg, xy_bytes_str(event->payload));
    } else {
        note_gap();
    }
    return 0;
}

/* ---- what was said before ---- */

static void on_answer(xy_history *history);

static void ask(xy_revocation_reader *reader)
{
    xy_history *history = xy__history_create(xy__hub_loop(reader->hub),
                                             XY_STR(XY_REVOCATIONS_TOPIC), on_answer, reader);

    history->position = reader->read;
    history->since_ms = reader->since_ms;
    history->events_max = XY_REVOCATION_PAGE_EVENTS;
    history->bytes_max = XY_REVOCATION_PAGE_BYTES;
    reader->asked = history;
    xy__pubsub_read(xy__hub_pubsub(reader->hub), history);
}

static void on_retry(xy_timer *timer)
{
    ask(XY_CONTAINER(timer, xy_revocation_reader, retry));
}

/* False: those who have asked are gone. */
static bool obey_all(xy_revocation_reader *reader, const xy_history *history)
{
    uint32_t life = reader->life;

    for (size_t i = 0; i < history->events.len && reader->life == life; i++) {
        reader->read = history->events.items[i].id;
        obey(reader, xy_bytes_str(history->events.items[i].payload));
    }
    return reader->life == life;
}

static void on_answer(xy_history *history)
{
    xy_revocation_reader *reader = history->arg;

    reader->asked = NULL;
    if (history->unavailable) {
        xy__timer_start(xy__hub_loop(reader->hub), &reader->retry, XY_REVOCATION_RETRY_MS);
    } else {
        if (history->gap)
            note_gap();
        if (obey_all(reader, history) && !history->end && history->events.len)
            ask(reader);
    }
    xy__history_destroy(history);
}

static void on_live(xy_opening *opening, bool overdue)
{
    xy_revocation_reader *reader = XY_CONTAINER(opening, xy_revocation_reader, opening);

    if (overdue)
        return;
    xy__hub_await_no_more(opening);
    ask(reader);
}

/* ---- life ---- */

static void start(xy_revocation_reader *reader)
{
    int64_t now_ms = xy__leases_clock_ms();
    int rc = xy__hub_subscribe(reader->hub, XY_STR(XY_REVOCATIONS_TOPIC), on_event, reader,
                               &reader->subscriber);

    XY_ASSERT(rc == XY_OK);
    reader->since_ms =
        now_ms > XY_REVOCATION_SKEW_MS ? (uint64_t)now_ms - XY_REVOCATION_SKEW_MS : 1;
    reader->read = (xy_event_id){0};
    if (!xy__subscriber_is_live(reader->subscriber))
        xy__hub_await(reader->subscriber, &reader->opening);
}

static void stop(xy_revocation_reader *reader)
{
    xy__hub_await_no_more(&reader->opening);
    xy__timer_stop(xy__hub_loop(reader->hub), &reader->retry);
    if (reader->asked)
        xy__history_abandon(reader->asked);
    reader->asked = NULL;
    xy__hub_unsubscribe(reader->subscriber);
    reader->subscriber = NULL;
    reader->life++;
}

static void on_some(void *arg, bool some)
{
    if (some) {
        start(arg);
    } else {
        stop(arg);
    }
}

void xy__revocation_reader_init(xy_revocation_reader *reader, const xy_revocations *all,
                                xy_hub *hub, xy_leases *leases)
{
    *reader = (xy_revocation_reader){
        .all = all,
        .hub = hub,
        .leases = leases,
        .opening = {.fn = on_live},
        .retry = {.fn = on_retry},
    };
    if (xy__revocations_name(all).ptr)
        xy__leases_watch(leases, on_some, reader);
}
