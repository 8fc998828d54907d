/* SPDX-License-Identifier: MIT */
/* tests/vectors/vectors.h -- what a family of conformance vectors is, and what families share.
 *
 * A family takes one case (a line of <family>.jsonl, parsed) and answers pass, fail or skip. It
 * compares through the functions below, which leave what was expected and what came in the case
 * for the runner's -v. */
#ifndef XY_TESTS_VECTORS_H
#define XY_TESTS_VECTORS_H

#include "xylem/value.h"

#include "base/buf.h"
#include "base/errors.h"

typedef enum vector_verdict { VECTOR_PASS, VECTOR_FAIL, VECTOR_SKIP } vector_verdict;

/* One case. Everything a family makes of it may live in `arena`, which is emptied after it. */
typedef struct vector_case {
    xy_arena *arena;
    const xy_value *json; /* the line */
    bool lifts;           /* of what executes: the document is that of a text with other literals */
    xy_str what;          /* of a mismatch: which part ("errors"), for -v */
    xy_buf expected;      /* of a mismatch: as text, for -v */
    xy_buf got;
} vector_case;

typedef struct xy_vector_family {
    const char *name; /* of the file, without .jsonl */
    vector_verdict (*run)(vector_case *c);
} xy_vector_family;

/* One line a family: its file is family_<name>.c and defines vector_family_<name>. */
#define VECTOR_FAMILY_MAP(X)                                                                       \
    X(lex)                                                                                         \
    X(parse)                                                                                       \
    X(printer)                                                                                     \
    X(schema)                                                                                      \
    X(execute)                                                                                     \
    X(subscribe)                                                                                   \
    X(incremental)                                                                                 \
    X(introspection)                                                                               \
    X(coerce)                                                                                      \
    X(validate)

#define VECTOR_FAMILY_EXTERN(name) extern const xy_vector_family vector_family_##name;
VECTOR_FAMILY_MAP(VECTOR_FAMILY_EXTERN)
#undef VECTOR_FAMILY_EXTERN

/* Members of a case: NULL / the null string / the fallback when absent or of another kind. */
const xy_value *vector_get(const xy_value *object, const char *key);
xy_str vector_str(const xy_value *object, const char *key);
bool vector_bool(const xy_value *object, const char *key, bool fallback);
int64_t vector_int(const xy_value *object, const char *key, int64_t fallback);

/* The same value with numbers as the reference reads them: those beyond what a double holds
 * exactly become doubles. (Xylem is exact up to int64_t, as the reference is with BigInts.) */
xy_value vector_doubles(xy_arena *arena, const xy_value *value);

/* JSON text inside a case (value_json, variables_json) as a value in the case's arena, read as the
 * reference reads it; aborts on text that is no JSON. */
const xy_value *vector_json(vector_case *c, xy_str text);

/* Equal, with the order of object keys significant and numbers by value (1 = 1.0)? */
bool vector_same(const xy_value *a, const xy_value *b);

/* An error as the vectors write it, {message, locations?, path?}, in the arena. */
xy_value vector_error_value(xy_arena *arena, const xy_error *error);

/* All of `errors` as a list of those. */
xy_value vector_errors_value(xy_arena *arena, const xy_errors *errors);

/* The expectations. Each returns VECTOR_PASS, or VECTOR_FAIL with `what`, `expected` and `got`
 * noted in the case. `expected` may be NULL: absent. */

/* Texts, byte by byte. */
vector_verdict vector_expect_str(vector_case *c, const char *what, xy_str expected, xy_str got);
vector_verdict vector_expect_bool(vector_case *c, const char *what, bool expected, bool got);

/* Values, as vector_same(). */
vector_verdict vector_expect_value(vector_case *c, const char *what, const xy_value *expected,
                                   const xy_value *got);

/* Lists as multisets, items as vector_same(). An absent list is an empty one. */
vector_verdict vector_expect_multiset(vector_case *c, const char *what, const xy_value *expected,
                                      const xy_value *got);

/* Errors as a multiset: message, locations in order and path of each exactly. */
vector_verdict vector_expect_errors(vector_case *c, const char *what, const xy_value *expected,
                                    const xy_errors *got);

/* A failure told in words: for what does not fit the above. Returns VECTOR_FAIL. */
vector_verdict vector_fail(vector_case *c, const char *what, xy_str expected, xy_str got);

/* Does the document of this case hold an empty selection set that our grammar refuses and the
 * reference accepts, so that the case is not for us? `errors` is what our parser said of it. */
bool vector_is_empty_selection(const vector_case *c, xy_str document, const xy_errors *errors);

#endif
