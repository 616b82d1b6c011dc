/* Users, as an administration sees them. */
#include "modules/accounts/internal.h"
#include "users.sql.h"

static const char *const states[] = {"active", "disabled", NULL};

struct user {
    int64_t id;
    struct str name, state;
    bool must_change_password;
    struct instant locked_until, last_login_at, created_at;
    int64_t changed_seq, person_id; /* person_id 0 = none */
    struct str display_name, phone, email;
};
static const struct field user_fields[] = {
    FIELD(struct user, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct user, name, "登录名", "Log-in name", USE_OUT | USE_FILTER | USE_SORT,
          .search = SEARCH_TITLE | SEARCH_CODE),
    FIELD(struct user, state, "状态", "State", USE_OUT | USE_FILTER, .choices = states),
    FIELD(struct user, must_change_password, "须改密码", "Must change the password", USE_OUT),
    FIELD(struct user, locked_until, "锁定至", "Locked until", USE_OUT),
    FIELD(struct user, last_login_at, "最近登录", "Last log-in", USE_OUT),
    FIELD(struct user, created_at, "建立时间", "When it was made", USE_OUT),
    FIELD(struct user, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
    FIELD(struct user, person_id, "个人（0 为无）", "Person; 0 = none", USE_OUT),
    FIELD(struct user, display_name, "姓名", "Name", USE_OUT, .personal = PERSONAL_NAME,
          .column = "person.name"),
    FIELD(struct user, phone, "电话", "Phone", USE_OUT, .personal = PERSONAL_PHONE,
          .column = "person.phone"),
    FIELD(struct user, email, "邮箱", "E-mail", USE_OUT, .personal = PERSONAL_EMAIL,
          .column = "person.email"),
};
static const SHAPE(user);

/* With the one-time link, which is shown this once. */
struct user_with_link {
    struct user user;
    struct str reset_token;
    struct instant reset_expires_at;
};
static const struct field user_with_link_fields[] = {
    FIELD(struct user_with_link, reset_token, "一次性链接的口令", "Token of the one-time link",
          USE_OUT, .secret = true),
    FIELD(struct user_with_link, reset_expires_at, "链接失效时间", "When the link ends", USE_OUT),
};
static const SHAPE_EXTENDING(user_with_link, user);

struct new_user {
    struct str name, role, organisation_code, area_code, department_code;
    struct str display_name, phone, email;
};
static const struct field new_user_fields[] = {
    FIELD(struct new_user, name, "登录名", "Log-in name", .required = true,
          .length_max = NAME_MAX_BYTES),
    FIELD(struct new_user, role, "角色", "Role", .required = true, .choices = role_names),
    FIELD(struct new_user, organisation_code, "单位", "Organisation", .refers = "organisation"),
    FIELD(struct new_user, area_code, "区县", "District", .refers = "area"),
    FIELD(struct new_user, department_code, "部门", "Department", .refers = "department"),
    FIELD(struct new_user, display_name, "姓名", "Name", .length_max = PERSON_TEXT_MAX),
    FIELD(struct new_user, phone, "电话", "Phone", .length_max = 40),
    FIELD(struct new_user, email, "邮箱", "E-mail", .length_max = PERSON_TEXT_MAX),
};
static const SHAPE(new_user);

struct user_key {
    int64_t id;
};
static const struct field user_key_fields[] = {
    FIELD(struct user_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(user_key);

const struct list user_list = {
    .base = &sql_user_list, .row = &user_shape, .key = "id", .sort = "id"};

const struct searchable user_searchables[USER_SEARCHABLES] = {
    {&user_shape, "用户", "User", "id", "/admin/users/{key}", .all = &sql_user_names,
     .roles = OVERSEERS},
};

enum error user_note(struct ctx *ctx, int64_t id)
{
    struct user user;
    enum error error = db_one(ctx, &sql_user_show, ARGS(arg_int("id", id)), ROW(user, &user));
    return error ? error : search_put(ctx, ROW(user, &user));
}

static enum error find(struct ctx *ctx, int64_t id, struct user *out)
{
    enum error error = db_one(ctx, &sql_user_show, ARGS(arg_int("id", id)), ROW(user, out));
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

SHARED_HANDLER(user_show, user_key, user)
{
    return find(ctx, in->id, out);
}

static const struct field user_link_fields[] = {
    FIELD(struct user_link, id, "编号", "Number", USE_OUT),
    FIELD(struct user_link, name, "登录名", "Log-in name", USE_OUT),
    FIELD(struct user_link, reset_token, "一次性链接的口令", "Token of the one-time link", USE_OUT,
          .secret = true),
    FIELD(struct user_link, reset_expires_at, "链接失效时间", "When the link ends", USE_OUT),
};
SHAPE(user_link);

enum error user_link_make(struct ctx *ctx, struct user_link *link)
{
    int64_t hours;
    enum error error = rule_value(ctx, RULE_RESET_HOURS, &hours);
    if (error)
        return error;
    link->reset_token = secret_new(ctx);
    link->reset_expires_at = (struct instant){ctx->now.seconds + hours * 3600};
    error = account_end_resets(ctx, link->id);
    return error ? error
                 : db_do(ctx, &sql_reset_insert,
                         ARGS(arg_text("token_hash", secret_hash(ctx->arena, link->reset_token)),
                              arg_int("account_id", link->id),
                              arg_int("expires_at", link->reset_expires_at.seconds)));
}

static enum error give_link(struct ctx *ctx, int64_t account_id, struct user_with_link *out)
{
    struct user_link link = {.id = account_id};
    enum error error = user_link_make(ctx, &link);
    out->reset_token = link.reset_token;
    out->reset_expires_at = link.reset_expires_at;
    return error ? error : find(ctx, account_id, &out->user);
}

SHARED_HANDLER(user_create, new_user, user_with_link)
{
    struct grant grant = {.role = in->role,
                          .organisation_code = in->organisation_code,
                          .area_code = in->area_code,
                          .department_code = in->department_code,
                          .valid_from = DATE_NONE,
                          .valid_to = DATE_NONE,
                          .revoked_at = INSTANT_NONE};
    int64_t id;
    enum error error = account_name_check(ctx, in->name);
    if (grant_check(ctx, &grant))
        error = ctx->error;
    int64_t person_id = 0;
    if (!error)
        error = account_person(ctx, in->display_name, in->phone, in->email, &person_id);
    if (!error)
        error = account_make(ctx, in->name, STR_NONE, person_id, &grant.account_id);
    if (!error)
        error = grant_add(ctx, &grant, &id);
    ctx->location = arena_print(ctx->arena, "/api/users/%lld", (long long)grant.account_id);
    return error ? error : give_link(ctx, grant.account_id, out);
}

struct user_change {
    int64_t id, person_id;
    struct str state, display_name, phone, email;
};
static const struct field user_change_fields[] = {
    FIELD(struct user_change, id, "编号", "Number", USE_OUT),
    FIELD(struct user_change, person_id, "个人", "Person", USE_OUT),
    FIELD(struct user_change, state, "状态", "State", .required = true, .choices = states),
    FIELD(struct user_change, display_name, "姓名", "Name", .length_max = PERSON_TEXT_MAX),
    FIELD(struct user_change, phone, "电话", "Phone", .length_max = 40),
    FIELD(struct user_change, email, "邮箱", "E-mail", .length_max = PERSON_TEXT_MAX),
};
static const SHAPE(user_change);

/* What would let somebody in on his behalf ends with him; the last administrator stays. */
static enum error end_access(struct ctx *ctx, int64_t id)
{
    struct str made_by = arena_print(ctx->arena, "account:%lld", (long long)id);
    enum error error = account_end_sessions(ctx, id);
    if (!error)
        error = account_end_resets(ctx, id);
    if (!error)
        error = account_end_tokens(ctx, id);
    if (!error)
        error = db_do(ctx, &sql_user_letters_end,
                      ARGS(arg_int("account_id", id), arg_text("made_by", made_by)));
    return error ? error : administrators_left(ctx);
}

SHARED_HANDLER(user_edit, user_change, user)
{
    struct user was;
    enum error error = find(ctx, in->id, &was);
    if (!error)
        error = check_match(ctx, was.changed_seq);
    if (error)
        return error;
    if (was_given(ctx, &user_change_shape, "state") && str_is(in->state, "disabled") &&
        in->id == ctx->who->account_id)
        return fail(ctx, E_CONFLICT, "不能停用自己的账户", "you cannot disable your own account");
    struct user_change change = {was.id,           was.person_id, was.state,
                                 was.display_name, was.phone,     was.email};
    fields_merge(ROW(user_change, &change), in, ctx->given);
    bool disables = str_is(change.state, "disabled");
    error = account_person(ctx, change.display_name, change.phone, change.email, &change.person_id);
    if (!error && disables)
        error = administrators_claim(ctx);
    if (!error)
        error = db_do(ctx, &sql_user_change, FROM(user_change, &change));
    if (!error && disables)
        error = end_access(ctx, in->id);
    ctx->identities_changed = true;
    return error ? error : find(ctx, in->id, out);
}

SHARED_HANDLER(user_reset, user_key, user_with_link)
{
    struct user user;
    enum error error = find(ctx, in->id, &user);
    return error ? error : give_link(ctx, in->id, out);
}

SHARED_HANDLER(user_unlock, user_key, user)
{
    struct user user;
    enum error error = find(ctx, in->id, &user);
    if (error)
        return error;
    struct str subject =
        secret_hash(ctx->arena, arena_print(ctx->arena, "name:%.*s", STR_PRINT(user.name)));
    error = db_do(ctx, &sql_user_failure_delete, ARGS(arg_text("subject_hash", subject)));
    if (!error)
        error = db_do(ctx, &sql_user_unlock, ARGS(arg_int("id", in->id)));
    return error ? error : find(ctx, in->id, out);
}
