/* SPDX-License-Identifier: MIT */
/* realtime/resume.h -- one follower goes on after an event of a durable topic, through its history,
 * until live events take over: nothing is lost, nothing comes twice.
 *
 * It begins where a client says that it was, or, when more waits for a slow one than may, with the
 * first of what waits. It is there only meanwhile. Its owner is a follower who is behind; live
 * events go into his queue, unless they are passed over. Loop's thread only. */
#ifndef XY_REALTIME_RESUME_H
#define XY_REALTIME_RESUME_H

#include "realtime/event_queue.h"
#include "realtime/hub.h"

/* Of one page of history, if the limits of its owner's queue are not less. */
#define XY_RESUME_PAGE_EVENTS 256u
#define XY_RESUME_PAGE_BYTES  ((size_t)64 << 10)

/* A store that was away is asked again. */
#define XY_RESUME_RETRY_MS 500u

typedef struct xy_resume xy_resume;

typedef enum xy_resume_step {
    XY_RESUME_EVENT, /* here is the next event */
    XY_RESUME_WAIT,  /* there is none before on_news */
    XY_RESUME_AGAIN, /* there is none before the next turn of the loop */
    XY_RESUME_DONE,  /* what comes after is in the queue */
} xy_resume_step;

typedef struct xy_resume_owner {
    xy_hub *hub; /* not used by one from nowhere */
    xy_loop *loop;
    xy_event_queue *queue;
    bool alone; /* events of the topic are all that may be in the queue */
    /* There is something to do. */
    void (*on_news)(void *arg);
    void *arg;
} xy_resume_owner;

/* Go on after `claim`, which is an event of one of `topics`. keeps: what the owner points to, until
 * it is destroyed. gives: the resume. */
xy_resume *xy__resume_after(const xy_resume_owner *owner, const xy_event_id_claim *claim,
                            const xy_str *topics, size_t count);

/* The client says that it was somewhere, but nobody knows where that is. */
xy_resume *xy__resume_from_nowhere(const xy_resume_owner *owner);

/* Its queue is too long: go on with the first that is there, an event of `topic`, and then from
 * history. The owner is alone. */
xy_resume *xy__resume_from_first(const xy_resume_owner *owner, xy_str topic);

/* takes: resume (NULL is fine), and with it what it has read and not given. */
void xy__resume_destroy(xy_resume *resume);

/* The same at the end of the source: what waits in the queue after what is not given goes, too. */
void xy__resume_give_up(xy_resume *resume);

/* Does this live event go into the queue? Otherwise it will be read from history. */
bool xy__resume_wants(const xy_resume *resume, const xy_event_slot *slot);

/* The queue is too long: now live events will be read from history. False when other things are in
 * the queue. */
bool xy__resume_overflow(xy_resume *resume);

/* From now on other things may be in the queue, too. */
void xy__resume_in_company(xy_resume *resume);

/* The next event in *out, whose reference is given; with the gap before it, if there is one. */
xy_resume_step xy__resume_next(xy_resume *resume, xy_event_slot *out);

/* What the client claimed is not known any more, or was never: before the next event. Told once. */
bool xy__resume_take_unknown(xy_resume *resume);

/* Does it know an event after which all comes, or is told, whenever its topic became live? */
bool xy__resume_knows(const xy_resume *resume);

/* The gap before the next event; it is done. */
xy_gap xy__resume_gap(const xy_resume *resume);

/* How many events it has read and not given. */
size_t xy__resume_waiting(const xy_resume *resume);

#endif
