/* SPDX-License-Identifier: MIT */
#include "serve/result.h"

xy_encoding xy__result_encoding(const xy_service *service, const xy_request *request)
{
    if (!service->config->compression)
        return (xy_encoding){XY_CODING_IDENTITY, false};
    return xy__encoding_choose(xy__request_header(request, XY_STR("accept-encoding")));
}

void xy__result_respond(xy_service *service, xy_exchange *exchange, const xy_result_head *head,
                        xy_bytes *body)
{
    xy_encoding encoding = head->encoding;
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
