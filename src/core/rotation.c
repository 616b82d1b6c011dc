#include "core/rotation.h"

#include <stdio.h>
#include <time.h>

#include "core/audit.h"
#include "core/sequence.h"

struct session {
    const struct config *config;
    struct arena arena;
    struct ctx ctx;
    char *reason;
    size_t reason_size;
};

typedef enum error step_fn(struct ctx *ctx, void *state);

/* A step in a transaction of its own; nothing of it stays when it fails. */
static bool run(struct session *session, bool write, step_fn *step, void *state)
{
    struct ctx *ctx = &session->ctx;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    ctx->now = (struct instant){now.tv_sec};
    enum db_status status = db_begin(ctx->db, write);
    enum error error = db_failed(status) ? fail_database(ctx, status) : step(ctx, state);
    if (!error && db_failed(status = db_commit(ctx->db)))
        error = fail_database(ctx, status);
    db_rollback(ctx->db);
    if (error)
        snprintf(session->reason, session->reason_size, "%.*s", STR_PRINT(ctx->detail));
    return !error;
}

static enum error belong_together(struct ctx *ctx, void *state)
{
    bool fresh;
    (void)state;
    enum error error = personal_is_fresh(ctx, &fresh);
    if (!error && fresh)
        return fail(ctx, E_INTERNAL, "数据库里还没有密钥：先启动一次程序",
                    "the database has no keys yet: start the program once");
    return error ? error : personal_prepare(ctx);
}

/* Read-only at first: to look at a database must not make one. */
static bool begin(struct session *session, bool write)
{
    const char *url = session->config->db.data;
    struct ctx *ctx = &session->ctx;
    ctx->arena = &session->arena;
    ctx->who = &principal_operator;
    ctx->digest = session->config->digest;
    ctx->keyring =
        keyring_open(session->config->key_file.data, false, session->reason, session->reason_size);
    if (!ctx->keyring)
        return false;
    ctx->db = db_connect(url, true, session->reason, session->reason_size);
    bool good = ctx->db && run(session, false, belong_together, NULL);
    if (!good || !write)
        return good;
    db_disconnect(ctx->db);
    ctx->db = db_connect(url, false, session->reason, session->reason_size);
    return ctx->db != NULL;
}

static void end(struct session *session)
{
    db_disconnect(session->ctx.db);
    keyring_close(session->ctx.keyring);
    arena_free(&session->arena);
}

static enum error check(struct ctx *ctx, void *counts)
{
    return personal_check(ctx, counts);
}

static enum error rotate(struct ctx *ctx, void *state)
{
    int64_t *persons = state;
    enum error error = sequence_take(ctx);
    if (!error)
        error = personal_rewrap(ctx, persons);
    return error ? error
                 : audit_note(
                       ctx, STR("operator"), "rotation", STR("master_key"),
                       arena_print(ctx->arena, "%lld", (long long)keyring_newest(ctx->keyring)));
}

/* Keys that others made under the old master while the first pass was under way. */
static enum error rotate_rest(struct ctx *ctx, void *persons)
{
    return personal_rewrap(ctx, persons);
}

bool keys_check(const struct config *config, struct key_counts *counts, char *reason,
                size_t reason_size)
{
    struct session session = {.config = config, .reason = reason, .reason_size = reason_size};
    bool good = begin(&session, false) && run(&session, false, check, counts);
    end(&session);
    return good;
}

bool keys_rotate(const struct config *config, struct key_counts *counts, char *reason,
                 size_t reason_size)
{
    struct session session = {.config = config, .reason = reason, .reason_size = reason_size};
    int64_t persons;
    bool good = begin(&session, true) && keyring_add(session.ctx.keyring, reason, reason_size) &&
                run(&session, true, rotate, &persons) &&
                run(&session, true, rotate_rest, &persons) && run(&session, false, check, counts);
    end(&session);
    /* What the old master key wrapped is not to lie about. */
    return good && db_scrub(config->db.data, STR("person_key personal_index"), reason, reason_size);
}
