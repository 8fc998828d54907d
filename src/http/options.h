/* SPDX-License-Identifier: MIT */
/* http/options.h -- every limit of the HTTP side, with its name, unit and default. */
#ifndef XY_HTTP_OPTIONS_H
#define XY_HTTP_OPTIONS_H

#include "http/exchange.h"

/* Sizes are bytes, times milliseconds. A time of 0 means: no such limit. */
typedef struct xy_http_options {
    xy_http_handler *handler; /* called for each request */
    void *arg;                /* for the handler: xy__exchange_arg() */

    /* Requests */
    uint32_t head_max;    /* request line and headers, also trailers (16 KiB; at most 65535): 431 */
    uint32_t headers_max; /* header lines (100): 431 */
    size_t body_max;      /* body after un-chunking (1 MiB): 413 */
    uint32_t pipeline_max;   /* requests of one connection answered in one turn of the loop (32) */
    uint32_t read_ahead_max; /* bytes read while a request is in progress (64 KiB) */

    /* Time */
    uint64_t head_timeout_ms;   /* first byte of a connection or head to its end (15 s): 408 */
    uint64_t body_timeout_ms;   /* end of the head to end of the body (30 s): 408 */
    uint64_t idle_timeout_ms;   /* between two requests (72 s) */
    uint64_t write_timeout_ms;  /* no byte of an ordinary response taken by the client (30 s) */
    uint64_t linger_timeout_ms; /* for the client to read a last response and close (2 s) */

    /* Streams. The kernel doubles a SO_SNDBUF that is set; 0 leaves the system's. */
    size_t stream_high;   /* queued bytes where XY_EFULL begins (64 KiB) */
    size_t stream_budget; /* queued bytes where XY_ELIMIT begins (1 MiB) */
    int stream_sndbuf;    /* SO_SNDBUF of a connection that streams (32 KiB) */

    /* Connections. Beyond connections_max the longest idle one is closed, else the new one gets
     * 503. */
    uint32_t connections_max; /* of this server (16,384) */
    size_t linger_max;        /* bytes read and dropped after a last response (8 MiB) */
    uint32_t keepalive_s;     /* silence before TCP keep-alive probes (60); 0: none */

    bool io_uring; /* one system call for the sends of a turn, where the kernel allows it (true) */
} xy_http_options;

/* The defaults, without a handler. */
void xy__http_options_init(xy_http_options *options);

#endif
