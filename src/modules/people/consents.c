/* Consents: what a person has agreed to, for which purpose and until when. */
#include "consents.sql.h"
#include "core/personal.h"
#include "modules/people/internal.h"

enum { CONSENTS_MAX = 1000 };

/* service: an account and what is done for it; contact: being called on; matching: data goes to
 * partners who are sought; training: texts teach a model; publication: the name is made public. */
const char *const consent_purposes[] = {"service",  "contact",     "matching",
                                        "training", "publication", NULL};

static const struct field consent_fields[] = {
    FIELD(struct consent, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct consent, person_id, "人员", "Person", USE_BOTH | USE_FILTER, .required = true),
    FIELD(struct consent, purpose, "用途", "Purpose", .required = true,
          .choices = consent_purposes),
    FIELD(struct consent, text, "同意的原文", "What was agreed to", .required = true,
          .length_max = 4000, .personal = PERSONAL_TEXT, .column = "consent.text"),
    FIELD(struct consent, given_at, "同意的时间", "When it was given", USE_OUT),
    FIELD(struct consent, expires_on, "有效至", "Valid to", .required = true),
    FIELD(struct consent, withdrawn_at, "撤回的时间", "When it was withdrawn", USE_OUT),
    FIELD(struct consent, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
SHAPE(consent);
const struct list consent_list = {
    .base = &sql_consent_list, .row = &consent_shape, .key = "id", .sort = "id"};

static const struct field consent_page_fields[] = {
    FIELD(struct consent_page, items, "同意", "Consents", .of = &consent_shape),
};
static const SHAPE(consent_page);

struct consent_key {
    int64_t id;
};
static const struct field consent_key_fields[] = {
    FIELD(struct consent_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(consent_key);

enum error consent_holds(struct ctx *ctx, int64_t person_id, const char *purpose, bool *holds)
{
    int64_t id;
    enum error error =
        db_number(ctx, &sql_consent_holds,
                  ARGS(arg_int("person_id", person_id), arg_text("purpose", str_of(purpose))), &id);
    *holds = !error;
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error consents_of(struct ctx *ctx, int64_t person_id, struct records *consents)
{
    return db_all(ctx, &sql_consents_of, ARGS(arg_int("person_id", person_id)), &consent_shape,
                  CONSENTS_MAX, consents);
}

static enum error find(struct ctx *ctx, int64_t id, struct consent *consent)
{
    return db_one(ctx, &sql_consent_show, ARGS(arg_int("id", id)), ROW(consent, consent));
}

SHARED_HANDLER(consents_show, consent_key, consent_page)
{
    struct person person;
    enum error error = person_for_reader(ctx, OVERSEERS, in->id, &person);
    return error ? error : consents_of(ctx, in->id, &out->items);
}

SHARED_HANDLER(consent_give, consent, consent)
{
    struct person person;
    struct consent consent = *in;
    enum error error = person_for_reader(ctx, ADMINISTRATORS, in->person_id, &person);
    if (error == E_NOT_FOUND)
        return complain(ctx, STR("person_id"), "没有这个人", "there is no such person");
    if (error || person_is_erased(&person))
        return error ? error : fail_erased(ctx);
    if (in->expires_on.days < ctx->today.days)
        return complain(ctx, STR("expires_on"), "已经过期", "has passed already");
    error = db_number(ctx, &sql_consent_insert, FROM(consent, &consent), &consent.id);
    return error ? error : find(ctx, consent.id, out);
}

SHARED_HANDLER(consent_withdraw, consent_key, consent)
{
    struct person person;
    enum error error = find(ctx, in->id, out);
    if (!error)
        error = person_for_reader(ctx, ADMINISTRATORS, out->person_id, &person);
    if (error)
        return error;
    error =
        db_one(ctx, &sql_consent_withdraw, ARGS(arg_int("id", in->id)), (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "没有可撤回的同意", "there is nothing to withdraw");
    return error ? error : find(ctx, in->id, out);
}
