/* Unsubscribing by the address in a letter, without signing in.
 *
 * The address holds whose letters of which kind it is about, sealed with a key of the key file, so
 * that nobody can make one up or learn anything from it. A GET is the page, which asks; a POST does
 * it, whatever its body says, as mail programs do it for their users (RFC 8058). It turns letters
 * of the kind off, or digests; what is urgent goes on, and the pages keep everything. */
#include <stdio.h>
#include <stdlib.h>

#include "core/config.h"
#include "core/key_seal.h"
#include "modules/notices/internal.h"

static const struct str bound = STR_INIT("unsubscribe");

enum error unsubscribe_address(struct ctx *ctx, int64_t account_id, struct str kind,
                               struct str *address)
{
    struct key_sealed sealed;
    struct str plain = arena_print(ctx->arena, "%lld %.*s", (long long)account_id, STR_PRINT(kind));
    enum error error = key_seal(ctx, KEY_UNSUBSCRIBE, plain, bound, &sealed);
    if (!error)
        *address =
            arena_print(ctx->arena, "%.*s/unsubscribe/%lld~%.*s", STR_PRINT(ctx->config->site),
                        (long long)sealed.master_key_id, STR_PRINT(sealed.text));
    return error;
}

static enum error no_such(struct ctx *ctx)
{
    (void)fail(ctx, E_NOT_FOUND, "这个退订地址不对；请从邮件里完整地打开它",
               "this address is not right: open it from the letter as a whole");
    return E_NOT_FOUND;
}

struct subscription {
    int64_t account_id;
    const struct notice_kind *kind;
    bool digest;
};

static enum error read_token(struct ctx *ctx, struct str token, struct subscription *out)
{
    struct key_sealed sealed;
    struct str master, plain = STR_NONE, account = STR_NONE;
    *out = (struct subscription){.kind = NULL};
    if (!str_cut(&token, '~', &master) || !token.length)
        return no_such(ctx);
    sealed = (struct key_sealed){strtoll(arena_str(ctx->arena, master).data, NULL, 10), token};
    if (key_open(ctx, KEY_UNSUBSCRIBE, &sealed, bound, &plain)) {
        ctx_clear(ctx);
        return no_such(ctx);
    }
    str_cut(&plain, ' ', &account);
    *out =
        (struct subscription){.account_id = strtoll(arena_str(ctx->arena, account).data, NULL, 10),
                              .kind = notice_kind_named(plain),
                              .digest = str_is(plain, NOTICE_DIGEST)};
    return out->kind ? E_OK : no_such(ctx);
}

struct unsubscribe_key {
    struct str token;
};
static const struct field unsubscribe_key_fields[] = {
    FIELD(struct unsubscribe_key, token, "邮件里的", "From the letter", USE_OUT, .secret = true),
};
static const SHAPE(unsubscribe_key);

struct unsubscribed {
    struct str name, name_en;
    bool subscribed;
};
static const struct field unsubscribed_fields[] = {
    FIELD(struct unsubscribed, name, "哪种邮件", "Which letters"),
    FIELD(struct unsubscribed, name_en, "哪种邮件（英文）", "Which letters, in English"),
    FIELD(struct unsubscribed, subscribed, "现在还发吗", "Do they still go out?"),
};
static const SHAPE(unsubscribed);

static enum error show(struct ctx *ctx, const struct subscription *of, struct unsubscribed *out)
{
    struct contact_setting setting = {.digest = STR("none")};
    enum contact_wish wish = WISH_PAGES;
    enum error error = of->digest
                           ? contact_setting_read(ctx, of->account_id, &setting)
                           : contact_wish_read(ctx, of->account_id, str_of(of->kind->name), &wish);
    *out = (struct unsubscribed){.name = str_of(of->kind->zh),
                                 .name_en = str_of(of->kind->en),
                                 .subscribed = of->digest ? !str_is(setting.digest, "none")
                                                          : wish < WISH_PAGES};
    return error;
}

SHARED_HANDLER(unsubscribe_show, unsubscribe_key, unsubscribed)
{
    struct subscription of;
    enum error error = read_token(ctx, in->token, &of);
    return error ? error : show(ctx, &of, out);
}

SHARED_HANDLER(unsubscribe, unsubscribe_key, unsubscribed)
{
    struct subscription of;
    enum error error = read_token(ctx, in->token, &of);
    if (!error)
        error = show(ctx, &of, out);
    if (error || !out->subscribed)
        return error; /* once is enough */
    if (!of.digest) {
        error = contact_wish_write(ctx, of.account_id, str_of(of.kind->name), WISH_PAGES);
    } else {
        struct contact_setting setting;
        error = contact_setting_read(ctx, of.account_id, &setting);
        setting.digest = STR("none");
        if (!error)
            error = contact_setting_write(ctx, of.account_id, &setting);
    }
    return error ? error : show(ctx, &of, out);
}
