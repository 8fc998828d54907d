/* SPDX-License-Identifier: MIT */
/* serve/request_log.h -- a line of the log for each operation, when it is over.
 *
 *   {…"level":"info","room":"serve","message":"operation","operation":"Send","type":"mutation",
 *    "requestId":"…","durationMs":0.215,"results":1,"errors":0,"variables":{"text":"[redacted]"}}
 *
 * Values of variables are people's data: they are shown only when config.log_variables says so. */
#ifndef XY_SERVE_REQUEST_LOG_H
#define XY_SERVE_REQUEST_LOG_H

#include "xylem/log.h"
#include "xylem/server.h"

#include "base/buf.h"
#include "serve/record.h"

/* Of the name of an operation no more than this is logged, and of all variables together. */
#define XY_LOGGED_NAME_MAX      ((size_t)256)
#define XY_LOGGED_VARIABLES_MAX ((size_t)1024)

/* Are operations logged? Ask before anything is gathered for the log alone. */
static inline bool xy__request_log_on(const xy_server_config *config)
{
    bool on = config->log_requests == XY_ON ||
              (config->log_requests == XY_IN_DEVELOPMENT && config->development);

    return on && xy_log_on(XY_LOG_INFO);
}

/* Log `record`, if operations are logged. */
void xy__request_log(const xy_server_config *config, const xy_record *record);

/* `variables` (an OBJECT, or NULL) as a JSON object of at most XY_LOGGED_VARIABLES_MAX bytes into
 * an empty buffer: each name with "[redacted]", or with its value. A value that is too long for
 * that is "[too long]"; members that do not fit are counted in a last one, "…". */
void xy__logged_variables_write(xy_buf *buf, const xy_value *variables, bool values);

#endif
