#include "core/ownership.h"

#include "ownership.sql.h"

/* Is nothing kept from him? Not so where he acts for one department alone. */
static bool has_all(const struct principal *who, const struct ownership *owned)
{
    return role_infos[who->role].scope == SCOPE_ALL &&
           !(who->department_code.data && owned->department);
}

/* The column that decides for this role; NULL = nothing can be his own. */
const char *ownership_column(const struct principal *who, const struct ownership *owned)
{
    const char *column = NULL;
    switch (role_infos[who->role].scope) {
    case SCOPE_ORGANISATION:
        column = owned->of_delegates && !who->may_delegate ? NULL : owned->organisation;
        break;
    case SCOPE_AREA:
        column = owned->area;
        break;
    case SCOPE_DEPARTMENT:
        column = owned->department;
        break;
    case SCOPE_ALL:
        column = who->department_code.data ? owned->department : NULL;
        break;
    case SCOPE_ACCOUNT:
        break;
    }
    return column ? column : who->account_id ? owned->account : NULL;
}

/* What the column must be for him; STR_NONE for the account, which is a number. */
static struct str scope_value(const struct principal *who, const struct ownership *owned,
                              const char *column)
{
    return column == owned->organisation ? who->organisation_code
           : column == owned->area       ? who->area_code
           : column == owned->department ? who->department_code
                                         : STR_NONE;
}

struct str ownership_own_areas(void)
{
    return sql_area_is_own.text;
}

const char *ownership_condition(const struct principal *who, const struct ownership *owned,
                                struct arena *arena)
{
    if (has_all(who, owned))
        return "TRUE";
    const char *column = ownership_column(who, owned);
    if (!column)
        return "FALSE";
    if (column == owned->account)
        return arena_print(arena, "%s = :own_account", column).data;
    if (column == owned->organisation)
        return arena_print(arena, "%s = :own_organisation", column).data;
    if (column == owned->department)
        return arena_print(arena, "%s = :own_department", column).data;
    return arena_print(arena, "%s IN (%.*s)", column, STR_PRINT(sql_area_is_own.text)).data;
}

static enum error area_is_own(struct ctx *ctx, struct str area, bool *own)
{
    struct str text =
        arena_print(ctx->arena, "SELECT 1 FROM (%.*s) AS mine WHERE code = :area_code",
                    STR_PRINT(sql_area_is_own.text));
    struct sql sql = {"area_is_own", text};
    enum error error =
        db_one(ctx, &sql, ARGS(arg_text("area_code", area)), (struct row){NULL, NULL});
    *own = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error ownership_holds(struct ctx *ctx, const struct ownership *owned, struct row row,
                           bool *own)
{
    const struct principal *who = ctx->who;
    *own = has_all(who, owned);
    const char *column = ownership_column(who, owned);
    const struct field *field = column ? field_find(row.shape, str_of(column)) : NULL;
    if (*own || !field || field_is_null(field, row.value))
        return E_OK;
    struct db_value value = field_value(ctx->arena, field, row.value);
    if (column == owned->account) {
        *own = value.integer == who->account_id;
        return E_OK;
    }
    struct str mine = scope_value(who, owned, column);
    *own = mine.data && str_equal(value.text, mine);
    return *own || !mine.data || column != owned->area ? E_OK : area_is_own(ctx, value.text, own);
}

enum error ownership_require(struct ctx *ctx, const struct ownership *owned, struct row row)
{
    bool own;
    enum error error = ownership_holds(ctx, owned, row, &own);
    if (error || own)
        return error;
    return fail(ctx, E_FORBIDDEN, "这不属于您的范围（%s）；请交由主管的单位办理",
                "this is outside your scope (%s): leave it to whoever is in charge of it",
                in_language(ctx, role_infos[ctx->who->role].zh, role_infos[ctx->who->role].en));
}

enum error ownership_may_see(struct ctx *ctx, const struct ownership *owned, struct row row,
                             int64_t visibility)
{
    bool own = false;
    if (visibility <= clearance(ctx))
        return E_OK;
    /* Who is not confined has nothing of his own: he sees what his clearance says. */
    if (has_all(ctx->who, owned))
        return E_NOT_FOUND;
    enum error error = ownership_holds(ctx, owned, row, &own);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

void ownership_fill_in(struct ctx *ctx, const struct ownership *owned, struct row row)
{
    const char *column = ownership_column(ctx->who, owned);
    const struct field *field = column ? field_find(row.shape, str_of(column)) : NULL;
    if (!field || field->kind != KIND_TEXT || !field_is_null(field, row.value) ||
        has_all(ctx->who, owned))
        return;
    struct str mine = scope_value(ctx->who, owned, column);
    memcpy((char *)row.value + field->offset, &mine, sizeof(mine));
}
