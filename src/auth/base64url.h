/* SPDX-License-Identifier: MIT */
/* auth/base64url.h -- what may be given to cjose to be decoded: it ends the process for a text of
 * some lengths that no encoder makes. */
#ifndef XY_AUTH_BASE64URL_H
#define XY_AUTH_BASE64URL_H

#include <ctype.h>

#include "xylem/str.h"

/* Is it base64url without padding, of one byte or more? RFC 7515 2 */
static inline bool xy__is_base64url(xy_str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!isalnum((unsigned char)text.ptr[i]) && text.ptr[i] != '-' && text.ptr[i] != '_')
            return false;
    return text.len > 0 && text.len % 4 != 1;
}

#endif
