/* What goes out, as the administration sees it: what waits, what is stuck and why. */
#include "core/config.h"
#include "core/ticker.h"
#include "modules/notices/internal.h"
#include "outbox_list.sql.h"

enum { TRIES_MAX = 100 };

struct delivery_row {
    int64_t id, account_id;
    struct str account_name, kind, text, text_en, channel, state;
    int64_t tries;
    struct instant not_before;
    struct str hold, problem;
    struct maybe_int webhook_id, digest_id;
    bool urgent, digest;
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
    FIELD(struct delivery_row, hold,
          "等什么：digest 下一份摘要，pages 只在网页上，pause webhook 恢复",
          "For what it is held: the digest, the pages only, a webhook that pauses", USE_OUT),
    FIELD(struct delivery_row, webhook_id, "webhook", "Webhook", USE_OUT | USE_FILTER),
    FIELD(struct delivery_row, digest_id, "在哪份摘要里", "The digest that says it", USE_OUT),
    FIELD(struct delivery_row, urgent, "紧急", "Is it urgent?", USE_OUT),
    FIELD(struct delivery_row, digest, "是摘要", "Is it a digest?", USE_OUT),
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
    error = explain(ctx, error, E_CONFLICT, "没有这一封，或者它没有失败；摘要里的会进下一份",
                    "there is no such message, or it has not failed; what a digest said goes into "
                    "the next");
    return error ? error
                 : db_one(ctx, &sql_outbox_show, FROM(delivery_key, in), ROW(delivery_row, out));
}

struct outbox_try {
    struct instant tried_at;
    int64_t milliseconds;
    struct str answer;
};
static const struct field outbox_try_fields[] = {
    FIELD(struct outbox_try, tried_at, "时间", "When"),
    FIELD(struct outbox_try, milliseconds, "毫秒", "Milliseconds"),
    FIELD(struct outbox_try, answer, "对方的答复", "What was answered"),
};
static const SHAPE(outbox_try);
struct outbox_tries {
    struct records items;
};
static const struct field outbox_tries_fields[] = {
    FIELD(struct outbox_tries, items, "每次尝试", "Each try", .of = &outbox_try_shape),
};
static const SHAPE(outbox_tries);

SHARED_HANDLER(outbox_tries, delivery_key, outbox_tries)
{
    return db_all(ctx, &sql_outbox_tries, FROM(delivery_key, in), &outbox_try_shape, TRIES_MAX,
                  &out->items);
}

/* --- At a glance ---------------------------------------------------------------------------- */

struct outbox_overview {
    int64_t queued, retrying, sending, digest, paused, failed, sent;
    struct instant oldest_at;
    bool mail, webhooks;
};
static const struct field outbox_overview_fields[] = {
    FIELD(struct outbox_overview, queued, "等着发的（最多数到 1000，下同）",
          "Wait to be sent (counted up to 1000, like the others)"),
    FIELD(struct outbox_overview, retrying, "其中试过、还要再试的", "Of these, tried before"),
    FIELD(struct outbox_overview, sending, "正在发的", "Are being sent"),
    FIELD(struct outbox_overview, digest, "等摘要的", "Wait for a digest"),
    FIELD(struct outbox_overview, paused, "webhook 暂停、等恢复的", "Wait for a paused webhook"),
    FIELD(struct outbox_overview, failed, "没有送到的", "Have failed"),
    FIELD(struct outbox_overview, sent, "送出的", "Were sent"),
    FIELD(struct outbox_overview, oldest_at, "等得最久的是何时写下的",
          "When the one that waits longest was written"),
    FIELD(struct outbox_overview, mail, "发邮件吗（--smtp）", "Does e-mail go out (--smtp)?"),
    FIELD(struct outbox_overview, webhooks, "发 webhook 吗（--webhook-hosts）",
          "Do webhooks go out (--webhook-hosts)?"),
};
static const SHAPE(outbox_overview);

SHARED_HANDLER(outbox_overview, nothing, outbox_overview)
{
    (void)in;
    enum error error = db_one(ctx, &sql_outbox_overview, NO_ARGS, ROW(outbox_overview, out));
    out->mail = ctx->config && ctx->config->smtp.length;
    out->webhooks = ctx->config && ctx->config->webhook_hosts.length;
    return error;
}

/* --- What makes it go ----------------------------------------------------------------------- */

struct begun {
    int64_t id;
};
static const struct field begun_fields[] = {FIELD(struct begun, id, "编号", "Number")};
static const SHAPE(begun);

/* Of two nodes that see at once that something is due, one begins. */
SHARED_HANDLER(outbox_begin, nothing, begun)
{
    int64_t under_way;
    (void)in;
    (void)out;
    enum error error = db_do(ctx, &sql_outbox_gate, NO_ARGS);
    if (!error)
        error = db_number(ctx, &sql_sending_under_way, NO_ARGS, &under_way);
    if (error)
        return error;
    return under_way ? fail(ctx, E_CONFLICT, "已经在发送", "it is being sent already")
                     : job_start(ctx, "sending", STR("outbox"));
}

enum error outbox_tick(struct ctx *ctx, const struct ticking *ticking)
{
    int64_t due = 0, under_way = 0;
    if (!ticking->config->smtp.length && !ticking->config->webhook_hosts.length)
        return E_OK;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = db_number(ctx, &sql_outbox_waits, NO_ARGS, &due);
    if (!error)
        error = db_number(ctx, &sql_sending_under_way, NO_ARGS, &under_way);
    ticking_end(ctx);
    if (error || under_way || !due)
        return error;
    struct request request = {.method = STR("POST"),
                              .path = STR("/api/outbox/sending"),
                              .content_type = STR("application/json"),
                              .body = STR("{}")};
    ticking_call(ctx, ticking, request);
    return E_OK;
}
