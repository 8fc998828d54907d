/* SPDX-License-Identifier: MIT */
#include "execution/part.h"

#include "base/fatal.h"
#include "execution/field.h"
#include "execution/increments.h"
#include "execution/list_rest.h"
#include "execution/response.h"
#include "execution/spot.h"

#define BIT(state) (1u << (state))

static const uint8_t may_go[XY_PART_STATES] = {
    [XY_PART_WAITING] = BIT(XY_PART_WAITING) | BIT(XY_PART_READY) | BIT(XY_PART_WORKING),
    [XY_PART_READY] = BIT(XY_PART_WORKING),
    [XY_PART_WORKING] = BIT(XY_PART_FINISHED),
    [XY_PART_FINISHED] = BIT(XY_PART_SETTLED),
    [XY_PART_SETTLED] = 0,
};

/* What is executed and not delivered is of the response, too. */
static void hold_back(xy_part *part)
{
    xy_increments *increments = part->increments;
    xy_run *run = part->run;

    part->held = run->text.len;
    increments->held += part->held;
    if (increments->held > run->executor->limits.response_bytes_max && !run->limit)
        run->limit = "The response is larger than it may be.";
}

void xy__part_go(xy_part *part, xy_part_state to)
{
    xy_increments *increments = part->increments;

    XY_ASSERT(may_go[part->state] & BIT(to));
    increments->working += to == XY_PART_WORKING;
    increments->working -= part->state == XY_PART_WORKING;
    part->state = to;
    xy__list_remove(&part->link);
    xy__list_append(&increments->parts[to], &part->link);
    if (to == XY_PART_SETTLED)
        hold_back(part);
}

void xy__part_leave(xy_part *part)
{
    xy_run *run = part->run;

    part->increments->held -= part->held;
    part->increments->working -= part->state == XY_PART_WORKING;
    xy__list_remove(&part->link);
    if (!run)
        return;
    if (!run->finished) {
        xy__run_cancel_alone(run);
    } else if (!part->integrated && run->root) {
        xy__spot_drop(run, run->root);
    }
    xy__run_unhold(run);
}

void xy__part_execute(xy_run *run)
{
    xy_frame root = {.start = run->text.len, .nullable = true, .root = true};
    xy_outcome outcome;

    if (run->part->kind == XY_PART_FIELDS) {
        const xy_deferred *fields = XY_CONTAINER(run->part, xy_deferred, part);

        run->scope = fields->scope;
        outcome = xy__execute_object(run, &root, fields->selection, &fields->parent);
    } else {
        const xy_item *item = XY_CONTAINER(run->part, xy_item, part);
        const xy_type *type = item->rest->item_type;
        xy_frame at = {
            .path = {.up = run->base, .index = item->index},
            .up = &root,
            .start = run->text.len,
            .nullable = xy__frame_nullable(run, type),
        };

        outcome = xy__complete_result(run, &at, item->rest->field, type, &item->value);
    }
    run->failed = outcome == XY_OUTCOME_FAILED;
    xy__frame_close(run, &root, outcome);
}

bool xy__part_failed(const xy_run *run)
{
    return run->failed || (run->root && run->root->state == XY_SPOT_NULLED) || xy__run_limit(run);
}

/* All of them; of what failed only the one that did it, which came last. */
static void gather_errors(xy_run *run, bool failed, xy_errors *out)
{
    const char *limit = failed ? xy__run_limit(run) : NULL;
    size_t len = run->errors.list.len;

    *out = run->errors;
    if (limit) {
        xy_error *error;

        xy__errors_init(out, &run->arena);
        error = xy__errors_add(out, xy_str_from(limit));
        error->code = run->limit_code;
        error->path = run->base;
    } else if (failed && len > 0) {
        out->list.items += len - 1;
        out->list.len = 1;
    }
}

xy_str xy__part_errors(xy_increments *increments, xy_run *run, bool failed)
{
    xy_errors errors;

    gather_errors(run, failed, &errors);
    xy__buf_reset(&increments->errors, XY_PAYLOAD_BYTES);
    if (errors.list.len == 0)
        return XY_STR_NULL;
    increments->flags |= XY_PUT_ERRORS | (failed && run->limit_code ? XY_PUT_TIMEOUT : 0u);
    xy__errors_write(&increments->errors, &errors);
    if (increments->errors.err)
        return XY_STR("[{\"message\":\"There are more errors than a response may have.\"}]");
    return xy__buf_view(&increments->errors);
}
