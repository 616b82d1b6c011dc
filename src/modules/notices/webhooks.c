/* The systems that are told of notices, and what the administration does with them; what is sent to
 * them is in webhook_calls.c. */
#include <sodium.h>

#include "core/config.h"
#include "core/key_seal.h"
#include "core/outbound.h"
#include "modules/notices/internal.h"
#include "webhooks.sql.h"

enum { SECRET_BYTES = 32 };

struct webhook {
    int64_t id;
    struct str url, kinds;
    struct instant paused_at, ended_at, created_at;
    int64_t changed_seq;
};
static const struct field webhook_fields[] = {
    FIELD(struct webhook, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct webhook, url, "地址：https://…，主机须在 --webhook-hosts 里",
          "Address: https://…, its host listed in --webhook-hosts", .required = true,
          .length_max = 500),
    FIELD(struct webhook, kinds, "哪几种消息，空格分隔；空为全部",
          "Which kinds of notices, with blanks between; none = all", .length_max = 1000),
    FIELD(struct webhook, paused_at, "暂停时间", "When it was paused", USE_OUT),
    FIELD(struct webhook, ended_at, "停用时间", "When it was ended", USE_OUT),
    FIELD(struct webhook, created_at, "建立时间", "When it was made", USE_OUT),
    FIELD(struct webhook, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
static const SHAPE(webhook);
const struct list webhook_list = {
    .base = &sql_webhook_list, .row = &webhook_shape, .key = "id", .sort = "-id"};

struct new_webhook {
    struct webhook webhook;
    struct str secret;
};
static const struct field new_webhook_fields[] = {
    FIELD(struct new_webhook, secret, "签名密钥，只显示这一次", "The secret, shown this once",
          USE_OUT, .secret = true),
};
static const SHAPE_EXTENDING(new_webhook, webhook);

/* --- Keeping them --------------------------------------------------------------------------- */

static enum error check_kinds(struct ctx *ctx, struct str kinds, struct str *out)
{
    struct buf text = {.arena = ctx->arena};
    struct str kind;
    *out = STR_NONE;
    while (kinds.length && str_cut(&kinds, ' ', &kind)) {
        if (!kind.length)
            continue;
        if (!notice_kind_named(kind))
            return complain(ctx, STR("kinds"), "没有这种消息：%.*s",
                            "there are no such notices: %.*s", STR_PRINT(kind));
        buf_print(&text, " %.*s ", STR_PRINT(kind));
    }
    if (text.length)
        *out = buf_str(&text);
    return E_OK;
}

static enum error check_url(struct ctx *ctx, struct str url)
{
    struct str hosts = ctx->config ? ctx->config->webhook_hosts : STR("");
    switch (outbound_judge(url, hosts)) {
    case OUTBOUND_GOOD:
        return E_OK;
    case OUTBOUND_URL:
        return complain(ctx, STR("url"),
                        "应是 https:// 的地址，不带用户名（本机可用 http://127.0.0.1）",
                        "must be an https:// address without a user (http://127.0.0.1 on this "
                        "machine)");
    case OUTBOUND_UNLISTED:
        break;
    }
    return complain(ctx, STR("url"), "这个主机不在 --webhook-hosts 里；请运行程序的管理员加上",
                    "the host is not in --webhook-hosts: ask whoever runs the program to add it");
}

struct str webhook_bound_to(struct arena *arena, struct str url)
{
    return arena_print(arena, "webhook:%.*s", STR_PRINT(url));
}

struct str webhook_base64(struct arena *arena, const unsigned char *bytes, size_t count)
{
    size_t room = sodium_base64_ENCODED_LEN(count, sodium_base64_VARIANT_ORIGINAL);
    char *text = arena_alloc(arena, room);
    return str_of(sodium_bin2base64(text, room, bytes, count, sodium_base64_VARIANT_ORIGINAL));
}

SHARED_HANDLER(webhook_create, webhook, new_webhook)
{
    unsigned char secret[SECRET_BYTES];
    struct webhook made = *in;
    struct key_sealed sealed;
    enum error error = check_url(ctx, in->url);
    if (error || (error = check_kinds(ctx, in->kinds, &made.kinds)))
        return error;
    randombytes_buf(secret, sizeof(secret));
    error = key_seal(ctx, KEY_WEBHOOK, (struct str){(const char *)secret, sizeof(secret)},
                     webhook_bound_to(ctx->arena, in->url), &sealed);
    if (!error)
        error = db_number(ctx, &sql_webhook_insert,
                          ARGS(arg_text("url", made.url), arg_text("kinds", made.kinds),
                               arg_int("master_key_id", sealed.master_key_id),
                               arg_text("secret", sealed.text)),
                          &made.id);
    if (!error)
        error = db_one(ctx, &sql_webhook_show, FROM(webhook, &made), ROW(webhook, &out->webhook));
    out->secret = arena_print(ctx->arena, "whsec_%.*s",
                              STR_PRINT(webhook_base64(ctx->arena, secret, sizeof(secret))));
    sodium_memzero(secret, sizeof(secret));
    return error;
}

struct webhook_key {
    int64_t id;
};
static const struct field webhook_key_fields[] = {
    FIELD(struct webhook_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(webhook_key);

SHARED_HANDLER(webhook_end, webhook_key, webhook)
{
    enum error error =
        db_one(ctx, &sql_webhook_end, FROM(webhook_key, in), (struct row){NULL, NULL});
    error = explain(ctx, error, E_CONFLICT, "没有这个 webhook，或已停用",
                    "there is no such webhook, or it has been ended");
    if (!error)
        error =
            db_do(ctx, &sql_webhook_rows_end,
                  ARGS(arg_int("id", in->id), arg_text("problem", STR("webhook 已停用 · ended"))));
    return error ? error : db_one(ctx, &sql_webhook_show, FROM(webhook_key, in), ROW(webhook, out));
}

static enum error act(struct ctx *ctx, const struct sql *sql, int64_t id, const char *zh,
                      const char *en)
{
    return explain(ctx, db_one(ctx, sql, ARGS(arg_int("id", id)), (struct row){NULL, NULL}),
                   E_CONFLICT, zh, en);
}

SHARED_HANDLER(webhook_pause, webhook_key, webhook)
{
    enum error error = act(ctx, &sql_webhook_pause, in->id, "没有这个 webhook，或它不在用",
                           "there is no such webhook, or it is not in use");
    return error ? error : db_one(ctx, &sql_webhook_show, FROM(webhook_key, in), ROW(webhook, out));
}

/* What came meanwhile is told now. */
SHARED_HANDLER(webhook_resume, webhook_key, webhook)
{
    enum error error = act(ctx, &sql_webhook_resume, in->id, "没有这个 webhook，或它没有暂停",
                           "there is no such webhook, or it is not paused");
    if (!error)
        error = db_do(ctx, &sql_webhook_rows_go_on, FROM(webhook_key, in));
    return error ? error : db_one(ctx, &sql_webhook_show, FROM(webhook_key, in), ROW(webhook, out));
}

struct webhook_testing {
    int64_t delivery_id;
};
static const struct field webhook_testing_fields[] = {
    FIELD(struct webhook_testing, delivery_id, "在发送记录里的编号", "Its number in the outbox"),
};
static const SHAPE(webhook_testing);

/* A call like any other, to this one only. */
SHARED_HANDLER(webhook_test, webhook_key, webhook_testing)
{
    int64_t notice_id;
    enum error error = act(ctx, &sql_webhook_in_use, in->id, "没有这个 webhook，或它不在用",
                           "there is no such webhook, or it is not in use");
    if (!error)
        error = db_insert(ctx, &sql_webhook_test_notice,
                          ARGS(arg_text("kind", STR(NOTICE_TEST)),
                               arg_text("text", STR("试发：这一条没有别的意思")),
                               arg_text("text_en", STR("A test: this means nothing else"))),
                          &notice_id);
    return error ? error
                 : db_insert(ctx, &sql_webhook_test_insert,
                             ARGS(arg_int("notice_id", notice_id), arg_int("webhook_id", in->id)),
                             &out->delivery_id);
}
