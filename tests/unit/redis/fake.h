/* SPDX-License-Identifier: MIT */
/* A server of Redis' protocol that says what the test wants, on a Unix socket in a folder of its
 * own, byte by byte if need be. It does nothing by itself: everything happens in the test's own
 * order, on a loop with a virtual clock. */
#ifndef XY_TEST_REDIS_FAKE_H
#define XY_TEST_REDIS_FAKE_H

#include "base/buf.h"
#include "base/loop.h"
#include "redis/url.h"

#define FAKE_LINES 64

typedef struct fake_line {
    int fd; /* -1: none */
    bool ended;
    bool resets; /* when it is hung up */
    xy_buf got;
    char *text;
} fake_line;

typedef struct fake {
    xy_loop *loop;
    char dir[64];
    char path[96];
    uint16_t port; /* instead, of 127.0.0.1; 0: none */
    int listener;
    fake_line lines[FAKE_LINES];
    size_t len;
} fake;

/* A server that listens. keeps: loop, until fake_close(). */
void fake_open(fake *f, xy_loop *loop);
void fake_close(fake *f);

/* The same on a free port of 127.0.0.1. */
void fake_open_port(fake *f, xy_loop *loop);

/* It goes away, with all lines, or comes again. */
void fake_leave(fake *f);
void fake_listen(fake *f);

/* Its URL; to be deinited. */
xy_redis_url fake_url(const fake *f);

/* Turn the loop until all that is ready is done. */
void fake_settle(fake *f);

/* The next line that somebody has made; NULL: nobody has. */
fake_line *fake_accept(fake *f);

/* Take in what has come on `line`. */
void fake_take(fake_line *line);

/* What came since the last look, as commands: "AUTH u p|PING|". Half a command stays. */
const char *fake_read(fake *f, fake_line *line);

/* The first whole command of `line`, taken out: its words, at most `max`, valid until the next
 * call. Returns their number, 0 for none. */
size_t fake_command(fake_line *line, xy_str *words, size_t max);

/* Say it, and let it be heard. */
void fake_say(fake *f, fake_line *line, const char *text);
void fake_say_slowly(fake *f, fake_line *line, const char *text);
void fake_say_bytes(fake_line *line, xy_str bytes);

void fake_hang_up(fake_line *line);

#endif
