#include "unit/http_app.h"

#include <stdio.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/number.h"
#include "unit/http_client.h"
#include "unit/memory.h"
#include "unit/unit.h"

struct app app = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static void text_reply(struct http_exchange *exchange, int status, struct str text)
{
    exchange->status = status;
    exchange->reply = text;
    http_reply_header(exchange, STR("Content-Type"), STR("text/plain; charset=utf-8"));
}

static void count_release(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&app.lock);
    app.released++;
    pthread_cond_broadcast(&app.changed);
    pthread_mutex_unlock(&app.lock);
}

static void *work(void *unused)
{
    (void)unused;
    pthread_mutex_lock(&app.lock);
    while (!app.ended || app.queued) {
        if (!app.queued) {
            pthread_cond_wait(&app.changed, &app.lock);
            continue;
        }
        struct http_exchange *exchange = app.queue[--app.queued];
        pthread_mutex_unlock(&app.lock);
        struct str agent = http_header(exchange, "user-AGENT");
        text_reply(exchange, 200,
                   arena_print(&exchange->arena, "later %.*s %.*s [%.*s]",
                               STR_PRINT(exchange->query), STR_PRINT(agent),
                               STR_PRINT(exchange->body)));
        http_send(exchange);
        pthread_mutex_lock(&app.lock);
    }
    pthread_mutex_unlock(&app.lock);
    return NULL;
}

/* Puts the reply off: for the worker, or (`held`) for the test. Where there is no room, it is sent
 * at once, from this same thread. */
static void put_off(struct http_exchange *exchange, bool held)
{
    arena_defer(&exchange->arena, count_release, NULL);
    http_later(exchange);
    pthread_mutex_lock(&app.lock);
    size_t *count = held ? &app.held_count : &app.queued;
    bool room = *count < HELD_MAX;
    if (room)
        (held ? app.held : app.queue)[(*count)++] = exchange;
    pthread_cond_broadcast(&app.changed);
    pthread_mutex_unlock(&app.lock);
    if (room)
        return;
    text_reply(exchange, 503, STR("no room"));
    http_send(exchange);
}

static void file_reply(struct http_exchange *exchange)
{
    int file = memfd_create("reply", MFD_CLOEXEC);
    uint64_t seed = 7, numbers[4096];
    while (exchange->reply_file_size < 2 << 20) {
        for (size_t i = 0; i < COUNT(numbers); i++)
            numbers[i] = unit_random(&seed);
        exchange->reply_file_size += (uint64_t)write(file, numbers, sizeof numbers);
    }
    exchange->status = 200;
    exchange->reply_file = file;
}

static void ask_about(struct http_exchange *exchange)
{
    text_reply(exchange, 200,
               arena_print(&exchange->arena, "loopback %d, local %d, origin %d", exchange->loopback,
                           http_host_is_local(exchange), http_same_origin(exchange)));
}

/* "/form?size=9&tag=x&count=2" */
static void shaped_reply(struct http_exchange *exchange)
{
    bool bad = false;
    struct arena *arena = &exchange->arena;
    struct str tag = http_query(arena, exchange->query, "tag", &bad);
    int64_t size = 0, count = 0;
    assert_true(int_parse(http_query(arena, exchange->query, "size", &bad), &size));
    assert_true(int_parse(http_query(arena, exchange->query, "count", &bad), &count));
    char *text = arena_alloc(arena, (size_t)size + 1);
    memset(text, tag.data[0], (size_t)size);
    text_reply(exchange, 200, (struct str){text, (size_t)size});
    for (int64_t i = 0; i < count; i++)
        http_reply_header(exchange, arena_print(arena, "X-%d", (int)i),
                          arena_print(arena, "%.*s%d", STR_PRINT(tag), (int)i));
}

static void handle(void *state, struct http_exchange *exchange)
{
    assert_ptr_equal(state, &app);
    struct str path = exchange->path;
    if (str_is(path, "/later") || str_is(path, "/held")) {
        put_off(exchange, str_is(path, "/held"));
        return;
    }
    if (str_is(path, "/about")) {
        ask_about(exchange);
    } else if (str_is(path, "/file")) {
        file_reply(exchange);
    } else if (str_is(path, "/empty")) {
        exchange->status = 204;
    } else if (str_is(path, "/exhausted")) {
        memory_fail_after(0);
        arena_alloc(&exchange->arena, 1 << 20);
    } else if (str_is(path, "/scarce")) {
        text_reply(exchange, 200, STR("scarce"));
        memory_fail_after(0);
    } else if (str_is(path, "/plenty")) {
        text_reply(exchange, 200, memory_recover() ? STR("failed") : STR("never failed"));
    } else if (str_is(path, "/form")) {
        shaped_reply(exchange);
    } else if (str_is(path, "/header")) {
        struct str value = http_header(exchange, "X-Asked");
        text_reply(exchange, 200, value.data ? value : STR("none"));
    } else if (str_is(path, "/echo") || str_is(path, "/large")) {
        text_reply(exchange, 200,
                   arena_print(&exchange->arena, "%.*s %.*s", STR_PRINT(exchange->method),
                               STR_PRINT(exchange->body)));
    } else if (!http_embedded(exchange)) {
        text_reply(exchange, 404,
                   arena_print(&exchange->arena, "no %.*s ? %.*s", STR_PRINT(path),
                               STR_PRINT(exchange->query)));
    }
    http_send(exchange);
}

static size_t body_limit(void *state, struct str method, struct str path)
{
    (void)state, (void)method;
    return str_is(path, "/large") ? LARGE_LIMIT : BODY_LIMIT;
}

static void refuse(void *state, struct http_exchange *exchange, int status)
{
    (void)state;
    memory_recover();
    struct str language = http_header(exchange, "Accept-Language");
    text_reply(exchange, status,
               arena_print(&exchange->arena, "refused %d %.*s %.*s", status,
                           STR_PRINT(exchange->path), STR_PRINT(language)));
}

void app_start(const struct http_settings *with)
{
    char reason[200];
    struct http_settings settings = *with;
    settings.address = settings.address ? settings.address : "127.0.0.1:0";
    settings.app = &app;
    settings.handle = handle;
    settings.body_limit = body_limit;
    settings.refuse = refuse;
    app.held_count = app.released = app.queued = 0;
    app.ended = false;
    app.server = http_start(&settings, reason, sizeof reason);
    if (!app.server)
        fail_msg("%s", reason);
    app.port = http_port(app.server);
    assert_in_range(app.port, 1, UINT16_MAX);
    assert_int_equal(pthread_create(&app.worker, NULL, work, NULL), 0);
}

void app_stop(void)
{
    if (app.server)
        http_stop(app.server, 10);
    app.server = NULL;
    pthread_mutex_lock(&app.lock);
    app.ended = true;
    pthread_cond_broadcast(&app.changed);
    pthread_mutex_unlock(&app.lock);
    pthread_join(app.worker, NULL);
}

bool app_wait_for(const size_t *counter, size_t wanted)
{
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += 10;
    pthread_mutex_lock(&app.lock);
    while (*counter < wanted)
        if (pthread_cond_timedwait(&app.changed, &app.lock, &until) != 0)
            break;
    bool reached = *counter >= wanted;
    pthread_mutex_unlock(&app.lock);
    return reached;
}

void app_send_held(struct str text)
{
    pthread_mutex_lock(&app.lock);
    size_t count = app.held_count;
    app.held_count = 0;
    pthread_mutex_unlock(&app.lock);
    for (size_t i = 0; i < count; i++) {
        text_reply(app.held[i], 200, text);
        http_send(app.held[i]);
    }
}

void assert_reply(const char *request, int status, const char *body)
{
    struct answer answer = {0};
    if (!http_ask(app.port, request, &answer))
        fail_msg("no reply to %s", request);
    if (answer.status != status || (body && !str_is(answer_body(&answer), body)))
        fail_msg("%.60s: %d %s, not %d %s", request, answer.status, answer.body, status,
                 body ? body : "");
    answer_free(&answer);
}
