/* SPDX-License-Identifier: MIT */
/* Resolvers that block: they compute, wait for a gate, publish and invalidate on threads of the
 * pool. Only with --gates. */
#include <inttypes.h>
#include <stdlib.h>
#include <time.h>

#include "app.h"

#define LOOK_NS 2000000

static app *app_of_work(const xy_work *work)
{
    return xy_app_data(xy_work_app(work));
}

static int Query_digest(xy_work *work)
{
    xy_str text = xy_work_arg_str(work, "text");
    int32_t rounds = xy_work_arg_int(work, "rounds");
    uint64_t digest = 14695981039346656037u;

    if (rounds < 1)
        return xy_work_fail_code(work, "BAD_USER_INPUT", "There must be a round.");
    for (int32_t i = 0; i < rounds && !xy_work_cancelled(work); i++)
        for (size_t at = 0; at < text.len; at++)
            digest = (digest ^ (unsigned char)text.ptr[at]) * 1099511628211u;
    return xy_work_put_str(work, xy_work_format(work, "%016" PRIx64, digest));
}

/* Wakes when a gate is opened, and looks now and then whether anybody still waits. */
static void wait_for(app *application, const _Atomic int64_t *gate, const xy_work *work)
{
    pthread_mutex_lock(&application->gates_lock);
    while (!atomic_load(gate) && !xy_work_cancelled(work)) {
        struct timespec until;

        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += LOOK_NS;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&application->gates_changed, &application->gates_lock, &until);
    }
    pthread_mutex_unlock(&application->gates_lock);
}

static int hold(xy_work *work, xy_str text)
{
    app *application = app_of_work(work);
    int32_t number = xy_work_arg_int(work, "gate");

    if (number < 0 || number >= APP_GATES)
        return xy_work_fail_code(work, "BAD_USER_INPUT", "There is no such gate.");
    wait_for(application, &application->gates[number], work);
    return xy_work_put_str(work, text);
}

static int Query_heldWork(xy_work *work)
{
    return hold(work, XY_STR("open"));
}

static int Probe_heldWork(xy_work *work)
{
    return hold(work, xy_work_format(work, "%.*s is open", XY_PRI(app_work_probe_id(work))));
}

/* ---- data that threads share ---- */

static int Query_tally(xy_work *work)
{
    xy_work_depend(work, XY_STR("tally"));
    return xy_work_put_int(work, atomic_load(&app_of_work(work)->tally));
}

static int Mutation_bumpTally(xy_work *work)
{
    int64_t tally = atomic_fetch_add(&app_of_work(work)->tally, 1) + 1;

    if (xy_invalidate(xy_work_app(work), XY_STR("tally")) < 0)
        return xy_work_fail_internal(work, "The tally cannot be invalidated.");
    return xy_work_put_int(work, tally);
}

static int Mutation_sendFromWork(xy_work *work)
{
    xy_str body = xy_work_arg_str(work, "body");
    xy_member members[] = {
        {XY_STR("from"), xy_value_string(XY_STR("a thread"))},
        {XY_STR("body"), xy_value_string(body)},
    };
    xy_value message = {.kind = XY_VALUE_OBJECT, .len = 2, .members = members};
    int rc = xy_publish(xy_work_app(work), XY_STR("newMessage"), xy_work_arg_str(work, "roomId"),
                        &message);

    return rc < 0 ? rc : xy_work_put_bool(work, true);
}

static int Query_workUser(xy_work *work)
{
    return xy_work_put_str(work, xy_work_user_id(work));
}

/* ---- words: each is fetched by its number, many at a time ---- */

typedef struct Word {
    int64_t number;
} Word;

static int load_words(xy_work *work, xy_batch *batch)
{
    atomic_fetch_add(&app_of_work(work)->batches, 1);
    for (size_t i = 0; i < xy_batch_len(batch); i++) {
        xy_str key = xy_batch_key(batch, i);
        Word *word = xy_work_new(work, Word);

        word->number = strtoll(key.ptr, NULL, 10);
        if (word->number > 0) {
            xy_batch_put(batch, i, xy_result_object(NULL, word));
        } else {
            xy_batch_fail(batch, i, "NOT_FOUND", "There is no word %.*s.", XY_PRI(key));
        }
    }
    return XY_OK;
}

static const xy_loader words = {.load_blocking = load_words};

static int Query_word(xy_call *call)
{
    return xy_load(call, &words, xy_arg_str(call, "id"));
}

static int Word_next(xy_call *call)
{
    const Word *word = xy_parent(call);

    return xy_load(call, &words, xy_format(call, "%" PRId64, word->number + 1));
}

static int Word_text(xy_call *call)
{
    const Word *word = xy_parent(call);

    return xy_put_str(call, xy_format(call, "word %" PRId64, word->number));
}

static int Query_batches(xy_call *call)
{
    return xy_put_int(call, atomic_load(&app_of(call)->batches));
}

static int bind_words(xy_schema *schema)
{
    int rc = xy_bind(schema, "Query.word", Query_word);

    if (rc == XY_OK)
        rc = xy_bind(schema, "Query.batches", Query_batches);
    if (rc == XY_OK)
        rc = xy_bind(schema, "Word.next", Word_next);
    if (rc == XY_OK)
        rc = xy_bind(schema, "Word.text", Word_text);
    return rc;
}

int app_bind_works(xy_schema *schema)
{
    static const struct {
        const char *coordinate;
        xy_blocking_resolver *resolver;
    } fields[] = {
        {"Query.digest", Query_digest},
        {"Query.heldWork", Query_heldWork},
        {"Probe.heldWork", Probe_heldWork},
        {"Query.tally", Query_tally},
        {"Query.workUser", Query_workUser},
        {"Mutation.bumpTally", Mutation_bumpTally},
        {"Mutation.sendFromWork", Mutation_sendFromWork},
    };
    int rc = bind_words(schema);

    for (size_t i = 0; rc == XY_OK && i < sizeof fields / sizeof *fields; i++)
        rc = xy_bind_blocking(schema, fields[i].coordinate, fields[i].resolver);
    return rc;
}
