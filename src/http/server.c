/* Starting and stopping. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "http/request.h"

enum {
    /* Bytes libmicrohttpd has for a connection: half of it for reading, the rest for what it makes
     * of the headers, and for those of the reply. It wipes them after each request: the usual 32 K
     * cost 0.3 us more, and less than 24 K would not hold what HTTP_HEAD_MAX lets pass. */
    POOL_SIZE = 24 * 1024,
    OTHER_FILES = 128 /* databases, files being read or sent */
};

/* Targets are decoded by percent_decode(), which does not let broken escapes pass. */
static size_t leave_as_it_is(void *state, struct MHD_Connection *connection, char *text)
{
    (void)state, (void)connection;
    return strlen(text);
}

/* A crowd of clients must not use up the file handles that the database needs. */
static unsigned connection_ceiling(void)
{
    struct rlimit limit;
    const rlim_t wanted = HTTP_CONNECTIONS_MAX + OTHER_FILES;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= wanted)
        return HTTP_CONNECTIONS_MAX;
    limit.rlim_cur = limit.rlim_max < wanted ? limit.rlim_max : wanted;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur > OTHER_FILES + OTHER_FILES ? (unsigned)limit.rlim_cur - OTHER_FILES
                                                      : OTHER_FILES;
}

static struct MHD_Daemon *start_daemon(struct http_server *server, int handle)
{
    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, on_access, server,
        MHD_OPTION_LISTEN_SOCKET, handle, MHD_OPTION_CONNECTION_LIMIT, connection_ceiling(),
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)server->settings.idle_seconds,
        MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)POOL_SIZE, MHD_OPTION_URI_LOG_CALLBACK,
        on_target, server, MHD_OPTION_UNESCAPE_CALLBACK, leave_as_it_is, NULL,
        MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_NOTIFY_CONNECTION,
        on_connection, server, MHD_OPTION_END);
}

static void use_defaults(struct http_settings *settings)
{
    if (!settings->idle_seconds)
        settings->idle_seconds = HTTP_IDLE_SECONDS;
    if (!settings->request_ms)
        settings->request_ms = HTTP_REQUEST_SECONDS * 1000;
    if (!settings->later_ms)
        settings->later_ms = HTTP_LATER_SECONDS * 1000;
}

static struct http_server *server_new(const struct http_settings *settings)
{
    struct http_server *server = calloc(1, sizeof *server);
    if (!server)
        return NULL;
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&server->changed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    pthread_mutex_init(&server->lock, NULL);
    server->settings = *settings;
    use_defaults(&server->settings);
    server->old_parser = strcmp(MHD_get_version(), "0.9.75") == 0;
    server->references = 1;
    return server;
}

static void give_up(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server_release(server);
}

struct http_server *http_start(const struct http_settings *settings, char *reason,
                               size_t reason_size)
{
    struct http_server *server = server_new(settings);
    if (!server) {
        snprintf(reason, reason_size, "out of memory");
        return NULL;
    }
    int handle = listen_on(settings->address, &server->port, reason, reason_size);
    if (handle < 0) {
        give_up(server);
        return NULL;
    }
    /* Signals are for the thread that started the program. */
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool watched = watcher_start(server);
    server->daemon = watched ? start_daemon(server, handle) : NULL;
    int why = errno;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (server->daemon)
        return server;
    snprintf(reason, reason_size, "cannot serve on %s: %s", settings->address, strerror(why));
    if (watched)
        watcher_stop(server);
    close(handle);
    give_up(server);
    return NULL;
}

int http_port(const struct http_server *server)
{
    return server->port;
}

/* Waits, with the lock, until nobody listens and nothing is being answered; at most `ms`. */
static void wait_until_quiet(struct http_server *server, int ms)
{
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += ms / 1000;
    until.tv_nsec += ms % 1000 * 1000000L;
    if (until.tv_nsec >= 1000000000L) {
        until.tv_nsec -= 1000000000L;
        until.tv_sec++;
    }
    while (server->deafen || atomic_load(&server->active) > 0)
        if (pthread_cond_timedwait(&server->changed, &server->lock, &until) == ETIMEDOUT)
            return;
}

/* With the lock. See go_deaf(). Where it fails (all connections are in use), listening ends with
 * the loop. */
static void ask_to_go_deaf(struct http_server *server)
{
    int pair[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
        return;
    const struct sockaddr_un nobody = {.sun_family = AF_UNIX};
    const struct sockaddr *address = (const struct sockaddr *)&nobody;
    server->deafen =
        MHD_add_connection(server->daemon, pair[0], address, sizeof nobody.sun_family) == MHD_YES;
    close(pair[1]);
}

void http_stop(struct http_server *server, int seconds)
{
    atomic_store(&server->stopping, true);
    pthread_mutex_lock(&server->lock);
    ask_to_go_deaf(server);
    wait_until_quiet(server, seconds * 1000);
    server->closing = true;
    while (server->first_waiting)
        expire(server->first_waiting);
    wait_until_quiet(server, STOP_GRACE_MS);
    server->deafen = false;
    pthread_mutex_unlock(&server->lock);
    MHD_stop_daemon(server->daemon);
    watcher_stop(server);
    forms_free(server);
    while (server->spare) {
        struct request *request = server->spare;
        server->spare = request->next;
        request_free(request);
    }
    give_up(server);
}
