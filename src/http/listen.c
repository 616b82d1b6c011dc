/* The listening socket: made here, not by libmicrohttpd, to be able to say why it failed. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/number.h"
#include "http/request.h"

static int refuse(const char *address, const char *why, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "cannot listen on %s: %s", address, why);
    return -1;
}

/* Cuts "host:port" or "[host]:port" in two; the host is copied without brackets. */
static bool split(const char *address, char *host, size_t host_size, struct str *port)
{
    const char *colon = strrchr(address, ':');
    if (!colon)
        return false;
    struct str name = {address, (size_t)(colon - address)};
    if (name.length > 2 && name.data[0] == '[' && name.data[name.length - 1] == ']')
        name = str_first(str_skip(name, 1), name.length - 2);
    else if (memchr(name.data, ':', name.length))
        return false; /* IPv6 without brackets: where would the port begin? */
    int64_t number;
    *port = str_of(colon + 1);
    if (!name.length || name.length >= host_size || !int_parse(*port, &number) || number < 0 ||
        number > UINT16_MAX)
        return false;
    memcpy(host, name.data, name.length);
    host[name.length] = '\0';
    return true;
}

static int bound(const struct addrinfo *to)
{
    int handle = socket(to->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (handle < 0)
        return -1;
    /* A restart does not wait for connections of the last run to be forgotten. */
    setsockopt(handle, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
    if (to->ai_family == AF_INET6)
        setsockopt(handle, IPPROTO_IPV6, IPV6_V6ONLY, &(int){0}, sizeof(int));
    if (bind(handle, to->ai_addr, to->ai_addrlen) == 0 && listen(handle, SOMAXCONN) == 0)
        return handle;
    int why = errno;
    close(handle);
    errno = why;
    return -1;
}

static int port_of(int handle)
{
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } own = {0};
    socklen_t size = sizeof own;
    if (getsockname(handle, &own.any, &size) != 0)
        return 0;
    return ntohs(own.any.sa_family == AF_INET6 ? own.v6.sin6_port : own.v4.sin_port);
}

int listen_on(const char *address, int *port, char *reason, size_t reason_size)
{
    char host[256];
    struct str service;
    if (!split(address, host, sizeof host, &service))
        return refuse(address, "an address looks like 127.0.0.1:8080 or [::1]:8080", reason,
                      reason_size);
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV},
                    *found;
    int failure = getaddrinfo(host, service.data, &hints, &found);
    if (failure)
        return refuse(address, gai_strerror(failure), reason, reason_size);
    int handle = bound(found), why = errno;
    freeaddrinfo(found);
    if (handle >= 0) {
        *port = port_of(handle);
        return handle;
    }
    return refuse(address,
                  why == EADDRINUSE ? "another program is listening there (address in use)"
                                    : strerror(why),
                  reason, reason_size);
}

void print_peer(const struct sockaddr *address, char text[HTTP_PEER_TEXT])
{
    text[0] = '\0';
    if (address && address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        inet_ntop(AF_INET, &v4.sin_addr, text, HTTP_PEER_TEXT);
    } else if (address && address->sa_family == AF_INET6) {
        struct sockaddr_in6 v6;
        memcpy(&v6, address, sizeof v6);
        inet_ntop(AF_INET6, &v6.sin6_addr, text, HTTP_PEER_TEXT);
    }
}

bool is_loopback(const struct sockaddr *address)
{
    if (!address)
        return false;
    if (address->sa_family == AF_INET) {
        struct sockaddr_in v4;
        memcpy(&v4, address, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
    }
    if (address->sa_family != AF_INET6)
        return false;
    struct sockaddr_in6 v6;
    memcpy(&v6, address, sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr) ||
           (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr) && v6.sin6_addr.s6_addr[12] == IN_LOOPBACKNET);
}
