/* SPDX-License-Identifier: MIT */
/* schema/build.h -- from the syntax tree of a type system document to a schema. Spec 3 Type
 * System, 3.3.2 and on for extensions.
 *
 * Four stages, each meaningful only when the one before found nothing: parse
 * (language/parser.h), xy__sdl_validate() (schema/sdl_rules.h), xy__schema_build(),
 * xy__schema_check() (schema/check.h). */
#ifndef XY_SCHEMA_BUILD_H
#define XY_SCHEMA_BUILD_H

#include "schema/types.h"

/* Bytes a schema and its syntax tree may take; beyond, building ends with XY_ELIMIT. */
#define XY_SCHEMA_BYTES_MAX ((size_t)512 << 20)

/* Build a schema of a document that keeps the SDL rules; an extension of `base` when that is not
 * NULL (which stays as it is). The schema lives in `arena`, which schema->arena then points to.
 * keeps: the syntax trees of document and base, as long as the schema. Returns 0; XY_EFAILED
 * with one error for a built-in directive whose argument has a wrong value; XY_ELIMIT when the
 * arena is over its maximum. */
int xy__schema_build(xy_arena *arena, const xy_ast_document *document, const xy_schema *base,
                     xy_schema **out, xy_errors *errors);

/* What every schema has and nothing more: scalars, introspection types, directives. No types of
 * it are listed but those that introspection needs. */
xy_schema *xy__schema_builtin(xy_arena *arena);

typedef enum xy_schema_stage {
    XY_SCHEMA_STAGE_SYNTAX, /* the text does not parse */
    XY_SCHEMA_STAGE_SDL,    /* the document breaks an SDL rule */
    XY_SCHEMA_STAGE_BUILD,  /* a built-in directive has a wrong argument */
    XY_SCHEMA_STAGE_CHECK,  /* the schema is not valid */
    XY_SCHEMA_STAGE_DONE,
} xy_schema_stage;

/* Parse, validate, build and check one SDL text, without the check when `until` is CHECK (DONE:
 * with all stages), and coerce its default values; for tests and tools. keeps: sdl, as long as
 * the schema. On failure *failed (may be NULL) is the stage that failed. Returns 0, XY_ESYNTAX,
 * XY_EFAILED or XY_ELIMIT. */
int xy__schema_from_sdl(xy_arena *arena, xy_str sdl, xy_schema_stage until, xy_schema **out,
                        xy_errors *errors, xy_schema_stage *failed);

/* xy_schema_load() with what is wrong as errors, whose locations name files. */
int xy__schema_load(const xy_schema_options *options, xy_schema **out, xy_errors *errors);

#endif
