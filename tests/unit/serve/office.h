/* SPDX-License-Identifier: MIT */
/* A server whose secret is known, on a loop that tests turn by hand, and a client of it. */
#ifndef XY_TEST_OFFICE_H
#define XY_TEST_OFFICE_H

#include "../http/web.h"
#include "serve/service.h"

#define OFFICE_SECRET "0123456789abcdef"

typedef struct office {
    web web;
    xy_server_config config;
    xy_shared shared;
    xy_metrics_board board;
    xy_pubsub *pubsub;
    xy_invalidations *invalidations;
    xy_live_options live_options;
    xy_hub *hub;
    xy_live *live;
    xy_service *service;
    client client;
} office;

/* The schema is `type Query { q(k: String): Int } type Subscription { n(k: String): Int }`, where q
 * is 7, and n the events of the topic "t". */
void office_open(office *o);

/* End the server and its service; the loop stays. */
void office_end(office *o);

/* What is left, after office_end(); proves that it is nothing but memory. */
void office_close(office *o);

/* Send a request to `path` below /graphql, with the secret. `body` NULL: a GET. */
void office_send(office *o, client *c, const char *path, const char *body);

/* Send it, and expect this status and body. */
void office_expect(office *o, const char *path, const char *body, int status, const char *expected);

/* Check what has come. */
void office_expect_answer(office *o, int status, const char *expected);

#endif
