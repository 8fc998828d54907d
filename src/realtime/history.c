/* SPDX-License-Identifier: MIT */
/* realtime/history.c -- a question's way to the store and back.
 *
 *   asked --answer--> posted --its loop--> done
 *     |                  |
 *     +--abandon--+      +--abandon--> freed by the loop
 *                 +--answer--> freed by the store, which touches no loop
 *
 * The lock is held while it is posted: so an asker's loop, which must live until its asker has
 * abandoned the question, is there. */
#include "realtime/history.h"

#include <stdlib.h>

#include "xylem/error.h"

#include "base/fatal.h"

static void on_answered(xy_task *task)
{
    xy_history *history = XY_CONTAINER(task, xy_history, task);

    if (history->abandoned) {
        xy__history_destroy(history);
    } else {
        history->done(history);
    }
}

xy_history *xy__history_create(xy_loop *loop, xy_str topic, void (*done)(xy_history *history),
                               void *arg)
{
    xy_history *history = xy__zalloc(sizeof *history);
    char *copy = xy__malloc(topic.len + 1);

    if (topic.len)
        memcpy(copy, topic.ptr, topic.len);
    history->topic = (xy_str){copy, topic.len};
    history->loop = loop;
    history->task.fn = on_answered;
    history->done = done;
    history->arg = arg;
    XY_ASSERT(uv_mutex_init(&history->lock) == 0);
    return history;
}

void xy__history_add(xy_history *history, const xy_event_id *id, xy_bytes *payload)
{
    *xy_vec_push(NULL, &history->events) = (xy_kept_event){*id, xy_bytes_ref(payload)};
    history->bytes += xy_bytes_str(payload).len;
}

void xy__history_answer(xy_history *history)
{
    bool posted;

    uv_mutex_lock(&history->lock);
    posted = !history->abandoned && xy__loop_post(history->loop, &history->task) == XY_OK;
    uv_mutex_unlock(&history->lock);
    if (!posted)
        xy__history_destroy(history);
}

void xy__history_abandon(xy_history *history)
{
    uv_mutex_lock(&history->lock);
    history->abandoned = true;
    uv_mutex_unlock(&history->lock);
}

void xy__history_destroy(xy_history *history)
{
    /* Whoever posted it may not have let go of the lock yet. */
    uv_mutex_lock(&history->lock);
    uv_mutex_unlock(&history->lock);
    uv_mutex_destroy(&history->lock);
    for (size_t i = 0; i < history->events.len; i++)
        xy_bytes_unref(history->events.items[i].payload);
    free(history->events.items);
    free((void *)(uintptr_t)history->topic.ptr);
    free(history);
}
