/* SPDX-License-Identifier: MIT */
/* The example: auctions, a live query; a chat and a countdown, subscriptions; a slow field and a
 * list that grows, delivered in parts.
 * README.md says what is where; types.h is made of the SDL: xylem generate types.
 *
 * --no-defer-stream, the last argument, leaves @defer and @stream out of the schema. JWT_SECRET in
 * the environment is what users' tokens are signed with; until it is set everyone is let in.
 * REDIS_URL is what carries events and invalidations between several of these processes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xylem/xylem.h"

#include "example_operations.h"
#include "types.h"

static int let_in(xy_call *c, const xy_value *arguments)
{
    (void)c;
    (void)arguments;
    return XY_OK;
}

int main(int argc, char **argv)
{
    const xy_jwt_config tokens = {.secret = xy_str_from(getenv("JWT_SECRET"))};
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
    if (!tokens.secret.len) {
        xy_log(XY_LOG_WARN, "auth", "JWT_SECRET is not set: everyone is let in");
        xy_bind_validator(config.schema, "requireAuth", let_in);
    } else if (xy_jwt_create(&tokens, &config.jwt) < 0) {
        return 1;
    }
    config.playground_tabs = example_operations;
    code = xy_server_run(&config) < 0;
    xy_jwt_destroy(config.jwt);
    xy_schema_destroy(config.schema);
    return code;
}
