/* SPDX-License-Identifier: MIT */
/* xylem generate realtime: a live query or a subscription to begin with. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "cli/command.h"
#include "cli/generate.h"
#include "cli/prompt.h"

/* What --type, or the answer to the question, asks for; NULL: nothing that there is. */
static const char *set_of(const char *type)
{
    if (strcasecmp(type, "liveQuery") == 0 || strcmp(type, "1") == 0)
        return "live-query";
    if (strcasecmp(type, "subscription") == 0 || strcmp(type, "2") == 0)
        return "subscription";
    return NULL;
}

static const char *ask(void)
{
    char answer[XY_PROMPT_MAX];

    puts("Which type of realtime event?\n"
         "  1  liveQuery     clients watch data, and get each change of it\n"
         "  2  subscription  clients listen to a channel, and get each event on it");
    if (xy__prompt("Type", "1", answer) < 0)
        return NULL;
    return set_of(answer);
}

static int run(int argc, char **argv)
{
    xy_generate_arguments arguments;
    const char *set;

    if (xy__generate_read(&xy__command_generate_realtime, argc, argv, &arguments) < 0)
        return 2;
    set = arguments.type ? set_of(arguments.type) : xy__prompt_is_possible() ? ask() : NULL;
    if (!set) {
        fputs("xylem generate realtime: --type is liveQuery or subscription\n", stderr);
        return 2;
    }
    return xy__generate_set(&xy__command_generate_realtime, &arguments, set);
}

const xy_command xy__command_generate_realtime = {
    .name = "generate realtime",
    .usage = "NAME [--type liveQuery|subscription] [--force]",
    .summary = "make a live query or a subscription to begin with",
    .help =
        "NAME is a model's: Widget, BlogPost, \"blog post\". Writes graphql/widget.graphql and\n"
        "services/widget.c, which work as they are: recentWidgets and createWidgetItem of a\n"
        "live query, listenToWidgetChannel and publishToWidgetChannel of a subscription.\n"
        "\n"
        "options\n"
        "  --type, -t TYPE  liveQuery or subscription; on a terminal it asks when not given\n"
        "  --force, -f      write over files that are there and differ\n"
        "\n"
        "exit status\n"
        "  0  written\n"
        "  1  files stand in the way, and nothing was written; or they cannot be written\n"
        "  2  the command line is wrong, or there is no application here\n",
    .run = run,
};
