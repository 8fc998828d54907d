/* SPDX-License-Identifier: MIT */
/* http/h1.c -- the glue between llhttp and a request.
 *
 *   HEAD --head complete--> (no body) READY
 *    |                      (length)  BODY ---all bytes----------------------> READY
 *    |                      (chunked) CHUNKS --last size--> TRAILERS --end---> READY --told--> DONE
 *    +--- any error, also from CHUNKS and TRAILERS ---> FAILED
 *
 * Invariants
 *   1. Nothing is decided in a callback whose moment depends on how the input was split: spans only
 *      note offsets, checks wait for the "complete" callbacks, limits count bytes of a section.
 *   2. After MORE nothing points into the input: what is needed later has been copied.
 *   3. llhttp pauses at the end of each section (head, last chunk's size, message), so that no byte
 *      of the next one is read by the rules of this one.
 *
 * Not left to llhttp: bodies with a length (all the state they need is a count), line ends and
 * folded lines (it lets bare LF pass in places), and the limits.
 *
 * Read next: http/head.h (what the head means). */
#include "http/h1.h"

#include <llhttp/llhttp.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"
#include "base/list.h"
#include "http/head.h"

/* Of chunk extensions in one body: nobody uses them, and llhttp would read them for ever
 * (CWE-400). */
#define EXTENSIONS_MAX ((size_t)4096)

typedef enum h1_phase {
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
    const xy_h1_limits *limits;
    xy_request request;
    h1_phase phase;
    const xy_h1_error *error;
    const xy_h1_error *refusal; /* why a callback stopped the parser */
    const char *piece;          /* what the parser is reading now… */
    size_t section_len;         /* …and how much of its section came before */
    char last;                  /* the section's last byte so far; LF at its start */
    bool in_name;
    bool in_value;
    uint16_t target_at;
    uint16_t target_len;
    uint64_t length;       /* Content-Length */
    size_t extensions_len; /* bytes of chunk extensions so far */
    xy_buf head;           /* the head, when it came in pieces */
    xy_buf body;           /* the body, when it is more than one piece */
    xy_header_slot slots[];
};

static const xy_h1_error malformed = {400, "Malformed request"};
static const xy_h1_error bad_method = {400, "Invalid method"};
static const xy_h1_error bad_target = {400, "Invalid request target"};
static const xy_h1_error bad_header = {400, "Invalid header"};
static const xy_h1_error bad_length = {400, "Invalid Content-Length"};
static const xy_h1_error bad_coding = {400, "Invalid Transfer-Encoding"};
static const xy_h1_error bad_chunk = {400, "Malformed chunked body"};
static const xy_h1_error bad_line_end = {400, "Lines must end with CR LF"};
static const xy_h1_error folded = {400, "Folded header lines are not supported"};
static const xy_h1_error no_http2 = {400, "HTTP/2 is not supported on this connection"};
static const xy_h1_error no_connect = {501, "CONNECT is not supported"};
static const xy_h1_error bad_version = {505, "HTTP version is not supported"};
static const xy_h1_error head_too_large = {431, "Request header is too large"};
static const xy_h1_error too_many_headers = {431, "Too many request headers"};
static const xy_h1_error body_too_large = {413, "Request body is too large"};

/* ---- phases ---- */

#define BIT(phase) (1u << (phase))
static const uint8_t h1_may_go[PHASE_COUNT] = {
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
    h1->section_len = 0;
    h1->last = '\n';
}

static xy_h1_event fail(xy_h1 *h1, const xy_h1_error *error)
{
    h1_go(h1, PHASE_FAILED);
    h1->error = error;
    return XY_H1_ERROR;
}

/* ---- callbacks of llhttp ---- */

static xy_h1 *h1_of(llhttp_t *parser)
{
    return XY_CONTAINER(parser, xy_h1, parser);
}

static int refuse(xy_h1 *h1, const xy_h1_error *error)
{
    h1->refusal = error;
    return -1;
}

/* Where `at` is in its section. Less than head_max, so 16 bits hold it. */
static uint16_t offset(const xy_h1 *h1, const char *at)
{
    return (uint16_t)(h1->section_len + (size_t)(at - h1->piece));
}

static int on_method_complete(llhttp_t *parser)
{
    if (parser->method == HTTP_CONNECT)
        return refuse(h1_of(parser), &no_connect);
    /* The preface of HTTP/2 with prior knowledge is made to look like a request. */
    if (parser->method == HTTP_PRI)
        return refuse(h1_of(parser), &no_http2);
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1 *h1 = h1_of(parser);

    if (!h1->target_len)
        h1->target_at = offset(h1, at);
    h1->target_len = (uint16_t)(h1->target_len + len);
    return 0;
}

static int on_url_complete(llhttp_t *parser)
{
    /* A request line without a version: llhttp takes it for HTTP/0.9 and would read headers. */
    return parser->http_minor == 9 ? refuse(h1_of(parser), &malformed) : 0;
}

static bool version_known(const llhttp_t *parser)
{
    return parser->http_major == 1 && parser->http_minor <= 1;
}

static int on_version_complete(llhttp_t *parser)
{
    return version_known(parser) ? 0 : refuse(h1_of(parser), &bad_version);
}

/* The slot of the header that is being read; NULL for trailers, and for one header too many. */
static xy_header_slot *open_slot(xy_h1 *h1)
{
    if (h1->phase != PHASE_HEAD || h1->request.header_count >= h1->limits->headers_max)
        return NULL;
    return &h1->slots[h1->request.header_count];
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1 *h1 = h1_of(parser);
    xy_header_slot *slot = open_slot(h1);
    bool first = !h1->in_name;

    h1->in_name |= len > 0;
    if (!slot)
        return 0;
    if (first)
        *slot = (xy_header_slot){.name_at = offset(h1, at)};
    slot->name_len = (uint16_t)(slot->name_len + len);
    return 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    xy_h1 *h1 = h1_of(parser);

    /* llhttp takes ": value" for a header. */
    if (!h1->in_name)
        return refuse(h1, &bad_header);
    h1->in_name = false;
    if (h1->phase == PHASE_HEAD && !open_slot(h1))
        return refuse(h1, &too_many_headers);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1 *h1 = h1_of(parser);
    xy_header_slot *slot = open_slot(h1);

    if (!slot)
        return 0;
    if (!h1->in_value)
        slot->value_at = offset(h1, at);
    h1->in_value = true;
    slot->value_len = (uint16_t)(slot->value_len + len);
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    xy_h1 *h1 = h1_of(parser);

    h1->in_value = false;
    if (open_slot(h1))
        h1->request.header_count++;
    return 0;
}

static int on_pause(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static int on_extension(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1 *h1 = h1_of(parser);

    (void)at;
    h1->extensions_len += len;
    return h1->extensions_len > EXTENSIONS_MAX ? refuse(h1, &bad_chunk) : 0;
}

static size_t body_len(const xy_h1 *h1)
{
    return h1->body.len ? h1->body.len : h1->request.body.len;
}

static int on_chunk_header(llhttp_t *parser)
{
    xy_h1 *h1 = h1_of(parser);

    if (parser->content_length > h1->limits->body_max - body_len(h1))
        return refuse(h1, &body_too_large);
    return parser->content_length ? 0 : HPE_PAUSED;
}

/* Copy the one piece that was only looked at so far. */
static void own_body(xy_h1 *h1)
{
    if (!h1->body.len)
        xy__buf_str(&h1->body, h1->request.body);
}

static void add_body(xy_h1 *h1, const char *at, size_t len)
{
    if (!body_len(h1)) {
        h1->request.body = (xy_str){at, len};
        return;
    }
    own_body(h1);
    xy__buf_append(&h1->body, at, len);
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    add_body(h1_of(parser), at, len);
    return 0;
}

static const llhttp_settings_t settings = {
    .on_method_complete = on_method_complete,
    .on_url = on_url,
    .on_url_complete = on_url_complete,
    .on_version_complete = on_version_complete,
    .on_header_field = on_header_field,
    .on_header_field_complete = on_header_field_complete,
    .on_header_value = on_header_value,
    .on_header_value_complete = on_header_value_complete,
    .on_headers_complete = on_pause,
    .on_chunk_extension_name = on_extension,
    .on_chunk_extension_value = on_extension,
    .on_chunk_header = on_chunk_header,
    .on_body = on_body,
    .on_message_complete = on_pause,
};

/* ---- sections ---- */

/* Every line of a head ends with CR LF, and none begins with white space (RFC 9112 2.2, 5.2). */
static const xy_h1_error *check_lines(xy_h1 *h1, xy_str in)
{
    const char *end = in.ptr + in.len;
    const char *at = in.ptr;

    if (!in.len)
        return NULL;
    if (h1->last == '\n' && (*at == ' ' || *at == '\t'))
        return &folded;
    while ((at = memchr(at, '\n', (size_t)(end - at)))) {
        if ((at == in.ptr ? h1->last : at[-1]) != '\r')
            return &bad_line_end;
        if (++at < end && (*at == ' ' || *at == '\t'))
            return &folded;
    }
    h1->last = end[-1];
    return NULL;
}

static const xy_h1_error *head_error(const xy_h1 *h1)
{
    if (h1->refusal)
        return h1->refusal;
    switch ((int)h1->parser.error) {
    case HPE_INVALID_METHOD:
        return &bad_method;
    case HPE_INVALID_URL:
        return &bad_target;
    case HPE_INVALID_VERSION:
        /* Digits that say another version, or none at all. */
        return version_known(&h1->parser) || !h1->parser.http_major ? &malformed : &bad_version;
    case HPE_INVALID_HEADER_TOKEN:
    case HPE_UNEXPECTED_SPACE:
    case HPE_LF_EXPECTED:
        return &bad_header;
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH:
        return &bad_length;
    case HPE_INVALID_TRANSFER_ENCODING:
        return &bad_coding;
    default:
        return &malformed;
    }
}

/* Let llhttp read. Returns HPE_OK with all of `in` used, HPE_PAUSED at the end of the section,
 * or its error. */
static int execute(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc;

    h1->piece = in.ptr;
    rc = (int)llhttp_execute(&h1->parser, in.ptr, in.len);
    *used = in.len;
    if (rc != HPE_OK && h1->parser.error_pos)
        *used = (size_t)(h1->parser.error_pos - in.ptr);
    XY_ASSERT(*used <= in.len);
    return rc;
}

/* Read a section of lines, the head or the trailers. Returns HPE_OK when there is more of it,
 * HPE_PAUSED at its end, and anything else after fail(). */
static int read_lines(xy_h1 *h1, xy_str in, size_t *used)
{
    size_t room = h1->limits->head_max - h1->section_len;
    const xy_h1_error *error;
    int rc = execute(h1, (xy_str){in.ptr, in.len < room ? in.len : room}, used);

    error = check_lines(h1, (xy_str){in.ptr, *used});
    if (!error && rc != HPE_OK && rc != HPE_PAUSED)
        error = h1->phase == PHASE_HEAD ? head_error(h1) : &bad_chunk;
    if (!error && rc == HPE_OK && *used == room)
        error = &head_too_large;
    if (error) {
        fail(h1, error);
        return HPE_USER;
    }
    h1->section_len += *used;
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
    const char *head = h1->request.head.ptr;

    for (size_t i = 0; i < h1->request.header_count; i++) {
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
    xy_request *request = &h1->request;
    xy_head_facts facts = {.target = {request->head.ptr + h1->target_at, h1->target_len},
                           .chunked = parser->flags & F_CHUNKED,
                           .has_length = parser->flags & F_CONTENT_LENGTH,
                           .length = parser->content_length,
                           .body_max = h1->limits->body_max};
    const xy_h1_error *error;

    request->headers = h1->slots;
    request->method = method_of(parser);
    request->method_name = xy_str_from(llhttp_method_name((llhttp_method_t)parser->method));
    request->minor = parser->http_minor;
    trim_values(h1);
    error = xy__head_check(request, &facts);
    if (error)
        return fail(h1, error);
    h1->length = facts.length;
    h1_go(h1, facts.chunked ? PHASE_CHUNKS : facts.length ? PHASE_BODY : PHASE_READY);
    return XY_H1_HEAD;
}

static xy_h1_event read_head(xy_h1 *h1, xy_str in, size_t *used)
{
    int rc = read_lines(h1, in, used);

    if (rc != HPE_OK && rc != HPE_PAUSED)
        return XY_H1_ERROR;
    if (h1->head.len || rc == HPE_OK)
        xy__buf_append(&h1->head, in.ptr, *used);
    if (rc == HPE_OK)
        return XY_H1_MORE;
    h1->request.head = h1->head.len ? xy__buf_view(&h1->head) : (xy_str){in.ptr, *used};
    return finish_head(h1);
}

static xy_h1_event read_body(xy_h1 *h1, xy_str in, size_t *used)
{
    uint64_t rest = h1->length - body_len(h1);

    *used = in.len < rest ? in.len : (size_t)rest;
    if (*used)
        add_body(h1, in.ptr, *used);
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
        return fail(h1, h1->refusal ? h1->refusal : &bad_chunk);
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
        return XY_H1_ERROR;
    h1_go(h1, PHASE_READY);
    return XY_H1_DONE;
}

/* ---- the interface ---- */

xy_h1 *xy__h1_create(const xy_h1_limits *limits)
{
    xy_h1 *h1 = xy__malloc(sizeof *h1 + limits->headers_max * sizeof h1->slots[0]);

    XY_ASSERT(limits->head_max <= XY_HEAD_MAX && limits->headers_max <= XY_HEAD_MAX);
    h1->limits = limits;
    xy__buf_init(&h1->head, limits->head_max);
    xy__buf_init(&h1->body, limits->body_max);
    xy__h1_reset(h1, 0);
    return h1;
}

void xy__h1_destroy(xy_h1 *h1)
{
    if (!h1)
        return;
    xy__buf_deinit(&h1->head);
    xy__buf_deinit(&h1->body);
    free(h1);
}

void xy__h1_reset(xy_h1 *h1, size_t keep)
{
    llhttp_init(&h1->parser, HTTP_REQUEST, &settings);
    h1->request = (xy_request){0};
    h1->phase = PHASE_HEAD;
    h1->error = NULL;
    h1->refusal = NULL;
    h1->section_len = 0;
    h1->last = '\n';
    h1->in_name = false;
    h1->in_value = false;
    h1->target_len = 0;
    h1->length = 0;
    h1->extensions_len = 0;
    xy__buf_reset(&h1->head, keep);
    xy__buf_reset(&h1->body, keep);
}

/* A phase's work: DONE when the phase is over and the next may begin. */
typedef xy_h1_event h1_step(xy_h1 *h1, xy_str in, size_t *used);

static h1_step *const steps[PHASE_COUNT] = {
    [PHASE_HEAD] = read_head,
    [PHASE_BODY] = read_body,
    [PHASE_CHUNKS] = read_chunks,
    [PHASE_TRAILERS] = read_trailers,
};

/* Invariant 2. */
static xy_h1_event need_more(xy_h1 *h1)
{
    if (h1->phase != PHASE_HEAD && !h1->head.len) {
        xy__buf_str(&h1->head, h1->request.head);
        xy__request_move(&h1->request, h1->head.ptr);
    }
    own_body(h1);
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
    if (h1->body.len)
        h1->request.body = xy__buf_view(&h1->body);
    return XY_H1_DONE;
}

const xy_request *xy__h1_request(const xy_h1 *h1)
{
    return &h1->request;
}

const xy_h1_error *xy__h1_error(const xy_h1 *h1)
{
    return h1->error;
}

size_t xy__h1_blank(xy_str in)
{
    size_t at = 0;

    while (at < in.len && (in.ptr[at] == '\r' || in.ptr[at] == '\n'))
        at++;
    return at;
}
