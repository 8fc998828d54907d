/* SPDX-License-Identifier: MIT */
/* base/poison.h -- tells AddressSanitizer which bytes of a block nobody may touch, so that it
 * sees overruns inside an arena too. Without the sanitizer all of this is nothing. */
#ifndef XY_BASE_POISON_H
#define XY_BASE_POISON_H

#include <stddef.h>

#if defined(__SANITIZE_ADDRESS__)
#define XY_POISON 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define XY_POISON 1
#endif
#endif

#ifdef XY_POISON

#include <sanitizer/asan_interface.h>

/* Bytes between two neighbours that belong to neither. */
#define XY_POISON_GAP ((size_t)8)

static inline void xy__poison(void *ptr, size_t size)
{
    __asan_poison_memory_region(ptr, size);
}

static inline void xy__unpoison(void *ptr, size_t size)
{
    __asan_unpoison_memory_region(ptr, size);
}

#else

#define XY_POISON_GAP ((size_t)0)

static inline void xy__poison(void *ptr, size_t size)
{
    (void)ptr;
    (void)size;
}

static inline void xy__unpoison(void *ptr, size_t size)
{
    (void)ptr;
    (void)size;
}

#endif

#endif
