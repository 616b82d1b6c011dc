/* What the files of jobs share: jobs.c is what requests and jobs ask for, jobs_run.c the threads
 * that run them. */
#ifndef CORE_JOBS_INSIDE_H
#define CORE_JOBS_INSIDE_H

#include <pthread.h>
#include <stdatomic.h>
#include <time.h>

#include "core/jobs.h"
#include "core/task.h"

enum { NODE_BYTES = 8, JOB_DEADLINE_MS = 30000 };

/* One job after the other, on a thread of its own. */
struct job_run {
    struct jobs *jobs;
    enum job_lane lane;
    struct db_conn *conn;
    pthread_t thread;
    bool has_thread;
    bool woken; /* under the mutex */
    /* What other threads may know of the job that runs. */
    atomic_llong id, done, total; /* id 0 = none runs */
    atomic_bool cancelled;
    char conclusion[JOB_MESSAGE_MAX]; /* the job's thread only */
};

struct jobs {
    struct app *app;
    char node[2 * NODE_BYTES + 1];
    struct job_run runs[JOB_LANES];
    pthread_t keeper;
    bool has_keeper;
    struct db_conn *keeper_conn;               /* on PostgreSQL only */
    void (*said)(int64_t done, int64_t total); /* instead of threads: jobs_run_here() */
    time_t said_at;
    pthread_mutex_t mutex;
    pthread_cond_t wake;
    atomic_bool stopping; /* also read without the mutex */
};

/* One write transaction of a job, wherever it runs. */
struct step {
    struct ctx *ctx;
    job_step_fn *run;
    void *state;
    bool numbered; /* takes a sequence number */
    enum error error;
    struct write_job job;
    struct jobs *jobs;
    bool done;
    enum db_status status;
};
enum error job_write_step(struct ctx *ctx, struct jobs *jobs, struct step *step,
                          bool alone) MUST_USE;
const struct job_kind *job_kind_of(struct str name);
/* After a jump; what was under way may have lent the context another arena. */
enum error job_out_of_memory(struct ctx *ctx, struct arena *arena);

#endif
