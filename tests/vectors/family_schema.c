/* SPDX-License-Identifier: MIT */
/* tests/vectors/family_schema.c -- SDL to a schema, through all stages; extensions; SDL rules one
 * by one. */
#include "language/parser.h"
#include "schema/build.h"
#include "schema/check.h"
#include "schema/print.h"
#include "schema/sdl_rules.h"
#include "vectors.h"

#define TEXT_MAX ((size_t)1 << 26)

static const char *const stage_names[] = {
    [XY_SCHEMA_STAGE_SYNTAX] = "syntax", [XY_SCHEMA_STAGE_SDL] = "sdl",
    [XY_SCHEMA_STAGE_BUILD] = "build",   [XY_SCHEMA_STAGE_CHECK] = "schema",
    [XY_SCHEMA_STAGE_DONE] = "done",
};

/* A text of the case, parsed; the text null is no document. */
static int parse(vector_case *c, const char *key, xy_ast_document **out, xy_errors *errors)
{
    xy_source *source = XY_ARENA_NEW(c->arena, xy_source);

    source->text = vector_str(c->json, key);
    return xy__parse(c->arena, source, NULL, out, errors);
}

/* All stages; returns the one that failed, or DONE. */
static xy_schema_stage build(vector_case *c, const char *key, const xy_schema *base,
                             xy_schema **out, xy_errors *errors)
{
    xy_ast_document *document;

    if (parse(c, key, &document, errors) < 0)
        return XY_SCHEMA_STAGE_SYNTAX;
    if (xy__sdl_validate(document, base, errors) < 0)
        return XY_SCHEMA_STAGE_SDL;
    if (xy__schema_build(c->arena, document, base, out, errors) < 0)
        return XY_SCHEMA_STAGE_BUILD;
    return xy__schema_check(*out, errors) < 0 ? XY_SCHEMA_STAGE_CHECK : XY_SCHEMA_STAGE_DONE;
}

/* The schema that an extension starts from: valid SDL, but it may lack what the check wants. */
static xy_schema *build_base(vector_case *c)
{
    xy_schema *base = NULL;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    if (vector_str(c->json, "base").ptr)
        build(c, "base", NULL, &base, &errors);
    return base;
}

static vector_verdict expect_print(vector_case *c, const char *what, const xy_schema *schema,
                                   xy_str expected)
{
    vector_verdict verdict;
    xy_buf buf;

    xy__buf_init(&buf, TEXT_MAX);
    xy__schema_print(&buf, schema, strcmp(what, "printed_sorted") == 0);
    verdict = vector_expect_str(c, what, expected, xy__buf_view(&buf));
    xy__buf_deinit(&buf);
    return verdict;
}

static vector_verdict run_build(vector_case *c, const char *key, const xy_schema *base)
{
    bool ok = vector_bool(c->json, "ok", false);
    xy_str printed = vector_str(c->json, "printed");
    xy_str sorted = vector_str(c->json, "printed_sorted");
    xy_schema *schema = NULL;
    xy_schema_stage stage;
    xy_errors errors;

    xy__errors_init(&errors, c->arena);
    stage = build(c, key, base, &schema, &errors);
    if (vector_expect_errors(c, "errors", vector_get(c->json, "errors"), &errors) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (vector_expect_str(c, "stage", ok ? XY_STR("done") : vector_str(c->json, "stage"),
                          xy_str_from(stage_names[stage])) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (!ok)
        return VECTOR_PASS;
    if (expect_print(c, "printed", schema, printed) == VECTOR_FAIL)
        return VECTOR_FAIL;
    if (!sorted.ptr && base)
        return VECTOR_PASS; /* not recorded for extensions */
    return expect_print(c, "printed_sorted", schema, sorted.ptr ? sorted : printed);
}

/* "KnownDirectives" for "KnownDirectivesRule". */
static const xy_doc_rule *find_rule(xy_str name)
{
    for (size_t i = 0; i < XY_SDL_RULE_COUNT; i++) {
        xy_str known = xy_str_from(xy__sdl_rules[i]->name);

        if (name.len == known.len + strlen("Rule") && xy_str_starts(name, known))
            return xy__sdl_rules[i];
    }
    return NULL;
}

static vector_verdict run_rule(vector_case *c)
{
    const xy_schema *base = build_base(c);
    const xy_doc_rule *rule = find_rule(vector_str(c->json, "rule"));
    xy_ast_document *document;
    xy_errors one;
    xy_errors all;

    xy__errors_init(&one, c->arena);
    xy__errors_init(&all, c->arena);
    if (!rule)
        return vector_fail(c, "rule", vector_str(c->json, "rule"), XY_STR("none of that name"));
    if (parse(c, "document", &document, &one) < 0)
        return vector_fail(c, "document", XY_STR("it parses"), one.list.items[0]->message);
    xy__sdl_validate_rule(rule, document, base, &one);
    xy__sdl_validate(document, base, &all);
    if (vector_expect_errors(c, "errors", vector_get(c->json, "errors"), &one) == VECTOR_FAIL)
        return VECTOR_FAIL;
    return vector_expect_errors(c, "all_errors", vector_get(c->json, "all_errors"), &all);
}

static vector_verdict run(vector_case *c)
{
    xy_str mode = vector_str(c->json, "mode");

    if (xy_str_is(mode, "build"))
        return run_build(c, "sdl", NULL);
    if (xy_str_is(mode, "extend"))
        return run_build(c, "extension", build_base(c));
    if (xy_str_is(mode, "rule"))
        return run_rule(c);
    return vector_fail(c, "mode", XY_STR("build, extend or rule"), mode);
}

const xy_vector_family vector_family_schema = {"schema", run};
