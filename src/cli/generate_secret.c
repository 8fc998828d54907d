/* SPDX-License-Identifier: MIT */
/* xylem generate secret: what programs show that publish to a server, or what signs tokens. */
#include <stdint.h>
#include <stdio.h>
#include <sys/random.h>

#include "cli/command.h"

#define BYTES 32u

static int run(int argc, char **argv)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    uint8_t bytes[BYTES];
    unsigned bits = 0;
    uint32_t held = 0;

    if (argc > 1) {
        fprintf(stderr, "xylem generate secret: takes no arguments, not %s\n", argv[1]);
        return 2;
    }
    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t)sizeof bytes) {
        perror("xylem generate secret");
        return 1;
    }
    for (size_t i = 0; i < sizeof bytes; i++) {
        held = held << 8 | bytes[i];
        for (bits += 8; bits >= 6; bits -= 6)
            putchar(digits[held >> (bits - 6) & 63]);
    }
    putchar(digits[held << (6 - bits) & 63]);
    putchar('\n');
    return 0;
}

const xy_command xy__command_generate_secret = {
    .name = "generate secret",
    .usage = "",
    .summary = "print a new secret",
    .help = "32 random bytes as base64url, on one line. For what is read from the environment:\n"
            "\n"
            "  export XYLEM_SECRET=$(xylem generate secret)\n",
    .run = run,
};
