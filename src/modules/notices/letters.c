/* What letters say: a notice, or a digest of several. */
#include "core/config.h"
#include "core/mail.h"
#include "core/personal.h"
#include "letters.sql.h"
#include "modules/notices/internal.h"
#include "modules/people/people.h"

enum { MAIL_SECONDS = 30, REASON_SIZE = 300, DIGEST_LINES = 50 };

static const struct field letter_fields[] = {
    FIELD(struct sending, text, "内容", "What it says"),
    FIELD(struct sending, text_en, "内容（英文）", "What it says, in English"),
    FIELD(struct sending, address, "网页地址", "Address of the page"),
    FIELD(struct sending, created_at, "时间", "When"),
    FIELD(struct sending, person_id, "人员", "Person"),
    FIELD(struct sending, account_state, "账户状态", "State of the account"),
};
static const struct shape letter_shape = {"letter", sizeof(struct sending), letter_fields,
                                          COUNT(letter_fields), NULL};

/* Looked up when it is sent, and not kept. */
static enum error address_of(struct ctx *ctx, struct sending *sending, struct str *to)
{
    struct sending found;
    struct person person = {.email = STR_NONE};
    enum error error = db_one(ctx, &sql_letter_notice, ARGS(arg_int("id", sending->id)),
                              (struct row){&letter_shape, &found});
    ctx->person_keys = NULL; /* one that was destroyed meanwhile is not to be remembered */
    if (!error && found.person_id)
        error = person_find(ctx, found.person_id, &person);
    if (error)
        return error;
    sending->text = found.text;
    sending->text_en = found.text_en;
    sending->address = found.address;
    sending->created_at = found.created_at;
    sending->not_before = ctx->now;
    bool good = str_is(found.account_state, "active") && person.email.length &&
                !personal_is_erased(person.email);
    *to = good ? person.email : STR_NONE;
    if (!good) {
        sending->state = STR("failed");
        sending->problem = STR("没有电子邮箱 · has no e-mail address");
    }
    return E_OK;
}

/* --- Digests -------------------------------------------------------------------------------- */

struct digest_line {
    struct str kind, text, text_en, address;
};
static const struct field digest_line_fields[] = {
    FIELD(struct digest_line, kind, "种类", "Kind"),
    FIELD(struct digest_line, text, "内容", "What it says"),
    FIELD(struct digest_line, text_en, "内容（英文）", "What it says, in English"),
    FIELD(struct digest_line, address, "网页地址", "Address of the page"),
};
static const SHAPE(digest_line);

struct kind_count {
    struct str kind;
    int64_t count;
};
static const struct field kind_count_fields[] = {
    FIELD(struct kind_count, kind, "种类", "Kind"),
    FIELD(struct kind_count, count, "条数", "How many"),
};
static const SHAPE(kind_count);

static void add_counts(struct buf *out, const struct records *counts)
{
    for (size_t i = 0; i < counts->count; i++) {
        const struct kind_count *one = (const struct kind_count *)counts->items + i;
        const struct notice_kind *kind = notice_kind_named(one->kind);
        buf_print(out, "* %s · %s: %lld\r\n", kind ? kind->zh : one->kind.data,
                  kind ? kind->en : one->kind.data, (long long)one->count);
    }
}

/* How many of which kind, and each with its address; of many, the newest. */
static enum error digest_text(struct ctx *ctx, const struct sending *sending, struct str *text)
{
    struct buf out = {.arena = ctx->arena};
    struct records counts, lines;
    struct str site = ctx->config->site;
    int64_t all = 0;
    enum { KINDS_MAX = 500 };
    struct args digest = ARGS(arg_int("digest_id", sending->id));
    enum error error =
        db_all(ctx, &sql_letter_digest_counts, digest, &kind_count_shape, KINDS_MAX, &counts);
    if (!error)
        error = db_all(ctx, &sql_letter_digest_lines,
                       ARGS(arg_int("digest_id", sending->id), arg_int("limit", DIGEST_LINES)),
                       &digest_line_shape, DIGEST_LINES, &lines);
    if (error)
        return error;
    for (size_t i = 0; i < counts.count; i++)
        all += ((const struct kind_count *)counts.items)[i].count;
    buf_print(&out, "%.*s\r\n%.*s\r\n\r\n", STR_PRINT(sending->text), STR_PRINT(sending->text_en));
    add_counts(&out, &counts);
    for (size_t i = 0; i < lines.count; i++) {
        const struct digest_line *line = (const struct digest_line *)lines.items + i;
        buf_print(&out, "\r\n%zu. %.*s\r\n   %.*s\r\n   %.*s%.*s\r\n", i + 1, STR_PRINT(line->text),
                  STR_PRINT(line->text_en), STR_PRINT(site), STR_PRINT(line->address));
    }
    if (all > (int64_t)lines.count)
        buf_print(&out, "\r\n还有 %lld 条，见网页 · %lld more on the page: %.*s/notices\r\n",
                  (long long)(all - (int64_t)lines.count), (long long)(all - (int64_t)lines.count),
                  STR_PRINT(site));
    *text = buf_str(&out);
    return E_OK;
}

/* --- Letters -------------------------------------------------------------------------------- */

static enum error letter_text(struct ctx *ctx, const struct sending *sending, struct str *text)
{
    if (sending->digest)
        return digest_text(ctx, sending, text);
    *text = arena_print(ctx->arena, "%.*s\r\n\r\n%.*s\r\n\r\n%.*s%.*s\r\n",
                        STR_PRINT(sending->text), STR_PRINT(sending->text_en),
                        STR_PRINT(ctx->config->site), STR_PRINT(sending->address));
    return E_OK;
}

enum error letter_write(struct ctx *ctx, struct sending *sending, struct letter *letter)
{
    *letter = (struct letter){.to = STR_NONE, .unsubscribe = STR_NONE};
    enum error error = address_of(ctx, sending, &letter->to);
    if (error || !letter->to.data)
        return error;
    letter->subject = sending->text;
    error = letter_text(ctx, sending, &letter->text);
    if (!error && !sending->urgent)
        error = unsubscribe_address(ctx, sending->account_id, sending->kind, &letter->unsubscribe);
    if (!error && letter->unsubscribe.length)
        letter->text = arena_print(
            ctx->arena,
            "%.*s\r\n--\r\n不再收这种邮件（消息仍在网页上） · No more such letters (the page still "
            "has them):\r\n%.*s\r\n什么时候、以什么方式告诉您 · When and how you are told:\r\n"
            "%.*s/notices/settings\r\n",
            STR_PRINT(letter->text), STR_PRINT(letter->unsubscribe), STR_PRINT(ctx->config->site));
    return error;
}

void letter_send(struct ctx *ctx, struct sending *sending, const struct letter *letter)
{
    const struct config *config = ctx->config;
    char reason[REASON_SIZE] = "";
    bool for_good = false;
    struct mail_server server = {.url = config->smtp.data,
                                 .from = config->smtp_from.data,
                                 .password_file = config->smtp_password_file.data,
                                 .seconds = MAIL_SECONDS};
    struct str domain = str_skip(config->smtp_from, str_find(config->smtp_from, '@') + 1);
    struct mail mail = {.to = letter->to,
                        .subject = letter->subject,
                        .text = letter->text,
                        .id = arena_print(ctx->arena, "kechuang.%lld.%lld@%.*s",
                                          (long long)sending->created_at.seconds,
                                          (long long)sending->id, STR_PRINT(domain)),
                        .at = sending->created_at.seconds,
                        .unsubscribe = letter->unsubscribe};
    bool sent = mail_send(ctx->arena, &server, &mail, &for_good, reason, sizeof(reason));
    sending_end(ctx, sending, sent, for_good, sent ? "SMTP 250" : reason);
}
