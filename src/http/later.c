/* What takes longer than one turn of the loop: replies put off and their deadlines, clients that
 * are too slow, connections that linger. A second thread, the watcher, looks at the clock; it
 * sleeps for as long as there is no connection. */
#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "http/request.h"

static void wake(const struct http_server *server)
{
    uint64_t one = 1;
    if (write(server->wake, &one, sizeof one) < 0)
        assert(errno == EAGAIN); /* it has been woken very often */
}

/* With the lock: something has come that needs looking after. */
static void rouse(struct http_server *server)
{
    if (server->asleep)
        wake(server);
    server->asleep = false;
}

/* ---- replies put off ---- */

void http_later(struct http_exchange *exchange)
{
    struct request *request = request_of(exchange);
    struct http_server *server = request->server;
    assert(!request->later && !request->sent);
    copy_headers(request);
    exchange->arena.escape = NULL; /* it leads into this thread's stack */

    pthread_mutex_lock(&server->lock);
    request->later = true;
    if (server->closing) {
        request->state = EXPIRED;
    } else {
        request->state = WAITING;
        request->due = now_ms() + server->settings.later_ms;
        request->previous = server->last_waiting;
        *(server->last_waiting ? &server->last_waiting->next : &server->first_waiting) = request;
        server->last_waiting = request;
        request->suspended = true;
        MHD_suspend_connection(request->connection);
        rouse(server);
    }
    pthread_mutex_unlock(&server->lock);
}

/* The loop will find it in its new state. After this, it may be gone at any moment. */
static void end_waiting(struct request *request, enum waiting state)
{
    struct http_server *server = request->server;
    *(request->previous ? &request->previous->next : &server->first_waiting) = request->next;
    *(request->next ? &request->next->previous : &server->last_waiting) = request->previous;
    request->next = request->previous = NULL;
    request->state = state;
    MHD_resume_connection(request->connection);
}

void expire(struct request *request)
{
    end_waiting(request, EXPIRED);
}

/* With the lock. */
static void hand_over(struct request *request)
{
    switch (request->state) {
    case WAITING:
        end_waiting(request, READY);
        break;
    case EXPIRED:
        request->state = EXPIRED_AND_SENT;
        break;
    case LOST:
        request->server->references--;
        request_free(request);
        break;
    case READY:
    case EXPIRED_AND_SENT:
        assert(!"a reply is sent once");
    }
}

/* The loop, which wakes up at the first of them, waits for the lock until the last is ready. */
void http_send_all(struct http_exchange *const *exchanges, size_t count)
{
    if (!count)
        return;
    struct http_server *server = request_of(exchanges[0])->server;
    pthread_mutex_lock(&server->lock);
    server->references++; /* so that it is there until the last is handed over */
    for (size_t i = 0; i < count; i++)
        hand_over(request_of(exchanges[i]));
    server_release(server);
}

void http_send(struct http_exchange *exchange)
{
    struct request *request = request_of(exchange);
    if (request->later) {
        http_send_all(&exchange, 1);
        return;
    }
    assert(!request->sent);
    request->sent = true;
}

void request_release(struct request *request)
{
    struct http_server *server = request->server;
    bool lost = false;
    if (request->later) {
        pthread_mutex_lock(&server->lock);
        assert(request->state != WAITING);
        lost = request->state == EXPIRED;
        if (lost) {
            request->state = LOST;
            server->references++;
        }
        pthread_mutex_unlock(&server->lock);
    }
    if (!lost)
        request_recycle(request);
}

void server_release(struct http_server *server)
{
    bool last = --server->references == 0;
    pthread_mutex_unlock(&server->lock);
    if (!last)
        return;
    pthread_cond_destroy(&server->changed);
    pthread_mutex_destroy(&server->lock);
    free(server);
}

/* ---- connections ---- */

static void client_begins(struct http_server *server, struct MHD_Connection *connection,
                          struct client **state)
{
    struct client *client = calloc(1, sizeof *client);
    if (!client)
        return; /* then its requests are not timed, and it counts as a stranger */
    client->server = server;
    client->socket =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    const struct sockaddr *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    client->loopback = is_loopback(peer);
    print_peer(peer, client->peer);
    atomic_init(&client->cut_at, next_deadline(server));
    *state = client;
    pthread_mutex_lock(&server->lock);
    client->next = server->clients;
    if (client->next)
        client->next->previous = client;
    server->clients = client;
    rouse(server);
    pthread_mutex_unlock(&server->lock);
}

/* Its socket is still open: as long as it is in the list, the watcher may use it. */
static void client_ends(struct http_server *server, struct client *client)
{
    pthread_mutex_lock(&server->lock);
    *(client->previous ? &client->previous->next : &server->clients) = client->next;
    if (client->next)
        client->next->previous = client->previous;
    pthread_mutex_unlock(&server->lock);
    free(client);
}

/* MHD_quiesce_daemon() races with the loop (0.9.75 may abort), so the loop itself calls it: when it
 * is given the connection that http_stop() makes for that. */
static void go_deaf(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    if (server->deafen) {
        int handle = MHD_quiesce_daemon(server->daemon);
        if (handle >= 0)
            close(handle);
        server->deafen = false;
        pthread_cond_broadcast(&server->changed);
    }
    pthread_mutex_unlock(&server->lock);
}

void on_connection(void *state, struct MHD_Connection *connection, void **client_state,
                   enum MHD_ConnectionNotificationCode what)
{
    struct http_server *server = state;
    struct client *client = *client_state;
    const struct sockaddr *peer =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS)->client_addr;
    if (what == MHD_CONNECTION_NOTIFY_STARTED && peer->sa_family == AF_UNIX)
        go_deaf(server);
    else if (what == MHD_CONNECTION_NOTIFY_STARTED)
        client_begins(server, connection, &client);
    else if (client)
        client_ends(server, client);
    *client_state = what == MHD_CONNECTION_NOTIFY_STARTED ? client : NULL;
}

void linger(struct http_server *server, struct MHD_Connection *connection)
{
    int own = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD)->connect_fd;
    pthread_mutex_lock(&server->lock);
    int copy = server->lingering_count < LINGER_MAX ? fcntl(own, F_DUPFD_CLOEXEC, 3) : -1;
    if (copy >= 0) {
        server->lingering[server->lingering_count].socket = copy;
        server->lingering[server->lingering_count++].until = now_ms() + LINGER_MS;
        server->asleep = false;
        wake(server); /* it must look at one socket more */
    }
    pthread_mutex_unlock(&server->lock);
}

/* ---- the watcher ---- */

/* True as long as more may come. */
static bool drain(int socket)
{
    char dust[16 * 1024];
    ssize_t got;
    for (int turn = 0; turn < 16; turn++)
        if ((got = recv(socket, dust, sizeof dust, MSG_DONTWAIT)) <= 0)
            return got < 0 && (errno == EAGAIN || errno == EINTR);
    return true;
}

static void look_at_lingering(struct http_server *server, long long now)
{
    for (size_t i = server->lingering_count; i-- > 0;) {
        if (now < server->lingering[i].until && !server->ended &&
            drain(server->lingering[i].socket))
            continue;
        close(server->lingering[i].socket);
        server->lingering[i] = server->lingering[--server->lingering_count];
    }
}

static void look_at_clock(struct http_server *server, long long now)
{
    while (server->first_waiting && server->first_waiting->due <= now)
        expire(server->first_waiting);
    for (struct client *client = server->clients; client; client = client->next) {
        long long cut_at = atomic_load_explicit(&client->cut_at, memory_order_relaxed);
        if (cut_at && cut_at <= now)
            shutdown(client->socket, SHUT_RDWR);
    }
}

static int tick_ms(const struct http_settings *settings)
{
    int shortest =
        settings->later_ms < settings->request_ms ? settings->later_ms : settings->request_ms;
    return shortest / 4 > 1000 ? 1000 : shortest / 4 < 5 ? 5 : shortest / 4;
}

static void *watch(void *state)
{
    struct http_server *server = state;
    const int tick = tick_ms(&server->settings);
    int idle = 0; /* turns without a connection: another may come at once */
    for (bool ended = false; !ended;) {
        struct pollfd wanted[1 + LINGER_MAX] = {{.fd = server->wake, .events = POLLIN}};
        pthread_mutex_lock(&server->lock);
        look_at_lingering(server, now_ms());
        look_at_clock(server, now_ms());
        size_t count = server->lingering_count;
        for (size_t i = 0; i < count; i++)
            wanted[1 + i] = (struct pollfd){.fd = server->lingering[i].socket, .events = POLLIN};
        ended = server->ended;
        idle = server->clients || count ? 0 : idle + 1;
        server->asleep = idle > 3;
        int wait = ended ? 0 : server->asleep ? -1 : tick;
        pthread_mutex_unlock(&server->lock);
        poll(wanted, 1 + count, wait);
        uint64_t calls;
        if (wanted[0].revents && read(server->wake, &calls, sizeof calls) < 0)
            assert(errno == EAGAIN);
    }
    return NULL;
}

bool watcher_start(struct http_server *server)
{
    server->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (server->wake < 0)
        return false;
    if (pthread_create(&server->watcher, NULL, watch, server) == 0)
        return true;
    close(server->wake);
    return false;
}

void watcher_stop(struct http_server *server)
{
    pthread_mutex_lock(&server->lock);
    server->ended = true;
    pthread_mutex_unlock(&server->lock);
    wake(server);
    pthread_join(server->watcher, NULL);
    close(server->wake);
}
