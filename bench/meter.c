/* SPDX-License-Identifier: MIT */
#include "meter.h"

#include <linux/perf_event.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define WARM_UP    20u
#define ROUNDS_MAX 64u

/* ---- memory from the system ---- */

static size_t allocations;

/* Names that the linker's --wrap gives. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *ptr, size_t size);

void *__wrap_malloc(size_t size)
{
    allocations++;
    return __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    return __real_calloc(count, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
    allocations++;
    return __real_realloc(ptr, size);
}

size_t meter_allocations(void)
{
    return allocations;
}

/* ---- the kernel's counters ---- */

static double cpu_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

void meter_init(meter *m, unsigned rounds, double round_ms)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof attr,
        .config = PERF_COUNT_HW_INSTRUCTIONS,
        .exclude_kernel = 1,
        .exclude_hv = 1,
    };

    m->rounds = rounds && rounds < ROUNDS_MAX ? rounds : ROUNDS_MAX;
    m->round_ms = round_ms;
    m->instruction_fd = (int)syscall(SYS_perf_event_open, &attr, 0, -1, -1, PERF_FLAG_FD_CLOEXEC);
}

void meter_deinit(meter *m)
{
    if (m->instruction_fd >= 0)
        close(m->instruction_fd);
    m->instruction_fd = -1;
}

static double instructions_now(const meter *m)
{
    uint64_t count = 0;

    if (m->instruction_fd < 0 || read(m->instruction_fd, &count, sizeof count) != sizeof count)
        return -1;
    return (double)count;
}

/* ---- reading ---- */

void meter_repeat(meter_fn *fn, void *arg, size_t count)
{
    for (size_t i = 0; i < count; i++)
        fn(arg);
}

/* How many calls take a round's time. */
static size_t calls_of_round(const meter *m, meter_fn *fn, void *arg)
{
    for (size_t count = 1;; count *= 2) {
        double start = cpu_us();
        double took;

        meter_repeat(fn, arg, count);
        took = cpu_us() - start;
        if (took > m->round_ms * 1e3 / 8)
            return (size_t)((double)count * m->round_ms * 1e3 / took) + 1;
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a;
    double y = *(const double *)b;

    return (x > y) - (x < y);
}

meter_reading meter_read(const meter *m, meter_fn *fn, void *arg)
{
    double rounds[ROUNDS_MAX];
    meter_reading reading = {.instructions = -1};
    size_t calls;
    size_t allocated;
    double instructions;

    meter_repeat(fn, arg, WARM_UP);
    calls = calls_of_round(m, fn, arg);
    allocated = allocations;
    instructions = instructions_now(m);
    for (unsigned i = 0; i < m->rounds; i++) {
        double start = cpu_us();

        meter_repeat(fn, arg, calls);
        rounds[i] = (cpu_us() - start) / (double)calls;
    }
    if (instructions >= 0)
        reading.instructions =
            (instructions_now(m) - instructions) / ((double)calls * (double)m->rounds);
    reading.allocations = (double)(allocations - allocated) / ((double)calls * (double)m->rounds);
    qsort(rounds, m->rounds, sizeof *rounds, compare);
    reading.us = rounds[m->rounds / 2];
    reading.spread = (rounds[m->rounds - 1] - rounds[0]) / reading.us;
    return reading;
}
