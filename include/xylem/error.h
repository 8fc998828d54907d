/* SPDX-License-Identifier: MIT */
/* xylem/error.h -- the codes of operating errors, one list for names, numbers and texts.
 *
 * A function that can fail returns 0 (XY_OK) or one of these negative numbers. What a *user* of
 * the API did wrong (a bad query, a resolver that says no) is not a code but an error value in
 * the result, see xylem/call.h. */
#ifndef XYLEM_ERROR_H
#define XYLEM_ERROR_H

#include "xylem/macros.h"

#define XY_ERR_MAP(X)                                                                              \
    X(EINVAL, -1, "invalid argument")                                                              \
    X(ELIMIT, -2, "a configured limit was reached")                                                \
    X(ESYNTAX, -3, "syntax error")                                                                 \
    X(EFAILED, -4, "the operation failed; its errors say why")                                     \
    X(ENOTFOUND, -5, "not found")                                                                  \
    X(EEXIST, -6, "exists already")                                                                \
    X(ECLOSED, -7, "closed")                                                                       \
    X(EFULL, -8, "full; try again when ready")                                                     \
    X(EINUSE, -9, "address already in use")                                                        \
    X(EACCESS, -10, "permission denied")                                                           \
    X(EIO, -11, "input or output error")                                                           \
    X(EUTF8, -12, "invalid UTF-8")                                                                 \
    X(ESTATE, -13, "not allowed in this state")                                                    \
    X(ETIMEDOUT, -14, "timed out")                                                                 \
    X(EUNAVAILABLE, -15, "not available now")                                                      \
    X(EREFUSED, -16, "more than the server is willing to do")

typedef enum xy_err {
    XY_OK = 0,
#define XY_ERR_ENUM(name, number, text) XY_##name = (number),
    XY_ERR_MAP(XY_ERR_ENUM)
#undef XY_ERR_ENUM
} xy_err;

/* The short name ("XY_ELIMIT") of a code; "XY_E?" for a number that is none. Static storage. */
XY_API const char *xy_err_name(int code);

/* One phrase in English for a code ("a configured limit was reached"). Static storage. */
XY_API const char *xy_err_text(int code);

#endif
