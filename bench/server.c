/* SPDX-License-Identifier: MIT */
/* The server that is measured: auctions and chat, without auth or logging.
 *
 *   --auctions N   how many auctions there are (10,000), beside the flags of every server */
#include <stdio.h>
#include <stdlib.h>

#include "auctions.h"
#include "bench_sdl.h"
#include "rooms.h"

static auctions *store(xy_call *call)
{
    return xy_app_data(xy_call_app(call));
}

static int Query_auctions(xy_call *call)
{
    static const xy_slot one = {NULL, XY_SLOT_STRUCT, 0, XY_SLOT_NO_HAS, NULL, 0};
    static const xy_slot list = {NULL, XY_SLOT_LIST, 0, XY_SLOT_NO_HAS, &one, sizeof(Auction)};

    return xy_put(call, xy_result_slot(&list, store(call)));
}

static int Query_auction(xy_call *call)
{
    return xy_put_object(call, auctions_find(store(call), xy_arg_str(call, "id")));
}

static int Mutation_bid(xy_call *call)
{
    const xy_value *input = xy_arg(call, "input");
    xy_str id = xy_value_text(xy_value_get(input, XY_STR("auctionId")));
    Auction *auction = auctions_find(store(call), id);

    if (!auction)
        return xy_fail(call, "There is no auction %.*s.", XY_PRI(id));
    xy_invalidate(xy_call_app(call), xy_format(call, "Auction:%.*s", XY_PRI(id)));
    return xy_put_object(
        call, auction_bid(auction, (int32_t)xy_value_get(input, XY_STR("amount"))->integer));
}

static xy_schema *load_schema(void)
{
    xy_schema_options options = {
        .files = bench_sdl,
        .file_count = sizeof bench_sdl / sizeof *bench_sdl,
    };
    xy_schema *schema;
    xy_str problems;

    if (xy_schema_load(&options, &schema, &problems) < 0) {
        fprintf(stderr, "%.*s\n", XY_PRI(problems));
        exit(1);
    }
    if (auctions_bind_structs(schema) < 0 || rooms_bind(schema) < 0 ||
        xy_bind(schema, "Query.auctions", Query_auctions) < 0 ||
        xy_bind(schema, "Query.auction", Query_auction) < 0 ||
        xy_bind(schema, "Mutation.bid", Mutation_bid) < 0) {
        fputs("a resolver does not fit the schema\n", stderr);
        exit(1);
    }
    return schema;
}

/* Takes `--auctions N` out of the command line. */
static size_t take_count(int *argc, char **argv)
{
    size_t count = 10000;
    int kept = 1;

    for (int i = 1; i < *argc; i++) {
        if (strcmp(argv[i], "--auctions") == 0 && i + 1 < *argc) {
            count = strtoul(argv[++i], NULL, 10);
        } else {
            argv[kept++] = argv[i];
        }
    }
    *argc = kept;
    return count;
}

int main(int argc, char **argv)
{
    xy_server_config config = xy_server_config_default();
    auctions all;
    int code;

    auctions_init(&all, take_count(&argc, argv));
    config.limits.tokens_max = 100000;
    config.limits.operation_depth_max = 0;
    config.limits.operation_aliases_max = 0;
    config.limits.operation_directives_max = 0;
    config.limits.operation_cost_max = 0;
    config.limits.operation_timeout_ms = 0;
    config.user_data = &all;
    config.log_requests = XY_OFF;
    config.playground = XY_OFF;
    if (xy_server_arguments(&config, argc, argv, &code)) {
        config.schema = load_schema();
        code = xy_server_run(&config) < 0;
        xy_schema_destroy(config.schema);
    }
    auctions_deinit(&all);
    return code;
}
