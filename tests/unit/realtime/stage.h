/* SPDX-License-Identifier: MIT */
/* A worker without sockets, for tests of subscriptions: a loop with a virtual clock, a broker, a
 * hub, an executor, a schema; and clients whose sources and outlets do what a test says.
 *
 * Events are numbers. What a client was sent reads "1 2 !boom end": results by their number,
 * errors by "!" and their message (with their code in brackets), the end as "end". In "^3" and "~4"
 * the result tells of a gap before it: the store was connected again, events were dropped. */
#ifndef TEST_REALTIME_STAGE_H
#define TEST_REALTIME_STAGE_H

#include "execution/exec.h"
#include "realtime/hub.h"
#include "realtime/subscription.h"

enum {
    STAGE_CLIENTS = 8,
    CLIENT_TEXT_MAX = 1 << 16,
    CLIENT_PROMISES_MAX = 4,
    STAGE_PLAYS = 2,
    STAGE_LATE_MAX = 256,
};

/* What a client is told whose last event nobody knows; in its text it reads "?". */
#define STAGE_UNKNOWN "{\"data\":null,\"extensions\":{\"gap\":{\"reason\":\"UNKNOWN_EVENT_ID\"}}}"

typedef struct stage stage;
typedef struct client client;

/* An event of "play", which says what its resolver does: what it reads of its request at first,
 * then whether it answers later, and what it reads before it does. */
typedef struct play_event {
    int number;
    unsigned reads; /* bits: 1 the user, 2 the role "a", 4 the role "b", 8 whether anybody */
    unsigned then;
    bool late;
} play_event;

struct client {
    xy_outlet outlet;
    stage *stage;
    int id;
    xy_subscription *subscription; /* NULL: the outlet was ended, or has stopped */
    xy_operation *operation;       /* not a reference */
    char text[CLIENT_TEXT_MAX];    /* what it was sent; starts anew at stage_open() */
    size_t text_len;
    char last[512]; /* the last result as it is, and its flags */
    unsigned last_flags;
    char last_id[64]; /* of the last event of a durable topic; is kept at stage_open() */
    int opened;       /* times that its outlet was told so */
    int answer;       /* of put() from now on: XY_OK, XY_EFULL, XY_ECLOSED */
    bool owed_ready;
    /* its source */
    xy_source_stream *stream; /* NULL: stopped */
    int (*open)(client *self, xy_call *call);
    int stops;
    /* its runs: promises of `late`, oldest first */
    xy_promise *promises[CLIENT_PROMISES_MAX];
    size_t promise_count;
    int promise_stops;
    void *data; /* the test's */
};

struct stage {
    xy_loop loop;
    xy_store store; /* for those tests that say when a topic is live */
    xy_pubsub *ps;
    xy_hub *hub;
    xy_executor executor;
    xy_schema *schema;
    xy_subscription_options options;
    client clients[STAGE_CLIENTS];
    int unexpected; /* errors told to the operator */
    /* of "play", whose operations are shared by all who ask for the same */
    xy_document *plays[STAGE_PLAYS];
    client *opening; /* NULL: somebody who listens to "t" */
    int runs;        /* so far */
    void (*on_run)(stage *s);
    void (*on_put)(client *c, xy_str json); /* NULL: none */
    xy_promise *late[STAGE_LATE_MAX];       /* oldest first */
    size_t late_count;
    int late_stops;
};

stage *stage_create(void);

/* With the topics "d" and "x" durable. */
stage *stage_create_durable(const xy_durable_limits *durable);

/* With a store that says so of no topic by itself. */
stage *stage_create_away(void);

/* How long a subscription waits for it. */
enum { STAGE_WAIT_MS = 5000 };

/* Lets every client go that is still there, and asserts that nothing is left of anyone. */
void stage_destroy(stage *s);

/* Client `id` subscribes to `field` ("n", "late" or "who"); `open` is what its source does. */
client *stage_open(stage *s, int id, const char *field, int (*open)(client *self, xy_call *call));

/* The same for "play(id: which)", as `identity` (a reference is the client's). */
client *stage_play(stage *s, int id, int which, xy_identity *identity,
                   int (*open)(client *self, xy_call *call));

/* Its operation, shared. gives: one reference. */
xy_operation *stage_share(stage *s, int which);

/* The text that `identity` should be sent for an event, without its quotes. */
void play_text(const play_event *event, const xy_identity *identity, char out[64]);

/* "ann a b": a user and roles; "-": anonymous. gives: one reference, or NULL. */
xy_identity *stage_person(const char *words);

/* Publish an event of "play". */
void stage_publish_play(stage *s, const char *topic, const play_event *event);

/* Push one. */
int client_push_play(client *c, const play_event *event);

/* The late run at `index` gets its answer. */
void stage_resolve(stage *s, size_t index);

/* One turn of the loop. */
void stage_turn(stage *s);

/* Publish a number. */
int stage_publish(stage *s, const char *topic, int64_t number);

/* The client has caught up, if it was behind. */
void client_ready(client *c);

/* The identity of a client with one topic at most has expired: what the clock would do. */
void client_expire(client *c, xy_identity *identity);

/* The client has gone. */
void client_gone(client *c);

/* Its oldest run gets its answer: the event. */
void client_resolve(client *c);

/* Let the error of a client that was too slow read "!slow" in its text. */
void client_shorten(client *c);

/* Has it neither an end nor gone? */
static inline bool client_there(const client *c)
{
    return c->subscription != NULL;
}

xy_realtime_figures stage_figures(stage *s);

#endif
