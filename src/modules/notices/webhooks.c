/* Webhooks: notices told to other systems, signed so that these know who speaks.
 *
 * As standardwebhooks.com has it: the headers webhook-id (the same at each try), webhook-timestamp
 * (seconds since 1970, of this try) and webhook-signature "v1,BASE64", the HMAC-SHA-256 of
 * "ID.TIMESTAMP.BODY" under the secret, whose text is "whsec_BASE64". A status of 200 to 299 is a
 * receipt; 410 ends it for good; anything else is tried again. */
#include <sodium.h>
#include <stdio.h>

#include "core/config.h"
#include "core/key_seal.h"
#include "core/outbound.h"
#include "core/outbox.h"
#include "modules/notices/internal.h"
#include "webhooks.sql.h"

enum { SECRET_BYTES = 32, SEND_SECONDS = 20, REASON_SIZE = 300 };

struct webhook {
    int64_t id;
    struct str url, kinds;
    struct instant ended_at, created_at;
    int64_t changed_seq;
};
static const struct field webhook_fields[] = {
    FIELD(struct webhook, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct webhook, url, "地址：https://…，主机须在 --webhook-hosts 里",
          "Address: https://…, its host listed in --webhook-hosts", .required = true,
          .length_max = 500),
    FIELD(struct webhook, kinds, "哪几种消息，空格分隔；空为全部",
          "Which kinds of notices, with blanks between; none = all", .length_max = 1000),
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

/* What the secret is bound to: it cannot be moved to another address. */
static struct str bound_to(struct arena *arena, struct str url)
{
    return arena_print(arena, "webhook:%.*s", STR_PRINT(url));
}

static struct str base64(struct arena *arena, const unsigned char *bytes, size_t count)
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
                     bound_to(ctx->arena, in->url), &sealed);
    if (!error)
        error = db_number(ctx, &sql_webhook_insert,
                          ARGS(arg_text("url", made.url), arg_text("kinds", made.kinds),
                               arg_int("master_key_id", sealed.master_key_id),
                               arg_text("secret", sealed.text)),
                          &made.id);
    if (!error)
        error = db_one(ctx, &sql_webhook_show, FROM(webhook, &made), ROW(webhook, &out->webhook));
    out->secret = arena_print(ctx->arena, "whsec_%.*s",
                              STR_PRINT(base64(ctx->arena, secret, sizeof(secret))));
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

/* --- Sending -------------------------------------------------------------------------------- */

struct hook {
    struct str kind, subject_kind, subject_key, text, text_en, address;
    struct instant created_at;
    struct str url;
    int64_t master_key_id;
    struct str secret;
    struct instant ended_at;
};
static const struct field hook_fields[] = {
    FIELD(struct hook, kind, "种类", "Kind"),
    FIELD(struct hook, subject_kind, "对象的种类", "Kind of the record"),
    FIELD(struct hook, subject_key, "对象", "The record"),
    FIELD(struct hook, text, "内容", "What it says"),
    FIELD(struct hook, text_en, "内容（英文）", "What it says, in English"),
    FIELD(struct hook, address, "网页地址", "Address of the page"),
    FIELD(struct hook, created_at, "时间", "When"),
    FIELD(struct hook, url, "地址", "Address"),
    FIELD(struct hook, master_key_id, "主密钥", "Master key"),
    FIELD(struct hook, secret, "密钥", "Secret"),
    FIELD(struct hook, ended_at, "停用时间", "When it was ended"),
};
static const SHAPE(hook);

static void add_text(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    json_text(json, text);
}

static struct str body_of(struct ctx *ctx, const struct hook *hook)
{
    struct buf body = {.arena = ctx->arena}, at = {.arena = ctx->arena};
    struct json json = {.out = &body};
    instant_print(&at, hook->created_at);
    json_open(&json, '{');
    add_text(&json, "type", hook->kind);
    add_text(&json, "timestamp", buf_str(&at));
    json_key(&json, "data");
    json_open(&json, '{');
    add_text(&json, "kind", hook->subject_kind);
    add_text(&json, "key", hook->subject_key);
    add_text(&json, "text", hook->text);
    add_text(&json, "text_en", hook->text_en);
    add_text(&json, "address",
             arena_print(ctx->arena, "%.*s%.*s", STR_PRINT(ctx->config->site),
                         STR_PRINT(hook->address)));
    json_close(&json, '}');
    json_close(&json, '}');
    return buf_str(&body);
}

static struct str sign(struct arena *arena, struct str secret, struct str text)
{
    unsigned char sum[crypto_auth_hmacsha256_BYTES];
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, (const unsigned char *)secret.data, secret.length);
    crypto_auth_hmacsha256_update(&state, (const unsigned char *)text.data, text.length);
    crypto_auth_hmacsha256_final(&state, sum);
    return base64(arena, sum, sizeof(sum));
}

static void post(struct ctx *ctx, struct sending *sending, const struct hook *hook,
                 struct str secret)
{
    char reason[REASON_SIZE] = "";
    long status;
    struct str body = body_of(ctx, hook);
    struct str id = arena_print(ctx->arena, "msg_%lld", (long long)sending->id);
    struct str at = arena_print(ctx->arena, "%lld", (long long)ctx->now.seconds);
    struct str signature = sign(
        ctx->arena, secret,
        arena_print(ctx->arena, "%.*s.%.*s.%.*s", STR_PRINT(id), STR_PRINT(at), STR_PRINT(body)));
    const struct str headers[] = {
        arena_print(ctx->arena, "webhook-id: %.*s", STR_PRINT(id)),
        arena_print(ctx->arena, "webhook-timestamp: %.*s", STR_PRINT(at)),
        arena_print(ctx->arena, "webhook-signature: v1,%.*s", STR_PRINT(signature))};
    const struct outbound outbound = {.url = hook->url,
                                      .hosts = ctx->config->webhook_hosts,
                                      .body = body,
                                      .content_type = STR("application/json"),
                                      .headers = headers,
                                      .header_count = COUNT(headers),
                                      .seconds = SEND_SECONDS};
    bool answered = outbound_post(ctx->arena, &outbound, &status, reason, sizeof(reason));
    if (answered && (status < 200 || status > 299))
        snprintf(reason, sizeof(reason), "HTTP %ld", status);
    sending_end(ctx, sending, answered && status >= 200 && status <= 299, status == 410, reason);
}

static enum error read_hook(struct ctx *ctx, int64_t id, struct hook *hook, struct str *secret)
{
    *hook = (struct hook){.url = STR_NONE};
    enum db_status status = db_begin(ctx->db, false);
    enum error error = db_failed(status) ? fail_database(ctx, status)
                                         : db_one(ctx, &sql_webhook_message,
                                                  ARGS(arg_int("id", id)), ROW(hook, hook));
    db_rollback(ctx->db);
    if (error)
        return error;
    const struct key_sealed sealed = {hook->master_key_id, hook->secret};
    return key_open(ctx, KEY_WEBHOOK, &sealed, bound_to(ctx->arena, hook->url), secret);
}

enum error webhook_send(struct ctx *ctx, struct sending *sending)
{
    struct hook hook;
    struct str secret;
    enum error error = read_hook(ctx, sending->id, &hook, &secret);
    if (error)
        return error;
    if (hook.ended_at.seconds != INT64_MIN)
        sending_end(ctx, sending, false, true, "webhook 已停用 · ended");
    else
        post(ctx, sending, &hook, secret);
    sodium_memzero((void *)(uintptr_t)secret.data, secret.length);
    return E_OK;
}
