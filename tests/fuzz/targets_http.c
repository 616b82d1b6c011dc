/* What comes from the network, and addresses that lead into it. */
#include <arpa/inet.h>
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/utf8.h"
#include "core/outbound.h"
#include "db/foreign.h"
#include "fuzz/targets_inside.h"
#include "http/request.h"

/* --- Requests ------------------------------------------------------------------------------- */

/* What a handler may rely on. */
static void handle(void *app, struct http_exchange *exchange)
{
    (void)app;
    struct str rest = exchange->query, name, value;
    bool bad = false;
    assert(exchange->path.length && *exchange->path.data == '/');
    assert(utf8_check(exchange->path) == exchange->path.length);
    assert(!memchr(exchange->path.data, '\0', exchange->path.length));
    while (http_query_next(&exchange->arena, &rest, &name, &value, &bad))
        assert(utf8_check(name) == name.length && utf8_check(value) == value.length);
    (void)http_same_origin(exchange);
    (void)http_host_is_local(exchange);
    struct str header = http_header(exchange, "X-Any");
    assert(utf8_check(header) == header.length);
    exchange->status = 200;
    exchange->reply = exchange->body;
    http_reply_part(exchange, STR("\"1\""));
    http_send(exchange);
}

static size_t body_limit(void *app, struct str method, struct str path)
{
    (void)app;
    (void)method;
    return path.length > 1 ? 1000 : 0;
}

static void refuse(void *app, struct http_exchange *exchange, int status)
{
    (void)app;
    exchange->status = status;
    exchange->reply = STR("no");
}

/* From one address after the other: ports are not free again at once. */
static int connected(int port, struct timeval patience)
{
    static uint32_t number;
    struct sockaddr_in to = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)port),
                             .sin_addr = {htonl(INADDR_LOOPBACK)}},
                       from = {.sin_family = AF_INET,
                               .sin_addr = {htonl(INADDR_LOOPBACK + ++number % (1 << 23))}};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(client, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &(int){1}, sizeof(int));
    assert(client >= 0 && !bind(client, (struct sockaddr *)&from, sizeof(from)));
    assert(!connect(client, (struct sockaddr *)&to, sizeof(to)));
    setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
    return client;
}

/* Bytes of a connection, and a request that ends it, where they leave room for one: what is
 * answered begins as an answer does, and the next client is served. */
void fuzz_http(const uint8_t *data, size_t size)
{
    sigset_t alarm, before; /* libFuzzer's, which would interrupt what waits here */
    static const struct timeval soon = {.tv_usec = 10000}, late = {.tv_sec = 3};
    static const char last[] = "\r\n\r\nGET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    static struct http_server *server;
    char reason[300] = "", answer[4096];
    if (!server)
        server = http_start(&(struct http_settings){.address = "127.0.0.1:0",
                                                    .handle = handle,
                                                    .body_limit = body_limit,
                                                    .refuse = refuse,
                                                    .idle_seconds = 1,
                                                    .request_ms = 1000},
                            reason, sizeof(reason));
    assert(server);
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, &before);
    int client = connected(http_port(server), soon);
    (void)!send(client, data, size, MSG_NOSIGNAL);
    (void)!send(client, last, sizeof(last) - 1, MSG_NOSIGNAL);
    ssize_t got = recv(client, answer, sizeof(answer), 0);
    assert(got < 9 || memcmp(answer, "HTTP/1.", 7) == 0);
    while (got > 0)
        got = recv(client, answer, sizeof(answer), 0);
    close(client);
    client = connected(http_port(server), late);
    assert(send(client, last + 4, sizeof(last) - 5, MSG_NOSIGNAL) == (ssize_t)sizeof(last) - 5);
    got = recv(client, answer, sizeof(answer), 0);
    assert(got > 12 && memcmp(answer, "HTTP/1.1 200", 12) == 0);
    close(client);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
}

void fuzz_http_query(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = fuzz_copy(data, size);
    struct str rest = {text, size}, name, value;
    bool bad = false;
    while (http_query_next(&arena, &rest, &name, &value, &bad)) {
        assert(utf8_check(name) == name.length && utf8_check(value) == value.length);
        assert(name.length + value.length <= size);
    }
    assert(!bad || !rest.length);
    char *place = malloc(size + 1);
    size_t length = size;
    assert(place);
    memcpy(place, text, size);
    assert(!percent_decode(place, &length, false) || length <= size);
    free(place);
    arena_free(&arena);
    free(text);
}

/* --- Addresses ------------------------------------------------------------------------------ */

/* The first line lists hosts, the second is a URL. What is good is listed; with an empty list
 * nothing is. */
void fuzz_outbound(const uint8_t *data, size_t size)
{
    char *text = fuzz_copy(data, size);
    struct str url = {text, size}, hosts;
    if (utf8_check(url) == size && !memchr(text, '\0', size) && str_cut(&url, '\n', &hosts)) {
        enum outbound_verdict verdict = outbound_judge(url, hosts);
        if (verdict == OUTBOUND_GOOD)
            assert(hosts.length && (url_is_here(url) || str_find(url, ':') < url.length));
        assert(outbound_judge(url, STR("")) != OUTBOUND_GOOD);
        (void)url_is_here(hosts);
    }
    free(text);
}

/* The first line is an address, the second lists hosts, the rest is a statement. */
void fuzz_foreign(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    char *text = fuzz_copy(data, size);
    struct str statement = {text, size}, address, hosts;
    if (utf8_check(statement) == size && !memchr(text, '\0', size) &&
        str_cut(&statement, '\n', &address) && str_cut(&statement, '\n', &hosts)) {
        struct foreign_query query = {.address = arena_str(&arena, address).data,
                                      .statement = arena_str(&arena, statement).data,
                                      .hosts = arena_str(&arena, hosts).data};
        if (foreign_check(&query) == FOREIGN_GOOD)
            assert(hosts.length && foreign_is_query(statement));
        query.hosts = "";
        assert(foreign_check(&query) != FOREIGN_GOOD);
    }
    arena_free(&arena);
    free(text);
}
