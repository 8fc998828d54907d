/* SPDX-License-Identifier: MIT */
#include "serve/process_figures.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#define US_PER_S UINT64_C(1000000)

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * US_PER_S + (uint64_t)time.tv_usec;
}

static void read_memory(xy_process_figures *figures)
{
    FILE *file = fopen("/proc/self/statm", "re");
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t total = 0;
    uint64_t resident = 0;

    if (!file)
        return;
    if (fscanf(file, "%" SCNu64 " %" SCNu64, &total, &resident) == 2) {
        figures->virtual_bytes = total * page;
        figures->resident_bytes = resident * page;
    }
    fclose(file);
}

static uint64_t count_fds(void)
{
    DIR *dir = opendir("/proc/self/fd");
    uint64_t count = 0;

    if (!dir)
        return 0;
    for (const struct dirent *entry = readdir(dir); entry; entry = readdir(dir))
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count ? count - 1 : 0; /* without the one that reads them */
}

xy_process_figures xy__process_figures_read(void)
{
    xy_process_figures figures = {.open_fds = count_fds()};
    struct rusage usage;
    struct rlimit limit;

    if (getrusage(RUSAGE_SELF, &usage) == 0)
        figures.cpu_us = microseconds(usage.ru_utime) + microseconds(usage.ru_stime);
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        figures.fds_max = limit.rlim_cur;
    read_memory(&figures);
    return figures;
}
