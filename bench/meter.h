/* SPDX-License-Identifier: MIT */
/* What an operation costs: CPU time, instructions, memory from the system. */
#ifndef BENCH_METER_H
#define BENCH_METER_H

#include <stdbool.h>
#include <stddef.h>

typedef void meter_fn(void *arg);

typedef struct meter {
    unsigned rounds;    /* of which the median counts */
    double round_ms;    /* CPU time of one */
    int instruction_fd; /* of the kernel's counter; -1: there is none here */
} meter;

/* Of one call. */
typedef struct meter_reading {
    double us;           /* CPU time */
    double spread;       /* of the rounds: slowest to fastest, relative to `us` */
    double instructions; /* in user space; negative: not available here */
    double allocations;  /* calls of malloc, calloc and realloc */
} meter_reading;

/* Asks the kernel for a counter of instructions. */
void meter_init(meter *m, unsigned rounds, double round_ms);
void meter_deinit(meter *m);

/* Call `fn` until caches and spare memory are warm, then some rounds, and read. */
meter_reading meter_read(const meter *m, meter_fn *fn, void *arg);

/* Call `fn` `count` times. A function of its own, so that callgrind can be told to count what
 * happens inside and nothing else: --toggle-collect=meter_repeat. */
void meter_repeat(meter_fn *fn, void *arg, size_t count);

/* Calls of malloc, calloc and realloc so far; the program is linked with --wrap for them. */
size_t meter_allocations(void);

#endif
