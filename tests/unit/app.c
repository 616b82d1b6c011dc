#include "unit/app.h"

#include <stdio.h>
#include <stdlib.h>

/* One test runs at a time. */
static struct app *running;
static struct config config;

struct app *app_of(void **state)
{
    if (running)
        return running;
    char reason[512] = "";
    database_conn(state); /* skips where there is no such database */
    config = (struct config){.db = str_of(database_url(state)),
                             .key_file = str_of(database_key_file(state)),
                             .pack = STR("tests/packs/xingzhou"),
                             .listen = STR("127.0.0.1:0"),
                             .worker_count = 8};
    running = app_open(&config, reason, sizeof(reason));
    if (!running)
        fail_msg("%s", reason);
    return running;
}

void app_end(void **state)
{
    (void)state;
    app_close(running);
    running = NULL;
}

struct request request_of(const char *method, const char *path, const char *query, const char *body)
{
    return (struct request){.method = str_of(method),
                            .path = str_of(path),
                            .query = str_of(query ? query : ""),
                            .body = str_of(body ? body : ""),
                            .content_type = body ? STR("application/json") : STR_NONE,
                            .who = &principal_operator};
}

struct reply ask_request(void **state, struct request request)
{
    return app_call(app_of(state), database_arena(state), request);
}

struct reply ask(void **state, const char *method, const char *path, const char *query,
                 const char *body)
{
    return ask_request(state, request_of(method, path, query, body));
}

bool says(struct reply reply, const char *text)
{
    return reply.body.data && memmem(reply.body.data, reply.body.length, text, strlen(text));
}

int64_t number_in(struct reply reply, const char *key)
{
    char wanted[64];
    snprintf(wanted, sizeof(wanted), "\"%s\":", key);
    const char *at = memmem(reply.body.data, reply.body.length, wanted, strlen(wanted));
    if (!at)
        fail_msg("no %s in %.*s", key, STR_PRINT(reply.body));
    return strtoll(at + strlen(wanted), NULL, 10);
}
