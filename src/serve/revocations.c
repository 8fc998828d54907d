/* SPDX-License-Identifier: MIT */
/* serve/revocations.c -- a list of ids for each worker, under one lock.
 *
 * Invariants
 *   1. While a member's list is not empty, its task is posted, and holds a reference.
 *   2. A loop that a member has joined with is open: posts to it go through the lock, which a
 *      member that leaves takes, too.
 *   3. A member is freed by whoever lets go of it last: its service, or a task that was on its way
 *      when that ended. */
#include "serve/revocations.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "xylem/log.h"

#include "base/fatal.h"

/* One id that was revoked. */
typedef struct revoked {
    struct revoked *next;
    size_t len;
    char id[];
} revoked;

struct xy_revocations {
    uv_mutex_t lock;
    xy_link members; /* guarded by lock */
    xy_pubsub *ps;   /* NULL: there are no other processes */
    char name[XY_REVOCATION_FROM_DIGITS + 1];
};

struct xy_revocations_member {
    xy_revocations *all;
    xy_loop *loop;
    xy_leases *leases; /* its own thread's; NULL: it has left */
    xy_link link;
    xy_task task;
    uint32_t refs;  /* guarded by the lock; */
    revoked *first; /* likewise, the newest in front */
};

xy_revocations *xy__revocations_create(void)
{
    xy_revocations *all = xy__zalloc(sizeof *all);

    XY_ASSERT(uv_mutex_init(&all->lock) == 0);
    xy__list_init(&all->members);
    return all;
}

void xy__revocations_share(xy_revocations *all, xy_pubsub *ps)
{
    uint64_t number;

    if (xy__store_state(xy__pubsub_store(ps)) == XY_STORE_LOCAL)
        return;
    XY_ASSERT(getrandom(&number, sizeof number, 0) == (ssize_t)sizeof number);
    snprintf(all->name, sizeof all->name, "%016" PRIx64, number);
    xy__pubsub_add_durable(ps, XY_STR(XY_REVOCATIONS_TOPIC));
    all->ps = ps;
}

xy_str xy__revocations_name(const xy_revocations *all)
{
    return all && all->ps ? xy_str_from(all->name) : XY_STR_NULL;
}

void xy__revocations_destroy(xy_revocations *all)
{
    if (!all)
        return;
    XY_ASSERT(xy__list_empty(&all->members));
    uv_mutex_destroy(&all->lock);
    free(all);
}

static void unref(xy_revocations_member *member)
{
    uint32_t refs;

    uv_mutex_lock(&member->all->lock);
    refs = --member->refs;
    uv_mutex_unlock(&member->all->lock);
    if (!refs)
        free(member);
}

static void on_task(xy_task *task)
{
    xy_revocations_member *member = XY_CONTAINER(task, xy_revocations_member, task);
    revoked *one;

    uv_mutex_lock(&member->all->lock);
    one = member->first;
    member->first = NULL;
    uv_mutex_unlock(&member->all->lock);
    while (one) {
        revoked *next = one->next;

        if (member->leases)
            xy__leases_revoke(member->leases, (xy_str){one->id, one->len});
        free(one);
        one = next;
    }
    unref(member);
}

xy_revocations_member *xy__revocations_join(xy_revocations *all, xy_loop *loop, xy_leases *leases)
{
    xy_revocations_member *member;

    if (!all)
        return NULL;
    member = xy__zalloc(sizeof *member);
    member->all = all;
    member->loop = loop;
    member->leases = leases;
    member->task.fn = on_task;
    member->refs = 1;
    uv_mutex_lock(&all->lock);
    xy__list_append(&all->members, &member->link);
    uv_mutex_unlock(&all->lock);
    return member;
}

void xy__revocations_leave(xy_revocations_member *member)
{
    if (!member)
        return;
    uv_mutex_lock(&member->all->lock);
    xy__list_remove(&member->link);
    uv_mutex_unlock(&member->all->lock);
    member->leases = NULL;
    unref(member);
}

/* Under the lock. A task that runs takes the whole list before anything is added to it again, and
 * is not queued any more by then. */
static void tell(xy_revocations_member *member, xy_str user_id)
{
    revoked *one = xy__malloc(sizeof *one + user_id.len);
    bool posted = member->first != NULL;

    one->next = member->first;
    one->len = user_id.len;
    if (user_id.len)
        memcpy(one->id, user_id.ptr, user_id.len);
    member->first = one;
    if (posted)
        return;
    member->refs++;
    XY_ASSERT(xy__loop_post(member->loop, &member->task) == XY_OK);
}

static void tell_others(xy_revocations *all, xy_str user_id)
{
    xy_revocation_notice notice = {
        .user = user_id,
        .at_ms = xy__leases_clock_ms(),
        .from = xy__revocations_name(all),
    };
    xy_bytes *text = NULL;
    int rc = xy__revocation_notice_write(&notice, &text);

    if (rc == XY_OK)
        rc = xy__pubsub_publish(all->ps, XY_STR(XY_REVOCATIONS_TOPIC), text);
    xy_bytes_unref(text);
    if (rc < 0)
        xy_log(XY_LOG_ERROR, "serve", "other processes were not told of a user who is revoked",
               XY_LOG_STR("user", user_id), XY_LOG_CSTR("reason", xy_err_text(rc)));
}

void xy__revocations_tell(xy_revocations *all, xy_str user_id)
{
    uv_mutex_lock(&all->lock);
    for (xy_link *link = all->members.next; link != &all->members; link = link->next)
        tell(XY_CONTAINER(link, xy_revocations_member, link), user_id);
    uv_mutex_unlock(&all->lock);
    if (all->ps)
        tell_others(all, user_id);
}
