#include "core/outbound.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECT_SECONDS = 10, ANSWER_MAX = 64 * 1024, HOST_ROOM = 256, PORT_ROOM = 8 };

/* --- Where it goes -------------------------------------------------------------------------- */

struct place {
    bool https;
    char host[HOST_ROOM], port[PORT_ROOM];
};

static bool copy_part(CURLU *url, CURLUPart part, unsigned flags, char *to, size_t size)
{
    char *text = NULL;
    bool good = curl_url_get(url, part, &text, flags) == CURLUE_OK && strlen(text) < size;
    if (good)
        memcpy(to, text, strlen(text) + 1);
    curl_free(text);
    return good;
}

/* https://host:port/…, without a user. */
static bool parse(struct str text, struct place *place)
{
    struct arena arena = {0};
    char scheme[PORT_ROOM];
    CURLU *url = curl_url();
    bool good =
        url &&
        curl_url_set(url, CURLUPART_URL, arena_str(&arena, text).data, CURLU_DISALLOW_USER) ==
            CURLUE_OK &&
        copy_part(url, CURLUPART_SCHEME, 0, scheme, sizeof(scheme)) &&
        copy_part(url, CURLUPART_HOST, 0, place->host, sizeof(place->host)) &&
        copy_part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT, place->port, sizeof(place->port));
    place->https = good && strcmp(scheme, "https") == 0;
    good = good && (place->https || strcmp(scheme, "http") == 0);
    curl_url_cleanup(url);
    arena_free(&arena);
    return good;
}

static bool is_word(struct str word, const struct place *place)
{
    char with_port[HOST_ROOM + PORT_ROOM];
    snprintf(with_port, sizeof(with_port), "%s:%s", place->host, place->port);
    return str_is(word, with_port) ||
           (str_is(word, place->host) && str_is(str_of(place->port), place->https ? "443" : "80"));
}

/* `*within`: it may lie in one's own network. */
static bool is_listed(struct str hosts, const struct place *place, bool *within)
{
    struct str word;
    while (hosts.length && str_cut(&hosts, ' ', &word)) {
        bool own = word.length && *word.data == '+';
        if (is_word(own ? str_skip(word, 1) : word, place)) {
            *within = own;
            return true;
        }
    }
    return false;
}

bool url_is_here(struct str text)
{
    static const char *const names[] = {"127.0.0.1", "[::1]", "localhost"};
    struct arena arena = {0};
    char host[HOST_ROOM] = "";
    bool here = false;
    CURLU *url = curl_url();
    if (url && curl_url_set(url, CURLUPART_URL, arena_str(&arena, text).data, 0) == CURLUE_OK &&
        copy_part(url, CURLUPART_HOST, 0, host, sizeof(host)))
        for (size_t i = 0; i < COUNT(names); i++)
            here = here || strcmp(host, names[i]) == 0;
    curl_url_cleanup(url);
    arena_free(&arena);
    return here;
}

static bool is_address(const char *host)
{
    unsigned char bytes[sizeof(struct in6_addr)];
    return *host == '[' || inet_pton(AF_INET, host, bytes) == 1;
}

enum outbound_verdict outbound_judge(struct str url, struct str hosts)
{
    struct place place;
    bool within;
    if (!parse(url, &place) || (!place.https && !(is_address(place.host) && url_is_here(url))))
        return OUTBOUND_URL;
    return is_listed(hosts, &place, &within) ? OUTBOUND_GOOD : OUTBOUND_UNLISTED;
}

/* IANA's registries of special-purpose addresses, as far as they are not globally reachable. */
static bool is_private_v4(uint32_t address)
{
    static const struct {
        uint32_t from;
        int bits;
    } ranges[] = {{0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},
                  {0xA9FE0000, 16}, {0xAC100000, 12}, {0xC0000000, 24}, {0xC0A80000, 16},
                  {0xC6120000, 15}, {0xE0000000, 3}};
    for (size_t i = 0; i < COUNT(ranges); i++)
        if ((address ^ ranges[i].from) >> (32 - ranges[i].bits) == 0)
            return true;
    return false;
}

static bool is_private_v6(const unsigned char *bytes)
{
    static const unsigned char mapped[12] = {[10] = 0xFF, [11] = 0xFF}, nothing[12],
                               translated[12] = {0x00, 0x64, 0xFF, 0x9B};
    if (memcmp(bytes, mapped, 12) == 0 || memcmp(bytes, nothing, 12) == 0 ||
        memcmp(bytes, translated, 12) == 0)
        return is_private_v4((uint32_t)bytes[12] << 24 | (uint32_t)bytes[13] << 16 |
                             (uint32_t)bytes[14] << 8 | bytes[15]);
    /* 2000::/3 is what is given out; 2002::/16 leads to addresses of the old kind. */
    return (bytes[0] & 0xE0) != 0x20 || (bytes[0] == 0x20 && bytes[1] == 0x02);
}

bool address_is_private(const struct sockaddr *address)
{
    if (address->sa_family == AF_INET)
        return is_private_v4(
            ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr));
    if (address->sa_family == AF_INET6)
        return is_private_v6(
            ((const struct sockaddr_in6 *)(const void *)address)->sin6_addr.s6_addr);
    return true;
}

/* --- Going there ---------------------------------------------------------------------------- */

static curl_socket_t open_socket(void *anywhere, curlsocktype purpose,
                                 struct curl_sockaddr *address)
{
    (void)purpose;
    if (!*(const bool *)anywhere && address_is_private(&address->addr))
        return CURL_SOCKET_BAD;
    return socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

static size_t throw_away(char *bytes, size_t size, size_t count, void *state)
{
    size_t *taken = state;
    (void)bytes;
    *taken += size * count;
    return *taken > ANSWER_MAX ? 0 : size * count;
}

static void start(void)
{
    curl_global_init(CURL_GLOBAL_DEFAULT);
}

void outbound_ready(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, start);
}

static void set_options(CURL *curl, struct arena *arena, const struct outbound *outbound,
                        struct curl_slist *headers, bool *anywhere, size_t *taken)
{
    curl_easy_setopt(curl, CURLOPT_URL, arena_str(arena, outbound->url).data);
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_PROXY, "");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)outbound->seconds);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "kechuang");
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)outbound->body.length);
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, outbound->body.data);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETFUNCTION, open_socket);
    curl_easy_setopt(curl, CURLOPT_OPENSOCKETDATA, anywhere);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, throw_away);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, taken);
}

static struct curl_slist *headers_of(struct arena *arena, const struct outbound *outbound)
{
    struct curl_slist *list = curl_slist_append(
        NULL, arena_print(arena, "Content-Type: %.*s", STR_PRINT(outbound->content_type)).data);
    for (size_t i = 0; list && i < outbound->header_count; i++) {
        struct curl_slist *longer =
            curl_slist_append(list, arena_str(arena, outbound->headers[i]).data);
        if (!longer)
            curl_slist_free_all(list);
        list = longer;
    }
    return list;
}

bool outbound_post(struct arena *arena, const struct outbound *outbound, long *status, char *reason,
                   size_t reason_size)
{
    struct place place;
    bool within = false;
    size_t taken = 0;
    outbound_ready();
    *status = 0;
    if (outbound_judge(outbound->url, outbound->hosts) != OUTBOUND_GOOD ||
        !parse(outbound->url, &place) || !is_listed(outbound->hosts, &place, &within)) {
        snprintf(reason, reason_size, "--webhook-hosts 里没有这个主机 · the host is not listed");
        return false;
    }
    bool anywhere = within || is_address(place.host);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = headers_of(arena, outbound);
    CURLcode code = CURLE_OUT_OF_MEMORY;
    if (curl && headers) {
        set_options(curl, arena, outbound, headers, &anywhere, &taken);
        code = curl_easy_perform(curl);
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, status);
    }
    /* What is too long an answer has been an answer. */
    bool answered = code == CURLE_OK || (code == CURLE_WRITE_ERROR && taken > ANSWER_MAX);
    if (!answered)
        snprintf(reason, reason_size, "%s", curl_easy_strerror(code));
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);
    return answered;
}
