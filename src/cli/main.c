/* SPDX-License-Identifier: MIT */
/* xylem: the command line. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "xylem/version.h"

#include "cli/command.h"

static const xy_command *const commands[] = {
    &xy__command_check,
    &xy__command_generate_types,
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

/* How many of `words` are the name of `command`; 0: they are not. */
static int count_words(const xy_command *command, int count, char **words)
{
    const char *space = strchr(command->name, ' ');
    size_t len = space ? (size_t)(space - command->name) : strlen(command->name);

    if (strlen(words[0]) != len || memcmp(words[0], command->name, len) != 0)
        return 0;
    if (!space)
        return 1;
    return count > 1 && strcmp(words[1], space + 1) == 0 ? 2 : 0;
}

/* The command that the words begin with; *used is how many are its name. */
static const xy_command *find(int count, char **words, int *used)
{
    for (size_t i = 0; i < COMMAND_COUNT; i++) {
        *used = count_words(commands[i], count, words);
        if (*used > 0)
            return commands[i];
    }
    return NULL;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Is help wanted, anywhere on the command line? */
static bool wants_help(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (is_help(argv[i]))
            return true;
    return false;
}

int main(int argc, char **argv)
{
    const xy_command *command;
    int used;

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
    command = find(argc - 1, argv + 1, &used);
    if (!command) {
        fprintf(stderr, "xylem: there is no command '%s'; xylem --help lists them\n", argv[1]);
        return 2;
    }
    if (wants_help(argc - used, argv + used)) {
        print_help(command);
        return 0;
    }
    return command->run(argc - used, argv + used);
}
