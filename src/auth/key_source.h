/* SPDX-License-Identifier: MIT */
/* auth/key_source.h -- a key set that is kept fresh, by a thread of its own.
 *
 *   any thread:   keys() -> the newest set      want() -> read again, when that may be
 *   its thread:   waits until max_age_s are over, or it was wanted and retry_s are
 *
 * What cannot be read leaves the keys as they are. */
#ifndef XY_AUTH_KEY_SOURCE_H
#define XY_AUTH_KEY_SOURCE_H

#include "auth/keys.h"

/* Of one reading. */
#define XY_KEY_SOURCE_MS_MAX 10000u

typedef struct xy_key_source xy_key_source;

typedef struct xy_key_source_options {
    const char *file; /* or: */
    const char *url;
    uint32_t retry_s;
    uint32_t max_age_s;
} xy_key_source_options;

/* Read the keys for the first time, and start. gives: *out. Returns XY_OK, also when a URL has not
 * answered; XY_EINVAL after a message on standard error for a file that cannot be used or a URL
 * that is none. */
int xy__key_source_create(const xy_key_source_options *options, xy_key_source **out);

/* takes: source (NULL is fine). Breaks off what it is reading. */
void xy__key_source_destroy(xy_key_source *source);

/* gives: a reference to the newest keys; NULL while there are none. */
xy_auth_keys *xy__key_source_keys(xy_key_source *source);

/* There is a token of a key that is not known. */
void xy__key_source_want(xy_key_source *source);

/* May keys be fetched from `url`: by https, or from this machine? */
bool xy__key_source_is_safe(const char *url);

#endif
