/* SPDX-License-Identifier: MIT */
#include "serve/trusted.h"

#include <errno.h>
#include <stdlib.h>

#include "xylem/error.h"
#include "xylem/value.h"

#include "base/fatal.h"
#include "base/map.h"
#include "json/read.h"

#define MANIFEST_FORMAT "apollo-persisted-query-manifest"
#define JSON_DEPTH_MAX  16u
/* Further problems are counted only. */
#define PROBLEMS_SHOWN 20u

struct xy_trusted {
    xy_arena arena;   /* names and digests */
    xy_map names;     /* id -> document; but for ids that are digests */
    xy_map digests;   /* SHA-256 of the text -> document */
    xy_map texts;     /* text -> document, which is the owner's reference */
    size_t documents; /* in texts */
};

/* A file on its way to be trusted. */
typedef struct reading {
    xy_trusted *trusted;
    const xy_schema *schema;
    const xy_document_options *options;
    const char *path;
    FILE *out;
    size_t problems;
} reading;

/* One more problem. False: it is not shown any more. */
static bool problem(reading *read)
{
    read->problems++;
    return read->problems <= PROBLEMS_SHOWN;
}

/* ---- the file ---- */

/* The whole file, from malloc(); NULL after a message. */
static char *read_file(reading *read, size_t *out_len)
{
    FILE *file = fopen(read->path, "rbe");
    const char *wrong = NULL;
    size_t cap = 4096;
    size_t len = 0;
    size_t got = 1;
    char *text;

    if (!file) {
        fprintf(read->out, "%s: %s\n", read->path, strerror(errno));
        return NULL;
    }
    text = xy__malloc(cap);
    while (got > 0 && len <= XY_TRUSTED_FILE_MAX) {
        if (len == cap)
            text = xy__realloc(text, cap *= 2);
        got = fread(text + len, 1, cap - len, file);
        len += got;
    }
    if (ferror(file))
        wrong = strerror(errno);
    else if (len > XY_TRUSTED_FILE_MAX)
        wrong = "larger than a file of trusted documents may be (256 MiB)";
    fclose(file);
    *out_len = len;
    if (!wrong)
        return text;
    fprintf(read->out, "%s: %s\n", read->path, wrong);
    free(text);
    return NULL;
}

static void print_json_problem(reading *read, xy_str text, int rc, const xy_json_error *error)
{
    size_t line = 1;
    size_t column = 1;

    for (size_t i = 0; i < error->offset && i < text.len; i++) {
        column = text.ptr[i] == '\n' ? 1 : column + 1;
        line += text.ptr[i] == '\n';
    }
    if (problem(read))
        fprintf(read->out, "%s:%zu:%zu: %s\n", read->path, line, column,
                rc == XY_EUTF8 ? "not valid UTF-8" : error->message);
}

/* ---- a document ---- */

static void print_errors(reading *read, xy_str id, const xy_errors *errors)
{
    for (size_t i = 0; i < errors->list.len; i++) {
        const xy_error *error = errors->list.items[i];

        if (!problem(read))
            continue;
        fprintf(read->out, "%s: %.*s:", read->path, XY_PRI(id));
        if (error->location_count > 0)
            fprintf(read->out, "%u:%u:", error->locations[0].line, error->locations[0].column);
        fprintf(read->out, " %.*s\n", XY_PRI(error->message));
    }
}

/* The document of `text`, known from now on; NULL after a message. */
static xy_document *make_document(reading *read, xy_str id, xy_str text, const xy_digest *digest)
{
    xy_trusted *trusted = read->trusted;
    xy_document *document = xy__map_get(&trusted->texts, text);
    xy_digest *key;
    xy_arena scratch;
    xy_errors errors;

    if (document)
        return document;
    xy__arena_init(&scratch, SIZE_MAX);
    xy__errors_init(&errors, &scratch);
    if (xy__document_create(read->schema, text, read->options, &document, &errors) == XY_OK) {
        key = XY_ARENA_NEW(&trusted->arena, xy_digest);
        *key = *digest;
        xy__map_put(&trusted->digests, xy__digest_str(key), document);
        xy__map_put(&trusted->texts, document->source.text, document);
        trusted->documents++;
    } else {
        print_errors(read, id, &errors);
        document = NULL;
    }
    xy__arena_deinit(&scratch);
    return document;
}

static void add(reading *read, xy_str id, xy_str text)
{
    xy_trusted *trusted = read->trusted;
    xy_document_id named = xy__document_id_read(id);
    xy_digest digest = xy__digest_of(text);
    xy_document *document;

    if (named.kind == XY_DOCUMENT_ID_NONE) {
        if (problem(read))
            fprintf(read->out, "%s: a document's id is the empty string\n", read->path);
        return;
    }
    if (named.kind == XY_DOCUMENT_ID_DIGEST && !xy__digest_eq(&named.digest, &digest)) {
        if (problem(read))
            fprintf(read->out,
                    "%s: %.*s: this is not the SHA-256 of the document's text. Generate the file "
                    "again, with hashAlgorithm 'sha256'\n",
                    read->path, XY_PRI(id));
        return;
    }
    document = make_document(read, id, text, &digest);
    if (document && named.kind == XY_DOCUMENT_ID_NAME &&
        xy__map_put(&trusted->names, xy__arena_str(&trusted->arena, id), document) && problem(read))
        fprintf(read->out, "%s: %.*s: two documents have this id\n", read->path, XY_PRI(id));
}

/* ---- the forms of the file ---- */

static void add_entries(reading *read, const xy_value *file)
{
    for (uint32_t i = 0; i < file->len; i++) {
        const xy_member *entry = &file->members[i];

        if (entry->value.kind == XY_VALUE_STRING)
            add(read, entry->key, xy_value_text(&entry->value));
        else if (problem(read))
            fprintf(read->out, "%s: %.*s: the text of a document must be a string\n", read->path,
                    XY_PRI(entry->key));
    }
}

static void add_manifest(reading *read, const xy_value *file)
{
    const xy_value *version = xy_value_get(file, XY_STR("version"));
    const xy_value *operations = xy_value_get(file, XY_STR("operations"));

    if (!version || version->kind != XY_VALUE_INT || version->integer != 1 || !operations ||
        operations->kind != XY_VALUE_LIST) {
        if (problem(read))
            fprintf(read->out, "%s: a manifest needs \"version\": 1 and a list of \"operations\"\n",
                    read->path);
        return;
    }
    for (uint32_t i = 0; i < operations->len; i++) {
        const xy_value *id = xy_value_get(&operations->items[i], XY_STR("id"));
        const xy_value *body = xy_value_get(&operations->items[i], XY_STR("body"));

        if (id && id->kind == XY_VALUE_STRING && body && body->kind == XY_VALUE_STRING)
            add(read, xy_value_text(id), xy_value_text(body));
        else if (problem(read))
            fprintf(read->out, "%s: operations[%u]: \"id\" and \"body\" must be strings\n",
                    read->path, i);
    }
}

static void read_text(reading *read, xy_str text)
{
    xy_arena arena;
    xy_value file;
    const xy_value *format;
    xy_json_error error = {0};
    int rc;

    xy__arena_init(&arena, SIZE_MAX);
    rc = xy__json_read(&arena, text, JSON_DEPTH_MAX, &file, &error);
    format = rc == XY_OK ? xy_value_get(&file, XY_STR("format")) : NULL;
    if (rc < 0) {
        print_json_problem(read, text, rc, &error);
    } else if (file.kind != XY_VALUE_OBJECT) {
        if (problem(read))
            fprintf(read->out, "%s: expected an object, {\"<SHA-256>\": \"<document>\", ...}\n",
                    read->path);
    } else if (format && xy_str_is(xy_value_text(format), MANIFEST_FORMAT)) {
        add_manifest(read, &file);
    } else {
        add_entries(read, &file);
    }
    xy__arena_deinit(&arena);
}

/* ---- life ---- */

int xy__trusted_load(const char *path, const xy_schema *schema, const xy_document_options *options,
                     FILE *problems, xy_trusted **out)
{
    reading read = {
        .trusted = xy__zalloc(sizeof *read.trusted),
        .schema = schema,
        .options = options,
        .path = path,
        .out = problems,
    };
    size_t len;
    char *text;
    bool good;

    xy__arena_init(&read.trusted->arena, SIZE_MAX);
    xy__map_init(&read.trusted->names, NULL);
    xy__map_init(&read.trusted->digests, NULL);
    xy__map_init(&read.trusted->texts, NULL);
    text = read_file(&read, &len);
    if (text)
        read_text(&read, (xy_str){text, len});
    good = text && !read.problems;
    free(text);
    if (good) {
        *out = read.trusted;
        return XY_OK;
    }
    if (read.problems > PROBLEMS_SHOWN)
        fprintf(problems, "%s: … and %zu problems more\n", path, read.problems - PROBLEMS_SHOWN);
    xy__trusted_destroy(read.trusted);
    return XY_EINVAL;
}

void xy__trusted_destroy(xy_trusted *trusted)
{
    xy_map_slot *slot;
    size_t at = 0;

    if (!trusted)
        return;
    xy__map_deinit(&trusted->names);
    xy__map_deinit(&trusted->digests);
    while ((slot = xy__map_next(&trusted->texts, &at)) != NULL)
        xy__document_unref(slot->value);
    xy__map_deinit(&trusted->texts);
    xy__arena_deinit(&trusted->arena);
    free(trusted);
}

/* ---- find ---- */

xy_document *xy__trusted_find(const xy_trusted *trusted, const xy_document_id *id)
{
    switch (id->kind) {
    case XY_DOCUMENT_ID_DIGEST:
        return xy__map_get(&trusted->digests, xy__digest_str(&id->digest));
    case XY_DOCUMENT_ID_NAME:
        return xy__map_get(&trusted->names, id->name);
    case XY_DOCUMENT_ID_NONE:
        break;
    }
    return NULL;
}

xy_document *xy__trusted_find_text(const xy_trusted *trusted, xy_str text)
{
    return xy__map_get(&trusted->texts, text);
}

size_t xy__trusted_len(const xy_trusted *trusted)
{
    return trusted->documents;
}
