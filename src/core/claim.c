#include "core/claim.h"

#include "claim.sql.h"

struct claim {
    struct str principal, claim_key, request_hash;
    struct instant expires_at;
    struct maybe_int status, etag, event_sequence;
    struct str location, body;
};
static const struct field claim_fields[] = {
    FIELD(struct claim, principal, "提交人", "Who sent it"),
    FIELD(struct claim, claim_key, "幂等键", "The key"),
    FIELD(struct claim, request_hash, "请求摘要", "Digest of the request"),
    FIELD(struct claim, expires_at, "失效时间", "When it ends"),
    FIELD(struct claim, status, "状态码", "Status of the answer"),
    FIELD(struct claim, etag, "版本", "Version of the answer"),
    FIELD(struct claim, event_sequence, "事件", "The event that holds the answer"),
    FIELD(struct claim, location, "地址", "Address of what was made"),
    FIELD(struct claim, body, "答复", "The answer"),
};
static const SHAPE(claim);

/* A body with a secret is left out: whoever has the database could guess at the secret by this
 * digest, which is made faster than a password's. No reply to one is given again anyway. */
static struct str request_hash(struct call *call)
{
    const struct request *request = &call->request;
    bool secret = shape_has_secret(call->route->handler->in);
    char *hex = arena_alloc(call->ctx.arena, DIGEST_HEX + 1);
    struct digest *digest = digest_begin(DIGEST_SHA256);
    digest_part(digest, request->method);
    digest_part(digest, request->path);
    digest_part(digest, request->query);
    digest_part(digest, request->if_match);
    digest_part(digest, secret ? STR_NONE : request->body);
    if (!digest_end(digest, hex))
        arena_exhausted(call->ctx.arena);
    return (struct str){hex, DIGEST_HEX};
}

static struct claim claim_of(struct call *call)
{
    if (!call->request_hash.data)
        call->request_hash = request_hash(call);
    return (struct claim){.principal = ctx_actor(&call->ctx),
                          .claim_key = call->request.idempotency_key,
                          .request_hash = call->request_hash,
                          .expires_at = {call->ctx.now.seconds + CLAIM_SECONDS}};
}

/* The answer that was given before. */
static enum error give_again(struct call *call, const struct claim *found)
{
    struct ctx *ctx = &call->ctx;
    call->reply.status = (int)found->status.value;
    call->reply.body = found->body;
    call->reply.location = found->location;
    ctx->etag = found->etag.value;
    if (ctx->etag)
        call->reply.etag = arena_print(ctx->arena, "\"%lld\"", (long long)ctx->etag);
    return E_OK;
}

/* SQLite's one writer has no rivals: there it is enough to look, and to keep it at the end. */
enum error claim_begin(struct call *call, bool *replayed)
{
    struct ctx *ctx = &call->ctx;
    struct claim claim = claim_of(call), found;
    enum error error = E_NOT_FOUND;
    *replayed = false;
    if (!db_is_sqlite(ctx->db))
        error =
            db_one(ctx, &sql_claim_take_on_postgres, FROM(claim, &claim), (struct row){NULL, NULL});
    if (error != E_NOT_FOUND)
        return error;
    error = db_one(ctx, &sql_claim_find, FROM(claim, &claim), ROW(claim, &found));
    if (error == E_NOT_FOUND && db_is_sqlite(ctx->db))
        return E_OK;
    if (error)
        return error;
    if (!str_equal(found.request_hash, claim.request_hash))
        return fail(ctx, E_KEY_REUSED, "这个 Idempotency-Key 已用于另一个请求，请换一个",
                    "this Idempotency-Key was used for another request: take a new one");
    if (!found.body.data && found.event_sequence.known)
        return fail(ctx, E_ERASED, "当时的答复已依法删除", "the answer of then was removed by law");
    if (!found.body.data)
        return fail(ctx, E_CONFLICT, "这个请求已经办过；答复里有个人信息或口令，所以没有保存",
                    "this has been done; its reply was not kept, because it holds personal data or "
                    "a secret");
    *replayed = true;
    return give_again(call, &found);
}

enum error claim_end(struct call *call)
{
    struct claim claim = claim_of(call);
    claim.status = (struct maybe_int){call->reply.status, true};
    claim.etag = (struct maybe_int){call->ctx.etag, true};
    claim.location = call->reply.location;
    bool kept = !call->reply_in_event && !call->ctx.revealed && !shape_has_secret(call->said.shape);
    claim.body = kept ? call->reply.body : STR_NONE;
    claim.event_sequence = (struct maybe_int){call->ctx.sequence, call->reply_in_event};
    return db_do(&call->ctx, &sql_claim_keep, FROM(claim, &claim));
}

enum error claims_expire(struct ctx *ctx)
{
    return db_do(ctx, &sql_claim_expired, NO_ARGS);
}
