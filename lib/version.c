/* SPDX-License-Identifier: MIT */
#include "xylem/version.h"

const char *xy_version(void)
{
    return XY_VERSION;
}
