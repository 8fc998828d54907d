/* SPDX-License-Identifier: MIT */
/* The example: a chat and a countdown, live over Server-Sent Events; a slow field and a list that
 * grows, delivered in parts.
 *
 *   graphql/         what clients can ask, in SDL
 *   services/        resolvers of queries and mutations
 *   subscriptions/   sources that are not a plain topic
 *   operations/      what the playground offers to try
 *   types.h          of the SDL, made by the build: xylem generate types
 *
 * --no-defer-stream leaves @defer and @stream out of the schema. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xylem/xylem.h"

#include "example_operations.h"
#include "types.h"

static xy_schema *load_schema(bool defer_stream)
{
    xy_schema *schema;
    xy_str problems;

    if (types_load(&(xy_schema_options){.defer_stream = defer_stream}, &schema, &problems) < 0) {
        fprintf(stderr, "%.*s\n", XY_PRI(problems));
        exit(1);
    }
    return schema;
}

/* Takes a flag of this program's own out of the command line; false when it is not there. */
static bool take_flag(int *argc, char **argv, const char *flag)
{
    int kept = 1;

    for (int i = 1; i < *argc; i++)
        if (strcmp(argv[i], flag) != 0)
            argv[kept++] = argv[i];
    if (kept == *argc)
        return false;
    *argc = kept;
    return true;
}

int main(int argc, char **argv)
{
    bool defer_stream = !take_flag(&argc, argv, "--no-defer-stream");
    xy_server_config config = xy_server_config_default();
    int code;

    if (!xy_server_arguments(&config, argc, argv, &code))
        return code;
    config.schema = load_schema(defer_stream);
    config.playground_tabs = example_operations;
    code = xy_server_run(&config) < 0;
    xy_schema_destroy(config.schema);
    return code;
}
