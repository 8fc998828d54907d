/* SPDX-License-Identifier: MIT */
/* The engine without HTTP: what a document costs from text to result, step by step.
 *
 *   engine [--rounds N]            the table
 *   engine --once QUERY STEP N     N times one step, for callgrind: see bench/instructions
 *   engine --held N                bytes that N operations of texts with other literals hold
 *
 * `cold` is a document never seen before, text to result. `lifted` is a text of which another one
 * with other literals is known. `execute` is a document from the cache: operation, variables,
 * execution, result. Time is CPU time of the thread, the median of several
 * rounds. Linked so that every call of malloc, calloc and realloc is counted. */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "xylem/xylem.h"

#include "auctions.h"
#include "base/fatal.h"
#include "bench_introspection.h"
#include "bench_sdl.h"
#include "execution/exec.h"
#include "execution/plan.h"
#include "meter.h"

#define ROUNDS_DEFAULT 15u
#define ROUND_MS       20
#define ALIASES        200u
#define MEMORY_MAX     ((size_t)64 << 20)
#define WARM_UP        20u

#define AUCTION        "auction(id:\"1\"){id title highestBid{amount} bids{amount}}"

/* ---- the schema, and what answers ---- */

static int Query_auction(xy_call *call)
{
    /* No server here: the handle is the data itself. */
    const auctions *all = (const auctions *)(const void *)xy_call_app(call);

    return xy_put_object(call, auctions_find(all, xy_arg_str(call, "id")));
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
    if (auctions_bind_structs(schema) < 0 || xy_bind(schema, "Query.auction", Query_auction) < 0) {
        fputs("a resolver does not fit the schema\n", stderr);
        exit(1);
    }
    return schema;
}

/* ---- steps ---- */

typedef struct bench {
    xy_schema *schema;
    xy_executor executor;
    xy_outlet outlet;
    xy_bytes *result; /* the last one */
    xy_str text;
    xy_source source;
    xy_arena tree;                   /* of `document` */
    const xy_ast_document *document; /* parsed */
    xy_arena scratch;
    xy_document *prepared;
} bench;

static int on_put(xy_outlet *outlet, xy_bytes *result, unsigned flags)
{
    bench *b = XY_CONTAINER(outlet, bench, outlet);

    XY_ASSERT(!(flags & XY_PUT_ERRORS));
    xy_bytes_unref(b->result);
    b->result = result;
    return XY_OK;
}

static void on_end(xy_outlet *outlet)
{
    (void)outlet;
}

static const xy_outlet_ops outlet_ops = {.put = on_put, .end = on_end};

static void parse(void *arg)
{
    bench *b = arg;
    xy_ast_document *document;
    xy_errors errors;

    xy__arena_reset(&b->scratch);
    xy__errors_init(&errors, &b->scratch);
    XY_ASSERT(xy__parse(&b->scratch, &b->source, NULL, &document, &errors) == XY_OK);
}

static void validate(void *arg)
{
    bench *b = arg;
    xy_errors errors;

    xy__arena_reset(&b->scratch);
    xy__errors_init(&errors, &b->scratch);
    XY_ASSERT(xy__validate(b->schema, b->document, NULL, &errors) == XY_OK);
}

static void plan(void *arg)
{
    static const uint8_t no_conditions[1];
    bench *b = arg;
    xy_plan *made;

    XY_ASSERT(xy__plan_create(b->prepared->operations[0], no_conditions, XY_DELIVER_WHOLE, &made) ==
              XY_OK);
    xy__plan_destroy(made);
}

static void execute_document(bench *b, xy_document *document)
{
    xy_operation *operation = xy__operation_create(&b->executor, document);

    XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, NULL) == XY_OK);
    xy__execute_query_or_mutation(operation, NULL, &b->outlet);
    xy__operation_unref(operation);
}

static void execute(void *arg)
{
    bench *b = arg;

    execute_document(b, b->prepared);
}

static void lifted(void *arg)
{
    bench *b = arg;
    xy_operation *operation = xy__operation_create(&b->executor, b->prepared);
    xy_lifted literals;
    xy_shape shape;

    xy__arena_reset(&b->scratch);
    XY_ASSERT(xy__shape_read(&b->scratch, b->text, &shape));
    XY_ASSERT(xy__lifted_read(&b->scratch, b->prepared, b->text, &shape, &literals));
    xy__operation_lift(operation, &literals);
    XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, NULL) == XY_OK);
    xy__execute_query_or_mutation(operation, NULL, &b->outlet);
    xy__operation_unref(operation);
}

static xy_document *make_document(bench *b)
{
    xy_document *document;
    xy_errors errors;

    xy__arena_reset(&b->scratch);
    xy__errors_init(&errors, &b->scratch);
    XY_ASSERT(xy__document_create(b->schema, b->text, NULL, &document, &errors) == XY_OK);
    return document;
}

static void cold(void *arg)
{
    bench *b = arg;
    xy_document *document = make_document(b);

    execute_document(b, document);
    xy__document_unref(document);
}

static const struct step {
    const char *name;
    meter_fn *fn;
} steps[] = {
    {"parse", parse},     {"validate", validate}, {"plan", plan},
    {"execute", execute}, {"lifted", lifted},     {"cold", cold},
};

#define STEP_COUNT (sizeof steps / sizeof *steps)

/* ---- queries ---- */

static xy_str large_query(void)
{
    static char text[ALIASES * sizeof "a199:" AUCTION + 3];
    size_t len = 0;

    text[len++] = '{';
    for (unsigned i = 0; i < ALIASES; i++)
        len += (size_t)snprintf(text + len, sizeof text - len, "a%u:%s ", i, AUCTION);
    text[len++] = '}';
    return (xy_str){text, len};
}

static const char *const queries[] = {"small", "large", "introspection"};

#define QUERY_COUNT (sizeof queries / sizeof *queries)

static xy_str query_text(size_t query)
{
    if (query == 0)
        return XY_STR("{" AUCTION "}");
    return query == 1 ? large_query() : bench_introspection[0].text;
}

static void bench_init(bench *b, auctions *all)
{
    *b = (bench){.schema = load_schema(), .outlet = {.ops = &outlet_ops}};
    xy__executor_init(&b->executor, NULL);
    b->executor.app = (xy_app *)(void *)all;
    xy__arena_init(&b->tree, MEMORY_MAX);
    xy__arena_init(&b->scratch, MEMORY_MAX);
}

static void bench_choose(bench *b, size_t query)
{
    xy_ast_document *document;
    xy_errors errors;
    xy_shape shape;

    xy__document_unref(b->prepared);
    b->text = query_text(query);
    b->source.text = b->text;
    xy__arena_reset(&b->tree);
    xy__errors_init(&errors, &b->tree);
    XY_ASSERT(xy__parse(&b->tree, &b->source, NULL, &document, &errors) == XY_OK);
    b->document = document;
    b->prepared = make_document(b);
    XY_ASSERT(xy__shape_read(&b->scratch, b->text, &shape));
    xy__document_note_shape(b->prepared, &shape);
    xy__document_make_liftable(b->prepared, &shape);
    execute(b);
}

static void bench_deinit(bench *b)
{
    xy__document_unref(b->prepared);
    xy_bytes_unref(b->result);
    xy__executor_deinit(&b->executor);
    xy__arena_deinit(&b->scratch);
    xy__arena_deinit(&b->tree);
    xy_schema_destroy(b->schema);
}

/* ---- what is printed ---- */

static void print_row(const bench *b, const char *query, const char *step,
                      const meter_reading *reading)
{
    printf("%-14s %-9s %10.2f %5.0f%% ", query, step, reading->us, reading->spread * 100);
    if (reading->instructions < 0)
        printf("%12s", "-");
    else
        printf("%12.0f", reading->instructions);
    printf(" %8.2f %8zu %8zu\n", reading->allocations, b->text.len, xy_bytes_str(b->result).len);
}

static void print_table(bench *b, unsigned rounds)
{
    meter m;

    meter_init(&m, rounds, ROUND_MS);
    printf("CPU time of one thread, median of %u rounds of %u ms. %s\n\n", m.rounds, ROUND_MS,
           m.instruction_fd >= 0 ? "Instructions in user space."
                                 : "Instructions: not available here (the kernel offers no "
                                   "counter); bench/instructions counts them with callgrind.");
    printf("%-14s %-9s %10s %6s %12s %8s %8s %8s\n", "query", "step", "us", "spread",
           "instructions", "mallocs", "bytes in", "out");
    for (size_t query = 0; query < QUERY_COUNT; query++) {
        bench_choose(b, query);
        for (size_t i = 0; i < STEP_COUNT; i++) {
            meter_reading reading = meter_read(&m, steps[i].fn, b);

            print_row(b, queries[query], steps[i].name, &reading);
        }
    }
    meter_deinit(&m);
}

static int run_once(bench *b, const char *query, const char *step, size_t count)
{
    size_t q = 0;
    size_t s = 0;

    while (q < QUERY_COUNT && strcmp(queries[q], query) != 0)
        q++;
    while (s < STEP_COUNT && strcmp(steps[s].name, step) != 0)
        s++;
    if (q == QUERY_COUNT || s == STEP_COUNT || count == 0) {
        fputs("engine: --once small|large|introspection parse|validate|plan|execute|lifted|cold "
              "COUNT\n",
              stderr);
        return 2;
    }
    bench_choose(b, q);
    for (unsigned i = 0; i < WARM_UP; i++)
        steps[s].fn(b);
    meter_repeat(steps[s].fn, b, count);
    return 0;
}

/* ---- what operations hold ---- */

static xy_operation *hold(bench *b, size_t number, bool lifts)
{
    char text[128];
    xy_operation *operation;
    xy_lifted literals;
    xy_shape shape;

    snprintf(text, sizeof text, "{auction(id:\"%zu\"){id title highestBid{amount}}}", number);
    b->text = xy_str_from(text);
    if (!b->prepared || !lifts) {
        xy__document_unref(b->prepared);
        b->prepared = make_document(b);
        XY_ASSERT(xy__shape_read(&b->scratch, b->text, &shape));
        xy__document_note_shape(b->prepared, &shape);
        if (lifts)
            xy__document_make_liftable(b->prepared, &shape);
    }
    operation = xy__operation_create(&b->executor, b->prepared);
    XY_ASSERT(xy__shape_read(&b->scratch, b->text, &shape));
    if (lifts) {
        XY_ASSERT(xy__lifted_read(&b->scratch, b->prepared, b->text, &shape, &literals));
        xy__operation_lift(operation, &literals);
    }
    XY_ASSERT(xy__operation_prepare(operation, XY_STR_NULL, NULL) == XY_OK);
    xy__execute_query_or_mutation(operation, NULL, &b->outlet);
    xy__arena_reset(&b->scratch);
    return operation;
}

static void print_held(bench *b, size_t count)
{
    xy_operation **all = xy__zalloc(count * sizeof(xy_operation *));

    for (unsigned lifts = 0; lifts < 2; lifts++) {
        size_t before = mallinfo2().uordblks;

        for (size_t i = 0; i < count; i++)
            all[i] = hold(b, i, lifts);
        printf("%-28s %8.0f bytes an operation\n",
               lifts ? "one document, own literals" : "a document each",
               (double)(mallinfo2().uordblks - before) / (double)count);
        for (size_t i = 0; i < count; i++)
            xy__operation_unref(all[i]);
        xy__document_unref(b->prepared);
        b->prepared = NULL;
    }
    free(all);
}

int main(int argc, char **argv)
{
    unsigned rounds = ROUNDS_DEFAULT;
    int code = 0;
    auctions all;
    bench b;

    auctions_init(&all, 10);
    bench_init(&b, &all);
    if (argc == 3 && strcmp(argv[1], "--rounds") == 0)
        rounds = (unsigned)strtoul(argv[2], NULL, 10);
    if (argc == 5 && strcmp(argv[1], "--once") == 0) {
        code = run_once(&b, argv[2], argv[3], strtoul(argv[4], NULL, 10));
    } else if (argc == 3 && strcmp(argv[1], "--held") == 0) {
        print_held(&b, strtoul(argv[2], NULL, 10));
    } else if (argc == 1 || argc == 3) {
        print_table(&b, rounds);
    } else {
        fputs("usage: engine [--rounds N | --once QUERY STEP COUNT | --held COUNT]\n", stderr);
        code = 2;
    }
    bench_deinit(&b);
    auctions_deinit(&all);
    return code;
}
