/* Signing in with a name and a password. */
#include "modules/accounts/internal.h"

struct credentials {
    struct str name, password;
};
static const struct field credentials_fields[] = {
    FIELD(struct credentials, name, "登录名", "Log-in name", .required = true,
          .length_max = PERSON_TEXT_MAX),
    FIELD(struct credentials, password, "密码", "Password", .required = true,
          .length_max = PASSWORD_MAX, .secret = true),
};
static const SHAPE(credentials);

/* What the prelude found out. */
struct attempt {
    int64_t account_id; /* 0 = the name is wrong */
    bool right;         /* the password */
    struct str checked_hash;
};

enum error session_create_prelude(struct ctx *ctx, const void *in)
{
    const struct credentials *credentials = in;
    struct account account = {.password_hash = STR_NONE};
    struct attempt *attempt = ARENA_NEW(ctx->arena, struct attempt);
    enum error error = throttle_check(ctx, credentials->name);
    if (!error)
        error = account_named(ctx, credentials->name, &account);
    if (error && error != E_NOT_FOUND)
        return error;
    bool right = password_is(account.password_hash, credentials->password);
    attempt->right = right && str_is(account.state, "active");
    attempt->account_id = account.id;
    attempt->checked_hash = account.password_hash;
    ctx->carried = attempt;
    return E_OK;
}

/* The same words whether the account does not exist, is disabled, or has another password. */
static enum error refuse(struct ctx *ctx, struct str name, int64_t account_id)
{
    enum error error = throttle_check(ctx, name); /* several guesses were hashed at once */
    if (!error)
        error = throttle_count(ctx, name);
    if (error)
        return error;
    ctx->keep_refusal = true;
    ctx->refused_account = account_id;
    return fail(ctx, E_UNAUTHORISED, "登录名或密码不对",
                "the log-in name or the password is wrong");
}

SHARED_HANDLER(session_create, credentials, session_view)
{
    const struct attempt *attempt = ctx->carried;
    struct account account = {.password_hash = STR_NONE};
    enum error error = attempt->right ? account_find(ctx, attempt->account_id, &account)
                                      : refuse(ctx, in->name, attempt->account_id);
    if (error)
        return error;
    /* Something may have changed since the password was looked at. */
    if (!str_is(account.state, "active") ||
        !str_equal(account.password_hash, attempt->checked_hash))
        return refuse(ctx, in->name, account.id);
    error = throttle_check(ctx, in->name);
    if (!error)
        error = throttle_forget(ctx, in->name);
    if (!error)
        error = session_begin(ctx, account.id);
    ctx->location = STR("/api/session");
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}
