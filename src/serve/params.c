/* SPDX-License-Identifier: MIT */
#include "serve/params.h"

#include "xylem/error.h"

#include "base/utf8.h"
#include "json/read.h"
#include "serve/query_string.h"

#define BODY_DEPTH_MAX 128u

static const char *kind_name(const xy_value *value)
{
    switch ((xy_value_kind)value->kind) {
    case XY_VALUE_BOOL:
        return "boolean";
    case XY_VALUE_INT:
    case XY_VALUE_FLOAT:
    case XY_VALUE_NUMBER:
        return "number";
    case XY_VALUE_STRING:
        return "string";
    case XY_VALUE_LIST:
        return "array";
    case XY_VALUE_OBJECT:
        return "object";
    case XY_VALUE_NULL:
        break;
    }
    return "null";
}

static int refuse(xy_params_error *error, xy_str message)
{
    *error = (xy_params_error){.message = message};
    return XY_EINVAL;
}

/* Of a request. Those of a query string that come last hold JSON text. */
static const char *const keys[] = {"query", "operationName", "documentId", "variables",
                                   "extensions"};

#define KEYS      (sizeof keys / sizeof *keys)
#define TEXT_KEYS ((size_t)3)

static bool is_known(xy_str key)
{
    for (size_t i = 0; i < KEYS; i++)
        if (xy_str_is(key, keys[i]))
            return true;
    return false;
}

/* A null parameter is an absent one. */
static const xy_value *present(const xy_value *params, const char *key)
{
    const xy_value *value = xy_value_get(params, xy_str_from(key));

    return value && value->kind != XY_VALUE_NULL ? value : NULL;
}

static int take_object(xy_arena *arena, const xy_value *params, const char *key,
                       const xy_value **out, xy_params_error *error)
{
    const xy_value *value = present(params, key);

    if (value && value->kind != XY_VALUE_OBJECT)
        return refuse(
            error,
            xy__arena_printf(arena, "Expected \"%s\" param to be empty or an object, but given %s.",
                             key, kind_name(value)));
    *out = value;
    return XY_OK;
}

static int take_string(xy_arena *arena, const xy_value *params, const char *key, xy_str *out,
                       xy_params_error *error)
{
    const xy_value *value = present(params, key);

    if (value && value->kind != XY_VALUE_STRING)
        return refuse(error,
                      xy__arena_printf(arena, "Expected \"%s\" param to be a string, but given %s.",
                                       key, kind_name(value)));
    *out = value ? xy_value_text(value) : XY_STR_NULL;
    return XY_OK;
}

/* extensions.persistedQuery, of version 1 (apollo-link-persisted-queries, "Protocol"). */
static int take_persisted(const xy_value *persisted, xy_document_id *out, xy_params_error *error)
{
    const xy_value *version;
    const xy_value *hash;

    if (persisted->kind != XY_VALUE_OBJECT)
        return refuse(error, XY_STR("Expected \"extensions.persistedQuery\" to be an object, as "
                                    "{\"version\": 1, \"sha256Hash\": \"…\"}."));
    version = present(persisted, "version");
    if (!version || version->kind != XY_VALUE_INT || version->integer != 1)
        return refuse(error, XY_STR("Unsupported persisted query version"));
    hash = present(persisted, "sha256Hash");
    if (!hash || hash->kind != XY_VALUE_STRING || !hash->len)
        return refuse(error, XY_STR("Expected \"extensions.persistedQuery.sha256Hash\" to be a "
                                    "string."));
    *out = xy__document_id_read(xy_value_text(hash));
    return XY_OK;
}

static int take_id(xy_arena *arena, const xy_value *params, xy_params *out, xy_params_error *error)
{
    const xy_value *persisted = present(out->extensions, "persistedQuery");
    xy_str id;
    int rc = take_string(arena, params, "documentId", &id, error);

    if (rc < 0)
        return rc;
    out->document_id = xy__document_id_read(id);
    if (persisted && out->document_id.kind == XY_DOCUMENT_ID_NONE)
        rc = take_persisted(persisted, &out->document_id, error);
    return rc;
}

static int take_params(xy_arena *arena, const xy_value *params, xy_params *out,
                       xy_params_error *error)
{
    int rc = take_string(arena, params, "query", &out->query, error);

    if (rc == XY_OK)
        rc = take_string(arena, params, "operationName", &out->operation_name, error);
    if (rc == XY_OK)
        rc = take_object(arena, params, "variables", &out->variables, error);
    if (rc == XY_OK)
        rc = take_object(arena, params, "extensions", &out->extensions, error);
    if (rc == XY_OK)
        rc = take_id(arena, params, out, error);
    if (rc == XY_OK && !out->query.len && out->document_id.kind == XY_DOCUMENT_ID_NONE) {
        rc = refuse(error, XY_STR("Must provide query string."));
        error->no_query = true;
    }
    return rc;
}

int xy__params_read_body(xy_arena *arena, xy_str body, xy_params *out, xy_params_error *error)
{
    xy_value *params = XY_ARENA_NEW(arena, xy_value);
    xy_json_error json;
    int rc = xy__json_read(arena, body, BODY_DEPTH_MAX, params, &json);

    if (rc == XY_EUTF8)
        return refuse(error, XY_STR("The request body is not valid UTF-8."));
    if (rc < 0)
        return refuse(error, xy__arena_printf(arena, "POST body sent invalid JSON: %s at byte %zu.",
                                              json.message, json.offset));
    if (params->kind != XY_VALUE_OBJECT)
        return refuse(error,
                      xy__arena_printf(arena, "Expected params to be an object but given %s.",
                                       kind_name(params)));
    for (uint32_t i = 0; i < params->len; i++) {
        const xy_member *member = &params->members[i];

        if (!is_known(member->key) && member->value.kind != XY_VALUE_NULL)
            return refuse(
                error, xy__arena_printf(arena, "Unexpected parameter \"%.*s\" in the request body.",
                                        XY_PRI(member->key)));
    }
    return take_params(arena, params, out, error);
}

/* `variables` and `extensions` are JSON text in a query string. */
static int read_json_param(xy_arena *arena, const char *key, xy_str text, xy_value *out,
                           xy_params_error *error)
{
    xy_json_error json;

    *out = XY_NULL;
    if (!text.len)
        return XY_OK;
    if (xy__json_read(arena, text, BODY_DEPTH_MAX, out, &json) < 0)
        return refuse(error,
                      xy__arena_printf(arena, "\"%s\" param is invalid JSON: %s at byte %zu.", key,
                                       json.message, json.offset));
    return XY_OK;
}

int xy__params_read_query(xy_arena *arena, xy_str query, xy_params *out, xy_params_error *error)
{
    xy_member *members = XY_ARENA_ARRAY(arena, xy_member, KEYS);
    xy_value params = {.kind = XY_VALUE_OBJECT, .len = KEYS, .members = members};
    xy_str text[KEYS] = {XY_STR_NULL};
    xy_str key;
    xy_str value;
    int rc;

    while (xy__query_string_next(arena, &query, &key, &value)) {
        if (!xy__utf8_valid(value))
            return refuse(error, XY_STR("The query string is not valid UTF-8."));
        for (size_t i = 0; i < KEYS; i++)
            if (xy_str_is(key, keys[i]) && value.len)
                text[i] = value;
    }
    for (size_t i = 0; i < KEYS; i++) {
        members[i] = (xy_member){xy_str_from(keys[i]), xy_value_string(text[i])};
        if (i < TEXT_KEYS)
            continue;
        rc = read_json_param(arena, keys[i], text[i], &members[i].value, error);
        if (rc < 0)
            return rc;
    }
    return take_params(arena, &params, out, error);
}
