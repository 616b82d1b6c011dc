/* The writer: one thread that makes writes durable in groups.
 *
 * Jobs queue up; the thread takes as many as are waiting (at most WRITER_BATCH, for at most
 * WRITER_BATCH_MS), runs each in a savepoint of one transaction, commits once, and only then says
 * done. A job that fails is taken back without harm to the others. Where the transaction as a whole
 * breaks, each of its jobs is run again alone. So a job may run several times and must not keep
 * anything from an earlier run. */
#ifndef DB_WRITER_H
#define DB_WRITER_H

#include "db/db.h"

enum {
    WRITER_BATCH = 64,
    WRITER_BATCH_MS = 20,
    WRITER_QUEUE = 4096,
    WRITER_TRIES = 4,
    WRITER_GATHER_PART = 2, /* waits for others for at most a half of the last commit's time, … */
    WRITER_GATHER_US = 1000, /* … and never longer than this */
};

enum write_verdict {
    WRITE_KEEP, /* commit what the job wrote */
    WRITE_DROP, /* undo it: the job refused, and has its answer */
    WRITE_FAIL  /* the database failed under it, and what it wrote is undone: `status` says how */
};

struct write_job {
    /* On WRITE_FAIL, sets `*status`. Runs on the writer's thread. Cursors it leaves open are
     * closed. WRITE_KEEP after a statement has failed is a WRITE_FAIL with that failure. */
    enum write_verdict (*run)(struct db_conn *conn, void *state, enum db_status *status);
    /* Called once, on the writer's thread, after the commit (DB_OK) or when the job is given up:
     * nothing of it is stored then, except perhaps with DB_LOST. May free the job. */
    void (*done)(void *state, enum db_status status);
    void *state;
    bool alone;      /* takes long: gets a transaction of its own, without a deadline */
    bool repeatable; /* running it twice to the end does no harm (an idempotency key guards it) */
    struct write_job *next;
};

/* What else is to be done, on the writer's thread; each may be NULL. */
struct write_hook {
    /* Inside each transaction that commits anything, right before its COMMIT: a failure undoes the
     * transaction like one of its jobs' would. */
    enum db_status (*before_commit)(struct db_conn *conn, void *state);
    /* When all jobs of a group, at most WRITER_BATCH, are done. */
    void (*after_group)(void *state);
    void *state;
};

struct writer;

/* Takes the connection over, unless the thread cannot be started: NULL, then. */
struct writer *writer_start(struct db_conn *conn, struct write_hook hook);
/* False when the queue is full or the writer is stopping: `done` will not be called. */
bool writer_submit(struct writer *writer, struct write_job *job) MUST_USE;
/* Finishes what is queued, ends the thread, closes the connection. */
void writer_stop(struct writer *writer);

#endif
