/* SPDX-License-Identifier: MIT */
/* cli/name.h -- the forms of a model's name: `blog posts` is BlogPost, BlogPosts, blogPost and
 * blogPosts. */
#ifndef XY_CLI_NAME_H
#define XY_CLI_NAME_H

#include <stddef.h>

#include "xylem/error.h"

#define XY_NAME_MAX ((size_t)64)

/* Value type. Each form ends with NUL. */
typedef struct xy_name {
    char type[2 * XY_NAME_MAX];  /* Widget */
    char types[2 * XY_NAME_MAX]; /* Widgets */
    char name[2 * XY_NAME_MAX];  /* widget */
    char names[2 * XY_NAME_MAX]; /* widgets */
} xy_name;

/* The forms of `word`, which may be singular or plural, in camel case, or with spaces, `-` or `_`
 * between its words. A noun that has no plural of its own gets `List` behind it. Returns XY_OK; or
 * XY_EINVAL for what cannot be the name of a type, and *problem, static, says why. */
int xy__name_from(const char *word, xy_name *out, const char **problem);

#endif
