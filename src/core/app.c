#include "core/app.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "core/erasure.h"
#include "core/log.h"
#include "core/pack.h"
#include "core/personal.h"
#include "core/search.h"
#include "core/task.h"
#include "core/ticker.h"

enum { POINT_MS = 1000, WORK_MS = 30000, STOP_SECONDS = 10 };

static void problem_to(const struct ctx *ctx, char *reason, size_t reason_size)
{
    snprintf(reason, reason_size, "%.*s", STR_PRINT(ctx->detail));
}

/* The first start makes an administrator and keeps the password for whoever starts the program. */
static enum error ensure_administrator(struct app *app, struct ctx *ctx)
{
    struct str password;
    bool set_up = false;
    enum error error = identity_ensure_administrator(ctx, &password);
    if (!error)
        error = identity_is_set_up(ctx, &set_up);
    atomic_store(&app->set_up, set_up);
    if (!error && password.data)
        memcpy(app->first_password, password.data, password.length);
    return error;
}

/* A key file is made for a database that has none yet, and only then: another one would hide that
 * the right one is missing. */
static enum error open_keys(struct app *app, struct ctx *ctx, char *reason, size_t reason_size)
{
    struct str path = app->config->key_file;
    bool fresh;
    enum error error = personal_is_fresh(ctx, &fresh);
    if (error)
        return error;
    app->keyring = keyring_open(path.data ? path.data : "", fresh, reason, reason_size);
    if (!app->keyring)
        return fail(ctx, E_INTERNAL, "密钥文件 %s（见 operations.md“密钥”）",
                    "the key file %s (operations.md, \"Keys\")", reason);
    ctx->keyring = app->keyring;
    return personal_prepare(ctx);
}

/* The database and the key file must belong together before anything is read or written. */
static bool ensure_keys(struct app *app, struct db_conn *conn, char *reason, size_t reason_size)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = conn};
    task_frame(app, &ctx, &arena);
    enum db_status status = db_begin(conn, true);
    enum error error =
        db_failed(status) ? fail_database(&ctx, status) : open_keys(app, &ctx, reason, reason_size);
    if (!error && db_failed(status = db_commit(conn)))
        error = fail_database(&ctx, status);
    db_rollback(conn);
    problem_to(&ctx, reason, reason_size);
    arena_free(&arena);
    return !error;
}

/* Loads the pack where there is none yet, all of it or nothing. */
static bool ensure_pack(struct app *app, struct db_conn *conn, char *reason, size_t reason_size)
{
    struct arena arena = {.ceiling = (size_t)1 << 30};
    struct ctx ctx = {.db = conn};
    task_frame(app, &ctx, &arena);
    ctx.who = &principal_operator;
    enum db_status status = db_begin(conn, true);
    enum error error = db_failed(status)
                           ? fail_database(&ctx, status)
                           : pack_ensure(&ctx, app->config->pack.data, app->config->demo);
    if (!error)
        error = search_ensure(&ctx);
    if (!error)
        error = pack_utc_offset(&ctx, &app->utc_offset_minutes);
    if (!error)
        error = ensure_administrator(app, &ctx);
    bool sealed;
    if (!error && app->on_sqlite && db_failed(status = seal_group(conn, app->digest, &sealed)))
        error = fail_database(&ctx, status);
    if (!error && db_failed(status = db_commit(conn)))
        error = fail_database(&ctx, status);
    db_rollback(conn);
    problem_to(&ctx, reason, reason_size);
    if (!error && ctx.sequence)
        log_event(LOG_INFO, "pack_loaded", "folder", app->config->pack.data, NULL);
    arena_free(&arena);
    return !error;
}

/* What the program brings that the database's first one did not. Where that does not fit what
 * people have made of it since, the program starts without it, and says so. */
static void complete_pack(struct app *app, struct db_conn *conn)
{
    struct arena arena = {.ceiling = (size_t)1 << 30};
    struct ctx ctx = {.db = conn};
    size_t added = 0;
    bool sealed;
    task_frame(app, &ctx, &arena);
    ctx.who = &principal_operator;
    enum db_status status = db_begin(conn, true);
    enum error error = db_failed(status) ? fail_database(&ctx, status)
                                         : pack_complete(&ctx, app->config->pack.data, &added);
    if (!error && ctx.sequence && app->on_sqlite &&
        db_failed(status = seal_group(conn, app->digest, &sealed)))
        error = fail_database(&ctx, status);
    if (!error && ctx.sequence && db_failed(status = db_commit(conn)))
        error = fail_database(&ctx, status);
    db_rollback(conn);
    struct str number = arena_print(&arena, "%zu", added);
    if (error)
        log_event(LOG_WARNING, "pack_not_completed", "reason", ctx.detail.data, NULL);
    else if (added)
        log_event(LOG_INFO, "pack_completed", "records", number.data, NULL);
    arena_free(&arena);
}

/* What modules do at every start. An erasure that this finds undone is scrubbed like any other. */
static bool start_modules(struct app *app, struct db_conn *conn, char *reason, size_t reason_size)
{
    bool good = true;
    for (size_t m = 0; good && m < module_count; m++) {
        struct arena arena = {0};
        struct ctx ctx = {.db = conn, .who = &principal_operator};
        task_frame(app, &ctx, &arena);
        ctx.who = &principal_operator;
        enum db_status status = modules[m]->started ? db_begin(conn, true) : DB_DONE;
        enum error error = db_failed(status) ? fail_database(&ctx, status) : E_OK;
        if (!error && modules[m]->started)
            error = modules[m]->started(&ctx);
        if (!error && status == DB_OK && db_failed(status = db_commit(conn)))
            error = fail_database(&ctx, status);
        db_rollback(conn);
        if (!error && ctx.erasure)
            erasure_finish(app->keyring, app->config->db.data, ctx.now, ctx.erasure);
        problem_to(&ctx, reason, reason_size);
        arena_free(&arena);
        good = !error;
    }
    return good;
}

bool app_migrate(struct db_conn *conn, char *reason, size_t reason_size)
{
    size_t count = 0, next = 0;
    for (size_t m = 0; m < module_count; m++)
        count += modules[m]->migration_count;
    struct db_migration *all = calloc(count ? count : 1, sizeof(*all));
    if (!all) {
        snprintf(reason, reason_size, "out of memory");
        return false;
    }
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->migration_count; i++)
            all[next++] = modules[m]->migrations[i];
    bool good = db_migrate(conn, all, count, reason, reason_size);
    free(all);
    return good;
}

static bool start_workers(struct app *app, char *reason, size_t reason_size)
{
    for (int i = 0; i < app->config->worker_count; i++) {
        struct worker *worker = &app->workers[i];
        worker->app = app;
        worker->conn = db_connect(app->config->db.data, app->on_sqlite, reason, reason_size);
        if (!worker->conn)
            return false;
        db_deadline(worker->conn, WORK_MS);
        if (pthread_create(&worker->thread, NULL, worker_main, worker) != 0) {
            db_disconnect(worker->conn);
            snprintf(reason, reason_size, "cannot start a thread");
            return false;
        }
        app->worker_count++;
    }
    return true;
}

static enum db_status before_commit(struct db_conn *conn, void *state)
{
    struct app *app = state;
    bool sealed;
    enum db_status status = seal_group(conn, app->digest, &sealed);
    if (sealed)
        sealer_wake(app->sealer); /* there is something to sign */
    return status;
}

bool app_signing_key_path(const struct config *config, char *path, size_t size)
{
    struct str folder = config->key_file;
    while (folder.length && folder.data[folder.length - 1] != '/')
        folder.length--;
    /* Without a key file (a database in memory) the key ends with the process, too. */
    int length = config->key_file.length ? snprintf(path, size, "%.*saudit.key", STR_PRINT(folder))
                                         : snprintf(path, size, "%s", "");
    return length < (int)size;
}

static bool start_sealer(struct app *app, char *reason, size_t reason_size)
{
    struct sealer_settings settings = {app->config->db.data, app->writer, app->digest,
                                       &app->signing_key};
    char path[4096] = "";
    if (!app_signing_key_path(app->config, path, sizeof(path)) ||
        !signing_key_open(path, true, &app->signing_key, reason, reason_size))
        return false;
    app->sealer = sealer_start(&settings, reason, reason_size);
    return app->sealer != NULL;
}

static bool open_all(struct app *app, char *reason, size_t reason_size)
{
    const char *url = app->config->db.data;
    struct db_conn *conn = db_connect(url, false, reason, reason_size);
    if (!conn)
        return false;
    app->on_sqlite = db_is_sqlite(conn);
    app->files = file_store_open(url, reason, reason_size);
    bool good = app->files && app_migrate(conn, reason, reason_size) &&
                ensure_keys(app, conn, reason, reason_size) &&
                ensure_pack(app, conn, reason, reason_size);
    if (good)
        complete_pack(app, conn);
    if (!good || !start_modules(app, conn, reason, reason_size)) {
        db_disconnect(conn);
        return false;
    }
    if (app->on_sqlite) {
        db_deadline(conn, WORK_MS);
        app->writer = writer_start(conn, (struct write_hook){before_commit, task_send_group, app});
        if (!app->writer) {
            db_disconnect(conn);
            return false;
        }
        app->loop_conn = db_connect(url, true, reason, reason_size);
        if (!app->loop_conn)
            return false;
        db_deadline(app->loop_conn, POINT_MS);
        app->replies = replies_new();
    } else
        db_disconnect(conn);
    app->sweeper = file_sweeper_start(url, app->writer, app->files, reason, reason_size);
    return app->sweeper && start_sealer(app, reason, reason_size) &&
           start_workers(app, reason, reason_size);
}

static struct app *app_new(const struct config *config, char *reason, size_t reason_size)
{
    unsigned char secret[TOKEN_BYTES];
    struct app *app = calloc(1, sizeof(*app));
    if (!app || sodium_init() < 0) {
        free(app);
        snprintf(reason, reason_size, "out of memory");
        return NULL;
    }
    app->config = config;
    app->digest = config->digest;
    app->metrics.started_at = time(NULL);
    app->last = &app->first;
    app->last_parked = &app->parked;
    atomic_init(&app->set_up, false);
    app->identities = identities_new();
    if (config->requests_per_second)
        app->rate = rate_new(config->requests_per_second);
    atomic_flag_clear(&app->exporting);
    pthread_mutex_init(&app->mutex, NULL);
    pthread_cond_init(&app->work, NULL);
    pthread_cond_init(&app->finished, NULL);
    randombytes_buf(secret, sizeof(secret));
    sodium_bin2hex(app->token, sizeof(app->token), secret, sizeof(secret));
    return app;
}

struct app *app_open(const struct config *config, char *reason, size_t reason_size)
{
    struct app *app = app_new(config, reason, reason_size);
    if (app && open_all(app, reason, reason_size))
        return app;
    app_close(app);
    return NULL;
}

static bool look_into(struct app *app, struct db_conn *conn, app_look_fn *look, void *state,
                      char *reason, size_t reason_size)
{
    struct arena arena = {0};
    struct ctx ctx = {.db = conn};
    task_frame(app, &ctx, &arena);
    ctx.who = &principal_operator;
    enum db_status status = db_begin(conn, false);
    enum error error = db_failed(status) ? fail_database(&ctx, status) : look(&ctx, state);
    db_rollback(conn);
    problem_to(&ctx, reason, reason_size);
    arena_free(&arena);
    return !error;
}

struct app *app_check(const struct config *config, app_look_fn *look, void *state, char *reason,
                      size_t reason_size)
{
    struct app *app = app_new(config, reason, reason_size);
    struct db_conn *conn = app ? db_connect(config->db.data, false, reason, reason_size) : NULL;
    if (conn)
        app->on_sqlite = db_is_sqlite(conn);
    bool good = conn && app_migrate(conn, reason, reason_size) &&
                ensure_keys(app, conn, reason, reason_size) &&
                ensure_pack(app, conn, reason, reason_size) &&
                (!look || look_into(app, conn, look, state, reason, reason_size));
    db_disconnect(conn);
    if (good)
        return app;
    app_close(app);
    return NULL;
}

bool app_listen(struct app *app, char *reason, size_t reason_size)
{
    app->jobs = jobs_start(app, reason, reason_size);
    if (!app->jobs)
        return false;
    struct http_settings settings = entry_settings(app, app->config->listen.data);
    app->ticker = ticker_start(app, reason, reason_size);
    app->server = app->ticker ? http_start(&settings, reason, reason_size) : NULL;
    return app->server != NULL;
}

int app_port(const struct app *app)
{
    return http_port(app->server);
}

const char *app_first_password(const struct app *app)
{
    return app->first_password;
}

bool app_is_set_up(const struct app *app)
{
    return atomic_load(&app->set_up);
}

const char *app_token(const struct app *app)
{
    return app->token;
}

struct reply app_call(struct app *app, struct arena *arena, struct request request)
{
    struct task *task = ARENA_NEW(arena, struct task);
    task->app = app;
    task->call.request = request;
    task->call.reply.file = -1;
    task_frame(app, &task->call.ctx, arena);
    if (task_guarded(task, task_prepare) && task->prepared) {
        task_to_pool(task);
        pthread_mutex_lock(&app->mutex);
        while (!task->finished)
            pthread_cond_wait(&app->finished, &app->mutex);
        pthread_mutex_unlock(&app->mutex);
    }
    return task->call.reply;
}

void app_close(struct app *app)
{
    if (!app)
        return;
    if (app->server)
        http_stop(app->server, STOP_SECONDS);
    ticker_stop(app->ticker);
    jobs_stop(app->jobs);
    pthread_mutex_lock(&app->mutex);
    app->stopping = true;
    pthread_cond_broadcast(&app->work);
    pthread_mutex_unlock(&app->mutex);
    for (int i = 0; i < app->worker_count; i++) {
        pthread_join(app->workers[i].thread, NULL);
        db_disconnect(app->workers[i].conn);
    }
    file_sweeper_stop(app->sweeper);
    sealer_stop(app->sealer);
    if (app->writer)
        writer_stop(app->writer);
    jobs_free(app->jobs); /* the writer's last replies could still wake it */
    db_disconnect(app->loop_conn);
    replies_free(app->replies);
    rate_free(app->rate);
    identities_free(app->identities);
    keyring_close(app->keyring);
    file_store_close(app->files);
    pthread_cond_destroy(&app->finished);
    pthread_cond_destroy(&app->work);
    pthread_mutex_destroy(&app->mutex);
    free(app);
}
