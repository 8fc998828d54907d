/* SPDX-License-Identifier: MIT */
/* xylem/macros.h -- the compiler attributes Xylem uses, under its own names. */
#ifndef XYLEM_MACROS_H
#define XYLEM_MACROS_H

#define XY_API                __attribute__((visibility("default")))
#define XY_PRINTF(fmt, first) __attribute__((format(printf, fmt, first)))
#define XY_NORETURN           __attribute__((noreturn))
#define XY_MUST_USE           __attribute__((warn_unused_result))
#define XY_UNUSED             __attribute__((unused))
#define XY_LIKELY(x)          __builtin_expect(!!(x), 1)
#define XY_UNLIKELY(x)        __builtin_expect(!!(x), 0)

#endif
