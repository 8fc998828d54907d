/* SPDX-License-Identifier: MIT */
/* xylem/version.h -- which Xylem a program was linked with. */
#ifndef XYLEM_VERSION_H
#define XYLEM_VERSION_H

#include "xylem/macros.h"

/* The version of the headers: major * 10000 + minor * 100 + patch. Code that xylem generate types
 * has written compiles with the version that wrote it only. */
#define XY_VERSION_NUMBER 100

/* The version of the library at run time, as in "0.1.0". Static storage. */
XY_API const char *xy_version(void);

#endif
