/* SPDX-License-Identifier: MIT */
/* The clients of a topic that several processes serve, and who publishes on it: what the processes
 * spend on a delivery, and how long it takes. bench/redis runs it.
 *
 *   spread --server PORT:PID… [--subscribers N] [--events N] [--rate N] [--publish each|turns]
 *
 * Each server gets N subscribers. `each`: an event is published to each of them, as they know
 * nothing of each other; `turns`: to one of them in turn, which tells the others. After some events
 * that warm up, it prints one line of JSON. An event carries the time when it was published. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SERVERS_MAX 8u
#define WARM_EVENTS 5u
#define PATIENCE_MS 10000u
#define SECOND_NS   ((uint64_t)1000000000)

/* A number behind this is when the event was published. */
static const char mark[] = "\"body\":\"";

typedef struct reader {
    int fd;
    uint32_t matched; /* bytes of `mark` */
    uint64_t number;
    bool is_open; /* something has come: the head of the response */
} reader;

typedef struct server {
    uint16_t port;
    int pid;
    int publisher; /* a connection */
} server;

typedef struct bench {
    server servers[SERVERS_MAX];
    uint32_t server_count;
    uint32_t subscribers; /* of each server */
    uint32_t events;
    uint32_t rate; /* events a second */
    bool each;
    reader *readers;
    uint32_t open;
    int epoll;
    uint64_t *latencies; /* of what was delivered since the warming up */
    size_t delivered;
    size_t expected;
    bool measuring;
} bench;

static void die(const char *what)
{
    perror(what);
    exit(1);
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * SECOND_NS + (uint64_t)ts.tv_nsec;
}

/* ---- connections ---- */

static int connect_to(uint16_t port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(port)};
    int on = 1;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd < 0 || connect(fd, (const struct sockaddr *)&to, sizeof to) != 0)
        die("connect");
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return fd;
}

static void post(int fd, const char *accept, const char *body)
{
    char request[1024];
    int len = snprintf(request, sizeof request,
                       "POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                       "Accept: %s\r\nContent-Length: %zu\r\n\r\n%s",
                       accept, strlen(body), body);

    if (write(fd, request, (size_t)len) != len)
        die("write");
}

static void watch(bench *b, int fd, uint32_t index)
{
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = index};

    if (fcntl(fd, F_SETFL, O_NONBLOCK) != 0 || epoll_ctl(b->epoll, EPOLL_CTL_ADD, fd, &event) != 0)
        die("epoll_ctl");
}

static uint32_t reader_count(const bench *b)
{
    return b->server_count * b->subscribers;
}

/* ---- what comes ---- */

static void on_number(bench *b, const reader *r)
{
    if (b->measuring)
        b->latencies[b->delivered] = now_ns() - r->number;
    b->delivered++;
}

static void scan(bench *b, reader *r, const char *bytes, size_t len)
{
    const uint32_t whole = sizeof mark - 1;

    for (size_t i = 0; i < len; i++) {
        char c = bytes[i];

        if (r->matched < whole) {
            r->matched = c == mark[r->matched] ? r->matched + 1 : c == mark[0];
        } else if (c >= '0' && c <= '9') {
            r->number = r->number * 10 + (uint64_t)(c - '0');
        } else {
            on_number(b, r);
            r->matched = 0;
            r->number = 0;
        }
    }
}

/* Takes one turn of what has come; answers to the publishers are dropped. */
static void turn(bench *b, int timeout_ms)
{
    static char buf[1 << 16];
    struct epoll_event events[256];
    int count = epoll_wait(b->epoll, events, 256, timeout_ms);

    for (int i = 0; i < count; i++) {
        uint32_t index = events[i].data.u32;
        bool is_reader = index < reader_count(b);
        int fd = is_reader ? b->readers[index].fd : b->servers[index - reader_count(b)].publisher;
        ssize_t len = read(fd, buf, sizeof buf);

        if (len == 0 || (len < 0 && errno != EAGAIN)) {
            fputs("spread: a server has closed a connection\n", stderr);
            exit(1);
        }
        if (!is_reader || len < 0)
            continue;
        b->open += !b->readers[index].is_open;
        b->readers[index].is_open = true;
        scan(b, &b->readers[index], buf, (size_t)len);
    }
}

/* Until `*counter` has come to `goal`, or nothing comes any more. */
static bool await(bench *b, const size_t *counter, size_t goal)
{
    uint64_t end = now_ns() + PATIENCE_MS * (SECOND_NS / 1000);

    while (*counter < goal && now_ns() < end)
        turn(b, 100);
    return *counter >= goal;
}

/* ---- the run ---- */

static void subscribe_all(bench *b)
{
    uint64_t end;

    b->readers = calloc(reader_count(b), sizeof *b->readers);
    b->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (!b->readers || b->epoll < 0)
        die("epoll");
    for (uint32_t i = 0; i < reader_count(b); i++) {
        b->readers[i].fd = connect_to(b->servers[i % b->server_count].port);
        post(b->readers[i].fd, "text/event-stream",
             "{\"query\":\"subscription { newMessage(roomId: \\\"1\\\") { body } }\"}");
        watch(b, b->readers[i].fd, i);
        turn(b, 0);
    }
    end = now_ns() + PATIENCE_MS * (SECOND_NS / 1000);
    while (b->open < reader_count(b) && now_ns() < end)
        turn(b, 100);
    if (b->open < reader_count(b)) {
        fprintf(stderr, "spread: only %u of %u streams were opened\n", b->open, reader_count(b));
        exit(1);
    }
    for (uint32_t i = 0; i < b->server_count; i++) {
        b->servers[i].publisher = connect_to(b->servers[i].port);
        watch(b, b->servers[i].publisher, reader_count(b) + i);
    }
}

static void publish_to(bench *b, uint32_t i)
{
    char body[512];

    snprintf(body, sizeof body,
             "{\"query\":\"mutation ($i: SendMessageInput!) { sendMessage(input: $i) { from } }\","
             "\"variables\":{\"i\":{\"roomId\":\"1\",\"from\":\"b\",\"body\":\"%020llu\"}}}",
             (unsigned long long)now_ns());
    post(b->servers[i].publisher, "application/json", body);
}

static void publish(bench *b, uint32_t number)
{
    if (!b->each)
        publish_to(b, number % b->server_count);
    for (uint32_t i = 0; b->each && i < b->server_count; i++)
        publish_to(b, i);
    b->expected += reader_count(b);
}

static void publish_all(bench *b, uint32_t count)
{
    uint64_t begin = now_ns();

    for (uint32_t i = 0; i < count; i++) {
        uint64_t due = begin + i * SECOND_NS / b->rate;
        uint64_t now;

        for (now = now_ns(); now < due; now = now_ns())
            turn(b, (int)((due - now) / 1000000));
        publish(b, i);
    }
    if (!await(b, &b->delivered, b->expected)) {
        fprintf(stderr, "spread: %zu of %zu deliveries came\n", b->delivered, b->expected);
        exit(1);
    }
}

/* User and system time of a process, in seconds. */
static double cpu_of(int pid)
{
    unsigned long user = 0;
    unsigned long system = 0;
    char path[64];
    FILE *file;

    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    file = fopen(path, "re");
    if (!file)
        die(path);
    if (fscanf(file,
               "%*d (%*[^)]) %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", /* 14, 15 */
               &user, &system) != 2) {
        fprintf(stderr, "spread: %s is not understood\n", path);
        exit(1);
    }
    fclose(file);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static double cpu_of_all(const bench *b)
{
    double sum = 0;

    for (uint32_t i = 0; i < b->server_count; i++)
        sum += cpu_of(b->servers[i].pid);
    return sum;
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a;
    uint64_t y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static double quantile_ms(const bench *b, double q)
{
    return (double)b->latencies[(size_t)((double)(b->delivered - 1) * q)] / 1e6;
}

static void measure(bench *b)
{
    double cpu;

    b->latencies = calloc((size_t)b->events * reader_count(b), sizeof *b->latencies);
    if (!b->latencies)
        die("calloc");
    publish_all(b, WARM_EVENTS);
    b->measuring = true;
    b->delivered = b->expected = 0;
    cpu = cpu_of_all(b);
    publish_all(b, b->events);
    cpu = cpu_of_all(b) - cpu;
    qsort(b->latencies, b->delivered, sizeof *b->latencies, compare);
    printf("{\"events\":%u,\"deliveries\":%zu,\"cpu_us\":%.4f,\"p50_ms\":%.3f,\"p99_ms\":%.3f}\n",
           b->events, b->delivered, cpu * 1e6 / (double)b->delivered, quantile_ms(b, 0.5),
           quantile_ms(b, 0.99));
}

/* ---- the command line ---- */

static void refuse(void)
{
    fputs("usage: spread --server PORT:PID... [--subscribers N] [--events N] [--rate N] "
          "[--publish each|turns]\n",
          stderr);
    exit(2);
}

static uint32_t number(const char *text)
{
    unsigned long value = strtoul(text, NULL, 10);

    if (!value || value > 1000000)
        refuse();
    return (uint32_t)value;
}

static void add_server(bench *b, const char *text)
{
    const char *colon = strchr(text, ':');

    if (!colon || b->server_count == SERVERS_MAX)
        refuse();
    b->servers[b->server_count++] =
        (server){.port = (uint16_t)number(text), .pid = (int)strtol(colon + 1, NULL, 10)};
}

int main(int argc, char **argv)
{
    bench b = {.subscribers = 5000, .events = 40, .rate = 4, .each = true};

    for (int i = 1; i + 1 < argc; i += 2) {
        const char *value = argv[i + 1];

        if (strcmp(argv[i], "--server") == 0) {
            add_server(&b, value);
        } else if (strcmp(argv[i], "--subscribers") == 0) {
            b.subscribers = number(value);
        } else if (strcmp(argv[i], "--events") == 0) {
            b.events = number(value);
        } else if (strcmp(argv[i], "--rate") == 0) {
            b.rate = number(value);
        } else if (strcmp(argv[i], "--publish") == 0) {
            b.each = strcmp(value, "each") == 0;
        } else {
            refuse();
        }
    }
    if (!b.server_count)
        refuse();
    subscribe_all(&b);
    measure(&b);
    return 0;
}
