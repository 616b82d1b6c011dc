#include "core/password.h"

#include <ctype.h>
#include <sodium.h>

#include "base/utf8.h"

enum { MADE_UP_LENGTH = 16, KINDS_MIN = 3, RUN_MAX = 3 };

enum error password_hash(struct ctx *ctx, struct str password, struct str *hash)
{
    char *text = arena_alloc(ctx->arena, crypto_pwhash_STRBYTES);
    if (crypto_pwhash_str(text, password.data, password.length, crypto_pwhash_OPSLIMIT_INTERACTIVE,
                          PASSWORD_MEMORY) != 0)
        return fail(ctx, E_BUSY, "内存不足，请稍后重试",
                    "not enough memory: try again in a moment");
    *hash = str_of(text);
    return E_OK;
}

bool password_is(struct str hash, struct str password)
{
    /* Of a password that nobody has. */
    static const char nobody[] = "$argon2id$v=19$m=65536,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                                 "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    char text[crypto_pwhash_STRBYTES] = "";
    struct str known = hash.data && hash.length < sizeof(text) ? hash : str_of(nobody);
    memcpy(text, known.data, known.length);
    return crypto_pwhash_str_verify(text, password.data, password.length) == 0 && hash.data;
}

/* How many of: small letters, capitals, digits, everything else. */
static int kinds_in(struct str password)
{
    bool small = false, capital = false, digit = false, other = false;
    for (size_t i = 0; i < password.length; i++) {
        unsigned char byte = (unsigned char)password.data[i];
        small = small || islower(byte);
        capital = capital || isupper(byte);
        digit = digit || isdigit(byte);
        other = other || !isalnum(byte);
    }
    return small + capital + digit + other;
}

/* "aaaa", "1234", "dcba": four bytes that repeat or follow one another. */
static bool has_run(struct str password)
{
    int same = 0, up = 0, down = 0;
    for (size_t i = 1; i < password.length; i++) {
        int step = (unsigned char)password.data[i] - (unsigned char)password.data[i - 1];
        same = step == 0 ? same + 1 : 0;
        up = step == 1 ? up + 1 : 0;
        down = step == -1 ? down + 1 : 0;
        if (same >= RUN_MAX || up >= RUN_MAX || down >= RUN_MAX)
            return true;
    }
    return false;
}

static bool contains(struct str text, const char *part, size_t length)
{
    for (size_t i = 0; i + length <= text.length; i++)
        if (strncasecmp(text.data + i, part, length) == 0)
            return true;
    return false;
}

static bool is_common(struct str password)
{
    static const char *const parts[] = {"password", "passwd", "qwer",    "asdf",    "zxcv",
                                        "1qaz",     "admin",  "letmein", "welcome", "iloveyou",
                                        "kechuang", "p@ssw",  "woaini",  "mima"};
    for (size_t i = 0; i < COUNT(parts); i++)
        if (contains(password, parts[i], strlen(parts[i])))
            return true;
    return false;
}

enum error password_check(struct ctx *ctx, const char *field, struct str password, struct str name,
                          int64_t length_min)
{
    struct str at = str_of(field);
    if (utf8_count(password) < (size_t)length_min)
        return complain(ctx, at, "至少 %lld 个字符", "at least %lld characters",
                        (long long)length_min);
    if (password.length > PASSWORD_MAX)
        return complain(ctx, at, "至多 %d 个字节", "at most %d bytes", PASSWORD_MAX);
    if (kinds_in(password) < KINDS_MIN)
        return complain(ctx, at, "要有大写字母、小写字母、数字、其他字符中的至少三种",
                        "must have at least three of: small letters, capitals, digits, others");
    if (has_run(password))
        return complain(ctx, at, "不能有四个相同或相连的字符，如 aaaa、1234",
                        "must not have four equal or consecutive characters, such as aaaa or 1234");
    if (is_common(password))
        return complain(ctx, at, "含有常见的词或键盘顺序，容易被猜到",
                        "has a common word or a row of keys in it, which is easily guessed");
    if (name.length >= 3 && contains(password, name.data, name.length))
        return complain(ctx, at, "不能含有登录名", "must not contain the log-in name");
    return E_OK;
}

struct str password_made_up(struct ctx *ctx)
{
    /* Without what is easily mistaken for something else on paper. */
    static const char letters[] = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
    char *text = arena_alloc(ctx->arena, MADE_UP_LENGTH + 1);
    struct str made = {text, MADE_UP_LENGTH};
    do
        for (size_t i = 0; i < MADE_UP_LENGTH; i++)
            text[i] = letters[randombytes_uniform(sizeof(letters) - 1)];
    while (kinds_in(made) < KINDS_MIN || has_run(made) || is_common(made));
    return made;
}
