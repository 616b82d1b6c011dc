#include <ctype.h>

#include "accounts.sql.h"
#include "core/audit.h"
#include "modules/accounts/internal.h"
#include "modules/people/people.h"

static const struct field account_fields[] = {
    FIELD(struct account, id, "编号", "Number"),
    FIELD(struct account, person_id, "个人", "Person"),
    FIELD(struct account, name, "登录名", "Log-in name"),
    FIELD(struct account, password_hash, "密码摘要", "Digest of the password", .secret = true),
    FIELD(struct account, state, "状态", "State"),
    FIELD(struct account, must_change_password, "须改密码", "Must change the password"),
    FIELD(struct account, locked_until, "锁定至", "Locked until"),
    FIELD(struct account, last_login_at, "最近登录", "Last log-in"),
    FIELD(struct account, created_at, "建立时间", "When it was made"),
    FIELD(struct account, changed_seq, "最近改动的序号", "Sequence of the last change"),
};
SHAPE(account);

enum error account_find(struct ctx *ctx, int64_t id, struct account *out)
{
    return db_one(ctx, &sql_account_show, ARGS(arg_int("id", id)), ROW(account, out));
}

struct str account_name_fold(struct arena *arena, struct str name)
{
    char *folded = arena_alloc(arena, name.length + 1);
    for (size_t i = 0; i < name.length; i++)
        folded[i] = (char)tolower((unsigned char)name.data[i]);
    folded[name.length] = '\0';
    return (struct str){folded, name.length};
}

enum error account_named(struct ctx *ctx, struct str name, struct account *out)
{
    return db_one(ctx, &sql_account_by_name,
                  ARGS(arg_text("name", account_name_fold(ctx->arena, name))), ROW(account, out));
}

enum error account_name_check(struct ctx *ctx, struct str name)
{
    bool good = name.length >= 2 && name.length <= NAME_MAX_BYTES;
    for (size_t i = 0; good && i < name.length; i++)
        good = isalnum((unsigned char)name.data[i]) || strchr("._-@", name.data[i]);
    if (!good)
        return complain(ctx, STR("name"), "登录名用 2 到 %d 个字母、数字或 . _ - @",
                        "a log-in name has 2 to %d letters, digits or . _ - @", NAME_MAX_BYTES);
    return E_OK;
}

enum error account_person(struct ctx *ctx, struct str name, struct str phone, struct str email,
                          int64_t *id)
{
    struct person person = {.id_number = STR_NONE, .note = STR_NONE};
    if (!*id && !name.data && !phone.data && !email.data)
        return E_OK;
    enum error error = *id ? person_find(ctx, *id, &person) : E_OK;
    person.name = name;
    person.phone = phone;
    person.email = email;
    if (!error)
        error = person_check(ctx, &person);
    if (!error)
        error = *id ? person_update(ctx, &person) : person_create(ctx, &person);
    if (!error)
        error = audit_also(ctx, *id ? "change" : "create", ROW(person, &person));
    *id = person.id;
    return error;
}

enum error account_make(struct ctx *ctx, struct str name, struct str password_hash,
                        int64_t person_id, int64_t *id)
{
    enum error error =
        db_number(ctx, &sql_account_insert,
                  ARGS(arg_text("name", account_name_fold(ctx->arena, name)),
                       arg_int("person_id", person_id), arg_text("password_hash", password_hash)),
                  id);
    if (!error)
        error = user_note(ctx, *id);
    return error == E_CONFLICT && ctx->db_status == DB_UNIQUE
               ? fail(ctx, E_CONFLICT, "登录名 %.*s 已被使用，请换一个",
                      "the log-in name %.*s is taken: choose another", STR_PRINT(name))
               : error;
}

enum error account_set_password(struct ctx *ctx, int64_t id, struct str hash)
{
    enum error error =
        db_do(ctx, &sql_account_password, ARGS(arg_int("id", id), arg_text("password_hash", hash)));
    if (!error)
        error = account_end_resets(ctx, id);
    return error ? error : account_end_sessions(ctx, id);
}

enum error account_end_resets(struct ctx *ctx, int64_t id)
{
    return db_do(ctx, &sql_account_resets_end, ARGS(arg_int("id", id)));
}

enum error account_end_tokens(struct ctx *ctx, int64_t id)
{
    ctx->identities_changed = true;
    return db_do(ctx, &sql_account_tokens_end, ARGS(arg_int("id", id)));
}

enum error account_end_sessions(struct ctx *ctx, int64_t id)
{
    ctx->identities_changed = true;
    return db_do(ctx, &sql_account_sessions_end, ARGS(arg_int("id", id)));
}

enum error hash_new_password(struct ctx *ctx, const char *field, struct str password,
                             struct str name)
{
    int64_t least;
    struct hashed *hashed = ARENA_NEW(ctx->arena, struct hashed);
    enum error error = rule_value(ctx, RULE_PASSWORD_LENGTH, &least);
    if (!error)
        error = password_check(ctx, field, password, name, least);
    if (!error)
        error = password_hash(ctx, password, &hashed->hash);
    ctx->carried = hashed;
    return error;
}

/* Who lets others into an organisation: administrators, and whoever speaks for it. */
enum { DELEGATES = ROLE_SET(ROLE_ENTERPRISE) | ROLE_SET(ROLE_INSTITUTE) | ROLE_SET(ROLE_BANK) };

static const struct route routes[] = {
    GET_POINT("/api/session", session_show, "我的登录", "My session"),
    POST("/api/session", session_create, "登录", "Sign in", .roles = ANYONE,
         .prelude = session_create_prelude),
    DELETE("/api/session", session_end, "退出", "Sign out", .roles = ANYONE),
    ACT("/api/session/renewal", session_renew, "延续登录", "Keep the session alive",
        .roles = ANYONE),
    ACT("/api/session/grant", session_grant, "换一个身份", "Act under another grant",
        .roles = ANYONE),
    ACT("/api/session/password", password_change, "改密码", "Change the password", .roles = ANYONE,
        .prelude = password_change_prelude),
    ACT("/api/password_resets", password_reset, "用一次性链接设密码",
        "Choose a password by a one-time link", .roles = ANYONE, .prelude = password_reset_prelude),

    GET_LIST("/api/users", user_list, "用户", "Users", .roles = OVERSEERS),
    GET_POINT("/api/users/{id}", user_show, "一个用户", "A user", .roles = OVERSEERS),
    POST("/api/users", user_create, "新建用户", "Make a user", .roles = ADMINISTRATORS),
    PATCH("/api/users/{id}", user_edit, "改用户", "Change a user", .roles = ADMINISTRATORS),
    ACT("/api/users/{id}/resets", user_reset, "给用户一次性链接", "Give a user a one-time link",
        .roles = ADMINISTRATORS),
    ACT("/api/users/links", user_links_make, "给一次导入的用户各一个一次性链接，只显示这一次",
        "Give each user of an import a one-time link, which is shown this once",
        .roles = ADMINISTRATORS),
    ACT("/api/users/{id}/unlocking", user_unlock, "解除锁定", "Unlock a user",
        .roles = ADMINISTRATORS),

    GET_LIST("/api/grants", grant_list, "授权", "Grants", .roles = OVERSEERS | DELEGATES),
    POST("/api/grants", grant_create, "授权", "Grant a role", .roles = ADMINISTRATORS),
    ACT("/api/grants/{id}/revocation", grant_revoke, "收回授权", "Revoke a grant",
        .roles = ADMINISTRATORS | DELEGATES),

    GET_LIST("/api/invitations", invitation_list, "邀请函", "Letters of invitation",
             .roles = OVERSEERS | DELEGATES),
    POST("/api/invitations", invitation_create, "发邀请函", "Issue a letter of invitation",
         .roles = ADMINISTRATORS | DELEGATES),
    ACT("/api/invitations/{id}/revocation", invitation_revoke, "作废邀请函", "Revoke a letter",
        .roles = ADMINISTRATORS | DELEGATES),
    GET_TABLE("/api/claim_methods", claim_methods, "认领单位的方式",
              "Ways to claim an organisation"),
    POST("/api/claims", claim, "凭邀请函认领单位", "Claim an organisation", .roles = ANYONE,
         .prelude = claim_prelude),

    GET_LIST("/api/tokens", api_token_list, "接口令牌：本人的；管理员看全部",
             "API tokens: one's own; all for overseers", .roles = SIGNED_IN),
    POST("/api/tokens", api_token_create, "新建接口令牌", "Make an API token", .roles = SIGNED_IN),
    ACT("/api/tokens/{id}/revocation", api_token_revoke, "作废接口令牌", "Revoke an API token",
        .roles = SIGNED_IN),
};

const struct module accounts_module = {
    .name = "accounts",
    .migrations = accounts_migrations,
    .migration_count = COUNT(accounts_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .imports = user_imports,
    .searchables = user_searchables,
    .searchable_count = USER_SEARCHABLES,
    .person_export = accounts_export,
    .person_erase = accounts_erase,
    .person_tables = "account api_token role_grant session",
};
