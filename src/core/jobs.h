/* Jobs: work that outlasts its request. A write transaction queues it (job_start); a thread of this
 * node takes it, does it as whoever asked for it, and says how far it is.
 *
 * The table `job` is the queue, shared by all nodes of a PostgreSQL database: a job that runs is
 * leased, and a lease that is not renewed for JOB_LEASE_SECONDS means that its node is gone. On
 * SQLite there is one node, so what runs when it starts was broken off. Either way the kind's
 * `broken` says what became of it. How far a job is and whether it is to stop is known in memory on
 * its own node, where a long write transaction leaves no room for notes in the database. */
#ifndef CORE_JOBS_H
#define CORE_JOBS_H

#include "core/query.h"

enum { JOB_LEASE_SECONDS = 30, JOB_RENEW_SECONDS = 5, JOB_POLL_MS = 1000, JOB_MESSAGE_MAX = 2000 };

struct job {
    int64_t id;
    struct str kind, subject, state; /* queued running done failed cancelled */
    int64_t done, total;
    struct str message;
    int64_t account_id, grant_id; /* who asked; 0 = the operator */
    struct str language;
    bool cancel;
    int64_t tries, lane;
    struct instant not_before, requested_at, started_at, ended_at;
    struct str kind_name, kind_name_en;
};
extern const struct shape job_shape;

/* Jobs of one lane run one after the other, those of different lanes beside each other: what waits
 * for other machines is held up by nothing that works on ours, and holds nothing up. */
enum job_lane { LANE_WORK, LANE_MESSAGES, JOB_LANES };

/* A job that runs. */
struct job_run;
struct job_kind {
    const char *name;
    /* On the job's thread, outside of any transaction, with a reading connection in ctx->db. Its
     * error and ctx->detail become the job's. */
    enum error (*run)(struct ctx *ctx, struct job_run *run, const struct job *job);
    /* In a write transaction: the job was broken off by the end of its node. */
    enum error (*broken)(struct ctx *ctx, const struct job *job);
    const char *zh, *en;
    /* How often it is begun where the program, the machine or the network is at fault (errors of
     * 500 and above, or an end of its node), and the first pause before that; each is twice as long
     * as the one before, and up to half as long again. 0 = once. It must bear being run again. */
    int tries_max, backoff_seconds;
    enum job_lane lane;
};

/* In a write transaction: queues a job of whoever asks. */
enum error job_start(struct ctx *ctx, const char *kind, struct str subject) MUST_USE;
/* The newest job about the subject, as far as it is now; E_NOT_FOUND when there is none. */
enum error job_find(struct ctx *ctx, const char *kind, struct str subject,
                    struct job *job) MUST_USE;
/* Asks a job to stop, at once where it runs on this node. In a transaction or not; of a read it
 * reaches this node only. */
enum error job_cancel(struct ctx *ctx, const char *kind, struct str subject) MUST_USE;

/* The same for a job that is known. */
enum error job_stop(struct ctx *ctx, const struct job *job) MUST_USE;
/* Fills in what the table does not hold: how far it is now on this node, and what its kind is
 * called. */
void job_look(struct ctx *ctx, struct job *job);
/* The pause before it is tried again, of which `chance` (0…99 %) is drawn by lot. */
int64_t job_pause_seconds(const struct job_kind *kind, int64_t tries, uint32_t chance);

/* For the job itself. What it says at its end, where that is good. */
void job_conclude(struct job_run *run, struct str message);
void job_progress(struct job_run *run, int64_t done, int64_t total);
bool job_is_cancelled(const struct job_run *run);
/* Runs `step` in a write transaction with a sequence number of its own, again where rivals got in
 * the way; it is committed on E_OK, and nothing of it stays otherwise. `alone`: a long one, which
 * has no deadline; on SQLite other writes wait for it. */
typedef enum error job_step_fn(struct ctx *ctx, void *state);
enum error job_write(struct ctx *ctx, struct job_run *run, job_step_fn *step, void *state,
                     bool alone) MUST_USE;

struct app;
struct jobs;
/* Starts the node's threads. NULL on failure, with the reason. */
struct jobs *jobs_start(struct app *app, char *reason, size_t reason_size);
void jobs_wake(struct jobs *jobs);
/* Asks what runs to stop, waits for it, and ends the threads. */
void jobs_stop(struct jobs *jobs);
void jobs_free(struct jobs *jobs);
/* Runs what is queued in LANE_WORK on the caller's thread, for the command line; `said` is told how
 * far it is, about once a second. */
bool jobs_run_here(struct app *app, void (*said)(int64_t done, int64_t total), char *reason,
                   size_t reason_size);

#endif
