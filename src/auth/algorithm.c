/* SPDX-License-Identifier: MIT */
#include "auth/algorithm.h"

xy_algorithms xy__algorithm_of(xy_str name)
{
    static const char *const names[] = {"HS256", "HS384", "HS512", "RS256", "RS384", "RS512",
                                        "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"};

    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        if (xy_str_is(name, names[i]))
            return (xy_algorithms)1 << i;
    return 0;
}
