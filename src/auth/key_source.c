/* SPDX-License-Identifier: MIT */
#include "auth/key_source.h"

#include <curl/curl.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <uv.h>

#include "xylem/error.h"
#include "xylem/log.h"

#include "base/buf.h"
#include "base/fatal.h"

#define PROBLEM_MAX (CURL_ERROR_SIZE + 64)

struct xy_key_source {
    char *file; /* one of the two */
    char *url;
    uint64_t retry_ns;
    uint64_t max_age_ns;
    uv_thread_t thread;
    uv_mutex_t lock;
    uv_cond_t changed;
    xy_auth_keys *keys; /* guarded by lock; a reference, or NULL */
    uint64_t read_ns; /* when they were read last, or tried to be; the thread's, after the first */
    bool wanted;      /* guarded by lock */
    _Atomic bool stop;
};

bool xy__key_source_is_safe(const char *url)
{
    static const char *const near[] = {"http://127.0.0.1", "http://localhost", "http://[::1]"};

    if (strncmp(url, "https://", 8) == 0)
        return true;
    for (size_t i = 0; i < sizeof near / sizeof *near; i++) {
        size_t len = strlen(near[i]);

        if (strncmp(url, near[i], len) == 0 && strchr(":/", url[len]))
            return !strchr(url, '@');
    }
    return false;
}

/* ---- reading ---- */

static int read_file(const char *path, xy_buf *out, char problem[PROBLEM_MAX])
{
    FILE *file = fopen(path, "re");
    char chunk[4096];
    size_t len;

    if (!file) {
        snprintf(problem, PROBLEM_MAX, "it cannot be opened");
        return XY_EINVAL;
    }
    while ((len = fread(chunk, 1, sizeof chunk, file)) > 0)
        xy__buf_append(out, chunk, len);
    fclose(file);
    snprintf(problem, PROBLEM_MAX, "it is too large");
    return out->err ? XY_EINVAL : XY_OK;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
    xy_buf *body = arg;

    xy__buf_append(body, bytes, size * count);
    return body->err ? 0 : size * count;
}

static int on_progress(void *arg, curl_off_t down_all, curl_off_t down, curl_off_t up_all,
                       curl_off_t up)
{
    xy_key_source *source = arg;

    (void)down_all;
    (void)down;
    (void)up_all;
    (void)up;
    return atomic_load(&source->stop);
}

/* No redirection is followed: keys are those of the host that was named. */
static CURL *create_request(xy_key_source *source, xy_buf *out, char error[CURL_ERROR_SIZE])
{
    CURL *curl = curl_easy_init();

    if (!curl)
        return NULL;
    curl_easy_setopt(curl, CURLOPT_URL, source->url);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    if (strncmp(source->url, "http://", 7) == 0)
        curl_easy_setopt(curl, CURLOPT_PROXY, ""); /* it is this machine */
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, error);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS, (long)XY_KEY_SOURCE_MS_MAX);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, out);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, source);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    return curl;
}

static int fetch(xy_key_source *source, xy_buf *out, char problem[PROBLEM_MAX])
{
    char error[CURL_ERROR_SIZE] = "";
    CURL *curl = create_request(source, out, error);
    CURLcode code = curl ? curl_easy_perform(curl) : CURLE_FAILED_INIT;
    long status = 0;

    if (curl)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    if (code == CURLE_OK && status == 200)
        return XY_OK;
    if (code == CURLE_OK) {
        snprintf(problem, PROBLEM_MAX, "the answer's status is %ld", status);
    } else {
        snprintf(problem, PROBLEM_MAX, "%s",
                 out->err   ? "it is too large"
                 : error[0] ? error
                            : curl_easy_strerror(code));
    }
    return XY_EFAILED;
}

static void replace(xy_key_source *source, xy_auth_keys *keys)
{
    xy_auth_keys *before;

    uv_mutex_lock(&source->lock);
    before = source->keys;
    source->keys = keys;
    uv_mutex_unlock(&source->lock);
    xy__auth_keys_unref(before);
}

/* Read them once; without a lock, as it may take long. */
static int read_keys(xy_key_source *source, char problem[PROBLEM_MAX])
{
    const char *why = NULL;
    xy_auth_keys *keys = NULL;
    xy_buf text;
    int rc;

    xy__buf_init(&text, XY_JWKS_BYTES_MAX);
    rc = source->url ? fetch(source, &text, problem) : read_file(source->file, &text, problem);
    if (rc == XY_OK) {
        keys = xy__auth_keys_of_jwks(xy__buf_view(&text), source->url != NULL, &why);
        if (!keys)
            snprintf(problem, PROBLEM_MAX, "%s", why);
    }
    xy__buf_deinit(&text);
    source->read_ns = uv_hrtime();
    if (!keys)
        return XY_EFAILED;
    replace(source, keys);
    return XY_OK;
}

static void warn(const xy_key_source *source, const char *problem)
{
    xy_log(XY_LOG_WARN, "auth", "the keys cannot be read; those that are known stay",
           XY_LOG_CSTR("from", source->url ? source->url : source->file),
           XY_LOG_CSTR("problem", problem));
}

/* ---- the thread ---- */

/* How long until the next reading; 0: now. Under the lock. */
static uint64_t wait_ns(const xy_key_source *source)
{
    bool soon = source->wanted || !source->keys;
    uint64_t due_ns = source->read_ns + (soon ? source->retry_ns : source->max_age_ns);
    uint64_t now_ns = uv_hrtime();

    return due_ns > now_ns ? due_ns - now_ns : 0;
}

static void read_again(xy_key_source *source)
{
    char problem[PROBLEM_MAX];

    source->wanted = false;
    uv_mutex_unlock(&source->lock);
    if (read_keys(source, problem) < 0 && !atomic_load(&source->stop))
        warn(source, problem);
    uv_mutex_lock(&source->lock);
}

static void run(void *arg)
{
    xy_key_source *source = arg;

    uv_mutex_lock(&source->lock);
    while (!atomic_load(&source->stop)) {
        uint64_t wait = wait_ns(source);

        if (wait) {
            uv_cond_timedwait(&source->changed, &source->lock, wait);
        } else {
            read_again(source);
        }
    }
    uv_mutex_unlock(&source->lock);
}

/* ---- life ---- */

static char *copy(const char *text)
{
    return text ? memcpy(xy__malloc(strlen(text) + 1), text, strlen(text) + 1) : NULL;
}

static void release(xy_key_source *source)
{
    uv_cond_destroy(&source->changed);
    uv_mutex_destroy(&source->lock);
    xy__auth_keys_unref(source->keys);
    curl_global_cleanup();
    free(source->file);
    free(source->url);
    free(source);
}

static xy_key_source *prepare(const xy_key_source_options *options)
{
    xy_key_source *source = xy__zalloc(sizeof *source);

    curl_global_init(CURL_GLOBAL_DEFAULT);
    source->file = copy(options->file);
    source->url = copy(options->url);
    source->retry_ns = options->retry_s * UINT64_C(1000000000);
    source->max_age_ns = options->max_age_s * UINT64_C(1000000000);
    XY_ASSERT(uv_mutex_init(&source->lock) == 0);
    XY_ASSERT(uv_cond_init(&source->changed) == 0);
    return source;
}

int xy__key_source_create(const xy_key_source_options *options, xy_key_source **out)
{
    xy_key_source *source;
    char problem[PROBLEM_MAX];

    if (options->url && !xy__key_source_is_safe(options->url)) {
        fprintf(stderr, "%s: keys are fetched by https, or from this machine\n", options->url);
        return XY_EINVAL;
    }
    source = prepare(options);
    if (read_keys(source, problem) < 0) {
        if (source->file) {
            fprintf(stderr, "%s: not a file of keys that can be used: %s\n", source->file, problem);
            release(source);
            return XY_EINVAL;
        }
        warn(source, problem);
    }
    XY_ASSERT(uv_thread_create(&source->thread, run, source) == 0);
    *out = source;
    return XY_OK;
}

void xy__key_source_destroy(xy_key_source *source)
{
    if (!source)
        return;
    uv_mutex_lock(&source->lock);
    atomic_store(&source->stop, true);
    uv_cond_signal(&source->changed);
    uv_mutex_unlock(&source->lock);
    uv_thread_join(&source->thread);
    release(source);
}

xy_auth_keys *xy__key_source_keys(xy_key_source *source)
{
    xy_auth_keys *keys;

    uv_mutex_lock(&source->lock);
    keys = xy__auth_keys_ref(source->keys);
    uv_mutex_unlock(&source->lock);
    return keys;
}

void xy__key_source_want(xy_key_source *source)
{
    uv_mutex_lock(&source->lock);
    source->wanted = true;
    uv_cond_signal(&source->changed);
    uv_mutex_unlock(&source->lock);
}
