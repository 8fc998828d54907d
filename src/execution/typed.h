/* SPDX-License-Identifier: MIT */
/* execution/typed.h -- C structs as JSON, and back. The public side is xylem/generated.h. */
#ifndef XY_EXECUTION_TYPED_H
#define XY_EXECUTION_TYPED_H

#include "xylem/generated.h"

#include "base/buf.h"

/* Nested objects and lists of a struct that is written. */
#define XY_TYPED_DEPTH_MAX 64u

/* Append what `slot` reads from `object`, with all members that its layouts know. Returns XY_OK;
 * XY_ELIMIT when it is too deep or the buffer full: what was appended is of no use then. */
int xy__typed_write(xy_buf *buf, const xy_slot *slot, const void *object);

/* `size` cleared bytes of `memory`. */
typedef void *xy_typed_alloc(void *memory, size_t size);

/* Fill the struct `out` of `layout` from the members of `object` (NULL: none). What is not there or
 * of another kind is null or zero. What `out` points to comes from `alloc`, or is `object`'s. */
void xy__typed_read(xy_typed_alloc *alloc, void *memory, const xy_layout *layout,
                    const xy_value *object, void *out);

#endif
