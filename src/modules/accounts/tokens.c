/* API tokens: a program acts as an account under one of its grants, within scopes and for a time.
 */
#include "modules/accounts/internal.h"
#include "tokens.sql.h"

struct api_token {
    int64_t id, account_id;
    struct str account_name;
    int64_t grant_id;
    struct str name, scopes;
    struct date expires_on;
    struct instant created_at, revoked_at;
};
static const struct field api_token_fields[] = {
    FIELD(struct api_token, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct api_token, account_id, "账户", "Account", USE_OUT | USE_FILTER),
    FIELD(struct api_token, account_name, "登录名", "Log-in name", USE_OUT),
    FIELD(struct api_token, grant_id, "授权", "Grant", USE_OUT),
    FIELD(struct api_token, name, "用途", "What it is for", .required = true, .length_max = 100),
    FIELD(struct api_token, scopes, "范围，如 read indicators:write",
          "Scopes, such as: read indicators:write", .required = true, .length_max = 300),
    FIELD(struct api_token, expires_on, "失效日", "Last day", .required = true),
    FIELD(struct api_token, created_at, "建立时间", "When it was made", USE_OUT),
    FIELD(struct api_token, revoked_at, "作废时间", "When it was revoked", USE_OUT),
};
static const SHAPE(api_token);

struct new_token {
    struct api_token api_token;
    struct str token;
};
static const struct field new_token_fields[] = {
    FIELD(struct new_token, token, "令牌，只显示这一次", "The token, shown this once", USE_OUT,
          .secret = true),
};
static const SHAPE_EXTENDING(new_token, api_token);

static const struct ownership token_owned = {.account = "account_id"};

/* Everybody sees only the own, whatever the role; who oversees accounts sees all. */
const struct list api_token_list = {.base = &sql_api_token_list,
                                    .row = &api_token_shape,
                                    .key = "id",
                                    .sort = "-id",
                                    .owned = &token_owned,
                                    .private = true};

static enum error check_scopes(struct ctx *ctx, struct str scopes)
{
    struct str scope;
    while (str_cut(&scopes, ' ', &scope)) {
        bool known = str_is(scope, "read");
        for (size_t m = 0; m < module_count && !known; m++)
            known = str_ends(scope, STR(":write")) &&
                    str_is(str_first(scope, scope.length - 6), modules[m]->name) &&
                    strcmp(modules[m]->name, "accounts") != 0;
        if (!known)
            return complain(ctx, STR("scopes"), "没有范围“%.*s”；可以是 read 或 模块:write",
                            "there is no scope \"%.*s\": take read or MODULE:write",
                            STR_PRINT(scope));
    }
    return E_OK;
}

static enum error find(struct ctx *ctx, int64_t id, struct api_token *out)
{
    return db_one(ctx, &sql_api_token_show, ARGS(arg_int("id", id)), ROW(api_token, out));
}

SHARED_HANDLER(api_token_create, api_token, new_token)
{
    int64_t days, id;
    enum error error = check_scopes(ctx, in->scopes);
    if (error || (error = rule_value(ctx, RULE_TOKEN_DAYS, &days)))
        return error;
    if (in->expires_on.days < ctx->today.days || in->expires_on.days > ctx->today.days + days)
        return complain(ctx, STR("expires_on"), "应在今天起的 %lld 天之内",
                        "must be within %lld days from today", (long long)days);
    struct api_token made = *in;
    made.account_id = ctx->who->account_id;
    made.grant_id = ctx->who->grant_id;
    out->token = arena_print(ctx->arena, TOKEN_PREFIX "%.*s", STR_PRINT(secret_new(ctx)));
    struct args args = FROM(api_token, &made);
    struct arg hash = arg_text("token_hash", secret_hash(ctx->arena, out->token));
    args.list = &hash;
    args.count = 1;
    error = db_number(ctx, &sql_api_token_insert, args, &id);
    return error ? error : find(ctx, id, &out->api_token);
}

struct token_key {
    int64_t id;
};
static const struct field token_key_fields[] = {
    FIELD(struct token_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(token_key);

SHARED_HANDLER(api_token_revoke, token_key, api_token)
{
    enum error error = find(ctx, in->id, out);
    if (error)
        return error;
    if (out->account_id != ctx->who->account_id && !role_in(ctx->who->role, ADMINISTRATORS))
        return E_NOT_FOUND;
    error =
        db_one(ctx, &sql_api_token_revoke, ARGS(arg_int("id", in->id)), (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "这个令牌已经作废", "it has been revoked already");
    ctx->identities_changed = true;
    return error ? error : find(ctx, in->id, out);
}
