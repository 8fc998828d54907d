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
#include <stdlib.h>

#include "types.h"

static uint64_t letter_ms(void)
{
    const char *text = getenv("LETTER_MS");
    uint64_t wanted = text ? strtoul(text, NULL, 10) : 0;

    return wanted ? wanted : 1000;
}

static void next_letter(Query_alphabet_source *s, void *arg)
{
    const char **rest = arg;

    if (!**rest) {
        Query_alphabet_end(s);
        return;
    }
    Query_alphabet_push(s, (xy_str){(*rest)++, 1});
}

int Query_alphabet(xy_call *c, Query_alphabet_source *s)
{
    const char **rest = Query_alphabet_alloc(s, sizeof *rest);

    (void)c;
    *rest = "abcdefghijklmnopqrstuvwxyz";
    Query_alphabet_every(s, letter_ms(), next_letter, rest);
    next_letter(s, rest);
    return XY_OK;
}
