/* SPDX-License-Identifier: MIT */
/* xylem generate sdl: a model with what is done to it. */
#include "cli/command.h"
#include "cli/generate.h"

static int run(int argc, char **argv)
{
    xy_generate_arguments arguments;

    if (xy__generate_read(&xy__command_generate_sdl, argc, argv, &arguments) < 0)
        return 2;
    return xy__generate_set(&xy__command_generate_sdl, &arguments, "sdl");
}

const xy_command xy__command_generate_sdl = {
    .name = "generate sdl",
    .usage = "NAME [--force]",
    .summary = "make a type with queries and mutations, and its service",
    .help =
        "NAME is a model's: Post, BlogPost, \"blog post\". Writes graphql/posts.graphql (Post;\n"
        "posts, post, createPost, updatePost, deletePost) and services/posts.c, which keeps\n"
        "them in memory. Add the fields that your model has.\n"
        "\n"
        "options\n"
        "  --force, -f  write over files that are there and differ\n"
        "\n"
        "exit status\n"
        "  0  written\n"
        "  1  files stand in the way, and nothing was written; or they cannot be written\n"
        "  2  the command line is wrong, or there is no application here\n",
    .run = run,
};
