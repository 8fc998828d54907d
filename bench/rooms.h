/* SPDX-License-Identifier: MIT */
#ifndef BENCH_ROOMS_H
#define BENCH_ROOMS_H

/* Chat on the dynamic floor, for the server that is measured and the one that is tested. */
#include "xylem/xylem.h"

/* Bind Query.room and Mutation.sendMessage alone. Returns 0, or as xy_bind(). */
int rooms_bind_resolvers(xy_schema *schema);

/* Bind these and Subscription.newMessage. Returns 0, or as xy_bind(). */
int rooms_bind(xy_schema *schema);

#endif
