/* SPDX-License-Identifier: MIT */
/* schema/rules/members.h -- the names of the members that a document gives each type, in its
 * definition and in its extensions. */
#ifndef XY_SCHEMA_RULES_MEMBERS_H
#define XY_SCHEMA_RULES_MEMBERS_H

#include "schema/doc_rule.h"

typedef struct xy_members {
    xy_map by_type; /* -> xy_map of names -> xy_ast_name */
} xy_members;

/* The members of `type` that were met up to now. */
static inline xy_map *xy__members_of(xy_members *members, xy_arena *arena, xy_str type)
{
    xy_map *names;

    if (!members->by_type.arena)
        xy__map_init(&members->by_type, arena);
    names = xy__map_get(&members->by_type, type);
    if (!names) {
        names = XY_ARENA_NEW(arena, xy_map);
        xy__map_init(names, arena);
        xy__map_put(&members->by_type, type, names);
    }
    return names;
}

/* One more member; returns the first one of that name if there was one. */
static inline const xy_ast_name *xy__members_add(xy_map *names, xy_ast_name *name)
{
    const xy_ast_name *known = xy__map_get(names, name->value);

    if (!known)
        xy__map_put(names, name->value, name);
    return known;
}

#endif
