/* SPDX-License-Identifier: MIT */
#include "serve/document_rules.h"

static bool may_introspect(const xy_server_config *config)
{
    if (config->introspection == XY_IN_DEVELOPMENT)
        return config->development;
    return config->introspection == XY_ON;
}

xy_document_options xy__document_rules(const xy_server_config *config)
{
    const xy_limits *limits = &config->limits;

    return (xy_document_options){
        .parse =
            {
                .tokens_max = limits->tokens_max,
                .depth_max = limits->depth_max,
                .tokens_as_limit = true,
            },
        .limits =
            {
                .depth_max = limits->operation_depth_max,
                .aliases_max = limits->operation_aliases_max,
                .directives_max = limits->operation_directives_max,
                .cost_max = limits->operation_cost_max,
            },
        .validate =
            {
                .hide_suggestions = !config->development,
                .hide_introspection = !may_introspect(config),
            },
    };
}
