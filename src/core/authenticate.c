#include "core/authenticate.h"

#include <sodium.h>

static bool same_secret(struct str sent, const char *known)
{
    return sent.length == strlen(known) && sodium_memcmp(sent.data, known, sent.length) == 0;
}

/* Looks an identity up, or remembers it. Not found: account_id is 0. */
static enum authentication look_up(struct task *task, struct db_conn *conn, struct str secret,
                                   bool is_token, struct identity *identity)
{
    struct ctx *ctx = &task->call.ctx;
    struct identities *known = task->app->identities;
    if (known && identities_find(known, ctx->arena, secret, identity))
        return AUTHENTICATED;
    if (!conn)
        return AUTHENTICATION_NEEDS_DATABASE;
    unsigned state = known ? identities_state(known) : 0;
    enum error error = lookup_begin(ctx, conn);
    if (!error)
        error = is_token ? identity_of_token(ctx, secret, identity)
                         : identity_of_session(ctx, secret, identity);
    lookup_end(ctx);
    if (error == E_NOT_FOUND)
        *identity = (struct identity){.account_id = 0};
    else if (error)
        return AUTHENTICATION_REFUSED;
    if (known)
        identities_keep(known, secret, state, identity);
    return AUTHENTICATED;
}

static enum authentication refuse(struct ctx *ctx, enum error code, const char *zh, const char *en)
{
    fail(ctx, code, "%s", "%s", in_language(ctx, zh, en));
    return AUTHENTICATION_REFUSED;
}

/* The operator's token ends with the first administrator's log-in. */
static enum authentication operator_asks(struct task *task, struct db_conn *conn)
{
    struct ctx *ctx = &task->call.ctx;
    struct request *request = &task->call.request;
    struct app *app = task->app;
    bool set_up = atomic_load(&app->set_up);
    if (!set_up && !conn && !app->on_sqlite)
        return AUTHENTICATION_NEEDS_DATABASE; /* another node may have been set up */
    if (!set_up && !app->on_sqlite) {
        enum error error = lookup_begin(ctx, conn);
        if (!error)
            error = identity_is_set_up(ctx, &set_up);
        lookup_end(ctx);
        if (error)
            return AUTHENTICATION_REFUSED;
        atomic_store(&app->set_up, set_up);
    }
    if (set_up)
        return refuse(ctx, E_UNAUTHORISED, "管理员已登录过，一次性口令不再有效；请用账户登录",
                      "an administrator has signed in, which ended the one-time token: sign in "
                      "with an account");
    if (!request->on_this_machine || !request->same_origin)
        return refuse(ctx, E_FORBIDDEN, "这个口令只能在本机使用",
                      "this token works on this machine only");
    request->who = &principal_operator;
    return AUTHENTICATED;
}

static enum authentication token_asks(struct task *task, struct db_conn *conn)
{
    struct ctx *ctx = &task->call.ctx;
    struct request *request = &task->call.request;
    struct identity identity = {.account_id = 0};
    if (same_secret(request->bearer, task->app->token))
        return operator_asks(task, conn);
    if (!str_starts(request->bearer, STR(TOKEN_PREFIX)))
        return refuse(ctx, E_UNAUTHORISED, "口令不对；它在每次启动时重新打印",
                      "the token is wrong; a new one is printed at every start");
    enum authentication result = look_up(task, conn, request->bearer, true, &identity);
    if (result != AUTHENTICATED)
        return result;
    if (!identity.account_id)
        return refuse(ctx, E_UNAUTHORISED, "接口令牌不对、已过期或已撤销",
                      "the API token is wrong, has expired or was revoked");
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    *who = identity_principal(&identity);
    request->who = who;
    return AUTHENTICATED;
}

/* A browser sends the cookie by itself, also when a page of another host makes it; so whatever
 * writes needs the token, too, that only our own pages can read. */
static enum authentication session_asks(struct task *task, struct db_conn *conn)
{
    struct ctx *ctx = &task->call.ctx;
    struct request *request = &task->call.request;
    struct identity identity = {.account_id = 0};
    enum authentication result = look_up(task, conn, request->session, false, &identity);
    if (result != AUTHENTICATED || !identity.account_id ||
        identity.expires_at.seconds <= ctx->now.seconds)
        return result; /* it has ended: anybody */
    if (!str_is(request->method, "GET") &&
        !(request->csrf.data && same_secret(request->csrf, identity.csrf_token.data)))
        return refuse(ctx, E_FORBIDDEN, "缺少 X-CSRF-Token，或它不属于这次登录；请刷新页面后重试",
                      "X-CSRF-Token is missing or not this session's: reload the page and try "
                      "again");
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    *who = identity_principal(&identity);
    request->who = who;
    ctx->session_secret = request->session;
    return AUTHENTICATED;
}

enum authentication authenticate(struct task *task, struct db_conn *conn)
{
    struct request *request = &task->call.request;
    request->who = &principal_public;
    if (!request->same_origin && !str_is(request->method, "GET"))
        return refuse(&task->call.ctx, E_FORBIDDEN, "这个请求来自别的网站的页面",
                      "this request comes from another site's page");
    if (request->bearer.data)
        return token_asks(task, conn);
    if (request->session.data)
        return session_asks(task, conn);
    return AUTHENTICATED;
}
