/* SPDX-License-Identifier: MIT */
#include "serve/invalidate.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "serve/admin.h"
#include "serve/http_error.h"

#define FORMS "The body must be {\"key\": …}, {\"keys\": […]} or {\"all\": true}."

/* What is wrong with a key; NULL: nothing. */
static const char *key_problem(const xy_value *key)
{
    if (key->kind != XY_VALUE_STRING)
        return "must be a string";
    if (!key->len)
        return "must not be empty";
    return key->len > XY_LIVE_KEY_BYTES_MAX ? "is longer than 4096 bytes" : NULL;
}

static bool check_keys(xy_exchange *exchange, const xy_value *keys, size_t count, bool is_list)
{
    for (size_t i = 0; i < count; i++) {
        const char *problem = key_problem(&keys[i]);
        char message[XY_ADMIN_PROBLEM_MAX];
        char place[XY_ADMIN_PLACE_MAX];

        if (!problem)
            continue;
        snprintf(message, sizeof message, "%s %s.",
                 xy__admin_place(place, "keys", is_list, i, is_list ? "" : "key"), problem);
        xy__exchange_respond_error(exchange, 400, xy_str_from(message));
        return false;
    }
    return true;
}

/* Answers when the store would not take it. */
static bool check_taken(xy_exchange *exchange, int rc)
{
    static const xy_http_header retry = {XY_STR_INIT("retry-after"), XY_STR_INIT("1")};

    if (rc < 0)
        xy__respond_error(
            exchange, 503, retry,
            XY_STR("The store is away: other processes were told nothing. Try again later."));
    return rc == XY_OK;
}

static void invalidate_keys(xy_service *service, xy_exchange *exchange, const xy_value *values,
                            size_t count)
{
    xy_str *keys = xy__zalloc((count ? count : 1) * sizeof *keys);
    char text[24];
    int rc;

    for (size_t i = 0; i < count; i++)
        keys[i] = xy_value_text(&values[i]);
    rc = xy__invalidate(service->shared->invalidations, keys, count);
    free(keys);
    if (!check_taken(exchange, rc))
        return;
    snprintf(text, sizeof text, "%zu", count);
    xy__admin_respond(exchange, "invalidated", text);
}

static void invalidate_all(xy_service *service, xy_exchange *exchange, const xy_value *all)
{
    if (all->kind != XY_VALUE_BOOL || !all->boolean) {
        xy__exchange_respond_error(exchange, 400, XY_STR("all must be true."));
        return;
    }
    if (check_taken(exchange, xy__invalidate_all(service->shared->invalidations)))
        xy__admin_respond(exchange, "invalidated", "\"all\"");
}

void xy__invalidate_serve(xy_service *service, xy_exchange *exchange, const xy_value *body)
{
    const xy_value *key = xy_value_get(body, XY_STR("key"));
    const xy_value *keys = xy_value_get(body, XY_STR("keys"));
    const xy_value *all = xy_value_get(body, XY_STR("all"));

    if (body->kind != XY_VALUE_OBJECT || body->len != 1 || (!key && !keys && !all)) {
        xy__exchange_respond_error(exchange, 400, XY_STR(FORMS));
    } else if (all) {
        invalidate_all(service, exchange, all);
    } else if (keys && keys->kind != XY_VALUE_LIST) {
        xy__exchange_respond_error(exchange, 400, XY_STR("keys must be a list of strings."));
    } else if (keys) {
        if (check_keys(exchange, keys->items, keys->len, true))
            invalidate_keys(service, exchange, keys->items, keys->len);
    } else if (check_keys(exchange, key, 1, false)) {
        invalidate_keys(service, exchange, key, 1);
    }
}
