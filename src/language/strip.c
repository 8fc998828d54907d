/* SPDX-License-Identifier: MIT */
#include "language/strip.h"

#include "language/lexer.h"
#include "language/printer.h"

int xy__strip_ignored(xy_arena *arena, const xy_source *source, xy_buf *out, xy_errors *errors)
{
    bool after_word = false;
    xy_lexer lexer;

    xy__lexer_init(&lexer, source, errors);
    for (;;) {
        xy_token token;
        xy_token_kind kind = xy__lexer_next(&lexer, &token);
        bool word = !xy__token_is_punctuator(&token);

        if (kind == XY_TOKEN_FAILED)
            return XY_ESYNTAX;
        if (kind == XY_TOKEN_END)
            return XY_OK;
        /* `...` behind a number would be read as part of it. */
        if (after_word && (word || kind == XY_TOKEN_SPREAD))
            xy__buf_char(out, ' ');
        if (kind == XY_TOKEN_BLOCK_STRING)
            xy__print_block_string(out, xy__token_value(arena, source, &token), true);
        else
            xy__buf_append(out, source->text.ptr + token.start, token.end - token.start);
        after_word = word;
    }
}
