/* What accounts hold about a person, and what becomes of them when the person is erased: the
 * account stays, since events name it by its number, but nobody can tell or use it any more. */
#include "departure.sql.h"
#include "modules/accounts/internal.h"

enum { ACCOUNTS_MAX = 100 };

struct own_account {
    int64_t id;
    struct str name, state;
    struct instant created_at, last_login_at;
};
static const struct field own_account_fields[] = {
    FIELD(struct own_account, id, "编号", "Number"),
    FIELD(struct own_account, name, "登录名", "Log-in name"),
    FIELD(struct own_account, state, "状态", "State"),
    FIELD(struct own_account, created_at, "建立时间", "When it was made"),
    FIELD(struct own_account, last_login_at, "最近登录", "Last log-in"),
};
static const SHAPE(own_account);

static enum error accounts_of(struct ctx *ctx, int64_t person_id, struct records *accounts)
{
    return db_all(ctx, &sql_accounts_of_person, ARGS(arg_int("person_id", person_id)),
                  &own_account_shape, ACCOUNTS_MAX, accounts);
}

enum error accounts_export(struct ctx *ctx, int64_t person_id, struct json *out)
{
    struct records accounts;
    enum error error = accounts_of(ctx, person_id, &accounts);
    if (error)
        return error;
    const struct own_account *account = accounts.items;
    json_key(out, "accounts");
    json_open(out, '[');
    for (size_t i = 0; i < accounts.count; i++)
        fields_to_json(ctx, out, ROW(own_account, (void *)(uintptr_t)&account[i]));
    json_close(out, ']');
    return E_OK;
}

static enum error close_account(struct ctx *ctx, int64_t id)
{
    struct args account =
        ARGS(arg_int("id", id), arg_text("revoked_by", ctx_actor(ctx)),
             arg_text("name", arena_print(ctx->arena, "erased-%lld", (long long)id)));
    enum error error = db_do(ctx, &sql_account_close, account);
    if (!error)
        error = db_do(ctx, &sql_account_tokens_end, account);
    if (!error)
        error = db_do(ctx, &sql_account_grants_end, account);
    if (!error)
        error = user_note(ctx, id);
    return error ? error : account_end_sessions(ctx, id);
}

enum error accounts_erase(struct ctx *ctx, int64_t person_id)
{
    struct records accounts;
    enum error error = accounts_of(ctx, person_id, &accounts);
    const struct own_account *account = accounts.items;
    for (size_t i = 0; !error && i < accounts.count; i++)
        error = close_account(ctx, account[i].id);
    ctx->identities_changed = true;
    return error;
}
