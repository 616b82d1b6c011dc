/* Users from a table: each line is an account in one role, so that somebody with two roles has two
 * lines. Accounts are made without a password; their one-time links are given out when an
 * administrator asks for those of a whole import, since a link that lies about is a way in. */
#include "core/import.h"
#include "core/ownership.h"
#include "listed_users.sql.h"
#include "modules/accounts/internal.h"
#include "modules/people/people.h"

enum { LINKS_MAX = 1000 };

struct listed {
    int64_t id, grant_id, person_id; /* of the account; person_id 0 = none */
    struct str name, role, organisation_code, area_code, department_code;
    struct str display_name, phone, email;
    int64_t changed_seq; /* the newest of account, grant and person */
};
static const struct field listed_fields[] = {
    FIELD(struct listed, id, "编号", "Number", USE_OUT),
    FIELD(struct listed, grant_id, "授权", "Grant", USE_OUT),
    FIELD(struct listed, person_id, "个人（0 为无）", "Person; 0 = none", USE_OUT),
    FIELD(struct listed, name, "登录名", "Log-in name", .required = true,
          .length_max = NAME_MAX_BYTES),
    FIELD(struct listed, role, "角色", "Role", .required = true, .choices = role_names),
    FIELD(struct listed, organisation_code, "单位", "Organisation", .refers = "organisation"),
    FIELD(struct listed, area_code, "区县", "District", .refers = "area"),
    FIELD(struct listed, department_code, "部门", "Department", .refers = "department"),
    FIELD(struct listed, display_name, "姓名", "Name", .length_max = PERSON_TEXT_MAX,
          .personal = PERSONAL_NAME, .column = "person.name"),
    FIELD(struct listed, phone, "电话", "Phone", .length_max = 40, .personal = PERSONAL_PHONE,
          .column = "person.phone"),
    FIELD(struct listed, email, "邮箱", "E-mail", .length_max = PERSON_TEXT_MAX,
          .personal = PERSONAL_EMAIL, .column = "person.email"),
    FIELD(struct listed, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
/* Its records are users: lineage and history ask by that name. */
static const struct shape listed_shape = {"user", sizeof(struct listed), listed_fields,
                                          COUNT(listed_fields), NULL};

static struct grant grant_of(const struct listed *listed)
{
    return (struct grant){.account_id = listed->id,
                          .role = listed->role,
                          .organisation_code = listed->organisation_code,
                          .area_code = listed->area_code,
                          .department_code = listed->department_code,
                          .valid_from = DATE_NONE,
                          .valid_to = DATE_NONE,
                          .revoked_at = INSTANT_NONE};
}

static bool says_who(const struct listed *listed)
{
    return listed->display_name.data || listed->phone.data || listed->email.data;
}

static enum error check_listed(struct ctx *ctx, void *record)
{
    const struct listed *said = record;
    const struct grant grant = grant_of(said);
    const struct person person = {.phone = said->phone, .email = said->email};
    enum error error = account_name_check(ctx, said->name);
    if (grant_check(ctx, &grant))
        error = ctx->error;
    return person_check(ctx, &person) ? ctx->error : error;
}

static enum error find_listed(struct ctx *ctx, const void *record, void *now)
{
    const struct listed *said = record;
    struct str name = account_name_fold(ctx->arena, said->name);
    enum error error = db_one(ctx, &sql_listed_find,
                              ARGS(arg_text("name", name), arg_text("role", said->role),
                                   arg_text("organisation_code", said->organisation_code),
                                   arg_text("area_code", said->area_code),
                                   arg_text("department_code", said->department_code)),
                              (struct row){&listed_shape, now});
    const struct listed *found = now;
    if (!error && !found->person_id && says_who(said))
        return complain(ctx, STR("name"), "账户已有而没有登记个人；姓名、电话、邮箱请在用户页登记",
                        "the account is there without a person: record name, phone and e-mail on "
                        "the user's page");
    return error;
}

/* Whoever has been given another role is still the same person. */
static enum error same_person(struct ctx *ctx, const struct listed *said, int64_t person_id)
{
    struct person person = {.name = STR_NONE, .phone = STR_NONE, .email = STR_NONE};
    enum error error = person_id && says_who(said) ? person_find(ctx, person_id, &person) : E_OK;
    if (error)
        return error;
    if ((said->display_name.data && !str_equal(said->display_name, person.name)) ||
        (said->phone.data && !str_equal(said->phone, person.phone)) ||
        (said->email.data && !str_equal(said->email, person.email)))
        return complain(ctx, STR("name"),
                        "账户已有，姓名、电话或邮箱与登记的不同；请留空，或先在用户页更正",
                        "the account is there, with another name, phone or e-mail: leave them "
                        "empty, or correct them on the user's page first");
    return E_OK;
}

static enum error is_unused(struct ctx *ctx, int64_t id, bool *unused)
{
    enum error error =
        db_one(ctx, &sql_listed_unused, ARGS(arg_int("id", id)), (struct row){NULL, NULL});
    *unused = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

static enum error set_state(struct ctx *ctx, const struct account *account, const char *state)
{
    ctx->identities_changed = true;
    return db_do(ctx, &sql_listed_state,
                 ARGS(arg_int("id", account->id), arg_text("state", str_of(state)),
                      arg_int("person_id", account->person_id)));
}

/* One that an import made, and its undoing closed before anybody used it, is opened again. */
static enum error open_again(struct ctx *ctx, const struct listed *said, struct account *account)
{
    bool unused = false;
    enum error error = is_unused(ctx, account->id, &unused);
    if (!error && !unused)
        return complain(ctx, STR("name"), "这个账户已停用；请先在用户页启用",
                        "this account is disabled: enable it on the user's page first");
    if (!error)
        error =
            account_person(ctx, said->display_name, said->phone, said->email, &account->person_id);
    return error ? error : set_state(ctx, account, "active");
}

static enum error account_for(struct ctx *ctx, struct listed *listed)
{
    struct account account;
    enum error error = account_named(ctx, listed->name, &account);
    if (error == E_NOT_FOUND) {
        listed->person_id = 0;
        error = account_person(ctx, listed->display_name, listed->phone, listed->email,
                               &listed->person_id);
        return error ? error
                     : account_make(ctx, listed->name, STR_NONE, listed->person_id, &listed->id);
    }
    if (!error)
        error = str_is(account.state, "active") ? same_person(ctx, listed, account.person_id)
                                                : open_again(ctx, listed, &account);
    listed->id = account.id;
    listed->person_id = account.person_id;
    return error;
}

static enum error store_listed(struct ctx *ctx, void *record, void *was)
{
    struct listed *listed = record;
    if (was)
        return listed->person_id ? account_person(ctx, listed->display_name, listed->phone,
                                                  listed->email, &listed->person_id)
                                 : E_OK;
    enum error error = account_for(ctx, listed);
    if (error)
        return error;
    const struct grant grant = grant_of(listed);
    return grant_add(ctx, &grant, &listed->grant_id);
}

/* The role goes; so does an account that nobody has used and that has no role left. */
static enum error remove_listed(struct ctx *ctx, void *record)
{
    const struct listed *listed = record;
    struct records left;
    struct account account;
    bool unused = false;
    bool administers = str_is(listed->role, role_names[ROLE_ADMINISTRATOR]);
    enum error error = administers ? administrators_claim(ctx) : E_OK;
    if (!error)
        error =
            db_do(ctx, &sql_listed_revoke,
                  ARGS(arg_int("id", listed->grant_id), arg_text("revoked_by", ctx_actor(ctx))));
    if (!error)
        error = grants_in_force(ctx, listed->id, &left);
    if (!error)
        error = is_unused(ctx, listed->id, &unused);
    if (!error && unused && !left.count && !(error = account_find(ctx, listed->id, &account)) &&
        !(error = account_end_resets(ctx, listed->id)))
        error = set_state(ctx, &account, "disabled");
    ctx->identities_changed = true;
    return error || !administers ? error : administrators_left(ctx);
}

static const struct import_target users = {
    "users",
    "用户",
    "Users",
    &listed_shape,
    .key = {"name", "role", "organisation_code", "area_code", "department_code"},
    .check = check_listed,
    .find = find_listed,
    .store = store_listed,
    .remove = remove_listed,
    .roles = ADMINISTRATORS};
const struct import_target *const user_imports[] = {&users, NULL};

/* --- Links ---------------------------------------------------------------------------------- */

struct import_number {
    int64_t import_id;
};
static const struct field import_number_fields[] = {
    FIELD(struct import_number, import_id, "导入用户的那次导入", "The import of users",
          .required = true),
};
static const SHAPE(import_number);

struct user_links {
    int64_t import_id;
    struct records items;
};
static const struct field user_links_fields[] = {
    FIELD(struct user_links, import_id, "导入", "Import", USE_OUT),
    FIELD(struct user_links, items, "账户和一次性链接", "Accounts and one-time links", USE_OUT,
          .of = &user_link_shape),
};
static const SHAPE(user_links);

/* For accounts of the import that nobody has used yet; links given before end. */
SHARED_HANDLER(user_links_make, import_number, user_links)
{
    struct records accounts;
    struct import import;
    out->import_id = in->import_id;
    enum error error = import_find(ctx, in->import_id, &import);
    if (error == E_NOT_FOUND || (!error && !str_is(import.target, users.name)))
        return complain(ctx, STR("import_id"), "没有这次用户导入",
                        "there is no such import of users");
    if (!error)
        error = db_all(ctx, &sql_listed_waiting,
                       ARGS(arg_int("first", import_row_id(in->import_id, 0)),
                            arg_int("end", import_row_id(in->import_id + 1, 0)),
                            arg_int("limit", LINKS_MAX + 1)),
                       &account_shape, (size_t)LINKS_MAX + 1, &accounts);
    if (error)
        return error;
    if (!accounts.count)
        return fail(ctx, E_CONFLICT, "这次导入没有等着设密码的账户",
                    "no account of this import waits for a password");
    if (accounts.count > LINKS_MAX)
        return fail(ctx, E_TOO_LARGE, "一次最多 %d 个链接；请分几个文件导入",
                    "at most %d links at a time: import the users in several files", LINKS_MAX);
    struct user_link *links = arena_array(ctx->arena, accounts.count, sizeof(*links));
    for (size_t i = 0; i < accounts.count && !error; i++) {
        const struct account *account = &((const struct account *)accounts.items)[i];
        links[i] = (struct user_link){.id = account->id, .name = account->name};
        error = user_link_make(ctx, &links[i]);
    }
    out->items = (struct records){links, accounts.count};
    return error;
}
