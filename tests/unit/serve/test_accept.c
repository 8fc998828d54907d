/* SPDX-License-Identifier: MIT */
/* Which media type a client gets for what it says in Accept. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "serve/accept.h"

#define JSON      XY_MEDIA_JSON
#define RESPONSE  XY_MEDIA_GRAPHQL_RESPONSE
#define EVENTS    XY_MEDIA_EVENT_STREAM
#define MULTIPART XY_MEDIA_MULTIPART
#define NONE      XY_MEDIA_NONE

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

/* What an operation with @defer or @stream gets. */
static const struct {
    const char *accept;
    xy_form_kind form;
    xy_media media; /* … in parts; NONE: a whole result */
} increments[] = {
    /* Apollo Client 3: @stream, @live; @defer; a subscription */
    {"*/*", XY_FORM_2022, MULTIPART},
    {"multipart/mixed;deferSpec=20220824,application/json", XY_FORM_2022, MULTIPART},
    {"multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json", XY_FORM_2022,
     MULTIPART},
    /* Apollo Client 4: without a handler; Defer20220824Handler; GraphQL17Alpha9Handler */
    {"application/graphql-response+json,application/json;q=0.9", XY_FORM_NONE, NONE},
    {"multipart/mixed;deferSpec=20220824,application/graphql-response+json,application/json;q=0.9",
     XY_FORM_2022, MULTIPART},
    {"multipart/mixed;incrementalSpec=v0.2,application/graphql-response+json,"
     "application/json;q=0.9",
     XY_FORM_2023, MULTIPART},
    /* urql, for everything but a subscription */
    {"application/graphql-response+json, application/graphql+json, application/json, "
     "text/event-stream, multipart/mixed",
     XY_FORM_2022, MULTIPART},
    {"text/event-stream, multipart/mixed", XY_FORM_2022, MULTIPART},
    /* GraphiQL */
    {"application/json, multipart/mixed", XY_FORM_2022, MULTIPART},
    {"multipart/mixed; deferSpec=20220824, application/json", XY_FORM_2022, MULTIPART},
    {"application/json, text/event-stream, multipart/mixed", XY_FORM_2022, MULTIPART},
    /* the playground */
    {"multipart/mixed;deferSpec=20220824, text/event-stream;q=0.9, "
     "application/graphql-response+json;q=0.5, application/json;q=0.4",
     XY_FORM_2022, MULTIPART},
    /* graphql-sse, EventSource */
    {"text/event-stream", XY_FORM_2022, EVENTS},
    {"text/event-stream;incrementalSpec=v0.2", XY_FORM_2023, EVENTS},
    {"text/event-stream; incrementalSpec=v0.2, application/json", XY_FORM_2023, EVENTS},
    /* no header; JSON only */
    {NULL, XY_FORM_2022, MULTIPART},
    {"application/json", XY_FORM_NONE, NONE},
    {"application/json;incrementalSpec=v0.2", XY_FORM_NONE, NONE},
    {"text/html", XY_FORM_NONE, NONE},
    /* weights: JSON must be liked better to be given */
    {"multipart/mixed;q=0.1, application/json", XY_FORM_NONE, NONE},
    {"multipart/mixed;q=0.1, application/graphql-response+json;q=0.2", XY_FORM_NONE, NONE},
    {"multipart/mixed;q=0.9, application/json;q=0.9", XY_FORM_2022, MULTIPART},
    {"application/json;q=0.8, multipart/mixed;q=0.9;incrementalSpec=v0.2", XY_FORM_2023, MULTIPART},
    {"multipart/mixed;q=0, application/json", XY_FORM_NONE, NONE},
    {"multipart/mixed;q=0, */*", XY_FORM_2022, EVENTS},
    {"multipart/*, application/json", XY_FORM_2022, MULTIPART},
    /* of several ranges the one that decides: the greater weight, the first, the more specific */
    {"multipart/mixed;deferSpec=20220824, multipart/mixed;incrementalSpec=v0.2", XY_FORM_2022,
     MULTIPART},
    {"multipart/mixed;incrementalSpec=v0.2, multipart/mixed;deferSpec=20220824", XY_FORM_2023,
     MULTIPART},
    {"multipart/mixed;deferSpec=20220824;q=0.5, multipart/mixed;incrementalSpec=v0.2", XY_FORM_2023,
     MULTIPART},
    {"multipart/mixed;incrementalSpec=v0.2;q=0.5, text/event-stream", XY_FORM_2022, EVENTS},
    {"text/event-stream;incrementalSpec=v0.2, multipart/mixed", XY_FORM_2022, MULTIPART},
    {"*/*;incrementalSpec=v0.2, multipart/mixed", XY_FORM_2022, MULTIPART},
    {"*/*;incrementalSpec=v0.2", XY_FORM_2023, MULTIPART},
    /* case, spaces, quotes; a version that is not known is none */
    {"Multipart/Mixed ; IncrementalSpec = \"V0.2\" ; q=\"1\"", XY_FORM_2023, MULTIPART},
    {"multipart/mixed; DEFERSPEC=\"20220824\"", XY_FORM_2022, MULTIPART},
    {"multipart/mixed;incrementalSpec=v0.3", XY_FORM_2022, MULTIPART},
    {"multipart/mixed;incrementalSpec", XY_FORM_2022, MULTIPART},
    {"multipart/mixed;x=\"incrementalSpec=v0.2;\"", XY_FORM_2022, MULTIPART},
};

static void each_client_gets_increments_as_it_reads_them(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof increments / sizeof *increments; i++) {
        xy_accept accept = xy__accept_parse(xy_str_from(increments[i].accept));
        xy_form_kind form = xy__accept_form(&accept);
        xy_media media = form == XY_FORM_NONE ? NONE : xy__accept_results(&accept);

        if (form != increments[i].form || media != increments[i].media)
            fail_msg("Accept: %s gives form %d by %d",
                     increments[i].accept ? increments[i].accept : "(none)", form, media);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_accept_header_gets_its_type),
        cmocka_unit_test(each_client_gets_increments_as_it_reads_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
