/* The writer: one thread that makes writes durable in groups.
 *
 * Jobs queue up; the thread takes as many as are waiting (at most WRITER_BATCH, for at most
 * WRITER_BATCH_MS), runs each in a savepoint of one transaction, commits once, and only then says
 * done. Where the transaction breaks, each of its jobs is run again alone. So a job may run several
 * times and must not keep anything from an earlier run. */
#ifndef DB_WRITER_H
#define DB_WRITER_H

#include "db/db.h"

enum { WRITER_BATCH = 64, WRITER_BATCH_MS = 20, WRITER_QUEUE = 4096, WRITER_TRIES = 4 };

enum write_verdict {
    WRITE_KEEP, /* commit what the job wrote */
    WRITE_DROP, /* undo it: the job refused, and has its answer */
    WRITE_FAIL  /* the database failed under it: `status` says how */
};

struct write_job {
    /* On WRITE_FAIL, sets `*status`. Runs on the writer's thread. */
    enum write_verdict (*run)(struct db_conn *conn, void *state, enum db_status *status);
    /* Called once, after the commit (DB_OK) or when the job is given up. */
    void (*done)(void *state, enum db_status status);
    void *state;
    bool repeatable; /* running it twice to the end does no harm (an idempotency key guards it) */
    struct write_job *next;
};

struct writer;

/* Takes the connection over. NULL when the thread cannot be started. */
struct writer *writer_start(struct db_conn *conn);
/* False when the queue is full or the writer is stopping: `done` will not be called. */
bool writer_submit(struct writer *writer, struct write_job *job) MUST_USE;
/* Finishes what is queued, ends the thread, closes the connection. */
void writer_stop(struct writer *writer);

#endif
