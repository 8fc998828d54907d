/* SPDX-License-Identifier: MIT */
/* json/write.h -- JSON text into a buffer. Never fails by itself: the buffer's sticky error says
 * that its maximum was reached. */
#ifndef XY_JSON_WRITE_H
#define XY_JSON_WRITE_H

#include "xylem/value.h"

#include "base/buf.h"

/* `s` in quotes; escapes what JSON demands as JSON.stringify does (\b \f \n \r \t \" \\ and
 * \u00XX), everything else as it is. */
void xy__json_write_str(xy_buf *buf, xy_str s);

/* The shortest digits that read back as the same double, laid out as JavaScript prints it: 1,
 * 0.1, 1e+21, 1e-7, -0 as 0; NaN and infinities as null. */
void xy__json_write_double(xy_buf *buf, double value);

/* Any value, without white space. */
void xy__json_write_value(xy_buf *buf, const xy_value *value);

#endif
