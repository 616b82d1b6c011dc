/* What the files of the running program share: app.c starts and stops it, task.c takes a request to
 * its end on whatever thread, entry.c is where HTTP comes in. */
#ifndef CORE_TASK_H
#define CORE_TASK_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/app.h"
#include "core/audit_sealer.h"
#include "core/file_sweeper.h"
#include "core/identities.h"
#include "core/jobs.h"
#include "core/metrics.h"
#include "core/rate.h"
#include "core/replies.h"
#include "http/server.h"

enum { WORKERS_MAX = 64, TOKEN_BYTES = 18, HASHING_MAX = 2, PARKED_MAX = 100 };

/* A request under way: the call, and what brings its reply to whoever waits. */
struct task {
    struct call call;
    struct app *app;
    struct http_exchange *exchange; /* NULL for app_call() */
    struct write_job job;
    enum db_status status;
    bool unsure; /* the connection was lost during COMMIT */
    struct timespec began;
    struct task *next;
    int authentication;   /* enum authentication: is it known who asks? */
    bool prepared;        /* the call is to be run */
    bool answered;        /* a kept reply was given */
    struct upload upload; /* its body, when that is in a file */
    bool grouped;         /* its reply goes out together with those of its commit group */
    bool finished;        /* app_call() waits for it, under the app's mutex */
};

struct worker {
    struct app *app;
    struct db_conn *conn;
    pthread_t thread;
};

struct app {
    const struct config *config;
    bool on_sqlite;
    int utc_offset_minutes;
    char token[2 * TOKEN_BYTES + 1];
    char first_password[32];       /* of the administrator that this start made; else empty */
    atomic_bool set_up;            /* an administrator has signed in: the token is void */
    struct identities *identities; /* NULL = each is looked up */
    struct db_conn *loop_conn;     /* of the loop's thread, like the next */
    struct replies *replies;       /* NULL = none are kept */
    struct rate *rate;             /* NULL = any number of requests */
    struct writer *writer;         /* SQLite only */
    enum digest_algorithm digest;
    struct signing_key signing_key;
    struct audit_sealer *sealer;
    struct jobs *jobs; /* NULL = none are run here */
    struct ticker *ticker;
    struct http_exchange *ready[WRITER_BATCH]; /* of the writer's thread: replies of its group */
    size_t ready_count;
    struct keyring *keyring;
    struct file_store *files;
    struct file_sweeper *sweeper;
    struct http_server *server;
    struct worker workers[WORKERS_MAX];
    int worker_count;

    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t work, finished;
    struct task *first, **last;
    size_t queued;
    bool stopping;

    /* Hashing a password takes 64 MiB: so many at a time, and the others wait in line. */
    int hashing;
    size_t parked_count;
    struct task *parked, **last_parked;

    struct metrics metrics;

    atomic_flag exporting; /* one export at a time: it is long work for everybody else's machine */
};

/* Time, day and what a context takes from the program. */
void task_frame(struct app *app, struct ctx *ctx, struct arena *arena);
/* Around what is looked up before the call has its transaction. On PostgreSQL that is one of its
 * own, because a connection that was lost is opened again where one begins. */
enum error lookup_begin(struct ctx *ctx, struct db_conn *conn) MUST_USE;
void lookup_end(struct ctx *ctx);
/* Runs a step of a task; a request that uses up its memory ends there, with its reply ready. */
bool task_guarded(struct task *task, void (*step)(struct task *));
/* Reads the input; task->prepared says whether the call is to be run. */
void task_prepare(struct task *task);
/* The replies of the writer's group go out. */
void task_send_group(void *app);
/* The reply goes to whoever waits for it. */
void task_finish(struct task *task);
/* To the writer (SQLite), or to the pool. Both finish it later, or at once when they are full. */
void task_to_writer(struct task *task);
void task_to_pool(struct task *task);
/* The pool's threads; ends when the program is stopping and nothing is queued. */
void *worker_main(void *worker);
/* Where HTTP comes in: what http_start() is given. */
struct http_settings entry_settings(struct app *app, const char *address);

#endif
