/* A mix of requests at a fixed rate, whatever the server does: each has a moment when it is due,
 * and its time counts from then, so that a server that stands still is not asked less.
 *
 *   mixed [-r PER_SECOND] [-s SECONDS] [-p CORE] [-t TOKEN] PORT <MIX
 *
 * A line of the mix is `SHARE NAME METHOD PATH [BODY]`; of lines with the same name any is taken.
 * In a body, %N becomes a number never used before. Prints one line for each name, and a last one
 * for all of them, times in microseconds:
 *
 *   name requests per_second p50 p95 p99 worst failures */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    CONNECTIONS_MAX = 512,
    REPLY_MAX = 1 << 20,
    REQUEST_MAX = 1 << 13,
    LINES_MAX = 4096,
    NAMES_MAX = 32
};

struct line {
    double share;
    size_t name;
    char method[8], *path, *body;
};
struct connection {
    int socket; /* 0 = not made yet */
    bool busy;
    char *reply;
    size_t have, want;
    double due;
    const struct line *line;
};
struct times {
    char name[32];
    unsigned *samples;
    size_t count, room, failures;
};

static struct {
    unsigned port;
    double per_second, seconds;
    int core;
    const char *token;
} options = {.per_second = 1000, .seconds = 10, .core = -1, .token = ""};

static struct line lines[LINES_MAX];
static struct times names[NAMES_MAX];
static struct connection connections[CONNECTIONS_MAX];
static size_t line_count, name_count;
static double share_sum;
static unsigned long next_number, run_number;
static uint64_t random_state = 20261125;
static int queue;

__attribute__((noreturn)) static void stop(const char *why)
{
    fprintf(stderr, "mixed: %s%s%s\n", why, errno ? ": " : "", errno ? strerror(errno) : "");
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static double chance(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (double)(random_state >> 11) / (double)(UINT64_C(1) << 53);
}

/* --- The mix -------------------------------------------------------------------------------- */

static size_t number_of(const char *name)
{
    size_t i = 0;
    while (i < name_count && strcmp(names[i].name, name) != 0)
        i++;
    if (i == NAMES_MAX || strlen(name) >= sizeof names[i].name)
        stop("too many names, or one too long");
    if (i == name_count)
        snprintf(names[name_count++].name, sizeof names[i].name, "%s", name);
    return i;
}

static void read_mix(void)
{
    char text[REQUEST_MAX], name[32], path[REQUEST_MAX];
    while (line_count < LINES_MAX && fgets(text, sizeof text, stdin)) {
        struct line *line = &lines[line_count];
        int end = 0;
        text[strcspn(text, "\n")] = '\0';
        if (sscanf(text, "%lf %31s %7s %s %n", &line->share, name, line->method, path, &end) < 4)
            stop("a line of the mix is SHARE NAME METHOD PATH [BODY]");
        line->name = number_of(name);
        line->path = strdup(path);
        line->body = strdup(text + end);
        share_sum += line->share;
        line_count++;
    }
    if (!line_count)
        stop("the mix is empty");
}

static const struct line *draw(void)
{
    double at = chance() * share_sum;
    size_t i = 0;
    while (i + 1 < line_count && (at -= lines[i].share) >= 0)
        i++;
    return &lines[i];
}

/* --- Requests ------------------------------------------------------------------------------- */

static void make_body(const char *from, char *out)
{
    size_t used = 0;
    for (; *from && used + 32 < REQUEST_MAX; from++)
        if (from[0] == '%' && from[1] == 'N') {
            used += (size_t)snprintf(out + used, 32, "%lu", next_number);
            from++;
        } else {
            out[used++] = *from;
        }
    out[used] = '\0';
}

static void ask(struct connection *connection, const struct line *line, double due)
{
    static char body[REQUEST_MAX], request[3 * REQUEST_MAX];
    make_body(line->body, body);
    int length = snprintf(request, sizeof request,
                          "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAuthorization: Bearer %s\r\n",
                          line->method, line->path, options.port, options.token);
    if (*body)
        length += snprintf(request + length, sizeof request - (size_t)length,
                           "Idempotency-Key: mixed-%lx-%lu\r\nContent-Type: application/json\r\n"
                           "Content-Length: %zu\r\n",
                           run_number, next_number++, strlen(body));
    length += snprintf(request + length, sizeof request - (size_t)length, "\r\n%s", body);
    connection->busy = true;
    connection->have = connection->want = 0;
    connection->due = due;
    connection->line = line;
    if (send(connection->socket, request, (size_t)length, MSG_NOSIGNAL) != length)
        stop("cannot send");
}

static void connect_one(struct connection *connection)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)options.port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
    };
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = connection};
    int made = socket(AF_INET, SOCK_STREAM, 0);
    if (made < 0 || connect(made, (struct sockaddr *)&address, sizeof address) != 0)
        stop("cannot connect");
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    if (epoll_ctl(queue, EPOLL_CTL_ADD, made, &event) != 0)
        stop("cannot watch a connection");
    connection->socket = made;
    if (!connection->reply && !(connection->reply = malloc(REPLY_MAX + 1)))
        stop("out of memory");
}

/* One that has nothing under way; NULL where all have. */
static struct connection *free_connection(void)
{
    for (size_t i = 0; i < CONNECTIONS_MAX; i++)
        if (!connections[i].busy) {
            if (!connections[i].socket)
                connect_one(&connections[i]);
            return &connections[i];
        }
    return NULL;
}

static void note(struct times *times, double seconds, bool good)
{
    if (times->count == times->room) {
        times->room = times->room ? 2 * times->room : 1024;
        times->samples = realloc(times->samples, times->room * sizeof *times->samples);
        if (!times->samples)
            stop("out of memory");
    }
    times->samples[times->count++] = (unsigned)(seconds * 1e6);
    times->failures += !good;
}

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
}

static void receive(struct connection *connection)
{
    ssize_t got = recv(connection->socket, connection->reply + connection->have,
                       REPLY_MAX - connection->have, 0);
    if (got <= 0) {
        if (connection->busy)
            stop("the server closed a connection with a request under way");
        close(connection->socket); /* it was idle for long */
        connection->socket = 0;
        return;
    }
    connection->have += (size_t)got;
    if (!connection->want)
        read_head(connection);
    if (!connection->want || connection->have < connection->want)
        return;
    bool good = strncmp(connection->reply, "HTTP/1.1 2", 10) == 0;
    struct times *times = &names[connection->line->name];
    if (!good && !times->failures)
        fprintf(stderr, "mixed: %s: %.*s\n", times->name,
                (int)(connection->have < 600 ? connection->have : 600), connection->reply);
    note(times, now() - connection->due, good);
    connection->busy = false;
}

static double run(void)
{
    double began = now(), end = began + options.seconds, time;
    double due = began;
    size_t asked = 0, busy = 1;
    while ((time = now()) < end || busy) {
        struct epoll_event events[64];
        struct connection *one;
        while (due <= time && due < end && (one = free_connection())) {
            ask(one, draw(), due);
            due = began + (double)++asked / options.per_second;
        }
        /* Up to the next one that is due: a millisecond is what epoll can wait. */
        int count = epoll_wait(queue, events, 64, due < end && due - time < 0.001 ? 0 : 1);
        for (int i = 0; i < count; i++)
            receive(events[i].data.ptr);
        busy = 0;
        for (size_t i = 0; i < CONNECTIONS_MAX; i++)
            busy += connections[i].busy;
        if (time > end + 30)
            stop("replies did not come within 30 s of the end");
    }
    return now() - began;
}

/* --- What came of it ------------------------------------------------------------------------ */

static int by_size(const void *a, const void *b)
{
    unsigned left = *(const unsigned *)a, right = *(const unsigned *)b;
    return (left > right) - (left < right);
}

static void print(struct times *times, double took)
{
    size_t n = times->count;
    if (!n)
        return;
    qsort(times->samples, n, sizeof *times->samples, by_size);
    printf("%s %zu %.0f %u %u %u %u %zu\n", times->name, n, (double)n / took, times->samples[n / 2],
           times->samples[n * 95 / 100], times->samples[n * 99 / 100], times->samples[n - 1],
           times->failures);
}

static void read_options(int count, char **words)
{
    for (int option; (option = getopt(count, words, "r:s:p:t:")) != -1;) {
        switch (option) {
        case 'r':
            options.per_second = strtod(optarg, NULL);
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
        default:
            exit(1);
        }
    }
    errno = 0;
    if (count - optind != 1 || options.per_second <= 0)
        stop("usage: mixed [-r PER_SECOND] [-s SECONDS] [-p CORE] [-t TOKEN] PORT <MIX");
    options.port = (unsigned)strtoul(words[optind], NULL, 10);
}

int main(int count, char **words)
{
    read_options(count, words);
    read_mix();
    if (getrandom(&run_number, sizeof run_number, 0) != sizeof run_number)
        stop("no random number");
    if (options.core >= 0) {
        cpu_set_t set;
        CPU_ZERO(&set);
        CPU_SET((unsigned)options.core, &set);
        if (sched_setaffinity(0, sizeof set, &set) != 0)
            stop("cannot move to that core");
    }
    queue = epoll_create1(0);
    double took = run();
    struct times all = {.name = "all"};
    for (size_t i = 0; i < name_count; i++) {
        print(&names[i], took);
        for (size_t k = 0; k < names[i].count; k++)
            note(&all, names[i].samples[k] / 1e6, true);
        all.failures += names[i].failures;
    }
    print(&all, took);
    return all.failures ? 1 : 0;
}
