/* SPDX-License-Identifier: MIT */
/* base/fatal.h -- programmer errors and exhausted memory: both end the process, loudly.
 *
 * XY_ASSERT is always on. Allocation never returns NULL: what memory a client can make us use is
 * bounded elsewhere, by named limits, so running out is not an error that a caller could handle. */
#ifndef XY_BASE_FATAL_H
#define XY_BASE_FATAL_H

#include <stddef.h>

#include "xylem/macros.h"

/* Abort with the expression and place when `x` is false: the *program* is wrong, not its input. */
#define XY_ASSERT(x) (XY_LIKELY(x) ? (void)0 : xy__assert_failed(#x, __FILE__, __LINE__, __func__))

XY_NORETURN void xy__assert_failed(const char *expression, const char *file, int line,
                                   const char *function);

/* Print "fatal: <message>" to standard error and abort. */
XY_NORETURN void xy__fatal(const char *fmt, ...) XY_PRINTF(1, 2);

/* Called with the size that could not be had; must not return. NULL restores the default, which
 * aborts. */
typedef void xy_on_out_of_memory(size_t size);
void xy__set_out_of_memory(xy_on_out_of_memory *hook);

/* As malloc, calloc, realloc; never NULL. `size` 0 gives a pointer that may be freed. gives:
 * memory for free(). */
void *xy__malloc(size_t size);
void *xy__zalloc(size_t size);
void *xy__realloc(void *ptr, size_t size);

#endif
