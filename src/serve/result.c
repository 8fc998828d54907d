/* SPDX-License-Identifier: MIT */
#include "serve/result.h"

#include "base/bytes.h"
#include "serve/encoding.h"

/* A client that refuses identity says so by a weight; without one, a small body needs no look at
 * the rest of the header. */
static xy_encoding choose(const xy_service *service, const xy_request *request, size_t len)
{
    static const xy_encoding identity = {XY_CODING_IDENTITY, false};
    xy_str header;

    if (!service->config->compression)
        return identity;
    header = xy__request_header(request, XY_STR("accept-encoding"));
    if (!header.len || (len < XY_ENCODING_BODY_MIN && !memchr(header.ptr, ';', header.len)))
        return identity;
    return xy__encoding_choose(header);
}

void xy__result_respond(xy_service *service, xy_exchange *exchange, const xy_result_head *head,
                        xy_bytes *body)
{
    xy_encoding encoding = choose(service, xy__exchange_request(exchange), body->len);
    xy_http_header headers[4] = {
        {XY_STR("content-type"), xy__media_type(head->media)},
        {XY_STR("x-request-id"), head->request_id},
    };
    size_t len = 2;

    body = xy__encoder_encode(service->encoder, &encoding, body);
    /* Also when this result is not compressed: another for the same URL might be. */
    if (service->config->compression)
        headers[len++] = (xy_http_header){XY_STR("vary"), XY_STR("Accept-Encoding")};
    if (encoding.coding != XY_CODING_IDENTITY)
        headers[len++] = (xy_http_header){XY_STR("content-encoding"),
                                          xy__coding_name((xy_coding)encoding.coding)};
    xy__exchange_respond_bytes(exchange, head->status, (xy_http_headers){headers, len}, body);
}
