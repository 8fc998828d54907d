/* SPDX-License-Identifier: MIT */
/* xylem/app.h -- the application handle: publish to topics from anywhere, also outside requests.
 *
 * All functions here may be called from any thread. */
#ifndef XYLEM_APP_H
#define XYLEM_APP_H

#include "xylem/call.h"

/* Publish `payload` on `topic`, or on `topic:id` when `id` is not null. The payload is rendered
 * once; subscribers on every worker get it in the order of publishing, each in a run of its own,
 * after this returns. With Redis, those of all processes. Returns 0; XY_ELIMIT when the payload is
 * larger than `event_bytes_max`. When nobody got the event, and it can be published again later:
 * XY_EFULL when a worker that listens is behind by `mailbox_bytes_max`; XY_EUNAVAILABLE when Redis
 * is away and as many events wait for it as may (`redis_queue_bytes_max`). A resolver that returns
 * either, as what this returns, says so to its client: with the code SERVER_BUSY or
 * STORE_UNAVAILABLE. */
XY_API int xy_publish(xy_app *app, xy_str topic, xy_str id, const xy_value *payload);

/* The same with JSON text that is rendered already. Returns also XY_ESYNTAX when it is not JSON. */
XY_API int xy_publish_json(xy_app *app, xy_str topic, xy_str id, xy_str json);

/* What main() set as xy_server_config.user_data. */
XY_API void *xy_app_data(const xy_app *app);

#endif
