/* A call: one request from its route to its reply, wherever it came from (HTTP, the command line, a
 * test) and on whichever thread and connection it runs. */
#ifndef CORE_CALL_H
#define CORE_CALL_H

#include "core/route.h"
#include "db/writer.h"

/* What the caller sent. Texts are STR_NONE where absent. */
struct request {
    struct str method, path, query, body;
    struct str content_type, accept_language, last_event_id, if_match, if_none_match,
        idempotency_key;
    struct str session, bearer, csrf; /* what says who asks: secrets as they were sent */
    struct str peer;                  /* the client's address */
    bool same_origin;                 /* no page of another host sent it */
    bool https;                       /* a proxy on this machine says so */
    bool on_this_machine;             /* it came to a loopback address, through no proxy */
    const struct principal *who;      /* NULL = anybody */
    struct upload *upload;            /* the body, when it is in a file; its digest is `body` */
};

struct reply {
    int status;
    struct str content_type; /* constant */
    struct str body;
    int file;        /* an export, or -1; the receiver closes it */
    struct str etag; /* with its quotes */
    struct str location;
    struct str link; /* to what describes it */
    struct str allow;
    bool show_file; /* a browser may show it, and need not save it */
    bool in_parts;  /* it is somebody's file: parts may be asked for, and nothing in it runs */
    struct str cache_control;
    struct str file_name; /* for Content-Disposition */
    struct str cookie;    /* for Set-Cookie */
    int retry_after_seconds;
};

struct call {
    struct request request;
    const struct route *route;
    enum list_format format;
    struct ctx ctx;
    struct reply reply;
    void *in, *out;
    struct row said; /* the record that the reply shows */
    const struct module *module;
    struct str path_name, path_value; /* the first path parameter */
    bool is_write;
    struct str request_hash; /* for its idempotency key */
    bool reply_in_event;     /* the event of this write holds the reply's bytes */
};

/* Chooses the language of messages from ?lang= and Accept-Language. */
void call_choose_language(struct call *call);
/* Finds the route, checks access and reads the input. Nothing of it needs the database. When it
 * returns false the reply is ready. `arena`, `now` and the rest of ctx's frame are set before. */
bool call_prepare(struct call *call) MUST_USE;
/* Runs a read in a snapshot of `conn`; afterwards the reply is ready. */
void call_read(struct call *call, struct db_conn *conn);
/* Runs a write inside a transaction that the caller began and will end as the verdict says. */
enum write_verdict call_write(struct call *call, struct db_conn *conn, enum db_status *status);
/* Runs another call's request inside a write that is under way: same transaction, same number. */
enum error call_within(struct call *call) MUST_USE;
/* A record as the reply, for what is no handler. */
void call_reply_with(struct call *call, int status, struct row row);
/* After the commit, or when it was given up (`status` is a failure): the reply is ready. `unsure` =
 * nobody knows whether the commit took. */
void call_written(struct call *call, enum db_status status, bool unsure);
/* Where If-None-Match names the reply's tag, the reply becomes 304 without a body; true then. */
bool reply_is_known(const struct str *if_none_match, struct reply *reply);
/* Is there an Idempotency-Key, so that running it twice does no harm? */
bool call_is_repeatable(const struct call *call);
/* The reply for what has been recorded in the context by fail() and complain(). */
void call_problem(struct call *call);
/* The same without allocating: for a request that used up its memory. */
void call_out_of_memory(struct call *call);
/* Most bytes that a body may have at this address, and whether it goes into a file. */
size_t call_body_max(struct str method, struct str path, bool *to_file);

#endif
