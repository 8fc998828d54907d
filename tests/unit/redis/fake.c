/* SPDX-License-Identifier: MIT */
#include "fake.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <cmocka.h>

#define TURNS 6

/* Any port the first time, then the same again. */
static void listen_port(fake *f)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(f->port)};
    socklen_t len = sizeof address;
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    f->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(f->listener >= 0);
    setsockopt(f->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockname(f->listener, (struct sockaddr *)&address, &len), 0);
    f->port = ntohs(address.sin_port);
    assert_int_equal(listen(f->listener, 64), 0);
}

void fake_open_port(fake *f, xy_loop *loop)
{
    signal(SIGPIPE, SIG_IGN);
    *f = (fake){.loop = loop, .listener = -1};
    listen_port(f);
}

static void listen_path(fake *f)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};

    snprintf(address.sun_path, sizeof address.sun_path, "%s", f->path);
    f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    assert_true(f->listener >= 0);
    assert_int_equal(bind(f->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(f->listener, 64), 0);
}

void fake_listen(fake *f)
{
    if (f->dir[0]) {
        listen_path(f);
    } else {
        listen_port(f);
    }
}

void fake_open(fake *f, xy_loop *loop)
{
    signal(SIGPIPE, SIG_IGN);
    *f = (fake){.loop = loop, .listener = -1};
    snprintf(f->dir, sizeof f->dir, "/tmp/xy-redis-XXXXXX");
    assert_non_null(mkdtemp(f->dir));
    snprintf(f->path, sizeof f->path, "%s/socket", f->dir);
    fake_listen(f);
}

void fake_hang_up(fake_line *line)
{
    /* A reset: nothing of it lingers. */
    struct linger now = {.l_onoff = 1};

    if (line->fd >= 0) {
        if (line->resets)
            setsockopt(line->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close(line->fd);
    }
    line->fd = -1;
}

static void forget(fake_line *line)
{
    fake_hang_up(line);
    xy__buf_deinit(&line->got);
    free(line->text);
    line->text = NULL;
}

void fake_leave(fake *f)
{
    if (f->listener >= 0) {
        close(f->listener);
        if (f->dir[0])
            unlink(f->path);
    }
    f->listener = -1;
    for (size_t i = 0; i < f->len; i++)
        forget(&f->lines[i]);
    f->len = 0;
}

void fake_close(fake *f)
{
    fake_leave(f);
    if (f->dir[0])
        rmdir(f->dir);
}

xy_redis_url fake_url(const fake *f)
{
    return (xy_redis_url){.path = strdup(f->path)};
}

void fake_settle(fake *f)
{
    for (int i = 0; i < TURNS; i++)
        xy__loop_turn(f->loop);
}

fake_line *fake_accept(fake *f)
{
    int fd = f->listener < 0 ? -1 : accept4(f->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    fake_line *line = NULL;
    int on = 1;

    if (fd < 0)
        return NULL;
    if (f->port)
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    for (size_t i = 0; i < f->len && !line; i++)
        if (f->lines[i].fd < 0)
            line = &f->lines[i];
    if (!line) {
        assert_true(f->len < FAKE_LINES);
        line = &f->lines[f->len++];
    }
    free(line->text);
    xy__buf_deinit(&line->got);
    *line = (fake_line){.fd = fd, .resets = f->port != 0};
    xy__buf_init(&line->got, (size_t)1 << 30);
    return line;
}

void fake_take(fake_line *line)
{
    char bytes[65536];
    ssize_t len = 1;

    while (line->fd >= 0 && len > 0) {
        len = read(line->fd, bytes, sizeof bytes);
        if (len > 0)
            xy__buf_append(&line->got, bytes, (size_t)len);
        line->ended = line->ended || len == 0 || (len < 0 && errno != EAGAIN);
    }
}

static bool number_at(xy_str text, size_t *at, char kind, size_t *out)
{
    char *end;

    if (*at >= text.len || !memchr(text.ptr + *at, '\n', text.len - *at))
        return false;
    assert_int_equal(text.ptr[*at], kind);
    *out = strtoul(text.ptr + *at + 1, &end, 10);
    *at = (size_t)(end - text.ptr) + 2;
    return true;
}

size_t fake_command(fake_line *line, xy_str *words, size_t max)
{
    xy_str text = xy__buf_view(&line->got);
    size_t at = 0;
    size_t count;

    if (!number_at(text, &at, '*', &count))
        return 0;
    assert_true(count <= max);
    for (size_t i = 0; i < count; i++) {
        size_t len;

        if (!number_at(text, &at, '$', &len) || at + len + 2 > text.len)
            return 0;
        words[i] = (xy_str){text.ptr + at, len};
        at += len + 2;
    }
    /* The words outlive what they stood in. */
    free(line->text);
    line->text = malloc(at);
    memcpy(line->text, text.ptr, at);
    for (size_t i = 0; i < count; i++)
        words[i].ptr = line->text + (words[i].ptr - text.ptr);
    memmove(line->got.ptr, line->got.ptr + at, line->got.len - at);
    xy__buf_truncate(&line->got, line->got.len - at);
    return count;
}

const char *fake_read(fake *f, fake_line *line)
{
    static char shown[65536];
    xy_str words[1024];
    size_t len = 0;
    size_t count;

    fake_settle(f);
    fake_take(line);
    shown[0] = '\0';
    while ((count = fake_command(line, words, 1024)) > 0)
        for (size_t i = 0; i < count; i++)
            len += (size_t)snprintf(shown + len, sizeof shown - len, "%.*s%s", XY_PRI(words[i]),
                                    i + 1 < count ? " " : "|");
    assert_true(len < sizeof shown);
    return shown;
}

void fake_say_bytes(fake_line *line, xy_str bytes)
{
    /* Who has hung up hears nothing. */
    if (line->fd >= 0 && write(line->fd, bytes.ptr, bytes.len) < 0)
        line->ended = true;
}

void fake_say(fake *f, fake_line *line, const char *text)
{
    fake_say_bytes(line, xy_str_from(text));
    fake_settle(f);
}

void fake_say_slowly(fake *f, fake_line *line, const char *text)
{
    for (; *text; text++) {
        fake_say_bytes(line, (xy_str){text, 1});
        xy__loop_turn(f->loop);
    }
    fake_settle(f);
}
