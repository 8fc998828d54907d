/* SPDX-License-Identifier: MIT */
/* A model of Redis' pub/sub behind the fake server: it does what Redis does, but only as far and as
 * fast as the test says. */
#ifndef XY_TEST_REDIS_MODEL_H
#define XY_TEST_REDIS_MODEL_H

#include "fake.h"

#define MODEL_CHANNELS 64u /* c0, c1, ...: others cannot be subscribed */
#define MODEL_SCRIPTS  4u
#define MODEL_SERVERS  3u

typedef struct model_line {
    fake_line *line;     /* NULL: none */
    xy_buf out;          /* what it has not been told yet */
    uint64_t subscribed; /* a bit for each channel */
} model_line;

struct model;

/* Servers that share the slots of the channels; all other slots are the first one's. */
typedef struct model_cluster {
    struct model *servers[MODEL_SERVERS];
    /* Who has the channel, as far as each server knows. */
    unsigned views[MODEL_SERVERS][MODEL_CHANNELS];
} model_cluster;

typedef struct model {
    fake *f;
    model_cluster *cluster; /* NULL: it is alone */
    unsigned self;          /* its place there */
    model_line lines[FAKE_LINES];
    bool known[MODEL_SCRIPTS]; /* script i: its text begins with the digit i */
    const char *error;         /* the answer to the next command that publishes; NULL: none */
    uint64_t forbidden;        /* channels that are refused */
    void (*on_publish)(void *arg, xy_str channel, xy_str message);
    /* A script was run. */
    void (*on_call)(void *arg, unsigned script, const xy_str *words, size_t len);
    void *arg;
    size_t largest; /* number of words of the longest command */
    size_t commands;
} model;

void model_open(model *m, fake *f);
void model_close(model *m);

/* Take in who has connected. */
void model_accept(model *m);

/* Do up to `max` commands of a line. Returns how many it did. */
size_t model_work(model *m, model_line *line, size_t max);

/* Tell a line up to `max` of the bytes that are there for it. */
void model_tell(model *m, model_line *line, size_t max);

/* All of that for all lines, and the loop, until nothing is left to do. */
void model_settle(model *m);

/* Somebody else publishes. */
void model_publish(model *m, xy_str channel, xy_str message);

/* The connection goes. */
void model_hang_up(model *m, model_line *line);
void model_hang_up_all(model *m);

/* It is stopped; nothing of it is left but what was started again. */
void model_leave(model *m);

/* Server `self` learns that `owner` has `channel`: whoever is subscribed to it here is not any
 * more, and told so, unless it is its own. */
void model_learn(model *m, unsigned channel, unsigned owner);

/* Channels that somebody is subscribed to. */
uint64_t model_subscribed(const model *m);

#endif
