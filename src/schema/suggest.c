/* SPDX-License-Identifier: MIT */
#include "schema/suggest.h"

#include "base/utf8.h"
#include "schema/natural.h"

/* Names are ASCII, so all other characters are alike: unlike any character of a name. */
#define UNIT_OTHER ((uint16_t)UINT16_MAX)

/* The two characters beyond ASCII whose lower case begins in ASCII. */
#define KELVIN_SIGN         0x212A /* k */
#define CAPITAL_I_DOT_ABOVE 0x0130 /* i and a combining dot */

#define TOO_LONG            (XY_SUGGEST_NAME_MAX + 1)

#define ROWS                3u

static unsigned put_units(uint16_t *units, int32_t code_point)
{
    if (code_point >= 'A' && code_point <= 'Z') {
        units[0] = (uint16_t)(code_point - 'A' + 'a');
        return 1;
    }
    if (code_point < 0x80 && code_point >= 0) {
        units[0] = (uint16_t)code_point;
        return 1;
    }
    units[0] = code_point == KELVIN_SIGN           ? 'k'
               : code_point == CAPITAL_I_DOT_ABOVE ? 'i'
                                                   : UNIT_OTHER;
    units[1] = UNIT_OTHER;
    return code_point > 0xFFFF || code_point == CAPITAL_I_DOT_ABOVE ? 2 : 1;
}

/* The UTF-16 units of `text` in lower case; returns their number, or TOO_LONG. */
static unsigned to_units(xy_str text, uint16_t units[XY_SUGGEST_NAME_MAX + 1])
{
    unsigned count = 0;
    size_t at = 0;

    while (at < text.len) {
        size_t len = 1;
        int32_t code_point = (unsigned char)text.ptr[at];

        if (code_point >= 0x80)
            code_point = xy__utf8_decode(text, at, &len);
        if (count >= XY_SUGGEST_NAME_MAX)
            return TOO_LONG;
        count += put_units(units + count, code_point);
        at += len;
    }
    return count;
}

void xy__suggester_init(xy_suggester *suggester, xy_str input)
{
    suggester->input = input;
    suggester->count = 0;
    suggester->unit_count = to_units(input, suggester->units);
    suggester->threshold = 0;
    if (suggester->unit_count < TOO_LONG)
        suggester->threshold = (unsigned)xy__utf8_utf16_len(input) * 2 / 5 + 1;
}

static unsigned min(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* One row of the table of distances between beginnings of a and of b; `row` is row i, behind it
 * in the ring are row i - 1 and row i - 2. Returns the smallest number in it. */
static unsigned measure_row(uint16_t rows[ROWS][XY_SUGGEST_NAME_MAX + 1], unsigned i,
                            const uint16_t *a, const uint16_t *b, unsigned b_len)
{
    const uint16_t *two_up = rows[(i + ROWS - 2) % ROWS];
    const uint16_t *up = rows[(i + ROWS - 1) % ROWS];
    uint16_t *row = rows[i % ROWS];
    unsigned smallest = i;

    row[0] = (uint16_t)i;
    for (unsigned j = 1; j <= b_len; j++) {
        unsigned substituted = up[j - 1] + (a[i - 1] == b[j - 1] ? 0u : 1u);
        unsigned cell = min(min(up[j] + 1u, row[j - 1] + 1u), substituted);

        if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
            cell = min(cell, two_up[j - 2] + 1u);
        row[j] = (uint16_t)cell;
        smallest = min(smallest, cell);
    }
    return smallest;
}

/* The distance between two texts; some number beyond `threshold` when it is beyond it. */
static unsigned measure(const uint16_t *a, unsigned a_len, const uint16_t *b, unsigned b_len,
                        unsigned threshold)
{
    uint16_t rows[ROWS][XY_SUGGEST_NAME_MAX + 1];

    if (a_len < b_len)
        return measure(b, b_len, a, a_len, threshold);
    if (a_len - b_len > threshold)
        return threshold + 1;
    for (unsigned j = 0; j <= b_len; j++)
        rows[0][j] = (uint16_t)j;
    for (unsigned i = 1; i <= a_len; i++) {
        if (measure_row(rows, i, a, b, b_len) > threshold)
            return threshold + 1;
    }
    return rows[a_len % ROWS][b_len];
}

static unsigned distance_to(const xy_suggester *suggester, xy_str option)
{
    uint16_t units[XY_SUGGEST_NAME_MAX + 1];
    unsigned count;

    if (xy_str_eq(suggester->input, option))
        return 0;
    count = to_units(option, units);
    if (count >= TOO_LONG || suggester->unit_count >= TOO_LONG)
        return suggester->threshold + 1;
    /* Nothing but the case differs. */
    if (count == suggester->unit_count &&
        memcmp(units, suggester->units, count * sizeof *units) == 0)
        return 1;
    return measure(units, count, suggester->units, suggester->unit_count, suggester->threshold);
}

static int compare(const xy_suggestion *a, const xy_suggestion *b)
{
    if (a->distance != b->distance)
        return a->distance < b->distance ? -1 : 1;
    return xy__natural_cmp(a->name, b->name);
}

void xy__suggester_offer(xy_suggester *suggester, xy_str option)
{
    xy_suggestion offer = {option, distance_to(suggester, option)};
    unsigned at = suggester->count;

    if (offer.distance > suggester->threshold)
        return;
    for (unsigned i = 0; i < suggester->count; i++)
        if (xy_str_eq(suggester->best[i].name, option))
            return;
    while (at > 0 && compare(&offer, &suggester->best[at - 1]) < 0)
        at--;
    if (at == XY_SUGGESTIONS_MAX)
        return;
    suggester->count = min(suggester->count + 1, XY_SUGGESTIONS_MAX);
    for (unsigned i = suggester->count - 1; i > at; i--)
        suggester->best[i] = suggester->best[i - 1];
    suggester->best[at] = offer;
}

void xy__suggester_write(const xy_suggester *suggester, const char *what, xy_buf *buf)
{
    xy_str names[XY_SUGGESTIONS_MAX];

    for (unsigned i = 0; i < suggester->count; i++)
        names[i] = suggester->best[i].name;
    xy__did_you_mean(buf, what, names, suggester->count);
}

void xy__did_you_mean(xy_buf *buf, const char *what, const xy_str *names, size_t count)
{
    if (count > XY_SUGGESTIONS_MAX)
        count = XY_SUGGESTIONS_MAX;
    if (!count)
        return;
    XY_BUF_LITERAL(buf, " Did you mean ");
    if (what) {
        xy__buf_str(buf, xy_str_from(what));
        xy__buf_char(buf, ' ');
    }
    for (size_t i = 0; i < count; i++) {
        if (i > 0)
            xy__buf_str(buf, count > 2 ? XY_STR(", ") : XY_STR(" "));
        if (i > 0 && i + 1 == count)
            XY_BUF_LITERAL(buf, "or ");
        xy__buf_char(buf, '"');
        xy__buf_str(buf, names[i]);
        xy__buf_char(buf, '"');
    }
    xy__buf_char(buf, '?');
}
