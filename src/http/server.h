/* The HTTP listener: libmicrohttpd with epoll, one loop thread, nothing of the product in it.
 *
 * For each request whose body has arrived whole, the loop thread calls `handle`. That function
 * either fills in the reply and calls http_send() at once, or calls http_later() and arranges that
 * another thread calls http_send() exactly once. Requests put off stand in a registry with a
 * deadline: past it the client is answered with 503 by `refuse`, and the late http_send() only
 * frees the exchange. Everything has a ceiling: connections, header and body sizes, time to send a
 * request. Stopping lets requests in work finish, then answers the rest.
 *
 * A HEAD request is handled as GET; its body is not sent. Every reply carries the security headers
 * of reply.c; nobody else has to think of them. Only what libmicrohttpd itself cannot read (a
 * broken request line or chunk, a head beyond its memory) is answered in its own few words. */
#ifndef HTTP_SERVER_H
#define HTTP_SERVER_H

#include "base/arena.h"
#include "base/digest.h"

enum {
    HTTP_HEADERS_MAX = 16,        /* headers a reply may have */
    HTTP_TARGET_MAX = 8 * 1024,   /* bytes of path and query */
    HTTP_HEAD_MAX = 10 * 1024,    /* bytes of request line and headers */
    HTTP_CONNECTIONS_MAX = 12000, /* fewer where the process may not open so many files */
    HTTP_IDLE_SECONDS = 30,       /* a client that neither sends nor reads is dropped */
    HTTP_REQUEST_SECONDS = 60,    /* how long sending a request may take … */
    HTTP_BODY_RATE = 4 * 1024,    /* … and a second more for so many bytes of body */
    HTTP_UPLOADS_MAX = 32,        /* bodies in files at the same time; past that 503 */
    HTTP_PEER_TEXT = 46,
    HTTP_LATER_SECONDS = 60 /* how long a reply may be put off */
};

/* One request and its reply. Lives until the reply has been sent. */
struct http_exchange {
    /* Ends with the exchange; one thread at a time uses it. Within handle() its escape leads to a
     * 503; after http_later() there is none until somebody sets one. */
    struct arena arena;
    struct str method;
    struct str path;  /* percent-decoded; starts with '/'; no NUL, valid UTF-8 (else 400 before) */
    struct str query; /* raw, what follows '?'; empty when there is none */
    struct str body;
    int body_file; /* when >= 0: the body went into this file instead, which ends with the exchange
                    */
    uint64_t body_size;
    char body_sha256[DIGEST_HEX + 1]; /* of that file */
    bool loopback;                    /* the peer's address is a loopback address */
    char peer[HTTP_PEER_TEXT];        /* that address, as digits; empty where it is not known */

    int status;
    struct {
        struct str name, value;
    } headers[HTTP_HEADERS_MAX];
    size_t header_count;
    struct str reply;                          /* in the arena or in constant memory */
    int reply_file;                            /* when >= 0: send this file instead, and close it */
    uint64_t reply_file_from, reply_file_size; /* so many bytes of it */
};

struct http_settings {
    const char *address; /* "127.0.0.1:8080", "[::1]:8080" */
    void *app;
    void (*handle)(void *app, struct http_exchange *exchange);
    /* Most bytes a body may have; asked before the body arrives. More than that is answered by
     * `refuse` with 413, and not read. */
    size_t (*body_limit)(void *app, struct str method, struct str path);
    /* May be NULL. Asked when the head of a request with a body has come: where does the body go?
     * `*file` stays -1 for memory, else the listener writes it into that file, which it closes.
     * A status instead of 0 refuses the request. Runs on the loop thread; may ask for headers. */
    int (*body_file)(void *app, struct http_exchange *exchange, int *file);
    /* Fills in the reply for what the listener refuses by itself: 400, 401, 403, 413, 414, 431,
     * 503, 507. Runs on the loop thread, does not call http_send(). The path is "/" where it was at
     * fault. */
    void (*refuse)(void *app, struct http_exchange *exchange, int status);
    /* Tests are in a hurry; 0 = as said above. */
    int idle_seconds, request_ms, later_ms;
};

struct http_server;

/* NULL on failure, with the reason (what and which address) in `reason`. */
struct http_server *http_start(const struct http_settings *settings, char *reason,
                               size_t reason_size);
int http_port(const struct http_server *server); /* the one it got, for port 0 */
/* Ends listening, waits for replies put off (at most `seconds`), then stops the loop. Meanwhile new
 * requests are answered with 503. */
void http_stop(struct http_server *server, int seconds);

/* A header of the request (the first of that name), copied into the arena; STR_NONE when it is not
 * there. It is valid UTF-8 without control characters. Only before http_send(). */
struct str http_header(const struct http_exchange *exchange, const char *name);
/* Adds a header to the reply; both texts must live as long as the exchange, end with a NUL and hold
 * no line break. */
void http_reply_header(struct http_exchange *exchange, struct str name, struct str value);
/* Of a reply that is a file as a whole: narrows it to the part that Range asks for (one; where
 * there are several or none that makes sense, it stays whole), if If-Range allows. Sets the status
 * to 206 or 416. `etag` is the reply's, with its quotes. */
void http_reply_part(struct http_exchange *exchange, struct str etag);
/* What was read from the request stays valid, in whichever thread. */
void http_later(struct http_exchange *exchange);
/* Sends the reply: the exchange is gone. With status 204 and 304 no body is sent; at 304, leaving
 * it in makes Content-Length tell the truth. */
void http_send(struct http_exchange *exchange);
/* Several replies that were put off, at once: the loop wakes up once for all of them. */
void http_send_all(struct http_exchange *const *exchanges, size_t count);

/* Against a hostile page in a browser on this machine (DNS rebinding): the Host header names
 * localhost or a loopback address, with or without a port. */
bool http_host_is_local(const struct http_exchange *exchange);
/* There is no Origin header, or it names the same host and port as Host. */
bool http_same_origin(const struct http_exchange *exchange);

/* The value of a query parameter, percent-decoded into the arena; STR_NONE when absent. `bad` is
 * set when the query is not decodable or gives the name twice, and else left alone. */
struct str http_query(struct arena *arena, struct str query, const char *name, bool *bad);
/* Goes through all parameters: cuts one off `rest`, decoded ('+' is a space). False at the end, and
 * with `bad` set where one is not decodable or not UTF-8. */
bool http_query_next(struct arena *arena, struct str *rest, struct str *name, struct str *value,
                     bool *bad);
/* Fills in status, headers and body of an embedded web file (encoding negotiated by
 * Accept-Encoding, ETag and If-None-Match, Cache-Control, Vary, Content-Security-Policy and its
 * kin); a path without an extension gets /index.html, except /healthz, /metrics and below /api.
 * False when there is no such file, or the method is not GET. */
bool http_embedded(struct http_exchange *exchange);

#endif
