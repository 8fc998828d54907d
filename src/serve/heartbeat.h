/* SPDX-License-Identifier: MIT */
/* serve/heartbeat.h -- a sign of life on each stream that has been silent for so long.
 *
 * All streams of a worker wait equally long, so they stand in one ring in order of their last
 * word, and a single timer serves them all. */
#ifndef XY_SERVE_HEARTBEAT_H
#define XY_SERVE_HEARTBEAT_H

#include "base/loop.h"

typedef struct xy_heart {
    xy_link link;
    uint64_t spoke_ms; /* when it was last heard */
} xy_heart;

typedef void xy_on_silence(xy_heart *heart);

typedef struct xy_heartbeats {
    xy_loop *loop;
    uint64_t period_ms;
    xy_on_silence *on_silence;
    xy_link hearts; /* longest silent first */
    xy_timer timer;
} xy_heartbeats;

/* `on_silence` is called for each heart that has not spoken for `period_ms` (0: never), once a
 * period. keeps: loop, until the ring is empty. */
void xy__heartbeats_init(xy_heartbeats *all, xy_loop *loop, uint64_t period_ms,
                         xy_on_silence *on_silence);

/* Watch `heart` from now on. keeps: heart, until xy__heart_stop(). */
void xy__heart_start(xy_heartbeats *all, xy_heart *heart);

/* It has spoken. Nothing happens when it is not watched (its link was initialized, no more). */
void xy__heart_spoke(xy_heartbeats *all, xy_heart *heart);

/* Watch it no more; the last one out stops the timer. Also from within on_silence. */
void xy__heart_stop(xy_heartbeats *all, xy_heart *heart);

#endif
