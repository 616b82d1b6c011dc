#include "core/audit_sealer.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "audit_sealer.sql.h"
#include "core/claim.h"
#include "core/log.h"

enum { CLAIMS_MS = 60000, HORIZON_NS = 2000000 };

struct audit_sealer {
    struct sealer_settings settings;
    struct db_conn *conn; /* PostgreSQL only */
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t wake, sealed;
    bool stopping, woken, job_done;
    uint64_t rounds; /* ended */
    struct write_job job;
    int64_t sign_at_ms, claims_at_ms; /* of the thread itself, like the next two */
    bool failing, last_round;
};

static int64_t clock_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static struct timespec after_ms(int64_t milliseconds)
{
    int64_t at = clock_ms() + milliseconds;
    return (struct timespec){at / 1000, at % 1000 * 1000000};
}

/* A context of the program's own, in which a step runs that may run out of memory. */
typedef enum error step_fn(struct ctx *ctx, void *state);
static enum db_status run_step(struct db_conn *conn, enum digest_algorithm digest, step_fn *step,
                               void *state)
{
    struct arena arena = {0};
    struct ctx ctx = {.arena = &arena, .db = conn, .who = &principal_operator, .digest = digest};
    jmp_buf escape;
    volatile enum db_status status = DB_BROKEN;
    ctx.now.seconds = time(NULL);
    arena.escape = &escape;
    if (setjmp(escape) == 0) {
        enum error error = step(&ctx, state);
        status = !error ? DB_OK : error == E_BUSY ? DB_AGAIN : ctx.db_status;
        if (error && status == DB_OK)
            status = DB_BROKEN;
    }
    arena_free(&arena);
    return status;
}

/* --- SQLite --------------------------------------------------------------------------------- */

static enum error seal_all(struct ctx *ctx, int64_t horizon, int64_t *count)
{
    int64_t more = SEAL_EVENTS_MAX;
    enum error error = E_OK;
    for (*count = 0; !error && more == SEAL_EVENTS_MAX; *count += more)
        error = seal_events(ctx, horizon, &more);
    return error;
}

static enum error group_step(struct ctx *ctx, void *count)
{
    return seal_all(ctx, INT64_MAX, count);
}

enum db_status seal_group(struct db_conn *conn, enum digest_algorithm digest, bool *sealed)
{
    int64_t count = 0;
    enum db_status status = run_step(conn, digest, group_step, &count);
    *sealed = count > 0;
    return status;
}

/* --- PostgreSQL ----------------------------------------------------------------------------- */

static enum error begin(struct ctx *ctx, bool write)
{
    enum db_status status = db_begin(ctx->db, write);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

static enum error commit(struct ctx *ctx)
{
    enum db_status status = db_commit(ctx->db);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

/* Is there anything to seal? */
static enum error read_last(struct ctx *ctx, int64_t *last, int64_t *sealed)
{
    struct seal seal;
    enum error error = begin(ctx, false);
    if (!error)
        error = db_number(ctx, &sql_horizon_last_on_postgres, NO_ARGS, last);
    if (!error)
        error = seal_last(ctx, &seal);
    if (!error)
        error = commit(ctx);
    *sealed = error ? 0 : seal.last_sequence;
    return error;
}

/* V, and then X; see the head of audit_sealer.h. */
static enum error read_horizon(struct ctx *ctx, int64_t *last, int64_t *bound)
{
    enum error error = begin(ctx, true);
    if (!error)
        error = db_number(ctx, &sql_horizon_last_on_postgres, NO_ARGS, last);
    if (!error)
        error = db_number(ctx, &sql_horizon_bound_on_postgres, NO_ARGS, bound);
    return error ? error : commit(ctx);
}

static enum error seal_up_to(struct ctx *ctx, int64_t last)
{
    int64_t taken, count;
    enum error error = db_number(ctx, &sql_seal_lock_on_postgres, NO_ARGS, &taken);
    if (!error && !taken)
        return fail(ctx, E_BUSY, "正在封存", "another node is sealing");
    if (!error)
        error = seal_all(ctx, last, &count);
    return error ? error : commit(ctx);
}

static enum error wait_and_seal(struct ctx *ctx, int64_t last, int64_t bound)
{
    struct timespec pause = {.tv_nsec = HORIZON_NS};
    for (int64_t until = clock_ms() + SEALER_POLL_MS;; nanosleep(&pause, NULL)) {
        int64_t passed = 0;
        enum error error = begin(ctx, true);
        if (!error)
            error = db_number(ctx, &sql_horizon_passed_on_postgres, NO_ARGS, &passed);
        if (error)
            return error;
        if (passed >= bound)
            return seal_up_to(ctx, last);
        db_rollback(ctx->db);
        if (clock_ms() > until)
            return fail(ctx, E_BUSY, "有写入还没有结束", "a write is still under way");
    }
}

enum error seal_on_postgres(struct ctx *ctx)
{
    int64_t last, sealed, bound;
    enum error error = read_last(ctx, &last, &sealed);
    if (!error && last > sealed && !(error = read_horizon(ctx, &last, &bound)))
        error = wait_and_seal(ctx, last, bound);
    db_rollback(ctx->db);
    return error;
}

/* --- The thread ----------------------------------------------------------------------------- */

static bool is_due(int64_t *at_ms, int64_t every_ms)
{
    if (clock_ms() < *at_ms)
        return false;
    *at_ms = clock_ms() + every_ms;
    return true;
}

/* Signs and tidies up, inside a write transaction. */
static enum error keep_house(struct ctx *ctx, void *state)
{
    struct audit_sealer *sealer = state;
    enum error error = seal_sign(ctx, sealer->settings.key);
    if (!error && is_due(&sealer->claims_at_ms, CLAIMS_MS))
        error = claims_expire(ctx);
    return error;
}

static enum write_verdict job_run(struct db_conn *conn, void *state, enum db_status *status)
{
    struct audit_sealer *sealer = state;
    *status = run_step(conn, sealer->settings.digest, keep_house, sealer);
    return *status == DB_OK ? WRITE_KEEP : WRITE_FAIL;
}

static void job_done(void *state, enum db_status status)
{
    struct audit_sealer *sealer = state;
    pthread_mutex_lock(&sealer->mutex);
    sealer->failing = db_failed(status);
    sealer->job_done = true;
    pthread_cond_broadcast(&sealer->sealed);
    pthread_mutex_unlock(&sealer->mutex);
}

static void round_on_sqlite(struct audit_sealer *sealer)
{
    sealer->job =
        (struct write_job){.run = job_run, .done = job_done, .state = sealer, .repeatable = true};
    pthread_mutex_lock(&sealer->mutex);
    sealer->job_done = false;
    pthread_mutex_unlock(&sealer->mutex);
    if (!writer_submit(sealer->settings.writer, &sealer->job))
        return;
    pthread_mutex_lock(&sealer->mutex);
    while (!sealer->job_done)
        pthread_cond_wait(&sealer->sealed, &sealer->mutex);
    pthread_mutex_unlock(&sealer->mutex);
}

static enum error round_step(struct ctx *ctx, void *state)
{
    struct audit_sealer *sealer = state;
    enum error error = seal_on_postgres(ctx);
    if (error || !(sealer->last_round || is_due(&sealer->sign_at_ms, SIGN_MS)))
        return error;
    error = begin(ctx, true);
    if (!error)
        error = keep_house(ctx, sealer);
    if (!error)
        error = commit(ctx);
    db_rollback(ctx->db);
    return error;
}

static void round_on_postgres(struct audit_sealer *sealer)
{
    enum db_status status = run_step(sealer->conn, sealer->settings.digest, round_step, sealer);
    bool failing = db_failed(status) && status != DB_AGAIN && status != DB_UNIQUE;
    db_rollback(sealer->conn);
    if (failing && !sealer->failing) /* once, until it is well again */
        log_event(LOG_ERROR, "sealing_failed", "database", db_message(sealer->conn), NULL);
    sealer->failing = failing;
}

static void round_of(struct audit_sealer *sealer)
{
    if (sealer->conn)
        round_on_postgres(sealer);
    else
        round_on_sqlite(sealer);
    pthread_mutex_lock(&sealer->mutex);
    sealer->rounds++;
    pthread_cond_broadcast(&sealer->sealed);
    pthread_mutex_unlock(&sealer->mutex);
}

/* Waits until there is something to do; false when the program stops. */
static bool wait_for_work(struct audit_sealer *sealer)
{
    bool on_postgres = sealer->conn != NULL;
    struct timespec pause = after_ms(on_postgres ? SEALER_PAUSE_MS : SIGN_MS);
    struct timespec poll = after_ms(SEALER_POLL_MS);
    pthread_mutex_lock(&sealer->mutex);
    while (!sealer->stopping && pthread_cond_timedwait(&sealer->wake, &sealer->mutex, &pause) == 0)
        continue;
    /* Other nodes write, too, and wake nobody here. */
    while (!sealer->stopping && !sealer->woken)
        if (!on_postgres)
            pthread_cond_wait(&sealer->wake, &sealer->mutex);
        else if (pthread_cond_timedwait(&sealer->wake, &sealer->mutex, &poll) != 0)
            break;
    sealer->woken = false;
    bool go_on = !sealer->stopping;
    pthread_mutex_unlock(&sealer->mutex);
    return go_on;
}

static void *sealer_main(void *state)
{
    struct audit_sealer *sealer = state;
    do
        round_of(sealer);
    while (wait_for_work(sealer));
    sealer->last_round = true;
    round_of(sealer);
    return NULL;
}

struct audit_sealer *sealer_start(const struct sealer_settings *settings, char *reason,
                                  size_t reason_size)
{
    struct audit_sealer *sealer = calloc(1, sizeof(*sealer));
    snprintf(reason, reason_size, "out of memory");
    if (!sealer)
        return NULL;
    sealer->settings = *settings;
    if (!settings->writer &&
        !(sealer->conn = db_connect(settings->url, false, reason, reason_size))) {
        free(sealer);
        return NULL;
    }
    pthread_condattr_t monotonic;
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_mutex_init(&sealer->mutex, NULL);
    pthread_cond_init(&sealer->wake, &monotonic);
    pthread_cond_init(&sealer->sealed, &monotonic);
    pthread_condattr_destroy(&monotonic);
    if (pthread_create(&sealer->thread, NULL, sealer_main, sealer) == 0)
        return sealer;
    snprintf(reason, reason_size, "cannot start a thread");
    db_disconnect(sealer->conn);
    free(sealer);
    return NULL;
}

void sealer_wake(struct audit_sealer *sealer)
{
    if (!sealer)
        return;
    pthread_mutex_lock(&sealer->mutex);
    sealer->woken = true;
    pthread_cond_signal(&sealer->wake);
    pthread_mutex_unlock(&sealer->mutex);
}

void sealer_stop(struct audit_sealer *sealer)
{
    if (!sealer)
        return;
    pthread_mutex_lock(&sealer->mutex);
    sealer->stopping = true;
    pthread_cond_broadcast(&sealer->wake);
    pthread_mutex_unlock(&sealer->mutex);
    pthread_join(sealer->thread, NULL);
    db_disconnect(sealer->conn);
    pthread_mutex_destroy(&sealer->mutex);
    pthread_cond_destroy(&sealer->wake);
    pthread_cond_destroy(&sealer->sealed);
    free(sealer);
}

/* --- Readers -------------------------------------------------------------------------------- */

/* Until the sealer has ended a round; false when the time is over or the program stops. */
static bool wait_for_round(struct audit_sealer *sealer, const struct timespec *end)
{
    sealer_wake(sealer);
    pthread_mutex_lock(&sealer->mutex);
    uint64_t before = sealer->rounds;
    while (sealer->rounds == before && !sealer->stopping &&
           pthread_cond_timedwait(&sealer->sealed, &sealer->mutex, end) == 0)
        continue;
    bool ended = sealer->rounds != before;
    pthread_mutex_unlock(&sealer->mutex);
    return ended;
}

enum error sequence_sealed(struct ctx *ctx, int64_t wanted, int64_t *sealed)
{
    struct seal seal;
    struct timespec end = after_ms(SEALER_WAIT_MS);
    bool wait = ctx->sealer && !db_is_sqlite(ctx->db);
    enum error error = seal_last(ctx, &seal);
    while (!error && seal.last_sequence < wanted && wait) {
        db_rollback(ctx->db); /* its snapshot would never see the new seal */
        wait = wait_for_round(ctx->sealer, &end);
        if (!(error = begin(ctx, false)))
            error = seal_last(ctx, &seal);
    }
    *sealed = seal.last_sequence;
    return error;
}

enum error sequence_settled(struct ctx *ctx, int64_t wanted)
{
    int64_t sealed;
    enum error error = sequence_sealed(ctx, wanted, &sealed);
    if (error || sealed >= wanted)
        return error;
    return fail(ctx, E_BUSY, "序号 %lld 还没有封存（已封存到 %lld）：有写入还没有结束，请稍后再试",
                "%lld is not sealed yet (all is up to %lld): a write is still under way, try again "
                "in a moment",
                (long long)wanted, (long long)sealed);
}
