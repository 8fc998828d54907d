/* SPDX-License-Identifier: MIT */
/* realtime/gap_notice.h -- how a client is told that it may have missed events: by a member of the
 * next result that it gets, `"extensions":{"gap":{"reason":"STORE_RECONNECTED"}}`. */
#ifndef XY_REALTIME_GAP_NOTICE_H
#define XY_REALTIME_GAP_NOTICE_H

#include "xylem/bytes.h"

#include "realtime/event_id.h"

/* What the reason is called there. */
xy_str xy__gap_reason(xy_gap gap);

/* `result`, a JSON object without spaces between its members, with the notice as the last of them,
 * or in the extensions that it has. gives: one reference. */
xy_bytes *xy__gap_notice(const xy_bytes *result, xy_gap gap);

#endif
