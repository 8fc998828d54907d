/* SPDX-License-Identifier: MIT */
/* realtime/family.h -- clients of one operation, sorted by what its runs can tell apart.
 *
 *   family     those who share an operation: the same plan, the same values of its variables
 *     cohort   those for whom every fact that a run has read so far is the same
 *       kin    one client, with the identity that it came with
 *
 * One run serves a cohort. What makes this safe is that a run tells which facts of its request it
 * reads (execution/watch.h): a family learns them, and is sorted anew when it has learned one.
 * Nobody is told to declare anything.
 *
 * Loop's thread only. */
#ifndef XY_REALTIME_FAMILY_H
#define XY_REALTIME_FAMILY_H

#include "base/list.h"
#include "base/map.h"
#include "base/vec.h"
#include "execution/watch.h"

/* A family that has learned so many facts shares nothing any more: everyone is a cohort. */
#define XY_FAMILY_FACTS_MAX ((size_t)64)

typedef struct xy_family xy_family;
typedef struct xy_cohort xy_cohort;
typedef struct xy_kin xy_kin;
typedef struct xy_family_facts xy_family_facts;

typedef struct xy_family_ops {
    /* A cohort, embedded in something; xy__cohort_init() is called on it afterwards. */
    xy_cohort *(*create)(xy_family *family);
    /* Its last kin has gone. takes: cohort, which is in no table any more. */
    void (*destroy)(xy_cohort *cohort);
    /* A kin has come from another cohort, which may be empty now, but is still there. */
    void (*moved)(xy_kin *kin, xy_cohort *from);
} xy_family_ops;

/* Embed it. */
struct xy_family {
    const xy_family_ops *ops;
    xy_link cohorts;
    xy_family_facts *facts; /* NULL: none is known, so there is one cohort at most */
};

/* Embed it. */
struct xy_cohort {
    xy_family *family;
    xy_link link; /* in family->cohorts */
    xy_link kin;
    xy_identity *identity; /* for whom its last run was executed, who may have left; a reference */
    int64_t expires_s;     /* when the first of its identities does; 0: none does */
    char *key;             /* what its kin agree on; NULL: nothing is known */
    uint32_t key_len;
    uint32_t size : 31;
    uint32_t spoken : 1; /* there was a run */
};

/* Embed it; all zero is one that has joined nothing. */
struct xy_kin {
    xy_link link; /* in cohort->kin */
    xy_cohort *cohort;
    xy_identity *identity; /* a reference, or NULL: anonymous */
};

/* An empty family. */
void xy__family_init(xy_family *family, const xy_family_ops *ops);

/* Every kin must have left. */
void xy__family_deinit(xy_family *family);

static inline bool xy__family_empty(const xy_family *family)
{
    return xy__list_empty(&family->cohorts);
}

/* Put `kin` into the cohort where it belongs. shares: identity (NULL: anonymous). keeps: kin, until
 * it leaves. */
void xy__family_join(xy_family *family, xy_kin *kin, xy_identity *identity);

/* Take it out; a cohort without kin is destroyed. Harmless when it has joined nothing. */
void xy__family_leave(xy_kin *kin);

/* A run has read a fact. Nobody is told apart by it before some run of the family is over. */
void xy__family_learn(xy_family *family, xy_fact_kind kind, xy_str name);

/* Before a run: whoever's identity has expired moves to where the anonymous are, and the cohort has
 * an identity to run as. False when nobody is left in it; it is not destroyed. */
bool xy__cohort_prepare(xy_cohort *cohort);

/* A run is over, its result not given yet. What the runs of the family have learned is known from
 * now on: whoever differs in it moves elsewhere; in each cohort those stay for whom its last run
 * holds, which may be in flight. And whoever's identity has expired meanwhile moves, too. The
 * cohort itself is not destroyed, whoever is left. */
void xy__cohort_settle(xy_cohort *cohort);

/* Destroy the cohort if it has no kin. */
void xy__cohort_release(xy_cohort *cohort);

#endif
