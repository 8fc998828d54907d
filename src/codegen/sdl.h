/* SPDX-License-Identifier: MIT */
/* codegen/sdl.h -- the SDL that a generator reads, and the one that clients may see: merged,
 * without @computed, @later, @blocking and @topic, which are between the SDL's author and the
 * generator. */
#ifndef XY_CODEGEN_SDL_H
#define XY_CODEGEN_SDL_H

#include "base/buf.h"
#include "schema/types.h"

/* xy__schema_load() of `files`; those four are defined where the SDL does not define them. */
int xy__gen_sdl_load(const xy_sdl *files, size_t count, xy_schema **out, xy_errors *errors);

/* Append the SDL of `schema` that a program embeds. */
void xy__gen_sdl_print(xy_buf *out, const xy_schema *schema);

#endif
