/* `kechuang audit …` on the command line. */
#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <time.h>

#include "core/app.h"
#include "core/audit_verify.h"

enum { REASON_MAX = 1024 };

static void print_report(const struct audit_report *report, double seconds)
{
    printf("%s\n",
           report->good ? "审计日志完好 · the log holds" : "审计日志不对 · the log does NOT hold");
    if (!report->good)
        printf("  %s\n", report->fault);
    printf("  事件 · events        %lld (%lld–%lld)\n", (long long)report->events,
           (long long)report->first_sequence, (long long)report->last_sequence);
    printf("  没有用到的序号 · gaps %lld（被拒绝的写入 · refused writes）\n",
           (long long)report->gaps);
    printf("  依法删除 · removed   %lld\n", (long long)report->removed);
    printf("  封存 · seals         %lld\n", (long long)report->seals);
    printf("  未封存 · unsealed    %lld\n", (long long)report->unsealed);
    printf("  签名 · signatures    %lld（到封存 %lld · up to seal %lld of %lld）\n",
           (long long)report->signatures, (long long)report->signed_seal,
           (long long)report->signed_seal, (long long)report->last_seal);
    for (size_t i = 0; i < report->key_count; i++)
        printf("  公钥 · public key    %s\n", report->keys[i]);
    if (report->last_seal)
        printf("  链头 · head          %lld %s %s\n", (long long)report->last_seal,
               report->algorithm, report->head);
    if (seconds > 0.001)
        printf("  %.1f s, %.0f events/s\n", seconds, (double)report->events / seconds);
}

static double seconds_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static int say(const char *what)
{
    fprintf(stderr, "kechuang: %s\n", what);
    return 2;
}

static int verify_in(struct ctx *ctx, FILE *in, struct audit_trust trust)
{
    struct audit_report report;
    double began = seconds_now();
    enum error error =
        in ? audit_verify_file(ctx, in, trust, &report) : audit_verify(ctx, trust, &report);
    if (error)
        return say(ctx->detail.data ? ctx->detail.data : "the log cannot be read");
    print_report(&report, seconds_now() - began);
    return report.good ? 0 : 1;
}

static bool is_hex(struct str word)
{
    for (size_t i = 0; i < word.length; i++)
        if (!strchr("0123456789abcdef", word.data[i]))
            return false;
    return word.length == DIGEST_HEX;
}

/* The key that this machine signs with is the one to trust, where it is there. */
static struct str own_key(const struct config *config, struct signing_key *key)
{
    char path[4096], reason[REASON_MAX];
    if (!app_signing_key_path(config, path, sizeof(path)) ||
        !signing_key_open(path, false, key, reason, sizeof(reason)))
        return STR("");
    return str_of(key->public_hex);
}

int audit_verify_command(const struct config *config, int count, char **words)
{
    struct arena arena = {0};
    struct ctx ctx = {.arena = &arena, .who = &principal_operator};
    struct signing_key key;
    struct audit_trust trust = {STR(""), STR("")};
    const char *file = NULL;
    char reason[REASON_MAX] = "";
    ctx.now.seconds = time(NULL);
    if (sodium_init() < 0)
        return say("libsodium");
    for (int i = 0; i < count; i++)
        if (is_hex(str_of(words[i])))
            trust.head = str_of(words[i]);
        else
            file = words[i];
    int status = 2;
    FILE *in = file ? fopen(file, "r") : NULL;
    if (file && !in)
        say(strerror(errno));
    if (!file) {
        trust.public_key = own_key(config, &key);
        if (!trust.public_key.length)
            fprintf(stderr,
                    "没有本机的签名密钥：任何密钥的签名都算数 · the signing key of this machine is "
                    "not there: signatures of any key count\n");
        ctx.db = db_connect(config->db.data, true, reason, sizeof(reason));
        if (!ctx.db)
            say(reason);
    }
    if (in || ctx.db)
        status = verify_in(&ctx, in, trust);
    if (in)
        fclose(in);
    db_disconnect(ctx.db);
    arena_free(&arena);
    return status;
}

int audit_key_command(const struct config *config)
{
    struct signing_key key;
    char path[4096], reason[REASON_MAX] = "";
    if (sodium_init() < 0)
        return say("libsodium");
    if (!app_signing_key_path(config, path, sizeof(path)))
        return say("no key file");
    if (!signing_key_open(path, false, &key, reason, sizeof(reason)))
        return say(reason);
    printf("%s\n", key.public_hex);
    return 0;
}
