/* SPDX-License-Identifier: MIT */
#include "http/refusal.h"

static const struct {
    int status;
    xy_str text;
} refusals[] = {[XY_REFUSAL_NONE] = {0, XY_STR_INIT("")},
#define ENTRY(name, status, text) [XY_REFUSAL_##name] = {status, XY_STR_INIT(text)},
                XY_REFUSAL_MAP(ENTRY)
#undef ENTRY
};

int xy__refusal_status(xy_refusal refusal)
{
    return refusals[refusal].status;
}

xy_str xy__refusal_text(xy_refusal refusal)
{
    return refusals[refusal].text;
}
