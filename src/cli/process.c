/* SPDX-License-Identifier: MIT */
#include "cli/process.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static void redirect(int from, int to)
{
    if (from >= 0 && from != to) {
        dup2(from, to);
        close(from);
    }
}

static void become(char *const argv[], int out, pid_t parent)
{
    sigset_t none;

    setpgid(0, 0);
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (getppid() != parent)
        _exit(1); /* it died before it could be bound to */
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    redirect(open("/dev/null", O_RDONLY), STDIN_FILENO);
    if (out >= 0) {
        dup2(out, STDERR_FILENO);
        redirect(out, STDOUT_FILENO);
    }
    execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

pid_t xy__process_start(char *const argv[], int *out)
{
    pid_t parent = getpid();
    int ends[2] = {-1, -1};
    pid_t pid;

    if (out && pipe2(ends, O_CLOEXEC) < 0)
        return -1;
    fflush(NULL);
    pid = fork();
    if (pid == 0)
        become(argv, ends[1], parent);
    if (ends[1] >= 0)
        close(ends[1]);
    if (pid < 0) {
        if (ends[0] >= 0)
            close(ends[0]);
        return -1;
    }
    setpgid(pid, pid); /* whichever of the two comes first */
    if (out)
        *out = ends[0];
    return pid;
}

void xy__process_signal(pid_t pid, int signal)
{
    kill(-pid, signal);
}

int xy__process_status(int status)
{
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

int xy__process_wait(pid_t pid)
{
    int status = 0;

    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 1;
    return xy__process_status(status);
}
