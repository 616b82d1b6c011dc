/* The way of a request through the loop thread: head, body, handling, and its end. */
#include <assert.h>
#include <errno.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "http/request.h"

long long now_ms(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (long long)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

long long next_deadline(const struct http_server *server)
{
    return now_ms() + server->settings.idle_seconds * 1000LL + server->settings.request_ms;
}

struct request *request_new(struct http_server *server)
{
    struct request *request = server->spare;
    if (request) {
        server->spare = request->next;
        server->spare_count--;
        request->next = NULL;
    } else if (!(request = calloc(1, sizeof *request))) {
        return NULL;
    }
    request->server = server;
    request->arena = &request->exchange.arena;
    request->exchange.body = STR("");
    request->exchange.reply_file = -1;
    request->exchange.body_file = -1;
    return request;
}

static void close_files(struct request *request)
{
    char unused[DIGEST_HEX + 1];
    if (request->exchange.reply_file >= 0)
        close(request->exchange.reply_file);
    if (request->exchange.body_file >= 0) {
        close(request->exchange.body_file);
        atomic_fetch_sub(&request->server->uploads, 1);
    }
    if (request->digest && !digest_end(request->digest, unused))
        unused[0] = '\0'; /* the body was given up */
}

void request_free(struct request *request)
{
    close_files(request);
    arena_free(&request->exchange.arena);
    free(request->body);
    free(request);
}

void request_recycle(struct request *request)
{
    struct http_server *server = request->server;
    if (server->spare_count == SPARE_MAX) {
        request_free(request);
        return;
    }
    close_files(request);
    struct arena arena = request->exchange.arena;
    arena_reset(&arena);
    arena.escape = NULL;
    arena.ceiling = 0;
    char *body = request->body;
    size_t capacity = request->body_capacity;
    if (capacity > BODY_KEPT) {
        free(body);
        body = NULL;
        capacity = 0;
    }
    memset(request, 0, offsetof(struct request, method));
    request->exchange.arena = arena;
    request->exchange.reply_file = -1;
    request->exchange.body_file = -1;
    request->body = body;
    request->body_capacity = capacity;
    request->next = server->spare;
    server->spare = request;
    server->spare_count++;
}

static void cut_off_at(struct client *client, long long ms)
{
    if (client)
        atomic_store_explicit(&client->cut_at, ms, memory_order_relaxed);
}

void *on_target(void *state, const char *target, struct MHD_Connection *connection)
{
    struct request *request = request_new(state);
    if (!request)
        return NULL;
    request->connection = connection;
    request->client =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    request->exchange.loopback = request->client && request->client->loopback;
    if (request->client)
        memcpy(request->exchange.peer, request->client->peer, HTTP_PEER_TEXT);
    request->target_length = strlen(target);
    if (request->target_length <= HTTP_TARGET_MAX)
        memcpy(request->target, target, request->target_length + 1);
    return request;
}

static void count(struct request *request)
{
    if (!request->counted)
        atomic_fetch_add(&request->server->active, 1);
    request->counted = true;
}

/* For what goes wrong while the app writes a refusal: then it goes out without words. */
static void ask_for_refusal(struct request *request, int status)
{
    const struct http_settings *settings = &request->server->settings;
    struct http_exchange *exchange = &request->exchange;
    jmp_buf escape;
    exchange->arena.escape = &escape;
    if (setjmp(escape) == 0) {
        settings->refuse(settings->app, exchange, status);
    } else {
        exchange->header_count = 0;
        exchange->reply = STR("");
        exchange->reply_file = -1;
        exchange->status = status;
    }
    exchange->arena.escape = NULL;
}

static enum MHD_Result refuse(struct request *request, int status)
{
    request->stage = STAGE_WORK;
    count(request);
    ask_for_refusal(request, status);
    return reply_queue(request);
}

static struct str known_method(const char *method, char copy[METHOD_MAX + 1])
{
    if (strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0)
        method = "GET";
    size_t length = strlen(method);
    if (length > METHOD_MAX)
        length = 0; /* head_check() refuses it */
    memcpy(copy, method, length);
    copy[length] = '\0';
    return (struct str){copy, length};
}

static enum MHD_Result take_head(struct request *request, const char *url, const char *method,
                                 const char *version)
{
    request->exchange.method = known_method(method, request->method);
    int status = head_check(request, method, url, version);
    if (!status && atomic_load(&request->server->stopping))
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (status)
        return refuse(request, status);
    request->stage = STAGE_BODY;
    if (request->exchange.body_file >= 0)
        request->digest = digest_begin(DIGEST_SHA256);
    if (request->unread)
        request->began = now_ms();
    return MHD_YES;
}

static bool body_grow(struct request *request, size_t needed)
{
    if (needed <= request->body_capacity)
        return true;
    size_t capacity = request->body_capacity ? request->body_capacity : 4096;
    while (capacity < needed)
        capacity *= 2;
    char *body = realloc(request->body, capacity);
    if (!body)
        return false;
    request->body = body;
    request->body_capacity = capacity;
    return true;
}

/* 0, or the status to refuse with. */
static int write_body(struct request *request, const char *body, size_t size)
{
    digest_bytes(request->digest, body, size);
    while (size) {
        ssize_t written = write(request->exchange.body_file, body, size);
        if (written < 0 && errno != EINTR)
            return errno == ENOSPC || errno == EDQUOT ? MHD_HTTP_INSUFFICIENT_STORAGE
                                                      : MHD_HTTP_SERVICE_UNAVAILABLE;
        body += written > 0 ? written : 0;
        size -= written > 0 ? (size_t)written : 0;
    }
    return 0;
}

static int keep_body(struct request *request, const char *body, size_t size)
{
    if (request->exchange.body_file >= 0)
        return write_body(request, body, size);
    if (!body_grow(request, request->received + 1))
        return MHD_HTTP_SERVICE_UNAVAILABLE;
    memcpy(request->body + request->received - size, body, size);
    return 0;
}

static enum MHD_Result take_body(struct request *request, const char *body, size_t size)
{
    request->received += size;
    /* The more of it has come, the longer the whole may take. */
    cut_off_at(request->client, request->began + request->server->settings.request_ms +
                                    (long long)(request->received / HTTP_BODY_RATE * 1000));
    if (!request->refusal && request->received > request->body_limit)
        request->refusal = MHD_HTTP_CONTENT_TOO_LARGE;
    if (!request->refusal)
        request->refusal = keep_body(request, body, size);
    if (request->refusal && request->exchange.body_file >= 0 &&
        ftruncate(request->exchange.body_file, 0) != 0)
        return MHD_NO;
    if (request->refusal) /* it can only be said after the whole body, so that is read, not kept */
        return request->received > request->body_limit + DISCARD_MAX ? MHD_NO : MHD_YES;
    return MHD_YES;
}

/* The deadline has passed. Whoever works on the request may still be writing into its exchange, so
 * the refusal is another request's. */
static enum MHD_Result answer_expired(struct request *request, void **state)
{
    struct request *stand_in = request_new(request->server);
    if (!stand_in)
        return MHD_NO;
    *state = stand_in;
    stand_in->connection = request->connection;
    stand_in->client = request->client;
    stand_in->counted = request->counted;
    stand_in->exchange.loopback = request->exchange.loopback;
    memcpy(stand_in->exchange.peer, request->exchange.peer, HTTP_PEER_TEXT);
    size_t size = request->target_length + 1;
    memcpy(stand_in->target, request->target, size);
    memcpy(stand_in->method, request->method, sizeof request->method);
    struct str path = request->exchange.path, query = request->exchange.query;
    stand_in->exchange.method = str_of(stand_in->method);
    stand_in->exchange.path = (struct str){stand_in->target, path.length};
    stand_in->exchange.query =
        (struct str){stand_in->target + (query.data - request->target), query.length};
    request->counted = false;
    request_release(request);
    return refuse(stand_in, MHD_HTTP_SERVICE_UNAVAILABLE);
}

/* False when it ran out of memory before it set an escape of its own. */
static bool hand_over(struct request *request)
{
    const struct http_settings *settings = &request->server->settings;
    jmp_buf escape;
    request->arena->escape = &escape;
    if (setjmp(escape) != 0)
        return false;
    settings->handle(settings->app, &request->exchange);
    return true;
}

static enum MHD_Result handle(struct request *request, void **state)
{
    struct http_server *server = request->server;
    struct http_exchange *exchange = &request->exchange;
    request->unread = false;
    cut_off_at(request->client, 0);
    count(request); /* first: either http_stop() sees this one, or we see that it stops */
    if (!request->refusal && atomic_load(&server->stopping))
        request->refusal = MHD_HTTP_SERVICE_UNAVAILABLE;
    if (request->refusal)
        return refuse(request, request->refusal);
    if (exchange->body_file >= 0) {
        bool good = digest_end(request->digest, exchange->body_sha256);
        request->digest = NULL;
        exchange->body_size = request->received;
        if (!good)
            return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE);
    } else if (request->received) {
        request->body[request->received] = '\0';
        exchange->body = (struct str){request->body, request->received};
    }
    request->stage = STAGE_WORK;
    if (!hand_over(request))
        return refuse(request, MHD_HTTP_SERVICE_UNAVAILABLE);
    if (!request->later) {
        assert(request->sent);
        return reply_queue(request);
    }
    return request->suspended ? MHD_YES : answer_expired(request, state);
}

/* It was put off, and is no longer. */
static enum MHD_Result resume(struct request *request, void **state)
{
    pthread_mutex_lock(&request->server->lock);
    bool ready = request->state == READY;
    pthread_mutex_unlock(&request->server->lock);
    return ready ? reply_queue(request) : answer_expired(request, state);
}

enum MHD_Result on_access(void *server, struct MHD_Connection *connection, const char *url,
                          const char *method, const char *version, const char *body,
                          size_t *body_size, void **state)
{
    (void)server, (void)connection;
    struct request *request = *state;
    if (!request)
        return MHD_NO; /* out of memory: on_target() could not make it */
    switch (request->stage) {
    case STAGE_HEAD:
        return take_head(request, url, method, version);
    case STAGE_BODY:
        if (!*body_size)
            return handle(request, state);
        size_t size = *body_size;
        *body_size = 0;
        return take_body(request, body, size);
    case STAGE_WORK:
        break;
    }
    return resume(request, state);
}

void on_completed(void *state, struct MHD_Connection *connection, void **request_state,
                  enum MHD_RequestTerminationCode how)
{
    (void)how;
    struct http_server *server = state;
    struct request *request = *request_state;
    *request_state = NULL;
    if (!request)
        return;
    if (request->unread && request->stage == STAGE_WORK)
        linger(server, connection);
    cut_off_at(request->client, next_deadline(server));
    bool last = request->counted && atomic_fetch_sub(&server->active, 1) == 1;
    request->counted = false;
    if (request->form)
        form_give_back(server, request->form);
    request->form = NULL;
    request_release(request);
    if (last && atomic_load(&server->stopping)) {
        pthread_mutex_lock(&server->lock);
        pthread_cond_broadcast(&server->changed);
        pthread_mutex_unlock(&server->lock);
    }
}
