/* SPDX-License-Identifier: MIT */
/* http/authority.h -- who a request is meant for: the host and port of Host and of a target. */
#ifndef XY_HTTP_AUTHORITY_H
#define XY_HTTP_AUTHORITY_H

#include "xylem/str.h"

/* Is this a host with or without a port? No user, no path, and a host there must be. RFC 3986
 * 3.2.2, 3.2.3; RFC 9110 4.2.1. */
bool xy__authority_valid(xy_str text);

#endif
