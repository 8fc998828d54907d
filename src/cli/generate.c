/* SPDX-License-Identifier: MIT */
#include "cli/generate.h"

#include <stdio.h>
#include <string.h>

#include "cli/files.h"
#include "cli/project.h"

static int refuse(const xy_command *command, const char *message, const char *word)
{
    fprintf(stderr, "xylem %s: %s%s; xylem %s --help tells more\n", command->name, message, word,
            command->name);
    return XY_EINVAL;
}

static int read_option(const xy_command *command, int argc, char **argv, int *at,
                       xy_generate_arguments *out)
{
    const char *word = argv[*at];
    bool has_force = strstr(command->usage, "--force") != NULL;
    bool has_type = strstr(command->usage, "--type") != NULL;

    if (has_force && (strcmp(word, "--force") == 0 || strcmp(word, "-f") == 0)) {
        out->force = true;
    } else if (has_type && strncmp(word, "--type=", 7) == 0) {
        out->type = word + 7;
    } else if (has_type && (strcmp(word, "--type") == 0 || strcmp(word, "-t") == 0)) {
        if (*at + 1 == argc)
            return refuse(command, "--type needs a value", "");
        out->type = argv[++*at];
    } else {
        return refuse(command, "unknown option ", word);
    }
    return XY_OK;
}

int xy__generate_read(const xy_command *command, int argc, char **argv, xy_generate_arguments *out)
{
    const char *problem;

    *out = (xy_generate_arguments){.type = NULL};
    for (int i = 1; i < argc; i++) {
        if (argv[i][0] == '-') {
            if (read_option(command, argc, argv, &i, out) < 0)
                return XY_EINVAL;
        } else if (out->word) {
            return refuse(command, "one name, please, not also ", argv[i]);
        } else {
            out->word = argv[i];
        }
    }
    if (!out->word)
        return refuse(command, "a name is missing", "");
    if (xy__name_from(out->word, &out->name, &problem) < 0) {
        fprintf(stderr, "xylem %s: %s: %s\n", command->name, out->word, problem);
        return XY_EINVAL;
    }
    return XY_OK;
}

int xy__generate_set(const xy_command *command, const xy_generate_arguments *arguments,
                     const char *set)
{
    xy_files files;
    int rc;

    if (xy__project_enter(command->name) < 0)
        return 2;
    xy__files_init(&files);
    xy__files_add_set(&files, set, "", &arguments->name, "");
    rc = xy__files_write(&files, command->name, arguments->force);
    xy__files_deinit(&files);
    return rc < 0 ? 1 : 0;
}
