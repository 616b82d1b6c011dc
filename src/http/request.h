/* The inside of the listener: what its files share. Nobody else includes this.
 *
 * Who touches what. The loop thread owns every request, except between http_later() and
 * http_send(), when the thread that answers owns `exchange` and the loop reads only what was set
 * before. All of the server below `lock` is touched with the lock held; libmicrohttpd's own lock
 * comes after it. */
#ifndef HTTP_REQUEST_H
#define HTTP_REQUEST_H

#include <microhttpd.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#include "http/server.h"

enum {
    METHOD_MAX = 20,       /* bytes of a method's name */
    SPARE_MAX = 64,        /* finished requests kept for the next ones */
    BODY_KEPT = 16 * 1024, /* largest body buffer that is kept with them */
    DISCARD_MAX =
        16 * 1024 * 1024, /* what is read past a chunked body's limit, to answer with 413 */
    LINGER_MAX = 32,      /* closed connections being drained, see linger() */
    LINGER_MS = 2000,
    STOP_GRACE_MS = 2000, /* for clients to read their last reply */
    FORMS_MAX = 256,      /* reply forms kept, see form.c */
    FORM_ROWS = 64,
    FORM_BODY_MAX = 4096, /* larger bodies are not worth copying */
    FORM_HEADERS_MAX = 6,
    FORM_NAME_MAX = 31,
    FORM_VALUE_MAX = 79
};

/* One connection. */
struct client {
    struct http_server *server;
    int socket;
    bool loopback;
    char peer[HTTP_PEER_TEXT];
    atomic_llong cut_at; /* when to give up on it, in ms; 0 = it owes us nothing */
    struct client *next, *previous;
};

struct header {
    struct header *next;
    struct str name, value;
};

struct request {
    struct http_exchange exchange; /* first: the one is the other */
    struct http_server *server;
    struct MHD_Connection *connection;
    struct client *client;
    struct arena *arena; /* the exchange's, also from a constant exchange */
    struct form *form;   /* the reply is on it */

    enum { STAGE_HEAD, STAGE_BODY, STAGE_WORK } stage;
    bool counted; /* in server->active */
    bool page;    /* the reply is one of the embedded web files */
    bool unread;  /* it was refused, and its body is still to come */
    bool sent;    /* http_send() was called within handle() */
    bool later;   /* http_later() was called */

    /* While it is put off; with the server's lock. */
    enum waiting { WAITING, READY, EXPIRED, EXPIRED_AND_SENT, LOST } state;
    bool suspended;
    long long due;
    struct request *next, *previous; /* also links the spare ones */
    struct header *headers;          /* of the request, copied; set once by http_later() */

    size_t target_length, path_length; /* as sent */
    size_t body_limit, body_capacity, received;
    long long began; /* when the body did, in ms */
    int refusal;     /* a status, once the body turned out to be too much */
    char *body;
    struct digest *digest; /* of a body that goes into a file */
    char method[METHOD_MAX + 1];
    char target[HTTP_TARGET_MAX + 1]; /* path (decoded in place), NUL, query, NUL */
};

struct http_server {
    struct http_settings settings;
    struct MHD_Daemon *daemon;
    int port;
    bool old_parser;       /* libmicrohttpd 0.9.75 has its own reading of some heads, see head.c */
    struct request *spare; /* loop thread only */
    int spare_count;
    struct form *forms[FORM_ROWS]; /* by length of the body; loop thread only */
    unsigned form_count, form_row;
    atomic_int uploads; /* requests whose body goes into a file */
    atomic_int active;  /* given to the app and not yet sent whole */
    atomic_bool stopping;

    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool deafen;                                  /* the loop shall end listening */
    bool closing;                                 /* nothing can be put off any more */
    struct request *first_waiting, *last_waiting; /* by deadline */
    struct client *clients;
    size_t references; /* this server's owner, and the requests that are LOST */
    pthread_t watcher;
    int wake; /* an eventfd */
    bool asleep, ended;
    struct {
        int socket;
        long long until;
    } lingering[LINGER_MAX];
    size_t lingering_count;
};

static inline struct request *request_of(struct http_exchange *exchange)
{
    return (struct request *)exchange;
}

long long now_ms(void); /* monotonic, coarse */
/* When a client that has nothing under way must have sent its next request whole. */
long long next_deadline(const struct http_server *server);

/* listen.c: a listening socket, or -1 with the reason. */
int listen_on(const char *address, int *port, char *reason, size_t reason_size);
void print_peer(const struct sockaddr *address, char text[HTTP_PEER_TEXT]);
bool is_loopback(const struct sockaddr *address); /* 127/8, ::1, and 127/8 within IPv6 */

/* query.c: decodes in place; false when an escape is broken, or it is then not UTF-8 without NUL.
 */
bool percent_decode(char *text, size_t *length, bool plus_is_space);

/* head.c: 0, or the status to refuse with. The texts as libmicrohttpd gives them. */
int head_check(struct request *request, const char *method, const char *url, const char *version);
void copy_headers(struct request *request);

/* request.c */
struct request *request_new(struct http_server *server);
void request_recycle(struct request *request); /* loop thread */
void request_free(struct request *request);
void *on_target(void *server, const char *target, struct MHD_Connection *connection);
enum MHD_Result on_access(void *server, struct MHD_Connection *connection, const char *url,
                          const char *method, const char *version, const char *body,
                          size_t *body_size, void **state);
void on_completed(void *server, struct MHD_Connection *connection, void **state,
                  enum MHD_RequestTerminationCode how);

/* reply.c: queues what the exchange says. */
enum MHD_Result reply_queue(struct request *request);
bool reply_headers(struct MHD_Response *response, const struct http_exchange *exchange, bool page);

/* form.c: a response with all that the exchange says, or NULL where it does not suit a form. To be
 * given back when it has been sent. Loop thread. */
struct MHD_Response *form_fill_in(struct request *request);
void form_give_back(struct http_server *server, struct form *form);
void forms_free(struct http_server *server);

/* later.c */
void on_connection(void *server, struct MHD_Connection *connection, void **client,
                   enum MHD_ConnectionNotificationCode what);
bool watcher_start(struct http_server *server);
void watcher_stop(struct http_server *server);
void expire(struct request *request); /* with the lock; it must be WAITING */
/* The connection has no more use for it. Where its deadline has passed and somebody still works on
 * it, his http_send() will free it. Loop thread. */
void request_release(struct request *request);
void server_release(struct http_server *server); /* with the lock, which it gives up */
/* Before a connection is closed on a client that is still sending: keeps a second handle of the
 * socket open and reads what comes for a while, else the client's kernel throws our reply away. */
void linger(struct http_server *server, struct MHD_Connection *connection);

#endif
