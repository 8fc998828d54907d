/* SPDX-License-Identifier: MIT */
/* What the vectors and the property test of @defer and @stream are measured with: sequences that
 * must be refused, each for its reason, and what others come to. That the recorded payloads of
 * every vector pass is checked by the family itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../increments.h"
#include "json/read.h"
#include "json/write.h"

typedef struct sequence {
    increments_form form;
    const char *payloads;
    const char *fault;
} sequence;

#define FIRST  "[{'data':{'a':{},'l':[1]},'hasNext':true},"
#define FIRST3 "[{'data':{'a':{},'l':[1]},'pending':[{'id':'0','path':['a']}],'hasNext':true},"
#define ERROR  "'errors':[{'message':'no'}]"

static const sequence sequences[] = {
    /* whether something follows */
    {INCREMENTS_2022, "[{'data':{},'hasNext':false}]", "a single result has hasNext"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'data':{},'path':[]}]}]", "hasNext is missing"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'data':{},'path':[]}],'hasNext':true}]",
     "nothing follows"},
    {INCREMENTS_2022, "[{'data':{},'hasNext':false},{'hasNext':false}]", "something follows"},
    {INCREMENTS_2022, FIRST "{'hasNext':true},{'hasNext':false}]", "a payload that says nothing"},
    {INCREMENTS_2023, FIRST3 "{'hasNext':false}]", "pending after the last payload"},
    {INCREMENTS_2023,
     FIRST3 "{'completed':[{'id':'0'}],'hasNext':true},{'pending':[{'id':'1','path':[]}],"
            "'completed':[{'id':'1'}],'hasNext':false}]",
     "a payload after all was completed"},
    /* payloads and their parts */
    {INCREMENTS_2022, "[{}]", "neither data nor errors"},
    {INCREMENTS_2022, "[{'data':null," ERROR ",'hasNext':true},{'hasNext':false}]",
     "something follows, but there is no data"},
    {INCREMENTS_2022, "[{'data':{},'errors':[]}]", "errors is no list with an error in it"},
    {INCREMENTS_2022, "[{'data':{},'pending':[]}]", "a first payload with other members"},
    {INCREMENTS_2023, FIRST "{'hasNext':false}]", "a first payload with other members"},
    {INCREMENTS_2022, FIRST "{'incremental':[],'hasNext':false}]",
     "incremental is no list with an entry in it"},
    {INCREMENTS_2022, FIRST "{'completed':[],'hasNext':false}]", "a payload with other members"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'id':'0','data':{}}],'hasNext':false}]",
     "an entry with other members"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'path':[]}],'hasNext':false}]",
     "an entry has either data or items"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'data':null,'path':['a']}],'hasNext':false}]",
     "data is null without an error"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'items':null,'path':['l']}],'hasNext':false}]",
     "items is neither a list nor null with an error"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'items':[],'path':['l',1]}],'hasNext':false}]",
     "items is empty"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'items':[2],'path':['l']}],'hasNext':false}]",
     "the path of items does not end with one index"},
    /* places */
    {INCREMENTS_2022, FIRST "{'incremental':[{'data':{},'path':['b']}],'hasNext':false}]",
     "fields of what is no object so far"},
    {INCREMENTS_2022, FIRST "{'incremental':[{'items':[1],'path':['a',0]}],'hasNext':false}]",
     "items of what is no list so far"},
    {INCREMENTS_2023, "[{'data':{},'pending':[{'id':'0','path':['a']}],'hasNext':true}]",
     "a single result has hasNext"},
    {INCREMENTS_2023,
     "[{'data':{},'pending':[{'id':'0','path':['a']}],'hasNext':true},{'hasNext':false}]",
     "pending where nothing is"},
    /* ids */
    {INCREMENTS_2023,
     FIRST3 "{'pending':[{'id':'0','path':[]}],'completed':[{'id':'0'}],'hasNext':false}]",
     "an id is announced twice"},
    {INCREMENTS_2023, FIRST3 "{'incremental':[{'id':'1','data':{}}],'hasNext':false}]",
     "an entry of what is not pending"},
    {INCREMENTS_2023, FIRST3 "{'completed':[{'id':'0'},{'id':'0'}],'hasNext':false}]",
     "completed is what is not pending"},
    {INCREMENTS_2023,
     "[{'data':{'a':{}},'pending':[{'id':'0','path':['a']},{'id':'1','path':[]}],'hasNext':true},"
     "{'completed':[{'id':'0'}],'hasNext':true},"
     "{'incremental':[{'id':'0','data':{}}],'completed':[{'id':'1'}],'hasNext':false}]",
     "an entry of what is not pending"},
    {INCREMENTS_2023,
     "[{'data':{'l':[1]},'pending':[{'id':'0','path':['l']}],'hasNext':true},"
     "{'incremental':[{'id':'0','items':[2],'subPath':['l']}],'hasNext':false}]",
     "items with a sub-path"},
    {INCREMENTS_2023, FIRST3 "{'incremental':[{'id':'0','data':null}],'hasNext':false}]",
     "data is no object"},
};

static xy_arena arena;

/* JSON with ' for ". */
static const xy_value *json(const char *text)
{
    xy_str copy = xy__arena_str(&arena, xy_str_from(text));
    char *quoted = (char *)(uintptr_t)copy.ptr;
    xy_value *value = XY_ARENA_NEW(&arena, xy_value);

    for (size_t i = 0; i < copy.len; i++)
        quoted[i] = quoted[i] == '\'' ? '"' : quoted[i];
    if (xy__json_read(&arena, copy, 0, value, NULL) < 0)
        fail_msg("no JSON: %s", text);
    return value;
}

static void what_a_client_may_not_be_sent(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof sequences / sizeof *sequences; i++) {
        const sequence *s = &sequences[i];
        const xy_value *payloads = json(s->payloads);
        increments read;

        increments_read(&read, &arena, s->form, MERGE_LAST_WINS, payloads->items, payloads->len);
        if (!read.fault)
            fail_msg("no fault in %s", s->payloads);
        assert_string_equal(read.fault, s->fault);
    }
}

static void assert_json(const xy_value *value, const char *expected)
{
    xy_buf text;

    xy__buf_init(&text, (size_t)1 << 20);
    xy__json_write_value(&text, value);
    for (size_t i = 0; i < text.len; i++)
        text.ptr[i] = text.ptr[i] == '"' ? '\'' : text.ptr[i];
    xy__buf_char(&text, '\0');
    assert_string_equal(text.ptr, expected);
    xy__buf_deinit(&text);
}

static void assert_comes_to(increments_form form, const char *payloads, const char *canonical,
                            const char *merged)
{
    const xy_value *list = json(payloads);
    increments read;

    increments_read(&read, &arena, form, MERGE_LAST_WINS, list->items, list->len);
    if (read.fault)
        fail_msg("payload %zu: %s", read.faulty, read.fault);
    assert_json(&read.canonical, canonical);
    assert_json(&read.merged, merged);
}

static void the_2022_form_goes_by_paths(void **state)
{
    (void)state;
    assert_comes_to(INCREMENTS_2022,
                    "[{'data':{'a':{'b':1},'l':[1]},'hasNext':true},"
                    "{'incremental':[{'items':[2,3],'path':['l',1]},"
                    "{'data':{'b':1,'c':2},'path':['a'],'label':'x'}],'hasNext':true},"
                    "{'incremental':[{'items':null,'path':['l']," ERROR "}],'hasNext':false}]",
                    "{'initial':{'data':{'a':{'b':1},'l':[1]}},'incremental':true,"
                    "'deferred':[{'path':['a'],'label':'x','data':{'b':1,'c':2}}],"
                    "'streamed':[{'path':['l'],'first':1,'items':[2,3]," ERROR ",'failed':true}]}",
                    "{'data':{'a':{'b':1,'c':2},'l':[1,2,3]}," ERROR "}");
}

static void the_2023_form_goes_by_ids(void **state)
{
    (void)state;
    assert_comes_to(
        INCREMENTS_2023,
        "[{'data':{'a':{'b':{}},'l':[1]},'pending':[{'id':'0','path':['a'],'label':'x'},"
        "{'id':'1','path':['l']}],'hasNext':true},"
        "{'incremental':[{'id':'1','items':[2]},{'id':'0','subPath':['b'],'data':{'c':2}}],"
        "'completed':[{'id':'0'}],'hasNext':true},"
        "{'incremental':[{'id':'1','items':[3]}],'completed':[{'id':'1'," ERROR "}],"
        "'hasNext':true},{'hasNext':false}]",
        "{'initial':{'data':{'a':{'b':{}},'l':[1]}},'incremental':true,"
        "'pending':[{'path':['a'],'label':'x'},{'path':['l']}],"
        "'patches':[{'path':['a','b'],'data':{'c':2}}],"
        "'streamed':[{'path':['l'],'items':[2,3]}],"
        "'completed':[{'path':['a'],'label':'x'},{'path':['l']," ERROR "}]}",
        "{'data':{'a':{'b':{'c':2}},'l':[1,2,3]}," ERROR "}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_client_may_not_be_sent),
        cmocka_unit_test(the_2022_form_goes_by_paths),
        cmocka_unit_test(the_2023_form_goes_by_ids),
    };
    int failed;

    xy__arena_init(&arena, (size_t)1 << 24);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    xy__arena_deinit(&arena);
    return failed;
}
