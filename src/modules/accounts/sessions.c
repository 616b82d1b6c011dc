/* Signing in and out, and choosing passwords. */
#include "modules/accounts/internal.h"
#include "modules/people/people.h"
#include "sessions.sql.h"

enum { GRANTS_MAX = 200, ADDRESS_FACTOR = 10 /* an address may fail so many times more */ };

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
    enum error error =
        db_all(ctx, &sql_grants_in_force, ARGS(arg_int("account_id", identity->account_id)),
               &grant_shape, GRANTS_MAX, &out->grants);
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
        (error = idle_until(ctx, &idle)) ||
        (error = db_all(ctx, &sql_grants_in_force, ARGS(arg_int("account_id", account_id)),
                        &grant_shape, GRANTS_MAX, &grants)))
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

static enum error no_session(struct ctx *ctx)
{
    return fail(ctx, E_UNAUTHORISED, "登录已结束，请重新登录",
                "your session has ended: sign in again");
}

SHARED_HANDLER(session_renew, nothing, session_view)
{
    (void)in;
    int64_t idle;
    if (!ctx->session_secret.data)
        return no_session(ctx);
    enum error error = idle_until(ctx, &idle);
    struct str hash = secret_hash(ctx->arena, ctx->session_secret);
    if (!error)
        error = db_one(ctx, &sql_session_renew,
                       ARGS(arg_text("token_hash", hash), arg_int("idle_until", idle)),
                       (struct row){NULL, NULL});
    if (error)
        return error == E_NOT_FOUND ? no_session(ctx) : error;
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
        return no_session(ctx);
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

/* --- Signing in ----------------------------------------------------------------------------- */

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

struct failure {
    int64_t failures;
    struct instant last_at;
};
static const struct field failure_fields[] = {
    FIELD(struct failure, failures, "次数", "Count"),
    FIELD(struct failure, last_at, "最近一次", "The last one"),
};
static const SHAPE(failure);

/* What the prelude found out. */
struct attempt {
    int64_t account_id; /* 0 = the name is wrong */
    bool right;         /* the password */
    struct str checked_hash;
};

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

static enum error check_not_locked(struct ctx *ctx, struct str name)
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

enum error session_create_prelude(struct ctx *ctx, const void *in)
{
    const struct credentials *credentials = in;
    struct account account = {.password_hash = STR_NONE};
    struct attempt *attempt = ARENA_NEW(ctx->arena, struct attempt);
    enum error error = check_not_locked(ctx, credentials->name);
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

static enum error count_failure(struct ctx *ctx, struct str name)
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

/* The same words whether the account does not exist, is disabled, or has another password. */
static enum error refuse(struct ctx *ctx, struct str name, int64_t account_id)
{
    enum error error = check_not_locked(ctx, name); /* several guesses were hashed at once */
    if (!error)
        error = count_failure(ctx, name);
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
    error = check_not_locked(ctx, in->name);
    if (!error)
        error = db_do(ctx, &sql_failure_delete,
                      ARGS(arg_text("subject_hash", name_subject(ctx, in->name))));
    if (!error)
        error = session_begin(ctx, account.id);
    ctx->location = STR("/api/session");
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}

/* --- Passwords ------------------------------------------------------------------------------ */

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
        return no_session(ctx);
    enum error error = check_not_locked(ctx, ctx->who->name);
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
        enum error error = count_failure(ctx, ctx->who->name);
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
        error = db_do(ctx, &sql_failure_delete,
                      ARGS(arg_text("subject_hash", name_subject(ctx, account.name))));
    if (!error)
        error = session_begin(ctx, account.id);
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}
