#include "unit/http_client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

bool wire_open(struct wire *wire, const char *host, int port)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port)};
    bool is_v6 = inet_pton(AF_INET6, host, &v6.sin6_addr) == 1;
    if (!is_v6 && inet_pton(AF_INET, host, &v4.sin_addr) != 1)
        return false;
    wire->have = 0;
    wire->socket = socket(is_v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    struct timeval limit = {.tv_sec = 10};
    setsockopt(wire->socket, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    setsockopt(wire->socket, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
    setsockopt(wire->socket, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
    int failed = is_v6 ? connect(wire->socket, (const struct sockaddr *)&v6, sizeof v6)
                       : connect(wire->socket, (const struct sockaddr *)&v4, sizeof v4);
    if (failed)
        wire_close(wire);
    return !failed;
}

bool wire_bytes(struct wire *wire, const void *bytes, size_t size)
{
    const char *at = bytes;
    while (size > 0) {
        ssize_t sent = send(wire->socket, at, size, MSG_NOSIGNAL);
        if (sent <= 0)
            return false;
        at += sent;
        size -= (size_t)sent;
    }
    return true;
}

bool wire_text(struct wire *wire, const char *text)
{
    return wire_bytes(wire, text, strlen(text));
}

/* At most `size` bytes into `to`, first those read before. */
static bool read_into(struct wire *wire, char *to, size_t size)
{
    size_t had = wire->have < size ? wire->have : size;
    memcpy(to, wire->bytes, had);
    wire->have -= had;
    memmove(wire->bytes, wire->bytes + had, wire->have);
    while (had < size) {
        ssize_t got = recv(wire->socket, to + had, size - had, 0);
        if (got <= 0)
            return false;
        had += (size_t)got;
    }
    return true;
}

static bool read_head(struct wire *wire, struct answer *answer)
{
    size_t seen = 0;
    const char *end;
    while (!(end = memmem(wire->bytes, wire->have, "\r\n\r\n", 4))) {
        ssize_t got = seen < sizeof answer->head - 1 ? recv(wire->socket, wire->bytes + wire->have,
                                                            sizeof wire->bytes - wire->have, 0)
                                                     : 0;
        if (got <= 0)
            return false;
        wire->have += (size_t)got;
        seen += (size_t)got;
    }
    size_t length = (size_t)(end + 4 - wire->bytes);
    if (length >= sizeof answer->head)
        return false;
    answer->head[length] = '\0';
    return read_into(wire, answer->head, length) && strncmp(answer->head, "HTTP/1.1 ", 9) == 0;
}

bool wire_read(struct wire *wire, struct answer *answer, bool body)
{
    answer_free(answer);
    if (!read_head(wire, answer))
        return false;
    answer->status = (int)strtol(answer->head + strlen("HTTP/1.1 "), NULL, 10);
    struct str length = answer_header(answer, "Content-Length");
    answer->length = length.data ? strtoul(length.data, NULL, 10) : 0;
    if (!body)
        return true;
    answer->body = calloc(1, answer->length + 1);
    return answer->body && read_into(wire, answer->body, answer->length);
}

bool wire_ended(struct wire *wire)
{
    char byte;
    return !wire->have && recv(wire->socket, &byte, 1, 0) == 0;
}

void wire_close(struct wire *wire)
{
    if (wire->socket >= 0)
        close(wire->socket);
    wire->socket = -1;
}

struct str answer_header(const struct answer *answer, const char *name)
{
    size_t length = strlen(name);
    const char *line = answer->head;
    while ((line = strstr(line, "\r\n"))) {
        line += 2;
        if (strncasecmp(line, name, length) == 0 && line[length] == ':') {
            const char *value = line + length + 2, *end = strstr(value, "\r\n");
            return (struct str){value, (size_t)(end - value)};
        }
    }
    return STR_NONE;
}

struct str answer_body(const struct answer *answer)
{
    return (struct str){answer->body, answer->body ? answer->length : 0};
}

void answer_free(struct answer *answer)
{
    free(answer->body);
    answer->body = NULL;
}

bool http_ask(int port, const char *request, struct answer *answer)
{
    struct wire wire;
    if (!wire_open(&wire, "127.0.0.1", port))
        return false;
    bool good = wire_text(&wire, request) && wire_read(&wire, answer, true);
    wire_close(&wire);
    return good;
}
