/* Wrong passwords are counted, and too many of them lock a name or an address for a while. */
#include "modules/accounts/internal.h"
#include "throttle.sql.h"

enum { ADDRESS_FACTOR = 10 /* an address may fail so many times more */ };

struct failure {
    int64_t failures;
    struct instant last_at;
};
static const struct field failure_fields[] = {
    FIELD(struct failure, failures, "次数", "Count"),
    FIELD(struct failure, last_at, "最近一次", "The last one"),
};
static const SHAPE(failure);

/* Failures are counted by name, whether or not there is such an account, and by address. */
static struct str subject_hash(struct ctx *ctx, const char *kind, struct str subject)
{
    return secret_hash(ctx->arena, arena_print(ctx->arena, "%s:%.*s", kind, STR_PRINT(subject)));
}

static struct str name_subject(struct ctx *ctx, struct str name)
{
    return subject_hash(ctx, "name", account_name_fold(ctx->arena, name));
}

static enum error lock_rules(struct ctx *ctx, int64_t *most, int64_t *seconds)
{
    int64_t minutes = 0;
    enum error error = rule_value(ctx, RULE_LOCKOUT_FAILURES, most);
    if (!error)
        error = rule_value(ctx, RULE_LOCKOUT_MINUTES, &minutes);
    *seconds = minutes * 60;
    return error;
}

static enum error check_subject(struct ctx *ctx, struct str subject, int64_t most, int64_t seconds)
{
    struct failure failure;
    enum error error = db_one(ctx, &sql_failure_find, ARGS(arg_text("subject_hash", subject)),
                              ROW(failure, &failure));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    int64_t left = failure.last_at.seconds + seconds - ctx->now.seconds;
    if (failure.failures < most || left <= 0)
        return E_OK;
    ctx->retry_after_seconds = (int)left;
    return fail(ctx, E_TOO_MANY, "密码错误次数过多，请在 %lld 分钟后再试，或请管理员解除锁定",
                "too many wrong passwords: try again in %lld minutes, or ask an administrator to "
                "unlock the account",
                (long long)(left + 59) / 60);
}

enum error throttle_check(struct ctx *ctx, struct str name)
{
    int64_t most, seconds;
    enum error error = lock_rules(ctx, &most, &seconds);
    if (!error)
        error = check_subject(ctx, name_subject(ctx, name), most, seconds);
    if (!error && ctx->peer.length)
        error = check_subject(ctx, subject_hash(ctx, "address", ctx->peer), most * ADDRESS_FACTOR,
                              seconds);
    return error;
}

enum error throttle_count(struct ctx *ctx, struct str name)
{
    int64_t most, seconds, failures = 0, unused;
    enum error error = lock_rules(ctx, &most, &seconds);
    if (error)
        return error;
    struct arg since = arg_int("since", ctx->now.seconds - seconds);
    struct str subject = name_subject(ctx, name);
    error = db_do(ctx, &sql_failure_old_delete, ARGS(since));
    if (!error)
        error = db_number(ctx, &sql_failure_add, ARGS(arg_text("subject_hash", subject), since),
                          &failures);
    if (!error && ctx->peer.length)
        error = db_number(
            ctx, &sql_failure_add,
            ARGS(arg_text("subject_hash", subject_hash(ctx, "address", ctx->peer)), since),
            &unused);
    if (!error && failures >= most)
        error = db_do(
            ctx, &sql_account_locked,
            ARGS(arg_text("name", name), arg_int("locked_until", ctx->now.seconds + seconds)));
    return error;
}

enum error throttle_forget(struct ctx *ctx, struct str name)
{
    return db_do(ctx, &sql_failure_delete, ARGS(arg_text("subject_hash", name_subject(ctx, name))));
}
