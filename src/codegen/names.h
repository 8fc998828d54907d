/* SPDX-License-Identifier: MIT */
/* codegen/names.h -- names of the schema in C: those that C has taken, those that meet. */
#ifndef XY_CODEGEN_NAMES_H
#define XY_CODEGEN_NAMES_H

#include "codegen/model.h"

/* `name` as that of a member: with an underscore behind it when it is a keyword or macro of C. */
xy_str xy__gen_member_name(xy_gen_model *model, xy_str name);

/* `name` as that of a parameter beside `at`, `app` and `payload`, likewise. */
xy_str xy__gen_key_name(xy_gen_model *model, xy_str name);

/* The global name `name`, with the model's prefix; made for `node`, which messages point to. An
 * error when C or another part of the schema has that name. */
xy_str xy__gen_global(xy_gen_model *model, xy_str name, const xy_node *node);

/* An error for each two members of one name in C. */
void xy__gen_check_members(xy_gen_model *model, const xy_gen_struct *of, const xy_node *node);

#endif
