/* SPDX-License-Identifier: MIT */
/* xylem/xylem.h -- everything an application needs. */
#ifndef XYLEM_XYLEM_H
#define XYLEM_XYLEM_H

#include "xylem/app.h"
#include "xylem/auth.h"
#include "xylem/bytes.h"
#include "xylem/call.h"
#include "xylem/error.h"
#include "xylem/gauges.h"
#include "xylem/identity.h"
#include "xylem/limits.h"
#include "xylem/live.h"
#include "xylem/loader.h"
#include "xylem/log.h"
#include "xylem/macros.h"
#include "xylem/schema.h"
#include "xylem/server.h"
#include "xylem/str.h"
#include "xylem/stream.h"
#include "xylem/typed.h"
#include "xylem/value.h"
#include "xylem/version.h"
#include "xylem/work.h"

#endif
