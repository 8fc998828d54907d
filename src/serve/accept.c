/* SPDX-License-Identifier: MIT */
#include "serve/accept.h"

#include <stdbool.h>
#include <strings.h>

#include "serve/field.h"

/* How exactly a range names a type; a more exact one overrides. */
enum { MATCH_NONE, MATCH_ANY, MATCH_SUBTYPE, MATCH_TYPE };

#define PLACE_MAX UINT16_MAX

static const char *const media_names[XY_MEDIA_COUNT] = {
    [XY_MEDIA_JSON] = "application/json",
    [XY_MEDIA_GRAPHQL_RESPONSE] = "application/graphql-response+json",
    [XY_MEDIA_EVENT_STREAM] = "text/event-stream",
    [XY_MEDIA_MULTIPART] = "multipart/mixed",
    [XY_MEDIA_MULTIPART_PAYLOADS] = "multipart/mixed",
};

static bool same(xy_str s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

static int match(xy_str range, const char *name)
{
    size_t type_len = (size_t)(strchr(name, '/') - name) + 1;

    if (same(range, name))
        return MATCH_TYPE;
    if (range.len == type_len + 1 && range.ptr[type_len] == '*' &&
        strncasecmp(range.ptr, name, type_len) == 0)
        return MATCH_SUBTYPE;
    return same(range, "*/*") || same(range, "*") ? MATCH_ANY : MATCH_NONE;
}

typedef struct parameters {
    int weight;
    bool wrong_charset;     /* one that JSON cannot have */
    bool subscription_spec; /* subscriptionSpec=1.0 */
    xy_form_kind form;
} parameters;

static xy_str unquote(xy_str s)
{
    return s.len >= 2 && s.ptr[0] == '"' && s.ptr[s.len - 1] == '"' ? (xy_str){s.ptr + 1, s.len - 2}
                                                                    : s;
}

static parameters read_parameters(xy_str rest)
{
    parameters found = {.weight = XY_WEIGHT_FULL, .form = XY_FORM_2022};

    while (rest.len) {
        xy_str value = xy__field_cut(&rest, ';');
        xy_str name = xy__field_cut(&value, '=');

        value = unquote(xy__field_trim(value));
        if (same(name, "q"))
            found.weight = xy__field_weight(value);
        if (same(name, "charset"))
            found.wrong_charset = !same(value, "utf-8");
        if (same(name, "subscriptionSpec"))
            found.subscription_spec = same(value, "1.0");
        if (same(name, "deferSpec") && same(value, "20220824"))
            found.form = XY_FORM_2022;
        if (same(name, "incrementalSpec") && same(value, "v0.2"))
            found.form = XY_FORM_2023;
    }
    return found;
}

/* A range speaks of payloads only when it names their protocol. */
static int match_media(xy_media media, xy_str range, bool subscription_spec)
{
    if (media == XY_MEDIA_MULTIPART_PAYLOADS && !subscription_spec)
        return MATCH_NONE;
    return match(range, media_names[media]);
}

/* What has been read of a header. */
typedef struct reading {
    xy_accept accept;
    int exactness[XY_MEDIA_COUNT]; /* of the range that decides */
    uint16_t place;
} reading;

static void offer(reading *so_far, xy_media media, int exact, const parameters *with)
{
    xy_accept *accept = &so_far->accept;
    int before = so_far->exactness[media];

    if (exact < before || (exact == before && with->weight <= accept->weight[media]))
        return;
    so_far->exactness[media] = exact;
    accept->weight[media] = (uint16_t)with->weight;
    accept->place[media] = so_far->place;
    accept->form[media] = (uint8_t)with->form;
}

xy_accept xy__accept_parse(xy_str header)
{
    reading so_far = {0};

    header = xy__field_trim(header);
    if (!header.len)
        header = XY_STR("*/*");
    while (header.len) {
        xy_str rest = xy__field_cut(&header, ',');
        xy_str range = xy__field_cut(&rest, ';');
        parameters with = read_parameters(rest);

        for (int media = XY_MEDIA_NONE + 1; media < XY_MEDIA_COUNT; media++) {
            int exact = match_media((xy_media)media, range, with.subscription_spec);

            if (exact != MATCH_NONE && !with.wrong_charset)
                offer(&so_far, (xy_media)media, exact, &with);
        }
        if (so_far.place < PLACE_MAX)
            so_far.place++;
    }
    return so_far.accept;
}

/* The better of two types: by weight, then by place in the header, then the first. */
static xy_media better(const xy_accept *accept, xy_media a, xy_media b)
{
    if (accept->weight[a] != accept->weight[b])
        return accept->weight[a] > accept->weight[b] ? a : b;
    if (!accept->weight[a])
        return XY_MEDIA_NONE;
    return accept->place[b] < accept->place[a] ? b : a;
}

xy_media xy__accept_result(const xy_accept *accept)
{
    xy_media json = better(accept, XY_MEDIA_JSON, XY_MEDIA_GRAPHQL_RESPONSE);

    if (json != XY_MEDIA_NONE)
        return json;
    /* Errors of a subscription too come as payloads to a client that knows nothing else. */
    if (accept->weight[XY_MEDIA_MULTIPART_PAYLOADS] > accept->weight[XY_MEDIA_EVENT_STREAM])
        return XY_MEDIA_MULTIPART_PAYLOADS;
    return xy__accept_results(accept);
}

xy_media xy__accept_results(const xy_accept *accept)
{
    uint16_t multipart = accept->weight[XY_MEDIA_MULTIPART];
    uint16_t events = accept->weight[XY_MEDIA_EVENT_STREAM];

    if (!multipart && !events)
        return XY_MEDIA_NONE;
    return multipart >= events ? XY_MEDIA_MULTIPART : XY_MEDIA_EVENT_STREAM;
}

xy_form_kind xy__accept_form(const xy_accept *accept)
{
    xy_media media = xy__accept_results(accept);
    xy_media json = better(accept, XY_MEDIA_JSON, XY_MEDIA_GRAPHQL_RESPONSE);

    if (media == XY_MEDIA_NONE || accept->weight[json] > accept->weight[media])
        return XY_FORM_NONE;
    return (xy_form_kind)accept->form[media];
}

xy_media xy__accept_subscription(const xy_accept *accept)
{
    return better(accept, XY_MEDIA_EVENT_STREAM, XY_MEDIA_MULTIPART_PAYLOADS);
}

xy_str xy__media_type(xy_media media)
{
    switch (media) {
    case XY_MEDIA_GRAPHQL_RESPONSE:
        return XY_STR("application/graphql-response+json; charset=utf-8");
    case XY_MEDIA_EVENT_STREAM:
        return XY_STR("text/event-stream");
    case XY_MEDIA_MULTIPART:
    case XY_MEDIA_MULTIPART_PAYLOADS:
        return XY_STR("multipart/mixed; boundary=\"-\"");
    case XY_MEDIA_NONE:
    case XY_MEDIA_JSON:
    case XY_MEDIA_COUNT:
        break;
    }
    return XY_STR("application/json; charset=utf-8");
}
