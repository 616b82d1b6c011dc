#include "core/identity.h"

#include <sodium.h>

#include "core/audit.h"
#include "core/password.h"
#include "core/sequence.h"
#include "identity.sql.h"

static const struct field identity_fields[] = {
    FIELD(struct identity, account_id, "账户", "Account"),
    FIELD(struct identity, grant_id, "授权", "Grant"),
    FIELD(struct identity, role, "角色", "Role"),
    FIELD(struct identity, name, "登录名", "Log-in name"),
    FIELD(struct identity, organisation_code, "单位", "Organisation"),
    FIELD(struct identity, area_code, "区县", "District"),
    FIELD(struct identity, department_code, "部门", "Department"),
    FIELD(struct identity, person_id, "个人", "Person"),
    FIELD(struct identity, may_delegate, "可转授", "May delegate"),
    FIELD(struct identity, must_change_password, "须改密码", "Must change the password"),
    FIELD(struct identity, csrf_token, "防伪造令牌", "Token against forged requests",
          .secret = true),
    FIELD(struct identity, scopes, "范围", "Scopes"),
    FIELD(struct identity, expires_at, "失效时间", "When it ends"),
};
SHAPE(identity);

struct str secret_new(struct ctx *ctx)
{
    unsigned char bytes[SECRET_BYTES];
    char *text = arena_alloc(ctx->arena, SECRET_TEXT);
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(text, SECRET_TEXT, bytes, sizeof(bytes));
    return str_of(text);
}

struct str secret_hash(struct arena *arena, struct str secret)
{
    unsigned char digest[crypto_hash_sha256_BYTES];
    char *text = arena_alloc(arena, 2 * sizeof(digest) + 1);
    crypto_hash_sha256(digest, (const unsigned char *)secret.data, secret.length);
    sodium_bin2hex(text, 2 * sizeof(digest) + 1, digest, sizeof(digest));
    return str_of(text);
}

static enum error find(struct ctx *ctx, const struct sql *sql, struct str secret,
                       struct identity *out)
{
    struct str hash = secret_hash(ctx->arena, secret);
    return db_one(ctx, sql, ARGS(arg_text("token_hash", hash)), ROW(identity, out));
}

enum error identity_of_session(struct ctx *ctx, struct str secret, struct identity *out)
{
    return find(ctx, &sql_session_identity, secret, out);
}

enum error identity_of_token(struct ctx *ctx, struct str secret, struct identity *out)
{
    return find(ctx, &sql_token_identity, secret, out);
}

enum error identity_of_grant(struct ctx *ctx, int64_t grant_id, struct identity *out)
{
    return db_one(ctx, &sql_grant_identity, ARGS(arg_int("grant_id", grant_id)),
                  ROW(identity, out));
}

static enum role role_of(struct str name)
{
    for (size_t role = 0; role < ROLE_COUNT; role++)
        if (str_is(name, role_names[role]))
            return (enum role)role;
    return ROLE_PUBLIC;
}

struct principal identity_principal(const struct identity *identity)
{
    struct principal who = {.account_id = identity->account_id,
                            .name = identity->name,
                            .person_id = identity->person_id,
                            .must_change_password = identity->must_change_password,
                            .by_token = identity->scopes.data != NULL,
                            .token_scopes = identity->scopes};
    if (!identity->grant_id || identity->must_change_password)
        return who;
    who.grant_id = identity->grant_id;
    who.role = role_of(identity->role);
    who.organisation_code = identity->organisation_code;
    who.area_code = identity->area_code;
    who.department_code = identity->department_code;
    who.may_delegate = identity->may_delegate;
    return who;
}

enum error identity_is_set_up(struct ctx *ctx, bool *set_up)
{
    enum error error =
        db_one(ctx, &sql_administrator_has_signed_in, NO_ARGS, (struct row){NULL, NULL});
    *set_up = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error identity_ensure_administrator(struct ctx *ctx, struct str *password)
{
    int64_t id;
    *password = STR_NONE;
    enum error error = db_number(ctx, &sql_account_any, NO_ARGS, &id);
    if (error != E_NOT_FOUND)
        return error;
    struct str hash, made = password_made_up(ctx);
    bool loading = ctx->sequence != 0; /* the pack, whose number and note are for both */
    if ((error = password_hash(ctx, made, &hash)) || (!loading && (error = sequence_take(ctx))) ||
        (error = db_number(ctx, &sql_administrator_insert, ARGS(arg_text("password_hash", hash)),
                           &id)) ||
        (error = db_do(ctx, &sql_administrator_grant, ARGS(arg_int("account_id", id)))) ||
        (!loading && (error = audit_note(ctx, STR("system"), "create", STR("account"),
                                         arena_print(ctx->arena, "%lld", (long long)id)))))
        return error;
    *password = made;
    return E_OK;
}
