/* SPDX-License-Identifier: MIT */
#include "realtime/event_id.h"

#include <inttypes.h>
#include <stdio.h>
#include <xxhash.h>

#define TAG_DIGITS ((size_t)16)

/* The same in every process: no seed but the epoch. */
uint64_t xy__event_id_tag(xy_str topic, uint64_t epoch)
{
    return XXH3_64bits_withSeed(topic.ptr ? topic.ptr : "", topic.len, epoch);
}

size_t xy__event_id_claim_write(const xy_event_id_claim *claim, char out[XY_EVENT_ID_TEXT_MAX])
{
    return (size_t)snprintf(out, XY_EVENT_ID_TEXT_MAX, "%016" PRIx64 "-%" PRIu64 "-%" PRIu64,
                            claim->tag, claim->major, claim->minor);
}

size_t xy__event_id_write(const xy_event_id *id, xy_str topic, char out[XY_EVENT_ID_TEXT_MAX])
{
    xy_event_id_claim claim = {xy__event_id_tag(topic, id->epoch), id->major, id->minor};

    return xy__event_id_claim_write(&claim, out);
}

/* ---- reading ---- */

static bool read_tag(xy_str *rest, uint64_t *out)
{
    uint64_t tag = 0;

    if (rest->len < TAG_DIGITS)
        return false;
    for (size_t i = 0; i < TAG_DIGITS; i++) {
        char c = rest->ptr[i];

        if (c >= '0' && c <= '9') {
            tag = tag << 4 | (uint64_t)(c - '0');
        } else if (c >= 'a' && c <= 'f') {
            tag = tag << 4 | (uint64_t)(c - 'a' + 10);
        } else {
            return false;
        }
    }
    *rest = (xy_str){rest->ptr + TAG_DIGITS, rest->len - TAG_DIGITS};
    *out = tag;
    return true;
}

/* "-" and a number as it is written: without zeros in front. */
static bool read_number(xy_str *rest, uint64_t *out)
{
    uint64_t number = 0;
    size_t at = 1;

    if (rest->len < 2 || rest->ptr[0] != '-' ||
        (rest->ptr[1] == '0' && rest->len > 2 && rest->ptr[2] >= '0' && rest->ptr[2] <= '9'))
        return false;
    for (; at < rest->len && rest->ptr[at] >= '0' && rest->ptr[at] <= '9'; at++) {
        uint64_t digit = (uint64_t)(rest->ptr[at] - '0');

        if (number > (UINT64_MAX - digit) / 10)
            return false;
        number = number * 10 + digit;
    }
    *rest = (xy_str){rest->ptr + at, rest->len - at};
    *out = number;
    return at > 1;
}

bool xy__event_id_read(xy_str text, xy_event_id_claim *out)
{
    xy_event_id_claim claim;

    if (!read_tag(&text, &claim.tag) || !read_number(&text, &claim.major) ||
        !read_number(&text, &claim.minor) || text.len)
        return false;
    *out = claim;
    return true;
}
