/* Sends what stands in the outbox, and shows it to the administration. */
#include "core/outbox.h"

#include <sodium.h>

#include "core/config.h"
#include "core/mail.h"
#include "core/personal.h"
#include "core/rules.h"
#include "core/ticker.h"
#include "modules/notices/internal.h"
#include "modules/people/people.h"
#include "outbox_sending.sql.h"

enum { MAIL_SECONDS = 30, DAY_SECONDS = 86400, REASON_SIZE = 300 };

struct delivery_row {
    int64_t id, account_id;
    struct str account_name, kind, text, text_en, channel, state;
    int64_t tries;
    struct instant not_before;
    struct str problem;
    struct instant created_at, sent_at;
};
static const char *const states[] = {"queued", "sending", "sent", "held", "failed", NULL};
static const struct field delivery_row_fields[] = {
    FIELD(struct delivery_row, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct delivery_row, account_id, "账户", "Account", USE_OUT),
    FIELD(struct delivery_row, account_name, "登录名", "Log-in name", USE_OUT),
    FIELD(struct delivery_row, kind, "种类", "Kind", USE_OUT),
    FIELD(struct delivery_row, text, "内容", "What it says", USE_OUT),
    FIELD(struct delivery_row, text_en, "内容（英文）", "What it says, in English", USE_OUT),
    FIELD(struct delivery_row, channel, "渠道", "Channel", USE_OUT),
    FIELD(struct delivery_row, state, "状态", "State", USE_OUT | USE_FILTER, .choices = states),
    FIELD(struct delivery_row, tries, "试过几次", "How often it was tried", USE_OUT),
    FIELD(struct delivery_row, not_before, "不早于", "Not before", USE_OUT),
    FIELD(struct delivery_row, problem, "为什么没有送到", "Why it did not arrive", USE_OUT),
    FIELD(struct delivery_row, created_at, "提出时间", "When it was written", USE_OUT),
    FIELD(struct delivery_row, sent_at, "送出时间", "When it was sent", USE_OUT),
};
static const SHAPE(delivery_row);
const struct list outbox_list = {
    .base = &sql_outbox_list, .row = &delivery_row_shape, .key = "id", .sort = "-id"};

struct delivery_key {
    int64_t id;
};
static const struct field delivery_key_fields[] = {
    FIELD(struct delivery_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(delivery_key);

SHARED_HANDLER(outbox_retry, delivery_key, delivery_row)
{
    enum error error =
        db_one(ctx, &sql_outbox_retry, FROM(delivery_key, in), (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "没有这一封，或者它没有失败",
                    "there is no such message, or it has not failed");
    return error ? error
                 : db_one(ctx, &sql_outbox_show, FROM(delivery_key, in), ROW(delivery_row, out));
}

/* --- Sending -------------------------------------------------------------------------------- */

static const struct field sending_fields[] = {
    FIELD(struct sending, id, "编号", "Number"),
    FIELD(struct sending, notice_id, "消息", "Notice"),
    FIELD(struct sending, account_id, "账户", "Account"),
    FIELD(struct sending, webhook_id, "接收系统", "Webhook"),
    FIELD(struct sending, urgent, "紧急", "Is it urgent?"),
    FIELD(struct sending, tries, "第几次", "Which try"),
    FIELD(struct sending, state, "状态", "State"),
    FIELD(struct sending, problem, "问题", "Problem"),
    FIELD(struct sending, not_before, "不早于", "Not before"),
    FIELD(struct sending, sent_at, "送出时间", "When it was sent"),
};
static const SHAPE(sending);
static const struct field letter_fields[] = {
    FIELD(struct sending, text, "内容", "What it says"),
    FIELD(struct sending, text_en, "内容（英文）", "What it says, in English"),
    FIELD(struct sending, address, "网页地址", "Address of the page"),
    FIELD(struct sending, created_at, "时间", "When"),
    FIELD(struct sending, person_id, "人员", "Person"),
    FIELD(struct sending, account_state, "账户状态", "State of the account"),
};
static const struct shape letter_shape = {"letter", sizeof(struct sending), letter_fields,
                                          COUNT(letter_fields), NULL};

static enum error claim_step(struct ctx *ctx, void *state)
{
    struct sending *sending = state;
    int64_t id;
    enum error error = db_do(ctx, &sql_outbox_lost, NO_ARGS);
    if (!error)
        error = db_number(ctx, &sql_outbox_due, NO_ARGS, &id);
    return error ? error
                 : db_one(ctx, &sql_outbox_claim,
                          ARGS(arg_int("id", id),
                               arg_int("lease_until", ctx->now.seconds + OUTBOX_LEASE_SECONDS)),
                          ROW(sending, sending));
}

static enum error end_step(struct ctx *ctx, void *state)
{
    return db_do(ctx, &sql_outbox_end, FROM(sending, state));
}

/* To whom, and is it the time? STR_NONE in `to`, with the state it is to have, where it is not
 * sent. */
static enum error look_up(struct ctx *ctx, struct sending *sending, struct str *to)
{
    struct sending letter;
    struct person person = {.email = STR_NONE};
    int64_t most = 0, lately = 0;
    enum error error = db_one(ctx, &sql_outbox_letter, ARGS(arg_int("id", sending->id)),
                              (struct row){&letter_shape, &letter});
    if (!error)
        error = rule_value(ctx, RULE_MAIL_A_DAY, &most);
    if (!error)
        error = db_number(ctx, &sql_outbox_sent_lately,
                          ARGS(arg_int("account_id", sending->account_id),
                               arg_int("since", ctx->now.seconds - DAY_SECONDS)),
                          &lately);
    ctx->person_keys = NULL; /* one that was destroyed meanwhile is not to be remembered */
    if (!error && letter.person_id)
        error = person_find(ctx, letter.person_id, &person);
    if (error)
        return error;
    sending->text = letter.text;
    sending->text_en = letter.text_en;
    sending->address = letter.address;
    sending->created_at = letter.created_at;
    sending->not_before = ctx->now;
    *to = STR_NONE;
    if (!str_is(letter.account_state, "active") || !person.email.length ||
        personal_is_erased(person.email)) {
        sending->state = STR("failed");
        sending->problem = STR("没有电子邮箱 · has no e-mail address");
    } else if (!sending->urgent && lately >= most) {
        sending->state = STR("held");
        sending->problem = STR("当天的邮件已够数，只留在消息里 · enough e-mail for that day: it "
                               "stands among the notices");
    } else
        *to = person.email;
    return E_OK;
}

void sending_end(struct ctx *ctx, struct sending *sending, bool sent, bool for_good,
                 const char *reason)
{
    static const struct job_kind pauses = {.backoff_seconds = OUTBOX_PAUSE_SECONDS};
    bool again = !sent && !for_good && sending->tries < OUTBOX_TRIES;
    sending->state = sent ? STR("sent") : again ? STR("queued") : STR("failed");
    sending->problem = sent ? STR_NONE : arena_str(ctx->arena, str_of(reason));
    sending->not_before = ctx->now;
    if (sent)
        sending->sent_at = ctx->now;
    else
        sending->not_before.seconds +=
            job_pause_seconds(&pauses, sending->tries, randombytes_uniform(100));
}

static void send_letter(struct ctx *ctx, struct sending *sending, struct str to)
{
    const struct config *config = ctx->config;
    char reason[REASON_SIZE] = "";
    bool for_good = false;
    struct mail_server server = {.url = config->smtp.data,
                                 .from = config->smtp_from.data,
                                 .password_file = config->smtp_password_file.data,
                                 .seconds = MAIL_SECONDS};
    struct str domain = str_skip(config->smtp_from, str_find(config->smtp_from, '@') + 1);
    struct mail mail = {.to = to,
                        .subject = sending->text,
                        .text = arena_print(ctx->arena, "%.*s\r\n\r\n%.*s\r\n\r\n%.*s%.*s\r\n",
                                            STR_PRINT(sending->text), STR_PRINT(sending->text_en),
                                            STR_PRINT(config->site), STR_PRINT(sending->address)),
                        .id = arena_print(ctx->arena, "kechuang.%lld.%lld@%.*s",
                                          (long long)sending->created_at.seconds,
                                          (long long)sending->id, STR_PRINT(domain)),
                        .at = sending->created_at.seconds};
    bool sent = mail_send(ctx->arena, &server, &mail, &for_good, reason, sizeof(reason));
    sending_end(ctx, sending, sent, for_good, reason);
}

static enum error look_up_letter(struct ctx *ctx, struct sending *sending, struct str *to)
{
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status) : look_up(ctx, sending, to);
    db_rollback(ctx->db);
    return error;
}

static enum error send_one(struct ctx *ctx, struct job_run *run)
{
    struct sending sending;
    struct str to = STR_NONE;
    enum error error = job_write(ctx, run, claim_step, &sending, false);
    if (error)
        return error;
    error =
        sending.webhook_id.known ? webhook_send(ctx, &sending) : look_up_letter(ctx, &sending, &to);
    if (error)
        return error;
    if (to.data)
        send_letter(ctx, &sending, to);
    return job_write(ctx, run, end_step, &sending, false);
}

static enum error run_sending(struct ctx *ctx, struct job_run *run, const struct job *job)
{
    enum error error = E_OK;
    (void)job;
    for (int64_t done = 0; !error && !job_is_cancelled(run); done++) {
        job_progress(run, done, done);
        error = send_one(ctx, run);
    }
    return error == E_NOT_FOUND ? E_OK : error; /* nothing is due any more */
}

const struct job_kind sending_kind = {
    "sending", run_sending, NULL, "发送邮件与 webhook", "Send e-mail and webhooks", 3, 5, LANE_MESSAGES};

struct begun {
    int64_t id;
};
static const struct field begun_fields[] = {FIELD(struct begun, id, "编号", "Number")};
static const SHAPE(begun);

SHARED_HANDLER(outbox_begin, nothing, begun)
{
    (void)in;
    (void)out;
    return job_start(ctx, "sending", STR("outbox"));
}

enum error outbox_tick(struct ctx *ctx, const struct ticking *ticking)
{
    int64_t due = 0, under_way = 0;
    if (!ticking->config->smtp.length && !ticking->config->webhook_hosts.length)
        return E_OK;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = db_number(ctx, &sql_outbox_due, NO_ARGS, &due);
    if (!error)
        error = db_number(ctx, &sql_sending_under_way, NO_ARGS, &under_way);
    ticking_end(ctx);
    if (error || under_way)
        return error == E_NOT_FOUND ? E_OK : error;
    struct request request = {.method = STR("POST"),
                              .path = STR("/api/outbox/sending"),
                              .content_type = STR("application/json"),
                              .body = STR("{}")};
    ticking_call(ctx, ticking, request);
    return E_OK;
}
