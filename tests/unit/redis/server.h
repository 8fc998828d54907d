/* SPDX-License-Identifier: MIT */
/* A real redis-server in a folder of its own, on a free port and a Unix socket. It ends with the
 * test's process, whatever becomes of that. */
#ifndef XY_TEST_REDIS_SERVER_H
#define XY_TEST_REDIS_SERVER_H

#include <hiredis/hiredis.h>
#include <stdint.h>
#include <sys/types.h>

#define REDIS_SERVER_ARGS 24

typedef struct redis_server {
    char dir[64];
    char path[96]; /* of its Unix socket */
    char url[112]; /* of that */
    char port_text[8];
    uint16_t port;
    pid_t pid; /* 0: it is not running */
    const char *extra[REDIS_SERVER_ARGS];
} redis_server;

/* Is there a redis-server to be started? */
int redis_server_there(void);

/* A folder and a port, and the server started. `extra`: more arguments, up to NULL; may be
 * NULL. keeps: what `extra` points to. */
void redis_server_open(redis_server *server, const char *const *extra);

/* Start it again, at the same place; returns when it accepts connections. */
void redis_server_start(redis_server *server);

/* End it properly; end it at once. Returns when it has gone. */
void redis_server_stop(redis_server *server);
void redis_server_kill(redis_server *server);

/* Ends it and removes its folder. */
void redis_server_close(redis_server *server);

/* Ask it something over a connection of its own, waiting for the reply: to be freed with
 * freeReplyObject(). */
redisReply *redis_server_ask(redis_server *server, const char *format, ...);

/* The same, for an integer. */
long long redis_server_number(redis_server *server, const char *format, ...);

#endif
