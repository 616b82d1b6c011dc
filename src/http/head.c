/* The request line and the headers: what is refused before a body is read, and how the app asks. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>

#include "base/number.h"
#include "base/utf8.h"
#include "http/request.h"

static bool same_text(struct str a, struct str b)
{
    return a.length == b.length && strncasecmp(a.data, b.data, a.length) == 0;
}

/* No byte below `least`, no DEL, nothing outside ASCII: looked at eight bytes at a time. */
static bool is_plain(struct str text, unsigned char least)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), highs = ones << 7;
    size_t at = 0;
    for (; at + 8 <= text.length; at += 8) {
        uint64_t word;
        memcpy(&word, text.data + at, 8);
        /* A byte's high bit is set where it is too high, too low, or DEL. */
        uint64_t low = (word - ones * least) & ~word, delete = word ^ ones * 0x7F;
        if ((word | low | ((delete - ones) & ~delete)) & highs)
            return false;
    }
    for (; at < text.length; at++) {
        unsigned char byte = (unsigned char)text.data[at];
        if (byte < least || byte >= 0x7F)
            return false;
    }
    return true;
}

static bool is_readable(struct str value)
{
    if (is_plain(value, ' '))
        return true;
    for (size_t i = 0; i < value.length; i++) {
        unsigned char byte = (unsigned char)value.data[i];
        if ((byte < ' ' && byte != '\t') || byte == 0x7F)
            return false;
    }
    return utf8_check(value) == value.length;
}

/* What decides where a request ends, and so must not be open to two readings. */
struct framing {
    const struct request *request;
    const char *end; /* of what has been looked at */
    struct str length;
    int hosts, lengths, encodings;
    bool bad;
};

/* libmicrohttpd 0.9.75 reads some heads otherwise than a proxy in front of it may: what follows a
 * NUL is dropped, a line ": x" ends the head, a folded line is added to its header's name. All
 * three leave a gap: else each line begins right behind the line break of the one before. */
static bool follows(const struct framing *framing, const char *next, size_t least, size_t most)
{
    size_t gap = (uintptr_t)next - (uintptr_t)framing->end;
    return !framing->request->server->old_parser || (gap >= least && gap <= most);
}

static enum MHD_Result look_at_header(void *state, enum MHD_ValueKind kind, const char *key,
                                      size_t key_size, const char *text, size_t text_size)
{
    (void)kind;
    struct framing *framing = state;
    struct str name = {key, key_size}, value = {text, text_size};
    if (!name.length || !is_plain(name, ' ' + 1) || !is_readable(value) ||
        !follows(framing, key, 1, 2)) {
        framing->bad = true;
        return MHD_NO;
    }
    framing->end = text + text_size;
    switch (name.length) {
    case 4:
        framing->hosts += same_text(name, STR("Host"));
        break;
    case 14:
        if (same_text(name, STR("Content-Length"))) {
            framing->lengths++;
            framing->length = value;
        }
        break;
    case 17:
        if (same_text(name, STR("Transfer-Encoding"))) {
            framing->encodings++;
            framing->bad |= !same_text(value, STR("chunked"));
        }
        break;
    default:
        break;
    }
    return MHD_YES;
}

/* Path and query, as they stand in request->target. */
static bool read_target(struct request *request)
{
    struct http_exchange *exchange = &request->exchange;
    struct str sent = {request->target, request->target_length};
    for (size_t i = 0; i < sent.length; i++)
        if ((unsigned char)sent.data[i] <= ' ' || sent.data[i] == 0x7F)
            return false;
    size_t query = str_find(sent, '?');
    exchange->query = str_skip(sent, query + 1);
    exchange->path = str_first(sent, query);
    request->target[query] = '\0';
    return query && request->target[0] == '/' &&
           percent_decode(request->target, &exchange->path.length, false);
}

/* Where the app wants the body in a file, opens that; 0, or the status to refuse with. */
static int open_body_file(struct request *request)
{
    const struct http_settings *settings = &request->server->settings;
    struct http_exchange *exchange = &request->exchange;
    jmp_buf escape;
    if (!settings->body_file)
        return 0;
    volatile int status = MHD_HTTP_SERVICE_UNAVAILABLE;
    exchange->arena.escape = &escape;
    if (setjmp(escape) == 0)
        status = settings->body_file(settings->app, exchange, &exchange->body_file);
    exchange->arena.escape = NULL;
    if (exchange->body_file >= 0 &&
        atomic_fetch_add(&request->server->uploads, 1) >= HTTP_UPLOADS_MAX)
        status = MHD_HTTP_SERVICE_UNAVAILABLE;
    return status;
}

int head_check(struct request *request, const char *method, const char *url, const char *version)
{
    struct framing framing = {.request = request, .end = method + strlen(method)};
    bool whole = follows(&framing, url, 1, 1);
    framing.end = url + request->target_length;
    whole = whole && follows(&framing, version, 1, 1);
    bool too_long = request->target_length > HTTP_TARGET_MAX;
    if (too_long || !whole || !read_target(request)) {
        request->exchange.path = STR("/");
        request->exchange.query = STR("");
        return too_long ? MHD_HTTP_URI_TOO_LONG : MHD_HTTP_BAD_REQUEST;
    }
    if (!request->method[0])
        return MHD_HTTP_BAD_REQUEST;
    size_t size =
        MHD_get_connection_info(request->connection, MHD_CONNECTION_INFO_REQUEST_HEADER_SIZE)
            ->header_size;
    if (size > HTTP_HEAD_MAX)
        return MHD_HTTP_REQUEST_HEADER_FIELDS_TOO_LARGE;
    framing.end = version + strlen(version);
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, look_at_header, &framing);
    bool needs_host = strcmp(version, "HTTP/1.0") != 0;
    if (framing.bad || !follows(&framing, method + size, 2, 4) || framing.hosts > 1 ||
        framing.hosts < needs_host || framing.lengths + framing.encodings > 1)
        return MHD_HTTP_BAD_REQUEST;
    bool has_body = framing.encodings || (framing.lengths && !str_is(framing.length, "0"));
    if (!has_body)
        return 0;
    request->unread = true;
    const struct http_settings *settings = &request->server->settings;
    request->body_limit =
        settings->body_limit(settings->app, request->exchange.method, request->exchange.path);
    int64_t length;
    if (framing.lengths && (!int_parse(framing.length, &length) || length < 0))
        return MHD_HTTP_BAD_REQUEST; /* libmicrohttpd has let 007 pass */
    if (framing.lengths && (uint64_t)length > request->body_limit)
        return MHD_HTTP_CONTENT_TOO_LARGE;
    return open_body_file(request);
}

struct copying {
    struct arena *arena;
    struct header **last;
};

static enum MHD_Result copy_header(void *state, enum MHD_ValueKind kind, const char *name,
                                   size_t name_size, const char *value, size_t value_size)
{
    (void)kind;
    struct copying *copying = state;
    struct header *header = ARENA_NEW(copying->arena, struct header);
    header->name = arena_str(copying->arena, (struct str){name, name_size});
    header->value = arena_str(copying->arena, (struct str){value, value_size});
    *copying->last = header;
    copying->last = &header->next;
    return MHD_YES;
}

void copy_headers(struct request *request)
{
    struct copying copying = {request->arena, &request->headers};
    MHD_get_connection_values_n(request->connection, MHD_HEADER_KIND, copy_header, &copying);
}

struct str http_header(const struct http_exchange *exchange, const char *name)
{
    const struct request *request = (const struct request *)exchange;
    struct str wanted = str_of(name), found = STR_NONE;
    if (!request->later) {
        MHD_lookup_connection_value_n(request->connection, MHD_HEADER_KIND, wanted.data,
                                      wanted.length, &found.data, &found.length);
        return arena_str(request->arena, found);
    }
    for (const struct header *header = request->headers; header; header = header->next)
        if (same_text(header->name, wanted))
            return header->value;
    return found;
}

/* The host part of "host", "host:port", "[host]" or "[host]:port"; NULL data where it is neither.
 */
static struct str host_of(struct str authority)
{
    size_t end = authority.length && authority.data[0] == '[' ? str_find(authority, ']') + 1
                                                              : str_find(authority, ':');
    if (end > authority.length)
        return STR_NONE;
    struct str port = str_skip(authority, end);
    for (size_t i = 0; i < port.length; i++)
        if (i == 0 ? port.data[i] != ':' : port.data[i] < '0' || port.data[i] > '9')
            return STR_NONE;
    return str_first(authority, end);
}

bool http_host_is_local(const struct http_exchange *exchange)
{
    struct str host = host_of(http_header(exchange, "Host"));
    char name[INET6_ADDRSTRLEN];
    if (!host.length || host.length >= sizeof name)
        return false;
    if (same_text(host, STR("localhost")))
        return true;
    bool brackets = host.data[0] == '[';
    if (brackets)
        host = str_first(str_skip(host, 1), host.length - 2);
    memcpy(name, host.data, host.length);
    name[host.length] = '\0';
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address = {.any.sa_family = brackets ? AF_INET6 : AF_INET};
    void *into = brackets ? (void *)&address.v6.sin6_addr : (void *)&address.v4.sin_addr;
    return inet_pton(address.any.sa_family, name, into) == 1 && is_loopback(&address.any);
}

/* Without the port that goes without saying. */
static struct str without_port(struct str authority, struct str usual)
{
    return str_ends(authority, usual) ? str_first(authority, authority.length - usual.length)
                                      : authority;
}

bool http_same_origin(const struct http_exchange *exchange)
{
    struct str origin = http_header(exchange, "Origin"), host = http_header(exchange, "Host");
    if (!origin.data)
        return true;
    if (!host.length)
        return false;
    struct str usual;
    if (str_starts(origin, STR("http://"))) {
        origin = str_skip(origin, strlen("http://"));
        usual = STR(":80");
    } else if (str_starts(origin, STR("https://"))) {
        origin = str_skip(origin, strlen("https://"));
        usual = STR(":443");
    } else {
        return false;
    }
    return same_text(without_port(origin, usual), without_port(host, usual));
}
