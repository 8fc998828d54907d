/* SPDX-License-Identifier: MIT */
/* tests/unit/execution/held.h -- a gate for blocking resolvers: those who come to it wait on their
 * threads until the test opens it. */
#ifndef XY_TESTS_UNIT_EXECUTION_HELD_H
#define XY_TESTS_UNIT_EXECUTION_HELD_H

#include <stdbool.h>
#include <uv.h>

typedef struct held {
    uv_mutex_t lock;
    uv_cond_t changed;
    unsigned waiting;
    bool open;
} held;

static inline void held_init(held *h)
{
    *h = (held){0};
    uv_mutex_init(&h->lock);
    uv_cond_init(&h->changed);
}

static inline void held_deinit(held *h)
{
    uv_cond_destroy(&h->changed);
    uv_mutex_destroy(&h->lock);
}

/* On a thread of the pool: wait until it is open. */
static inline void held_pass(held *h)
{
    uv_mutex_lock(&h->lock);
    h->waiting++;
    uv_cond_broadcast(&h->changed);
    while (!h->open)
        uv_cond_wait(&h->changed, &h->lock);
    h->waiting--;
    uv_mutex_unlock(&h->lock);
}

/* Until `count` wait for it. */
static inline void held_await(held *h, unsigned count)
{
    uv_mutex_lock(&h->lock);
    while (h->waiting < count)
        uv_cond_wait(&h->changed, &h->lock);
    uv_mutex_unlock(&h->lock);
}

static inline void held_open(held *h)
{
    uv_mutex_lock(&h->lock);
    h->open = true;
    uv_cond_broadcast(&h->changed);
    uv_mutex_unlock(&h->lock);
}

#endif
