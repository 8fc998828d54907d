/* SPDX-License-Identifier: MIT */
/* What a bus promises, held against what it does in a random life:
 *
 *   - a channel is told live when it is wanted, first, then "again", and nothing comes from one
 *     that is not wanted;
 *   - what somebody says on a channel that is live arrives, or "again" is told afterwards;
 *   - what the bus publishes arrives; calls about a key run in order; each is answered once;
 *   - in the end exactly what is wanted is subscribed.
 *
 * Channels are c0, c1, ...; what others say is e0, e1, ...; what the bus publishes b0, b1, .... */
#ifndef XY_TEST_REDIS_PROMISES_H
#define XY_TEST_REDIS_PROMISES_H

#include "redis/bus.h"

#define PROMISES_CHANNELS 6u
#define PROMISES_MESSAGES 400u

typedef struct promises_said {
    unsigned channel;
    bool owed;
} promises_said;

typedef struct promises_state {
    xy_redis_bus *bus; /* set it when it is open */
    unsigned seed;
    uint64_t random;
    void (*say)(xy_str channel, xy_str message); /* somebody else's publishing */
    bool wanted[PROMISES_CHANNELS];
    bool live[PROMISES_CHANNELS]; /* told so since it is wanted */
    bool got[PROMISES_CHANNELS];
    promises_said said[PROMISES_MESSAGES];
    unsigned said_len;
    unsigned published;              /* by the bus */
    bool arrived[PROMISES_MESSAGES]; /* of these, at the server */
    bool answered[PROMISES_MESSAGES];
    unsigned last[PROMISES_CHANNELS]; /* the highest number + 1 of a call about it that ran */
    unsigned called;                  /* calls of scripts that are answered */
    unsigned calls;                   /* that were accepted */
    bool there;
} promises_state;

extern promises_state promises;
extern const xy_redis_bus_ops promises_ops;

/* How many seeds: `few` with a sanitizer. */
unsigned promises_seeds(unsigned many, unsigned few);

void promises_begin(unsigned seed, void (*say)(xy_str channel, xy_str message));

/* A random number. */
unsigned promises_below(unsigned bound);

/* What a user of the bus, or somebody else who publishes, does; `what` is below 50. */
void promises_step(unsigned what);

/* For a model. */
void promises_on_publish(void *arg, xy_str channel, xy_str message);
void promises_on_call(void *arg, unsigned script, const xy_str *words, size_t len);

/* At the end, when all is there again and settled: one more message for each channel. When that has
 * settled, too: was all of it kept? `subscribed`: a bit for each channel. */
void promises_say_to_all(void);
void promises_check(uint64_t subscribed);

#endif
