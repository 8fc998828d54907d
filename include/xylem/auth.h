/* SPDX-License-Identifier: MIT */
/* xylem/auth.h -- who may have a field: directives of the SDL that the engine obeys; and tokens
 * that say who asks.
 *
 *   type Query {
 *     news: [Post!]! @skipAuth
 *     drafts: [Post!]! @requireAuth
 *     audit: [Entry!]! @requireAuth(roles: ["admin", "auditor"])
 *   }
 *
 * @requireAuth lets a user pass who is signed in and, where there are roles, has one of them. Else
 * the field fails with UNAUTHENTICATED "You don't have permission to do that." or FORBIDDEN "You
 * don't have access to do that.". It is asked before the field's resolver is called or its member
 * read, before the source of a subscription is opened, again for each of its events, and in every
 * run of a live query: always as the client whose operation it is. @skipAuth says that a field is
 * open on purpose.
 *
 * A directive on a field of an interface counts for the types that implement it, unless their own
 * field bears the same (or @skipAuth, for @requireAuth).
 *
 * Both are defined where the SDL uses them and does not define them itself. */
#ifndef XYLEM_AUTH_H
#define XYLEM_AUTH_H

#include "xylem/identity.h"

/* ---- directives of the application's own ---- */

/* May this call be made? `arguments` are those of the directive at the field, an OBJECT; those of
 * the field are at `call`. Returns XY_OK, or the error that the field ends with: `return
 * xy_fail_code(call, "FORBIDDEN", …)`. What it asks of xy_signed_in() and its like is a fact of the
 * request as in a resolver. Another thing that it depends on must not change while a live query or
 * a subscription is open, or has to be invalidated. */
typedef int xy_validator(xy_call *call, const xy_value *arguments);

/* Changes *value, what the field resolved to, before it is completed; not called when it failed,
 * nor for a list whose items are pushed. Returns as an xy_validator. */
typedef int xy_transformer(xy_call *call, const xy_value *arguments, xy_result *value);

/* Ask `validator` before each field that bears `directive`, in the order in which the directives
 * stand there. For "requireAuth", in place of the engine's own rule. Returns XY_ENOTFOUND when the
 * schema does not define the directive, XY_EEXIST when it is bound, XY_EINVAL when its arguments at
 * a field are not what its definition says. */
XY_API int xy_bind_validator(xy_schema *schema, const char *directive, xy_validator *validator);

/* Let `transformer` change the values of each field that bears `directive`. Returns as
 * xy_bind_validator(). */
XY_API int xy_bind_transformer(xy_schema *schema, const char *directive,
                               xy_transformer *transformer);

#endif
