#include "core/claim.h"

#include <sodium.h>

#include "claim.sql.h"

struct claim {
    struct str principal, claim_key, request_hash;
    struct instant expires_at;
    struct maybe_int status, etag;
    struct str location, body;
};
static const struct field claim_fields[] = {
    FIELD(struct claim, principal, "提交人", "Who sent it"),
    FIELD(struct claim, claim_key, "幂等键", "The key"),
    FIELD(struct claim, request_hash, "请求摘要", "Digest of the request"),
    FIELD(struct claim, expires_at, "失效时间", "When it ends"),
    FIELD(struct claim, status, "状态码", "Status of the answer"),
    FIELD(struct claim, etag, "版本", "Version of the answer"),
    FIELD(struct claim, location, "地址", "Address of what was made"),
    FIELD(struct claim, body, "答复", "The answer"),
};
static const SHAPE(claim);

static void digest_part(crypto_hash_sha256_state *state, struct str part)
{
    uint64_t length = part.length; /* so that parts cannot run into each other */
    crypto_hash_sha256_update(state, (const unsigned char *)&length, sizeof(length));
    if (part.length)
        crypto_hash_sha256_update(state, (const unsigned char *)part.data, part.length);
}

static struct str request_hash(struct call *call)
{
    const struct request *request = &call->request;
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_init(&state);
    digest_part(&state, request->method);
    digest_part(&state, request->path);
    digest_part(&state, request->query);
    digest_part(&state, request->if_match);
    digest_part(&state, request->body);
    crypto_hash_sha256_final(&state, digest);
    char *hex = arena_alloc(call->ctx.arena, 2 * sizeof(digest) + 1);
    sodium_bin2hex(hex, 2 * sizeof(digest) + 1, digest, sizeof(digest));
    return str_of(hex);
}

static struct claim claim_of(struct call *call)
{
    return (struct claim){.principal = ctx_actor(&call->ctx),
                          .claim_key = call->request.idempotency_key,
                          .request_hash = request_hash(call),
                          .expires_at = {call->ctx.now.seconds + CLAIM_SECONDS}};
}

enum error claim_begin(struct call *call, bool *replayed)
{
    struct ctx *ctx = &call->ctx;
    struct claim claim = claim_of(call), found;
    *replayed = false;
    enum error error = db_do(ctx, &sql_claim_expired, NO_ARGS);
    if (!error)
        error = db_one(ctx, &sql_claim_insert, FROM(claim, &claim), (struct row){NULL, NULL});
    if (error != E_NOT_FOUND)
        return error;
    error = db_one(ctx, &sql_claim_find, FROM(claim, &claim), ROW(claim, &found));
    if (error)
        return error;
    if (!str_equal(found.request_hash, claim.request_hash))
        return fail(ctx, E_KEY_REUSED, "这个 Idempotency-Key 已用于另一个请求，请换一个",
                    "this Idempotency-Key was used for another request: take a new one");
    *replayed = true;
    call->reply.status = (int)found.status.value;
    call->reply.body = found.body;
    call->reply.location = found.location;
    ctx->etag = found.etag.value;
    if (ctx->etag)
        call->reply.etag = arena_print(ctx->arena, "\"%lld\"", (long long)ctx->etag);
    return E_OK;
}

enum error claim_end(struct call *call)
{
    struct claim claim = claim_of(call);
    claim.status = (struct maybe_int){call->reply.status, true};
    claim.etag = (struct maybe_int){call->ctx.etag, true};
    claim.location = call->reply.location;
    claim.body = call->reply.body;
    return db_do(&call->ctx, &sql_claim_answer, FROM(claim, &claim));
}
