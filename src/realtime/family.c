/* SPDX-License-Identifier: MIT */
/* realtime/family.c -- facts -> key -> cohort.
 *
 * The key of a cohort is the text of all known facts as its kin's runs would read them.
 *
 * Invariants
 *   1. No two cohorts of a family have the same key, and each of a family's kin is in the cohort
 *      whose key is its own; but for identities that have expired since, which are looked at
 *      before a run, and for facts learned since the last sorting.
 *   2. A cohort is in the family exactly while it has kin; while a caller of xy__cohort_settle() or
 *      xy__cohort_prepare() holds on to one, also without.
 *   3. Facts are only ever added. Where too many are known, keys are the kin's own addresses.
 *   4. A cohort whose run is in flight holds nobody who differs, in a fact that is known, from the
 *      one as whom it is executed, wherever that one is now. */
#include "realtime/family.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/fatal.h"

typedef struct fact {
    xy_fact_kind kind;
    xy_str name;
} fact;

struct xy_family_facts {
    XY_VEC(fact) all;
    size_t known;   /* the first of them; the others are learned at the next sorting */
    xy_map cohorts; /* by key */
    xy_buf key;     /* of who is looked at */
    bool apart;     /* too many facts: nobody shares */
};

void xy__family_init(xy_family *family, const xy_family_ops *ops)
{
    *family = (xy_family){.ops = ops};
    xy__list_init(&family->cohorts);
}

void xy__family_deinit(xy_family *family)
{
    xy_family_facts *facts = family->facts;

    XY_ASSERT(xy__family_empty(family));
    if (!facts)
        return;
    for (size_t i = 0; i < facts->all.len; i++)
        free((char *)(uintptr_t)facts->all.items[i].name.ptr);
    free(facts->all.items);
    xy__map_deinit(&facts->cohorts);
    xy__buf_deinit(&facts->key);
    free(facts);
    family->facts = NULL;
}

/* ---- keys ---- */

static xy_str key_in(const xy_cohort *cohort)
{
    return (xy_str){cohort->key, cohort->key_len};
}

static xy_str copy(xy_str text)
{
    char *ptr = xy__malloc(text.len ? text.len : 1);

    if (text.len)
        memcpy(ptr, text.ptr, text.len);
    return (xy_str){ptr, text.len};
}

/* Does anything tell the kin apart? */
static bool has_keys(const xy_family *family)
{
    return family->facts && (family->facts->known || family->facts->apart);
}

/* What runs would read for `identity`, valid until the next call; null where nothing is known. */
static xy_str key_of(xy_family *family, const xy_kin *kin, const xy_identity *identity)
{
    xy_family_facts *facts = family->facts;

    if (!has_keys(family))
        return XY_STR_NULL;
    xy__buf_reset(&facts->key, SIZE_MAX);
    if (facts->apart && kin)
        xy__buf_append(&facts->key, &kin, sizeof kin);
    for (size_t i = 0; !facts->apart && i < facts->known; i++)
        xy__fact_write(&facts->key, facts->all.items[i].kind, facts->all.items[i].name, identity);
    return xy__buf_view(&facts->key);
}

static xy_str key_of_kin(xy_kin *kin, xy_family *family)
{
    return key_of(family, kin, xy__identity_now(kin->identity));
}

static void set_key(xy_cohort *cohort, xy_str key)
{
    xy_family_facts *facts = cohort->family->facts;

    if (!has_keys(cohort->family))
        return;
    free(cohort->key);
    cohort->key = (char *)(uintptr_t)copy(key).ptr;
    cohort->key_len = (uint32_t)key.len;
    xy__map_put(&facts->cohorts, key_in(cohort), cohort);
}

/* ---- cohorts ---- */

static xy_cohort *create_cohort(xy_family *family, xy_str key)
{
    xy_cohort *cohort = family->ops->create(family);

    cohort->family = family;
    cohort->size = 0;
    cohort->expires_s = 0;
    cohort->spoken = false;
    cohort->identity = NULL;
    cohort->key = NULL;
    cohort->key_len = 0;
    xy__list_init(&cohort->kin);
    xy__list_append(&family->cohorts, &cohort->link);
    set_key(cohort, key);
    return cohort;
}

void xy__cohort_release(xy_cohort *cohort)
{
    xy_family *family = cohort->family;

    if (cohort->size > 0)
        return;
    if (cohort->key && xy__map_get(&family->facts->cohorts, key_in(cohort)) == cohort)
        xy__map_del(&family->facts->cohorts, key_in(cohort));
    xy__list_remove(&cohort->link);
    xy__identity_unref(cohort->identity);
    free(cohort->key);
    family->ops->destroy(cohort);
}

static xy_cohort *find_cohort(xy_family *family, xy_str key)
{
    if (has_keys(family))
        return xy__map_get(&family->facts->cohorts, key);
    return xy__family_empty(family) ? NULL : XY_CONTAINER(family->cohorts.next, xy_cohort, link);
}

static void put(xy_cohort *cohort, xy_kin *kin)
{
    const xy_identity *identity = kin->identity;
    int64_t expires_s = identity && xy__identity_now(kin->identity) ? identity->expires_s : 0;

    kin->cohort = cohort;
    xy__list_append(&cohort->kin, &kin->link);
    cohort->size++;
    if (expires_s && (!cohort->expires_s || expires_s < cohort->expires_s))
        cohort->expires_s = expires_s;
}

static void take(xy_kin *kin)
{
    xy__list_remove(&kin->link);
    kin->cohort->size--;
}

static void place(xy_family *family, xy_kin *kin)
{
    xy_str key = key_of_kin(kin, family);
    xy_cohort *cohort = find_cohort(family, key);

    put(cohort ? cohort : create_cohort(family, key), kin);
}

void xy__family_join(xy_family *family, xy_kin *kin, xy_identity *identity)
{
    kin->identity = xy__identity_ref(identity);
    place(family, kin);
}

void xy__family_leave(xy_kin *kin)
{
    xy_cohort *cohort = kin->cohort;

    if (!cohort)
        return;
    take(kin);
    kin->cohort = NULL;
    xy__identity_unref(kin->identity);
    kin->identity = NULL;
    xy__cohort_release(cohort);
}

static void move(xy_kin *kin)
{
    xy_cohort *from = kin->cohort;

    take(kin);
    place(from->family, kin);
    from->family->ops->moved(kin, from);
}

/* Whose key is not the cohort's moves. */
static void sort_cohort(xy_cohort *cohort)
{
    xy_link *link = cohort->kin.next;

    while (link != &cohort->kin) {
        xy_kin *kin = XY_CONTAINER(link, xy_kin, link);

        link = link->next;
        if (!xy_str_eq(key_of_kin(kin, cohort->family), key_in(cohort)))
            move(kin);
    }
}

/* ---- facts ---- */

static xy_family_facts *begin_facts(xy_family *family)
{
    xy_family_facts *facts = xy__zalloc(sizeof *facts);

    xy__map_init(&facts->cohorts, NULL);
    xy__buf_init(&facts->key, SIZE_MAX);
    family->facts = facts;
    return facts;
}

void xy__family_learn(xy_family *family, xy_fact_kind kind, xy_str name)
{
    xy_family_facts *facts = family->facts ? family->facts : begin_facts(family);

    for (size_t i = 0; i < facts->all.len; i++)
        if (facts->all.items[i].kind == kind && xy_str_eq(facts->all.items[i].name, name))
            return;
    /* One too many is enough to know that there are. */
    if (facts->all.len <= XY_FAMILY_FACTS_MAX)
        *xy_vec_push(NULL, &facts->all) = (fact){kind, copy(name)};
}

/* One of the cohort's own, who stands for it. Where each is on its own that is the one as whom its
 * last run was executed, if it is still there. */
static const xy_kin *spokesman(const xy_cohort *cohort)
{
    bool apart = cohort->family->facts->apart;

    for (xy_link *link = cohort->kin.next; link != &cohort->kin; link = link->next) {
        const xy_kin *kin = XY_CONTAINER(link, xy_kin, link);

        if (!apart || !cohort->spoken || kin->identity == cohort->identity)
            return kin;
    }
    return NULL;
}

/* Those who differ are still in it. A key that is taken already leaves the cohort without one: all
 * of it moves. */
static void rename_cohort(xy_cohort *cohort)
{
    xy_family *family = cohort->family;
    const xy_kin *kin = spokesman(cohort);
    xy_identity *identity = cohort->identity;
    xy_str key;

    if (!cohort->spoken && kin)
        identity = xy__identity_now(kin->identity);
    free(cohort->key);
    cohort->key = NULL;
    cohort->key_len = 0;
    if (!kin)
        return;
    key = key_of(family, kin, identity);
    if (!xy__map_get(&family->facts->cohorts, key))
        set_key(cohort, key);
}

static void rename_cohorts(xy_family *family, xy_cohort *keep)
{
    xy__map_deinit(&family->facts->cohorts);
    xy__map_init(&family->facts->cohorts, NULL);
    rename_cohort(keep);
    for (xy_link *link = family->cohorts.next; link != &family->cohorts; link = link->next) {
        xy_cohort *cohort = XY_CONTAINER(link, xy_cohort, link);

        if (cohort != keep)
            rename_cohort(cohort);
    }
}

static void sort_family(xy_family *family, xy_cohort *keep)
{
    xy_family_facts *facts = family->facts;
    xy_link *link;

    facts->known = facts->all.len;
    facts->apart = facts->known > XY_FAMILY_FACTS_MAX;
    rename_cohorts(family, keep);
    link = family->cohorts.next;
    /* Cohorts that are made on the way stand behind, and have nobody to move. */
    while (link != &family->cohorts) {
        xy_cohort *cohort = XY_CONTAINER(link, xy_cohort, link);

        sort_cohort(cohort);
        link = link->next;
        if (cohort != keep)
            xy__cohort_release(cohort);
    }
}

/* ---- identities that expire ---- */

static bool is_due(const xy_cohort *cohort)
{
    return cohort->expires_s && xy__identity_clock_s() >= cohort->expires_s;
}

static void let_expired_move(xy_cohort *cohort)
{
    int64_t now_s = xy__identity_clock_s();

    sort_cohort(cohort);
    cohort->expires_s = 0;
    for (xy_link *link = cohort->kin.next; link != &cohort->kin; link = link->next) {
        const xy_identity *identity = XY_CONTAINER(link, xy_kin, link)->identity;

        if (identity && identity->expires_s > now_s &&
            (!cohort->expires_s || identity->expires_s < cohort->expires_s))
            cohort->expires_s = identity->expires_s;
    }
}

bool xy__cohort_prepare(xy_cohort *cohort)
{
    xy_kin *first;

    if (is_due(cohort))
        let_expired_move(cohort);
    if (!cohort->size)
        return false;
    first = XY_CONTAINER(cohort->kin.next, xy_kin, link);
    xy__identity_unref(cohort->identity);
    cohort->identity = xy__identity_ref(xy__identity_now(first->identity));
    cohort->spoken = true;
    return true;
}

void xy__cohort_settle(xy_cohort *cohort)
{
    xy_family *family = cohort->family;

    if (family->facts && family->facts->known < family->facts->all.len)
        sort_family(family, cohort);
    if (is_due(cohort))
        let_expired_move(cohort);
}
