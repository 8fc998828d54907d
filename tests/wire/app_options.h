/* SPDX-License-Identifier: MIT */
/* What the wire-test application reads from its command line and its environment.
 *
 *   --letter-ms N      between two letters of the alphabet (1000)
 *   --tick-ms N        between two numbers of the countdown (500)
 *   --heartbeat-ms N   of silent streams
 *   --timeout-ms N     of an operation
 *   --head-timeout-ms N, --body-timeout-ms N   of a request that comes slowly
 *   --batch-max N      operations in a request
 *   --persisted-bytes N, --response-bytes N   limits of these names
 *   --development      show unexpected errors
 *   --gates            fields that wait for a test: app_gates.graphql
 *   --no-defer-stream  a schema without @defer and @stream
 *   --drop-oldest      events that a slow client does not read are dropped
 *   --durable-events N  kept of a durable topic
 *   CORS_ORIGIN        an origin, several separated by commas, or `*`
 *   DURABLE_TOPICS     a topic, or several separated by commas
 *   REDIS_SHARDED      whatever it says: sharded pub/sub */
#ifndef WIRE_APP_OPTIONS_H
#define WIRE_APP_OPTIONS_H

#include "app.h"

/* Takes its own flags out of the command line. Returns false, after a message on standard error,
 * when one has a value that makes no sense. */
bool app_arguments(app *application, xy_server_config *config, int *argc, char **argv);

/* CORS, durable topics, sharding. What it sets is static. */
void app_environment(xy_server_config *config);

#endif
