/* SPDX-License-Identifier: MIT */
/* json/scan.h -- looking through the bytes of strings, eight at a time. */
#ifndef XY_JSON_SCAN_H
#define XY_JSON_SCAN_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define XY_JSON_EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Eight bytes of a string, in whatever order the machine has them. */
static inline uint64_t xy__json_load(const char *ptr)
{
    uint64_t word;

    memcpy(&word, ptr, sizeof word);
    return word;
}

/* Is none of the eight bytes a quote, a backslash or a control byte, so that they stand for
 * themselves in a JSON string? */
static inline bool xy__json_is_plain(uint64_t word)
{
    uint64_t quote = word ^ XY_JSON_EACH_BYTE('"');
    uint64_t backslash = word ^ XY_JSON_EACH_BYTE('\\');
    /* x - 1 sets the top bit of a byte that was zero; ~x drops those that had it before. */
    uint64_t found = ((quote - XY_JSON_EACH_BYTE(1)) & ~quote) |
                     ((backslash - XY_JSON_EACH_BYTE(1)) & ~backslash) |
                     ((word - XY_JSON_EACH_BYTE(0x20)) & ~word);

    return !(found & XY_JSON_EACH_BYTE(0x80));
}

/* Are all eight bytes ASCII? */
static inline bool xy__json_is_ascii(uint64_t word)
{
    return !(word & XY_JSON_EACH_BYTE(0x80));
}

#endif
