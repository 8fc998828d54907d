/* SPDX-License-Identifier: MIT */
#include "server.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#define ARGS_MAX 48

int redis_server_there(void)
{
    return system("command -v redis-server >/dev/null 2>&1") == 0;
}

/* A port on which nobody listens, and whose cluster bus (10,000 higher) exists. */
static uint16_t free_port(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t len = sizeof address;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    for (;;) {
        int fd = socket(AF_INET, SOCK_STREAM, 0);

        address.sin_port = 0;
        assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
        assert_int_equal(getsockname(fd, (struct sockaddr *)&address, &len), 0);
        close(fd);
        if (ntohs(address.sin_port) < 55000)
            return ntohs(address.sin_port);
    }
}

static void run(const redis_server *server, int out)
{
    const char *args[ARGS_MAX] = {
        "redis-server",
        "--port",
        server->port_text,
        "--bind",
        "127.0.0.1",
        "--unixsocket",
        server->path,
        "--dir",
        server->dir,
        "--save",
        "",
        "--appendonly",
        "no",
        "--daemonize",
        "no",
        "--logfile",
        "",
        "--always-show-logo",
        "no",
    };
    size_t len = 0;

    while (args[len])
        len++;
    for (size_t i = 0; server->extra[i]; i++)
        args[len++] = server->extra[i];
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(out, STDOUT_FILENO);
    dup2(out, STDERR_FILENO);
    execvp(args[0], (char *const *)(uintptr_t)args);
    _exit(127);
}

/* Its log says when connections are accepted. */
static void wait_until_ready(int in)
{
    static const char last_word[] = "Ready to accept connections";
    char text[16384];
    size_t len = 0;

    for (;;) {
        ssize_t got = read(in, text + len, sizeof text - 1 - len);

        if (got <= 0)
            fail_msg("redis-server does not start: %.*s", (int)len, text);
        len += (size_t)got;
        text[len] = '\0';
        if (strstr(text, last_word))
            return;
    }
}

void redis_server_start(redis_server *server)
{
    int ends[2];

    assert_int_equal(server->pid, 0);
    assert_int_equal(pipe(ends), 0);
    server->pid = fork();
    assert_true(server->pid >= 0);
    if (server->pid == 0) {
        close(ends[0]);
        run(server, ends[1]);
    }
    close(ends[1]);
    wait_until_ready(ends[0]);
    close(ends[0]);
}

void redis_server_open(redis_server *server, const char *const *extra)
{
    *server = (redis_server){0};
    for (size_t i = 0; extra && extra[i]; i++) {
        assert_true(i < REDIS_SERVER_ARGS - 1);
        server->extra[i] = extra[i];
    }
    snprintf(server->dir, sizeof server->dir, "/tmp/xy-redis-XXXXXX");
    assert_non_null(mkdtemp(server->dir));
    snprintf(server->path, sizeof server->path, "%s/socket", server->dir);
    snprintf(server->url, sizeof server->url, "unix://%s", server->path);
    server->port = free_port();
    snprintf(server->port_text, sizeof server->port_text, "%u", (unsigned)server->port);
    redis_server_start(server);
}

static void end(redis_server *server, int with)
{
    if (!server->pid)
        return;
    kill(server->pid, with);
    assert_int_equal(waitpid(server->pid, NULL, 0), server->pid);
    server->pid = 0;
}

void redis_server_stop(redis_server *server)
{
    end(server, SIGTERM);
}

void redis_server_kill(redis_server *server)
{
    end(server, SIGKILL);
}

void redis_server_close(redis_server *server)
{
    char command[128];

    redis_server_kill(server);
    snprintf(command, sizeof command, "rm -rf %s", server->dir);
    assert_int_equal(system(command), 0);
}

static redisReply *ask(redis_server *server, const char *format, va_list args)
{
    redisContext *context = redisConnectUnix(server->path);
    redisReply *reply;

    assert_non_null(context);
    if (context->err)
        fail_msg("%s: %s", server->path, context->errstr);
    reply = redisvCommand(context, format, args);
    assert_non_null(reply);
    redisFree(context);
    return reply;
}

redisReply *redis_server_ask(redis_server *server, const char *format, ...)
{
    redisReply *reply;
    va_list args;

    va_start(args, format);
    reply = ask(server, format, args);
    va_end(args);
    return reply;
}

long long redis_server_number(redis_server *server, const char *format, ...)
{
    redisReply *reply;
    long long number;
    va_list args;

    va_start(args, format);
    reply = ask(server, format, args);
    va_end(args);
    assert_int_equal(reply->type, REDIS_REPLY_INTEGER);
    number = reply->integer;
    freeReplyObject(reply);
    return number;
}
