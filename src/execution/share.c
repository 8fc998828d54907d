/* SPDX-License-Identifier: MIT */
/* execution/share.c -- a table of shared operations that holds no keys: those of two operations are
 * written down and compared when their hashes are equal. */
#include "execution/share.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/plan.h"
#include "json/copy.h"
#include "json/write.h"

#define BUCKETS_FIRST ((size_t)16)
/* Of a larger key, one with large variables, no memory is kept. */
#define KEY_KEEP ((size_t)4096)
/* What an operation with a literal or two and their memo takes. */
#define ARENA_FIRST 160u

/* A plan has its address as long as anybody uses it; the rest of the key are the values of the
 * variables, as JSON, and what the text has instead of the document's literals. */
static xy_str write_key(xy_buf *key, const xy_operation *operation, const xy_plan *plan)
{
    xy__buf_reset(key, KEY_KEEP);
    xy__buf_append(key, (const char *)&plan, sizeof plan);
    xy__json_write_value(key, &operation->variables);
    if (operation->lifted)
        xy__lifted_write_key(operation->lifted, key);
    XY_ASSERT(!key->err);
    return xy__buf_view(key);
}

static xy_operation **bucket_of(const xy_shares *shares, uint64_t hash)
{
    return &shares->buckets[hash & (shares->cap - 1)];
}

static xy_operation *find(xy_shares *shares, xy_str key, uint64_t hash)
{
    xy_operation *operation = shares->cap ? *bucket_of(shares, hash) : NULL;

    for (; operation; operation = operation->next)
        if (operation->hash == hash &&
            xy_str_eq(write_key(&shares->other_key, operation, operation->plan), key))
            return operation;
    return NULL;
}

static void resize(xy_shares *shares, size_t cap)
{
    xy_shares old = *shares;

    shares->buckets = cap ? xy__zalloc(cap * sizeof(xy_operation *)) : NULL;
    shares->cap = cap;
    for (size_t i = 0; i < old.cap; i++) {
        while (old.buckets[i]) {
            xy_operation *operation = old.buckets[i];
            xy_operation **bucket = bucket_of(shares, operation->hash);

            old.buckets[i] = operation->next;
            operation->next = *bucket;
            *bucket = operation;
        }
    }
    free(old.buckets);
}

static void insert(xy_shares *shares, xy_operation *operation)
{
    xy_operation **bucket;

    if (shares->len == shares->cap)
        resize(shares, shares->cap ? 2 * shares->cap : BUCKETS_FIRST);
    bucket = bucket_of(shares, operation->hash);
    operation->next = *bucket;
    *bucket = operation;
    shares->len++;
}

static void take_out(xy_shares *shares, const xy_operation *operation)
{
    xy_operation **link = bucket_of(shares, operation->hash);

    while (*link != operation)
        link = &(*link)->next;
    *link = operation->next;
    shares->len--;
    if (!shares->len) {
        resize(shares, 0);
    } else if (shares->cap > BUCKETS_FIRST && 4 * shares->len < shares->cap) {
        resize(shares, shares->cap / 2);
    }
}

/* ---- documents ---- */

/* A lifted operation is of another text than its document. */
static void share_document(xy_operation *operation)
{
    xy_map *documents = &operation->executor->shares.documents;
    xy_document *document = operation->document;

    if (operation->lifted || xy__map_get(documents, document->source.text))
        return;
    xy__map_put(documents, document->source.text, document);
    operation->shares_text = true;
}

xy_document *xy__shared_document(const xy_executor *executor, xy_str text)
{
    const xy_map *documents = &executor->shares.documents;
    xy_document *found = documents->len ? xy__map_get(documents, text) : NULL;

    return found ? xy__document_ref(found) : NULL;
}

/* ---- operations ---- */

/* Without errors and memos. The plan goes over, or `from` would release it. */
static xy_operation *make_copy(xy_operation *from)
{
    xy_operation *operation = xy__zalloc(sizeof *operation);

    operation->refs = 1;
    operation->shared = true;
    operation->executor = from->executor;
    operation->document = xy__document_ref(from->document);
    operation->plans = from->plans;
    operation->plan = from->plan;
    from->plan = NULL;
    xy__arena_init_small(&operation->arena, from->arena.max, ARENA_FIRST);
    xy__errors_init(&operation->errors, &operation->arena);
    operation->variables = xy__value_copy(&operation->arena, &from->variables);
    if (from->lifted) {
        operation->lifted = xy__lifted_copy(&operation->arena, from->lifted);
        operation->errors.shifts = &operation->lifted->shifts;
    }
    xy__list_init(&operation->runs);
    from->executor->gauges.operations++;
    return operation;
}

xy_operation *xy__operation_share(xy_operation *operation)
{
    xy_shares *shares = &operation->executor->shares;
    xy_str key = write_key(&shares->key, operation, operation->plan);
    uint64_t hash = xy__hash(key);
    xy_operation *found = find(shares, key, hash);

    if (found) {
        xy__operation_ref(found);
    } else {
        found = make_copy(operation);
        found->hash = hash;
        insert(shares, found);
        share_document(found);
    }
    xy__operation_unref(operation);
    return found;
}

void xy__operation_unshare(xy_operation *operation)
{
    xy_shares *shares = &operation->executor->shares;

    take_out(shares, operation);
    if (operation->shares_text)
        xy__map_del(&shares->documents, operation->document->source.text);
}

void xy__shares_init(xy_shares *shares)
{
    *shares = (xy_shares){0};
    xy__map_init(&shares->documents, NULL);
    xy__buf_init(&shares->key, SIZE_MAX);
    xy__buf_init(&shares->other_key, SIZE_MAX);
}

void xy__shares_deinit(xy_shares *shares)
{
    XY_ASSERT(!shares->len);
    free(shares->buckets);
    xy__buf_deinit(&shares->key);
    xy__buf_deinit(&shares->other_key);
    xy__map_deinit(&shares->documents);
}
