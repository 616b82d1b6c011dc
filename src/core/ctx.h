/* One request = one context = one arena = one transaction = one reply.
 *
 * Handlers neither free nor commit, and may be run again from the start when the database asks for
 * it, so they keep nothing outside the context. Time comes from here, never from the system. */
#ifndef CORE_CTX_H
#define CORE_CTX_H

#include "base/arena.h"
#include "base/date.h"
#include "base/digest.h"
#include "core/access.h"
#include "core/errors.h"
#include "db/db.h"

enum language { LANGUAGE_ZH, LANGUAGE_EN };

/* Which fields of the input were given: bit n is field n of its shape. */
struct field_set {
    uint64_t bits;
};

/* One thing that is wrong in what the client sent. */
struct complaint {
    struct complaint *next;
    struct str field;
    size_t line, column; /* of a file or of JSON text, from 1; 0 = not known */
    struct str message;  /* in the client's language */
};

struct ctx {
    struct arena *arena;
    struct db_conn *db;

    /* Who asks, and when. */
    const struct principal *who;      /* never NULL */
    const struct principal *approver; /* who approved it, when a proposal is carried out */
    struct str peer;                  /* the client's address; STR_NONE = the command line */
    struct str session_secret;        /* of the cookie that it came with */
    struct instant now;
    struct date today; /* where the city is */
    int utc_offset_minutes;
    enum language language;
    int64_t sequence; /* write: the number this transaction takes. read: the newest there is, once
                         sequence_read() has been called */

    /* What was sent. */
    struct field_set given;        /* which members of the input */
    struct str content_type, body; /* of a raw body, for routes that take one */
    const struct upload *upload;   /* a body that went into a file, for POST_FILE */
    struct str last_event_id;      /* of an EventSource that has come back */
    struct str if_match;           /* without quotes; STR_NONE when absent */
    void *carried;                 /* what the route's prelude found */

    /* What a handler says beside its record. */
    struct str location;                   /* where the record is that it made */
    struct str cookie;                     /* for Set-Cookie */
    struct str file, file_type, file_name; /* replied instead of the record, which is the event's;
                                              without a type, the route says it */
    const struct upload *sent;             /* the same, of a file of the store: files_send() */
    struct str cache_control;              /* of a file; STR_NONE = it is not kept */
    int64_t etag;                          /* the sequence number that identifies what it returns */
    int64_t refused_account;               /* whose account a refusal is about; 0 = unknown */
    const struct erasure *erasure; /* a person was erased: what is left to do after the commit */

    /* What the program lends. */
    const struct config *config;    /* NULL where there is none: some tests */
    struct str route;               /* of a write, for its event: "POST /api/documents" */
    struct metrics *metrics;        /* what the program counts; NULL = nothing */
    struct audit_sealer *sealer;    /* NULL = nobody seals beside the writes */
    struct file_store *files;       /* where the bytes of files lie */
    struct jobs *jobs;              /* this node's; NULL = it runs none */
    struct keyring *keyring;        /* master keys of personal data */
    struct person_key *person_keys; /* those that this request has used, newest first */
    void *exporting;                /* atomic_flag of whoever exports; NULL = nobody else does */
    enum digest_algorithm digest;   /* for events and seals */

    /* Why it failed. */
    enum error error;
    struct str detail; /* in the client's language */
    struct complaint *complaints, **last_complaint;
    enum db_status db_status; /* when the database failed under it */
    int retry_after_seconds;

    bool https;              /* so that a cookie may say Secure */
    bool file_inline;        /* a browser may show the file */
    bool revealed;           /* the reply shows personal data unmasked: it is not kept */
    bool number_used;        /* by the event of what was carried out within it */
    bool keep_refusal;       /* what was written is kept although the request is refused */
    bool job_started;        /* a handler has queued a job */
    bool identities_changed; /* a handler changed who may do what */
    bool administrator_came; /* one has signed in: the operator's token ends */
};

/* Records why the request fails, in both languages (the arguments serve either text), and returns
 * `code`, so that callers write `return fail(…)`. Said where the cause is known, and only there. */
enum error fail(struct ctx *ctx, enum error code, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* The same for one field: adds a complaint and returns E_INVALID. */
enum error complain(struct ctx *ctx, struct str field, const char *zh, const char *en, ...)
    __attribute__((format(printf, 3, 5), format(printf, 4, 5)));
/* Passes `error` on; where it is E_NOT_FOUND, says what a missing row means here. */
enum error explain(struct ctx *ctx, enum error error, enum error meaning, const char *zh,
                   const char *en);
/* What the database's failure means for the client. */
enum error fail_database(struct ctx *ctx, enum db_status status);
/* Forgets the failure, before a handler is run again. */
void ctx_clear(struct ctx *ctx);

/* Whom events name: "account:12", "operator", "public". In the arena. */
struct str ctx_actor(const struct ctx *ctx);
struct str actor_of(struct arena *arena, const struct principal *who);

/* Compares If-Match with the number that identifies the record now. */
enum error check_match(struct ctx *ctx, int64_t current) MUST_USE;

static inline int64_t clearance(const struct ctx *ctx)
{
    return role_infos[ctx->who->role].clearance;
}

static inline const char *in_language(const struct ctx *ctx, const char *zh, const char *en)
{
    return ctx->language == LANGUAGE_EN ? en : zh;
}

#endif
