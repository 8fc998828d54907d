/* SPDX-License-Identifier: MIT */
/* execution/form.h -- how the parts of a result that come later are written: what the increments
 * of an operation (increments.h) tell a wire.
 *
 *   first      announce …, first()        the members behind "data" of the first payload
 *   later      (announce | data | item | complete | fail) …, payload()        again and again
 *
 * A form knows one wire format and nothing of execution. What is told is in an order that a client
 * may apply as it stands: nothing is named before it was announced, nothing after it is complete.
 * One an operation; loop's thread only. */
#ifndef XY_EXECUTION_FORM_H
#define XY_EXECUTION_FORM_H

#include "xylem/bytes.h"

#include "base/buf.h"
#include "base/errors.h"

typedef struct xy_form xy_form;

/* What is still to come: a deferred fragment or the rest of a list. */
typedef struct xy_announced {
    const xy_path *path; /* of the object, or of the list; NULL: of the whole result */
    xy_str label;        /* null: none */
    uint32_t id;         /* in order of announcement, from 0 on */
    bool is_list;
} xy_announced;

typedef struct xy_form_ops {
    void (*announce)(xy_form *form, const xy_announced *what);
    /* Append the members that follow the data of the first payload, `,"hasNext":true` among them,
     * and forget what was announced for it. */
    void (*first)(xy_form *form, xy_buf *out);
    /* Fields of the object at `path`, which is that of the fragment `what` or lies beneath it: a
     * JSON object, and the JSON list of its errors (null: none). */
    void (*data)(xy_form *form, const xy_announced *what, const xy_path *path, xy_str data,
                 xy_str errors);
    /* Item number `index` of the list `what`; they come in order. */
    void (*item)(xy_form *form, const xy_announced *what, size_t index, xy_str item, xy_str errors);
    /* All of it was told. */
    void (*complete)(xy_form *form, const xy_announced *what);
    /* No more of it comes: null reached its position. */
    void (*fail)(xy_form *form, const xy_announced *what, xy_str errors);
    /* What was told since the last payload, as the next one; it may be nothing but whether more
     * follows. gives: one reference. */
    xy_bytes *(*payload)(xy_form *form, bool has_next);
    /* takes: form. */
    void (*destroy)(xy_form *form);
} xy_form_ops;

struct xy_form {
    const xy_form_ops *ops;
    size_t gathered; /* bytes told since the last payload; kept by the form */
};

#endif
