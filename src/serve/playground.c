/* SPDX-License-Identifier: MIT */
#include "serve/playground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>
#include <xxhash.h>

#include "xylem/log.h"

#include "base/fatal.h"
#include "json/write.h"
#include "serve/accept.h"
#include "serve/encoding.h"
#include "serve/field.h"

/* Where the page wants its configuration. */
#define MARK "<!--xylem:config-->"

/* Room for "<hash>-<coding>" in quotes. */
#define TAG_MAX 32u

/* The page and its content security policy, embedded by scripts/build-playground; without a byte
 * where they could not be built. */
extern const char xy__playground_html[];
extern const uint64_t xy__playground_html_len;
extern const char xy__playground_csp[];
extern const uint64_t xy__playground_csp_len;

struct xy_playground {
    const xy_server_config *config;
    uv_mutex_t lock;
    /* Guarded by lock; NULL until somebody asks for it. */
    xy_bytes *pages[XY_CODING_COUNT];
    uint64_t hash; /* of the page as it is */
};

/* What a client gets. */
typedef struct representation {
    xy_bytes *body; /* a reference */
    xy_coding coding;
    char tag[TAG_MAX]; /* the value of ETag */
} representation;

static bool is_wanted(const xy_server_config *config)
{
    if (config->playground == XY_IN_DEVELOPMENT)
        return config->development;
    return config->playground == XY_ON;
}

xy_playground *xy__playground_create(const xy_server_config *config)
{
    xy_playground *playground;

    if (!is_wanted(config))
        return NULL;
    if (!xy__playground_html_len) {
        xy_log(XY_LOG_INFO, "serve",
               "no playground: it was not built. Install Node.js 18 or newer and npm, then build "
               "again");
        return NULL;
    }
    playground = xy__zalloc(sizeof *playground);
    playground->config = config;
    XY_ASSERT(uv_mutex_init(&playground->lock) == 0);
    return playground;
}

void xy__playground_destroy(xy_playground *playground)
{
    if (!playground)
        return;
    for (int coding = 0; coding < XY_CODING_COUNT; coding++)
        xy_bytes_unref(playground->pages[coding]);
    uv_mutex_destroy(&playground->lock);
    free(playground);
}

/* ---- who gets it ---- */

/* The weight and place of text/html in a list of ranges; weight 0 when it is not named. What
 * accepts anything does not ask for a page: that is curl. */
static uint16_t html_weight(xy_str header, uint16_t *place)
{
    for (*place = 0; header.len; ++*place) {
        xy_str rest = xy__field_cut(&header, ',');
        xy_str range = xy__field_cut(&rest, ';');
        uint16_t weight = XY_WEIGHT_FULL;

        while (rest.len) {
            xy_str value = xy__field_cut(&rest, ';');
            xy_str name = xy__field_cut(&value, '=');

            if (xy__header_is(name, XY_STR("q")))
                weight = xy__field_weight(value);
        }
        if (xy__header_is(range, XY_STR("text/html")))
            return weight;
    }
    return 0;
}

bool xy__playground_accepted(xy_str header)
{
    uint16_t place;
    uint16_t weight = html_weight(header, &place);
    xy_accept accept;

    if (!weight)
        return false;
    accept = xy__accept_parse(header);
    for (int media = XY_MEDIA_NONE + 1; media < XY_MEDIA_COUNT; media++) {
        if (accept.weight[media] > weight)
            return false;
        if (accept.weight[media] == weight && accept.place[media] < place)
            return false;
    }
    return true;
}

bool xy__playground_wants(const xy_playground *playground, const xy_request *request)
{
    if (!playground || (request->method != XY_HTTP_GET && request->method != XY_HTTP_HEAD))
        return false;
    return xy__playground_accepted(xy__request_header(request, XY_STR("accept")));
}

/* ---- the page ---- */

/* JSON in which nothing can end a script element, or be the beginning of a comment in one: all such
 * characters stand in strings, where an escape means the same. */
static void write_for_script(xy_buf *buf, xy_str json)
{
    for (size_t i = 0; i < json.len; i++) {
        unsigned char c = (unsigned char)json.ptr[i];
        bool is_line_end = c == 0xE2 && json.len - i > 2 && json.ptr[i + 1] == '\x80' &&
                           (json.ptr[i + 2] == '\xA8' || json.ptr[i + 2] == '\xA9');

        if (is_line_end) {
            xy__buf_printf(buf, "\\u20%02x", (unsigned char)json.ptr[i + 2] - 0x80);
            i += 2;
        } else if (c == '<' || c == '>' || c == '&') {
            xy__buf_printf(buf, "\\u%04x", c);
        } else {
            xy__buf_char(buf, (char)c);
        }
    }
}

static void write_tabs(xy_buf *buf, const xy_playground_tab *tab)
{
    bool first = true;

    for (; tab && tab->query; tab++) {
        xy__buf_str(buf, first ? XY_STR("{\"query\":") : XY_STR(",{\"query\":"));
        xy__json_write_str(buf, xy_str_from(tab->query));
        if (tab->variables) {
            XY_BUF_LITERAL(buf, ",\"variables\":");
            xy__json_write_str(buf, xy_str_from(tab->variables));
        }
        xy__buf_char(buf, '}');
        first = false;
    }
}

void xy__playground_write_config(xy_buf *buf, const xy_server_config *config)
{
    xy_buf json;

    xy__buf_init(&json, SIZE_MAX);
    XY_BUF_LITERAL(&json, "{\"path\":");
    xy__json_write_str(&json, xy_str_from(config->path));
    XY_BUF_LITERAL(&json, ",\"tabs\":[");
    write_tabs(&json, config->playground_tabs);
    XY_BUF_LITERAL(&json, "]}");
    write_for_script(buf, xy__buf_view(&json));
    xy__buf_deinit(&json);
}

static void make_page(xy_playground *playground)
{
    xy_str html = {xy__playground_html, xy__playground_html_len};
    const char *mark = memmem(html.ptr, html.len, MARK, sizeof MARK - 1);
    size_t head_len;
    xy_buf page;

    XY_ASSERT(mark);
    head_len = (size_t)(mark - html.ptr);
    xy__buf_init(&page, SIZE_MAX);
    xy__buf_append(&page, html.ptr, head_len);
    XY_BUF_LITERAL(&page, "<script type=\"application/json\" id=\"xylem-config\">");
    xy__playground_write_config(&page, playground->config);
    XY_BUF_LITERAL(&page, "</script>");
    head_len += sizeof MARK - 1;
    xy__buf_append(&page, html.ptr + head_len, html.len - head_len);
    playground->hash = XXH3_64bits(page.ptr, page.len);
    playground->pages[XY_CODING_IDENTITY] = xy__buf_take(&page);
}

/* The page in a coding, made unless it is there. The loop waits for it, so it is made quickly. */
static xy_bytes *coded_page(xy_playground *playground, xy_encoding *encoding)
{
    if (!playground->pages[XY_CODING_IDENTITY])
        make_page(playground);
    if (!playground->pages[encoding->coding]) {
        xy_encoder *encoder = xy__encoder_create();
        xy_bytes *body = xy_bytes_ref(playground->pages[XY_CODING_IDENTITY]);

        body = xy__encoder_encode(encoder, encoding, body);
        if (encoding->coding == XY_CODING_IDENTITY) {
            xy_bytes_unref(body);
        } else {
            playground->pages[encoding->coding] = body;
        }
        xy__encoder_destroy(encoder);
    }
    return playground->pages[encoding->coding];
}

static representation represent(xy_playground *playground, xy_str accept_encoding)
{
    xy_encoding encoding = {0};
    representation result;
    xy_str name;

    if (playground->config->compression)
        encoding = xy__encoding_choose(accept_encoding);
    uv_mutex_lock(&playground->lock);
    result.body = xy_bytes_ref(coded_page(playground, &encoding));
    uv_mutex_unlock(&playground->lock);
    result.coding = (xy_coding)encoding.coding;
    name = xy__coding_name(result.coding);
    snprintf(result.tag, sizeof result.tag, "\"%016llx%s%.*s\"",
             (unsigned long long)playground->hash, name.len ? "-" : "", XY_PRI(name));
    return result;
}

/* Does the client have what is called `tag`? RFC 9110 13.1.2: a weak comparison. */
static bool is_known(xy_str if_none_match, xy_str tag)
{
    while (if_none_match.len) {
        xy_str known = xy__field_cut(&if_none_match, ',');

        if (xy_str_starts(known, XY_STR("W/")))
            known = (xy_str){known.ptr + 2, known.len - 2};
        if (xy_str_eq(known, tag) || xy_str_is(known, "*"))
            return true;
    }
    return false;
}

void xy__playground_serve(xy_playground *playground, xy_exchange *exchange)
{
    const xy_request *request = xy__exchange_request(exchange);
    representation page =
        represent(playground, xy__request_header(request, XY_STR("accept-encoding")));
    xy_str tag = xy_str_from(page.tag);
    const xy_http_header headers[] = {
        {XY_STR("etag"), tag},
        {XY_STR("cache-control"), XY_STR("no-cache")},
        {XY_STR("vary"), XY_STR("Accept, Accept-Encoding")},
        {XY_STR("content-type"), XY_STR("text/html; charset=utf-8")},
        {XY_STR("content-security-policy"), {xy__playground_csp, xy__playground_csp_len}},
        {XY_STR("x-content-type-options"), XY_STR("nosniff")},
        {XY_STR("x-frame-options"), XY_STR("DENY")},
        {XY_STR("referrer-policy"), XY_STR("no-referrer")},
        {XY_STR("content-encoding"), xy__coding_name(page.coding)},
    };
    size_t count = sizeof headers / sizeof *headers - (page.coding == XY_CODING_IDENTITY);

    if (is_known(xy__request_header(request, XY_STR("if-none-match")), tag)) {
        xy__exchange_respond(exchange, 304, (xy_http_headers){headers, 3}, XY_STR_NULL);
        xy_bytes_unref(page.body);
    } else {
        xy__exchange_respond_bytes(exchange, 200, (xy_http_headers){headers, count}, page.body);
    }
}
