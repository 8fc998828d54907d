/* SPDX-License-Identifier: MIT */
/* xylem new: a folder with an application to begin with. */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/prompt.h"

#define NAME_DEFAULT "myapp"

static int refuse(const char *message, const char *word)
{
    fprintf(stderr, "xylem new: %s%s; xylem new --help tells more\n", message, word);
    return 2;
}

/* meson's and Debian's idea of a name, and no folder's that is elsewhere. */
static bool is_name(const char *name)
{
    size_t len = strlen(name);

    return isalpha((unsigned char)name[0]) && len <= XY_NAME_MAX &&
           strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == len;
}

static bool is_empty_or_none(const char *folder)
{
    return rmdir(folder) == 0 || errno == ENOENT;
}

static int create(const char *folder, bool force)
{
    const char *slash = strrchr(folder, '/');
    const char *app = slash ? slash + 1 : folder;
    xy_name none = {.type = ""};
    xy_files files;
    int rc;

    if (!is_name(app))
        return refuse("a name begins with a letter and has letters, digits, - and _: ", folder);
    if (!force && !is_empty_or_none(folder)) {
        fprintf(stderr,
                "xylem new: %s is there already, and not empty; --force writes into it anyway\n",
                folder);
        return 1;
    }
    xy__files_init(&files);
    xy__files_add_set(&files, "new", folder, &none, app);
    xy__files_add_set(&files, "realtime", folder, &none, app);
    rc = xy__files_write(&files, "new", force);
    xy__files_deinit(&files);
    if (rc < 0)
        return 1;
    printf("\nNow:\n\n  cd %s\n  xylem dev\n\nand open http://127.0.0.1:8911/graphql\n", folder);
    return 0;
}

static int run(int argc, char **argv)
{
    const char *folder = NULL;
    bool force = false;
    char answer[XY_PROMPT_MAX];

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--force") == 0 || strcmp(argv[i], "-f") == 0)
            force = true;
        else if (argv[i][0] == '-')
            return refuse("unknown option ", argv[i]);
        else if (folder)
            return refuse("one name, please, not also ", argv[i]);
        else
            folder = argv[i];
    }
    if (!folder && !xy__prompt_is_possible())
        return refuse("a name is missing", "");
    if (!folder && xy__prompt("Name of the application", NAME_DEFAULT, answer) < 0)
        return refuse("a name is missing", "");
    return create(folder ? folder : answer, force);
}

const xy_command xy__command_new = {
    .name = "new",
    .usage = "[--force] [NAME]",
    .summary = "make a new application",
    .help = "Makes the folder NAME, which may be a path, with a small application that builds and\n"
            "runs. On a terminal it asks for a name that is not given.\n"
            "\n"
            "options\n"
            "  --force, -f  write into a folder that is not empty, over files of these names\n"
            "\n"
            "exit status\n"
            "  0  it was made\n"
            "  1  the folder is there already, or it cannot be written\n"
            "  2  the command line is wrong\n",
    .run = run,
};
