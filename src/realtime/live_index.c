/* SPDX-License-Identifier: MIT */
/* realtime/live_index.c -- keys and dependants, each with an array of the other.
 *
 * Invariants
 *   1. A key is in the table exactly while it has a dependant.
 *   2. An edge stands in both arrays: key->ends[edge.place] is the dependant and the edge's index
 *      there. Who leaves is replaced by the last one, whose other end is told.
 *   3. No dependant has two edges to one key.
 *
 * A run mostly tells the keys of the run before in the same order: the edge is then found by
 * looking at the next one. Else by the key's own text, and by the dependant's table of addresses
 * once it has more edges than are quickly looked through. */
#include "realtime/live_index.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "base/map.h"

#define SLOTS_FIRST 16u
#define EDGES_FIRST 3u  /* of a query of one object */
#define TABLE_FROM  16u /* edges */

typedef struct key_end {
    xy_live_dependant *dependant;
    uint32_t edge; /* its index there */
} key_end;

/* Most keys have one dependant: its end needs no memory of its own. */
struct xy_live_key {
    union {
        key_end first;  /* cap 1 */
        key_end *ends_; /* else: use ends_of() */
    };
    uint32_t len;
    uint32_t cap;
    uint32_t hash;
    uint16_t text_len;
    char text[];
};

_Static_assert(XY_LIVE_KEY_BYTES_MAX <= UINT16_MAX, "a key's length has two bytes");

static key_end *ends_of(xy_live_key *key)
{
    return key->cap == 1 ? &key->first : key->ends_;
}

xy_str xy__live_key_text(const xy_live_key *key)
{
    return (xy_str){key->text, key->text_len};
}

uint32_t xy__live_key_hash(const xy_live_key *key)
{
    return key->hash;
}

static xy_str cut(xy_str text)
{
    return (xy_str){text.ptr, text.len < XY_LIVE_KEY_BYTES_MAX ? text.len : XY_LIVE_KEY_BYTES_MAX};
}

/* ---- the table of keys ---- */

static size_t find_slot(const xy_live_index *index, xy_str text, uint32_t hash)
{
    size_t at = hash & (index->cap - 1);

    for (; index->slots[at]; at = (at + 1) & (index->cap - 1))
        if (index->slots[at]->hash == hash && xy_str_eq(xy__live_key_text(index->slots[at]), text))
            break;
    return at;
}

static void resize(xy_live_index *index, size_t cap)
{
    xy_live_key **old = index->slots;
    size_t old_cap = index->cap;

    index->slots = xy__zalloc(cap * sizeof(xy_live_key *));
    index->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i])
            index->slots[find_slot(index, xy__live_key_text(old[i]), old[i]->hash)] = old[i];
    free(old);
}

static xy_live_key *add_key(xy_live_index *index, xy_str text, uint32_t hash)
{
    xy_live_key *key = xy__malloc(offsetof(xy_live_key, text) + text.len);

    if (4 * (index->len + 1) > 3 * index->cap)
        resize(index, index->cap ? index->cap * 2 : SLOTS_FIRST);
    key->len = 0;
    key->cap = 1;
    key->hash = hash;
    key->text_len = (uint16_t)text.len;
    if (text.len)
        memcpy(key->text, text.ptr, text.len);
    index->slots[find_slot(index, text, hash)] = key;
    index->len++;
    return key;
}

/* Those behind it that would not be found any more take its place. */
static void remove_key(xy_live_index *index, xy_live_key *key)
{
    size_t mask = index->cap - 1;
    size_t hole;

    XY_ASSERT(index->slots);
    hole = find_slot(index, xy__live_key_text(key), key->hash);
    for (size_t at = (hole + 1) & mask; index->slots[at]; at = (at + 1) & mask) {
        size_t home = index->slots[at]->hash & mask;

        if (((at - home) & mask) >= ((at - hole) & mask)) {
            index->slots[hole] = index->slots[at];
            hole = at;
        }
    }
    index->slots[hole] = NULL;
    index->len--;
    if (key->cap > 1)
        free(key->ends_);
    free(key);
    if (!index->len) {
        free(index->slots);
        index->slots = NULL;
        index->cap = 0;
    } else if (index->cap > SLOTS_FIRST && 8 * index->len < index->cap) {
        resize(index, index->cap / 2);
    }
}

static xy_live_key *find_key(const xy_live_index *index, xy_str text, uint32_t hash)
{
    return index->cap ? index->slots[find_slot(index, text, hash)] : NULL;
}

void xy__live_index_deinit(xy_live_index *index)
{
    XY_ASSERT(!index->len && !index->edges);
    free(index->slots);
    *index = (xy_live_index){0};
}

/* ---- edges ---- */

/* At least twice as large as there is room for edges, so half of it is empty. */
static size_t table_cap(const xy_live_dependant *dependant)
{
    size_t cap = 2 * TABLE_FROM;

    while (cap < 2 * (size_t)dependant->cap)
        cap *= 2;
    return cap;
}

static uint32_t *table_slot(const xy_live_dependant *dependant, const xy_live_key *key)
{
    size_t mask = table_cap(dependant) - 1;
    size_t at = ((uintptr_t)key >> 4) * 0x9E3779B97F4A7C15u >> 20 & mask;

    while (dependant->table[at] && dependant->edges[dependant->table[at] - 1].key != key)
        at = (at + 1) & mask;
    return &dependant->table[at];
}

static void make_table(xy_live_dependant *dependant)
{
    free(dependant->table);
    dependant->table = NULL;
    if (dependant->cap <= TABLE_FROM)
        return;
    dependant->table = xy__zalloc(table_cap(dependant) * sizeof *dependant->table);
    for (uint32_t i = 0; i < dependant->len; i++)
        *table_slot(dependant, dependant->edges[i].key) = i + 1;
}

static xy_live_edge *find_edge(const xy_live_dependant *dependant, const xy_live_key *key)
{
    uint32_t at;

    if (dependant->table) {
        at = *table_slot(dependant, key);
        return at ? &dependant->edges[at - 1] : NULL;
    }
    for (uint32_t i = 0; i < dependant->len; i++)
        if (dependant->edges[i].key == key)
            return &dependant->edges[i];
    return NULL;
}

static uint32_t add_end(xy_live_key *key, key_end end)
{
    if (key->len == key->cap) {
        key_end first = key->first;
        bool inside = key->cap == 1;

        key->ends_ = xy__realloc(inside ? NULL : key->ends_, 2 * key->cap * sizeof *key->ends_);
        if (inside)
            key->ends_[0] = first;
        key->cap *= 2;
    }
    ends_of(key)[key->len] = end;
    return key->len++;
}

static xy_live_edge *add_edge(xy_live_index *index, xy_live_dependant *dependant, xy_live_key *key)
{
    xy_live_edge *edge;

    if (dependant->len == dependant->cap) {
        dependant->cap = dependant->cap ? dependant->cap * 2 : EDGES_FIRST;
        dependant->edges = xy__realloc(dependant->edges, dependant->cap * sizeof *dependant->edges);
        make_table(dependant);
    }
    XY_ASSERT(dependant->edges);
    edge = &dependant->edges[dependant->len++];
    *edge = (xy_live_edge){.key = key};
    edge->place = add_end(key, (key_end){dependant, dependant->len - 1});
    if (dependant->table)
        *table_slot(dependant, key) = dependant->len;
    index->edges++;
    return edge;
}

/* The key's end of an edge goes, and the key with its last one. */
static void remove_end(xy_live_index *index, const xy_live_edge *edge)
{
    xy_live_key *key = edge->key;
    key_end last = ends_of(key)[--key->len];

    index->edges--;
    if (!key->len) {
        remove_key(index, key);
        return;
    }
    if (edge->place != key->len) {
        ends_of(key)[edge->place] = last;
        last.dependant->edges[last.edge].place = edge->place;
    }
}

void xy__live_index_begin(xy_live_dependant *dependant)
{
    dependant->run = dependant->run + 1 == XY_LIVE_ALWAYS ? 1 : dependant->run + 1;
    dependant->cursor = 0;
    while (dependant->cursor < dependant->len &&
           dependant->edges[dependant->cursor].run == XY_LIVE_ALWAYS)
        dependant->cursor++;
}

/* Is it the edge that is expected next? */
static bool is_next(const xy_live_dependant *dependant, xy_str text)
{
    return dependant->cursor < dependant->len &&
           xy_str_eq(xy__live_key_text(dependant->edges[dependant->cursor].key), text);
}

size_t xy__live_index_tell(xy_live_index *index, xy_live_dependant *dependant, xy_str text,
                           bool always)
{
    xy_live_edge *edge;
    xy_live_key *key;
    uint32_t hash;

    text = cut(text);
    if (is_next(dependant, text)) {
        edge = &dependant->edges[dependant->cursor];
    } else {
        hash = (uint32_t)xy__hash(text);
        key = find_key(index, text, hash);
        edge = key ? find_edge(dependant, key) : NULL;
        if (!edge)
            edge = add_edge(index, dependant, key ? key : add_key(index, text, hash));
    }
    dependant->cursor = (uint32_t)(edge - dependant->edges) + 1;
    if (always) {
        edge->run = XY_LIVE_ALWAYS;
    } else if (edge->run != XY_LIVE_ALWAYS) {
        edge->run = dependant->run;
    }
    return dependant->len;
}

/* Those that stay move together, in their order. */
void xy__live_index_end(xy_live_index *index, xy_live_dependant *dependant)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < dependant->len; i++) {
        xy_live_edge *edge = &dependant->edges[i];

        if (edge->run != dependant->run && edge->run != XY_LIVE_ALWAYS) {
            remove_end(index, edge);
            continue;
        }
        ends_of(edge->key)[edge->place].edge = kept;
        dependant->edges[kept++] = *edge;
    }
    if (kept == dependant->len)
        return;
    dependant->len = kept;
    if (dependant->cap > EDGES_FIRST && 4 * kept < dependant->cap) {
        dependant->cap = dependant->cap / 2;
        dependant->edges = xy__realloc(dependant->edges, dependant->cap * sizeof *dependant->edges);
    }
    if (dependant->table)
        make_table(dependant);
}

void xy__live_index_clear(xy_live_index *index, xy_live_dependant *dependant)
{
    for (uint32_t i = 0; i < dependant->len; i++)
        remove_end(index, &dependant->edges[i]);
    free(dependant->edges);
    free(dependant->table);
    *dependant = (xy_live_dependant){.run = dependant->run};
}

void xy__live_index_hit(const xy_live_index *index, xy_str text, xy_on_live_hit *fn)
{
    xy_live_key *key = find_key(index, text, (uint32_t)xy__hash(text));

    for (uint32_t i = 0; key && i < key->len; i++)
        fn(ends_of(key)[i].dependant, key->hash);
}
