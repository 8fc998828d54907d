/* SPDX-License-Identifier: MIT */
#include "app_auth.h"

#include <stdio.h>
#include <stdlib.h>

#include "app.h"

/* ---- tokens ---- */

static uint32_t number_of(const char *name)
{
    const char *text = getenv(name);

    return text ? (uint32_t)strtoul(text, NULL, 10) : 0;
}

/* A user of this name is known to be gone, whatever his token says. */
static int find_user(xy_app *handle, const xy_value *claims, xy_identity *identity)
{
    const xy_value *subject = xy_value_get(claims, XY_STR("sub"));

    (void)handle;
    if (subject && xy_str_is(xy_value_text(subject), "gone"))
        return xy_identity_refuse(identity, "the user is gone");
    if (subject && xy_str_is(xy_value_text(subject), "root"))
        xy_identity_add_role(identity, XY_STR("root"));
    return XY_OK;
}

bool app_auth_create(xy_jwt **out)
{
    const char *secret = getenv("JWT_SECRET");
    const char *keys = getenv("JWT_JWKS");
    bool is_url = keys && strstr(keys, "://");
    const xy_jwt_config config = {
        .secret = secret ? xy_str_from(secret) : XY_STR_NULL,
        .jwks_file = is_url ? NULL : keys,
        .jwks_url = is_url ? keys : NULL,
        .retry_s = number_of("JWT_RETRY_S"),
        .issuer = getenv("JWT_ISSUER"),
        .audience = getenv("JWT_AUDIENCE"),
        .leeway_s = number_of("JWT_LEEWAY_S"),
        .cookie = "session",
        .user = find_user,
    };

    *out = NULL;
    if (!secret && !keys) {
        xy_log(XY_LOG_WARN, "app", "JWT_SECRET is not set: everyone is let in");
        return true;
    }
    if (secret && !*secret) {
        fputs("JWT_SECRET is empty: set it to a secret, or unset it to let everyone in\n", stderr);
        return false;
    }
    return xy_jwt_create(&config, out) == XY_OK;
}

/* ---- directives ---- */

static int let_in(xy_call *call, const xy_value *arguments)
{
    (void)call;
    (void)arguments;
    return XY_OK;
}

static int check_team(xy_call *call, const xy_value *arguments)
{
    xy_str team = xy_value_text(xy_value_get(arguments, XY_STR("name")));

    if (xy_str_starts(xy_user_id(call), team))
        return XY_OK;
    return xy_fail_code(call, "NOT_IN_TEAM", "This is for team %.*s.", XY_PRI(team));
}

static int mask(xy_call *call, const xy_value *arguments, xy_result *value)
{
    int64_t keep = 0;
    char *text;

    if (value->kind != XY_RESULT_STR)
        return XY_OK;
    xy_value_to_int64(xy_value_get(arguments, XY_STR("keep")), &keep);
    text = xy_alloc(call, value->size);
    for (size_t i = 0; i < value->size; i++)
        text[i] = i < (size_t)keep ? value->text[i] : '*';
    *value = xy_result_str((xy_str){text, value->size});
    return XY_OK;
}

/* ---- fields ---- */

static int passed(xy_call *call)
{
    return xy_put_str(call, XY_STR("passed"));
}

static int Mutation_revoke(xy_call *call)
{
    xy_revoke_user(xy_call_app(call), xy_arg_str(call, "user"));
    return xy_put_bool(call, true);
}

static int open_guarded(xy_call *call, xy_source_stream *stream)
{
    (void)call;
    return xy_stream_topic(stream, XY_STR("guarded"), XY_STR_NULL);
}

static int bind_fields(xy_schema *schema)
{
    static const char *const fields[] = {
        "Query.guardOpen", "Query.guardUser",   "Query.guardAdmin",
        "Query.guardTeam", "Query.guardMasked", "Mutation.doOpen",
        "Mutation.doUser", "Mutation.doAdmin",  "Mutation.doTeam",
    };
    static const char *const streams[] = {
        "Subscription.onOpen",
        "Subscription.onUser",
        "Subscription.onAdmin",
        "Subscription.onTeam",
    };
    int rc = xy_bind(schema, "Mutation.revoke", Mutation_revoke);

    for (size_t i = 0; rc == XY_OK && i < sizeof fields / sizeof *fields; i++)
        rc = xy_bind(schema, fields[i], passed);
    for (size_t i = 0; rc == XY_OK && i < sizeof streams / sizeof *streams; i++)
        rc = xy_bind_stream(schema, streams[i], open_guarded);
    return rc;
}

int app_bind_auth(xy_schema *schema, const xy_jwt *jwt, bool has_probes)
{
    int rc = jwt ? XY_OK : xy_bind_validator(schema, "requireAuth", let_in);

    if (rc == XY_OK && has_probes)
        rc = bind_fields(schema);
    if (rc == XY_OK && has_probes)
        rc = xy_bind_validator(schema, "team", check_team);
    if (rc == XY_OK && has_probes)
        rc = xy_bind_transformer(schema, "mask", mask);
    return rc;
}
