/* SPDX-License-Identifier: MIT */
/* http/h1_notes.h -- what llhttp says while it reads, noted for http/h1.c: where things are, how
 * long, and what must be refused.
 *
 * llhttp calls back with pieces whose borders depend on how the input was split. Nothing is
 * decided at those: spans only note offsets, checks wait for the "complete" callbacks. */
#ifndef XY_HTTP_H1_NOTES_H
#define XY_HTTP_H1_NOTES_H

#include "base/buf.h"
#include "http/h1.h"

typedef struct xy_h1_notes {
    const xy_h1_limits *limits;
    xy_header_slot *slots; /* limits->headers_max of them, for request.headers */
    xy_request request;
    xy_refusal refusal;
    const char *piece;  /* what llhttp is reading now… */
    size_t section_len; /* …and how much of its section came before */
    bool in_trailers;   /* whose headers are dropped */
    bool has_target;    /* all of it */
    bool in_name;
    bool in_value;
    uint16_t target_at;
    uint16_t target_len;
    size_t extensions_len; /* bytes of chunk extensions so far */
    xy_buf body;           /* the body, when it is more than one piece */
} xy_h1_notes;

/* Callbacks for a parser whose `data` is an xy_h1_notes. They pause it at the end of the head,
 * after the size of the last chunk, and at the end of the message. */
struct llhttp_settings_s;
extern const struct llhttp_settings_s xy__h1_settings;

/* Why the parser has stopped with an error in a head: what a callback found, or llhttp itself. */
struct llhttp__internal_s;
xy_refusal xy__h1_notes_why(const xy_h1_notes *notes, const struct llhttp__internal_s *parser);

/* Forget the request. Up to `keep` bytes of the body's buffer stay. */
void xy__h1_notes_reset(xy_h1_notes *notes, size_t keep);

/* More of the body. The first piece is only looked at, until the next comes or
 * xy__h1_notes_own(). */
void xy__h1_notes_body(xy_h1_notes *notes, xy_str piece);
size_t xy__h1_notes_body_len(const xy_h1_notes *notes);

/* Copy what of the body is only looked at. */
void xy__h1_notes_own(xy_h1_notes *notes);

#endif
