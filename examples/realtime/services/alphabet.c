/* SPDX-License-Identifier: MIT */
/* A list whose items are pushed as they come: a timer spells the alphabet. The timer and the memory
 * belong to the stream and end with it, also when the client goes before the last letter.
 *
 * To try it:
 *
 *   curl -N http://127.0.0.1:8911/graphql -H 'Content-Type: application/json' \
 *     -H 'Accept: multipart/mixed' -d '{"query":"{ alphabet @stream }"}'
 *
 * LETTER_MS in the environment is the time between two letters, in milliseconds. */
#include "alphabet.h"

#include <stdlib.h>

#define LETTER_MS 1000

typedef struct alphabet {
    const char *rest;
} alphabet;

static uint64_t letter_ms(void)
{
    const char *text = getenv("LETTER_MS");
    uint64_t wanted = text ? strtoul(text, NULL, 10) : 0;

    return wanted ? wanted : LETTER_MS;
}

static void next_letter(xy_source_stream *stream, void *arg)
{
    alphabet *state = arg;

    if (!*state->rest) {
        xy_stream_end(stream);
        return;
    }
    xy_stream_push_str(stream, (xy_str){state->rest++, 1});
}

static int Query_alphabet(xy_call *call)
{
    xy_source_stream *stream = xy_later_list(call);
    alphabet *state = xy_stream_alloc(stream, sizeof *state);

    state->rest = "abcdefghijklmnopqrstuvwxyz";
    xy_stream_every(stream, letter_ms(), next_letter, state);
    next_letter(stream, state);
    return XY_OK;
}

int alphabet_bind(xy_schema *schema)
{
    return xy_bind(schema, "Query.alphabet", Query_alphabet);
}
