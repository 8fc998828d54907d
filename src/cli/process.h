/* SPDX-License-Identifier: MIT */
/* cli/process.h -- programs that a command starts, and does not outlive.
 *
 * Each is the head of a process group, so that Ctrl-C reaches the command alone, which then ends
 * them as it sees fit; when the command dies, whatever of, they get SIGTERM. */
#ifndef XY_CLI_PROCESS_H
#define XY_CLI_PROCESS_H

#include <sys/types.h>

/* Start `argv`, which ends with NULL; argv[0] is looked up in PATH. It reads nothing. What it
 * writes goes to *out, a descriptor to be closed, or, when `out` is NULL, where this program's
 * goes. Returns the process, or -1 with errno set. A program that is not there ends with 127,
 * after a message among its output. */
pid_t xy__process_start(char *const argv[], int *out);

/* Send `signal` to its group. */
void xy__process_signal(pid_t pid, int signal);

/* Wait for its end. Returns its exit status, or 128 and the signal. */
int xy__process_wait(pid_t pid);

/* The same for what waitpid() told. */
int xy__process_status(int status);

#endif
