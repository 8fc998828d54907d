/* SPDX-License-Identifier: MIT */
/* Chat on the dynamic floor, for the server that is measured. */
#ifndef BENCH_ROOMS_H
#define BENCH_ROOMS_H

#include "xylem/xylem.h"

/* Bind Query.room, Mutation.sendMessage and Subscription.newMessage. Returns 0, or as xy_bind(). */
int rooms_bind(xy_schema *schema);

#endif
