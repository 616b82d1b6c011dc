/* What becomes of notices and of the outbox in time: what is settled goes after some months, and
 * what is a person's own goes with the person. */
#include "core/rules.h"
#include "keeping.sql.h"
#include "modules/notices/internal.h"

enum { PORTION = 500, DAY_SECONDS = 86400 };

struct kept_key {
    int64_t id;
};
static const struct field kept_key_fields[] = {FIELD(struct kept_key, id, "编号", "Number")};
static const SHAPE(kept_key);

static enum error remove_old(struct ctx *ctx, const struct sql *old, enum rule days,
                             const struct sql *const *parts, int64_t *gone)
{
    struct records rows;
    int64_t kept;
    enum error error = rule_value(ctx, days, &kept);
    if (!error)
        error = db_all(ctx, old, ARGS(arg_int("before", ctx->now.seconds - kept * DAY_SECONDS)),
                       &kept_key_shape, PORTION, &rows);
    for (size_t i = 0; !error && i < rows.count; i++)
        for (size_t p = 0; !error && parts[p]; p++)
            error = db_do(ctx, parts[p], FROM(kept_key, (const struct kept_key *)rows.items + i));
    *gone += error ? 0 : (int64_t)rows.count;
    return error;
}

enum error notices_tidy(struct ctx *ctx, int64_t *gone)
{
    static const struct sql *const of_outbox[] = {&sql_kept_tries_end, &sql_kept_outbox_end, NULL};
    static const struct sql *const of_notice[] = {&sql_kept_notice_tries_end,
                                                  &sql_kept_notice_outbox_end, &sql_kept_copies_end,
                                                  &sql_kept_notice_end, NULL};
    *gone = 0;
    enum error error = remove_old(ctx, &sql_kept_outbox_old, RULE_OUTBOX_DAYS, of_outbox, gone);
    return error ? error
                 : remove_old(ctx, &sql_kept_notices_old, RULE_NOTICE_DAYS, of_notice, gone);
}

/* --- Persons -------------------------------------------------------------------------------- */

enum error notices_person_erase(struct ctx *ctx, int64_t person_id)
{
    static const struct sql *const all[] = {&sql_person_tries_end, &sql_person_outbox_end,
                                            &sql_person_copies_end, &sql_person_wishes_end,
                                            &sql_person_settings_end};
    enum error error = E_OK;
    for (size_t i = 0; i < COUNT(all) && !error; i++)
        error = db_do(ctx, all[i], ARGS(arg_int("person_id", person_id)));
    return error;
}

struct told {
    struct str kind, text, address;
    struct instant created_at, read_at;
};
static const struct field told_fields[] = {
    FIELD(struct told, kind, "种类", "Kind"),
    FIELD(struct told, text, "内容", "What it said"),
    FIELD(struct told, address, "网页地址", "Address of the page"),
    FIELD(struct told, created_at, "时间", "When"),
    FIELD(struct told, read_at, "读的时间", "When it was read"),
};
static const SHAPE(told);

enum error notices_person_export(struct ctx *ctx, int64_t person_id, struct json *out)
{
    enum { NEWEST = 1000 };
    struct records rows;
    enum error error = db_all(ctx, &sql_person_notices,
                              ARGS(arg_int("person_id", person_id), arg_int("limit", NEWEST)),
                              &told_shape, NEWEST, &rows);
    if (error)
        return error;
    json_key(out, "notices");
    json_open(out, '[');
    for (size_t i = 0; i < rows.count; i++)
        fields_to_json(ctx, out,
                       ROW(told, (void *)(uintptr_t)((const struct told *)rows.items + i)));
    json_close(out, ']');
    return E_OK;
}
