/* SPDX-License-Identifier: MIT */
#include "http/poller.h"

#include <unistd.h>

#include "xylem/error.h"

#include "base/fatal.h"

/* Of one turn; what is beyond comes in the next. */
#define EVENTS_MAX 512

static void on_ready(uv_poll_t *handle, int status, int events)
{
    xy_poller *poller = XY_CONTAINER(handle, xy_poller, handle);
    struct epoll_event ready[EVENTS_MAX];
    int count = epoll_wait(poller->fd, ready, EVENTS_MAX, 0);

    (void)status;
    (void)events;
    for (int i = 0; i < count; i++)
        poller->fn(poller, ready[i].data.ptr, ready[i].events);
}

void xy__poller_open(xy_poller *poller, xy_loop *loop, xy_poller_fn *fn)
{
    *poller = (xy_poller){.fn = fn, .fd = epoll_create1(EPOLL_CLOEXEC)};
    XY_ASSERT(poller->fd >= 0);
    XY_ASSERT(uv_poll_init(&loop->uv, &poller->handle, poller->fd) == 0);
    XY_ASSERT(uv_poll_start(&poller->handle, UV_READABLE, on_ready) == 0);
    uv_unref((uv_handle_t *)&poller->handle);
}

void xy__poller_close(xy_poller *poller, uv_close_cb on_closed)
{
    XY_ASSERT(!poller->len);
    uv_close((uv_handle_t *)&poller->handle, on_closed);
    close(poller->fd);
    poller->fd = -1;
}

int xy__poller_add(xy_poller *poller, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    if (epoll_ctl(poller->fd, EPOLL_CTL_ADD, fd, &event) != 0)
        return XY_EINVAL;
    if (!poller->len++)
        uv_ref((uv_handle_t *)&poller->handle);
    return XY_OK;
}

void xy__poller_change(xy_poller *poller, int fd, uint32_t events, void *what)
{
    struct epoll_event event = {.events = events, .data.ptr = what};

    XY_ASSERT(epoll_ctl(poller->fd, EPOLL_CTL_MOD, fd, &event) == 0);
}

void xy__poller_remove(xy_poller *poller, int fd)
{
    struct epoll_event unused = {0};

    XY_ASSERT(epoll_ctl(poller->fd, EPOLL_CTL_DEL, fd, &unused) == 0);
    if (!--poller->len)
        uv_unref((uv_handle_t *)&poller->handle);
}
