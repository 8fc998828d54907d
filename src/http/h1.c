/* SPDX-License-Identifier: MIT */
/* http/h1.c -- the glue between llhttp and a request.
 *
 *   BLANK --first byte--> HEAD --head complete--> (no body) READY
 *                                                 (length)  BODY --all bytes--> READY
 *                                                 (chunked) CHUNKS --last size--> TRAILERS
 *   TRAILERS --end--> READY --told--> DONE        any error, in any but BODY --> FAILED
 *
 * Invariants
 *   1. What comes out does not depend on how the input was split: llhttp's callbacks only note
 *      (http/h1_notes.h), limits count bytes of a section.
 *   2. After MORE nothing points into the input: what is needed later has been copied.
 *   3. llhttp pauses at the end of each section (head, last chunk's size, message), so that no byte
 *      of the next one is read by the rules of this one.
 *
 * Not left to llhttp: bodies with a length (all the state they need is a count), line ends, empty
 * lines before a request and folded lines (it lets bare LF pass in places), and the limits.
 *
 * Read next: http/h1_notes.h (what llhttp says), http/head.h (what the head means). */
#include "http/h1.h"

#include <llhttp/llhttp.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "http/h1_notes.h"
#include "http/head.h"

typedef enum h1_phase {
    PHASE_BLANK,
    PHASE_HEAD,
    PHASE_BODY,
    PHASE_CHUNKS,
    PHASE_TRAILERS,
    PHASE_READY,
    PHASE_DONE,
    PHASE_FAILED,
    PHASE_COUNT,
} h1_phase;

struct xy_h1 {
    llhttp_t parser;
    xy_h1_notes notes;
    h1_phase phase;
    char last;       /* the section's last byte so far; LF at its start */
    uint64_t length; /* Content-Length */
    xy_buf head;     /* the head, when it came in pieces */
    xy_header_slot slots[];
};

/* ---- phases ---- */

#define BIT(phase) (1u << (phase))
static const uint8_t h1_may_go[PHASE_COUNT] = {
    [PHASE_BLANK] = BIT(PHASE_HEAD) | BIT(PHASE_FAILED),
    [PHASE_HEAD] = BIT(PHASE_BODY) | BIT(PHASE_CHUNKS) | BIT(PHASE_READY) | BIT(PHASE_FAILED),
    [PHASE_BODY] = BIT(PHASE_READY),
    [PHASE_CHUNKS] = BIT(PHASE_TRAILERS) | BIT(PHASE_FAILED),
    [PHASE_TRAILERS] = BIT(PHASE_READY) | BIT(PHASE_FAILED),
    [PHASE_READY] = BIT(PHASE_DONE),
    [PHASE_DONE] = 0,
    [PHASE_FAILED] = 0,
};

static void h1_go(xy_h1 *h1, h1_phase to)
{
    XY_ASSERT(h1_may_go[h1->phase] & BIT(to));
    h1->phase = to;
    h1->notes.section_len = 0;
    h1->notes.in_trailers = to == PHASE_TRAILERS;
    h1->last = '\n';
}

static xy_h1_event fail(xy_h1 *h1, xy_refusal refusal)
{
    h1_go(h1, PHASE_FAILED);
    h1->notes.refusal = refusal;
    return XY_H1_REFUSED;
}

/* ---- sections ---- */

/* Every line of a head ends with CR LF, and none begins with white space (RFC 9112 2.2, 5.2). */
static xy_refusal check_lines(xy_h1 *h1, xy_str in)
{
    const char *end = in.ptr + in.len;
    const char *at = in.ptr;

    if (!in.len)
        return XY_REFUSAL_NONE;
    if (h1->last == '\n' && (*at == ' ' || *at == '\t'))
        return XY_REFUSAL_FOLDED;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        if ((at == in.ptr ? h1->last : at[-1]) != '\r')
            return XY_REFUSAL_LINE_END;
        if (++at < end && (*at == ' ' || *at == '\t'))
            return XY_REFUSAL_FOLDED;
    }
    h1->last = end[-1];
    return XY_REFUSAL_NONE;
}

/* Let llhttp read. Returns HPE_OK with all of `in` used, HPE_PAUSED at the end of the section,
 * or its error. */
static int execute(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc;

    h1->notes.piece = in.ptr;
    rc = (int)llhttp_execute(&h1->parser, in.ptr, in.len);
    *used = in.len;
    if (rc != HPE_OK && h1->parser.error_pos)
        *used = (size_t)(h1->parser.error_pos - in.ptr);
    XY_ASSERT(*used <= in.len);
    return rc;
}

static xy_refusal too_long(const xy_h1 *h1)
{
    bool in_target = h1->phase == PHASE_HEAD && !h1->notes.has_target;

    return in_target ? XY_REFUSAL_TARGET_SIZE : XY_REFUSAL_HEAD_SIZE;
}

/* Read a section of lines, the head or the trailers. Returns HPE_OK when there is more of it,
 * HPE_PAUSED at its end, and anything else after fail(). */
static int read_lines(xy_h1 *h1, xy_str in, size_t *used)
{
    size_t room = h1->notes.limits->head_max - h1->notes.section_len;
    xy_refusal refusal;
    int rc = execute(h1, (xy_str){in.ptr, in.len < room ? in.len : room}, used);

    refusal = check_lines(h1, (xy_str){in.ptr, *used});
    if (!refusal && rc != HPE_OK && rc != HPE_PAUSED)
        refusal =
            h1->phase == PHASE_HEAD ? xy__h1_notes_why(&h1->notes, &h1->parser) : XY_REFUSAL_CHUNK;
    if (!refusal && rc == HPE_OK && *used == room)
        refusal = too_long(h1);
    if (refusal) {
        fail(h1, refusal);
        return HPE_USER;
    }
    h1->notes.section_len += *used;
    return rc;
}

static uint8_t method_of(const llhttp_t *parser)
{
    static const uint8_t methods[] = {
        [HTTP_DELETE] = XY_HTTP_DELETE,   [HTTP_GET] = XY_HTTP_GET,
        [HTTP_HEAD] = XY_HTTP_HEAD,       [HTTP_POST] = XY_HTTP_POST,
        [HTTP_PUT] = XY_HTTP_PUT,         [HTTP_CONNECT] = XY_HTTP_OTHER,
        [HTTP_OPTIONS] = XY_HTTP_OPTIONS, [HTTP_TRACE] = XY_HTTP_TRACE,
    };

    if (parser->method < sizeof methods)
        return methods[parser->method];
    return parser->method == HTTP_PATCH ? XY_HTTP_PATCH : XY_HTTP_OTHER;
}

static void trim_values(xy_h1 *h1)
{
    const char *head = h1->notes.request.head.ptr;

    for (size_t i = 0; i < h1->notes.request.header_count; i++) {
        xy_header_slot *slot = &h1->slots[i];
        const char *value = head + slot->value_at;

        while (slot->value_len &&
               (value[slot->value_len - 1] == ' ' || value[slot->value_len - 1] == '\t'))
            slot->value_len--;
    }
}

static xy_h1_event finish_head(xy_h1 *h1)
{
    const llhttp_t *parser = &h1->parser;
    xy_request *request = &h1->notes.request;
    xy_head_facts facts = {
        .target = {request->head.ptr + h1->notes.target_at, h1->notes.target_len},
        .chunked = parser->flags & F_CHUNKED,
        .has_length = parser->flags & F_CONTENT_LENGTH,
        .length = parser->content_length,
        .body_max = h1->notes.limits->body_max};
    xy_refusal refusal;

    request->headers = h1->slots;
    request->method = method_of(parser);
    request->method_name = xy_str_from(llhttp_method_name((llhttp_method_t)parser->method));
    request->minor = parser->http_minor;
    trim_values(h1);
    refusal = xy__head_check(request, &facts);
    if (refusal)
        return fail(h1, refusal);
    h1->length = facts.length;
    h1_go(h1, facts.chunked ? PHASE_CHUNKS : facts.length ? PHASE_BODY : PHASE_READY);
    return XY_H1_HEAD;
}

/* Empty lines before a request are passed over (RFC 9112 2.2). */
static xy_h1_event read_blank(xy_h1 *h1, xy_str in, size_t *used)
{
    size_t at = 0;

    for (; at < in.len && (in.ptr[at] == '\r' || in.ptr[at] == '\n'); at++) {
        if ((in.ptr[at] == '\n') != (h1->last == '\r'))
            return fail(h1, XY_REFUSAL_LINE_END);
        h1->last = in.ptr[at];
    }
    *used = at;
    if (at == in.len)
        return XY_H1_MORE;
    if (h1->last == '\r')
        return fail(h1, XY_REFUSAL_LINE_END);
    h1_go(h1, PHASE_HEAD);
    return XY_H1_DONE;
}

static xy_h1_event read_head(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc = read_lines(h1, in, used);

    if (rc != HPE_OK && rc != HPE_PAUSED)
        return XY_H1_REFUSED;
    if (h1->head.len || rc == HPE_OK)
        xy__buf_append(&h1->head, in.ptr, *used);
    if (rc == HPE_OK)
        return XY_H1_MORE;
    h1->notes.request.head = h1->head.len ? xy__buf_view(&h1->head) : (xy_str){in.ptr, *used};
    return finish_head(h1);
}

static xy_h1_event read_body(xy_h1 *h1, xy_str in, size_t *used)
{
    uint64_t rest = h1->length - xy__h1_notes_body_len(&h1->notes);

    *used = in.len < rest ? in.len : (size_t)rest;
    if (*used)
        xy__h1_notes_body(&h1->notes, (xy_str){in.ptr, *used});
    if (*used < rest)
        return XY_H1_MORE;
    h1_go(h1, PHASE_READY);
    return XY_H1_DONE;
}

static xy_h1_event read_chunks(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc;

    llhttp_resume(&h1->parser);
    rc = execute(h1, in, used);
    if (rc == HPE_OK)
        return XY_H1_MORE;
    if (rc != HPE_PAUSED)
        return fail(h1, h1->notes.refusal ? h1->notes.refusal : XY_REFUSAL_CHUNK);
    h1_go(h1, PHASE_TRAILERS);
    return XY_H1_DONE;
}

static xy_h1_event read_trailers(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc;

    llhttp_resume(&h1->parser);
    rc = read_lines(h1, in, used);
    if (rc == HPE_OK)
        return XY_H1_MORE;
    if (rc != HPE_PAUSED)
        return XY_H1_REFUSED;
    /* Dropped like the others, but nobody who frames a body twice means well. */
    if (h1->parser.flags & F_CONTENT_LENGTH)
        return fail(h1, XY_REFUSAL_CHUNK);
    h1_go(h1, PHASE_READY);
    return XY_H1_DONE;
}

/* ---- the interface ---- */

xy_h1 *xy__h1_create(const xy_h1_limits *limits)
{
    xy_h1 *h1 = xy__malloc(sizeof *h1 + limits->headers_max * sizeof h1->slots[0]);

    XY_ASSERT(limits->head_max <= XY_HEAD_MAX && limits->headers_max <= XY_HEAD_MAX);
    h1->notes = (xy_h1_notes){.limits = limits, .slots = h1->slots};
    xy__buf_init(&h1->notes.body, limits->body_max);
    xy__buf_init(&h1->head, limits->head_max);
    xy__h1_reset(h1, 0);
    return h1;
}

void xy__h1_destroy(xy_h1 *h1)
{
    if (!h1)
        return;
    xy__buf_deinit(&h1->head);
    xy__buf_deinit(&h1->notes.body);
    free(h1);
}

void xy__h1_reset(xy_h1 *h1, size_t keep)
{
    llhttp_init(&h1->parser, HTTP_REQUEST, &xy__h1_settings);
    h1->parser.data = &h1->notes;
    xy__h1_notes_reset(&h1->notes, keep);
    xy__buf_reset(&h1->head, keep);
    h1->phase = PHASE_BLANK;
    h1->last = '\n';
    h1->length = 0;
}

/* A phase's work: DONE when the phase is over and the next may begin. */
typedef xy_h1_event h1_step(xy_h1 *h1, xy_str in, size_t *used);

static h1_step *const steps[PHASE_COUNT] = {
    [PHASE_BLANK] = read_blank,   [PHASE_HEAD] = read_head,         [PHASE_BODY] = read_body,
    [PHASE_CHUNKS] = read_chunks, [PHASE_TRAILERS] = read_trailers,
};

/* Invariant 2. */
static xy_h1_event need_more(xy_h1 *h1)
{
    if (h1->phase > PHASE_HEAD && !h1->head.len) {
        xy__buf_str(&h1->head, h1->notes.request.head);
        xy__request_move(&h1->notes.request, h1->head.ptr);
    }
    xy__h1_notes_own(&h1->notes);
    return XY_H1_MORE;
}

xy_h1_event xy__h1_feed(xy_h1 *h1, xy_str in, size_t *used)
{
    size_t total = 0;

    while (h1->phase != PHASE_READY) {
        xy_h1_event event = XY_H1_MORE;
        size_t n = 0;

        XY_ASSERT(steps[h1->phase]);
        if (in.len > total)
            event = steps[h1->phase](h1, (xy_str){in.ptr + total, in.len - total}, &n);
        total += n;
        *used = total;
        if (event == XY_H1_MORE)
            return need_more(h1);
        if (event != XY_H1_DONE)
            return event;
    }
    *used = total;
    h1_go(h1, PHASE_DONE);
    if (h1->notes.body.len)
        h1->notes.request.body = xy__buf_view(&h1->notes.body);
    return XY_H1_DONE;
}

const xy_request *xy__h1_request(const xy_h1 *h1)
{
    return &h1->notes.request;
}

xy_refusal xy__h1_refusal(const xy_h1 *h1)
{
    return h1->notes.refusal;
}

bool xy__h1_begun(const xy_h1 *h1)
{
    return h1->phase != PHASE_BLANK;
}

size_t xy__h1_blank(xy_str in)
{
    size_t at = 0;

    while (in.len - at >= 2 && in.ptr[at] == '\r' && in.ptr[at + 1] == '\n')
        at += 2;
    return at;
}
