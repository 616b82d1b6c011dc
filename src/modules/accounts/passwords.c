/* Choosing a password: one's own, or by a one-time link. */
#include "modules/accounts/internal.h"
#include "passwords.sql.h"

struct password_change {
    struct str old_password, new_password;
};
static const struct field password_change_fields[] = {
    FIELD(struct password_change, old_password, "现在的密码", "The password now", .required = true,
          .length_max = PASSWORD_MAX, .secret = true),
    FIELD(struct password_change, new_password, "新密码", "The new password", .required = true,
          .length_max = PASSWORD_MAX, .secret = true),
};
static const SHAPE(password_change);

enum error password_change_prelude(struct ctx *ctx, const void *in)
{
    const struct password_change *change = in;
    struct account account;
    if (!ctx->session_secret.data)
        return session_missing(ctx);
    enum error error = throttle_check(ctx, ctx->who->name);
    if (!error)
        error = account_find(ctx, ctx->who->account_id, &account);
    if (error)
        return error;
    if (!password_is(account.password_hash, change->old_password)) {
        ctx->carried = NULL; /* the handler counts it */
        return E_OK;
    }
    if (str_equal(change->old_password, change->new_password))
        return complain(ctx, STR("new_password"), "请换一个不同的密码", "take a different one");
    error = hash_new_password(ctx, "new_password", change->new_password, account.name);
    ((struct hashed *)ctx->carried)->instead_of = account.password_hash;
    return error;
}

SHARED_HANDLER(password_change, password_change, session_view)
{
    (void)in;
    const struct hashed *hashed = ctx->carried;
    if (!hashed) {
        enum error error = throttle_count(ctx, ctx->who->name);
        ctx->keep_refusal = true;
        ctx->refused_account = ctx->who->account_id;
        return error ? error
                     : complain(ctx, STR("old_password"), "现在的密码不对",
                                "this is not your password");
    }
    struct account account;
    enum error error = account_find(ctx, ctx->who->account_id, &account);
    if (!error && !str_equal(account.password_hash, hashed->instead_of))
        return fail(ctx, E_CONFLICT, "密码刚被改过；请重新登录后再试",
                    "the password has just been changed: sign in again, then try");
    if (!error)
        error = account_set_password(ctx, account.id, hashed->hash);
    if (!error)
        error = session_begin(ctx, ctx->who->account_id);
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}

struct password_reset {
    struct str token, new_password;
};
static const struct field password_reset_fields[] = {
    FIELD(struct password_reset, token, "链接中的口令", "The token in the link", .required = true,
          .length_max = PASSWORD_MAX, .secret = true),
    FIELD(struct password_reset, new_password, "新密码", "The new password", .required = true,
          .length_max = PASSWORD_MAX, .secret = true),
};
static const SHAPE(password_reset);

struct reset_row {
    int64_t account_id;
};
static const struct field reset_row_fields[] = {
    FIELD(struct reset_row, account_id, "账户", "Account"),
};
static const SHAPE(reset_row);

static enum error link_is_void(struct ctx *ctx)
{
    return fail(ctx, E_CONFLICT, "链接已用过、已过期或不对；请管理员再发一次",
                "the link was used, has expired or is wrong: ask an administrator for a new one");
}

static enum error reset_account(struct ctx *ctx, const struct sql *sql, struct str token,
                                struct account *account)
{
    struct reset_row row;
    struct str hash = secret_hash(ctx->arena, token);
    *account = (struct account){.name = STR_NONE};
    enum error error = db_one(ctx, sql, ARGS(arg_text("token_hash", hash)), ROW(reset_row, &row));
    if (error == E_NOT_FOUND)
        return link_is_void(ctx);
    return error ? error : account_find(ctx, row.account_id, account);
}

enum error password_reset_prelude(struct ctx *ctx, const void *in)
{
    const struct password_reset *reset = in;
    struct account account;
    enum error error = reset_account(ctx, &sql_reset_find, reset->token, &account);
    return error ? error
                 : hash_new_password(ctx, "new_password", reset->new_password, account.name);
}

SHARED_HANDLER(password_reset, password_reset, session_view)
{
    const struct hashed *hashed = ctx->carried;
    struct account account;
    enum error error = reset_account(ctx, &sql_reset_use, in->token, &account);
    if (error)
        return error;
    if (!str_is(account.state, "active"))
        return link_is_void(ctx);
    error = account_set_password(ctx, account.id, hashed->hash);
    if (!error)
        error = account_end_tokens(ctx, account.id);
    if (!error)
        error = throttle_forget(ctx, account.name);
    if (!error)
        error = session_begin(ctx, account.id);
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}
