/* SPDX-License-Identifier: MIT */
#ifndef EXAMPLE_ROOMS_H
#define EXAMPLE_ROOMS_H

#include "xylem/xylem.h"

/* Bind Query.room and Mutation.sendMessage alone. Returns 0, or as xy_bind(). */
int rooms_bind_resolvers(xy_schema *schema);

/* Bind the fields of graphql/rooms.graphql. Returns 0, or as xy_bind(). */
int rooms_bind(xy_schema *schema);

#endif
