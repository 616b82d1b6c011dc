/* What each reader wants: how he is told of what, when not, and how often of what has gathered. */
#include "contact_settings.sql.h"
#include "core/config.h"
#include "modules/notices/internal.h"

enum { KINDS_MAX = 200 };

/* --- Quiet hours and the digest -------------------------------------------------------------- */

static const char *const cadence_names[] = {"daily", "weekly", "none", NULL};
static const struct field contact_setting_fields[] = {
    FIELD(struct contact_setting, quiet_from, "免打扰从当天第几分钟起（与止相同 = 没有）",
          "Quiet from this minute of the day (the same as `quiet_to` = never)", .required = true),
    FIELD(struct contact_setting, quiet_to, "到第几分钟止", "Quiet until this minute",
          .required = true),
    FIELD(struct contact_setting, workdays_only, "非工作日（按城市日历）也不打扰",
          "Quiet on every day that is no workday, too", .required = true),
    FIELD(struct contact_setting, digest, "摘要：每天、每周、不要", "Digest: daily, weekly, none",
          .required = true, .choices = cadence_names),
    FIELD(struct contact_setting, digest_at, "上一次摘要", "When the last digest was made",
          USE_OUT),
};
SHAPE(contact_setting);

enum error contact_setting_read(struct ctx *ctx, int64_t account_id, struct contact_setting *out)
{
    enum error error = db_one(ctx, &sql_contact_setting_show,
                              ARGS(arg_int("account_id", account_id)), ROW(contact_setting, out));
    if (error != E_NOT_FOUND)
        return error;
    *out = (struct contact_setting){.digest = STR("daily"), .digest_at = INSTANT_NONE};
    return E_OK;
}

enum error contact_setting_write(struct ctx *ctx, int64_t account_id,
                                 const struct contact_setting *setting)
{
    return db_do(ctx, &sql_contact_setting_set,
                 FROM_AND(contact_setting, setting, arg_int("account_id", account_id)));
}

/* --- Wishes --------------------------------------------------------------------------------- */

static const char *const wish_names[] = {[WISH_MAIL] = "mail",
                                         [WISH_DIGEST] = "digest",
                                         [WISH_PAGES] = "pages",
                                         [WISH_OFF] = "off",
                                         NULL};

static enum contact_wish wish_named(struct str name)
{
    enum contact_wish wish = WISH_MAIL;
    for (size_t i = 0; wish_names[i]; i++)
        if (str_is(name, wish_names[i]))
            wish = (enum contact_wish)i;
    return wish;
}

struct wish {
    struct str kind, wish;
};
static const struct field wish_fields[] = {
    FIELD(struct wish, kind, "种类", "Kind", USE_OUT),
    FIELD(struct wish, wish, "单独发信、进摘要、只在网页上、都不要（有的种类不行）",
          "A letter of its own, in the digest, on the pages only, none at all (of some kinds)",
          .required = true, .choices = wish_names),
};
static const SHAPE(wish);

enum error contact_wish_read(struct ctx *ctx, int64_t account_id, struct str kind,
                             enum contact_wish *out)
{
    struct wish wish;
    enum error error =
        db_one(ctx, &sql_contact_wish_show,
               ARGS(arg_int("account_id", account_id), arg_text("kind", kind)), ROW(wish, &wish));
    *out = error ? WISH_MAIL : wish_named(wish.wish);
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error contact_wish_write(struct ctx *ctx, int64_t account_id, struct str kind,
                              enum contact_wish wish)
{
    return db_do(ctx, &sql_contact_wish_set,
                 ARGS(arg_int("account_id", account_id), arg_text("kind", kind),
                      arg_text("wish", str_of(wish_names[wish]))));
}

/* --- The page ------------------------------------------------------------------------------- */

struct kind_wish {
    struct str kind, name, name_en, wish;
    bool urgent, optional;
};
static const struct field kind_wish_fields[] = {
    FIELD(struct kind_wish, kind, "种类", "Kind"),
    FIELD(struct kind_wish, name, "名称", "Name"),
    FIELD(struct kind_wish, name_en, "英文名称", "Name in English"),
    FIELD(struct kind_wish, urgent, "紧急：总是立即发", "Urgent: always told at once"),
    FIELD(struct kind_wish, optional, "可以都不要", "Can be turned off altogether"),
    FIELD(struct kind_wish, wish, "现在怎样告诉", "How he is told now"),
};
static const SHAPE(kind_wish);

struct contact_page {
    struct contact_setting setting;
    bool mail;
    struct records kinds;
};
static const struct field contact_page_fields[] = {
    FIELD(struct contact_page, mail, "本系统发邮件吗（--smtp）", "Does e-mail go out (--smtp)?"),
    FIELD(struct contact_page, kinds, "各种消息", "The kinds of notices", .of = &kind_wish_shape),
};
static const SHAPE_EXTENDING(contact_page, contact_setting);

static enum error list_kinds(struct ctx *ctx, struct records *out)
{
    struct kind_wish *all = arena_array(ctx->arena, KINDS_MAX, sizeof(*all));
    enum error error = E_OK;
    *out = (struct records){all, 0};
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->notice_kind_count && !error; i++) {
            const struct notice_kind *kind = &modules[m]->notice_kinds[i];
            enum contact_wish wish;
            if (!kind->channels || out->count == KINDS_MAX)
                continue;
            error = contact_wish_read(ctx, ctx->who->account_id, str_of(kind->name), &wish);
            all[out->count++] =
                (struct kind_wish){.kind = str_of(kind->name),
                                   .name = str_of(kind->zh),
                                   .name_en = str_of(kind->en),
                                   .urgent = kind->urgent,
                                   .optional = kind->optional,
                                   .wish = str_of(wish_names[kind->urgent ? WISH_MAIL : wish])};
        }
    return error;
}

static enum error show(struct ctx *ctx, struct contact_page *out)
{
    enum error error = contact_setting_read(ctx, ctx->who->account_id, &out->setting);
    out->mail = ctx->config && ctx->config->smtp.length;
    return error ? error : list_kinds(ctx, &out->kinds);
}

SHARED_HANDLER(contact_show, nothing, contact_page)
{
    (void)in;
    return show(ctx, out);
}

SHARED_HANDLER(contact_change, contact_setting, contact_page)
{
    struct contact_setting now, made = *in;
    static const char *const names[] = {"quiet_from", "quiet_to"};
    const int64_t minutes[] = {in->quiet_from, in->quiet_to};
    for (size_t i = 0; i < COUNT(names); i++)
        if (minutes[i] < 0 || minutes[i] >= DAY_MINUTES)
            return complain(ctx, str_of(names[i]), "应在 0 到 1439 之间", "must be from 0 to 1439");
    enum error error = contact_setting_read(ctx, ctx->who->account_id, &now);
    made.digest_at = now.digest_at;
    if (!error)
        error = contact_setting_write(ctx, ctx->who->account_id, &made);
    return error ? error : show(ctx, out);
}

SHARED_HANDLER(wish_change, wish, contact_page)
{
    const struct notice_kind *kind = notice_kind_named(in->kind);
    enum contact_wish wish = wish_named(in->wish);
    if (!kind || !kind->channels)
        return fail(ctx, E_NOT_FOUND, "没有这种消息", "there are no such notices");
    if (kind->urgent && wish != WISH_MAIL)
        return complain(ctx, STR("wish"), "紧急的消息总是立即发", "urgent ones are told at once");
    if (wish == WISH_OFF && !kind->optional)
        return complain(ctx, STR("wish"), "这种消息至少要留在网页上",
                        "these have to stand on the pages at least");
    enum error error = contact_wish_write(ctx, ctx->who->account_id, in->kind, wish);
    return error ? error : show(ctx, out);
}
