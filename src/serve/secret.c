/* SPDX-License-Identifier: MIT */
#include "serve/secret.h"

#include <openssl/crypto.h>

#include "http/request.h"
#include "serve/field.h"

const char *xy__secret_problem(const char *text)
{
    if (strlen(text) < XY_SECRET_BYTES_MIN)
        return "it is shorter than 16 bytes, which can be guessed; "
               "openssl rand -hex 32 makes a good one";
    for (; *text; text++)
        if (*text <= ' ' || *text > '~')
            return "it has white space or letters other than ASCII, which no header can carry";
    return NULL;
}

xy_secret xy__secret_of(const char *text)
{
    if (!text)
        return (xy_secret){.set = false};
    return (xy_secret){.set = true, .digest = xy__digest_of(xy_str_from(text))};
}

/* RFC 6750 2.1: the scheme in any case, a space, the token. */
bool xy__secret_shown(const xy_secret *secret, xy_str authorization)
{
    static const xy_str scheme = XY_STR_INIT("bearer ");
    xy_digest digest;

    if (!secret->set || authorization.len <= scheme.len ||
        !xy__header_is((xy_str){authorization.ptr, scheme.len}, scheme))
        return false;
    authorization.ptr += scheme.len;
    authorization.len -= scheme.len;
    digest = xy__digest_of(xy__field_trim(authorization));
    return CRYPTO_memcmp(digest.bytes, secret->digest.bytes, sizeof digest.bytes) == 0;
}
