/* SPDX-License-Identifier: MIT */
/* realtime/resume.c -- pages of history, then the queue.
 *
 *                  +------- not the end: the queue is dropped -------+
 *                  |                                                 v
 *   a claim --> JOINING <-- that page was the end: ask again --- PAGING <-- from first
 *                  |                                                 ^
 *                  | the end                                         |
 *                  v                                                 |
 *               JOINED ------- (or JOINING) the queue is too long ---+
 *                  |
 *                  +--> done: its mail has come, what was read is taken out of the queue
 *
 *   PAGING    live events are passed over: they are in the history
 *   JOINING   live events go into the queue; a question is on its way
 *   JOINED    the same; the answer was all there is. An event that it holds was put into the
 *             mailbox before it was answered: when the hub has read so far, the event is in the
 *             queue, or came before the queue.
 *
 * Invariants
 *   1. At most one question is on its way, and none while a page is not given to the end.
 *   2. `last` is the event given last, or claimed. Everything after it comes: from the page, by a
 *      question, or from the queue.
 *   3. As long as the claim is not known to be one, or was none, the first of a queue that became
 *      too long stays there (`keeps_first`): it says where to go on. */
#include "realtime/resume.h"

#include <stdlib.h>

#include "base/fatal.h"

typedef enum resume_state {
    RESUME_JOINING,
    RESUME_JOINED,
    RESUME_PAGING,
    RESUME_STATES,
} resume_state;

struct xy_resume {
    xy_resume_owner owner;
    resume_state state;
    XY_VEC(char *) topics; /* copies: the one that is asked, or may be meant, and those behind it */
    size_t topic_at;
    xy_event_id_claim last;
    bool has_last;
    bool claimed;     /* `last` is the client's word */
    bool from_oldest; /* is asked, as nobody knows `last` any more */
    bool keeps_first; /* PAGING: in the queue */
    bool page_end;    /* there was nothing after the page */
    bool unknown;     /* it was nobody's: that is to be told */
    xy_gap gap;       /* before the next event */
    xy_history *asked;
    xy_history *page;
    size_t page_at;
    uint64_t tag; /* of the topic in `tag_epoch` */
    uint64_t tag_epoch;
    uint64_t mail; /* JOINED: the number of the mail put last when it was answered; 0: any */
    xy_timer retry;
};

#define BIT(state) (1u << (state))

static const uint8_t may_go[RESUME_STATES] = {
    [RESUME_JOINING] = BIT(RESUME_JOINED) | BIT(RESUME_PAGING),
    [RESUME_JOINED] = BIT(RESUME_PAGING),
    [RESUME_PAGING] = BIT(RESUME_JOINING),
};

static void go(xy_resume *resume, resume_state to)
{
    XY_ASSERT(may_go[resume->state] & BIT(to));
    resume->state = to;
}

static xy_str topic_of(const xy_resume *resume)
{
    return xy_str_from(resume->topics.items[resume->topic_at]);
}

/* ---- the queue ---- */

static bool is_of_topic(const xy_resume *resume, const xy_event_slot *slot)
{
    return resume->owner.alone || (resume->has_last && slot->tag == resume->last.tag);
}

/* Is it `last`, or from before that? */
static bool is_past(const xy_resume *resume, const xy_event_slot *slot)
{
    const xy_event_id_claim *last = &resume->last;

    if (!resume->has_last || slot->tag != last->tag || !slot->id.epoch)
        return false;
    return slot->id.major != last->major ? slot->id.major < last->major
                                         : slot->id.minor <= last->minor;
}

/* Take the topic's first `count` out, and of the others those that are past. */
static void filter(xy_resume *resume, uint32_t count)
{
    xy_event_queue *queue = resume->owner.queue;
    xy_event_slot slot;

    for (uint32_t i = queue->len; i > 0; i--) {
        xy__event_queue_take(queue, &slot);
        if (is_of_topic(resume, &slot) && (count > 0 || is_past(resume, &slot))) {
            count -= count > 0;
        } else {
            xy__event_queue_append(queue, slot);
        }
        xy_bytes_unref(slot.event);
    }
}

static void drop_topic(xy_resume *resume)
{
    filter(resume, resume->owner.queue->len);
}

/* All up to what was read. Where the topic has begun anew meanwhile, that is more than those of the
 * same epoch. */
static void drop_past(xy_resume *resume)
{
    const xy_event_queue *queue = resume->owner.queue;
    uint32_t count = 0;

    for (uint32_t i = 0; resume->owner.alone && i < queue->len; i++) {
        xy_event_slot slot = xy__event_queue_at(queue, i);

        if (is_past(resume, &slot))
            count = i + 1;
    }
    filter(resume, count);
}

static void drop_all_but_first(xy_resume *resume)
{
    xy_event_queue *queue = resume->owner.queue;
    xy_event_slot first;

    XY_ASSERT(xy__event_queue_take(queue, &first));
    xy__event_queue_deinit(queue);
    xy__event_queue_append(queue, first);
    xy_bytes_unref(first.event);
    resume->keeps_first = true;
}

/* ---- questions ---- */

static void on_answer(xy_history *history);

static void ask(xy_resume *resume)
{
    const xy_event_queue_limits *limits = resume->owner.queue->limits;
    xy_history *history =
        xy__history_create(resume->owner.loop, topic_of(resume), on_answer, resume);

    history->from_claim = resume->has_last && !resume->from_oldest;
    history->after = resume->last;
    history->events_max =
        limits->events_max < XY_RESUME_PAGE_EVENTS ? limits->events_max : XY_RESUME_PAGE_EVENTS;
    history->bytes_max =
        limits->bytes_max < XY_RESUME_PAGE_BYTES ? limits->bytes_max : XY_RESUME_PAGE_BYTES;
    resume->asked = history;
    xy__pubsub_read(xy__hub_pubsub(resume->owner.hub), history);
}

static void on_retry(xy_timer *timer)
{
    ask(XY_CONTAINER(timer, xy_resume, retry));
}

static void join(xy_resume *resume)
{
    go(resume, RESUME_JOINED);
    resume->mail = xy__hub_last(resume->owner.hub);
}

/* Nobody has ever known what was claimed: what comes from now on is in the queue. */
static void lose_claim(xy_resume *resume)
{
    resume->unknown = true;
    resume->claimed = false;
    resume->has_last = false;
    resume->page_end = false;
    if (resume->state == RESUME_JOINING)
        join(resume);
}

/* Nobody knows `last` any more: go on with the oldest that is kept. */
static void lose_place(xy_resume *resume)
{
    resume->gap = XY_GAP_DROPPED;
    resume->from_oldest = true;
    resume->page_end = false;
    if (resume->state == RESUME_PAGING)
        go(resume, RESUME_JOINING);
    ask(resume);
}

/* takes: page. */
static void begin_page(xy_resume *resume, xy_history *page)
{
    if (page->gap && resume->claimed) {
        resume->unknown = true;
    } else if (page->gap) {
        resume->gap = XY_GAP_DROPPED;
    }
    resume->claimed = false;
    resume->from_oldest = false;
    resume->page = page;
    resume->page_at = 0;
    resume->page_end = page->end;
    if (resume->keeps_first)
        drop_topic(resume);
    resume->keeps_first = false;
    if (resume->state == RESUME_JOINING && page->end) {
        join(resume);
    } else if (resume->state == RESUME_JOINING) {
        drop_topic(resume);
        go(resume, RESUME_PAGING);
    }
}

static void on_answer(xy_history *history)
{
    xy_resume *resume = history->arg;
    bool unknown = history->gap && history->events.len == 0;

    resume->asked = NULL;
    if (history->unavailable) {
        xy__history_destroy(history);
        xy__timer_start(resume->owner.loop, &resume->retry, XY_RESUME_RETRY_MS);
        return;
    }
    if (unknown && resume->claimed && resume->topic_at + 1 < resume->topics.len) {
        xy__history_destroy(history);
        resume->topic_at++;
        ask(resume);
        return;
    }
    if (!unknown) {
        begin_page(resume, history);
    } else {
        xy__history_destroy(history);
        if (resume->claimed) {
            lose_claim(resume);
        } else {
            lose_place(resume);
        }
    }
    resume->owner.on_news(resume->owner.arg);
}

/* ---- events ---- */

/* It is given: with the gap before it. */
static xy_resume_step give(xy_resume *resume, xy_event_slot *slot)
{
    if (resume->gap)
        slot->gap = resume->gap;
    resume->gap = XY_GAP_NONE;
    resume->last = (xy_event_id_claim){slot->tag, slot->id.major, slot->id.minor};
    resume->has_last = true;
    return XY_RESUME_EVENT;
}

static xy_resume_step give_from_page(xy_resume *resume, xy_event_slot *out)
{
    const xy_kept_event *kept = &resume->page->events.items[resume->page_at++];

    if (!resume->tag_epoch || resume->tag_epoch != kept->id.epoch) {
        resume->tag = xy__event_id_tag(topic_of(resume), kept->id.epoch);
        resume->tag_epoch = kept->id.epoch;
    }
    *out =
        (xy_event_slot){.event = xy_bytes_ref(kept->payload), .id = kept->id, .tag = resume->tag};
    return give(resume, out);
}

/* The page is given to the end, and no question is on its way. */
static xy_resume_step go_on(xy_resume *resume, xy_event_slot *out)
{
    if (resume->state == RESUME_JOINED) {
        if (resume->mail && xy__hub_read(resume->owner.hub) < resume->mail)
            return XY_RESUME_AGAIN;
        drop_past(resume);
        return XY_RESUME_DONE;
    }
    if (resume->keeps_first) {
        resume->keeps_first = false;
        xy__event_queue_take(resume->owner.queue, out);
        return give(resume, out);
    }
    if (resume->page_end)
        go(resume, RESUME_JOINING);
    resume->page_end = false;
    ask(resume);
    return XY_RESUME_WAIT;
}

xy_resume_step xy__resume_next(xy_resume *resume, xy_event_slot *out)
{
    if (resume->page && resume->page_at < resume->page->events.len)
        return give_from_page(resume, out);
    if (resume->page)
        xy__history_destroy(resume->page);
    resume->page = NULL;
    if (resume->asked || xy__timer_armed(&resume->retry))
        return XY_RESUME_WAIT;
    return go_on(resume, out);
}

bool xy__resume_wants(const xy_resume *resume, const xy_event_slot *slot)
{
    return resume->state != RESUME_PAGING || !is_of_topic(resume, slot);
}

bool xy__resume_overflow(xy_resume *resume)
{
    if (!resume->owner.alone)
        return false;
    go(resume, RESUME_PAGING);
    resume->page_end = false;
    if (resume->has_last && !resume->claimed) {
        drop_topic(resume);
    } else {
        drop_all_but_first(resume);
    }
    return true;
}

void xy__resume_in_company(xy_resume *resume)
{
    resume->owner.alone = false;
}

bool xy__resume_take_unknown(xy_resume *resume)
{
    bool unknown = resume->unknown;

    resume->unknown = false;
    return unknown;
}

bool xy__resume_knows(const xy_resume *resume)
{
    return resume->owner.alone && (resume->has_last || resume->keeps_first);
}

xy_gap xy__resume_gap(const xy_resume *resume)
{
    return resume->gap;
}

size_t xy__resume_waiting(const xy_resume *resume)
{
    return resume->page ? resume->page->events.len - resume->page_at : 0;
}

/* ---- life ---- */

static xy_resume *create(const xy_resume_owner *owner, resume_state state)
{
    xy_resume *resume = xy__zalloc(sizeof *resume);

    resume->owner = *owner;
    resume->state = state;
    resume->retry.fn = on_retry;
    return resume;
}

static void add_topic(xy_resume *resume, xy_str topic)
{
    char *copy = xy__zalloc(topic.len + 1);

    if (topic.len)
        memcpy(copy, topic.ptr, topic.len);
    *xy_vec_push(NULL, &resume->topics) = copy;
}

xy_resume *xy__resume_after(const xy_resume_owner *owner, const xy_event_id_claim *claim,
                            const xy_str *topics, size_t count)
{
    xy_resume *resume = create(owner, RESUME_JOINING);

    for (size_t i = 0; i < count; i++)
        add_topic(resume, topics[i]);
    resume->last = *claim;
    resume->has_last = true;
    resume->claimed = true;
    ask(resume);
    return resume;
}

xy_resume *xy__resume_from_nowhere(const xy_resume_owner *owner)
{
    xy_resume *resume = create(owner, RESUME_JOINED);

    resume->owner.alone = false;
    resume->unknown = true;
    return resume;
}

xy_resume *xy__resume_from_first(const xy_resume_owner *owner, xy_str topic)
{
    xy_resume *resume = create(owner, RESUME_PAGING);

    add_topic(resume, topic);
    drop_all_but_first(resume);
    return resume;
}

void xy__resume_destroy(xy_resume *resume)
{
    if (!resume)
        return;
    if (resume->asked)
        xy__history_abandon(resume->asked);
    if (resume->page)
        xy__history_destroy(resume->page);
    xy__timer_stop(resume->owner.loop, &resume->retry);
    for (size_t i = 0; i < resume->topics.len; i++)
        free(resume->topics.items[i]);
    free(resume->topics.items);
    free(resume);
}

void xy__resume_give_up(xy_resume *resume)
{
    drop_topic(resume);
    xy__resume_destroy(resume);
}
