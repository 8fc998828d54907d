/* SPDX-License-Identifier: MIT */
/* serve/persisted.h -- which document a request means, when it names one, or when only trusted
 * ones may be asked for.
 *
 *   id, no text   trusted? registered? else PersistedQueryNotFound: the client sends the text
 *   id and text   the id must be the text's; registered once the document was found valid
 *   text alone    executed; where only trusted documents are: it must be the text of one
 *
 * Registered are the documents that clients sent with their hash (Apollo's automatic persisted
 * queries): one table for all workers, bounded by limits.persisted_bytes_max, in which what is
 * used stays (serve/sieve.h). Every function from any thread. */
#ifndef XY_SERVE_PERSISTED_H
#define XY_SERVE_PERSISTED_H

#include "serve/kept_params.h"
#include "serve/reply.h"
#include "serve/trusted.h"

typedef struct xy_persisted_options {
    xy_trusted *trusted; /* NULL: none */
    bool only_trusted;   /* and no others; nothing is registered */
    size_t bytes_max;    /* of what is registered; 0: nothing is */
} xy_persisted_options;

typedef struct xy_persisted {
    xy_persisted_options options;
    struct xy_registered *registered; /* NULL: off */
} xy_persisted;

/* The document that a request means. All zero is one to be deinited, too. */
typedef struct xy_chosen {
    xy_str text;
    uint64_t hash;         /* xy__hash() of it */
    xy_document *document; /* a trusted one, borrowed; NULL: to be found or made by its text */
    xy_bytes *held;        /* what text points into, if not the parameters; a reference */
    bool registers;        /* the text came with its hash, … */
    xy_digest digest;      /* … this one */
} xy_chosen;

/* Why there is no such document. */
typedef struct xy_unchosen {
    xy_refused why;
    xy_str message;   /* static storage */
    const char *code; /* of the error's extensions; static storage */
} xy_unchosen;

/* takes: options->trusted. */
void xy__persisted_init(xy_persisted *persisted, const xy_persisted_options *options);

void xy__persisted_deinit(xy_persisted *persisted);

/* What the request means. Strings point into its parameters: keeps: kept, as long as the result.
 * gives: *out, for xy__chosen_deinit(). Returns 0; XY_EINVAL and *why. */
int xy__persisted_choose(const xy_persisted *persisted, const xy_kept_params *kept, xy_chosen *out,
                         xy_unchosen *why);

/* Must it be asked at all? What most requests mean is the text they hold. */
static inline bool xy__persisted_concerns(const xy_persisted *persisted, const xy_kept_params *kept)
{
    return kept->params.document_id.kind != XY_DOCUMENT_ID_NONE || persisted->options.only_trusted;
}

/* Its document is valid: let others find it by its hash, if it came with one. */
void xy__persisted_register(const xy_persisted *persisted, const xy_chosen *chosen);

/* Lets go of what it holds. */
static inline void xy__chosen_deinit(xy_chosen *chosen)
{
    xy_bytes_unref(chosen->held);
}

/* What is registered, in bytes. */
size_t xy__persisted_bytes(const xy_persisted *persisted);

#endif
