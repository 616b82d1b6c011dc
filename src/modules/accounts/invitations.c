/* How an enterprise gets in: it claims its code. A claim adapter proves that whoever claims may;
 * the one that works without anything from outside is a letter with a one-time code. */
#include <ctype.h>
#include <sodium.h>

#include "core/ownership.h"
#include "invitations.sql.h"
#include "modules/accounts/internal.h"
#include "modules/organisations/organisations.h"

enum { CODE_LENGTH = 16 /* of 29 kinds: 77 bits */ };

struct invitation {
    int64_t id;
    struct str organisation_code, organisation_name, role;
    bool may_delegate;
    struct str state;
    struct instant created_at, expires_at;
};
static const char *const states[] = {"open", "used", "revoked", "expired", NULL};
static const char *const inviting_roles[] = {"enterprise", "institute", "bank", NULL};
static const struct field invitation_fields[] = {
    FIELD(struct invitation, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct invitation, organisation_code, "单位", "Organisation", USE_BOTH | USE_FILTER,
          .required = true),
    FIELD(struct invitation, organisation_name, "单位名称", "Name of the organisation", USE_OUT),
    FIELD(struct invitation, role, "角色", "Role", .required = true, .choices = inviting_roles),
    FIELD(struct invitation, may_delegate, "可转授（法定代表人）",
          "May let others in (legal representative)"),
    FIELD(struct invitation, state, "状态", "State", USE_OUT, .choices = states),
    FIELD(struct invitation, created_at, "发出时间", "When it was issued", USE_OUT),
    FIELD(struct invitation, expires_at, "失效时间", "When it ends", USE_OUT),
};
static const SHAPE(invitation);

/* The letter itself: its code is shown this once. */
struct letter {
    struct invitation invitation;
    struct str one_time_code;
};
static const struct field letter_fields[] = {
    FIELD(struct letter, one_time_code, "一次性验证码", "One-time code", USE_OUT, .secret = true),
};
static const SHAPE_EXTENDING(letter, invitation);

static const struct ownership invitation_owned = {.organisation = "organisation_code",
                                                  .of_delegates = true};

const struct list invitation_list = {.base = &sql_invitation_list,
                                     .row = &invitation_shape,
                                     .key = "id",
                                     .sort = "-id",
                                     .owned = &invitation_owned};

/* Four groups of four, easy to read from paper. */
static struct str code_new(struct ctx *ctx)
{
    static const char letters[] = "23456789ABCDEFGHJKLMNPQRTUWXY";
    char *text = arena_alloc(ctx->arena, CODE_LENGTH + CODE_LENGTH / 4);
    size_t length = 0;
    for (size_t i = 0; i < CODE_LENGTH; i++) {
        if (i && i % 4 == 0)
            text[length++] = '-';
        text[length++] = letters[randombytes_uniform(sizeof(letters) - 1)];
    }
    text[length] = '\0';
    return str_of(text);
}

/* Small letters, spaces and dashes do not matter. */
static struct str code_hash(struct ctx *ctx, struct str code)
{
    char *plain = arena_alloc(ctx->arena, code.length + 1);
    size_t length = 0;
    for (size_t i = 0; i < code.length; i++)
        if (isalnum((unsigned char)code.data[i]))
            plain[length++] = (char)toupper((unsigned char)code.data[i]);
    return secret_hash(ctx->arena, (struct str){plain, length});
}

static enum error find(struct ctx *ctx, int64_t id, struct invitation *out)
{
    return db_one(ctx, &sql_invitation_show, ARGS(arg_int("id", id)), ROW(invitation, out));
}

/* Those who act for an organisation let in its staff, if they may at all; they make no second
 * representative. */
static enum error check_inviter(struct ctx *ctx, const struct invitation *invitation)
{
    if (role_infos[ctx->who->role].scope == SCOPE_ALL)
        return E_OK;
    if (!ctx->who->may_delegate || !str_is(invitation->role, role_names[ctx->who->role]))
        return fail(ctx, E_FORBIDDEN, "只有法定代表人可以邀请本单位的人员",
                    "only the legal representative may invite staff");
    if (invitation->may_delegate)
        return complain(ctx, STR("may_delegate"), "转授权只能由管理员给出",
                        "only an administrator gives the right to let others in");
    return ownership_require(ctx, &invitation_owned,
                             ROW(invitation, (void *)(uintptr_t)invitation));
}

SHARED_HANDLER(invitation_create, invitation, letter)
{
    struct organisation organisation;
    int64_t days, id;
    enum error error = organisation_code_check(ctx, "organisation_code", in->organisation_code);
    if (!error)
        error = check_inviter(ctx, in);
    if (!error)
        error = organisation_find(ctx, in->organisation_code, &organisation);
    if (error == E_NOT_FOUND)
        return complain(ctx, STR("organisation_code"), "这个单位还没有登记；请先登记",
                        "this organisation is not registered: register it first");
    if (error || (error = rule_value(ctx, RULE_INVITATION_DAYS, &days)))
        return error;
    out->one_time_code = code_new(ctx);
    struct args args = FROM(invitation, in);
    struct arg more[] = {arg_text("code_hash", code_hash(ctx, out->one_time_code)),
                         arg_text("made_by", ctx_actor(ctx)),
                         arg_int("expires_at", ctx->now.seconds + days * 86400)};
    args.list = more;
    args.count = COUNT(more);
    error = db_number(ctx, &sql_invitation_insert, args, &id);
    return error ? error : find(ctx, id, &out->invitation);
}

struct invitation_key {
    int64_t id;
};
static const struct field invitation_key_fields[] = {
    FIELD(struct invitation_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(invitation_key);

SHARED_HANDLER(invitation_revoke, invitation_key, invitation)
{
    bool own = false;
    enum error error = find(ctx, in->id, out);
    if (!error)
        error = ownership_holds(ctx, &invitation_owned, ROW(invitation, out), &own);
    if (error || !own)
        return error ? error : E_NOT_FOUND;
    if (role_infos[ctx->who->role].scope != SCOPE_ALL && !ctx->who->may_delegate)
        return fail(ctx, E_FORBIDDEN, "只有法定代表人或管理员可以作废邀请函",
                    "only the legal representative or an administrator may revoke a letter");
    error =
        db_one(ctx, &sql_invitation_revoke, ARGS(arg_int("id", in->id)), (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "这封邀请函已用过或已作废",
                    "this letter has been used or revoked");
    return error ? error : find(ctx, in->id, out);
}

/* --- Claiming ------------------------------------------------------------------------------- */

struct claim {
    struct str method, organisation_code, one_time_code, name, password, display_name, phone;
};
static const struct field claim_fields[] = {
    FIELD(struct claim, method, "方式", "Way", .required = true, .length_max = 40),
    FIELD(struct claim, organisation_code, "统一社会信用代码", "Unified social credit code",
          .required = true, .length_max = 40),
    FIELD(struct claim, one_time_code, "一次性验证码", "One-time code", .required = true,
          .length_max = 60, .secret = true),
    FIELD(struct claim, name, "登录名", "Log-in name", .length_max = NAME_MAX_BYTES),
    FIELD(struct claim, password, "密码", "Password", .length_max = PASSWORD_MAX, .secret = true),
    FIELD(struct claim, display_name, "姓名", "Your name", .length_max = PERSON_TEXT_MAX),
    FIELD(struct claim, phone, "电话", "Phone", .length_max = 40),
};
static const SHAPE(claim);

/* What a way of claiming has to do: say for whom whoever claims may act, and in which role. Runs
 * within the transaction; uses up what may be used once. */
struct claim_adapter {
    const char *code, *zh, *en;
    enum error (*prove)(struct ctx *ctx, const struct claim *claim, struct invitation *proved);
};

static enum error prove_by_letter(struct ctx *ctx, const struct claim *claim,
                                  struct invitation *proved)
{
    int64_t id;
    enum error error = db_number(ctx, &sql_invitation_use,
                                 ARGS(arg_text("code_hash", code_hash(ctx, claim->one_time_code)),
                                      arg_text("organisation_code", claim->organisation_code)),
                                 &id);
    if (error == E_NOT_FOUND)
        return complain(ctx, STR("one_time_code"),
                        "验证码与单位代码不符，或已用过、已过期、已作废；请核对邀请函",
                        "the code does not belong to this organisation, or was used, has expired "
                        "or was revoked: compare it with the letter");
    return error ? error : find(ctx, id, proved);
}

/* A log-in provider and the electronic licence are adapters to be added here, where a city has
 * them; without one they are shown as not available. */
static const struct claim_adapter adapters[] = {
    {"letter", "邀请函", "Letter of invitation", prove_by_letter},
    {"licence", "电子营业执照", "Electronic business licence", NULL},
    {"provider", "统一身份认证", "Log-in provider", NULL},
};

struct claim_method {
    struct str code, name, name_en;
    bool available;
};
static const struct field claim_method_fields[] = {
    FIELD(struct claim_method, code, "代码", "Code"),
    FIELD(struct claim_method, name, "名称", "Name"),
    FIELD(struct claim_method, name_en, "英文名", "English name"),
    FIELD(struct claim_method, available, "可用", "Is it available?"),
};
static const SHAPE(claim_method);
struct claim_methods {
    struct records items;
};
static const struct field claim_methods_fields[] = {
    FIELD(struct claim_methods, items, "方式", "Ways", .of = &claim_method_shape),
};
static const SHAPE(claim_methods);

SHARED_HANDLER(claim_methods, nothing, claim_methods)
{
    (void)in;
    struct claim_method *all = arena_array(ctx->arena, COUNT(adapters), sizeof(*all));
    for (size_t i = 0; i < COUNT(adapters); i++)
        all[i] = (struct claim_method){str_of(adapters[i].code), str_of(adapters[i].zh),
                                       str_of(adapters[i].en), adapters[i].prove != NULL};
    out->items = (struct records){all, COUNT(adapters)};
    return E_OK;
}

/* Whoever has signed in already needs neither name nor password. */
enum error claim_prelude(struct ctx *ctx, const void *in)
{
    const struct claim *claim = in;
    if (ctx->who->account_id)
        return E_OK;
    enum error error = claim->name.data ? account_name_check(ctx, claim->name)
                                        : complain(ctx, STR("name"), "必填", "is required");
    if (!claim->password.data)
        return complain(ctx, STR("password"), "必填", "is required");
    return error ? error : hash_new_password(ctx, "password", claim->password, claim->name);
}

static enum error prove(struct ctx *ctx, const struct claim *claim, struct invitation *proved)
{
    for (size_t i = 0; i < COUNT(adapters); i++)
        if (str_is(claim->method, adapters[i].code) && adapters[i].prove)
            return adapters[i].prove(ctx, claim, proved);
    return complain(ctx, STR("method"), "这里没有启用这种方式", "this way is not available here");
}

SHARED_HANDLER(claim, claim, session_view)
{
    const struct hashed *hashed = ctx->carried;
    struct invitation proved = {.role = STR_NONE};
    struct grant grant = {.account_id = ctx->who->account_id,
                          .area_code = STR_NONE,
                          .department_code = STR_NONE,
                          .valid_from = DATE_NONE,
                          .valid_to = DATE_NONE,
                          .revoked_at = INSTANT_NONE};
    int64_t id;
    enum error error = organisation_code_check(ctx, "organisation_code", in->organisation_code);
    if (!error)
        error = prove(ctx, in, &proved);
    int64_t person_id = 0;
    if (!error && !grant.account_id)
        error = account_person(ctx, in->display_name, in->phone, STR_NONE, &person_id);
    if (!error && !grant.account_id)
        error = account_make(ctx, in->name, hashed->hash, person_id, &grant.account_id);
    if (error)
        return error;
    grant.role = proved.role;
    grant.organisation_code = proved.organisation_code;
    grant.may_delegate = proved.may_delegate;
    error = grant_add(ctx, &grant, &id);
    if (!error)
        error = db_do(ctx, &sql_invitation_used_by,
                      ARGS(arg_int("id", proved.id), arg_int("account_id", grant.account_id)));
    if (!error && !ctx->session_secret.data)
        error = session_begin(ctx, grant.account_id);
    return error ? error : session_describe(ctx, ctx->session_secret, out);
}
