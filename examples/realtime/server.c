/* SPDX-License-Identifier: MIT */
/* The example: auctions, a live query; a chat and a countdown, subscriptions; a slow field and a
 * list that grows, delivered in parts.
 *
 *   graphql/         what clients can ask, in SDL
 *   services/        resolvers of queries and mutations
 *   subscriptions/   sources that are not a plain topic
 *   operations/      what the playground offers to try
 *   types.h          of the SDL, made by the build: xylem generate types
 *
 * --no-defer-stream, the last argument, leaves @defer and @stream out of the schema. */
#include <stdio.h>
#include <string.h>

#include "xylem/xylem.h"

#include "example_operations.h"
#include "types.h"

int main(int argc, char **argv)
{
    /* The last argument, as the others are the library's. */
    bool plain = argc > 1 && strcmp(argv[argc - 1], "--no-defer-stream") == 0;
    xy_server_config config = xy_server_config_default();
    xy_str problems;
    int code;

    if (!xy_server_arguments(&config, argc - plain, argv, &code))
        return code;
    if (types_load(&(xy_schema_options){.defer_stream = !plain}, &config.schema, &problems) < 0) {
        fprintf(stderr, "%.*s\n", XY_PRI(problems));
        return 1;
    }
    config.playground_tabs = example_operations;
    code = xy_server_run(&config) < 0;
    xy_schema_destroy(config.schema);
    return code;
}
