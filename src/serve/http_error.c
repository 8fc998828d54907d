/* SPDX-License-Identifier: MIT */
#include "serve/http_error.h"

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

void xy__respond_draining(xy_exchange *exchange)
{
    xy__respond_error(exchange, 503, (xy_http_header){XY_STR("retry-after"), XY_STR("1")},
                      XY_STR("The server is stopping. Try again."));
}
