/* SPDX-License-Identifier: MIT */
/* schema/suggest.h -- "Did you mean": of the names that exist, those most like one that does not.
 *
 *   xy__suggester_init(&suggester, name);
 *   for (size_t i = 0; i < values->len; i++)
 *       xy__suggester_offer(&suggester, values->items[i]->name);
 *   xy__suggester_write(&suggester, "the enum value", buf);
 *
 * Ordered by distance (insertions, deletions, substitutions, swaps of neighbours; another case
 * is one), then by name, numbers in names by value. One offer takes at most
 * XY_SUGGEST_NAME_MAX^2 steps and no memory. */
#ifndef XY_SCHEMA_SUGGEST_H
#define XY_SCHEMA_SUGGEST_H

#include <stdint.h>

#include "xylem/str.h"

#include "base/buf.h"

#define XY_SUGGESTIONS_MAX 5u
/* Nothing longer, in UTF-16 units, has suggestions or is one. */
#define XY_SUGGEST_NAME_MAX 256u

typedef struct xy_suggestion {
    xy_str name;
    unsigned distance;
} xy_suggestion;

typedef struct xy_suggester {
    xy_str input;
    uint16_t units[XY_SUGGEST_NAME_MAX + 1]; /* of the input in lower case */
    unsigned unit_count;
    unsigned threshold; /* the largest distance that is still alike */
    xy_suggestion best[XY_SUGGESTIONS_MAX];
    unsigned count;
} xy_suggester;

/* Suggestions for `input`. keeps: input, until the last offer. */
void xy__suggester_init(xy_suggester *suggester, xy_str input);

/* A name that exists; offering one twice is fine. keeps: option, until it is written. */
void xy__suggester_offer(xy_suggester *suggester, xy_str option);

/* Append ` Did you mean <what> "A", "B", or "C"?`, or nothing when nothing is alike. `what` may
 * be NULL. */
void xy__suggester_write(const xy_suggester *suggester, const char *what, xy_buf *buf);

/* The same with names chosen otherwise; the first five of them. */
void xy__did_you_mean(xy_buf *buf, const char *what, const xy_str *names, size_t count);

#endif
