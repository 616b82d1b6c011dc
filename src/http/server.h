/* The HTTP listener: libmicrohttpd with epoll, one loop thread, nothing of the product in it.
 *
 * For each request whose body has arrived whole, the loop thread calls `handle`. That function
 * either fills in the reply and calls http_send() at once, or calls http_later() and arranges that
 * another thread calls http_send() exactly once. Requests put off stand in a registry with a
 * deadline: past it the client is answered with 503 by `expired`, and the late http_send() only
 * frees the exchange. Everything has a ceiling: connections, header and body sizes, time to send a
 * request. Stopping lets requests in work finish, then answers the rest. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"

enum {
    HTTP_HEADERS_MAX = 16,            /* headers a reply may have */
    HTTP_CONNECTIONS_MAX = 2000,
    HTTP_IDLE_SECONDS = 30,           /* a client that neither sends nor reads is dropped */
    HTTP_LATER_SECONDS = 60           /* how long a reply may be put off */
};

/* One request and its reply. Lives until the reply has been sent. */
struct http_exchange {
    struct arena arena; /* ends with the exchange; one thread at a time uses it */
    struct str method;
    struct str path;  /* percent-decoded; starts with '/'; no NUL, valid UTF-8 (else 400 before) */
    struct str query; /* raw, what follows '?'; empty when there is none */
    struct str body;
    bool loopback; /* the peer's address is a loopback address */

    int status;
    struct {
        struct str name, value;
    } headers[HTTP_HEADERS_MAX];
    size_t header_count;
    struct str reply;    /* in the arena or in constant memory */
    int reply_file;      /* when >= 0: send this file instead, and close it */
    uint64_t reply_file_size;
};

struct http_settings {
    const char *address; /* "127.0.0.1:8080", "[::1]:8080" */
    void *app;
    void (*handle)(void *app, struct http_exchange *exchange);
    /* Most bytes a body may have; asked before the body arrives. More than that is answered by
     * `refuse` with 413, and not read. */
    size_t (*body_limit)(void *app, struct str method, struct str path);
    /* Fills in the reply for what the listener refuses by itself: 400, 413, 431, 503. */
    void (*refuse)(void *app, struct http_exchange *exchange, int status);
};

struct http_server;

/* NULL on failure, with the reason (what and which address) in `reason`. */
struct http_server *http_start(const struct http_settings *settings, char *reason,
                               size_t reason_size);
int http_port(const struct http_server *server); /* the one it got, for port 0 */
/* Ends listening, waits for replies put off (at most `seconds`), then stops the loop. */
void http_stop(struct http_server *server, int seconds);

/* A header of the request; STR_NONE when it is not there. Only before http_send(). */
struct str http_header(const struct http_exchange *exchange, const char *name);
/* Adds a header to the reply; both texts must live as long as the exchange. */
void http_reply_header(struct http_exchange *exchange, struct str name, struct str value);
void http_later(struct http_exchange *exchange);
void http_send(struct http_exchange *exchange);

/* The value of a query parameter, percent-decoded into the arena; STR_NONE when absent. `bad` is
 * set when the query is not decodable or gives the name twice. */
struct str http_query(struct arena *arena, struct str query, const char *name, bool *bad);
/* Goes through all parameters: cuts one off `rest`, decoded. False at the end. */
bool http_query_next(struct arena *arena, struct str *rest, struct str *name, struct str *value,
                     bool *bad);
/* Fills in status, headers and body of an embedded web file (encoding negotiated by
 * Accept-Encoding, ETag and If-None-Match, Cache-Control, Vary, Content-Security-Policy and its
 * kin); a path without an extension gets /index.html. False when there is no such file. */
bool http_embedded(struct http_exchange *exchange);

#endif
