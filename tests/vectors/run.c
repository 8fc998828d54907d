/* SPDX-License-Identifier: MIT */
/* tests/vectors/run.c -- run conformance vectors.
 *
 *     run [-v] DIR
 *
 * runs every <family>.jsonl in DIR and prints `<family>: N passed, N failed` for each; with -v
 * also what each failing case expected and got. Exits with 1 when a case failed, with 2 when DIR
 * holds no family file. */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"
#include "base/vec.h"
#include "json/read.h"
#include "json/write.h"
#include "vectors.h"

#define ARENA_MAX  ((size_t)1 << 30)
#define TEXT_MAX   ((size_t)1 << 26)
#define JSON_DEPTH 1000u

static const xy_vector_family *const families[] = {
#define VECTOR_FAMILY_ROW(name) &vector_family_##name,
    VECTOR_FAMILY_MAP(VECTOR_FAMILY_ROW)
#undef VECTOR_FAMILY_ROW
        NULL,
};

typedef struct counts {
    size_t passed;
    size_t failed;
    size_t skipped;
} counts;

static xy_buf read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    xy_buf text;
    char block[1 << 16];
    size_t len;

    if (!file)
        xy__fatal("%s: %s", path, strerror(errno));
    xy__buf_init(&text, ARENA_MAX);
    while ((len = fread(block, 1, sizeof block, file)) > 0)
        xy__buf_append(&text, block, len);
    fclose(file);
    return text;
}

/* Syntax that is not ours: see the README beside the vectors. */
static bool is_foreign(const xy_value *json)
{
    static const char flag[] = "experimentalFragmentArguments";

    return vector_bool(json, "non_utf8", false) || vector_get(json, "experimental") ||
           vector_bool(json, "empty_selection_set", false) ||
           vector_bool(vector_get(json, "options"), flag, false) ||
           vector_bool(vector_get(json, "parse_options"), flag, false);
}

static void print_failure(const vector_case *c)
{
    xy_str id = vector_str(c->json, "id");
    xy_str expected = xy__buf_view(&c->expected);
    xy_str got = xy__buf_view(&c->got);

    printf("%.*s: %.*s\n  expected: %.*s\n  got:      %.*s\n", XY_PRI(id), XY_PRI(c->what),
           XY_PRI(expected), XY_PRI(got));
}

static void run_case(const xy_vector_family *family, vector_case *c, xy_str line, bool verbose,
                     counts *n)
{
    xy_json_error error;
    xy_value *json = XY_ARENA_NEW(c->arena, xy_value);

    if (xy__json_read(c->arena, line, JSON_DEPTH, json, &error) < 0)
        xy__fatal("%s: %s at byte %zu of: %.*s", family->name, error.message, error.offset,
                  XY_PRI(line));
    c->json = json;
    switch (is_foreign(json) ? VECTOR_SKIP : family->run(c)) {
    case VECTOR_PASS:
        n->passed++;
        return;
    case VECTOR_SKIP:
        n->skipped++;
        return;
    case VECTOR_FAIL:
        n->failed++;
        if (verbose)
            print_failure(c);
        return;
    }
}

/* The line that begins at *at, without its line feed; *at moves behind it. */
static xy_str next_line(xy_str text, size_t *at)
{
    const char *start = text.ptr + *at;
    const char *end = memchr(start, '\n', text.len - *at);
    size_t len = end ? (size_t)(end - start) : text.len - *at;

    *at += len + 1;
    return (xy_str){start, len};
}

static counts run_file(const xy_vector_family *family, const char *path, bool verbose)
{
    xy_buf text = read_file(path);
    xy_str lines = xy__buf_view(&text);
    counts n = {0};
    xy_arena arena;
    size_t at = 0;

    xy__arena_init(&arena, ARENA_MAX);
    while (at < lines.len) {
        xy_str line = next_line(lines, &at);
        vector_case c = {.arena = &arena};

        if (!line.len)
            continue;
        xy__buf_init(&c.expected, TEXT_MAX);
        xy__buf_init(&c.got, TEXT_MAX);
        run_case(family, &c, line, verbose, &n);
        xy__buf_deinit(&c.expected);
        xy__buf_deinit(&c.got);
        xy__arena_reset(&arena);
    }
    xy__arena_deinit(&arena);
    xy__buf_deinit(&text);
    return n;
}

static const xy_vector_family *find_family(xy_str name)
{
    for (const xy_vector_family *const *family = families; *family; family++) {
        if (xy_str_is(name, (*family)->name))
            return *family;
    }
    return NULL;
}

/* The family name of a file, or the null string. */
static xy_str family_name(const char *file)
{
    static const char ending[] = ".jsonl";
    xy_str name = xy_str_from(file);
    size_t len = sizeof ending - 1;

    if (name.len <= len || memcmp(name.ptr + name.len - len, ending, len) != 0)
        return XY_STR_NULL;
    return (xy_str){name.ptr, name.len - len};
}

/* Run one directory entry if it is a family's. Returns how many families that was: 1 or 0. */
static int run_entry(const char *dir, const char *file, bool verbose, size_t *failed)
{
    xy_str name = family_name(file);
    const xy_vector_family *family;
    char path[4096];
    counts n;

    if (!name.ptr)
        return 0;
    family = find_family(name);
    if (!family) {
        fprintf(stderr, "%.*s: unknown family\n", XY_PRI(name));
        return 0;
    }
    snprintf(path, sizeof path, "%s/%s", dir, file);
    n = run_file(family, path, verbose);
    printf("%s: %zu passed, %zu failed", family->name, n.passed, n.failed);
    if (n.skipped)
        printf(", %zu skipped", n.skipped);
    printf("\n");
    fflush(stdout);
    *failed += n.failed;
    return 1;
}

int main(int argc, char **argv)
{
    bool verbose = argc == 3 && strcmp(argv[1], "-v") == 0;
    const char *dir = argc > 1 ? argv[argc - 1] : NULL;
    struct dirent **entries;
    size_t failed = 0;
    int found = 0;
    int count;

    if (argc != (verbose ? 3 : 2)) {
        fprintf(stderr, "usage: run [-v] DIR\n");
        return 2;
    }
    count = scandir(dir, &entries, NULL, alphasort);
    if (count < 0) {
        fprintf(stderr, "%s: %s\n", dir, strerror(errno));
        return 2;
    }
    for (int i = 0; i < count; i++) {
        found += run_entry(dir, entries[i]->d_name, verbose, &failed);
        free(entries[i]);
    }
    free(entries);
    if (!found) {
        fprintf(stderr, "%s: no vectors\n", dir);
        return 2;
    }
    return failed ? 1 : 0;
}
