/* SPDX-License-Identifier: MIT */
/* xylem top: what is open on a server, in a terminal, anew every second.
 *
 *   ask -> read -> rates since the last answer -> draw -> wait: interval, key, signal -> ask …
 *
 * Signals are read from a descriptor, so that one wait sees them and the keys, and the terminal
 * is restored at one place, whatever ends it. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "cli/command.h"
#include "cli/http_get.h"
#include "cli/top_view.h"

#define URL_DEFAULT      "http://127.0.0.1:8911/graphql"
#define INTERVAL_DEFAULT 1000u
#define INTERVAL_MIN     100u
#define INTERVAL_MAX     3600000u
#define GROUPS_MAX       1000u /* that the server is asked for: all that it gives */
#define ANSWER_MAX       XY_HTTP_GET_BYTES_MAX

/* The other screen, no cursor, no line that goes on in the next row; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
/* To the first row; behind a line, clear the rest of it; behind all, the rest of the screen. */
#define HOME       "\033[H"
#define CLEAR_LINE "\033[K"
#define CLEAR_REST "\033[J"

typedef struct top {
    const char *url; /* of GraphQL */
    uint32_t interval_ms;
    bool once;
    bool no_color;
    const char *secret;
    xy_http_get *get;
    xy_buf answer;
    xy_top_sample sample;
    xy_top_sample before;
    char problem[XY_HTTP_GET_PROBLEM_MAX]; /* of the last request; empty: none */
    int signals;                           /* a descriptor; -1: none */
    bool has_keys;                         /* standard input is a terminal */
    bool over;                             /* the user has had enough */
    struct termios terminal;               /* as it was */
} top;

/* ---- the command line ---- */

static int refuse_arguments(const char *message, const char *word)
{
    fprintf(stderr, "xylem top: %s%s; xylem top --help tells more\n", message, word);
    return XY_EINVAL;
}

static int read_interval(top *t, const char *text)
{
    char *end;
    unsigned long number;

    errno = 0;
    number = strtoul(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || number < INTERVAL_MIN ||
        number > INTERVAL_MAX)
        return refuse_arguments("--interval is a number of milliseconds from 100 to 3600000, not ",
                                text);
    t->interval_ms = (uint32_t)number;
    return XY_OK;
}

/* The value of the option `name` at argv[*at], in the same word or the next, which *at is moved to.
 * False: it is another option, or has no value. */
static bool take_value(const char *name, int argc, char **argv, int *at, const char **out)
{
    size_t len = strlen(name);
    const char *rest;

    if (strncmp(argv[*at], name, len) != 0)
        return false;
    rest = argv[*at] + len;
    if (*rest && *rest != '=')
        return false;
    if (!*rest && *at + 1 == argc)
        return false;
    *out = *rest ? rest + 1 : argv[++*at];
    return true;
}

static int read_arguments(top *t, int argc, char **argv)
{
    int rc = XY_OK;

    for (int i = 1; rc == XY_OK && i < argc; i++) {
        const char *word = argv[i];
        const char *interval;

        if (take_value("--url", argc, argv, &i, &t->url))
            continue;
        if (take_value("--interval", argc, argv, &i, &interval))
            rc = read_interval(t, interval);
        else if (strcmp(word, "--once") == 0)
            t->once = true;
        else if (strcmp(word, "--no-color") == 0)
            t->no_color = true;
        else if (strcmp(word, "--url") == 0 || strcmp(word, "--interval") == 0)
            rc = refuse_arguments("no value behind ", word);
        else
            rc = refuse_arguments("unknown option ", word);
    }
    return rc;
}

static int read_environment(top *t)
{
    t->secret = getenv("XYLEM_SECRET");
    if (t->secret && *t->secret)
        return XY_OK;
    fputs("xylem top: the server's secret is needed, in the environment: XYLEM_SECRET\n", stderr);
    return XY_EINVAL;
}

/* ---- asking ---- */

static uint64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

static void explain(top *t, int status)
{
    const char *text;

    switch (status) {
    case 401:
        text = "the server refuses this secret: XYLEM_SECRET is another there";
        break;
    case 404:
        text = "there is nothing to see: the server has no secret set, or another path than this";
        break;
    default:
        snprintf(t->problem, sizeof t->problem, "the server answers with status %d", status);
        return;
    }
    snprintf(t->problem, sizeof t->problem, "%s", text);
}

/* Returns whether there is a new sample; else `problem` says why not. */
static bool ask(top *t)
{
    int status = xy__http_get_ask(t->get, &t->answer, t->problem);
    xy_top_sample sample;

    if (status != 200) {
        if (status >= 0)
            explain(t, status);
        return false;
    }
    if (xy__top_sample_read(&sample, xy__buf_view(&t->answer), now_ms()) < 0) {
        xy__top_sample_deinit(&sample);
        snprintf(t->problem, sizeof t->problem, "the answer is not that of a Xylem server");
        return false;
    }
    t->problem[0] = '\0';
    xy__top_sample_deinit(&t->before);
    t->before = t->sample;
    t->sample = sample;
    if (t->before.at_ms)
        xy__top_sample_rates(&t->sample, &t->before);
    xy__top_sample_sort(&t->sample);
    return true;
}

/* ---- drawing ---- */

static xy_top_screen screen_of(const top *t)
{
    const char *no_color = getenv("NO_COLOR");
    bool colors = isatty(STDOUT_FILENO) && !t->no_color && !(no_color && *no_color);
    struct winsize size = {0};

    if (!isatty(STDOUT_FILENO))
        return (xy_top_screen){.colors = false};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || !size.ws_col || !size.ws_row)
        return (xy_top_screen){.columns = 80, .rows = 24, .colors = colors};
    return (xy_top_screen){.columns = size.ws_col, .rows = size.ws_row, .colors = colors};
}

static void print(const xy_buf *buf)
{
    fwrite(buf->ptr, 1, buf->len, stdout);
    fflush(stdout);
}

/* One row less than the screen has is used, as the last line ends with a line feed, too. */
static void draw(const top *t)
{
    xy_top_screen screen = screen_of(t);
    xy_buf lines;
    xy_buf out;

    xy__buf_init(&lines, SIZE_MAX);
    xy__buf_init(&out, SIZE_MAX);
    screen.rows = screen.rows > 2 ? screen.rows - 2 : 1;
    if (t->problem[0])
        xy__top_write_line(&lines, xy_str_from(t->problem), &screen);
    if (t->sample.at_ms)
        xy__top_write(&lines, &t->sample, &screen, xy_str_from(t->url));
    XY_BUF_LITERAL(&out, HOME);
    for (size_t i = 0; i < lines.len; i++) {
        if (lines.ptr[i] == '\n')
            XY_BUF_LITERAL(&out, CLEAR_LINE "\r");
        xy__buf_char(&out, lines.ptr[i]);
    }
    XY_BUF_LITERAL(&out, CLEAR_REST);
    print(&out);
    xy__buf_deinit(&out);
    xy__buf_deinit(&lines);
}

static void draw_once(const top *t)
{
    xy_top_screen screen = screen_of(t);
    xy_buf out;

    screen.rows = 0;
    xy__buf_init(&out, SIZE_MAX);
    xy__top_write(&out, &t->sample, &screen, xy_str_from(t->url));
    print(&out);
    xy__buf_deinit(&out);
}

/* ---- keys and signals ---- */

static void read_keys(top *t)
{
    char keys[64];
    ssize_t len = read(STDIN_FILENO, keys, sizeof keys);

    t->has_keys = len > 0; /* else the terminal has gone */
    for (ssize_t i = 0; i < len; i++)
        t->over |= keys[i] == 'q' || keys[i] == 'Q';
}

static void read_signal(top *t)
{
    struct signalfd_siginfo info;

    if (read(t->signals, &info, sizeof info) == (ssize_t)sizeof info)
        t->over |= info.ssi_signo != SIGWINCH;
}

/* Wait for a key, a signal or `ms`. Returns whether there was one. */
static bool wait_for_user(top *t, int ms)
{
    struct pollfd fds[2] = {
        {.fd = t->signals, .events = POLLIN},
        {.fd = t->has_keys ? STDIN_FILENO : -1, .events = POLLIN},
    };

    if (poll(fds, 2, ms) <= 0)
        return false;
    if (fds[0].revents)
        read_signal(t);
    if (fds[1].revents)
        read_keys(t);
    return true;
}

static bool stops(void *arg)
{
    top *t = arg;

    while (!t->over && wait_for_user(t, 0))
        ;
    return t->over;
}

/* The screen may have another size after a signal: draw what is there once more. */
static void pause_until(top *t, uint64_t due_ms)
{
    uint64_t now = now_ms();

    while (!t->over && now < due_ms) {
        if (wait_for_user(t, (int)(due_ms - now)) && !t->over)
            draw(t);
        now = now_ms();
    }
}

/* ---- live ---- */

static void enter(top *t)
{
    struct termios quiet;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGINT);
    sigaddset(&set, SIGTERM);
    sigaddset(&set, SIGHUP);
    sigaddset(&set, SIGQUIT);
    sigaddset(&set, SIGWINCH);
    sigprocmask(SIG_BLOCK, &set, NULL);
    t->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    t->has_keys = isatty(STDIN_FILENO) && tcgetattr(STDIN_FILENO, &t->terminal) == 0;
    if (t->has_keys) {
        quiet = t->terminal;
        quiet.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
        tcsetattr(STDIN_FILENO, TCSANOW, &quiet);
    }
    fputs(ENTER, stdout);
    fflush(stdout);
}

static void leave(const top *t, bool had_keys)
{
    fputs(LEAVE, stdout);
    fflush(stdout);
    if (had_keys)
        tcsetattr(STDIN_FILENO, TCSANOW, &t->terminal);
    if (t->signals >= 0)
        close(t->signals);
}

static void watch(top *t)
{
    bool had_keys;

    enter(t);
    had_keys = t->has_keys;
    while (!t->over) {
        uint64_t due_ms;

        draw(t);
        due_ms = now_ms() + t->interval_ms;
        pause_until(t, due_ms);
        if (!t->over)
            ask(t);
    }
    leave(t, had_keys);
}

/* ---- the command ---- */

/* The address of the answer: `url` with /streams below its path. */
static xy_http_get *create_get(top *t)
{
    size_t len = strlen(t->url);
    xy_http_get *get;
    xy_buf url;

    while (len > 0 && t->url[len - 1] == '/')
        len--;
    xy__buf_init(&url, SIZE_MAX);
    xy__buf_printf(&url, "%.*s/streams?limit=%u", (int)len, t->url, GROUPS_MAX);
    xy__buf_char(&url, '\0');
    get = xy__http_get_create(url.ptr, t->secret, stops, t);
    xy__buf_deinit(&url);
    return get;
}

static int show(top *t)
{
    if (!ask(t)) {
        fprintf(stderr, "xylem top: %s: %s\n", t->url, t->problem);
        return 1;
    }
    if (t->once || !isatty(STDOUT_FILENO)) {
        draw_once(t);
    } else {
        watch(t);
    }
    return 0;
}

static int run(int argc, char **argv)
{
    top t = {.url = URL_DEFAULT, .interval_ms = INTERVAL_DEFAULT, .signals = -1};
    int status = 1;

    if (read_arguments(&t, argc, argv) < 0 || read_environment(&t) < 0)
        return 2;
    xy__buf_init(&t.answer, ANSWER_MAX);
    t.get = create_get(&t);
    if (t.get)
        status = show(&t);
    xy__http_get_destroy(t.get);
    xy__top_sample_deinit(&t.sample);
    xy__top_sample_deinit(&t.before);
    xy__buf_deinit(&t.answer);
    return status;
}

const xy_command xy__command_top = {
    .name = "top",
    .usage = "[--url URL] [--interval MS] [--once] [--no-color]",
    .summary = "watch what is open on a running server, and what it costs",
    .help =
        "  XYLEM_SECRET=... xylem top --url http://127.0.0.1:8911/graphql\n"
        "\n"
        "Each row is a group of clients whom one run serves, on one worker; the busiest come\n"
        "first. The server's secret is read from XYLEM_SECRET in the environment.\n"
        "\n"
        "options\n"
        "  --url URL       where GraphQL is served (http://127.0.0.1:8911/graphql)\n"
        "  --interval MS   milliseconds between two looks, 100 at least (1000)\n"
        "  --once          print one table, of totals instead of rates, and end. So it is,\n"
        "                  too, when standard output is no terminal\n"
        "  --no-color      no colors; NO_COLOR in the environment does the same\n"
        "\n"
        "keys\n"
        "  q, Ctrl-C       end\n"
        "\n"
        "columns\n"
        "  CLIENTS         of the group; BEHIND: of them, without the newest result so far\n"
        "  RUNS, RESULTS, BYTES\n"
        "                  executions, results given to clients, and their size; with /S: in a\n"
        "                  second, since the last look\n"
        "  EQUAL           runs with the same result as before, so that nothing was sent\n"
        "  KEYS            that the result depends on\n"
        "  LAG             from what caused the last run to its result\n"
        "  STATE, KIND, W  watching or idle, waiting, due or running; a live query or a\n"
        "                  subscription; on which worker\n"
        "  CAUSE           of the last run: a key, a topic, or what else it was\n"
        "\n"
        "exit status\n"
        "  0  it was shown\n"
        "  1  there is no server, it has no secret, or another one\n"
        "  2  the command line is wrong, or the secret missing\n",
    .run = run,
};
