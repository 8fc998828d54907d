/* SPDX-License-Identifier: MIT */
/* serve/reservation.c -- what passes between one stream and its operations, on whatever threads.
 *
 *                 open                     close
 *   RESERVED ---------------> OPEN ------------------> CLOSED
 *       |                      its stream's loop only     ^
 *       +----------------------- expire ------------------+
 *
 *   seat:   SITTING ---stop, close, expire---> STOPPED ---> LEFT
 *              +--------------complete, leave--------------> ^    the seat's loop only
 *
 * Invariants
 *   1. All members are guarded by the lock, of seats and notices too; nobody is called under it.
 *   2. The map has the seats that are SITTING, and is empty in CLOSED.
 *   3. A notice is on its way at most once. What it belongs to lives until it has arrived: a seat
 *      by not being freed, a reservation by a reference.
 *   4. Only its own loop takes a stream out of OPEN and a seat to LEFT, so that what a notice finds
 *      there when it arrives stays true while it calls.
 *   5. `full` is set by the event that passes the high mark, and by nothing less than half of that
 *      waiting is it cleared; then every seat that was told XY_EFULL is told to go on.
 *
 * Loops that stop: a loop takes posts until it is closed, which is when the threads of all loops
 * have ended. A notice that arrives there finds its seat LEFT and its stream CLOSED, because each
 * worker's drain has ended both before, so it lets go of memory and calls and posts to nobody. */
#include "serve/reservation.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "base/bytes.h"
#include "base/fatal.h"
#include "base/map.h"
#include "json/write.h"

#define BIT(state)     (1u << (state))

#define EVENT_NEXT     "event: next\ndata: "
#define EVENT_COMPLETE "event: complete\ndata: "
#define EVENT_PAYLOAD  ",\"payload\":"
#define EVENT_TAIL     "}\n\n"

typedef enum reservation_state {
    RESERVATION_RESERVED,
    RESERVATION_OPEN,
    RESERVATION_CLOSED,
    RESERVATION_STATES,
} reservation_state;

typedef enum seat_state { SEAT_SITTING, SEAT_STOPPED, SEAT_LEFT, SEAT_STATES } seat_state;

/* A call on a loop's thread. */
typedef struct notice {
    xy_task task;
    xy_loop *loop;
    uv_thread_t thread; /* of the loop */
    bool sent;          /* on its way */
} notice;

struct xy_reservation {
    _Atomic uint32_t refs;
    uv_mutex_t lock;
    reservation_state state;
    xy_reservation_limits limits;
    xy_event_queue queue;
    bool full;
    xy_map seats; /* by id */
    xy_reservation_stream stream;
    notice wake; /* of the stream */
};

struct xy_seat {
    xy_reservation *reservation; /* a reference */
    seat_state state;
    bool waits; /* was told XY_EFULL */
    bool ready; /* is to be told so */
    xy_str id;
    xy_bytes *head; /* {"id":"…" */
    xy_seat_events events;
    notice notice;
};

static const uint8_t reservation_may_go[RESERVATION_STATES] = {
    [RESERVATION_RESERVED] = BIT(RESERVATION_OPEN) | BIT(RESERVATION_CLOSED),
    [RESERVATION_OPEN] = BIT(RESERVATION_CLOSED),
    [RESERVATION_CLOSED] = 0,
};

static const uint8_t seat_may_go[SEAT_STATES] = {
    [SEAT_SITTING] = BIT(SEAT_STOPPED) | BIT(SEAT_LEFT),
    [SEAT_STOPPED] = BIT(SEAT_LEFT),
    [SEAT_LEFT] = 0,
};

static void reservation_go(xy_reservation *reservation, reservation_state to)
{
    XY_ASSERT(reservation_may_go[reservation->state] & BIT(to));
    reservation->state = to;
}

static void seat_go(xy_seat *seat, seat_state to)
{
    XY_ASSERT(seat_may_go[seat->state] & BIT(to));
    seat->state = to;
}

/* ---- notices ---- */

static void notice_init(notice *note, xy_loop *loop, xy_task_fn *fn)
{
    note->task.fn = fn;
    note->loop = loop;
    note->thread = uv_thread_self();
}

/* On the loop's own thread without a system call. True when it was not on its way yet. */
static bool notice_send(notice *note)
{
    uv_thread_t self = uv_thread_self();

    if (note->sent)
        return false;
    if (uv_thread_equal(&self, &note->thread)) {
        xy__loop_soon(note->loop, &note->task);
        note->sent = true;
    } else {
        note->sent = xy__loop_post(note->loop, &note->task) == XY_OK;
    }
    return note->sent;
}

/* ---- life ---- */

xy_reservation *xy__reservation_create(xy_reservation_limits limits)
{
    /* Bounded by the high mark; the queue itself refuses nothing. */
    static const xy_event_queue_limits unbounded = {
        .events_max = UINT32_MAX,
        .bytes_max = SIZE_MAX,
        .overflow = XY_OVERFLOW_CLOSE,
    };
    xy_reservation *reservation = xy__zalloc(sizeof *reservation);

    reservation->refs = 1;
    reservation->limits = limits;
    XY_ASSERT(uv_mutex_init(&reservation->lock) == 0);
    xy__event_queue_init(&reservation->queue, &unbounded, limits.gauges);
    xy__map_init(&reservation->seats, NULL);
    return reservation;
}

xy_reservation *xy__reservation_ref(xy_reservation *reservation)
{
    atomic_fetch_add_explicit(&reservation->refs, 1, memory_order_relaxed);
    return reservation;
}

void xy__reservation_unref(xy_reservation *reservation)
{
    if (!reservation || atomic_fetch_sub_explicit(&reservation->refs, 1, memory_order_acq_rel) != 1)
        return;
    XY_ASSERT(reservation->seats.len == 0 && reservation->state != RESERVATION_OPEN);
    xy__event_queue_deinit(&reservation->queue);
    xy__map_deinit(&reservation->seats);
    uv_mutex_destroy(&reservation->lock);
    free(reservation);
}

/* ---- the queue, under the lock ---- */

static size_t waiting_bytes(const xy_reservation *reservation)
{
    return reservation->queue.bytes + reservation->queue.len * XY_RESERVATION_SLOT;
}

static void wake_stream(xy_reservation *reservation)
{
    if (reservation->state == RESERVATION_OPEN && notice_send(&reservation->wake))
        xy__reservation_ref(reservation);
}

/* takes: event. */
static void enqueue(xy_reservation *reservation, xy_bytes *event)
{
    XY_ASSERT(xy__event_queue_push(&reservation->queue, (xy_event_slot){.event = event}) == XY_OK);
    xy_bytes_unref(event);
    if (waiting_bytes(reservation) > reservation->limits.queue_high)
        reservation->full = true;
    wake_stream(reservation);
}

static void tell_ready(xy_reservation *reservation)
{
    xy_map_slot *slot;
    size_t at = 0;

    reservation->full = false;
    while ((slot = xy__map_next(&reservation->seats, &at))) {
        xy_seat *seat = slot->value;

        if (!seat->waits)
            continue;
        seat->waits = false;
        seat->ready = true;
        notice_send(&seat->notice);
    }
}

static void stop_seat(xy_seat *seat)
{
    xy__map_del(&seat->reservation->seats, seat->id);
    seat_go(seat, SEAT_STOPPED);
    notice_send(&seat->notice);
}

static void close_locked(xy_reservation *reservation)
{
    xy_map_slot *slot;
    size_t at = 0;

    reservation_go(reservation, RESERVATION_CLOSED);
    while ((slot = xy__map_next(&reservation->seats, &at)))
        stop_seat(slot->value);
    xy__event_queue_deinit(&reservation->queue);
}

/* ---- the stream ---- */

static void on_wake(xy_task *task)
{
    xy_reservation *reservation = XY_CONTAINER(task, xy_reservation, wake.task);
    bool open;

    uv_mutex_lock(&reservation->lock);
    reservation->wake.sent = false;
    open = reservation->state == RESERVATION_OPEN;
    uv_mutex_unlock(&reservation->lock);
    if (open)
        reservation->stream.on_events(reservation->stream.arg);
    xy__reservation_unref(reservation);
}

int xy__reservation_open(xy_reservation *reservation, xy_reservation_stream stream)
{
    int rc = XY_OK;

    uv_mutex_lock(&reservation->lock);
    if (reservation->state != RESERVATION_RESERVED) {
        rc = reservation->state == RESERVATION_OPEN ? XY_EEXIST : XY_ECLOSED;
    } else {
        reservation_go(reservation, RESERVATION_OPEN);
        reservation->stream = stream;
        notice_init(&reservation->wake, stream.loop, on_wake);
    }
    uv_mutex_unlock(&reservation->lock);
    return rc;
}

xy_bytes *xy__reservation_take(xy_reservation *reservation)
{
    xy_bytes *event;

    uv_mutex_lock(&reservation->lock);
    event = xy__event_queue_pop(&reservation->queue);
    if (reservation->full && waiting_bytes(reservation) <= reservation->limits.queue_high / 2)
        tell_ready(reservation);
    uv_mutex_unlock(&reservation->lock);
    return event;
}

void xy__reservation_close(xy_reservation *reservation)
{
    uv_mutex_lock(&reservation->lock);
    close_locked(reservation);
    uv_mutex_unlock(&reservation->lock);
}

bool xy__reservation_expire(xy_reservation *reservation)
{
    bool expired;

    uv_mutex_lock(&reservation->lock);
    expired = reservation->state == RESERVATION_RESERVED;
    if (expired)
        close_locked(reservation);
    uv_mutex_unlock(&reservation->lock);
    return expired;
}

/* ---- seats ---- */

static xy_bytes *render_head(xy_str id)
{
    xy_buf buf;

    xy__buf_init(&buf, SIZE_MAX);
    XY_BUF_LITERAL(&buf, "{\"id\":");
    xy__json_write_str(&buf, id);
    return xy__buf_take(&buf);
}

static void destroy_seat(xy_seat *seat)
{
    xy__reservation_unref(seat->reservation);
    xy_bytes_unref(seat->head);
    free(seat);
}

static void on_notice(xy_task *task)
{
    xy_seat *seat = XY_CONTAINER(task, xy_seat, notice.task);
    xy_reservation *reservation = seat->reservation;
    seat_state state;
    bool ready;

    uv_mutex_lock(&reservation->lock);
    seat->notice.sent = false;
    state = seat->state;
    ready = seat->ready;
    seat->ready = false;
    uv_mutex_unlock(&reservation->lock);
    if (state == SEAT_LEFT) {
        destroy_seat(seat);
    } else if (state == SEAT_STOPPED) {
        seat->events.on_stop(seat->events.arg);
    } else if (ready) {
        seat->events.on_ready(seat->events.arg);
    }
}

/* The seat and, behind it, its id. */
static xy_seat *create_seat(xy_reservation *reservation, xy_str id)
{
    xy_seat *seat = xy__zalloc(sizeof *seat + id.len);
    char *text = (char *)(seat + 1);

    memcpy(text, id.ptr, id.len);
    seat->id = (xy_str){text, id.len};
    seat->head = render_head(id);
    seat->reservation = xy__reservation_ref(reservation);
    return seat;
}

/* May one more come? Under the lock. */
static int admit(const xy_reservation *reservation, xy_str id)
{
    if (reservation->state == RESERVATION_CLOSED)
        return XY_ECLOSED;
    if (xy__map_get(&reservation->seats, id))
        return XY_EEXIST;
    if (reservation->seats.len >= reservation->limits.seats_max)
        return XY_ELIMIT;
    return reservation->full ? XY_EFULL : XY_OK;
}

int xy__seat_take(xy_reservation *reservation, xy_str id, xy_loop *loop, xy_seat_events events,
                  xy_seat **out)
{
    xy_seat *seat;
    int rc;

    uv_mutex_lock(&reservation->lock);
    rc = admit(reservation, id);
    if (rc == XY_OK) {
        seat = create_seat(reservation, id);
        seat->events = events;
        notice_init(&seat->notice, loop, on_notice);
        xy__map_put(&reservation->seats, seat->id, seat);
        *out = seat;
    }
    uv_mutex_unlock(&reservation->lock);
    return rc;
}

static char *put(char *at, xy_str text)
{
    memcpy(at, text.ptr, text.len);
    return at + text.len;
}

static xy_bytes *render_next(const xy_seat *seat, xy_str payload)
{
    xy_str head = xy_bytes_str(seat->head);
    xy_bytes *event = xy__bytes_alloc(sizeof EVENT_NEXT + head.len + sizeof EVENT_PAYLOAD +
                                      payload.len + sizeof EVENT_TAIL);
    char *at = put(event->data, XY_STR(EVENT_NEXT));

    at = put(at, head);
    at = put(at, XY_STR(EVENT_PAYLOAD));
    at = put(at, payload);
    at = put(at, XY_STR(EVENT_TAIL));
    event->len = (size_t)(at - event->data);
    return event;
}

static xy_bytes *render_complete(const xy_seat *seat)
{
    xy_str head = xy_bytes_str(seat->head);
    xy_bytes *event = xy__bytes_alloc(sizeof EVENT_COMPLETE + head.len + sizeof EVENT_TAIL);
    char *at = put(event->data, XY_STR(EVENT_COMPLETE));

    at = put(at, head);
    at = put(at, XY_STR(EVENT_TAIL));
    event->len = (size_t)(at - event->data);
    return event;
}

int xy__seat_next(xy_seat *seat, xy_str payload)
{
    xy_reservation *reservation = seat->reservation;
    xy_bytes *event = render_next(seat, payload);
    int rc = XY_ECLOSED;

    uv_mutex_lock(&reservation->lock);
    if (seat->state == SEAT_SITTING) {
        enqueue(reservation, event);
        event = NULL;
        seat->waits = reservation->full;
        rc = reservation->full ? XY_EFULL : XY_OK;
    }
    uv_mutex_unlock(&reservation->lock);
    xy_bytes_unref(event);
    return rc;
}

static void leave(xy_seat *seat, bool complete)
{
    xy_reservation *reservation = seat->reservation;
    bool noticed;

    uv_mutex_lock(&reservation->lock);
    if (seat->state == SEAT_SITTING) {
        xy__map_del(&reservation->seats, seat->id);
        if (complete)
            enqueue(reservation, render_complete(seat));
    }
    seat_go(seat, SEAT_LEFT);
    noticed = seat->notice.sent;
    uv_mutex_unlock(&reservation->lock);
    if (!noticed)
        destroy_seat(seat);
}

void xy__seat_complete(xy_seat *seat)
{
    leave(seat, true);
}

void xy__seat_leave(xy_seat *seat)
{
    leave(seat, false);
}

bool xy__reservation_stop(xy_reservation *reservation, xy_str id)
{
    xy_seat *seat;

    uv_mutex_lock(&reservation->lock);
    seat = xy__map_get(&reservation->seats, id);
    if (seat) {
        stop_seat(seat);
        enqueue(reservation, render_complete(seat));
    }
    uv_mutex_unlock(&reservation->lock);
    return seat != NULL;
}
