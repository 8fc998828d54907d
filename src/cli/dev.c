/* SPDX-License-Identifier: MIT */
/* xylem dev: the application runs while it is written.
 *
 *   WATCHING --change--> SETTLING --quiet--> BUILDING --ok--> RESTARTING --old one gone--> WATCHING
 *      ^                  ^    |                |  |                |
 *      |                  |    +---- change     |  +--change--------+--> SETTLING, again
 *      +------ fails: the old server goes on ---+
 *                                               any --Ctrl-C--> ENDING --server gone--> exit
 *
 * Invariants
 *   1. The server that runs is stopped only when its successor is built.
 *   2. At most one server runs, so that both may have one port.
 *   3. A change that comes while it builds or restarts is not forgotten (`dirty`).
 *
 * Read next: builder.h (what building is), watch.h (what a change is). */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/fatal.h"
#include "cli/builder.h"
#include "cli/colors.h"
#include "cli/command.h"
#include "cli/process.h"
#include "cli/project.h"
#include "cli/watch.h"

#define QUIET_MS 50u   /* editors write in several steps */
#define STOP_MS  2000u /* then a server that drains is asked again, which cuts it short */

typedef enum dev_state {
    DEV_WATCHING,
    DEV_SETTLING,
    DEV_BUILDING,
    DEV_RESTARTING,
    DEV_ENDING,
} dev_state;

typedef struct dev {
    dev_state state;
    xy_watch watch;
    xy_builder builder;
    int signals;       /* a descriptor */
    char **server;     /* its command line */
    pid_t child;       /* the server that runs; 0: none */
    struct stat built; /* the program that it runs */
    bool dirty;        /* something changed since the build began */
    uint64_t due_ms;   /* SETTLING, and while the server stops */
    uint64_t began_ms; /* the build */
    bool colors;
} dev;

#define BIT(s) (1u << (s))

static const uint8_t dev_may_go[] = {
    [DEV_WATCHING] = BIT(DEV_SETTLING) | BIT(DEV_BUILDING) | BIT(DEV_ENDING),
    [DEV_SETTLING] = BIT(DEV_SETTLING) | BIT(DEV_BUILDING) | BIT(DEV_ENDING),
    [DEV_BUILDING] = BIT(DEV_WATCHING) | BIT(DEV_RESTARTING) | BIT(DEV_ENDING),
    [DEV_RESTARTING] = BIT(DEV_WATCHING) | BIT(DEV_ENDING),
    [DEV_ENDING] = BIT(DEV_ENDING),
};

static void dev_go(dev *d, dev_state to)
{
    XY_ASSERT(dev_may_go[d->state] & BIT(to));
    d->state = to;
}

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void say(const dev *d, const char *color, const char *text)
{
    printf("%s%s%s\n", d->colors ? color : "", text, d->colors ? XY_PLAIN : "");
    fflush(stdout);
}

/* ---- the server ---- */

static void start_server(dev *d)
{
    stat(XY_PROJECT_SERVER, &d->built);
    d->child = xy__process_start(d->server, NULL);
    if (d->child < 0) {
        printf("xylem dev: %s: %s\n", d->server[0], strerror(errno));
        d->child = 0;
    }
}

static void stop_server(dev *d)
{
    xy__process_signal(d->child, SIGTERM);
    d->due_ms = now_ms() + STOP_MS;
}

/* Is what was built another program than the one that runs? */
static bool is_new(const dev *d)
{
    struct stat now;

    return !d->child || stat(XY_PROJECT_SERVER, &now) < 0 || now.st_ino != d->built.st_ino ||
           now.st_mtim.tv_sec != d->built.st_mtim.tv_sec ||
           now.st_mtim.tv_nsec != d->built.st_mtim.tv_nsec;
}

static void settle(dev *d)
{
    d->due_ms = now_ms() + QUIET_MS;
    dev_go(d, DEV_SETTLING);
}

static void watch_again(dev *d)
{
    dev_go(d, DEV_WATCHING);
    if (d->dirty)
        settle(d);
}

/* ---- building ---- */

static void build(dev *d)
{
    dev_go(d, DEV_BUILDING);
    d->dirty = false;
    d->began_ms = now_ms();
    xy__builder_start(&d->builder);
}

static void on_failed(dev *d)
{
    say(d, XY_RED,
        d->child ? "not built: the server from before goes on until this is right"
                 : "not built: waiting for a change");
    watch_again(d);
}

static void on_built(dev *d)
{
    char line[96];

    if (!is_new(d)) {
        say(d, XY_DIM, "nothing to do: the program is as before");
        watch_again(d);
        return;
    }
    snprintf(line, sizeof line, "built in %.1f s%s", (double)(now_ms() - d->began_ms) / 1000,
             d->child ? "; restarting, streams connect again" : "");
    say(d, XY_GREEN, line);
    dev_go(d, DEV_RESTARTING);
    if (d->child) {
        stop_server(d);
        return;
    }
    start_server(d);
    watch_again(d);
}

static void on_build_output(dev *d)
{
    xy__builder_read(&d->builder);
    if (d->state == DEV_BUILDING && !xy__builder_is_busy(&d->builder)) {
        if (d->builder.state == XY_BUILDER_DONE)
            on_built(d);
        else
            on_failed(d);
    }
}

/* ---- what happens ---- */

static void on_change(dev *d)
{
    char line[320];

    if (!xy__watch_read(&d->watch) || d->state == DEV_ENDING)
        return;
    d->dirty = true;
    if (d->state == DEV_WATCHING) {
        snprintf(line, sizeof line, "%s changed", d->watch.changed);
        say(d, XY_CYAN, line);
    }
    if (d->state == DEV_WATCHING || d->state == DEV_SETTLING)
        settle(d);
}

static void on_server_end(dev *d, int status)
{
    char line[160];

    d->child = 0;
    if (d->state == DEV_RESTARTING) {
        start_server(d);
        watch_again(d);
    } else if (d->state != DEV_ENDING) {
        if (status > 128)
            snprintf(line, sizeof line, "the server was ended by %s; the next change starts it",
                     strsignal(status - 128));
        else
            snprintf(line, sizeof line, "the server ended with %d; the next change starts it",
                     status);
        say(d, XY_RED, line);
    }
}

static void end(dev *d)
{
    if (d->state != DEV_ENDING && d->child)
        stop_server(d);
    else if (d->child)
        xy__process_signal(d->child, SIGTERM); /* the second one cuts what is left */
    dev_go(d, DEV_ENDING);
}

/* The builder waits for its own children. */
static void reap_server(dev *d)
{
    int status;

    if (d->child && waitpid(d->child, &status, WNOHANG) == d->child)
        on_server_end(d, xy__process_status(status));
}

static void on_signal(dev *d)
{
    struct signalfd_siginfo info;

    if (read(d->signals, &info, sizeof info) != sizeof info)
        return;
    if (info.ssi_signo == SIGCHLD)
        reap_server(d);
    else
        end(d);
}

static void on_due(dev *d)
{
    if (d->state == DEV_SETTLING)
        build(d);
    else if (d->child && (d->state == DEV_RESTARTING || d->state == DEV_ENDING))
        stop_server(d);
}

/* ---- the loop ---- */

static int wait_ms(const dev *d)
{
    uint64_t now = now_ms();
    bool waits = d->state == DEV_SETTLING || d->state == DEV_RESTARTING || d->state == DEV_ENDING;

    if (!waits)
        return -1;
    return d->due_ms > now ? (int)(d->due_ms - now) : 0;
}

static bool is_over(const dev *d)
{
    return d->state == DEV_ENDING && !d->child;
}

static void turn(dev *d)
{
    struct pollfd fds[] = {
        {.fd = d->signals, .events = POLLIN},
        {.fd = d->watch.fd, .events = POLLIN},
        {.fd = d->builder.fd, .events = POLLIN}, /* negative: passed over */
    };
    int count = poll(fds, 3, wait_ms(d));

    if (count == 0)
        on_due(d);
    if (count > 0 && fds[0].revents)
        on_signal(d);
    if (count > 0 && fds[1].revents)
        on_change(d);
    if (count > 0 && fds[2].revents)
        on_build_output(d);
}

static int open_signals(void)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGCHLD);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigprocmask(SIG_BLOCK, &set, NULL);
    return signalfd(-1, &set, SFD_CLOEXEC);
}

static int develop(dev *d)
{
    d->signals = open_signals();
    if (d->signals < 0 || xy__watch_init(&d->watch) < 0) {
        fprintf(stderr, "xylem dev: the files cannot be watched: %s\n", strerror(errno));
        return 1;
    }
    xy__builder_init(&d->builder, "dev");
    d->colors = d->builder.colors;
    say(d, XY_DIM, "watching graphql/, services/, subscriptions/ and *.c; Ctrl-C ends it");
    build(d);
    while (!is_over(d))
        turn(d);
    xy__builder_deinit(&d->builder);
    return 0;
}

static int run(int argc, char **argv)
{
    dev d = {.state = DEV_WATCHING, .signals = -1, .watch = {.fd = -1}};
    size_t first = argc > 1 && strcmp(argv[1], "--") == 0 ? 2 : 1;
    int status;

    if (xy__project_enter("dev") < 0)
        return 2;
    d.server = xy__zalloc(((size_t)argc + 1) * sizeof *d.server);
    d.server[0] = XY_PROJECT_SERVER;
    for (size_t i = first; i < (size_t)argc; i++)
        d.server[i - first + 1] = argv[i];
    status = develop(&d);
    xy__watch_deinit(&d.watch);
    if (d.signals >= 0)
        close(d.signals);
    free(d.server);
    return status;
}

const xy_command xy__command_dev = {
    .name = "dev",
    .usage = "[SERVER OPTIONS]",
    .summary = "run the application, and build and restart it whenever a file changes",
    .help =
        "Watches graphql/, services/, subscriptions/, and the C files and meson.build beside "
        "them.\n"
        "After a change the types are generated, the program is built, and the server restarted;\n"
        "clients' streams connect again by themselves. When something is wrong it is shown, and\n"
        "the server that runs goes on. Ctrl-C ends all.\n"
        "\n"
        "What follows is given to the server; it tells which options there are by\n"
        "xylem dev -- --help. Those that are used most:\n"
        "\n"
        "options\n"
        "  --port N        8911; 0 lets the system choose, anew after each change\n"
        "  --host ADDRESS  127.0.0.1\n"
        "  --workers N     event loops, each on a thread; 1\n"
        "\n"
        "exit status\n"
        "  0  it was ended\n"
        "  1  the files cannot be watched\n"
        "  2  there is no application here\n",
    .run = run,
};
