/* SPDX-License-Identifier: MIT */
/* serve/streams.c -- a question to all workers, and its answer.
 *
 *   ask(): one part for each member --post--> on_part() on its thread --> the last: --post-->
 *   on_answer() on the thread of the worker that was asked
 *
 * Invariants
 *   1. `left` counts the parts that are not done; who brings it to 0 owns the question.
 *   2. Only the asked worker's thread touches `exchange`. When the client goes first, it is NULL,
 *      and the answer is for nobody.
 *   3. A loop that a member has joined with is open: posts to it go through the board's lock, which
 *      a member that leaves takes, too. So nothing is posted to a loop that is being closed.
 *   4. A member is freed by whoever lets go of it last: its service, or a part that was on its way
 *      when the service ended. */
#include "serve/streams.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "serve/admin.h"
#include "serve/query_string.h"
#include "serve/stream_groups.h"

struct xy_streams_board {
    uv_mutex_t lock;
    xy_link members; /* guarded by lock */
    uint32_t next;   /* number of the next one; guarded by lock */
    size_t count;    /* guarded by lock */
};

struct xy_streams_member {
    xy_streams_board *board;
    xy_loop *loop;
    uint32_t number;
    uint32_t refs;       /* guarded by the board's lock */
    bool joined;         /* guarded by the board's lock */
    xy_link link;        /* while joined */
    xy_service *service; /* its own thread's; NULL: it has left */
};

typedef struct question question;

typedef struct part {
    question *question;
    xy_streams_member *member; /* a reference */
    xy_task task;
    bool answered;
    xy_stream_groups groups;
} part;

struct question {
    xy_streams_member *asked; /* a reference */
    xy_exchange *exchange;
    size_t limit;
    xy_task answer;
    _Atomic uint32_t left;
    uint32_t part_count;
    part parts[];
};

/* ---- board and members ---- */

xy_streams_board *xy__streams_board_create(void)
{
    xy_streams_board *board = xy__zalloc(sizeof *board);

    XY_ASSERT(uv_mutex_init(&board->lock) == 0);
    xy__list_init(&board->members);
    return board;
}

void xy__streams_board_destroy(xy_streams_board *board)
{
    if (!board)
        return;
    XY_ASSERT(xy__list_empty(&board->members));
    uv_mutex_destroy(&board->lock);
    free(board);
}

xy_streams_member *xy__streams_join(xy_streams_board *board, xy_service *service)
{
    xy_streams_member *member;

    if (!board)
        return NULL;
    member = xy__zalloc(sizeof *member);
    member->board = board;
    member->loop = service->loop;
    member->service = service;
    member->refs = 1;
    member->joined = true;
    uv_mutex_lock(&board->lock);
    member->number = board->next++;
    board->count++;
    xy__list_append(&board->members, &member->link);
    uv_mutex_unlock(&board->lock);
    return member;
}

static void unref_member(xy_streams_member *member)
{
    uint32_t refs;

    uv_mutex_lock(&member->board->lock);
    refs = --member->refs;
    uv_mutex_unlock(&member->board->lock);
    if (!refs)
        free(member);
}

void xy__streams_leave(xy_streams_member *member)
{
    if (!member)
        return;
    uv_mutex_lock(&member->board->lock);
    xy__list_remove(&member->link);
    member->joined = false;
    member->board->count--;
    uv_mutex_unlock(&member->board->lock);
    member->service = NULL;
    unref_member(member);
}

/* ---- the answer ---- */

static void destroy_question(question *q)
{
    for (uint32_t i = 0; i < q->part_count; i++)
        xy__stream_groups_deinit(&q->parts[i].groups);
    unref_member(q->asked);
    free(q);
}

static const char *store_name(const xy_gauges *gauges)
{
    if (!gauges->store_shared)
        return "local";
    return gauges->store_up ? "connected" : "disconnected";
}

static void put_totals(xy_buf *buf, const question *q, uint32_t workers)
{
    const xy_metrics_board *board = q->asked->service->shared->metrics;
    xy_gauges gauges;

    board->read_gauges(board->app, &gauges);
    xy__buf_printf(buf,
                   "{\"workers\":%" PRIu32 ",\"liveQueries\":%" PRIu64 ",\"liveGroups\":%" PRIu64
                   ",\"liveRuns\":%" PRIu64 ",\"liveResults\":%" PRIu64
                   ",\"subscriptions\":%" PRIu64 ",\"topics\":%" PRIu64 ",\"published\":%" PRIu64
                   ",\"delivered\":%" PRIu64 ",\"store\":\"%s\",\"groups\":[",
                   workers, gauges.live_queries, gauges.live_groups, gauges.live_runs,
                   gauges.live_results, gauges.subscriptions, gauges.topics, gauges.published,
                   gauges.delivered, store_name(&gauges));
}

/* The largest groups of all workers. Returns how many. */
static size_t put_groups(xy_buf *buf, const question *q, size_t len)
{
    xy_stream_group *all = xy__zalloc((len ? len : 1) * sizeof *all);
    size_t shown = len < q->limit ? len : q->limit;
    size_t at = 0;

    for (uint32_t i = 0; i < q->part_count; i++)
        for (size_t j = 0; j < q->parts[i].groups.len; j++)
            all[at++] = q->parts[i].groups.items[j];
    qsort(all, len, sizeof *all, xy__stream_group_compare);
    for (size_t i = 0; i < shown; i++) {
        if (i)
            xy__buf_char(buf, ',');
        xy__buf_str(buf, all[i].text);
    }
    free(all);
    return shown;
}

static void respond(const question *q)
{
    uint32_t workers = 0;
    size_t total = 0;
    size_t len = 0;
    xy_buf buf;

    for (uint32_t i = 0; i < q->part_count; i++) {
        workers += q->parts[i].answered;
        total += q->parts[i].groups.total;
        len += q->parts[i].groups.len;
    }
    xy__buf_init(&buf, SIZE_MAX);
    put_totals(&buf, q, workers);
    total -= put_groups(&buf, q, len);
    xy__buf_printf(&buf, "],\"leftOut\":%zu}", total);
    xy__admin_respond_bytes(q->exchange, xy__buf_take(&buf));
}

static void on_answer(xy_task *task)
{
    question *q = XY_CONTAINER(task, question, answer);

    if (q->exchange)
        respond(q);
    destroy_question(q);
}

/* All parts are done. Where the asked worker has ended meanwhile, nobody waits. */
static void finish(question *q)
{
    xy_streams_board *board = q->asked->board;
    bool posted;

    uv_mutex_lock(&board->lock);
    posted = q->asked->joined && xy__loop_post(q->asked->loop, &q->answer) == XY_OK;
    uv_mutex_unlock(&board->lock);
    if (!posted)
        destroy_question(q);
}

/* ---- the question ---- */

static void part_done(question *q)
{
    if (atomic_fetch_sub(&q->left, 1) == 1)
        finish(q);
}

static void on_part(xy_task *task)
{
    part *p = XY_CONTAINER(task, part, task);

    if (p->member->service) {
        xy__stream_groups_collect(&p->groups, p->member->service, p->question->limit,
                                  p->member->number);
        p->answered = true;
    }
    unref_member(p->member);
    part_done(p->question);
}

static void on_client_gone(xy_exchange *exchange, void *arg)
{
    question *q = arg;

    (void)exchange;
    q->exchange = NULL;
}

static void init_part(question *q, xy_streams_member *member)
{
    part *p = &q->parts[q->part_count++];

    *p = (part){.question = q, .member = member, .task = {.fn = on_part}};
    member->refs++;
    q->left++;
}

/* Under the board's lock, so that the members are those that the question has room for. The first
 * part is not counted down before all are posted, as the asker holds one, too. */
static question *post_parts(xy_streams_member *asked, xy_exchange *exchange, size_t limit)
{
    xy_streams_board *board = asked->board;
    question *q;

    uv_mutex_lock(&board->lock);
    q = xy__zalloc(sizeof *q + board->count * sizeof *q->parts);
    *q = (question){
        .asked = asked, .exchange = exchange, .limit = limit, .answer = {.fn = on_answer}};
    asked->refs++;
    atomic_init(&q->left, 1);
    for (xy_link *link = board->members.next; link != &board->members; link = link->next)
        init_part(q, XY_CONTAINER(link, xy_streams_member, link));
    for (uint32_t i = 0; i < q->part_count; i++)
        XY_ASSERT(xy__loop_post(q->parts[i].member->loop, &q->parts[i].task) == XY_OK);
    uv_mutex_unlock(&board->lock);
    return q;
}

/* The parameter `limit`. Returns false when it is no number in its range. */
static bool read_limit(xy_str query, size_t *out)
{
    xy_arena arena;
    xy_str key;
    xy_str value;
    bool good = true;

    *out = XY_STREAMS_LIMIT_DEFAULT;
    xy__arena_init(&arena, SIZE_MAX);
    while (good && xy__query_string_next(&arena, &query, &key, &value)) {
        if (!xy_str_is(key, "limit"))
            continue;
        good = value.len >= 1 && value.len <= 4;
        *out = 0;
        for (size_t i = 0; good && i < value.len; i++) {
            good = value.ptr[i] >= '0' && value.ptr[i] <= '9';
            *out = *out * 10 + (size_t)(value.ptr[i] - '0');
        }
    }
    xy__arena_deinit(&arena);
    return good && *out <= XY_STREAMS_LIMIT_MAX;
}

void xy__streams_serve(xy_service *service, xy_exchange *exchange)
{
    question *q;
    size_t limit;

    if (!read_limit(xy__exchange_request(exchange)->query, &limit)) {
        xy__exchange_respond_error(exchange, 400, XY_STR("limit must be a number from 0 to 1000."));
        return;
    }
    q = post_parts(service->streams, exchange, limit);
    xy__exchange_on_stop(exchange, on_client_gone, q);
    part_done(q);
}
