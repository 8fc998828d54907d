/* SPDX-License-Identifier: MIT */
/* serve/revocation_notice.h -- that a user was revoked, as text for other processes.
 *
 *   {"user":"ann","at":1700000000000,"from":"0123456789abcdef"} */
#ifndef XY_SERVE_REVOCATION_NOTICE_H
#define XY_SERVE_REVOCATION_NOTICE_H

#include "xylem/bytes.h"
#include "xylem/error.h"

#include "base/arena.h"

#define XY_REVOCATION_FROM_DIGITS 16u

/* No text of a notice is longer. */
#define XY_REVOCATION_BYTES_MAX ((size_t)16 << 10)

typedef struct xy_revocation_notice {
    xy_str user;   /* the id */
    int64_t at_ms; /* since 1970, by the clock of who has revoked */
    xy_str from;   /* which process that was */
} xy_revocation_notice;

/* gives: *out, one reference. Returns XY_OK; XY_EUTF8 for an id that is no text; XY_ELIMIT for one
 * that is too long. */
int xy__revocation_notice_write(const xy_revocation_notice *notice, xy_bytes **out);

/* keeps: text, as long as the notice. False: it is none. */
bool xy__revocation_notice_read(xy_arena *arena, xy_str text, xy_revocation_notice *out);

#endif
