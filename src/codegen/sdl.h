/* SPDX-License-Identifier: MIT */
/* codegen/sdl.h -- the SDL that a generator reads, and the one that clients may see: merged,
 * without @computed, @later, @blocking and @topic, which are between the SDL's author and the
 * generator. */
#ifndef XY_CODEGEN_SDL_H
#define XY_CODEGEN_SDL_H

#include "base/buf.h"
#include "schema/types.h"

/* xy__schema_load(); those four are defined where the SDL does not define them. */
int xy__gen_sdl_load(const xy_schema_options *options, xy_schema **out, xy_errors *errors);

/* Append the SDL that a program embeds. What the loader adds by itself is not there. */
void xy__gen_sdl_print(xy_buf *out, const xy_schema *schema);

#endif
