/* SPDX-License-Identifier: MIT */
/* Documents that follow a schema, from a fuzzer's bytes: each byte is a choice, so that a small
 * change of the bytes is a small change of the document. Most are nearly valid. */
#ifndef FUZZ_MAKER_H
#define FUZZ_MAKER_H

#include "base/buf.h"
#include "schema/types.h"

/* Choices, and the document made by them. */
typedef struct maker {
    const uint8_t *data;
    size_t len;
    const xy_schema *schema;
    xy_buf text;
} maker;

/* One with types of all kinds; the same each time. */
xy_schema *maker_schema(void);

/* A number less than `count`; 0 when there are no choices left. */
unsigned maker_choose(maker *m, size_t count);

/* Append operations and fragments to m->text. */
void maker_put_document(maker *m);

#endif
