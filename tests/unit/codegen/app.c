/* SPDX-License-Identifier: MIT */
/* A server of the generated schema, for tests/wire/codegen.test.mjs. */
#include <stdio.h>
#include <stdlib.h>

#include "xylem/xylem.h"

#include "types.h"

int main(int argc, char **argv)
{
    xy_server_config config = xy_server_config_default();
    xy_str problems;
    int code;

    if (!xy_server_arguments(&config, argc, argv, &code))
        return code;
    if (types_load(&(xy_schema_options){.defer_stream = true}, &config.schema, &problems) < 0) {
        fprintf(stderr, "%.*s\n", XY_PRI(problems));
        return 1;
    }
    code = xy_server_run(&config) < 0;
    xy_schema_destroy(config.schema);
    return code;
}
