/* SPDX-License-Identifier: MIT */
/* serve/document_rules.h -- what a configuration says of documents: how large they may be, what
 * they may ask for, what clients learn from their errors. */
#ifndef XY_SERVE_DOCUMENT_RULES_H
#define XY_SERVE_DOCUMENT_RULES_H

#include "xylem/server.h"

#include "execution/document.h"

/* The same for what clients send and for what was trusted before. */
xy_document_options xy__document_rules(const xy_server_config *config);

#endif
