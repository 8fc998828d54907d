/* SPDX-License-Identifier: MIT */
/* serve/revocation_reader.h -- what other processes say of users who are revoked, for the streams
 * of one worker. It listens while one of them is a signed-in user's, and no longer. Loop's thread
 * only. */
#ifndef XY_SERVE_REVOCATION_READER_H
#define XY_SERVE_REVOCATION_READER_H

#include "realtime/hub.h"
#include "serve/leases.h"
#include "serve/revocations.h"

/* So far may clocks of machines differ. A stream that was opened less than this after its user was
 * revoked ends, too: better once too often than never. */
#define XY_REVOCATION_SKEW_MS 5000

/* A store that was away is asked again. */
#define XY_REVOCATION_RETRY_MS 500u

/* Of one page of what was said before the topic was live. */
#define XY_REVOCATION_PAGE_EVENTS 256u
#define XY_REVOCATION_PAGE_BYTES  ((size_t)64 << 10)

typedef struct xy_revocation_reader {
    const xy_revocations *all;
    xy_hub *hub;
    xy_leases *leases;
    xy_subscriber *subscriber; /* NULL: nobody is signed in */
    uint32_t life;             /* how often that was so */
    xy_opening opening;        /* until the topic is live */
    uint64_t since_ms;         /* when there was nobody; */
    xy_event_id read;          /* what is known of what was said since then */
    xy_history *asked;
    xy_timer retry;
} xy_revocation_reader;

/* Watch over `leases`, of which none is taken yet, if `all` is shared with other processes; else
 * there is nothing to do. keeps: all arguments, until the last lease is dropped. */
void xy__revocation_reader_init(xy_revocation_reader *reader, const xy_revocations *all,
                                xy_hub *hub, xy_leases *leases);

#endif
