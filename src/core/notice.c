#include "core/notice.h"

#include <assert.h>

#include "base/utf8.h"
#include "core/log.h"
#include "core/outbox.h"
#include "notice.sql.h"

struct recipient {
    int64_t account_id;
};
static const struct field recipient_fields[] = {
    FIELD(struct recipient, account_id, "账户", "Account"),
};
static const SHAPE(recipient);

const struct notice_kind *notice_kind_named(struct str name)
{
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->notice_kind_count; i++)
            if (str_is(name, modules[m]->notice_kinds[i].name))
                return &modules[m]->notice_kinds[i];
    return NULL;
}

static enum error recipients_of_role(struct ctx *ctx, const struct notice *notice, const char *role,
                                     struct records *out)
{
    const struct sql *sql = notice->organisation_code.length ? &sql_notice_to_organisation
                            : notice->department_code.length ? &sql_notice_to_department
                            : notice->area_code.length       ? &sql_notice_to_area
                                                             : &sql_notice_to_role;
    struct str scope = notice->organisation_code.length ? notice->organisation_code
                       : notice->department_code.length ? notice->department_code
                                                        : notice->area_code;
    return db_all(ctx, sql, ARGS(arg_text("role", str_of(role)), arg_text("scope", scope)),
                  &recipient_shape, NOTICE_RECIPIENTS_MAX + 1, out);
}

/* Does he want none of this kind, where that is allowed? */
static enum error is_off(struct ctx *ctx, const struct notice_kind *kind, int64_t account_id,
                         bool *off)
{
    int64_t wish = 0;
    enum error error = kind->optional ? db_number(ctx, &sql_notice_wish,
                                                  ARGS(arg_int("account_id", account_id),
                                                       arg_text("kind", str_of(kind->name))),
                                                  &wish)
                                      : E_OK;
    *off = !error && wish;
    return error == E_NOT_FOUND ? E_OK : error;
}

static enum error tell_one(struct ctx *ctx, const struct notice_kind *kind, int64_t notice_id,
                           int64_t account_id)
{
    bool off;
    enum error error = is_off(ctx, kind, account_id, &off);
    if (error || off)
        return error;
    error = db_one(ctx, &sql_notice_copy_insert,
                   ARGS(arg_int("notice_id", notice_id), arg_int("account_id", account_id)),
                   (struct row){NULL, NULL});
    if (error == E_NOT_FOUND) /* he has been told under another of his roles */
        return E_OK;
    return error ? error : outbox_add(ctx, kind, notice_id, account_id);
}

static enum error tell(struct ctx *ctx, const struct notice *notice, int64_t notice_id,
                       struct records recipients)
{
    const struct recipient *items = recipients.items;
    const struct notice_kind *kind = notice_kind_named(str_of(notice->kind));
    enum error error = E_OK;
    if (recipients.count > NOTICE_RECIPIENTS_MAX) {
        log_event(LOG_WARNING, "notice_to_too_many", "kind", notice->kind, NULL);
        recipients.count = NOTICE_RECIPIENTS_MAX;
    }
    for (size_t i = 0; i < recipients.count && !error; i++)
        if (notice->account_id || items[i].account_id != ctx->who->account_id)
            error = tell_one(ctx, kind, notice_id, items[i].account_id);
    return error;
}

static enum error tell_role(struct ctx *ctx, const struct notice *notice, int64_t notice_id,
                            const char *role)
{
    struct records recipients;
    enum error error = recipients_of_role(ctx, notice, role, &recipients);
    return error ? error : tell(ctx, notice, notice_id, recipients);
}

static enum error tell_account(struct ctx *ctx, const struct notice *notice, int64_t notice_id)
{
    struct records recipients;
    enum error error =
        db_all(ctx, &sql_notice_to_account, ARGS(arg_int("account_id", notice->account_id)),
               &recipient_shape, 1, &recipients);
    return error ? error : tell(ctx, notice, notice_id, recipients);
}

static struct str shortened(struct str text)
{
    return str_first(text, utf8_offset(text, NOTICE_TEXT_MAX));
}

enum error notice_send(struct ctx *ctx, const struct notice *notice)
{
    int64_t id;
    assert(ctx->sequence && notice_kind_named(str_of(notice->kind)));
    assert(notice->account_id || notice->role || notice->roles);
    enum error error = db_insert(
        ctx, &sql_notice_insert,
        ARGS(arg_text("kind", str_of(notice->kind)), arg_text("subject_kind", notice->subject_kind),
             arg_text("subject_key", notice->subject_key),
             arg_text("text", shortened(notice->text)),
             arg_text("text_en", shortened(notice->text_en)), arg_text("address", notice->address)),
        &id);
    if (!error)
        error = outbox_add_webhooks(ctx, notice_kind_named(str_of(notice->kind)), id);
    if (!error && notice->account_id)
        error = tell_account(ctx, notice, id);
    if (!error && !notice->account_id && notice->role)
        error = tell_role(ctx, notice, id, notice->role);
    for (int role = 0; role < ROLE_COUNT && !error && !notice->account_id; role++)
        if (role_in((enum role)role, notice->roles))
            error = tell_role(ctx, notice, id, role_infos[role].name);
    return error;
}
