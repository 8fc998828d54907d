/* SPDX-License-Identifier: MIT */
/* serve/leases.c -- a heap of expiries, and a walk over it for who is revoked.
 *
 * Invariants
 *   1. heap.items[i].lease->slot is i; no entry expires before its parent in the heap.
 *   2. While an entry in it expires, the timer is armed, for that moment or an earlier one. The
 *      clock of the wall may be set anew: so it is looked at once in LOOK_MS at least.
 *   3. A lease whose stream ends here is out of the heap before anything else happens; whoever owns
 *      the outlet drops it as ever. */
#include "serve/leases.h"

#include <stdlib.h>
#include <time.h>

#include "base/fatal.h"
#include "base/map.h"
#include "execution/response.h"

#define LOOK_MS 60000

/* The slot of a lease that is not in the heap any more. */
#define OUT               SIZE_MAX

#define FAILURE_BYTES_MAX ((size_t)4096)

#define END_FLAGS         ((unsigned)XY_PUT_LAST | XY_PUT_ERRORS | XY_PUT_NO_DATA)

/* ---- the heap ---- */

static void put_at(xy_leases *leases, size_t slot, xy_lease_entry entry)
{
    leases->heap.items[slot] = entry;
    entry.lease->slot = slot;
}

static void sift_up(xy_leases *leases, size_t slot)
{
    xy_lease_entry entry = leases->heap.items[slot];

    while (slot > 0 && leases->heap.items[(slot - 1) / 2].expires_s > entry.expires_s) {
        put_at(leases, slot, leases->heap.items[(slot - 1) / 2]);
        slot = (slot - 1) / 2;
    }
    put_at(leases, slot, entry);
}

static void sift_down(xy_leases *leases, size_t slot)
{
    xy_lease_entry entry = leases->heap.items[slot];
    size_t len = leases->heap.len;

    for (;;) {
        size_t child = 2 * slot + 1;

        if (child + 1 < len &&
            leases->heap.items[child + 1].expires_s < leases->heap.items[child].expires_s)
            child++;
        if (child >= len || leases->heap.items[child].expires_s >= entry.expires_s)
            break;
        put_at(leases, slot, leases->heap.items[child]);
        slot = child;
    }
    put_at(leases, slot, entry);
}

static void take_out(xy_leases *leases, size_t slot)
{
    xy_lease_entry last = leases->heap.items[--leases->heap.len];

    leases->heap.items[slot].lease->slot = OUT;
    if (slot < leases->heap.len) {
        put_at(leases, slot, last);
        sift_up(leases, slot);
        sift_down(leases, last.lease->slot);
    }
    if (!leases->heap.len && leases->on_some)
        leases->on_some(leases->arg, false);
}

/* ---- the end of a stream ---- */

/* `{"errors":[…]}`: it is of the client, and of no field. gives: one reference. */
static xy_bytes *make_failure(const char *message)
{
    xy_arena arena;
    xy_errors errors;
    xy_bytes *failure;

    xy__arena_init_small(&arena, FAILURE_BYTES_MAX, FAILURE_BYTES_MAX / 4);
    xy__errors_init(&errors, &arena);
    xy__errors_add(&errors, xy_str_from(message))->code = XY_LEASE_CODE;
    failure = xy__errors_response(&errors);
    xy__arena_deinit(&arena);
    return failure;
}

/* From here on we are its producer. The lease is gone afterwards. */
static void end(xy_lease *lease, const char *message)
{
    xy_outlet *outlet = lease->outlet;

    take_out(lease->leases, lease->slot);
    xy__outlet_stop(outlet);
    xy__outlet_put(outlet, make_failure(message), END_FLAGS);
    xy__outlet_end(outlet);
}

/* ---- time ---- */

int64_t xy__leases_clock_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void arm(xy_leases *leases)
{
    int64_t now_ms = xy__leases_clock_ms();
    int64_t expires_s;
    int64_t delay_ms = LOOK_MS;

    if (!leases->heap.len || leases->heap.items[0].expires_s == INT64_MAX) {
        xy__timer_stop(leases->loop, &leases->timer);
        return;
    }
    expires_s = leases->heap.items[0].expires_s;
    if (expires_s <= now_ms / 1000) {
        delay_ms = 0;
    } else if (expires_s - now_ms / 1000 <= LOOK_MS / 1000) {
        delay_ms = expires_s * 1000 - now_ms;
    }
    xy__timer_start(leases->loop, &leases->timer, (uint64_t)delay_ms);
}

static void on_timer(xy_timer *timer)
{
    xy_leases *leases = XY_CONTAINER(timer, xy_leases, timer);
    int64_t now_s = xy__identity_clock_s();

    for (unsigned i = 0; i < XY_LEASES_TURN && leases->heap.len; i++) {
        if (leases->heap.items[0].expires_s > now_s)
            break;
        end(leases->heap.items[0].lease, XY_LEASE_EXPIRED);
    }
    arm(leases);
}

/* ---- leases ---- */

void xy__leases_init(xy_leases *leases, xy_loop *loop)
{
    *leases = (xy_leases){.loop = loop, .timer = {.fn = on_timer}};
}

void xy__leases_deinit(xy_leases *leases)
{
    XY_ASSERT(leases->heap.len == 0);
    xy__timer_stop(leases->loop, &leases->timer);
    free(leases->heap.items);
}

void xy__leases_watch(xy_leases *leases, void (*fn)(void *arg, bool some), void *arg)
{
    XY_ASSERT(leases->heap.len == 0);
    leases->on_some = fn;
    leases->arg = arg;
}

xy_lease *xy__lease_take(xy_leases *leases, xy_identity *identity, xy_outlet *outlet)
{
    xy_lease *lease;
    bool first;

    if (!identity)
        return NULL;
    lease = xy__malloc(sizeof *lease);
    *lease = (xy_lease){
        .leases = leases,
        .identity = xy__identity_ref(identity),
        .outlet = outlet,
        .slot = leases->heap.len,
        .opened_ms = leases->on_some ? xy__leases_clock_ms() : 0,
    };
    *xy_vec_push(NULL, &leases->heap) = (xy_lease_entry){
        .expires_s = identity->expires_s ? identity->expires_s : INT64_MAX,
        .user = xy__hash(identity->user),
        .lease = lease,
    };
    sift_up(leases, lease->slot);
    first = lease->slot == 0;
    if (first)
        arm(leases);
    if (leases->heap.len == 1 && leases->on_some)
        leases->on_some(leases->arg, true);
    return lease;
}

void xy__lease_drop(xy_lease *lease)
{
    if (!lease)
        return;
    if (lease->slot != OUT)
        take_out(lease->leases, lease->slot);
    if (!lease->leases->heap.len)
        arm(lease->leases);
    xy__identity_unref(lease->identity);
    free(lease);
}

/* One walk over all. Whoever is taken out moves others, also to where the walk has been. */
static bool revoke_some(xy_leases *leases, uint64_t user, xy_str user_id, int64_t before_ms)
{
    bool found = false;

    for (size_t i = 0; i < leases->heap.len;) {
        const xy_lease_entry *entry = &leases->heap.items[i];

        if (entry->user == user && entry->lease->opened_ms < before_ms &&
            xy_str_eq(entry->lease->identity->user, user_id)) {
            end(entry->lease, XY_LEASE_REVOKED);
            found = true;
        } else {
            i++;
        }
    }
    return found;
}

void xy__leases_revoke_before(xy_leases *leases, xy_str user_id, int64_t before_ms)
{
    uint64_t user = xy__hash(user_id);

    while (revoke_some(leases, user, user_id, before_ms))
        continue;
}

void xy__leases_revoke(xy_leases *leases, xy_str user_id)
{
    xy__leases_revoke_before(leases, user_id, INT64_MAX);
}
