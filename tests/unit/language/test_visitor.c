/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/buf.h"
#include "language/parser.h"
#include "language/visitor.h"

#define ARENA_MAX ((size_t)1 << 20)

typedef struct world {
    xy_arena arena;
    xy_source source;
    xy_ast_document *document;
    xy_buf log;
} world;

static void open_world(world *w, const char *text)
{
    xy_errors errors;

    xy__arena_init(&w->arena, ARENA_MAX);
    xy__buf_init(&w->log, ARENA_MAX);
    xy__errors_init(&errors, &w->arena);
    w->source = (xy_source){.text = xy_str_from(text)};
    assert_int_equal(xy__parse(&w->arena, &w->source, NULL, &w->document, &errors), 0);
}

/* Ends the world, its log being this. */
static void close_world(world *w, const char *log)
{
    if (!xy_str_is(xy__buf_view(&w->log), log))
        fail_msg("log: %.*s", XY_PRI(xy__buf_view(&w->log)));
    xy__buf_deinit(&w->log);
    xy__arena_deinit(&w->arena);
}

/* A visitor that logs `<tag><mark><name of the field>` and answers as it is told to. */
typedef struct logger {
    world *w;
    char tag;
    const char *at; /* the field at which it answers so, entering */
    xy_visit_next answer;
    xy_visit_next answer_leaving;
} logger;

static xy_str field_name(const xy_visit_at *at)
{
    return ((const xy_ast_field *)(const void *)at->node)->name->value;
}

static xy_visit_next enter_field(void *arg, const xy_visit_at *at)
{
    logger *l = arg;

    xy__buf_printf(&l->w->log, "%c+%.*s ", l->tag, XY_PRI(field_name(at)));
    return l->at && xy_str_is(field_name(at), l->at) ? l->answer : XY_VISIT_ON;
}

static xy_visit_next leave_field(void *arg, const xy_visit_at *at)
{
    logger *l = arg;

    xy__buf_printf(&l->w->log, "%c-%.*s ", l->tag, XY_PRI(field_name(at)));
    return l->at && xy_str_is(field_name(at), l->at) ? l->answer_leaving : XY_VISIT_ON;
}

static const xy_visit_handler field_handlers[] = {
    {XY_KIND_BIT(FIELD), enter_field, leave_field},
    {0, NULL, NULL},
};

/* Two visitors over `{ a { b } c }`: the first always goes on. */
static void check_two(logger second, const char *log)
{
    const xy_visit_handler *const visitors[] = {field_handlers, field_handlers};
    world w;
    logger first = {.w = &w, .tag = '1'};
    void *args[] = {&first, &second};
    xy_visit_plan plan;

    second.w = &w;
    second.tag = '2';
    open_world(&w, "{ a { b } c }");
    xy__visit_plan_init(&plan, visitors, 2);
    xy__visit(&plan, args, NULL, &w.document->node);
    close_world(&w, log);
}

static void visitors_walk_together(void **state)
{
    (void)state;
    check_two((logger){0}, "1+a 2+a 1+b 2+b 1-b 2-b 1-a 2-a 1+c 2+c 1-c 2-c ");
}

static void one_may_skip_a_subtree(void **state)
{
    (void)state;
    check_two((logger){.at = "a", .answer = XY_VISIT_SKIP}, "1+a 2+a 1+b 1-b 1-a 1+c 2+c 1-c 2-c ");
}

static void one_may_be_done(void **state)
{
    (void)state;
    check_two((logger){.at = "a", .answer = XY_VISIT_BREAK}, "1+a 2+a 1+b 1-b 1-a 1+c 1-c ");
    check_two((logger){.at = "b", .answer_leaving = XY_VISIT_BREAK},
              "1+a 2+a 1+b 2+b 1-b 2-b 1-a 1+c 1-c ");
}

static void some_may_stay_out(void **state)
{
    const xy_visit_handler *const visitors[] = {field_handlers, field_handlers};
    world w;
    logger second = {.w = &w, .tag = '2'};
    void *args[] = {NULL, &second};
    xy_visit_plan plan;

    (void)state;
    open_world(&w, "{ a { b } c }");
    xy__visit_plan_init(&plan, visitors, 2);
    xy__visit_some(&plan, 1u << 1, args, NULL, &w.document->node);
    xy__visit_some(&plan, 0, args, NULL, &w.document->node);
    close_world(&w, "2+a 2+b 2-b 2-a 2+c 2-c ");
}

static void one_may_stop_all(void **state)
{
    (void)state;
    check_two((logger){.at = "b", .answer = XY_VISIT_STOP}, "1+a 2+a 1+b 2+b ");
}

static void enter_any(void *arg, const xy_visit_at *at)
{
    xy__buf_printf(arg, "<%s ", xy__kind_name((xy_kind)at->node->kind));
}

static void leave_any(void *arg, const xy_visit_at *at)
{
    xy__buf_printf(arg, "%s> ", xy__kind_name((xy_kind)at->node->kind));
}

/* What follows the walk is around all visitors, and sees what some of them skip. */
static void a_follower(void **state)
{
    const xy_visit_handler *const visitors[] = {field_handlers, field_handlers};
    world w;
    logger one = {.w = &w, .tag = '1', .at = "a", .answer = XY_VISIT_SKIP};
    logger two = {.w = &w, .tag = '2'};
    void *args[] = {&one, &two};
    xy_visit_around around = {XY_KIND_BIT(FIELD) | XY_KIND_BIT(INT_VALUE), &w.log, enter_any,
                              leave_any};
    xy_visit_plan plan;

    (void)state;
    open_world(&w, "{ a(x: 1) { b } }");
    xy__visit_plan_init(&plan, visitors, 2);
    xy__visit(&plan, args, &around, &w.document->node);
    close_world(&w, "<Field 1+a 2+a <IntValue IntValue> <Field 2+b 2-b Field> 2-a Field> ");
}

static xy_visit_next log_place(void *arg, const xy_visit_at *at)
{
    world *w = arg;

    for (; at; at = at->up) {
        if (at->index != SIZE_MAX)
            xy__buf_printf(&w->log, "%zu.", at->index);
        xy__buf_printf(&w->log, "%s ", at->key ? at->key : "root");
    }
    return XY_VISIT_ON;
}

static void the_way_up(void **state)
{
    static const xy_visit_handler handlers[] = {
        {XY_KIND_BIT(INT_VALUE), log_place, NULL},
        {0, NULL, NULL},
    };
    world w;

    (void)state;
    open_world(&w, "query Q($v: [Int] = [0, 1]) { a }");
    xy__visit_one(handlers, &w,
                  &((const xy_ast_operation *)(const void *)w.document->definitions.items[0])
                       ->variables.items[0]
                       ->node);
    close_world(&w, "0.values defaultValue root 1.values defaultValue root ");
}

static xy_visit_next log_kind(void *arg, const xy_visit_at *at)
{
    world *w = arg;
    xy_kinds reach = xy__kind_reach(at->node->kind);

    for (const xy_visit_at *up = at; up; up = up->up)
        assert_true(xy__kinds_have(xy__kind_reach(up->node->kind), at->node->kind));
    assert_true(xy__kinds_have(reach, at->node->kind));
    xy__buf_printf(&w->log, "%s ", xy__kind_name((xy_kind)at->node->kind));
    return XY_VISIT_ON;
}

/* In the order of graphql-js' QueryDocumentKeys. */
static void parts_in_order(void **state)
{
    static const char *const cases[][2] = {
        {"\"d\" query Q(\"v\" $v: T! = 1 @x) @y { a: b(c: $v) @z { ...F @u ... on T @w { d } } }",
         "Document OperationDefinition StringValue Name VariableDefinition StringValue Variable "
         "Name NonNullType NamedType Name IntValue Directive Name Directive Name SelectionSet "
         "Field Name Name Argument Name Variable Name Directive Name SelectionSet FragmentSpread "
         "Name Directive Name InlineFragment NamedType Name Directive Name SelectionSet Field "
         "Name "},
        {"\"d\" fragment F on T @x { a(b: [{c: null, d: E, e: 1.5, f: true}]) }",
         "Document FragmentDefinition StringValue Name NamedType Name Directive Name SelectionSet "
         "Field Name Argument Name ListValue ObjectValue ObjectField Name NullValue ObjectField "
         "Name EnumValue ObjectField Name FloatValue ObjectField Name BooleanValue "},
        {"\"d\" schema @x { query: Q } extend schema @y",
         "Document SchemaDefinition StringValue Directive Name OperationTypeDefinition NamedType "
         "Name SchemaExtension Directive Name "},
        {"\"d\" type T implements I @x { \"f\" f(\"a\" a: [Int] = 1 @y): Int @z } extend type T @q",
         "Document ObjectTypeDefinition StringValue Name NamedType Name Directive Name "
         "FieldDefinition StringValue Name InputValueDefinition StringValue Name ListType "
         "NamedType Name IntValue Directive Name NamedType Name Directive Name "
         "ObjectTypeExtension Name Directive Name "},
        {"interface I { f: Int } extend interface I @x union U @y = A extend union U = B",
         "Document InterfaceTypeDefinition Name FieldDefinition Name NamedType Name "
         "InterfaceTypeExtension Name Directive Name UnionTypeDefinition Name Directive Name "
         "NamedType Name UnionTypeExtension Name NamedType Name "},
        {"scalar S @x extend scalar S @y enum E @x { \"a\" A @y } extend enum E { B }",
         "Document ScalarTypeDefinition Name Directive Name ScalarTypeExtension Name Directive "
         "Name EnumTypeDefinition Name Directive Name EnumValueDefinition StringValue Name "
         "Directive Name EnumTypeExtension Name EnumValueDefinition Name "},
        {"input I @x { a: Int } extend input I { b: Int }",
         "Document InputObjectTypeDefinition Name Directive Name InputValueDefinition Name "
         "NamedType Name InputObjectTypeExtension Name InputValueDefinition Name NamedType Name "},
        {"\"d\" directive @d(a: Int) @x on FIELD | OBJECT extend directive @d @y",
         "Document DirectiveDefinition StringValue Name InputValueDefinition Name NamedType Name "
         "Directive Name Name Name DirectiveExtension Name Directive Name "},
    };
    static const xy_visit_handler handlers[] = {
        {XY_KINDS_ALL, log_kind, NULL},
        {0, NULL, NULL},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        world w;

        open_world(&w, cases[i][0]);
        xy__visit_one(handlers, &w, &w.document->node);
        close_world(&w, cases[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(visitors_walk_together),
        cmocka_unit_test(one_may_skip_a_subtree),
        cmocka_unit_test(one_may_be_done),
        cmocka_unit_test(some_may_stay_out),
        cmocka_unit_test(one_may_stop_all),
        cmocka_unit_test(a_follower),
        cmocka_unit_test(the_way_up),
        cmocka_unit_test(parts_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
