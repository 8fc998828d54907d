/* SPDX-License-Identifier: MIT */
/* cli/name.c -- English as far as names of models go: the regular endings, and the irregular nouns
 * that programs are about. Only the last word of a name is inflected. */
#include "cli/name.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <strings.h>

#include "xylem/str.h"

typedef struct pair {
    const char *one;
    const char *many;
} pair;

static const pair irregular[] = {
    {"analysis", "analyses"}, {"axis", "axes"},       {"basis", "bases"},
    {"child", "children"},    {"crisis", "crises"},   {"criterion", "criteria"},
    {"datum", "data"},        {"foot", "feet"},       {"goose", "geese"},
    {"half", "halves"},       {"index", "indices"},   {"knife", "knives"},
    {"leaf", "leaves"},       {"life", "lives"},      {"loaf", "loaves"},
    {"man", "men"},           {"matrix", "matrices"}, {"medium", "media"},
    {"mouse", "mice"},        {"ox", "oxen"},         {"person", "people"},
    {"quiz", "quizzes"},      {"self", "selves"},     {"shelf", "shelves"},
    {"thief", "thieves"},     {"tooth", "teeth"},     {"vertex", "vertices"},
    {"wife", "wives"},        {"wolf", "wolves"},     {"woman", "women"},
    {"cache", "caches"},      {"movie", "movies"},    {"cookie", "cookies"},
    {"hero", "heroes"},       {"echo", "echoes"},     {"potato", "potatoes"},
    {"tomato", "tomatoes"},   {"bus", "buses"},       {"status", "statuses"},
    {"virus", "viruses"},     {"alias", "aliases"},   {"bonus", "bonuses"},
    {"campus", "campuses"},   {"lens", "lenses"},     {"gas", "gases"},
};

static const char *const uncountable[] = {
    "aircraft", "deer",     "equipment", "feedback", "fish",    "information",
    "money",    "moose",    "music",     "news",     "rice",    "series",
    "sheep",    "software", "species",   "staff",    "traffic", "weather",
};

static const char *const reserved[] = {
    "Query", "Mutation", "Subscription", "Int", "Float", "String", "Boolean", "ID",
};

static bool ends(const char *word, const char *end)
{
    size_t len = strlen(word);
    size_t end_len = strlen(end);

    return len >= end_len && strcasecmp(word + len - end_len, end) == 0;
}

/* Where the last word of a name in camel case begins. */
static char *last_word(char *word)
{
    size_t at = strlen(word);

    while (at > 0 && !isupper((unsigned char)word[at]))
        at--;
    return word + at;
}

/* Put `end` in place of the last `cut` characters. */
static void set_end(char *word, size_t cut, const char *end)
{
    size_t len = strlen(word) - cut;

    snprintf(word + len, 2 * XY_NAME_MAX - len, "%s", end);
}

/* As set_end() for the whole word, which keeps its first letter's case. */
static void set_word(char *word, const char *to)
{
    bool upper = isupper((unsigned char)word[0]) != 0;

    for (size_t i = 0; i <= strlen(to); i++)
        word[i] = to[i];
    if (upper)
        word[0] = (char)toupper((unsigned char)word[0]);
}

static bool is_uncountable(const char *word)
{
    for (size_t i = 0; i < sizeof uncountable / sizeof *uncountable; i++)
        if (strcasecmp(word, uncountable[i]) == 0)
            return true;
    return false;
}

static bool is_vowel(char c)
{
    return c && strchr("aeiouAEIOU", c);
}

static void make_singular(char *word)
{
    size_t len = strlen(word);

    if (is_uncountable(word))
        return;
    for (size_t i = 0; i < sizeof irregular / sizeof *irregular; i++) {
        if (strcasecmp(word, irregular[i].one) == 0)
            return;
        if (strcasecmp(word, irregular[i].many) == 0) {
            set_word(word, irregular[i].one);
            return;
        }
    }
    if (len > 4 && ends(word, "ies"))
        set_end(word, 3, "y");
    else if (ends(word, "sses") || ends(word, "shes") || ends(word, "ches") || ends(word, "xes") ||
             ends(word, "zzes"))
        set_end(word, 2, "");
    else if (len > 2 && ends(word, "s") && !ends(word, "ss") && !ends(word, "us") &&
             !ends(word, "is"))
        set_end(word, 1, "");
}

/* Returns whether the plural is another word. */
static bool make_plural(char *word)
{
    size_t len = strlen(word);

    if (is_uncountable(word))
        return false;
    for (size_t i = 0; i < sizeof irregular / sizeof *irregular; i++) {
        if (strcasecmp(word, irregular[i].one) == 0) {
            set_word(word, irregular[i].many);
            return true;
        }
    }
    if (len > 1 && ends(word, "y") && !is_vowel(word[len - 2]))
        set_end(word, 1, "ies");
    else if (ends(word, "s") || ends(word, "x") || ends(word, "z") || ends(word, "ch") ||
             ends(word, "sh"))
        set_end(word, 0, "es");
    else
        set_end(word, 0, "s");
    return true;
}

static const char *check_word(const char *word)
{
    if (!isalpha((unsigned char)word[0]))
        return "a name begins with a letter";
    if (strlen(word) > XY_NAME_MAX)
        return "the name is too long";
    for (; *word; word++)
        if (!isalnum((unsigned char)*word) && !strchr(" -_", *word))
            return "a name has letters and digits, and spaces, - or _ between its words";
    return NULL;
}

static char upper(char c)
{
    if (c >= 'a' && c <= 'z')
        return (char)(c - ('a' - 'A'));
    return c;
}

/* In camel case with a capital letter first. */
static void read_word(const char *word, char out[2 * XY_NAME_MAX])
{
    bool capital = true;
    size_t len = 0;

    for (; *word; word++) {
        bool separator = strchr(" -_", *word) != NULL;

        if (!separator && capital)
            out[len++] = upper(*word);
        else if (!separator)
            out[len++] = *word;
        capital = separator;
    }
    out[len] = '\0';
}

static void copy_uncapitalized(char *out, const char *type)
{
    snprintf(out, 2 * XY_NAME_MAX, "%s", type);
    out[0] = (char)tolower((unsigned char)out[0]);
}

int xy__name_from(const char *word, xy_name *out, const char **problem)
{
    *problem = check_word(word);
    if (*problem)
        return XY_EINVAL;
    read_word(word, out->type);
    make_singular(last_word(out->type));
    for (size_t i = 0; i < sizeof reserved / sizeof *reserved; i++) {
        if (strcmp(out->type, reserved[i]) == 0) {
            *problem = "GraphQL has a type of this name already";
            return XY_EINVAL;
        }
    }
    snprintf(out->types, sizeof out->types, "%s", out->type);
    if (!make_plural(last_word(out->types)))
        set_end(out->types, 0, "List");
    copy_uncapitalized(out->name, out->type);
    copy_uncapitalized(out->names, out->types);
    return XY_OK;
}
