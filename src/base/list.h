/* SPDX-License-Identifier: MIT */
/* base/list.h -- an intrusive doubly linked ring: a link inside the struct it chains, O(1) to
 * add and to leave. */
#ifndef XY_BASE_LIST_H
#define XY_BASE_LIST_H

#include <stdbool.h>
#include <stddef.h>

typedef struct xy_link {
    struct xy_link *prev;
    struct xy_link *next;
} xy_link;

/* The struct of type T whose `member` is at `ptr`. */
#define XY_CONTAINER(ptr, T, member) ((T *)(void *)((char *)(ptr)-offsetof(T, member)))

/* An empty ring, or a link that is in none. */
static inline void xy__list_init(xy_link *link)
{
    link->prev = link;
    link->next = link;
}

static inline bool xy__list_empty(const xy_link *head)
{
    return head->next == head;
}

/* Put `link` at the end of the ring of `head`. */
static inline void xy__list_append(xy_link *head, xy_link *link)
{
    link->prev = head->prev;
    link->next = head;
    head->prev->next = link;
    head->prev = link;
}

/* Take `link` out of its ring; harmless when it is in none. */
static inline void xy__list_remove(xy_link *link)
{
    link->prev->next = link->next;
    link->next->prev = link->prev;
    xy__list_init(link);
}

#endif
