/* SPDX-License-Identifier: MIT */
/* xylem setup realtime: realtime.c, and the five examples. */
#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/project.h"

static int setup(bool examples, bool force)
{
    xy_name none = {.type = ""};
    xy_files files;
    int rc;

    if (xy__project_enter("setup realtime") < 0)
        return 2;
    xy__files_init(&files);
    xy__files_add_set(&files, "realtime", "", &none, "");
    xy__files_keep(&files, "realtime.c");
    xy__files_keep(&files, "realtime.h");
    if (examples)
        xy__files_add_set(&files, "realtime-examples", "", &none, "");
    rc = xy__files_write(&files, "setup realtime", force);
    xy__files_deinit(&files);
    if (rc < 0)
        return 1;
    puts("\nrealtime.c chooses the store: memory, or Redis when REDIS_URL is set.");
    puts(examples ? "Each service says at its top how to try it. Next: xylem dev"
                  : "Next: xylem generate realtime NAME");
    return 0;
}

static int run(int argc, char **argv)
{
    bool examples = true;
    bool force = false;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--force") == 0 || strcmp(argv[i], "-f") == 0) {
            force = true;
        } else if (strcmp(argv[i], "--no-examples") == 0) {
            examples = false;
        } else if (strcmp(argv[i], "--examples") != 0) {
            fprintf(stderr,
                    "xylem setup realtime: unknown argument %s; xylem setup realtime --help tells "
                    "more\n",
                    argv[i]);
            return 2;
        }
    }
    return setup(examples, force);
}

const xy_command xy__command_setup_realtime = {
    .name = "setup realtime",
    .usage = "[--no-examples] [--force]",
    .summary = "add realtime.c and five examples to the application",
    .help =
        "The examples: a chat and a countdown (subscriptions), auctions (a live query), a slow\n"
        "field (@defer) and a list that grows (@stream). A realtime.c that is there stays: it\n"
        "says where events travel (in memory; by Redis, when REDIS_URL is in the environment),\n"
        "which topics keep their last events, and how streams are delivered.\n"
        "\n"
        "options\n"
        "  --no-examples  realtime.c alone\n"
        "  --force, -f    write over files that are there and differ\n"
        "\n"
        "exit status\n"
        "  0  all is in place\n"
        "  1  files stand in the way, and nothing was written; or they cannot be written\n"
        "  2  the command line is wrong, or there is no application here\n",
    .run = run,
};
