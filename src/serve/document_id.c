/* SPDX-License-Identifier: MIT */
#include "serve/document_id.h"

#include <openssl/sha.h>

_Static_assert(SHA256_DIGEST_LENGTH == XY_DIGEST_BYTES, "a digest is a SHA-256");

/* -1: no hexadecimal digit. */
static int nibble(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

static bool read_digest(xy_str hex, xy_digest *out)
{
    if (hex.len != 2 * XY_DIGEST_BYTES)
        return false;
    for (size_t i = 0; i < XY_DIGEST_BYTES; i++) {
        int high = nibble(hex.ptr[2 * i]);
        int low = nibble(hex.ptr[2 * i + 1]);

        if (high < 0 || low < 0)
            return false;
        out->bytes[i] = (uint8_t)(high * 16 + low);
    }
    return true;
}

xy_document_id xy__document_id_read(xy_str text)
{
    static const char prefix[] = "sha256:";
    xy_document_id id = {.name = text};
    xy_str hex = text;

    if (!text.len)
        return (xy_document_id){.kind = XY_DOCUMENT_ID_NONE};
    if (xy_str_starts(text, xy_str_from(prefix))) {
        hex.ptr += sizeof prefix - 1;
        hex.len -= sizeof prefix - 1;
    }
    id.kind = read_digest(hex, &id.digest) ? XY_DOCUMENT_ID_DIGEST : XY_DOCUMENT_ID_NAME;
    return id;
}

xy_digest xy__digest_of(xy_str text)
{
    xy_digest digest;

    SHA256((const unsigned char *)text.ptr, text.len, digest.bytes);
    return digest;
}
