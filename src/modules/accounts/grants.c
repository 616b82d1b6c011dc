/* Grants: what an account may do, and for whom. */
#include "core/ownership.h"
#include "grants.sql.h"
#include "modules/accounts/internal.h"
#include "modules/organisations/organisations.h"

static const struct field grant_fields[] = {
    FIELD(struct grant, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct grant, account_id, "账户", "Account", USE_BOTH | USE_FILTER, .required = true),
    FIELD(struct grant, account_name, "登录名", "Log-in name", USE_OUT),
    FIELD(struct grant, role, "角色", "Role", USE_BOTH | USE_FILTER, .required = true,
          .choices = role_names),
    FIELD(struct grant, organisation_code, "单位", "Organisation", USE_BOTH | USE_FILTER,
          .refers = "organisation"),
    FIELD(struct grant, organisation_name, "单位名称", "Name of the organisation", USE_OUT),
    FIELD(struct grant, area_code, "区县", "District", USE_BOTH | USE_FILTER, .refers = "area"),
    FIELD(struct grant, area_name, "区县名", "Name of the district", USE_OUT),
    FIELD(struct grant, department_code, "部门", "Department", USE_BOTH | USE_FILTER,
          .refers = "department"),
    FIELD(struct grant, department_name, "部门名", "Name of the department", USE_OUT),
    FIELD(struct grant, may_delegate, "可转授（法定代表人）",
          "May let others in (legal representative)"),
    FIELD(struct grant, valid_from, "起", "First day"),
    FIELD(struct grant, valid_to, "止", "Last day"),
    FIELD(struct grant, revoked_at, "收回时间", "When it was revoked", USE_OUT),
};
SHAPE(grant);

/* A legal representative sees and revokes those of the own organisation. */
static const struct ownership grant_owned = {
    .organisation = "organisation_code", .account = "account_id", .of_delegates = true};

const struct list grant_list = {
    .base = &sql_grant_list, .row = &grant_shape, .key = "id", .sort = "id", .owned = &grant_owned};

static enum role role_named(struct str name)
{
    size_t role = 0;
    while (role < ROLE_COUNT && !str_is(name, role_names[role]))
        role++;
    return (enum role)role;
}

static enum error check_part(struct ctx *ctx, const char *field, bool needed, struct str value)
{
    if (needed && !value.data)
        return complain(ctx, str_of(field), "这个角色必须写明范围", "this role needs it");
    if (!needed && value.data)
        return complain(ctx, str_of(field), "这个角色没有这种范围", "this role does not have it");
    return E_OK;
}

enum error grant_check(struct ctx *ctx, const struct grant *grant)
{
    enum role role = role_named(grant->role);
    if (role == ROLE_PUBLIC || role >= ROLE_OPERATOR)
        return complain(ctx, STR("role"), "这个角色不能授予", "this role cannot be granted");
    enum scope scope = role_infos[role].scope;
    enum error error =
        check_part(ctx, "organisation_code", scope == SCOPE_ORGANISATION, grant->organisation_code);
    if (check_part(ctx, "area_code", scope == SCOPE_AREA, grant->area_code) ||
        check_part(ctx, "department_code", scope == SCOPE_DEPARTMENT, grant->department_code))
        error = ctx->error;
    if (!error && grant->may_delegate && scope != SCOPE_ORGANISATION)
        return complain(ctx, STR("may_delegate"), "只有代表单位的角色可以转授",
                        "only roles that act for an organisation can have it");
    if (!error && date_known(grant->valid_from) && date_known(grant->valid_to) &&
        grant->valid_to.days < grant->valid_from.days)
        return complain(ctx, STR("valid_to"), "应不早于起始日", "must not be before the first day");
    return error;
}

enum error grant_add(struct ctx *ctx, const struct grant *grant, int64_t *id)
{
    struct args args = FROM(grant, grant);
    struct arg by = arg_text("granted_by", ctx_actor(ctx));
    args.list = &by;
    args.count = 1;
    ctx->identities_changed = true;
    return db_number(ctx, &sql_grant_insert, args, id);
}

enum error grants_in_force(struct ctx *ctx, int64_t account_id, struct records *out)
{
    enum { MOST = 200 };
    return db_all(ctx, &sql_grants_in_force, ARGS(arg_int("account_id", account_id)), &grant_shape,
                  MOST, out);
}

static enum error grant_find(struct ctx *ctx, int64_t id, struct grant *out)
{
    return db_one(ctx, &sql_grant_show, ARGS(arg_int("id", id)), ROW(grant, out));
}

SHARED_HANDLER(grant_create, grant, grant)
{
    struct account account;
    int64_t id;
    enum error error = grant_check(ctx, in);
    if (!error)
        error = account_find(ctx, in->account_id, &account);
    if (error == E_NOT_FOUND)
        return complain(ctx, STR("account_id"), "没有这个账户", "there is no such account");
    if (!error)
        error = grant_add(ctx, in, &id);
    return error ? error : grant_find(ctx, id, out);
}

struct grant_key {
    int64_t id;
};
static const struct field grant_key_fields[] = {
    FIELD(struct grant_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(grant_key);

enum error administrators_claim(struct ctx *ctx)
{
    return db_do(ctx, &sql_administrators_claim, NO_ARGS);
}

enum error administrators_left(struct ctx *ctx)
{
    int64_t left;
    enum error error = db_number(ctx, &sql_administrators_left, NO_ARGS, &left);
    if (!error && !left)
        return fail(ctx, E_CONFLICT, "这是最后一个管理员；请先授权另一人",
                    "this is the last administrator: grant it to somebody else first");
    return error;
}

/* Who no longer speaks for the organisation has not let anybody in either. */
static enum error end_letters(struct ctx *ctx, const struct grant *grant)
{
    struct str made_by = arena_print(ctx->arena, "account:%lld", (long long)grant->account_id);
    return db_do(ctx, &sql_grant_letters_end,
                 ARGS(arg_text("organisation_code", grant->organisation_code),
                      arg_text("made_by", made_by)));
}

SHARED_HANDLER(grant_revoke, grant_key, grant)
{
    struct grant grant;
    enum error error = grant_find(ctx, in->id, &grant);
    bool own = false;
    if (!error)
        error = ownership_holds(ctx, &grant_owned, ROW(grant, &grant), &own);
    if (!error && !own)
        return E_NOT_FOUND;
    if (!error && role_infos[ctx->who->role].scope != SCOPE_ALL && !ctx->who->may_delegate)
        return fail(ctx, E_FORBIDDEN, "只有本单位的法定代表人或管理员可以收回",
                    "only the organisation's legal representative or an administrator may");
    bool administers = !error && str_is(grant.role, role_names[ROLE_ADMINISTRATOR]);
    if (administers)
        error = administrators_claim(ctx);
    if (!error)
        error = db_one(ctx, &sql_grant_revoke,
                       ARGS(arg_int("id", in->id), arg_text("revoked_by", ctx_actor(ctx))),
                       (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "这项授权已经收回", "it has been revoked already");
    if (!error && grant.may_delegate)
        error = end_letters(ctx, &grant);
    if (!error && administers)
        error = administrators_left(ctx);
    ctx->identities_changed = true;
    return error ? error : grant_find(ctx, in->id, out);
}
