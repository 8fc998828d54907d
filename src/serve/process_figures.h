/* SPDX-License-Identifier: MIT */
/* serve/process_figures.h -- what the operating system says of this process. */
#ifndef XY_SERVE_PROCESS_FIGURES_H
#define XY_SERVE_PROCESS_FIGURES_H

#include <stdint.h>

typedef struct xy_process_figures {
    uint64_t cpu_us; /* user and system time of all threads */
    uint64_t resident_bytes;
    uint64_t virtual_bytes;
    uint64_t open_fds;
    uint64_t fds_max; /* the soft limit */
} xy_process_figures;

/* Ask now; what cannot be found out is 0. Counting the descriptors takes about a millisecond for
 * some thousand of them. */
xy_process_figures xy__process_figures_read(void);

#endif
