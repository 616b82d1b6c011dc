/* A load client for one server on the loopback: keep-alive connections on one epoll thread, each
 * with one request under way. Bounded in time.
 *
 *   load [-c CONNECTIONS] [-s SECONDS] [-p CORE] [-t TOKEN] [-w] PORT PATH
 *
 * -p pins the client to a core; the server belongs on another. -w writes: it POSTs its standard
 * input, in which every %N becomes a number never used before, each request with an
 * Idempotency-Key of its own. Prints one line:
 *
 *   requests_per_second p50_us p95_us p99_us failures reply_bytes */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS_MAX = 256, REPLY_MAX = 1 << 22, REQUEST_MAX = 1 << 16, SAMPLES_MAX = 1 << 22 };

struct connection {
    int socket;
    char *reply;
    size_t have, want; /* want = 0 until the head is complete */
    double sent_at;
};

static struct {
    unsigned connections, port;
    double seconds;
    int core; /* -1 = anywhere */
    const char *token, *path;
    bool writes;
} options = {.connections = 32, .seconds = 5, .core = -1};

static char body_text[REQUEST_MAX / 2];
static unsigned long next_number, run_number;
static unsigned *samples; /* microseconds */
static size_t sample_count, failures, reply_bytes;

__attribute__((noreturn)) static void stop(const char *why)
{
    fprintf(stderr, "load: %s%s%s\n", why, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* The body of this request: the text with its numbers put in. */
static size_t make_body(char *out, size_t size)
{
    size_t used = 0;
    for (const char *at = body_text; *at;) {
        if (used + 32 > size)
            stop("the body is too large");
        if (at[0] == '%' && at[1] == 'N') {
            used += (size_t)snprintf(out + used, 32, "%lu", next_number);
            at += 2;
        } else {
            out[used++] = *at++;
        }
    }
    return used;
}

static void ask(struct connection *connection)
{
    static char body[REQUEST_MAX], request[REQUEST_MAX * 2];
    int length;
    if (options.writes) {
        size_t body_size = make_body(body, sizeof body);
        length = snprintf(request, sizeof request,
                          "POST %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n"
                          "Idempotency-Key: load-%lx-%lu\r\nContent-Type: application/json\r\n"
                          "Content-Length: %zu\r\n\r\n%.*s",
                          options.path, options.port, options.token ? options.token : "",
                          run_number, next_number, body_size, (int)body_size, body);
        next_number++;
    } else {
        length =
            snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n%s%s%s\r\n",
                     options.path, options.port, options.token ? "Authorization: Bearer " : "",
                     options.token ? options.token : "", options.token ? "\r\n" : "");
    }
    if (length < 0 || (size_t)length >= sizeof request)
        stop("the request is too large");
    connection->have = connection->want = 0;
    connection->sent_at = now();
    if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) != length)
        stop("cannot send");
}

static int connected(void)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)options.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    int handle = socket(AF_INET, SOCK_STREAM, 0);
    if (handle < 0 || connect(handle, (struct sockaddr *)&address, sizeof address) != 0)
        stop("cannot connect");
    setsockopt(handle, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    return handle;
}

/* Once the head is there: how long the whole reply is. */
static void read_head(struct connection *connection)
{
    connection->reply[connection->have] = '\0';
    const char *end = strstr(connection->reply, "\r\n\r\n");
    if (!end)
        return;
    const char *length = strcasestr(connection->reply, "\r\ncontent-length:");
    if (!length || length > end)
        stop("a reply without Content-Length");
    connection->want = (size_t)(end + 4 - connection->reply) + strtoul(length + 17, NULL, 10);
    if (connection->want > REPLY_MAX)
        stop("a reply is too large");
    reply_bytes = connection->want - (size_t)(end + 4 - connection->reply);
}

/* True when a reply has come in whole. */
static bool receive(struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->reply + connection->have,
                       REPLY_MAX - connection->have, 0);
    if (got <= 0)
        stop("the server closed a connection");
    connection->have += (size_t)got;
    if (!connection->want)
        read_head(connection);
    if (!connection->want || connection->have < connection->want)
        return false;
    if (strncmp(connection->reply, "HTTP/1.1 2", 10) != 0 && failures++ == 0)
        fprintf(stderr, "load: %.*s\n", (int)(connection->have < 2000 ? connection->have : 2000),
                connection->reply);
    return true;
}

static double run(struct connection *connections)
{
    int queue = epoll_create1(0);
    for (unsigned i = 0; i < options.connections; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &connections[i]};
        connections[i] = (struct connection){.socket = connected(), .reply = malloc(REPLY_MAX + 1)};
        if (!connections[i].reply ||
            epoll_ctl(queue, EPOLL_CTL_ADD, connections[i].socket, &event) != 0)
            stop("cannot watch a connection");
    }
    double start = now(), end = start + options.seconds;
    for (unsigned i = 0; i < options.connections; i++)
        ask(&connections[i]);
    for (unsigned busy = options.connections; busy > 0;) {
        struct epoll_event events[64];
        int count = epoll_wait(queue, events, 64, 10000);
        if (count <= 0)
            stop("no reply within 10 s");
        for (int i = 0; i < count; i++) {
            struct connection *connection = events[i].data.ptr;
            if (!receive(connection))
                continue;
            double time = now();
            if (sample_count < SAMPLES_MAX)
                samples[sample_count] = (unsigned)((time - connection->sent_at) * 1e6);
            sample_count++;
            if (time < end)
                ask(connection);
            else
                busy--;
        }
    }
    double took = now() - start;
    for (unsigned i = 0; i < options.connections; i++) {
        close(connections[i].socket);
        free(connections[i].reply);
    }
    close(queue);
    return took;
}

static int by_size(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

static void read_options(int count, char **words)
{
    for (int option; (option = getopt(count, words, "c:s:p:t:w")) != -1;) {
        switch (option) {
        case 'c':
            options.connections = (unsigned)strtoul(optarg, NULL, 10);
            break;
        case 's':
            options.seconds = strtod(optarg, NULL);
            break;
        case 'p':
            options.core = (int)strtol(optarg, NULL, 10);
            break;
        case 't':
            options.token = optarg;
            break;
        case 'w':
            options.writes = true;
            break;
        default:
            exit(1);
        }
    }
    errno = 0;
    if (count - optind != 2 || options.connections == 0 || options.connections > CONNECTIONS_MAX ||
        options.seconds > 600)
        stop("usage: load [-c CONNECTIONS] [-s SECONDS] [-p CORE] [-t TOKEN] [-w] PORT PATH");
    options.port = (unsigned)strtoul(words[optind], NULL, 10);
    options.path = words[optind + 1];
}

int main(int count, char **words)
{
    static struct connection connections[CONNECTIONS_MAX];
    read_options(count, words);
    if (options.writes)
        body_text[fread(body_text, 1, sizeof body_text - 1, stdin)] = '\0';
    if (getrandom(&run_number, sizeof run_number, 0) != sizeof run_number)
        stop("no random number");
    if (options.core >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((unsigned)options.core, &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0)
            stop("cannot move to that core");
    }
    samples = malloc(SAMPLES_MAX * sizeof *samples);
    if (!samples)
        stop("out of memory");
    double took = run(connections);
    size_t kept = sample_count < SAMPLES_MAX ? sample_count : SAMPLES_MAX;
    qsort(samples, kept, sizeof *samples, by_size);
    printf("%.0f %u %u %u %zu %zu\n", (double)sample_count / took, samples[kept / 2],
           samples[kept * 95 / 100], samples[kept * 99 / 100], failures, reply_bytes);
    free(samples);
    return failures ? 1 : 0;
}
