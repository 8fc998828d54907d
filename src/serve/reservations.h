/* SPDX-License-Identifier: MIT */
/* serve/reservations.h -- the reservations of a process, found by their tokens.
 *
 * A token is 128 random bits of the kernel: a secret, and all that its bearer has to show. It is
 * good for one stream and dies with it, or when none comes in time. From any thread. */
#ifndef XY_SERVE_RESERVATIONS_H
#define XY_SERVE_RESERVATIONS_H

#include "serve/reservation.h"

/* A token as text, in the form of a UUID. */
#define XY_TOKEN_LEN ((size_t)36)

typedef struct xy_reservations xy_reservations;

typedef struct xy_reservations_limits {
    size_t count_max;
    uint32_t wait_ms;  /* for the stream; 0: as long as it takes */
    size_t queue_high; /* of each, as xy_reservation_limits has it */
    size_t seats_max;  /* likewise */
} xy_reservations_limits;

/* An empty table; NULL for a count_max of 0. */
xy_reservations *xy__reservations_create(const xy_reservations_limits *limits);

/* takes: table (NULL is fine). Ends what is left; no seat or stream may be. */
void xy__reservations_destroy(xy_reservations *table);

/* A new reservation; its token is written into `token`. `now_ms` is the time of a loop. Returns 0;
 * XY_ELIMIT; XY_EUNAVAILABLE when the kernel has no random bits. */
int xy__reservations_add(xy_reservations *table, uint64_t now_ms, char token[XY_TOKEN_LEN]);

/* gives: a reference to the reservation of `token`, or NULL. */
xy_reservation *xy__reservations_find(xy_reservations *table, xy_str token);

/* xy__reservation_open() of the reservation of `token`, which then waits no more. gives: *out, a
 * reference. Returns also XY_ENOTFOUND. */
int xy__reservations_open(xy_reservations *table, xy_str token, xy_reservation_stream stream,
                          xy_reservation **out);

/* xy__reservation_close() by its stream; `token` is forgotten. takes: reservation. */
void xy__reservations_close(xy_reservations *table, xy_str token, xy_reservation *reservation);

/* End those that have waited too long for their stream. Returns how long the next one has to wait
 * still, in milliseconds; 0: there is none. */
uint64_t xy__reservations_expire(xy_reservations *table, uint64_t now_ms);

/* Bytes that wait in all reservations. */
uint64_t xy__reservations_queued(const xy_reservations *table);

#endif
