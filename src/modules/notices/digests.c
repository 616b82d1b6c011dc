/* Digests: what waits for one becomes one letter a reader, once a day or once a week. */
#include "digests.sql.h"
#include "modules/notices/internal.h"

enum { DAY_SECONDS = 86400, THURSDAY_TO_MONDAY = 3 };

bool digest_is_due(bool weekly, struct instant last, struct instant now, int utc_offset_minutes)
{
    if (last.seconds == INSTANT_NONE.seconds)
        return true;
    int64_t offset = utc_offset_minutes * (int64_t)60;
    int64_t was = (last.seconds + offset) / DAY_SECONDS, is = (now.seconds + offset) / DAY_SECONDS;
    /* Day 0 was a Thursday; a week begins on Monday. */
    return weekly ? (was + THURSDAY_TO_MONDAY) / 7 != (is + THURSDAY_TO_MONDAY) / 7 : was != is;
}

/* One reader: whoever comes after `account_id`. */
struct digesting {
    int64_t account_id, made;
};

static enum error make(struct ctx *ctx, int64_t account_id, int64_t count)
{
    int64_t notice_id, id;
    enum error error = db_insert(
        ctx, &sql_digest_notice,
        ARGS(
            arg_text("kind", STR(NOTICE_DIGEST)),
            arg_text("text", arena_print(ctx->arena, "消息摘要：%lld 条", (long long)count)),
            arg_text("text_en", arena_print(ctx->arena, "Digest: %lld notices", (long long)count))),
        &notice_id);
    if (!error)
        error = db_insert(ctx, &sql_digest_insert,
                          ARGS(arg_int("notice_id", notice_id), arg_int("account_id", account_id)),
                          &id);
    return error ? error
                 : db_do(ctx, &sql_digest_take,
                         ARGS(arg_int("digest_id", id), arg_int("account_id", account_id)));
}

static enum error digest_step(struct ctx *ctx, void *state)
{
    struct digesting *digesting = state;
    struct contact_setting setting;
    int64_t count = 0;
    enum error error = db_do(ctx, &sql_digest_gate, NO_ARGS);
    if (!error)
        error =
            db_number(ctx, &sql_digest_reader, ARGS(arg_int("account_id", digesting->account_id)),
                      &digesting->account_id);
    struct args reader = ARGS(arg_int("account_id", digesting->account_id));
    if (!error)
        error = contact_setting_read(ctx, digesting->account_id, &setting);
    if (error)
        return error;
    bool none = str_is(setting.digest, "none");
    if (!none && !digest_is_due(str_is(setting.digest, "weekly"), setting.digest_at, ctx->now,
                                ctx->utc_offset_minutes))
        return E_OK;
    error = db_do(ctx, none ? &sql_digest_drop : &sql_digest_drop_read, reader);
    if (!error && !none)
        error = db_number(ctx, &sql_digest_count, reader, &count);
    if (error || !count)
        return error;
    setting.digest_at = ctx->now;
    error = contact_setting_write(ctx, digesting->account_id, &setting);
    digesting->made += !error;
    return error ? error : make(ctx, digesting->account_id, count);
}

enum error digest_run(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    struct digesting digesting = {0, 0};
    enum error error = E_OK;
    (void)job;
    while (!error && !job_is_cancelled(run)) {
        struct digesting tried = digesting; /* a step may be run again */
        error = job_write(ctx, run, digest_step, &tried, false);
        if (!error)
            digesting = tried;
        job_progress(run, digesting.made, digesting.made);
    }
    job_conclude(run, arena_print(ctx->arena, "%lld", (long long)digesting.made));
    return error == E_NOT_FOUND ? E_OK : error; /* no reader is left */
}
