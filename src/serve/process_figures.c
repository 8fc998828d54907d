/* SPDX-License-Identifier: MIT */
#include "serve/process_figures.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define US_PER_S UINT64_C(1000000)

static uint64_t microseconds(struct timeval time)
{
    return (uint64_t)time.tv_sec * US_PER_S + (uint64_t)time.tv_usec;
}

/* Files are opened and closed by system calls of our own, as libuv does with its sockets: a race
 * detector that sees only one side of a descriptor's reuse takes it for a race. */
static int open_file(const char *path, int flags)
{
    return (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC | flags);
}

static void close_file(int fd)
{
    syscall(SYS_close, fd);
}

static void read_memory(xy_process_figures *figures)
{
    int fd = open_file("/proc/self/statm", 0);
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t total = 0;
    uint64_t resident = 0;
    char text[128];
    long len;

    if (fd < 0)
        return;
    len = syscall(SYS_read, fd, text, sizeof text - 1);
    close_file(fd);
    text[len > 0 ? len : 0] = '\0';
    if (sscanf(text, "%" SCNu64 " %" SCNu64, &total, &resident) == 2) {
        figures->virtual_bytes = total * page;
        figures->resident_bytes = resident * page;
    }
}

/* Entries of one piece of a directory, "." and ".." left out. */
static uint64_t count_entries(const char *piece, size_t len)
{
    uint64_t count = 0;

    for (size_t at = 0; at < len;) {
        struct dirent64 entry;

        memcpy(&entry, piece + at, offsetof(struct dirent64, d_name) + 1);
        count += entry.d_name[0] != '.';
        at += entry.d_reclen;
    }
    return count;
}

static uint64_t count_fds(void)
{
    int fd = open_file("/proc/self/fd", O_DIRECTORY);
    char piece[4096];
    uint64_t count = 0;
    long len;

    if (fd < 0)
        return 0;
    while ((len = syscall(SYS_getdents64, fd, piece, sizeof piece)) > 0)
        count += count_entries(piece, (size_t)len);
    close_file(fd);
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
