/* SPDX-License-Identifier: MIT */
/* http/head.c -- request target, Host, framing, Expect and Connection.
 *
 * Whatever two readers of the same bytes might understand differently is refused: that is how
 * requests are smuggled past a proxy (CWE-444). */
#include "http/head.h"

#include "http/authority.h"

/* What the headers said so far. */
typedef struct head_seen {
    xy_request *request;
    unsigned hosts;
    unsigned codings;
    bool close;
    bool keep_alive;
} head_seen;

typedef xy_refusal header_check(head_seen *seen, xy_str value);

/* RFC 9112 3.2: empty when the client knows of no authority. */
static xy_refusal check_host(head_seen *seen, xy_str value)
{
    if (++seen->hosts > 1)
        return XY_REFUSAL_TWO_HOSTS;
    return !value.len || xy__authority_valid(value) ? XY_REFUSAL_NONE : XY_REFUSAL_HOST;
}

/* RFC 9112 6.1: one coding, which is chunked. Others would have to be decoded before they are
 * read. */
static xy_refusal check_transfer_encoding(head_seen *seen, xy_str value)
{
    xy_str chunked = XY_STR("chunked");
    size_t before = value.len > chunked.len ? value.len - chunked.len : 0;

    if (++seen->codings > 1 || seen->request->minor == 0)
        return XY_REFUSAL_CODING;
    if (xy__header_is(value, chunked))
        return XY_REFUSAL_NONE;
    if (before && strchr(", \t", value.ptr[before - 1]) &&
        xy__header_is((xy_str){value.ptr + before, chunked.len}, chunked))
        return XY_REFUSAL_UNKNOWN_CODING;
    return XY_REFUSAL_CODING;
}

/* RFC 9110 10.1.1; a 1.0 client cannot mean it. */
static xy_refusal check_expect(head_seen *seen, xy_str value)
{
    if (seen->request->minor == 0)
        return XY_REFUSAL_NONE;
    if (!xy__header_is(value, XY_STR("100-continue")))
        return XY_REFUSAL_EXPECTATION;
    seen->request->expects_continue = true;
    return XY_REFUSAL_NONE;
}

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

static xy_refusal check_connection(head_seen *seen, xy_str value)
{
    while (value.len) {
        const char *comma = memchr(value.ptr, ',', value.len);
        size_t len = comma ? (size_t)(comma - value.ptr) : value.len;
        xy_str option = trim((xy_str){value.ptr, len});

        seen->close |= xy__header_is(option, XY_STR("close"));
        seen->keep_alive |= xy__header_is(option, XY_STR("keep-alive"));
        len += comma != NULL;
        value = (xy_str){value.ptr + len, value.len - len};
    }
    return XY_REFUSAL_NONE;
}

static const struct {
    xy_str name;
    header_check *check;
} header_checks[] = {
    {XY_STR_INIT("host"), check_host},
    {XY_STR_INIT("expect"), check_expect},
    {XY_STR_INIT("connection"), check_connection},
    {XY_STR_INIT("transfer-encoding"), check_transfer_encoding},
};

static xy_refusal check_header(head_seen *seen, size_t index)
{
    xy_str name = xy__request_header_name(seen->request, index);

    for (size_t i = 0; i < sizeof header_checks / sizeof header_checks[0]; i++) {
        if (header_checks[i].name.len == name.len && xy__header_is(name, header_checks[i].name))
            return header_checks[i].check(seen, xy__request_header_value(seen->request, index));
    }
    return XY_REFUSAL_NONE;
}

/* One space between method, target and version, and the version is HTTP's (llhttp also knows
 * RTSP and ICE). */
static bool request_line(const xy_request *request, xy_str target)
{
    const char *head = request->head.ptr;
    size_t at = (size_t)(target.ptr - head);

    return at == request->method_name.len + 1 && request->head.len > at + target.len + 6 &&
           memcmp(target.ptr + target.len, " HTTP/", 6) == 0;
}

/* RFC 9112 3.2.2 absolute-form: what remains behind scheme and authority. False when that is no
 * http URI. */
static bool strip_origin(xy_str *target)
{
    static const xy_str schemes[] = {XY_STR_INIT("http://"), XY_STR_INIT("https://")};

    for (size_t i = 0; i < 2; i++) {
        size_t at = schemes[i].len;
        size_t first = at;

        if (target->len < at || !xy__header_is((xy_str){target->ptr, at}, schemes[i]))
            continue;
        while (at < target->len && target->ptr[at] != '/' && target->ptr[at] != '?')
            at++;
        if (!xy__authority_valid((xy_str){target->ptr + first, at - first}))
            return false;
        *target = (xy_str){target->ptr + at, target->len - at};
        return true;
    }
    return false;
}

/* RFC 9112 3.2: origin-form, absolute-form, or asterisk-form for OPTIONS. */
static bool split_target(xy_request *request, xy_str target)
{
    const char *question;

    if (memchr(target.ptr, '#', target.len))
        return false;
    if (xy_str_eq(target, XY_STR("*"))) {
        request->path = target;
        return request->method == XY_HTTP_OPTIONS;
    }
    if (target.ptr[0] != '/' && !strip_origin(&target))
        return false;
    question = target.len ? memchr(target.ptr, '?', target.len) : NULL;
    request->path = target;
    if (question) {
        request->path.len = (size_t)(question - target.ptr);
        request->query = (xy_str){question + 1, target.len - request->path.len - 1};
    }
    if (!request->path.len)
        request->path = XY_STR("/");
    return request->path.ptr[0] == '/';
}

xy_refusal xy__head_check(xy_request *request, const xy_head_facts *facts)
{
    head_seen seen = {.request = request};

    if (!request_line(request, facts->target))
        return XY_REFUSAL_LINE;
    if (!facts->target.len || !split_target(request, facts->target))
        return XY_REFUSAL_TARGET;
    for (size_t i = 0; i < request->header_count; i++) {
        xy_refusal refusal = check_header(&seen, i);

        if (refusal)
            return refusal;
    }
    if (request->minor == 1 && !seen.hosts)
        return XY_REFUSAL_NO_HOST;
    if (facts->chunked != (seen.codings > 0) || (facts->chunked && facts->has_length))
        return XY_REFUSAL_CODING;
    if (facts->length > facts->body_max)
        return XY_REFUSAL_BODY_SIZE;
    request->has_body = facts->chunked || facts->length > 0;
    request->expects_continue &= request->has_body;
    request->keep_alive = !seen.close && (request->minor == 1 || seen.keep_alive);
    return XY_REFUSAL_NONE;
}
