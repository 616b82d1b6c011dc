/* The job that sends what stands in the outbox: each row is claimed and judged in one transaction,
 * sent outside of any, and ended in another. */
#include <sodium.h>
#include <time.h>

#include "core/rules.h"
#include "modules/clocks/clocks.h"
#include "modules/notices/internal.h"
#include "sending.sql.h"

static const struct field sending_fields[] = {
    FIELD(struct sending, id, "编号", "Number"),
    FIELD(struct sending, notice_id, "消息", "Notice"),
    FIELD(struct sending, account_id, "账户", "Account"),
    FIELD(struct sending, webhook_id, "接收系统", "Webhook"),
    FIELD(struct sending, urgent, "紧急", "Is it urgent?"),
    FIELD(struct sending, digest, "是摘要", "Is it a digest?"),
    FIELD(struct sending, tries, "第几次", "Which try"),
    FIELD(struct sending, organisation_code, "代表的单位", "Organisation of its reader"),
    FIELD(struct sending, counted_at, "何时计数", "When it was counted"),
    FIELD(struct sending, kind, "种类", "Kind"),
    FIELD(struct sending, state, "状态", "State"),
    FIELD(struct sending, hold, "为何不发", "For what it is held"),
    FIELD(struct sending, problem, "问题", "Problem"),
    FIELD(struct sending, not_before, "不早于", "Not before"),
    FIELD(struct sending, sent_at, "送出时间", "When it was sent"),
    FIELD(struct sending, answer, "答复", "Answer"),
};
static const SHAPE(sending);

static const struct field contact_numbers_fields[] = {
    FIELD(struct contact_numbers, person_day, "此人一天", "The person's of a day"),
    FIELD(struct contact_numbers, person_week, "此人七天", "The person's of seven days"),
    FIELD(struct contact_numbers, organisation_day, "单位一天", "The organisation's of a day"),
    FIELD(struct contact_numbers, organisation_week, "单位七天",
          "The organisation's of seven days"),
};
static const SHAPE(contact_numbers);

/* --- Judging -------------------------------------------------------------------------------- */

static enum error read_numbers(struct ctx *ctx, const struct sending *sending,
                               struct contact_question *question)
{
    enum error error =
        db_one(ctx, &sql_sending_numbers,
               ARGS(arg_int("id", sending->id), arg_int("account_id", sending->account_id),
                    arg_text("organisation_code", sending->organisation_code),
                    arg_int("since", ctx->now.seconds - CONTACT_DAY),
                    arg_int("floor", ctx->now.seconds - CONTACT_WEEK)),
               ROW(contact_numbers, &question->had));
    struct contact_numbers *most = &question->most;
    if (!error)
        error = rule_value(ctx, RULE_MAIL_A_DAY, &most->person_day);
    if (!error)
        error = rule_value(ctx, RULE_MAIL_A_WEEK, &most->person_week);
    if (!error)
        error = rule_value(ctx, RULE_ORGANISATION_MAIL_A_DAY, &most->organisation_day);
    return error ? error : rule_value(ctx, RULE_ORGANISATION_MAIL_A_WEEK, &most->organisation_week);
}

static enum error judge(struct ctx *ctx, const struct sending *sending,
                        struct contact_answer *answer)
{
    struct contact_setting setting;
    struct office office;
    struct contact_question question = {.urgent = sending->urgent,
                                        .is_digest = sending->digest,
                                        .now = ctx->now,
                                        .of_organisation = sending->organisation_code.length};
    enum error error = contact_setting_read(ctx, sending->account_id, &setting);
    if (!error)
        error = contact_wish_read(ctx, sending->account_id, sending->kind, &question.wish);
    if (!error)
        error = office_read(ctx, &office);
    if (!error)
        error = read_numbers(ctx, sending, &question);
    if (error)
        return error;
    question.quiet =
        (struct quiet_hours){setting.quiet_from, setting.quiet_to, setting.workdays_only};
    question.digest_wanted = !str_is(setting.digest, "none");
    question.time = office.time;
    *answer = contact_judge(&question);
    return E_OK;
}

static void put_off(struct ctx *ctx, struct sending *sending, const struct contact_answer *answer)
{
    bool later = answer->choice == CONTACT_LATER, digest = answer->choice == CONTACT_DIGEST;
    sending->state = later ? STR("queued") : STR("held");
    sending->hold = later ? STR_NONE : digest ? STR("digest") : STR("pages");
    sending->not_before = later ? answer->at : ctx->now;
    sending->problem = later ? STR("收件人的免打扰时间 · quiet hours of its reader")
                       : answer->capped ? STR("到了上限（无事不扰） · the cap is reached")
                                        : STR("收件人这样设置 · as its reader wishes");
}

/* What may have been sent by a node that ended has had its place already, and goes again as it is:
 * its reader knows it by its Message-ID. */
static enum error judge_letter(struct ctx *ctx, struct sending *sending)
{
    struct contact_answer answer = {.choice = CONTACT_NOW};
    bool judged = sending->counted_at.seconds != INSTANT_NONE.seconds;
    enum error error = judged ? E_OK : judge(ctx, sending, &answer);
    if (error)
        return error;
    if (answer.choice != CONTACT_NOW) {
        put_off(ctx, sending, &answer);
        return db_do(ctx, &sql_sending_put_off, FROM(sending, sending));
    }
    return sending->urgent || sending->digest
               ? E_OK
               : db_do(ctx, &sql_sending_count, ARGS(arg_int("id", sending->id)));
}

static enum error judge_call(struct ctx *ctx, struct sending *sending)
{
    int64_t paused;
    enum error error = db_number(ctx, &sql_sending_webhook_pauses,
                                 ARGS(arg_int("id", sending->webhook_id.value)), &paused);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    sending->state = STR("held");
    sending->hold = STR("pause");
    sending->not_before = ctx->now;
    sending->problem = STR("webhook 已暂停 · the webhook pauses");
    return db_do(ctx, &sql_sending_put_off, FROM(sending, sending));
}

static enum error claim_step(struct ctx *ctx, void *state)
{
    struct sending *sending = state;
    int64_t id;
    enum error error = db_do(ctx, &sql_sending_gate, NO_ARGS);
    if (!error)
        error = db_do(ctx, &sql_sending_lost, NO_ARGS);
    if (!error)
        error = db_number(ctx, &sql_sending_due, NO_ARGS, &id);
    if (!error)
        error = db_one(ctx, &sql_sending_claim,
                       ARGS(arg_int("id", id),
                            arg_int("lease_until", ctx->now.seconds + OUTBOX_LEASE_SECONDS)),
                       ROW(sending, sending));
    if (error)
        return error;
    return sending->webhook_id.known ? judge_call(ctx, sending) : judge_letter(ctx, sending);
}

/* --- Sending -------------------------------------------------------------------------------- */

void sending_end(struct ctx *ctx, struct sending *sending, bool sent, bool for_good,
                 const char *reason)
{
    static const struct job_kind pauses = {.backoff_seconds = OUTBOX_PAUSE_SECONDS};
    bool again = !sent && !for_good && sending->tries < OUTBOX_TRIES;
    sending->state = sent ? STR("sent") : again ? STR("queued") : STR("failed");
    sending->problem = sent ? STR_NONE : arena_str(ctx->arena, str_of(reason));
    sending->answer = arena_str(ctx->arena, str_of(reason));
    sending->not_before = ctx->now;
    if (sent)
        sending->sent_at = ctx->now;
    else
        sending->not_before.seconds +=
            job_pause_seconds(&pauses, sending->tries, randombytes_uniform(100));
}

struct ending {
    struct sending *sending;
    int64_t milliseconds;
};

/* Unless it has passed to another node meanwhile. What a digest could not say waits for the next.
 */
static enum error end_step(struct ctx *ctx, void *state)
{
    const struct ending *ending = state;
    const struct sending *sending = ending->sending;
    struct args args = FROM_AND(sending, sending, arg_int("milliseconds", ending->milliseconds));
    int64_t id;
    enum error error = db_number(ctx, &sql_sending_end, args, &id);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    if (sending->answer.data)
        error = db_do(ctx, &sql_sending_try, args);
    if (!error && sending->digest && str_is(sending->state, "sent"))
        error = db_do(ctx, &sql_sending_digest_said, args);
    if (!error && sending->digest && str_is(sending->state, "failed"))
        error = db_do(ctx, &sql_sending_digest_unsaid, args);
    return error;
}

static enum error write_letter(struct ctx *ctx, struct sending *sending, struct letter *letter)
{
    enum db_status status = db_begin(ctx->db, false);
    enum error error =
        db_failed(status) ? fail_database(ctx, status) : letter_write(ctx, sending, letter);
    db_rollback(ctx->db);
    return error;
}

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum error send_one(struct ctx *ctx, struct job_run *run)
{
    struct sending sending;
    struct letter letter = {.to = STR_NONE};
    enum error error = job_write(ctx, run, claim_step, &sending, false);
    if (error || !str_is(sending.state, "sending"))
        return error;
    error = sending.webhook_id.known ? E_OK : write_letter(ctx, &sending, &letter);
    int64_t began = now_ms();
    if (!error && sending.webhook_id.known)
        error = webhook_send(ctx, &sending);
    else if (!error && letter.to.data)
        letter_send(ctx, &sending, &letter);
    if (error)
        return error;
    struct ending ending = {&sending, now_ms() - began};
    return job_write(ctx, run, end_step, &ending, false);
}

enum error sending_run(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    enum error error = E_OK;
    (void)job;
    for (int64_t done = 0; !error && !job_is_cancelled(run); done++) {
        job_progress(run, done, done);
        error = send_one(ctx, run);
    }
    return error == E_NOT_FOUND ? E_OK : error; /* nothing is due any more */
}
