/* SPDX-License-Identifier: MIT */
#include "codegen/names.h"

/* Keywords of C11 to C23, and what the headers that generated code includes define as macros, with
 * GNU's. */
static const char *const taken_everywhere[] = {
    "alignas",      "alignof",   "auto",          "bool",      "break",
    "case",         "char",      "const",         "constexpr", "continue",
    "default",      "do",        "double",        "else",      "enum",
    "extern",       "false",     "float",         "for",       "goto",
    "if",           "inline",    "int",           "long",      "nullptr",
    "register",     "restrict",  "return",        "short",     "signed",
    "sizeof",       "static",    "static_assert", "struct",    "switch",
    "thread_local", "true",      "typedef",       "typeof",    "typeof_unqual",
    "union",        "unsigned",  "void",          "volatile",  "while",
    "asm",          "NULL",      "offsetof",      "linux",     "unix",
    "errno",        "stdin",     "stdout",        "stderr",    "assert",
    "EOF",          "INT32_MAX", "INT32_MIN",     "SIZE_MAX",  "UINT32_MAX",
};

/* What the standard headers declare, and would clash with a global name only. */
static const char *const taken_globally[] = {
    "FILE",     "DIR",    "size_t",  "ssize_t", "off_t",   "time_t",  "clock_t",  "va_list",
    "wchar_t",  "int8_t", "int16_t", "int32_t", "int64_t", "uint8_t", "uint16_t", "uint32_t",
    "uint64_t", "div_t",  "ldiv_t",  "free",    "malloc",  "exit",    "abort",    "printf",
    "main",     "random", "signal",  "time",    "index",   "read",    "write",    "link",
    "select",   "div",    "abs",     "system",  "remove",  "rename",  "log",      "y0",
    "y1",       "yn",     "j0",      "j1",      "uint",    "ulong",   "ushort",   "u_char",
    "pid_t",    "uid_t",  "gid_t",   "mode_t",  "dev_t",   "ino_t",   "id_t",     "key_t",
    "fd_set",   "loff_t", "quad_t",  "caddr_t", "timer_t",
};

/* A global name, and where it comes from. */
typedef struct gen_name {
    const xy_node *node;
} gen_name;

static bool is_among(xy_str name, const char *const *list, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (xy_str_is(name, list[i]))
            return true;
    return false;
}

#define IS_AMONG(name, list) is_among((name), (list), sizeof(list) / sizeof *(list))

xy_str xy__gen_member_name(xy_gen_model *model, xy_str name)
{
    if (!IS_AMONG(name, taken_everywhere))
        return name;
    return xy__arena_printf(&model->arena, "%.*s_", XY_PRI(name));
}

xy_str xy__gen_key_name(xy_gen_model *model, xy_str name)
{
    static const char *const others[] = {"at", "app", "payload"};

    if (!IS_AMONG(name, others))
        return xy__gen_member_name(model, name);
    return xy__arena_printf(&model->arena, "%.*s_", XY_PRI(name));
}

static bool is_taken(xy_str name)
{
    return IS_AMONG(name, taken_everywhere) || IS_AMONG(name, taken_globally) ||
           xy_str_starts(name, XY_STR("xy_")) || xy_str_starts(name, XY_STR("XY_"));
}

xy_str xy__gen_global(xy_gen_model *model, xy_str name, const xy_node *node)
{
    xy_str full = xy__arena_printf(&model->arena, "%.*s%.*s", XY_PRI(model->prefix), XY_PRI(name));
    const gen_name *other = xy__map_get(&model->names, full);
    gen_name *own;

    if (is_taken(full)) {
        xy__gen_error(model, node,
                      "\"%.*s\" has a meaning in C: rename it, or generate with --prefix.",
                      XY_PRI(full));
        return full;
    }
    if (other) {
        xy_location at = xy__node_location(other->node);

        xy__gen_error(model, node,
                      "\"%.*s\" is made here and at %.*s:%u:%u, too: rename one of the two.",
                      XY_PRI(full), XY_PRI(at.file), at.line, at.column);
        return full;
    }
    own = XY_ARENA_NEW(&model->arena, gen_name);
    own->node = node;
    xy__map_put(&model->names, full, own);
    return full;
}

/* Names of members, those of the bools beside them included. */
void xy__gen_check_members(xy_gen_model *model, const xy_gen_struct *of, const xy_node *node)
{
    xy_map known;

    xy__map_init(&known, &model->arena);
    for (size_t i = 0; i < of->members.len; i++) {
        const xy_gen_member *member = &of->members.items[i];
        xy_str has = member->given ? xy__arena_printf(&model->arena, "has_%.*s", XY_PRI(member->c))
                                   : XY_STR_NULL;

        if (xy__map_put(&known, member->c, &known) || (has.ptr && xy__map_put(&known, has, &known)))
            xy__gen_error(model, node,
                          "%.*s.%s would be a second member \"%.*s%s\" in C: rename one of the "
                          "two.",
                          XY_PRI(of->name), member->name, XY_PRI(member->c),
                          member->given ? "\" or \"has_..." : "");
    }
}
