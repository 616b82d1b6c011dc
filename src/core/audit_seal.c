#include "core/audit_seal.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit_seal.sql.h"

_Static_assert(SIGNING_KEY_BYTES == crypto_sign_SECRETKEYBYTES, "libsodium's size of a key");

static const struct field seal_fields[] = {
    FIELD(struct seal, id, "封存号", "Number of the seal"),
    FIELD(struct seal, first_sequence, "起", "First number"),
    FIELD(struct seal, last_sequence, "止", "Last number"),
    FIELD(struct seal, count, "事件数", "How many events"),
    FIELD(struct seal, algorithm, "算法", "Algorithm"),
    FIELD(struct seal, previous, "前一封存的链头", "Head of the seal before"),
    FIELD(struct seal, head, "链头", "Head"),
    FIELD(struct seal, sealed_at, "封存时刻", "When it was sealed"),
};
const SHAPE(seal);

static const struct field seal_signature_fields[] = {
    FIELD(struct seal_signature, seal_id, "封存号", "Number of the seal"),
    FIELD(struct seal_signature, public_key, "公钥", "Public key"),
    FIELD(struct seal_signature, signature, "签名", "Signature"),
    FIELD(struct seal_signature, signed_at, "签名时刻", "When it was signed"),
};
const SHAPE(seal_signature);

/* --- The chain ------------------------------------------------------------------------------ */

enum error seal_last(struct ctx *ctx, struct seal *seal)
{
    enum error error = db_one(ctx, &sql_seal_last, NO_ARGS, ROW(seal, seal));
    if (error != E_NOT_FOUND)
        return error;
    *seal = (struct seal){.head = STR("")};
    return E_OK;
}

struct digest *seal_begin(enum digest_algorithm algorithm, const struct seal *seal)
{
    struct digest *digest = digest_begin(algorithm);
    digest_part(digest, STR("kechuang-seal-1"));
    digest_part(digest, str_of(digest_names[algorithm]));
    digest_number(digest, seal->id);
    digest_number(digest, seal->first_sequence);
    digest_number(digest, seal->last_sequence);
    digest_number(digest, seal->count);
    digest_number(digest, seal->sealed_at.seconds);
    digest_part(digest, seal->previous);
    return digest;
}

/* Rows that are older than the table of events get their hash now. They have no payload. */
static enum error hash_old(struct ctx *ctx, struct event *event)
{
    event->algorithm = str_of(digest_names[ctx->digest]);
    event->hash = event_hash(ctx->arena, ctx->digest, event);
    return db_do(ctx, &sql_event_hash_set, FROM(event, event));
}

static enum error make_seal(struct ctx *ctx, const struct seal *last, struct event *events,
                            size_t count)
{
    struct seal seal = {.id = last->id + 1,
                        .first_sequence = events[0].sequence,
                        .last_sequence = events[count - 1].sequence,
                        .count = (int64_t)count,
                        .algorithm = str_of(digest_names[ctx->digest]),
                        .previous = last->head,
                        .sealed_at = ctx->now};
    char head[DIGEST_HEX + 1];
    struct digest *digest = seal_begin(ctx->digest, &seal);
    for (size_t i = 0; i < count; i++)
        digest_part(digest, events[i].hash);
    if (!digest_end(digest, head))
        arena_exhausted(ctx->arena);
    seal.head = (struct str){head, DIGEST_HEX};
    return db_do(ctx, &sql_seal_insert, FROM(seal, &seal));
}

enum error seal_events(struct ctx *ctx, int64_t horizon, int64_t *count)
{
    struct seal last;
    struct records events;
    *count = 0;
    enum error error = seal_last(ctx, &last);
    if (!error)
        error = db_all(ctx, &sql_events_to_seal,
                       ARGS(arg_int("after", last.last_sequence), arg_int("horizon", horizon),
                            arg_int("limit", SEAL_EVENTS_MAX)),
                       &event_shape, SEAL_EVENTS_MAX, &events);
    if (error || !events.count)
        return error;
    struct event *all = (struct event *)(uintptr_t)events.items;
    for (size_t i = 0; i < events.count && !error; i++)
        error = all[i].hash.data ? E_OK : hash_old(ctx, &all[i]);
    *count = (int64_t)events.count;
    return error ? error : make_seal(ctx, &last, all, events.count);
}

/* --- Signatures ----------------------------------------------------------------------------- */

static struct str signed_text(struct arena *arena, const struct seal *seal)
{
    return arena_print(arena, "kechuang-head-1 %lld %lld %.*s %.*s", (long long)seal->id,
                       (long long)seal->last_sequence, STR_PRINT(seal->algorithm),
                       STR_PRINT(seal->head));
}

enum error seal_sign(struct ctx *ctx, const struct signing_key *key)
{
    struct seal seal;
    struct seal_signature last;
    enum error error = seal_last(ctx, &seal);
    if (!error)
        error = db_one(ctx, &sql_signature_last, NO_ARGS, ROW(seal_signature, &last));
    if (error == E_NOT_FOUND)
        error = E_OK;
    if (error || last.seal_id == seal.id)
        return error;
    unsigned char bytes[crypto_sign_BYTES];
    char hex[SIGNATURE_HEX + 1];
    struct str text = signed_text(ctx->arena, &seal);
    crypto_sign_detached(bytes, NULL, (const unsigned char *)text.data, text.length, key->bytes);
    sodium_bin2hex(hex, sizeof(hex), bytes, sizeof(bytes));
    struct seal_signature made = {.seal_id = seal.id,
                                  .public_key = str_of(key->public_hex),
                                  .signature = str_of(hex),
                                  .signed_at = ctx->now};
    return db_do(ctx, &sql_signature_insert, FROM(seal_signature, &made));
}

static bool from_hex(struct str hex, unsigned char *bytes, size_t size)
{
    size_t length;
    return hex.length == 2 * size &&
           sodium_hex2bin(bytes, size, hex.data, hex.length, NULL, &length, NULL) == 0 &&
           length == size;
}

bool signature_is_right(struct arena *arena, const struct seal *seal,
                        const struct seal_signature *signature)
{
    unsigned char key[crypto_sign_PUBLICKEYBYTES], bytes[crypto_sign_BYTES];
    struct str text = signed_text(arena, seal);
    return from_hex(signature->public_key, key, sizeof(key)) &&
           from_hex(signature->signature, bytes, sizeof(bytes)) &&
           crypto_sign_verify_detached(bytes, (const unsigned char *)text.data, text.length, key) ==
               0;
}

static bool refuse(char *reason, size_t reason_size, const char *path, const char *why)
{
    snprintf(reason, reason_size, "%s: %s", path, why);
    return false;
}

/* True when it was made, or is there already. */
static bool key_file_make(const char *path)
{
    unsigned char public[crypto_sign_PUBLICKEYBYTES], secret[crypto_sign_SECRETKEYBYTES];
    char text[2 * crypto_sign_SECRETKEYBYTES + 2];
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0)
        return errno == EEXIST;
    crypto_sign_keypair(public, secret);
    sodium_bin2hex(text, sizeof(text), secret, sizeof(secret));
    text[sizeof(text) - 2] = '\n';
    bool good =
        write(file, text, sizeof(text) - 1) == (ssize_t)sizeof(text) - 1 && fsync(file) == 0;
    close(file);
    sodium_memzero(secret, sizeof(secret));
    sodium_memzero(text, sizeof(text));
    if (!good)
        unlink(path);
    return good;
}

static bool key_file_read(const char *path, struct signing_key *key, char *reason,
                          size_t reason_size)
{
    char text[2 * SIGNING_KEY_BYTES];
    struct stat about;
    int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return refuse(reason, reason_size, path, strerror(errno));
    bool whole = read(file, text, sizeof(text)) == (ssize_t)sizeof(text);
    bool open_to_others = fstat(file, &about) != 0 || (about.st_mode & 077) != 0;
    close(file);
    if (open_to_others)
        return refuse(reason, reason_size, path,
                      "others may read this key: chmod 600 · 这个密钥别人也能读");
    if (!whole || !from_hex((struct str){text, sizeof(text)}, key->bytes, SIGNING_KEY_BYTES))
        return refuse(reason, reason_size, path, "is no signing key · 不是签名密钥");
    sodium_memzero(text, sizeof(text));
    return true;
}

bool signing_key_open(const char *path, bool create, struct signing_key *key, char *reason,
                      size_t reason_size)
{
    unsigned char public[crypto_sign_PUBLICKEYBYTES];
    if (!*path)
        crypto_sign_keypair(public, key->bytes);
    else if (create && !key_file_make(path))
        return refuse(reason, reason_size, path, strerror(errno));
    else if (!key_file_read(path, key, reason, reason_size))
        return false;
    crypto_sign_ed25519_sk_to_pk(public, key->bytes);
    sodium_bin2hex(key->public_hex, sizeof(key->public_hex), public, sizeof(public));
    return true;
}
