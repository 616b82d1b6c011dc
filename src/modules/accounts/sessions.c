/* Sessions: what one is, how it begins, goes on under another grant, and ends. */
#include "modules/accounts/internal.h"
#include "modules/people/people.h"
#include "sessions.sql.h"

static const struct field session_view_fields[] = {
    FIELD(struct session_view, account_id, "账户", "Account"),
    FIELD(struct session_view, name, "登录名", "Log-in name"),
    FIELD(struct session_view, display_name, "姓名", "Name", .personal = PERSONAL_NAME,
          .column = "person.name"),
    FIELD(struct session_view, role, "角色", "Role"),
    FIELD(struct session_view, grant_id, "授权", "Grant"),
    FIELD(struct session_view, person_id, "个人", "Person"),
    FIELD(struct session_view, organisation_code, "单位", "Organisation"),
    FIELD(struct session_view, organisation_name, "单位名称", "Name of the organisation"),
    FIELD(struct session_view, area_code, "区县", "District"),
    FIELD(struct session_view, area_name, "区县名", "Name of the district"),
    FIELD(struct session_view, department_code, "部门", "Department"),
    FIELD(struct session_view, department_name, "部门名", "Name of the department"),
    FIELD(struct session_view, may_delegate, "可转授", "May let others in"),
    FIELD(struct session_view, must_change_password, "须先改密码",
          "Must change the password first"),
    FIELD(struct session_view, csrf_token, "防伪造令牌", "Token against forged requests",
          .secret = true),
    FIELD(struct session_view, expires_at, "失效时间", "When it ends"),
    FIELD(struct session_view, setup, "尚未启用账户", "No administrator has signed in yet"),
    FIELD(struct session_view, grants, "可用的身份", "Grants to act under", .of = &grant_shape),
};
SHAPE(session_view);

/* --- What is there -------------------------------------------------------------------------- */

static enum error describe_grants(struct ctx *ctx, const struct identity *identity,
                                  struct session_view *out)
{
    enum error error = grants_in_force(ctx, identity->account_id, &out->grants);
    const struct grant *grants = out->grants.items;
    for (size_t i = 0; !error && i < out->grants.count; i++)
        if (grants[i].id == identity->grant_id) {
            out->organisation_name = grants[i].organisation_name;
            out->area_name = grants[i].area_name;
            out->department_name = grants[i].department_name;
        }
    return error;
}

enum error session_describe(struct ctx *ctx, struct str secret, struct session_view *out)
{
    struct identity identity = {.account_id = 0};
    bool set_up;
    enum error error = identity_is_set_up(ctx, &set_up);
    if (!error && secret.data)
        error = identity_of_session(ctx, secret, &identity);
    if (error && error != E_NOT_FOUND)
        return error;
    struct principal who = identity_principal(&identity);
    out->setup = !set_up;
    out->role = str_of(role_names[who.role]);
    if (!identity.account_id) {
        if (ctx->who->role == ROLE_OPERATOR)
            out->role = str_of(role_names[ROLE_OPERATOR]);
        return E_OK;
    }
    out->account_id = (struct maybe_int){identity.account_id, true};
    out->grant_id = (struct maybe_int){who.grant_id, who.grant_id != 0};
    out->person_id = (struct maybe_int){identity.person_id, identity.person_id != 0};
    out->name = identity.name;
    out->organisation_code = who.organisation_code;
    out->area_code = who.area_code;
    out->department_code = who.department_code;
    out->may_delegate = who.may_delegate;
    out->must_change_password = identity.must_change_password;
    out->csrf_token = identity.csrf_token;
    out->expires_at = identity.expires_at;
    struct person person;
    error = describe_grants(ctx, &identity, out);
    if (!error && identity.person_id) {
        error = person_find(ctx, identity.person_id, &person);
        out->display_name = person.name;
    }
    return error;
}

SHARED_HANDLER(session_show, nothing, session_view)
{
    (void)in;
    return session_describe(ctx, ctx->session_secret, out);
}

/* --- Beginning and ending ------------------------------------------------------------------- */

static enum error set_cookie(struct ctx *ctx, struct str secret, int64_t seconds)
{
    ctx->cookie = arena_print(ctx->arena,
                              SESSION_COOKIE "=%.*s; Path=/; HttpOnly; SameSite=Strict; "
                                             "Max-Age=%lld%s",
                              STR_PRINT(secret), (long long)seconds, ctx->https ? "; Secure" : "");
    return E_OK;
}

static enum error idle_until(struct ctx *ctx, int64_t *at)
{
    int64_t minutes;
    enum error error = rule_value(ctx, RULE_SESSION_IDLE_MINUTES, &minutes);
    *at = ctx->now.seconds + minutes * 60;
    return error;
}

static enum error session_delete(struct ctx *ctx, struct str secret)
{
    ctx->identities_changed = true;
    return db_do(ctx, &sql_session_delete,
                 ARGS(arg_text("token_hash", secret_hash(ctx->arena, secret))));
}

/* From here on it is the account that acts: events name it. */
static enum error act_as(struct ctx *ctx, int64_t account_id)
{
    struct account account;
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    enum error error = account_find(ctx, account_id, &account);
    *who = (struct principal){
        .account_id = account_id, .person_id = account.person_id, .name = account.name};
    ctx->who = who;
    return error;
}

/* A fresh secret every time, whatever cookie the browser came with: nobody can fix it beforehand.
 */
enum error session_begin(struct ctx *ctx, int64_t account_id)
{
    struct str secret = secret_new(ctx);
    struct records grants;
    int64_t hours, idle;
    enum error error = db_do(ctx, &sql_session_expired_delete, NO_ARGS);
    if (!error && ctx->session_secret.data)
        error = session_delete(ctx, ctx->session_secret);
    if (error || (error = rule_value(ctx, RULE_SESSION_HOURS, &hours)) ||
        (error = idle_until(ctx, &idle)) || (error = grants_in_force(ctx, account_id, &grants)))
        return error;
    const struct grant *first = grants.items;
    struct arg grant = arg_int("grant_id", grants.count ? first->id : 0);
    grant.value.null = !grants.count;
    for (size_t i = 0; i < grants.count; i++)
        ctx->administrator_came |= str_is(first[i].role, role_names[ROLE_ADMINISTRATOR]);
    error = db_do(ctx, &sql_session_insert,
                  ARGS(arg_text("token_hash", secret_hash(ctx->arena, secret)),
                       arg_int("account_id", account_id), grant,
                       arg_text("csrf_token", secret_new(ctx)), arg_int("idle_until", idle),
                       arg_int("expires_at", ctx->now.seconds + hours * 3600)));
    if (!error)
        error = db_do(ctx, &sql_account_came, ARGS(arg_int("account_id", account_id)));
    ctx->session_secret = secret;
    ctx->identities_changed = true;
    if (!error)
        error = act_as(ctx, account_id);
    return error ? error : set_cookie(ctx, secret, hours * 3600);
}

SHARED_HANDLER(session_end, nothing, session_view)
{
    (void)in;
    enum error error = ctx->session_secret.data ? session_delete(ctx, ctx->session_secret) : E_OK;
    if (!error)
        error = set_cookie(ctx, STR("ended"), 0);
    return error ? error : session_describe(ctx, STR_NONE, out);
}

enum error session_missing(struct ctx *ctx)
{
    return fail(ctx, E_UNAUTHORISED, "登录已结束，请重新登录",
                "your session has ended: sign in again");
}

SHARED_HANDLER(session_renew, nothing, session_view)
{
    (void)in;
    int64_t idle;
    if (!ctx->session_secret.data)
        return session_missing(ctx);
    enum error error = idle_until(ctx, &idle);
    struct str hash = secret_hash(ctx->arena, ctx->session_secret);
    if (!error)
        error = db_one(ctx, &sql_session_renew,
                       ARGS(arg_text("token_hash", hash), arg_int("idle_until", idle)),
                       (struct row){NULL, NULL});
    if (error)
        return error == E_NOT_FOUND ? session_missing(ctx) : error;
    ctx->identities_changed = true;
    return session_describe(ctx, ctx->session_secret, out);
}

struct grant_choice {
    int64_t grant_id;
};
static const struct field grant_choice_fields[] = {
    FIELD(struct grant_choice, grant_id, "授权", "Grant", .required = true),
};
static const SHAPE(grant_choice);

SHARED_HANDLER(session_grant, grant_choice, session_view)
{
    struct identity identity;
    if (!ctx->session_secret.data)
        return session_missing(ctx);
    enum error error = identity_of_grant(ctx, in->grant_id, &identity);
    if (error == E_NOT_FOUND || (!error && identity.account_id != ctx->who->account_id))
        return complain(ctx, STR("grant_id"), "这不是您的授权，或它已经失效",
                        "this grant is not yours, or no longer in force");
    struct str hash = secret_hash(ctx->arena, ctx->session_secret);
    if (!error)
        error = db_one(ctx, &sql_session_regrant,
                       ARGS(arg_text("token_hash", hash), arg_int("grant_id", in->grant_id)),
                       (struct row){NULL, NULL});
    ctx->identities_changed = true;
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}
