/* SPDX-License-Identifier: MIT */
#include "serve/accept.h"

#include <stdbool.h>
#include <strings.h>

/* How exactly a range names a type; a more exact one overrides. */
enum { MATCH_NONE, MATCH_ANY, MATCH_SUBTYPE, MATCH_TYPE };

#define WEIGHT_FULL 1000
#define PLACE_MAX   UINT16_MAX

static const char *const media_names[XY_MEDIA_COUNT] = {
    [XY_MEDIA_JSON] = "application/json",
    [XY_MEDIA_GRAPHQL_RESPONSE] = "application/graphql-response+json",
    [XY_MEDIA_EVENT_STREAM] = "text/event-stream",
};

static xy_str trim(xy_str s)
{
    while (s.len && (s.ptr[0] == ' ' || s.ptr[0] == '\t')) {
        s.ptr++;
        s.len--;
    }
    while (s.len && (s.ptr[s.len - 1] == ' ' || s.ptr[s.len - 1] == '\t'))
        s.len--;
    return s;
}

static bool same(xy_str s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.ptr, word, s.len) == 0;
}

/* Cuts the part before `separator` off `rest`; quoted text does not separate. */
static xy_str cut(xy_str *rest, char separator)
{
    bool quoted = false;
    size_t at = 0;
    xy_str part;

    while (at < rest->len && (quoted || rest->ptr[at] != separator)) {
        if (rest->ptr[at] == '"')
            quoted = !quoted;
        at++;
    }
    part = (xy_str){rest->ptr, at};
    at += at < rest->len;
    rest->ptr += at;
    rest->len -= at;
    return trim(part);
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

/* "0.5" in thousandths; what is no number counts as 1, as an absent weight does. */
static uint16_t parse_weight(xy_str text)
{
    unsigned value = 0;
    unsigned unit = WEIGHT_FULL;

    if (!text.len || text.ptr[0] < '0' || text.ptr[0] > '9')
        return WEIGHT_FULL;
    if (text.ptr[0] != '0')
        return WEIGHT_FULL;
    for (size_t i = 2; i < text.len && i < 5 && text.ptr[1] == '.'; i++) {
        unit /= 10;
        if (text.ptr[i] < '0' || text.ptr[i] > '9')
            break;
        value += unit * (unsigned)(text.ptr[i] - '0');
    }
    return (uint16_t)value;
}

/* The weight of a range from its parameters; -1 for a charset that JSON cannot have. */
static int weigh(xy_str parameters)
{
    int weight = WEIGHT_FULL;

    while (parameters.len) {
        xy_str value = cut(&parameters, ';');
        xy_str name = cut(&value, '=');

        if (same(name, "q"))
            weight = parse_weight(value);
        if (same(name, "charset") && !same(value, "utf-8") && !same(value, "\"utf-8\""))
            return -1;
    }
    return weight;
}

xy_accept xy__accept_parse(xy_str header)
{
    xy_accept accept = {0};
    int exactness[XY_MEDIA_COUNT] = {0};
    uint16_t place = 0;

    header = trim(header);
    if (!header.len)
        header = XY_STR("*/*");
    while (header.len) {
        xy_str parameters = cut(&header, ',');
        xy_str range = cut(&parameters, ';');
        int weight = weigh(parameters);

        for (int media = XY_MEDIA_NONE + 1; media < XY_MEDIA_COUNT && weight >= 0; media++) {
            int exact = match(range, media_names[media]);

            if (exact <= exactness[media])
                continue;
            exactness[media] = exact;
            accept.weight[media] = (uint16_t)weight;
            accept.place[media] = place;
        }
        place = place < PLACE_MAX ? (uint16_t)(place + 1) : place;
    }
    return accept;
}

xy_media xy__accept_result(const xy_accept *accept)
{
    int json = accept->weight[XY_MEDIA_JSON];
    int response = accept->weight[XY_MEDIA_GRAPHQL_RESPONSE];

    if (!json && !response)
        return xy__accept_stream(accept);
    if (json != response)
        return json > response ? XY_MEDIA_JSON : XY_MEDIA_GRAPHQL_RESPONSE;
    return accept->place[XY_MEDIA_GRAPHQL_RESPONSE] < accept->place[XY_MEDIA_JSON]
               ? XY_MEDIA_GRAPHQL_RESPONSE
               : XY_MEDIA_JSON;
}

xy_media xy__accept_stream(const xy_accept *accept)
{
    return accept->weight[XY_MEDIA_EVENT_STREAM] ? XY_MEDIA_EVENT_STREAM : XY_MEDIA_NONE;
}

xy_str xy__media_type(xy_media media)
{
    switch (media) {
    case XY_MEDIA_GRAPHQL_RESPONSE:
        return XY_STR("application/graphql-response+json; charset=utf-8");
    case XY_MEDIA_EVENT_STREAM:
        return XY_STR("text/event-stream");
    case XY_MEDIA_NONE:
    case XY_MEDIA_JSON:
    case XY_MEDIA_COUNT:
        break;
    }
    return XY_STR("application/json; charset=utf-8");
}
