/* SPDX-License-Identifier: MIT */
/* execution/delivery.h -- how the result of an operation reaches its client. */
#ifndef XY_EXECUTION_DELIVERY_H
#define XY_EXECUTION_DELIVERY_H

/* What becomes of @defer and @stream. */
typedef enum xy_delivery {
    XY_DELIVER_WHOLE,     /* ignored: one result with everything */
    XY_DELIVER_REPEATING, /* a deferred fragment has all its fields, whoever else has them: 2022 */
    XY_DELIVER_ONCE,      /* a field is delivered once, with the first that has it: 2023 */
} xy_delivery;

#endif
