/* SPDX-License-Identifier: MIT */
/* server/arguments.c -- the flags that every Xylem server understands. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "xylem/log.h"
#include "xylem/server.h"

typedef bool set_fn(xy_server_config *config, const char *value);

typedef struct flag {
    const char *name;
    const char *value; /* what --help calls the value; NULL: takes none */
    const char *help;
    const char *expected; /* for the message about a wrong value */
    set_fn *set;
} flag;

static bool parse_number(const char *text, unsigned long max, unsigned long *out)
{
    char *end;

    errno = 0;
    *out = strtoul(text, &end, 10);
    return text[0] >= '0' && text[0] <= '9' && !*end && !errno && *out <= max;
}

static bool set_port(xy_server_config *config, const char *value)
{
    unsigned long number;

    if (!parse_number(value, UINT16_MAX, &number))
        return false;
    config->port = (uint16_t)number;
    return true;
}

static bool set_host(xy_server_config *config, const char *value)
{
    config->host = value;
    return *value != '\0';
}

static bool set_workers(xy_server_config *config, const char *value)
{
    unsigned long number;

    if (!parse_number(value, XY_WORKERS_MAX, &number))
        return false;
    config->workers = (uint32_t)number;
    return true;
}

static bool set_reuse_port(xy_server_config *config, const char *value)
{
    (void)value;
    config->reuse_port = true;
    return true;
}

static bool set_no_limits(xy_server_config *config, const char *value)
{
    (void)value;
    config->limits = xy_limits_none();
    return true;
}

static bool set_production(xy_server_config *config, const char *value)
{
    (void)value;
    config->development = false;
    return true;
}

static bool parse_switch(const char *text, xy_switch *out)
{
    if (strcmp(text, "on") == 0)
        *out = XY_ON;
    else if (strcmp(text, "off") == 0)
        *out = XY_OFF;
    else
        return false;
    return true;
}

static bool set_introspection(xy_server_config *config, const char *value)
{
    return parse_switch(value, &config->introspection);
}

static bool set_metrics_port(xy_server_config *config, const char *value)
{
    unsigned long number;

    if (!parse_number(value, UINT16_MAX, &number))
        return false;
    config->metrics_port = (uint16_t)number;
    return true;
}

static bool set_log_requests(xy_server_config *config, const char *value)
{
    return parse_switch(value, &config->log_requests);
}

static bool set_log_variables(xy_server_config *config, const char *value)
{
    (void)value;
    config->log_variables = true;
    return true;
}

static bool set_trusted_documents(xy_server_config *config, const char *value)
{
    config->trusted_documents = value;
    return *value != '\0';
}

static bool set_trusted_only(xy_server_config *config, const char *value)
{
    (void)value;
    config->trusted_documents_only = true;
    return true;
}

static bool set_log_level(xy_server_config *config, const char *value)
{
    xy_log_level level;

    (void)config;
    if (xy_log_level_parse(xy_str_from(value), &level) < 0)
        return false;
    xy_log_set_level(level);
    return true;
}

static const flag flags[] = {
    {"--port", "N", "port to listen on; 0 lets the system choose (8911)", "a number up to 65535",
     set_port},
    {"--host", "ADDRESS", "address to listen on (127.0.0.1)", "an IP address", set_host},
    {"--workers", "N", "event loops, each on a thread; 0 for one per core (1)", "a number up to 64",
     set_workers},
    {"--reuse-port", NULL, "share the port with other processes that are given this option", NULL,
     set_reuse_port},
    {"--no-limits", NULL, "switch off the limits that protect from clients, to measure", NULL,
     set_no_limits},
    {"--production", NULL,
     "hide from clients the text of unexpected errors, suggestions and the schema", NULL,
     set_production},
    {"--introspection", "on|off",
     "let clients ask for the schema: on or off (on, off in production)", "on or off",
     set_introspection},
    {"--trusted-documents", "FILE",
     "documents that clients may name by their hash, as JSON: {\"<SHA-256>\": \"<document>\"}",
     "the name of a file", set_trusted_documents},
    {"--trusted-only", NULL, "execute trusted documents only", NULL, set_trusted_only},
    {"--metrics-port", "N", "serve metrics on this port, and there only; 0: on the server's (0)",
     "a number up to 65535", set_metrics_port},
    {"--log-requests", "on|off", "log a line for each operation (on, off in production)",
     "on or off", set_log_requests},
    {"--log-variables", NULL, "show the values of variables in these lines, not just their names",
     NULL, set_log_variables},
    {"--log-level", "LEVEL", "trace, debug, info, warn, error or off (info)",
     "one of: trace, debug, info, warn, error, off", set_log_level},
};

#define FLAG_COUNT (sizeof flags / sizeof *flags)

static void print_help(const char *program)
{
    printf("usage: %s [options]\n\n", program);
    for (size_t i = 0; i < FLAG_COUNT; i++) {
        char left[32];

        snprintf(left, sizeof left, "%s%s%s", flags[i].name, flags[i].value ? " " : "",
                 flags[i].value ? flags[i].value : "");
        printf("  %-24s %s\n", left, flags[i].help);
    }
    printf("  %-24s %s\n", "--help", "this text");
    printf("\nenvironment\n  %-24s %s\n  %-24s %s\n", "XYLEM_SECRET",
           "lets programs that show it publish, invalidate, and see what is open", "REDIS_URL",
           "shares events and invalidations with other processes: redis://host:port");
}

static const flag *find_flag(const char *word, size_t len)
{
    for (size_t i = 0; i < FLAG_COUNT; i++)
        if (strlen(flags[i].name) == len && memcmp(flags[i].name, word, len) == 0)
            return &flags[i];
    return NULL;
}

/* Takes the flag at argv[*at], as `--name value` or `--name=value`, and moves *at past it. */
static bool take_flag(xy_server_config *config, int argc, char **argv, int *at)
{
    const char *word = argv[(*at)++];
    const char *equals = strchr(word, '=');
    const flag *found = find_flag(word, equals ? (size_t)(equals - word) : strlen(word));
    const char *value = equals ? equals + 1 : NULL;

    if (!found || (equals && !found->value)) {
        fprintf(stderr, "%s: unknown option %s; --help lists them\n", argv[0], word);
        return false;
    }
    if (found->value && !value) {
        if (*at >= argc) {
            fprintf(stderr, "%s: %s needs a value: %s\n", argv[0], word, found->expected);
            return false;
        }
        value = argv[(*at)++];
    }
    if (!found->set(config, value)) {
        fprintf(stderr, "%s: %s cannot be '%s': expected %s\n", argv[0], found->name, value,
                found->expected);
        return false;
    }
    return true;
}

bool xy_server_arguments(xy_server_config *config, int argc, char **argv, int *exit_code)
{
    const char *secret = getenv("XYLEM_SECRET");
    const char *redis = getenv("REDIS_URL");
    int at = 1;

    if (secret)
        config->secret = secret;
    if (!config->redis_url && redis && *redis)
        config->redis_url = redis;
    while (at < argc) {
        if (strcmp(argv[at], "--help") == 0 || strcmp(argv[at], "-h") == 0) {
            print_help(argv[0]);
            *exit_code = 0;
            return false;
        }
        if (!take_flag(config, argc, argv, &at)) {
            *exit_code = 2;
            return false;
        }
    }
    return true;
}
