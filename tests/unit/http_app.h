/* The small program behind the listener in its tests. */
#ifndef UNIT_HTTP_APP_H
#define UNIT_HTTP_APP_H

#include <pthread.h>

#include "http/server.h"

enum { HELD_MAX = 64, BODY_LIMIT = 1000, LARGE_LIMIT = 8 << 20 };

/* GET  /about      what it knows of the client
 *      /empty      204
 *      /file       2 MB from a file
 *      /header     the value of X-Asked
 *      /exhausted  runs out of memory
 *      /scarce     from its reply on, nothing can be allocated until …
 *      /plenty     … it can again
 *      /form       a body of `size` bytes and `count` headers, made of `tag`
 *      /later      answered by another thread: query, User-Agent and body
 *      /held       answered when the test says so
 * any  /echo       method and body (at most BODY_LIMIT bytes)
 *      /large      the same (at most LARGE_LIMIT)
 * Else an embedded file, or 404. */
struct app {
    struct http_server *server;
    int port;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct http_exchange *held[HELD_MAX]; /* put off until the test sends them */
    size_t held_count, released; /* released: how often an arena with a clean-up has ended */
    pthread_t worker;            /* sends what stands in the queue */
    struct http_exchange *queue[HELD_MAX];
    size_t queued;
    bool working, ended;
};
extern struct app app;

#define WITH_DEFAULTS (&(struct http_settings){0})
void app_start(const struct http_settings *with);
void app_stop(void);
/* False when the counter does not get there within ten seconds. */
bool app_wait_for(const size_t *counter, size_t wanted);
void app_send_held(struct str text);

/* One request on a connection of its own; `body` NULL: any. */
void assert_reply(const char *request, int status, const char *body);

#endif
