/* SPDX-License-Identifier: MIT */
#include "xylem/error.h"

const char *xy_err_name(int code)
{
    switch (code) {
    case XY_OK:
        return "XY_OK";
#define ERR_NAME(name, number, text)                                                               \
    case number:                                                                                   \
        return "XY_" #name;
        XY_ERR_MAP(ERR_NAME)
#undef ERR_NAME
    default:
        return "XY_E?";
    }
}

const char *xy_err_text(int code)
{
    switch (code) {
    case XY_OK:
        return "no error";
#define ERR_TEXT(name, number, text)                                                               \
    case number:                                                                                   \
        return text;
        XY_ERR_MAP(ERR_TEXT)
#undef ERR_TEXT
    default:
        return "unknown error";
    }
}
