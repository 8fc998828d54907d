/* SPDX-License-Identifier: MIT */
#include "base/fatal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void out_of_memory_default(size_t size)
{
    fprintf(stderr, "fatal: out of memory (%zu bytes wanted)\n", size);
    abort();
}

static xy_on_out_of_memory *on_out_of_memory = out_of_memory_default;

void xy__assert_failed(const char *expression, const char *file, int line, const char *function)
{
    fprintf(stderr, "fatal: assertion failed: %s (%s:%d, %s)\n", expression, file, line, function);
    abort();
}

void xy__fatal(const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    fprintf(stderr, "fatal: %s\n", text);
    abort();
}

void xy__set_out_of_memory(xy_on_out_of_memory *hook)
{
    on_out_of_memory = hook ? hook : out_of_memory_default;
}

static void *or_die(void *ptr, size_t size)
{
    if (XY_UNLIKELY(!ptr)) {
        on_out_of_memory(size);
        abort();
    }
    return ptr;
}

void *xy__malloc(size_t size)
{
    return or_die(malloc(size ? size : 1), size);
}

void *xy__zalloc(size_t size)
{
    return or_die(calloc(1, size ? size : 1), size);
}

void *xy__realloc(void *ptr, size_t size)
{
    return or_die(realloc(ptr, size ? size : 1), size);
}
