/* SPDX-License-Identifier: MIT */
/* serve/form.h -- how the parts of an incremental answer look: the two wire formats of @defer and
 * @stream.
 *
 *   2022   {"incremental":[{"data":…,"path":…,"label":…,"errors":…},
 *                          {"items":[…],"path":…}],"hasNext":…}
 *   2023   {"pending":[{"id":…,"path":…,"label":…}],
 *           "incremental":[{"id":…,"subPath":…,"data":…,"errors":…},{"id":…,"items":[…]}],
 *           "completed":[{"id":…,"errors":…}],"hasNext":…}
 *
 * Members with nothing in them are left out. An entry is written once, where it stays until its
 * payload is made; that memory is kept from one payload to the next. */
#ifndef XY_SERVE_FORM_H
#define XY_SERVE_FORM_H

#include "execution/exec.h"
#include "execution/form.h"

typedef enum xy_form_kind {
    XY_FORM_NONE, /* whole results only */
    XY_FORM_2022, /* deferSpec=20220824 */
    XY_FORM_2023, /* incrementalSpec=v0.2 */
} xy_form_kind;

/* gives: a form of the format of 2022. */
xy_form *xy__form_2022_create(void);

/* gives: a form of the format of 2023. */
xy_form *xy__form_2023_create(void);

/* gives: a form of this kind, which is not NONE; its destroy operation ends it. */
static inline xy_form *xy__form_create(xy_form_kind kind)
{
    return kind == XY_FORM_2023 ? xy__form_2023_create() : xy__form_2022_create();
}

/* What an operation has to deliver for it. */
static inline xy_delivery xy__form_delivery(xy_form_kind kind)
{
    static const xy_delivery deliveries[] = {
        [XY_FORM_NONE] = XY_DELIVER_WHOLE,
        [XY_FORM_2022] = XY_DELIVER_REPEATING,
        [XY_FORM_2023] = XY_DELIVER_ONCE,
    };

    return deliveries[kind];
}

#endif
