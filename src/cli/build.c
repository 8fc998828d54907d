/* SPDX-License-Identifier: MIT */
/* xylem build: types, build folder, program. */
#include <stdio.h>
#include <unistd.h>

#include "cli/builder.h"
#include "cli/colors.h"
#include "cli/command.h"
#include "cli/project.h"

static int run(int argc, char **argv)
{
    xy_builder builder;
    int status = 0;

    if (argc > 1) {
        fprintf(stderr, "xylem build: unknown argument %s; xylem build --help tells more\n",
                argv[1]);
        return 2;
    }
    if (xy__project_enter("build") < 0)
        return 2;
    xy__builder_init(&builder, "build");
    xy__builder_start(&builder);
    while (xy__builder_is_busy(&builder))
        xy__builder_read(&builder);
    if (builder.state != XY_BUILDER_DONE) {
        status = 1;
    } else if (access(XY_PROJECT_SERVER, X_OK) < 0) {
        fputs("xylem build: meson.build makes no program `server`, which it should\n", stderr);
        status = 1;
    } else {
        printf("%sbuilt%s " XY_PROJECT_SERVER "\n", builder.colors ? XY_GREEN : "",
               builder.colors ? XY_PLAIN : "");
    }
    xy__builder_deinit(&builder);
    return status;
}

const xy_command xy__command_build = {
    .name = "build",
    .usage = "",
    .summary = "generate types and build the application",
    .help =
        "Anywhere in the application's folder. It writes gen/ from graphql/*.graphql, configures\n"
        "build/ with meson the first time, and compiles with ninja what has changed. Errors and\n"
        "warnings are shown, and a resolver that is missing with its prototype.\n"
        "\n"
        "For an optimized build:  meson configure build --buildtype=release && xylem build\n"
        "\n"
        "exit status\n"
        "  0  build/server is up to date\n"
        "  1  something is wrong in the application\n"
        "  2  there is no application here, or the command line is wrong\n",
    .run = run,
};
