/* SPDX-License-Identifier: MIT */
/* schema/doc_rule.h -- rules over the syntax tree of a document: what one is, how it reports, and
 * those that hold for SDL and for executable documents alike.
 *
 * A rule is a visitor (language/visitor.h) whose argument is a state of its own, beginning with
 * the pointer to what all rules of a run share:
 *
 *   typedef struct state {
 *       xy_doc_context *doc;
 *       size_t definitions;
 *   } state;
 *
 *   static xy_visit_next enter(void *arg, const xy_visit_at *at)
 *   {
 *       state *s = arg;
 *
 *       if (s->definitions++ > 0)
 *           xy__doc_report(s->doc, at->node, "Must provide only one schema definition.");
 *       return xy__doc_next(s->doc);
 *   }
 *
 * SDL rules are run by schema/sdl_rules.h. The room `validation` has rules of another make; it
 * runs the visitors below as its own, each with a cleared state whose context is set.
 *
 * Messages, locations and their order are those of graphql-js 17. */
#ifndef XY_SCHEMA_DOC_RULE_H
#define XY_SCHEMA_DOC_RULE_H

#include "language/visitor.h"
#include "schema/suggest.h"
#include "schema/types.h"

/* What all rules of one run share. Set the first group of members and clear the rest. */
typedef struct xy_doc_context {
    xy_arena *arena; /* for what rules remember */
    const xy_ast_document *document;
    const xy_schema *schema; /* that the document is checked against; SDL: it extends, or NULL */
    const xy_schema *known;  /* whose directives are known: `schema`, or the built-in one */
    bool hide_suggestions;   /* no "Did you mean", and none is looked for */
    bool mask_suggestions;   /* "[Suggestion hidden]?" instead of it */
    /* Where errors go: report one at `node`, NULL when there are enough of them; give one that
     * was returned another location. */
    xy_error *(*report)(void *arg, const xy_node *node, xy_str message);
    void (*locate)(void *arg, xy_error *error, const xy_node *node);
    void *arg;

    bool full;               /* `report` returned NULL: the walk stops */
    bool have_definitions;   /* the two maps are filled */
    xy_map type_definitions; /* of the document: name -> xy_ast_type_definition, the last one */
    xy_map directive_definitions; /* name -> xy_ast_directive_definition, the last one */
    XY_VEC(xy_str) type_names;    /* keys of type_definitions in order of first appearance */
} xy_doc_context;

typedef struct xy_strs {
    const xy_str *items;
    size_t len;
} xy_strs;

typedef struct xy_doc_rule {
    const char *name;  /* as in graphql-js, without "Rule" */
    size_t state_size; /* bytes, the pointer to the context included */
    const xy_visit_handler *visitor;
} xy_doc_rule;

/* Walk the document with `count` (at most XY_VISITORS_MAX) rules at once, each with a state of
 * its own. */
void xy__doc_rules_run(xy_doc_context *doc, const xy_doc_rule *const *rules, size_t count);

/* Report an error at `node`. Returns it, to be given more locations; NULL when there are enough. */
xy_error *xy__doc_report(xy_doc_context *doc, const xy_node *node, const char *fmt, ...)
    XY_PRINTF(3, 4);

/* What the suggester has to say, for the end of a message; in scratch memory. */
xy_str xy__doc_suggestion(xy_doc_context *doc, const xy_suggester *suggester);

/* One more location for `error`, which may be NULL. */
void xy__doc_locate(xy_doc_context *doc, xy_error *error, const xy_node *node);

/* What a handler returns when it has nothing else to say. */
static inline xy_visit_next xy__doc_next(const xy_doc_context *doc)
{
    return doc->full ? XY_VISIT_STOP : XY_VISIT_ON;
}

/* The same for a handler which does not look below its node. */
static inline xy_visit_next xy__doc_skip(const xy_doc_context *doc)
{
    return doc->full ? XY_VISIT_STOP : XY_VISIT_SKIP;
}

/* A directive known to a run: one of the two pointers is set; none when it is unknown. The
 * document's own definitions go before the schema's. */
typedef struct xy_known_directive {
    const xy_ast_directive_definition *definition;
    const xy_directive *directive;
} xy_known_directive;

xy_known_directive xy__doc_directive(xy_doc_context *doc, xy_str name);

/* The last definition of the type `name` in the document; NULL without. */
const xy_ast_type_definition *xy__doc_type_definition(xy_doc_context *doc, xy_str name);

/* Names of the types that the document defines, each once, in order of first appearance. */
xy_strs xy__doc_type_names(xy_doc_context *doc);

/* For each name that occurs several times among `names`: `report` it at its first node, then
 * locate the error at the other ones too. */
typedef xy_error *xy_unique_report(xy_doc_context *doc, const xy_ast_name *first, const void *arg);
void xy__doc_unique_names(xy_doc_context *doc, xy_ast_name *const *names, size_t count,
                          xy_unique_report *report, const void *arg);

/* The directives that are written on `node`; an empty list for kinds that bear none. */
xy_ast_directives xy__node_directives(const xy_node *node);

/* Where a directive stands, as directive definitions say it ("FIELD_DEFINITION"): `at` is the
 * place of the Directive node. NULL where none may stand. */
const char *xy__directive_location(const xy_visit_at *at);

/* Rules for both kinds of documents. The two "OnDirectives" are the halves of KnownArgumentNames
 * and ProvidedRequiredArguments that look at directives; the halves that look at fields are in
 * `validation`. */
extern const xy_doc_rule xy__doc_rule_known_type_names;
extern const xy_doc_rule xy__doc_rule_known_directives;
extern const xy_doc_rule xy__doc_rule_unique_directives_per_location;
extern const xy_doc_rule xy__doc_rule_known_argument_names_on_directives;
extern const xy_doc_rule xy__doc_rule_unique_argument_names;
extern const xy_doc_rule xy__doc_rule_unique_input_field_names;
extern const xy_doc_rule xy__doc_rule_provided_required_arguments_on_directives;

#endif
