/* SPDX-License-Identifier: MIT */
/* serve/persisted.c -- the choice, and the table of registered documents: shards with a lock and a
 * share of the bytes each.
 *
 * Invariants
 *   1. A registered text has the SHA-256 it is found by, and was a valid document: nobody can make
 *      a hash mean something else, nor fill the table with rubbish.
 *   2. A text that is being used outlives its entry: it is shared.
 *
 * Read next: serve/sieve.h (which entries stay). */
#include "serve/persisted.h"

#include <stdlib.h>
#include <uv.h>

#include "base/bytes.h"
#include "base/fatal.h"
#include "base/map.h"
#include "serve/sieve.h"

#define SHARDS_MAX ((size_t)16)
/* No shard has less, or a large document would find none that takes it. */
#define SHARD_BYTES_MIN ((size_t)2 << 20)

typedef struct entry {
    xy_sieve_entry sieve;
    xy_digest digest;   /* the key */
    uint64_t hash;      /* xy__hash() of the text */
    xy_bytes *text;     /* a reference */
    struct entry *next; /* evicted, on its way to be destroyed */
} entry;

typedef struct shard {
    uv_mutex_t lock;
    xy_sieve sieve;
    char apart[64]; /* a cache line at least, so that workers do not slow each other down */
} shard;

typedef struct xy_registered {
    size_t shard_count; /* a power of two */
    shard shards[];
} xy_registered;

static entry *entry_of(xy_sieve_entry *sieve)
{
    return XY_CONTAINER(sieve, entry, sieve);
}

/* ---- registered ---- */

static xy_registered *create_registered(size_t bytes_max)
{
    size_t count = 1;
    xy_registered *registered;

    while (count < SHARDS_MAX && bytes_max / (count * 2) >= SHARD_BYTES_MIN)
        count *= 2;
    registered = xy__zalloc(sizeof *registered + count * sizeof registered->shards[0]);
    registered->shard_count = count;
    for (size_t i = 0; i < count; i++) {
        XY_ASSERT(uv_mutex_init(&registered->shards[i].lock) == 0);
        xy__sieve_init(&registered->shards[i].sieve, bytes_max / count);
    }
    return registered;
}

static void destroy_entries(entry *first)
{
    while (first) {
        entry *next = first->next;

        xy_bytes_unref(first->text);
        free(first);
        first = next;
    }
}

static void destroy_registered(xy_registered *registered)
{
    if (!registered)
        return;
    for (size_t i = 0; i < registered->shard_count; i++) {
        xy_sieve *sieve = &registered->shards[i].sieve;

        while (!xy__list_empty(&sieve->queue)) {
            xy_sieve_entry *oldest = XY_CONTAINER(sieve->queue.next, xy_sieve_entry, link);

            xy__sieve_remove(sieve, oldest);
            destroy_entries(entry_of(oldest));
        }
        xy__sieve_deinit(sieve);
        uv_mutex_destroy(&registered->shards[i].lock);
    }
    free(registered);
}

/* The hash of a digest is seeded: documents whose digests begin alike are easily made. */
static shard *shard_of(xy_registered *registered, uint64_t hash)
{
    return &registered->shards[(size_t)hash & (registered->shard_count - 1)];
}

static bool find_registered(xy_registered *registered, const xy_digest *digest, xy_chosen *out)
{
    xy_str key = xy__digest_str(digest);
    uint64_t hash = xy__hash(key);
    shard *at = shard_of(registered, hash);
    xy_sieve_entry *found;

    uv_mutex_lock(&at->lock);
    found = xy__sieve_find(&at->sieve, hash, 0, key);
    if (found) {
        out->held = xy_bytes_ref(entry_of(found)->text);
        out->hash = entry_of(found)->hash;
    }
    uv_mutex_unlock(&at->lock);
    if (found)
        out->text = xy_bytes_str(out->held);
    return found != NULL;
}

static entry *create_entry(const xy_chosen *chosen)
{
    entry *new = xy__zalloc(sizeof *new);

    new->digest = chosen->digest;
    new->hash = chosen->hash;
    new->text = xy_bytes_create(chosen->text);
    new->sieve = (xy_sieve_entry){.key = xy__digest_str(&new->digest),
                                  .bytes = sizeof *new + sizeof(xy_bytes) + chosen->text.len};
    new->sieve.hash = xy__hash(new->sieve.key);
    return new;
}

void xy__persisted_register(const xy_persisted *persisted, const xy_chosen *chosen)
{
    entry *gone;
    entry *new;
    shard *at;

    if (!chosen->registers || !persisted->registered)
        return;
    new = gone = create_entry(chosen);
    at = shard_of(persisted->registered, new->sieve.hash);
    uv_mutex_lock(&at->lock);
    if (!xy__sieve_find(&at->sieve, new->sieve.hash, 0, new->sieve.key) &&
        xy__sieve_fits(&at->sieve, new->sieve.bytes)) {
        xy_sieve_entry *victim;

        gone = NULL;
        while ((victim = xy__sieve_evict(&at->sieve, new->sieve.bytes)) != NULL) {
            entry_of(victim)->next = gone;
            gone = entry_of(victim);
        }
        xy__sieve_add(&at->sieve, &new->sieve);
    }
    uv_mutex_unlock(&at->lock);
    destroy_entries(gone);
}

size_t xy__persisted_bytes(const xy_persisted *persisted)
{
    xy_registered *registered = persisted->registered;
    size_t bytes = 0;

    for (size_t i = 0; registered && i < registered->shard_count; i++) {
        uv_mutex_lock(&registered->shards[i].lock);
        bytes += registered->shards[i].sieve.bytes;
        uv_mutex_unlock(&registered->shards[i].lock);
    }
    return bytes;
}

/* ---- life ---- */

void xy__persisted_init(xy_persisted *persisted, const xy_persisted_options *options)
{
    bool registers = options->bytes_max > 0 && !options->only_trusted;

    *persisted = (xy_persisted){
        .options = *options,
        .registered = registers ? create_registered(options->bytes_max) : NULL,
    };
}

void xy__persisted_deinit(xy_persisted *persisted)
{
    xy__trusted_destroy(persisted->options.trusted);
    destroy_registered(persisted->registered);
    *persisted = (xy_persisted){0};
}

/* ---- the choice ---- */

static const xy_unchosen not_found = {XY_REFUSED_PERSISTED, XY_STR_INIT("PersistedQueryNotFound"),
                                      "PERSISTED_QUERY_NOT_FOUND"};
static const xy_unchosen not_supported = {XY_REFUSED_PERSISTED,
                                          XY_STR_INIT("PersistedQueryNotSupported"),
                                          "PERSISTED_QUERY_NOT_SUPPORTED"};
static const xy_unchosen mismatch = {XY_REFUSED_PARAMS,
                                     XY_STR_INIT("provided sha does not match query"),
                                     "PERSISTED_QUERY_HASH_MISMATCH"};
static const xy_unchosen only_trusted = {XY_REFUSED_UNTRUSTED, XY_STR_INIT("PersistedQueryOnly"),
                                         "PERSISTED_QUERY_ONLY"};

static int refuse(xy_unchosen *why, const xy_unchosen *reason)
{
    *why = *reason;
    return XY_EINVAL;
}

static int choose_trusted(xy_document *document, xy_chosen *out)
{
    out->text = document->source.text;
    out->document = document;
    return XY_OK;
}

static int choose_by_id(const xy_persisted *persisted, const xy_document_id *id,
                        xy_document *trusted, xy_chosen *out, xy_unchosen *why)
{
    if (trusted)
        return choose_trusted(trusted, out);
    if (id->kind == XY_DOCUMENT_ID_DIGEST && persisted->registered &&
        find_registered(persisted->registered, &id->digest, out))
        return XY_OK;
    return refuse(why, &not_found);
}

/* Text and id must be of the same document: an id that means one thing today and another tomorrow
 * would be worth nothing. */
static int choose_both(const xy_params *params, xy_document *trusted, xy_chosen *out,
                       xy_unchosen *why)
{
    const xy_document_id *id = &params->document_id;

    if (trusted)
        return xy_str_eq(trusted->source.text, params->query) ? choose_trusted(trusted, out)
                                                              : refuse(why, &mismatch);
    if (id->kind != XY_DOCUMENT_ID_DIGEST)
        return refuse(why, &mismatch);
    out->digest = xy__digest_of(params->query);
    out->registers = true;
    return xy__digest_eq(&out->digest, &id->digest) ? XY_OK : refuse(why, &mismatch);
}

/* Where only trusted documents are executed, a text that is one of them needs no id. */
static int check_trusted(const xy_trusted *store, xy_chosen *out, xy_unchosen *why)
{
    xy_document *document = store ? xy__trusted_find_text(store, out->text) : NULL;

    return document ? choose_trusted(document, out) : refuse(why, &only_trusted);
}

int xy__persisted_choose(const xy_persisted *persisted, const xy_kept_params *kept, xy_chosen *out,
                         xy_unchosen *why)
{
    const xy_params *params = &kept->params;
    const xy_document_id *id = &params->document_id;
    const xy_trusted *store = persisted->options.trusted;
    bool named = id->kind != XY_DOCUMENT_ID_NONE;
    xy_document *trusted = NULL;
    int rc = XY_OK;

    *out = (xy_chosen){.text = params->query, .hash = kept->query_hash};
    if (named && !store && !persisted->registered)
        return refuse(why, &not_supported);
    if (named && store)
        trusted = xy__trusted_find(store, id);
    if (!params->query.len)
        return choose_by_id(persisted, id, trusted, out, why);
    if (named)
        rc = choose_both(params, trusted, out, why);
    if (rc == XY_OK && persisted->options.only_trusted && !out->document)
        rc = check_trusted(store, out, why);
    return rc;
}
