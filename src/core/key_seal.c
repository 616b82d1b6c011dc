#include "core/key_seal.h"

#include <sodium.h>

static enum error no_key(struct ctx *ctx)
{
    return fail(ctx, E_INTERNAL, "密钥文件与数据库不配套；见 operations.md",
                "the key file does not belong to the database: see operations.md");
}

enum error key_seal(struct ctx *ctx, enum key_use use, struct str plain, struct str bound,
                    struct key_sealed *sealed)
{
    unsigned char key[KEY_BYTES];
    int64_t master = ctx->keyring ? keyring_newest(ctx->keyring) : 0;
    if (!master || !keyring_key(ctx->keyring, master, use, key))
        return no_key(ctx);
    *sealed = (struct key_sealed){master, seal(ctx->arena, key, plain, bound)};
    sodium_memzero(key, sizeof(key));
    return E_OK;
}

enum error key_open(struct ctx *ctx, enum key_use use, const struct key_sealed *sealed,
                    struct str bound, struct str *plain)
{
    unsigned char key[KEY_BYTES];
    bool good = ctx->keyring && keyring_key(ctx->keyring, sealed->master_key_id, use, key) &&
                seal_open(ctx->arena, key, sealed->text, bound, plain);
    sodium_memzero(key, sizeof(key));
    return good ? E_OK : no_key(ctx);
}
