/* SPDX-License-Identifier: MIT */
#include "schema/natural.h"

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The number at *at, which moves behind it. A zero is a number by itself, so "01" is 0, 1. As a
 * double, for digits may go on and on. */
static double take_number(xy_str s, size_t *at)
{
    double number = 0;

    do {
        number = number * 10 + (s.ptr[*at] - '0');
        ++*at;
    } while (*at < s.len && is_digit(s.ptr[*at]) && number > 0);
    return number;
}

int xy__natural_cmp(xy_str a, xy_str b)
{
    size_t i = 0;
    size_t k = 0;

    while (i < a.len && k < b.len) {
        if (is_digit(a.ptr[i]) && is_digit(b.ptr[k])) {
            double m = take_number(a, &i);
            double n = take_number(b, &k);

            if (m < n || m > n)
                return m < n ? -1 : 1;
        } else if (a.ptr[i] != b.ptr[k]) {
            return (unsigned char)a.ptr[i] < (unsigned char)b.ptr[k] ? -1 : 1;
        } else {
            i++;
            k++;
        }
    }
    return (a.len > b.len) - (a.len < b.len);
}
