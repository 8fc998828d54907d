/* SPDX-License-Identifier: MIT */
#include "serve/http_error.h"

#include "serve/field.h"

void xy__respond_error(xy_exchange *exchange, int status, xy_http_header header, xy_str message)
{
    if (header.name.len)
        xy__exchange_add_headers(exchange, (xy_http_headers){&header, 1});
    xy__exchange_respond_error(exchange, status, message);
}

void xy__respond_method(xy_exchange *exchange, xy_str allow, xy_str message)
{
    xy__respond_error(exchange, 405, (xy_http_header){XY_STR("allow"), allow}, message);
}

void xy__respond_not_acceptable(xy_exchange *exchange, xy_str types, xy_str message)
{
    xy__respond_error(exchange, 406, (xy_http_header){XY_STR("accept"), types}, message);
}

void xy__respond_not_json(xy_exchange *exchange)
{
    xy__respond_error(exchange, 415,
                      (xy_http_header){XY_STR("accept-post"), XY_STR("application/json")},
                      XY_STR("Unsupported media type: send the request as JSON, with "
                             "Content-Type: application/json."));
}

bool xy__check_json(xy_exchange *exchange)
{
    xy_str type = xy__request_header(xy__exchange_request(exchange), XY_STR("content-type"));

    if (xy__header_is(xy__field_cut(&type, ';'), XY_STR("application/json")))
        return true;
    xy__respond_not_json(exchange);
    return false;
}

void xy__respond_draining(xy_exchange *exchange)
{
    xy__respond_error(exchange, 503, (xy_http_header){XY_STR("retry-after"), XY_STR("1")},
                      XY_STR("The server is stopping. Try again."));
}
