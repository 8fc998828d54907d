/* SPDX-License-Identifier: MIT */
/* cli/builder.c -- the steps, and what is shown of their output: progress in one line of a
 * terminal, errors and warnings as the compiler words them with paths as the user writes them, and
 * for a resolver that the linker misses, its prototype. What goes well says nothing else. */
#include "cli/builder.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/fatal.h"
#include "cli/colors.h"
#include "cli/process.h"
#include "cli/project.h"
#include "cli/prototype.h"

#define LINE_BYTES_MAX ((size_t)1 << 20)
#define HELD_BYTES_MAX ((size_t)4 << 20)
#define CLEAR_LINE     "\r\033[K"

#define BIT(s)         (1u << (s))

static const uint8_t may_go[] = {
    [XY_BUILDER_IDLE] = BIT(XY_BUILDER_GENERATING),
    [XY_BUILDER_GENERATING] =
        BIT(XY_BUILDER_CONFIGURING) | BIT(XY_BUILDER_COMPILING) | BIT(XY_BUILDER_FAILED),
    [XY_BUILDER_CONFIGURING] = BIT(XY_BUILDER_COMPILING) | BIT(XY_BUILDER_FAILED),
    [XY_BUILDER_COMPILING] = BIT(XY_BUILDER_DONE) | BIT(XY_BUILDER_FAILED),
    [XY_BUILDER_DONE] = BIT(XY_BUILDER_GENERATING),
    [XY_BUILDER_FAILED] = BIT(XY_BUILDER_GENERATING),
};

static void go(xy_builder *b, xy_builder_state to)
{
    XY_ASSERT(may_go[b->state] & BIT(to));
    b->state = to;
}

void xy__builder_init(xy_builder *b, const char *command)
{
    *b = (xy_builder){.command = command, .fd = -1};
    b->terminal = isatty(STDOUT_FILENO);
    b->colors = xy__has_colors(stdout);
    xy__buf_init(&b->line, LINE_BYTES_MAX);
    xy__buf_init(&b->held, HELD_BYTES_MAX);
    xy__buf_init(&b->missing, HELD_BYTES_MAX);
}

void xy__builder_deinit(xy_builder *b)
{
    if (b->child > 0) {
        xy__process_signal(b->child, SIGTERM);
        xy__process_wait(b->child);
    }
    if (b->fd >= 0)
        close(b->fd);
    xy__buf_deinit(&b->line);
    xy__buf_deinit(&b->held);
    xy__buf_deinit(&b->missing);
}

bool xy__builder_is_busy(const xy_builder *b)
{
    return b->fd >= 0;
}

/* ---- what is shown ---- */

static void clear_progress(xy_builder *b)
{
    if (b->progressed)
        fputs(CLEAR_LINE, stdout);
    b->progressed = false;
}

/* `[3/10] Compiling …`, cut to the terminal's width. */
static void show_progress(xy_builder *b, const char *line)
{
    struct winsize size = {0};

    if (!b->terminal)
        return;
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    printf(CLEAR_LINE "%.*s", size.ws_col > 1 ? size.ws_col - 1 : 79, line);
    fflush(stdout);
    b->progressed = true;
}

static bool ends_in_escape(const char *start, const char *at)
{
    return at - start >= 2 && at[-1] == 'K' && at[-2] == '[';
}

/* Print a line of the compiler, which runs in the build folder: its paths begin with ../ there. */
static void show(xy_builder *b, const char *line)
{
    clear_progress(b);
    for (const char *at = line; *at; at++) {
        bool starts = at == line || at[-1] == ' ' || ends_in_escape(line, at);

        if (starts && strncmp(at, "../", 3) == 0)
            at += 2;
        else
            putchar(*at);
    }
    putchar('\n');
}

static void show_held(xy_builder *b)
{
    clear_progress(b);
    fwrite(b->held.ptr, 1, b->held.len, stdout);
    xy__buf_reset(&b->held, HELD_BYTES_MAX);
}

/* ---- lines ---- */

static bool begins(const char *line, const char *with)
{
    return strncmp(line, with, strlen(with)) == 0;
}

static bool is_progress(const char *line)
{
    size_t digits = line[0] == '[' ? strspn(line + 1, "0123456789") : 0;

    return digits > 0 && line[1 + digits] == '/';
}

/* Remember a function that the linker did not find. Returns whether `line` is about one that
 * gen/types.h declares: its prototype is shown at the end instead. */
static bool note_missing(xy_builder *b, const char *line)
{
    static const char words[] = "undefined reference to ";
    const char *at = strstr(line, words);
    xy_str name;

    if (!at)
        return false;
    at += sizeof words - 1;
    at += strcspn(at, "_ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");
    name = (xy_str){at, strcspn(at, "`' \n")};
    while (name.len > 0 && (unsigned char)name.ptr[name.len - 1] >= 0x80)
        name.len--; /* of a typographic quote */
    if (!xy__prototype_print(NULL, name))
        return false;
    for (size_t i = 0; i < b->missing.len; i += strlen(b->missing.ptr + i) + 1)
        if (xy_str_is(name, b->missing.ptr + i))
            return true;
    xy__buf_str(&b->missing, name);
    xy__buf_char(&b->missing, '\0');
    return true;
}

/* The linker's word before others: where in the generated code a resolver is called. */
static bool is_place(const char *line)
{
    return strstr(line, "gen_types.c.o: in function") || strstr(line, "more undefined references");
}

static void on_ninja_line(xy_builder *b, const char *line)
{
    if (is_progress(line)) {
        b->holding = strstr(line, "Regenerating build files") != NULL;
        xy__buf_reset(&b->held, HELD_BYTES_MAX);
        show_progress(b, line);
    } else if (b->skip_next) {
        b->skip_next = false;
    } else if (begins(line, "FAILED: ")) {
        b->skip_next = true;
    } else if (b->holding) {
        xy__buf_printf(&b->held, "%s\n", line);
    } else if (!begins(line, "ninja: Entering") && !begins(line, "ninja: no work") &&
               !begins(line, "ninja: build stopped") && !begins(line, "collect2: ") &&
               !is_place(line) && !note_missing(b, line)) {
        show(b, line);
    }
}

static void on_line(xy_builder *b, const char *line)
{
    if (b->state == XY_BUILDER_COMPILING)
        on_ninja_line(b, line);
    else if (b->state == XY_BUILDER_CONFIGURING)
        xy__buf_printf(&b->held, "%s\n", line);
    else
        show(b, line);
}

static void on_output(xy_builder *b, const char *bytes, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n') {
            xy__buf_char(&b->line, bytes[i]);
            continue;
        }
        xy__buf_char(&b->line, '\0');
        on_line(b, b->line.ptr);
        xy__buf_reset(&b->line, LINE_BYTES_MAX);
    }
}

/* ---- steps ---- */

static void fail(xy_builder *b)
{
    show_held(b);
    for (size_t i = 0; i < b->missing.len; i += strlen(b->missing.ptr + i) + 1)
        xy__prototype_print(stdout, xy_str_from(b->missing.ptr + i));
    fflush(stdout);
    go(b, XY_BUILDER_FAILED);
}

static void start_child(xy_builder *b, char *const argv[])
{
    b->child = xy__process_start(argv, &b->fd);
    if (b->child >= 0)
        return;
    printf("xylem %s: %s cannot be started: %s\n", b->command, argv[0], strerror(errno));
    b->fd = -1;
    fail(b);
}

static void compile(xy_builder *b)
{
    char *const argv[] = {"ninja", "-C", "build", NULL};

    go(b, XY_BUILDER_COMPILING);
    start_child(b, argv);
}

static void configure(xy_builder *b)
{
    char *const argv[] = {"meson", "setup", "build", NULL};

    if (access("build/build.ninja", F_OK) == 0) {
        compile(b);
        return;
    }
    go(b, XY_BUILDER_CONFIGURING);
    show_progress(b, "configuring build/");
    start_child(b, argv);
}

void xy__builder_start(xy_builder *b)
{
    char *const argv[] = {"/proc/self/exe", "generate", "types", "--quiet", NULL};

    go(b, XY_BUILDER_GENERATING);
    xy__buf_reset(&b->missing, HELD_BYTES_MAX);
    xy__buf_reset(&b->held, HELD_BYTES_MAX);
    b->holding = b->skip_next = false;
    if (b->terminal) /* whose colors ninja would take away, as it writes to a pipe */
        setenv("CLICOLOR_FORCE", b->colors ? "1" : "0", 1);
    start_child(b, argv);
}

static void on_end(xy_builder *b)
{
    int status = xy__process_wait(b->child);

    b->child = 0;
    close(b->fd);
    b->fd = -1;
    if (b->line.len > 0)
        on_output(b, "\n", 1);
    if (status != 0 ||
        (b->state == XY_BUILDER_GENERATING && xy__project_list_sources(b->command) < 0)) {
        fail(b);
    } else if (b->state == XY_BUILDER_GENERATING) {
        configure(b);
    } else if (b->state == XY_BUILDER_CONFIGURING) {
        xy__buf_reset(&b->held, HELD_BYTES_MAX);
        compile(b);
    } else {
        clear_progress(b);
        fflush(stdout);
        go(b, XY_BUILDER_DONE);
    }
}

void xy__builder_read(xy_builder *b)
{
    char bytes[4096];
    ssize_t got = read(b->fd, bytes, sizeof bytes);

    if (got < 0 && errno == EINTR)
        return;
    if (got > 0)
        on_output(b, bytes, (size_t)got);
    else
        on_end(b);
}
