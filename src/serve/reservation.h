/* SPDX-License-Identifier: MIT */
/* serve/reservation.h -- one event stream for many operations, wherever they run: what waits for
 * the stream, and who has a seat on it.
 *
 * A client's requests land on any worker, so a reservation belongs to none: refcounted, behind a
 * lock of its own. The stream and each seat are used on their own loop's thread only, and called
 * there only, never from within a call to this interface.
 *
 *   seats, any loop --next, complete--> queue --take--> the stream, one loop
 *         <------------- ready, stop ---------- wake ------------> */
#ifndef XY_SERVE_RESERVATION_H
#define XY_SERVE_RESERVATION_H

#include "base/loop.h"
#include "realtime/event_queue.h"

/* Longer operation ids are refused, in bytes. */
#define XY_OPERATION_ID_MAX ((size_t)256)

/* What a waiting event costs besides its bytes. */
#define XY_RESERVATION_SLOT ((size_t)64)

typedef struct xy_reservation xy_reservation;
typedef struct xy_seat xy_seat;

typedef struct xy_reservation_limits {
    size_t queue_high; /* bytes that wait for the stream; from there on seats are told XY_EFULL */
    size_t seats_max;
    xy_realtime_gauges *gauges; /* count what waits, too */
} xy_reservation_limits;

/* What happens to a seat. */
typedef struct xy_seat_events {
    void (*on_ready)(void *arg); /* the stream has caught up after XY_EFULL */
    /* Stopped, or the stream is gone: called once. xy__seat_leave() is due. */
    void (*on_stop)(void *arg);
    void *arg;
} xy_seat_events;

/* The stream, when it is there. */
typedef struct xy_reservation_stream {
    xy_loop *loop;
    void (*on_events)(void *arg); /* there is something to take */
    void *arg;
} xy_reservation_stream;

/* gives: a reservation without a stream, one reference. keeps: limits.gauges, as
 * long as that. */
xy_reservation *xy__reservation_create(xy_reservation_limits limits);

/* One more reference, for another owner. From any thread. Returns `reservation`. */
xy_reservation *xy__reservation_ref(xy_reservation *reservation);

/* takes: one reference (NULL is fine). From any thread. */
void xy__reservation_unref(xy_reservation *reservation);

/* ---- the stream ---- */

/* The stream is there; stream.loop is the caller's. What waits already is not told. keeps:
 * stream.arg, until xy__reservation_close(). Returns 0; XY_EEXIST (it has one already); XY_ECLOSED.
 */
int xy__reservation_open(xy_reservation *reservation, xy_reservation_stream stream);

/* The next event, as it goes on the wire. gives: one reference, or NULL: none waits. */
xy_bytes *xy__reservation_take(xy_reservation *reservation);

/* The stream is gone: what waits is dropped, everyone is stopped, on_events is not called any
 * more. By the stream only. */
void xy__reservation_close(xy_reservation *reservation);

/* The same for a stream that has not come; false when it has. From any thread. */
bool xy__reservation_expire(xy_reservation *reservation);

/* ---- its operations ---- */

/* A seat for operation `id`, on `loop`, which is the caller's. gives: *out, ends with
 * xy__seat_leave(). Returns 0; XY_EEXIST (the id is in use); XY_ELIMIT (too many); XY_EFULL (the
 * client does not read what waits already); XY_ECLOSED. */
int xy__seat_take(xy_reservation *reservation, xy_str id, xy_loop *loop, xy_seat_events events,
                  xy_seat **out);

/* Send `payload`, JSON text, as an event `next`. Returns XY_OK; XY_EFULL (sent, but send no more
 * before on_ready); XY_ECLOSED (stopped: on_stop is on its way). */
int xy__seat_next(xy_seat *seat, xy_str payload);

/* Send the event `complete`, unless it was stopped, and leave. takes: seat. */
void xy__seat_complete(xy_seat *seat);

/* Neither callback is called any more, the id is free again. takes: seat. */
void xy__seat_leave(xy_seat *seat);

/* Stop operation `id`: its event `complete` is the last one, its seat is told. False: there is no
 * such operation. From any thread. */
bool xy__reservation_stop(xy_reservation *reservation, xy_str id);

#endif
