/* SPDX-License-Identifier: MIT */
/* xylem: the command line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "xylem/version.h"

#include "cli/command.h"

static const xy_command *const commands[] = {
    &xy__command_check,
    &xy__command_print_schema,
    &xy__command_top,
};

#define COMMAND_COUNT (sizeof commands / sizeof *commands)

static void print_usage(FILE *out)
{
    fputs("usage: xylem COMMAND [arguments]\n\n", out);
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        fprintf(out, "  %-16s %s\n", commands[i]->name, commands[i]->summary);
    fputs("\n  xylem COMMAND --help tells more; xylem --version tells the version\n", out);
}

static void print_help(const xy_command *command)
{
    printf("usage: xylem %s %s\n\n%s.\n\n%s", command->name, command->usage, command->summary,
           command->help);
}

static const xy_command *find(const char *name)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++)
        if (strcmp(commands[i]->name, name) == 0)
            return commands[i];
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Is help wanted, anywhere on the command line? */
static bool wants_help(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (is_help(argv[i]))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const xy_command *command;

    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (is_help(argv[1]) || strcmp(argv[1], "help") == 0) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("xylem %s\n", xy_version());
        return 0;
    }
    command = find(argv[1]);
    if (!command) {
        fprintf(stderr, "xylem: there is no command '%s'; xylem --help lists them\n", argv[1]);
        return 2;
    }
    if (wants_help(argc, argv)) {
        print_help(command);
        return 0;
    }
    return command->run(argc - 1, argv + 1);
}
