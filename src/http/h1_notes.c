/* SPDX-License-Identifier: MIT */
#include "http/h1_notes.h"

#include <llhttp/llhttp.h>

/* Of chunk extensions in one body: nobody uses them, and llhttp would read them for ever
 * (CWE-400). */
#define EXTENSIONS_MAX ((size_t)4096)

void xy__h1_notes_reset(xy_h1_notes *notes, size_t keep)
{
    xy__buf_reset(&notes->body, keep);
    *notes = (xy_h1_notes){.limits = notes->limits, .slots = notes->slots, .body = notes->body};
}

size_t xy__h1_notes_body_len(const xy_h1_notes *notes)
{
    return notes->body.len ? notes->body.len : notes->request.body.len;
}

void xy__h1_notes_own(xy_h1_notes *notes)
{
    if (!notes->body.len)
        xy__buf_str(&notes->body, notes->request.body);
}

void xy__h1_notes_body(xy_h1_notes *notes, xy_str piece)
{
    if (!xy__h1_notes_body_len(notes)) {
        notes->request.body = piece;
        return;
    }
    xy__h1_notes_own(notes);
    xy__buf_str(&notes->body, piece);
}

/* ---- callbacks of llhttp ---- */

static xy_h1_notes *notes_of(llhttp_t *parser)
{
    return parser->data;
}

static int refuse(xy_h1_notes *notes, xy_refusal refusal)
{
    notes->refusal = refusal;
    return -1;
}

/* Where `at` is in its section. Less than head_max, so 16 bits hold it. */
static uint16_t offset(const xy_h1_notes *notes, const char *at)
{
    return (uint16_t)(notes->section_len + (size_t)(at - notes->piece));
}

static int on_method_complete(llhttp_t *parser)
{
    if (parser->method == HTTP_CONNECT)
        return refuse(notes_of(parser), XY_REFUSAL_CONNECT);
    /* The preface of HTTP/2 with prior knowledge is made to look like a request. */
    if (parser->method == HTTP_PRI)
        return refuse(notes_of(parser), XY_REFUSAL_HTTP2);
    return 0;
}

static int on_url(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1_notes *notes = notes_of(parser);

    if (!notes->target_len)
        notes->target_at = offset(notes, at);
    notes->target_len = (uint16_t)(notes->target_len + len);
    return 0;
}

static int on_url_complete(llhttp_t *parser)
{
    xy_h1_notes *notes = notes_of(parser);

    notes->has_target = true;
    /* A request line without a version: llhttp takes it for HTTP/0.9 and would read headers. */
    return parser->http_minor == 9 ? refuse(notes, XY_REFUSAL_MALFORMED) : 0;
}

static bool version_known(const llhttp_t *parser)
{
    return parser->http_major == 1 && parser->http_minor <= 1;
}

static int on_version_complete(llhttp_t *parser)
{
    return version_known(parser) ? 0 : refuse(notes_of(parser), XY_REFUSAL_VERSION);
}

/* The slot of the header that is being read; NULL for trailers, and for one header too many. */
static xy_header_slot *open_slot(xy_h1_notes *notes)
{
    if (notes->in_trailers || notes->request.header_count >= notes->limits->headers_max)
        return NULL;
    return &notes->slots[notes->request.header_count];
}

static int on_header_field(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1_notes *notes = notes_of(parser);
    xy_header_slot *slot = open_slot(notes);
    bool first = !notes->in_name;

    notes->in_name |= len > 0;
    if (!slot)
        return 0;
    if (first)
        *slot = (xy_header_slot){.name_at = offset(notes, at)};
    slot->name_len = (uint16_t)(slot->name_len + len);
    return 0;
}

static int on_header_field_complete(llhttp_t *parser)
{
    xy_h1_notes *notes = notes_of(parser);

    /* llhttp takes ": value" for a header. */
    if (!notes->in_name)
        return refuse(notes, XY_REFUSAL_HEADER);
    notes->in_name = false;
    if (!notes->in_trailers && !open_slot(notes))
        return refuse(notes, XY_REFUSAL_HEADER_COUNT);
    return 0;
}

static int on_header_value(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1_notes *notes = notes_of(parser);
    xy_header_slot *slot = open_slot(notes);

    if (!slot)
        return 0;
    if (!notes->in_value)
        slot->value_at = offset(notes, at);
    notes->in_value = true;
    slot->value_len = (uint16_t)(slot->value_len + len);
    return 0;
}

static int on_header_value_complete(llhttp_t *parser)
{
    xy_h1_notes *notes = notes_of(parser);

    notes->in_value = false;
    if (open_slot(notes))
        notes->request.header_count++;
    return 0;
}

static int on_pause(llhttp_t *parser)
{
    (void)parser;
    return HPE_PAUSED;
}

static int on_extension(llhttp_t *parser, const char *at, size_t len)
{
    xy_h1_notes *notes = notes_of(parser);

    (void)at;
    notes->extensions_len += len;
    return notes->extensions_len > EXTENSIONS_MAX ? refuse(notes, XY_REFUSAL_CHUNK) : 0;
}

static int on_chunk_header(llhttp_t *parser)
{
    xy_h1_notes *notes = notes_of(parser);

    if (parser->content_length > notes->limits->body_max - xy__h1_notes_body_len(notes))
        return refuse(notes, XY_REFUSAL_BODY_SIZE);
    return parser->content_length ? 0 : HPE_PAUSED;
}

static int on_body(llhttp_t *parser, const char *at, size_t len)
{
    xy__h1_notes_body(notes_of(parser), (xy_str){at, len});
    return 0;
}

const llhttp_settings_t xy__h1_settings = {
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

xy_refusal xy__h1_notes_why(const xy_h1_notes *notes, const llhttp_t *parser)
{
    if (notes->refusal)
        return notes->refusal;
    switch ((int)parser->error) {
    case HPE_INVALID_METHOD:
        return XY_REFUSAL_METHOD;
    case HPE_INVALID_URL:
        return XY_REFUSAL_TARGET;
    case HPE_INVALID_VERSION:
        /* Digits that say another version, or none at all. */
        return version_known(parser) || !parser->http_major ? XY_REFUSAL_MALFORMED
                                                            : XY_REFUSAL_VERSION;
    case HPE_INVALID_HEADER_TOKEN:
    case HPE_UNEXPECTED_SPACE:
    case HPE_LF_EXPECTED:
        return XY_REFUSAL_HEADER;
    case HPE_INVALID_CONTENT_LENGTH:
    case HPE_UNEXPECTED_CONTENT_LENGTH:
        return XY_REFUSAL_LENGTH;
    case HPE_INVALID_TRANSFER_ENCODING:
        return XY_REFUSAL_CODING;
    default:
        return XY_REFUSAL_MALFORMED;
    }
}
