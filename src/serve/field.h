/* SPDX-License-Identifier: MIT */
/* serve/field.h -- reading the values of header fields that are lists: "a;q=0.5, b".
 *
 * RFC 9110 5.6. Views all the way: nothing is allocated, nothing fails. */
#ifndef XY_SERVE_FIELD_H
#define XY_SERVE_FIELD_H

#include <stdint.h>

#include "xylem/str.h"

/* The weight of what has none, and the largest. */
#define XY_WEIGHT_FULL 1000u

/* `text` without spaces and tabs at its ends. */
xy_str xy__field_trim(xy_str text);

/* Cut the part before `separator` off *rest, without white space at its ends; quoted text does not
 * separate. *rest is empty after the last part. */
xy_str xy__field_cut(xy_str *rest, char separator);

/* A weight, "0.5", in thousandths; what is no number counts as an absent weight. RFC 9110 12.4.2 */
uint16_t xy__field_weight(xy_str text);

/* Is `text` a token, as the names of headers, methods and codings are? RFC 9110 5.6.2 */
bool xy__field_is_token(xy_str text);

/* Is `text` a list of tokens, "a, b", with one at least? */
bool xy__field_is_token_list(xy_str text);

#endif
