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
#include "modules/notices/internal.h"
#include "webhook_calls.sql.h"
#include "json/write.h"

enum { SEND_SECONDS = 20, REASON_SIZE = 300 };

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
    return webhook_base64(arena, sum, sizeof(sum));
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
    if (answered)
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
    return key_open(ctx, KEY_WEBHOOK, &sealed, webhook_bound_to(ctx->arena, hook->url), secret);
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
