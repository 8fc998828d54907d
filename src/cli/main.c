/* SPDX-License-Identifier: MIT */
/* xylem: the command line. `g` is short for `generate`. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "xylem/version.h"

#include "cli/command.h"

const xy_command *const xy__commands[] = {
    &xy__command_build,
    &xy__command_check,
    &xy__command_completion,
    &xy__command_dev,
    &xy__command_generate_realtime,
    &xy__command_generate_sdl,
    &xy__command_generate_secret,
    &xy__command_generate_service,
    &xy__command_generate_types,
    &xy__command_manual,
    &xy__command_new,
    &xy__command_print_schema,
    &xy__command_serve,
    &xy__command_setup_realtime,
    &xy__command_top,
    NULL,
};

/* The commands whose names begin with the word `group`; all if it is NULL. */
static void print_commands(FILE *out, const char *group)
{
    size_t len = group ? strlen(group) : 0;

    for (const xy_command *const *at = xy__commands; *at; at++)
        if (!group || (strncmp((*at)->name, group, len) == 0 && (*at)->name[len] == ' '))
            fprintf(out, "  %-18s %s\n", (*at)->name, (*at)->summary);
}

static void print_usage(FILE *out)
{
    fputs("usage: xylem COMMAND [arguments]\n\n", out);
    print_commands(out, NULL);
    fputs("\n  xylem COMMAND --help tells more; xylem --version tells the version\n", out);
}

static void print_help(const xy_command *command)
{
    printf("usage: xylem %s %s\n\n%s.\n\n%s", command->name, command->usage, command->summary,
           command->help);
}

/* How many of `words` the command's name is; 0: they are not its name. */
static int count_words(const xy_command *command, int count, char **words)
{
    const char *rest = strchr(command->name, ' ');
    size_t len = rest ? (size_t)(rest - command->name) : strlen(command->name);

    if (strlen(words[0]) != len || memcmp(words[0], command->name, len) != 0)
        return 0;
    if (!rest)
        return 1;
    return count > 1 && strcmp(words[1], rest + 1) == 0 ? 2 : 0;
}

static const xy_command *find(int count, char **words, int *used)
{
    for (const xy_command *const *at = xy__commands; *at; at++) {
        *used = count_words(*at, count, words);
        if (*used)
            return *at;
    }
    return NULL;
}

/* Is `word` the first word of several commands? */
static bool is_group(const char *word)
{
    size_t len = strlen(word);

    for (const xy_command *const *at = xy__commands; *at; at++)
        if (strncmp((*at)->name, word, len) == 0 && (*at)->name[len] == ' ')
            return true;
    return false;
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* Is help wanted, anywhere among `words`? What follows `--` is another program's. */
static bool wants_help(int count, char **words)
{
    for (int i = 0; i < count && strcmp(words[i], "--") != 0; i++)
        if (is_help(words[i]))
            return true;
    return false;
}

/* `xylem generate`, and `xylem generate nonsense`. */
static int explain_group(const char *group, int count, char **words)
{
    bool help = count == 1 && is_help(words[0]);
    FILE *out = help ? stdout : stderr;

    if (count > 0 && !help)
        fprintf(out, "xylem: there is no command '%s %s'\n\n", group, words[0]);
    fprintf(out, "usage: xylem %s WHAT [arguments]\n\n", group);
    print_commands(out, group);
    fprintf(out, "\n  xylem %s WHAT --help tells more\n", group);
    return help ? 0 : 2;
}

static int run(int count, char **words)
{
    const xy_command *command;
    int used;

    if (strcmp(words[0], "g") == 0)
        words[0] = "generate";
    command = find(count, words, &used);
    if (!command && is_group(words[0]))
        return explain_group(words[0], count - 1, words + 1);
    if (!command) {
        fprintf(stderr, "xylem: there is no command '%s'; xylem --help lists them\n", words[0]);
        return 2;
    }
    if (wants_help(count - used, words + used)) {
        print_help(command);
        return 0;
    }
    return command->run(count - used + 1, words + used - 1);
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        print_usage(stderr);
        return 2;
    }
    if (is_help(argv[1])) {
        print_usage(stdout);
        return 0;
    }
    if (strcmp(argv[1], "help") == 0) {
        if (argc == 2)
            return print_usage(stdout), 0;
        argv[1] = "--help"; /* xylem help check: words behind it are the command */
        for (int i = 1; i + 1 < argc; i++) {
            char *word = argv[i];

            argv[i] = argv[i + 1];
            argv[i + 1] = word;
        }
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("xylem %s\n", xy_version());
        return 0;
    }
    return run(argc - 1, argv + 1);
}
