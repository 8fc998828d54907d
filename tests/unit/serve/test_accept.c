/* SPDX-License-Identifier: MIT */
/* Which media type a client gets for what it says in Accept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "serve/accept.h"

#define JSON     XY_MEDIA_JSON
#define RESPONSE XY_MEDIA_GRAPHQL_RESPONSE
#define EVENTS   XY_MEDIA_EVENT_STREAM
#define NONE     XY_MEDIA_NONE

static const struct {
    const char *accept; /* NULL: no header */
    xy_media result;    /* what a query gets */
    xy_media stream;    /* what a subscription gets */
} cases[] = {
    {NULL, JSON, EVENTS},
    {"", JSON, EVENTS},
    {"*/*", JSON, EVENTS},
    {"application/json", JSON, NONE},
    {"application/*", JSON, NONE},
    {"application/graphql-response+json", RESPONSE, NONE},
    {"application/graphql-response+json, application/json;q=0.9", RESPONSE, NONE},
    {"application/graphql-response+json;q=0.5, application/json;q=0.9", JSON, NONE},
    {"application/json, application/graphql-response+json", JSON, NONE},
    {"text/event-stream", EVENTS, EVENTS},
    {"TEXT/Event-Stream; charset=UTF-8", EVENTS, EVENTS},
    {"text/event-stream, application/json", JSON, EVENTS},
    {"text/event-stream;q=0.9, */*;q=0.1", JSON, EVENTS},
    {"text/*", EVENTS, EVENTS},
    {"application/json;q=0, */*", RESPONSE, EVENTS},
    {"*/*;q=0", NONE, NONE},
    {"*/*, text/event-stream;q=0", JSON, NONE},
    {"text/event-stream;q=0.000", NONE, NONE},
    {"text/html", NONE, NONE},
    {"application/json; charset=latin1", NONE, NONE},
    {"application/json; charset=\"utf-8\"", JSON, NONE},
    {" , ,application/json , ", JSON, NONE},
    {"application/json;q=nonsense", JSON, NONE},
    {";q=1", NONE, NONE},
    {"application/json;x=\"a,b;q=0\"", JSON, NONE},
    {"application/graphql-response+json, application/graphql+json, application/json, "
     "text/event-stream, multipart/mixed",
     RESPONSE, EVENTS},
};

static void each_accept_header_gets_its_type(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        xy_accept accept = xy__accept_parse(xy_str_from(cases[i].accept));

        if (xy__accept_result(&accept) != cases[i].result ||
            xy__accept_subscription(&accept) != cases[i].stream)
            fail_msg("Accept: %s gives %d and %d", cases[i].accept ? cases[i].accept : "(none)",
                     xy__accept_result(&accept), xy__accept_subscription(&accept));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(each_accept_header_gets_its_type)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
