/* SPDX-License-Identifier: MIT */
#include "validation/selection_walk.h"

#include "schema/doc_rule.h"

void xy__selection_walk_init(xy_selection_walk *walk, xy_arena *arena,
                             const xy_ast_selection_set *set)
{
    *walk = (xy_selection_walk){.arena = arena};
    *xy_vec_push(arena, &walk->levels) = (xy_selection_level){.set = set};
}

const xy_node *xy__selection_walk_next(xy_selection_walk *walk)
{
    while (walk->levels.len) {
        xy_selection_level *level = &walk->levels.items[walk->levels.len - 1];

        if (level->next < level->set->selections.len)
            return level->set->selections.items[level->next++];
        walk->levels.len--;
    }
    return NULL;
}

xy_selection_level *xy__selection_walk_into(xy_selection_walk *walk, const xy_node *owner,
                                            const xy_ast_selection_set *set)
{
    xy_selection_level around = *xy__selection_walk_level(walk);
    xy_selection_level *level = xy_vec_push(walk->arena, &walk->levels);

    *level = (xy_selection_level){
        .owner = owner,
        .set = set,
        .tag = around.tag,
        .depth = around.depth,
    };
    return level;
}

const xy_ast_directive *xy__selection_directive(const xy_node *selection, const char *name)
{
    xy_ast_directives directives = xy__node_directives(selection);

    for (size_t i = 0; i < directives.len; i++) {
        if (xy_str_is(directives.items[i]->name->value, name))
            return directives.items[i];
    }
    return NULL;
}

const xy_ast_value *xy__directive_argument(const xy_ast_directive *directive, const char *name)
{
    for (size_t i = 0; i < directive->arguments.len; i++) {
        if (xy_str_is(directive->arguments.items[i]->name->value, name))
            return directive->arguments.items[i]->value;
    }
    return NULL;
}
