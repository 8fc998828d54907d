/* SPDX-License-Identifier: MIT */
/* cli/http_get.c -- by libcurl. No redirection is followed and no proxy asked: the secret is for
 * the server that was named, and nobody else. */
#include "cli/http_get.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/fatal.h"

struct xy_http_get {
    CURL *curl;
    struct curl_slist *headers;
    xy_http_get_stop *stop;
    void *arg;
    char error[CURL_ERROR_SIZE];
};

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    xy_buf *body = arg;

    xy__buf_append(body, bytes, size * count);
    return body->err ? 0 : size * count;
}

static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    const xy_http_get *get = arg;

    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return get->stop && get->stop(get->arg);
}

static bool set_headers(xy_http_get *get, const char *secret)
{
    xy_buf line;

    xy__buf_init(&line, SIZE_MAX);
    xy__buf_printf(&line, "authorization: Bearer %s", secret);
    xy__buf_char(&line, '\0');
    get->headers = curl_slist_append(NULL, line.ptr);
    xy__buf_deinit(&line);
    return get->headers != NULL;
}

xy_http_get *xy__http_get_create(const char *url, const char *secret, xy_http_get_stop *stop,
                                 void *arg)
{
    xy_http_get *get = xy__zalloc(sizeof *get);

    get->stop = stop;
    get->arg = arg;
    curl_global_init(CURL_GLOBAL_DEFAULT);
    get->curl = curl_easy_init();
    if (!get->curl || !set_headers(get, secret)) {
        xy__http_get_destroy(get);
        return NULL;
    }
    curl_easy_setopt(get->curl, CURLOPT_URL, url);
    curl_easy_setopt(get->curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(get->curl, CURLOPT_PROXY, "");
    curl_easy_setopt(get->curl, CURLOPT_HTTPHEADER, get->headers);
    curl_easy_setopt(get->curl, CURLOPT_ERRORBUFFER, get->error);
    curl_easy_setopt(get->curl, CURLOPT_TIMEOUT_MS, XY_HTTP_GET_MS_MAX);
    curl_easy_setopt(get->curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(get->curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(get->curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(get->curl, CURLOPT_XFERINFODATA, get);
    curl_easy_setopt(get->curl, CURLOPT_NOPROGRESS, 0L);
    return get;
}

void xy__http_get_destroy(xy_http_get *get)
{
    if (!get)
        return;
    curl_easy_cleanup(get->curl);
    curl_slist_free_all(get->headers);
    curl_global_cleanup();
    free(get);
}

int xy__http_get_ask(xy_http_get *get, xy_buf *body, char problem[XY_HTTP_GET_PROBLEM_MAX])
{
    long status = 0;
    CURLcode code;

    xy__buf_reset(body, XY_HTTP_GET_BYTES_MAX);
    get->error[0] = '\0';
    curl_easy_setopt(get->curl, CURLOPT_WRITEDATA, body);
    code = curl_easy_perform(get->curl);
    if (code != CURLE_OK) {
        snprintf(problem, XY_HTTP_GET_PROBLEM_MAX, "%s",
                 body->err       ? "the answer is too large"
                 : get->error[0] ? get->error
                                 : curl_easy_strerror(code));
        return -1;
    }
    curl_easy_getinfo(get->curl, CURLINFO_RESPONSE_CODE, &status);
    return (int)status;
}
