/* SPDX-License-Identifier: MIT */
/* xylem manual: the manual page, xylem(1), made of the commands' own help. */
#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "xylem/version.h"

#include "cli/command.h"

/* Text of a line as roff reads it: no escapes, no requests. */
static void print_text(const char *text, size_t len)
{
    if (len && (text[0] == '.' || text[0] == '\''))
        fputs("\\&", stdout);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\\')
            fputs("\\e", stdout);
        else if (text[i] == '-')
            fputs("\\-", stdout);
        else
            putchar(text[i]);
    }
    putchar('\n');
}

static bool is_heading(const char *line, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!islower((unsigned char)line[i]) && line[i] != ' ')
            return false;
    return len > 0 && line[0] != ' ';
}

/* Help is laid out already: it is shown as it is, but for its headings. */
static void print_layout(const char *help)
{
    puts(".nf");
    for (const char *line = help; *line;) {
        size_t len = strcspn(line, "\n");

        if (is_heading(line, len)) {
            puts(".B");
            print_text(line, len);
        } else {
            print_text(line, len);
        }
        line += len + (line[len] == '\n');
    }
    puts(".fi");
}

static int run(int argc, char **argv)
{
    (void)argv;
    if (argc > 1) {
        fputs("xylem manual: takes no arguments\n", stderr);
        return 2;
    }
    printf(".\\\" Made by `xylem manual`.\n"
           ".TH XYLEM 1 \"\" \"Xylem %s\" \"User Commands\"\n"
           ".SH NAME\n"
           "xylem \\- realtime GraphQL applications in C\n"
           ".SH SYNOPSIS\n"
           ".B xylem\n"
           ".I COMMAND\n"
           "[arguments]\n"
           ".SH DESCRIPTION\n"
           "Makes, builds, runs and checks applications that serve GraphQL: queries, mutations,\n"
           "subscriptions, live queries, and results in parts, from one schema and resolvers that\n"
           "are C functions.\n"
           ".SH COMMANDS\n",
           xy_version());
    for (const xy_command *const *at = xy__commands; *at; at++) {
        printf(".SS xylem %s ", (*at)->name);
        print_text((*at)->usage, strlen((*at)->usage));
        print_text((*at)->summary, strlen((*at)->summary));
        puts(".PP");
        print_layout((*at)->help);
    }
    puts(".SH EXIT STATUS\n"
         "0, or 1 for a negative finding, or 2 for a wrong command line.\n"
         ".SH SEE ALSO\n"
         ".BR meson (1),\n"
         ".BR ninja (1)");
    return 0;
}

const xy_command xy__command_manual = {
    .name = "manual",
    .usage = "",
    .summary = "print the manual page, xylem(1)",
    .help = "To read it without installing it:\n"
            "\n"
            "  xylem manual | man -l -\n",
    .run = run,
};
