/* SPDX-License-Identifier: MIT */
/* auth/incoming.h -- a request as authenticators see it: some headers, of whatever transport. */
#ifndef XY_AUTH_INCOMING_H
#define XY_AUTH_INCOMING_H

#include "xylem/identity.h"

/* Embed it in what knows the request. */
struct xy_incoming {
    /* The value of the first header `name`, in any case; the null string when there is none. */
    xy_str (*header)(const xy_incoming *request, xy_str name);
};

#endif
