/* SPDX-License-Identifier: MIT */
#include "serve/heartbeat.h"

static xy_heart *longest_silent(xy_heartbeats *all)
{
    return XY_CONTAINER(all->hearts.next, xy_heart, link);
}

static void arm(xy_heartbeats *all)
{
    uint64_t now = xy__loop_now(all->loop);
    uint64_t due = longest_silent(all)->spoke_ms + all->period_ms;

    xy__timer_start(all->loop, &all->timer, due > now ? due - now : 0);
}

static void move_last(xy_heartbeats *all, xy_heart *heart, uint64_t now_ms)
{
    heart->spoke_ms = now_ms;
    xy__list_remove(&heart->link);
    xy__list_append(&all->hearts, &heart->link);
}

static void on_timer(xy_timer *timer)
{
    xy_heartbeats *all = XY_CONTAINER(timer, xy_heartbeats, timer);
    uint64_t now = xy__loop_now(all->loop);

    while (!xy__list_empty(&all->hearts) && longest_silent(all)->spoke_ms + all->period_ms <= now) {
        xy_heart *heart = longest_silent(all);

        /* Before the call, which may stop this heart or any other. */
        move_last(all, heart, now);
        all->on_silence(heart);
    }
    if (!xy__list_empty(&all->hearts))
        arm(all);
}

void xy__heartbeats_init(xy_heartbeats *all, xy_loop *loop, uint64_t period_ms,
                         xy_on_silence *on_silence)
{
    *all = (xy_heartbeats){
        .loop = loop,
        .period_ms = period_ms,
        .on_silence = on_silence,
        .timer = {.fn = on_timer},
    };
    xy__list_init(&all->hearts);
}

void xy__heart_start(xy_heartbeats *all, xy_heart *heart)
{
    xy__list_init(&heart->link);
    if (!all->period_ms)
        return;
    move_last(all, heart, xy__loop_now(all->loop));
    if (!xy__timer_armed(&all->timer))
        arm(all);
}

/* The timer stays as it is: when it fires too early it finds nobody silent and is armed anew. Of
 * all that is said within a millisecond, a burst above all, the first word is enough. */
void xy__heart_spoke(xy_heartbeats *all, xy_heart *heart)
{
    uint64_t now_ms;

    if (!all->period_ms || xy__list_empty(&heart->link))
        return;
    now_ms = xy__loop_now(all->loop);
    if (heart->spoke_ms != now_ms)
        move_last(all, heart, now_ms);
}

void xy__heart_stop(xy_heartbeats *all, xy_heart *heart)
{
    xy__list_remove(&heart->link);
    if (xy__list_empty(&all->hearts))
        xy__timer_stop(all->loop, &all->timer);
}
