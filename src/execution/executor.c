/* SPDX-License-Identifier: MIT */
#include "execution/executor.h"

#include <stdlib.h>

#include "base/fatal.h"
#include "execution/deadline.h"
#include "execution/share.h"

#define MEBI ((size_t)1 << 20)

void xy__executor_init(xy_executor *executor, xy_loop *loop)
{
    *executor = (xy_executor){.loop = loop};
    executor->limits.run_bytes_max = 64 * MEBI;
    executor->limits.operation_bytes_max = 16 * MEBI;
    executor->limits.response_bytes_max = 16 * MEBI;
    xy__shares_init(&executor->shares);
    xy__deadlines_init(executor);
}

void xy__executor_deinit(xy_executor *executor)
{
    XY_ASSERT(executor->gauges.operations == 0);
    XY_ASSERT(executor->gauges.runs == 0);
    XY_ASSERT(executor->works.out == 0);
    xy__deadlines_deinit(executor);
    xy__shares_deinit(&executor->shares);
    while (executor->spare_runs) {
        xy_run *run = executor->spare_runs;

        executor->spare_runs = run->next;
        xy__arena_deinit(&run->arena);
        free(run);
    }
    while (executor->spare_operations) {
        xy_operation *operation = executor->spare_operations;

        executor->spare_operations = operation->next;
        xy__arena_deinit(&operation->arena);
        free(operation);
    }
    for (unsigned i = 0; i < XY_EXECUTOR_SPARES; i++)
        xy_bytes_unref(executor->spare_bytes[i].bytes);
}

/* Ours alone? Then nobody can get another reference meanwhile. */
static bool is_free(const xy_spare_bytes *spare)
{
    return spare->bytes && atomic_load_explicit(&spare->bytes->refs, memory_order_acquire) == 1;
}

void xy__executor_buf(xy_executor *executor, xy_buf *buf)
{
    xy__buf_init(buf, executor->limits.response_bytes_max);
    for (unsigned i = 0; i < XY_EXECUTOR_SPARES; i++) {
        xy_spare_bytes *spare = &executor->spare_bytes[i];

        if (!is_free(spare) || spare->cap > buf->max)
            continue;
        buf->bytes = spare->bytes;
        buf->ptr = spare->bytes->data;
        buf->cap = spare->cap;
        spare->bytes = NULL;
        return;
    }
}

/* Keep a reference to storage that is given away, in place of the one kept longest. */
static void keep(xy_executor *executor, xy_bytes *bytes, size_t cap)
{
    xy_spare_bytes *spare = NULL;

    if (!bytes || cap > XY_EXECUTOR_SPARE_BYTES)
        return;
    for (unsigned i = 0; i < XY_EXECUTOR_SPARES && !spare; i++)
        if (!executor->spare_bytes[i].bytes)
            spare = &executor->spare_bytes[i];
    if (!spare) {
        spare = &executor->spare_bytes[executor->spare_bytes_next];
        executor->spare_bytes_next = (executor->spare_bytes_next + 1) % XY_EXECUTOR_SPARES;
        xy_bytes_unref(spare->bytes);
    }
    *spare = (xy_spare_bytes){xy_bytes_ref(bytes), cap};
}

xy_bytes *xy__executor_take(xy_executor *executor, xy_buf *buf)
{
    size_t cap = buf->cap;
    xy_bytes *bytes;

    /* Who queues a result pays for its length: storage much larger is not handed out. */
    if (cap > 2 * buf->len + 512) {
        bytes = xy_bytes_create(xy__buf_view(buf));
        xy__executor_drop(executor, buf);
        return bytes;
    }
    bytes = xy__buf_take(buf);
    keep(executor, bytes, cap);
    return bytes;
}

void xy__executor_drop(xy_executor *executor, xy_buf *buf)
{
    keep(executor, buf->bytes, buf->cap);
    xy__buf_deinit(buf);
}
