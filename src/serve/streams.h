/* SPDX-License-Identifier: MIT */
/* serve/streams.h -- what is open on all workers, for whoever asks why something runs.
 *
 *   GET path/streams?limit=N
 *
 *   asked worker:  a question --posted--> each worker's loop: its largest groups, written
 *                  the answer <--posted-- by the last one to finish
 *
 * A worker's groups are touched by its own thread only, and no lock is held while they are
 * written. */
#ifndef XY_SERVE_STREAMS_H
#define XY_SERVE_STREAMS_H

#include "serve/service.h"

/* Groups that are shown when nobody says how many, and that anybody can ask for. */
#define XY_STREAMS_LIMIT_DEFAULT 100u
#define XY_STREAMS_LIMIT_MAX     1000u

/* gives: a process's board. */
xy_streams_board *xy__streams_board_create(void);

/* takes: board (NULL is fine). Every member must have left, and its loop be gone. */
void xy__streams_board_destroy(xy_streams_board *board);

/* Questions reach `service` from now on. keeps: service, until xy__streams_leave(). Returns NULL
 * for a NULL board. */
xy_streams_member *xy__streams_join(xy_streams_board *board, xy_service *service);

/* No more of them. Those on their way find nothing. Member's thread; NULL is fine. */
void xy__streams_leave(xy_streams_member *member);

/* Answer with what is open on all workers; later, when all have been asked. Needs a board. */
void xy__streams_serve(xy_service *service, xy_exchange *exchange);

#endif
