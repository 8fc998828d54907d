/* SPDX-License-Identifier: MIT */
/* xylem serve: become the server that xylem build made. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fatal.h"
#include "cli/command.h"
#include "cli/project.h"

static int run(int argc, char **argv)
{
    size_t count = (size_t)argc;
    char **words;

    if (xy__project_enter("serve") < 0)
        return 2;
    if (access(XY_PROJECT_SERVER, X_OK) < 0) {
        fputs("xylem serve: there is no " XY_PROJECT_SERVER "; xylem build makes it\n", stderr);
        return 1;
    }
    if (count > 1 && strcmp(argv[1], "--") == 0) {
        argv++;
        count--;
    }
    words = xy__zalloc((count + 2) * sizeof *words);
    words[0] = XY_PROJECT_SERVER;
    words[1] = "--production";
    for (size_t i = 1; i < count; i++)
        words[i + 1] = argv[i];
    execv(words[0], words);
    fprintf(stderr, "xylem serve: %s: %s\n", words[0], strerror(errno));
    free(words);
    return 1;
}

const xy_command xy__command_serve = {
    .name = "serve",
    .usage = "[SERVER OPTIONS]",
    .summary = "run the application as in production",
    .help = "Runs build/server --production, which xylem build made, with the options given; it\n"
            "tells which there are by xylem serve -- --help. Those that are used most:\n"
            "\n"
            "options\n"
            "  --port N        8911; 0 lets the system choose\n"
            "  --host ADDRESS  127.0.0.1\n"
            "  --workers N     event loops, each on a thread; 1\n"
            "  --reuse-port    share the port with other processes that are given this, too\n"
            "\n"
            "Its exit status is the server's; 1 when it was not built, 2 when there is no\n"
            "application here.\n",
    .run = run,
};
