/* SPDX-License-Identifier: MIT */
#include "execution/identity.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "xylem/error.h"

#include "base/fatal.h"
#include "execution/promise.h"
#include "execution/watch.h"

static xy_str copy(xy_str text)
{
    char *bytes = xy__malloc(text.len + 1);

    if (text.len)
        memcpy(bytes, text.ptr, text.len);
    return (xy_str){bytes, text.len};
}

static void drop(xy_str text)
{
    free((void *)(uintptr_t)text.ptr);
}

xy_identity *xy__identity_create(void)
{
    xy_identity *identity = xy__zalloc(sizeof *identity);

    atomic_init(&identity->refs, 1);
    return identity;
}

xy_identity *xy__identity_ref(xy_identity *identity)
{
    if (identity)
        atomic_fetch_add_explicit(&identity->refs, 1, memory_order_relaxed);
    return identity;
}

void xy__identity_unref(xy_identity *identity)
{
    if (!identity || atomic_fetch_sub_explicit(&identity->refs, 1, memory_order_acq_rel) > 1)
        return;
    for (uint32_t i = 0; i < identity->role_count; i++)
        drop(identity->roles[i]);
    free(identity->roles);
    drop(identity->user);
    free(identity->reason);
    free(identity);
}

void xy_identity_set_user(xy_identity *identity, xy_str id)
{
    drop(identity->user);
    identity->user = id.ptr ? copy(id) : XY_STR_NULL;
}

void xy_identity_add_role(xy_identity *identity, xy_str role)
{
    identity->roles =
        xy__realloc(identity->roles, (identity->role_count + 1) * sizeof *identity->roles);
    identity->roles[identity->role_count++] = copy(role);
}

int xy_identity_refuse(xy_identity *identity, const char *fmt, ...)
{
    char text[256];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    free(identity->reason);
    identity->reason = memcpy(xy__malloc(strlen(text) + 1), text, strlen(text) + 1);
    return XY_EREFUSED;
}

void xy_identity_set_expiry(xy_identity *identity, int64_t unix_s)
{
    identity->expires_s = unix_s;
}

/* time() may be a tick behind the clock that others read. */
int64_t xy__identity_clock_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec;
}

xy_identity *xy__identity_now(xy_identity *identity)
{
    if (identity && identity->expires_s && xy__identity_clock_s() >= identity->expires_s)
        return NULL;
    return identity;
}

bool xy__identity_has_role(const xy_identity *identity, xy_str role)
{
    for (uint32_t i = 0; identity && i < identity->role_count; i++)
        if (xy_str_eq(identity->roles[i], role))
            return true;
    return false;
}

bool xy_signed_in(const xy_call *call)
{
    xy__watch_fact(call, XY_FACT_SIGNED_IN, XY_STR_NULL);
    return call->identity != NULL;
}

xy_str xy_user_id(const xy_call *call)
{
    xy__watch_fact(call, XY_FACT_USER, XY_STR_NULL);
    return call->identity ? call->identity->user : XY_STR_NULL;
}

bool xy__call_has_role(const xy_call *call, xy_str role)
{
    xy__watch_fact(call, XY_FACT_ROLE, role);
    return xy__identity_has_role(call->identity, role);
}

bool xy_has_role(const xy_call *call, const char *role)
{
    return xy__call_has_role(call, xy_str_from(role));
}
