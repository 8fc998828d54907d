/* SPDX-License-Identifier: MIT */
/* execution/share.h -- operations of which equal ones are one: the same plan, the same literals and
 * values of variables.
 *
 * A shared operation lives long and there may be very many, so it is a compact copy of the first
 * one, without anything of a client's. Loop's thread only. */
#ifndef XY_EXECUTION_SHARE_H
#define XY_EXECUTION_SHARE_H

#include "execution/exec.h"

/* The shared operation that is equal to `operation`, a prepared one which may lose its plan to it.
 * takes: the reference to `operation`. gives: one reference. */
xy_operation *xy__operation_share(xy_operation *operation);

/* The document of this text whose operations are shared at present: whoever else asks for the same
 * is to have the same document, or would not be found to be equal. gives: one reference; NULL:
 * there is none. */
xy_document *xy__shared_document(const xy_executor *executor, xy_str text);

/* A shared operation goes. */
void xy__operation_unshare(xy_operation *operation);

void xy__shares_init(xy_shares *shares);

/* No shared operation may be left. */
void xy__shares_deinit(xy_shares *shares);

#endif
