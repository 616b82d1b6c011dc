#include "modules/people/people.h"

#include <sodium.h>

#include "core/file_erasure.h"
#include "core/personal.h"
#include "modules/people/internal.h"
#include "people.sql.h"

enum { UID_BYTES = 16, PHONE_MIN = 5, PHONE_MAX = 20, ID_NUMBER_LENGTH = 18 };

static const struct field person_fields[] = {
    FIELD(struct person, id, "编号", "Number", USE_OUT | USE_SORT, .subject = true),
    FIELD(struct person, name, "姓名", "Name", .required = true, .length_max = 120,
          .personal = PERSONAL_NAME),
    FIELD(struct person, phone, "电话", "Phone", USE_BOTH | USE_FILTER, .length_max = 40,
          .personal = PERSONAL_PHONE),
    FIELD(struct person, email, "电子邮箱", "E-mail address", USE_BOTH | USE_FILTER,
          .length_max = 200, .personal = PERSONAL_EMAIL),
    FIELD(struct person, id_number, "身份证号；非必要不收集",
          "ID number; not to be collected unless it must be", .length_max = ID_NUMBER_LENGTH,
          .personal = PERSONAL_ID_NUMBER),
    FIELD(struct person, note, "备注", "Note", .length_max = 2000, .personal = PERSONAL_TEXT),
    FIELD(struct person, created_at, "登记时间", "When it was recorded", USE_OUT),
    FIELD(struct person, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
    FIELD(struct person, erased_at, "依法删除的时间", "When it was removed by law", USE_OUT),
};
SHAPE(person);

/* --- For other modules ---------------------------------------------------------------------- */

static enum error put_indexes(struct ctx *ctx, const struct person *person)
{
    enum error error =
        personal_index(ctx, person->id, STR("person.phone"), PERSONAL_PHONE, person->phone);
    return error ? error
                 : personal_index(ctx, person->id, STR("person.email"), PERSONAL_EMAIL,
                                  person->email);
}

static enum error put_texts(struct ctx *ctx, const struct person *person)
{
    enum error error =
        db_one(ctx, &sql_person_update, FROM(person, person), (struct row){NULL, NULL});
    if (error == E_NOT_FOUND)
        return fail_erased(ctx);
    return error ? error : put_indexes(ctx, person);
}

enum error person_create(struct ctx *ctx, struct person *person)
{
    unsigned char bytes[UID_BYTES];
    char uid[2 * UID_BYTES + 1];
    randombytes_buf(bytes, sizeof(bytes));
    sodium_bin2hex(uid, sizeof(uid), bytes, sizeof(bytes));
    person->created_at = ctx->now;
    person->changed_seq = ctx->sequence;
    person->erased_at = INSTANT_NONE;
    enum error error =
        db_number(ctx, &sql_person_insert, ARGS(arg_text("uid", str_of(uid))), &person->id);
    if (!error)
        error = person_key_create(ctx, person->id);
    return error ? error : put_texts(ctx, person);
}

enum error person_update(struct ctx *ctx, const struct person *person)
{
    struct person old;
    enum error error = person_find(ctx, person->id, &old);
    if (error)
        return error;
    return person_is_erased(&old) ? fail_erased(ctx) : put_texts(ctx, person);
}

enum error person_find(struct ctx *ctx, int64_t id, struct person *person)
{
    return db_one(ctx, &sql_person_show, ARGS(arg_int("id", id)), ROW(person, person));
}

static enum error by_digest(struct ctx *ctx, const char *column, enum personal personal,
                            struct str value, int64_t *id)
{
    struct str digest;
    *id = 0;
    enum error error = personal_digest(ctx, str_of(column), personal, value, &digest);
    if (!error)
        error = db_number(ctx, &sql_person_by_digest,
                          ARGS(arg_text("column_name", str_of(column)), arg_text("digest", digest)),
                          id);
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error person_by_phone(struct ctx *ctx, struct str phone, int64_t *id)
{
    return by_digest(ctx, "person.phone", PERSONAL_PHONE, phone, id);
}

enum error person_by_email(struct ctx *ctx, struct str email, int64_t *id)
{
    return by_digest(ctx, "person.email", PERSONAL_EMAIL, email, id);
}

static bool is_phone(struct str text)
{
    size_t digits = 0;
    for (size_t i = 0; i < text.length; i++) {
        char c = text.data[i];
        digits += c >= '0' && c <= '9';
        if (!(c >= '0' && c <= '9') && c != ' ' && c != '-' && !(c == '+' && i == 0))
            return false;
    }
    return digits >= PHONE_MIN && digits <= PHONE_MAX;
}

static bool is_email(struct str text)
{
    size_t at = str_find(text, '@');
    struct str host = str_skip(text, at + 1);
    return at && at < text.length && host.length > 2 && str_find(host, '@') == host.length &&
           str_find(host, '.') < host.length && str_find(text, ' ') == text.length;
}

/* GB 11643: the last character is ISO 7064 MOD 11-2 of the others. */
static bool is_id_number(struct str text)
{
    int sum = 0;
    if (text.length != ID_NUMBER_LENGTH)
        return false;
    for (size_t i = 0; i + 1 < text.length; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        sum = (sum + text.data[i] - '0') * 2 % 11;
    }
    return text.data[ID_NUMBER_LENGTH - 1] == "10X98765432"[(sum) % 11];
}

enum error person_check(struct ctx *ctx, const struct person *person)
{
    if (person->phone.length && !is_phone(person->phone))
        complain(ctx, STR("phone"), "应为电话号码：数字、空格、-，可以 + 开头",
                 "must be a phone number: digits, blanks, -, perhaps + in front");
    if (person->email.length && !is_email(person->email))
        complain(ctx, STR("email"), "应为电子邮箱地址", "must be an e-mail address");
    if (person->id_number.length && !is_id_number(person->id_number))
        complain(ctx, STR("id_number"), "身份证号的位数或校验码不对",
                 "the length or the check digit of the ID number is wrong");
    return ctx->error;
}

/* --- Routes --------------------------------------------------------------------------------- */

static const struct list person_list = {
    .base = &sql_person_list, .row = &person_shape, .key = "id", .sort = "id"};

static const struct field reason_fields[] = {
    FIELD(struct reason, id, "编号", "Number", USE_OUT),
    FIELD(struct reason, reason, "理由，会被记录", "Reason, which is recorded", .required = true,
          .length_max = 1000),
};
SHAPE(reason);

struct person_revealed {
    struct person person;
    struct str reason;
};
static const struct field person_revealed_fields[] = {
    FIELD(struct person_revealed, reason, "理由", "Reason", USE_OUT),
};
static const SHAPE_EXTENDING(person_revealed, person);

static const struct field person_number_fields[] = {
    FIELD(struct person_number, id, "人员编号", "Number of the person", USE_OUT),
};
SHAPE(person_number);

enum error fail_erased(struct ctx *ctx)
{
    return fail(ctx, E_ERASED, "这个人的个人信息已依法删除",
                "this person's data has been removed by law");
}

enum error person_for_reader(struct ctx *ctx, uint32_t roles, int64_t id, struct person *person)
{
    if (!role_in(ctx->who->role, roles) && (!id || ctx->who->person_id != id))
        return E_NOT_FOUND;
    return person_find(ctx, id, person);
}

HANDLER(person_show, person_number, person)
{
    enum error error = person_for_reader(ctx, OVERSEERS, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

HANDLER(person_add, person, person)
{
    *out = *in;
    enum error error = person_check(ctx, in);
    if (!error)
        error = person_create(ctx, out);
    ctx->etag = ctx->sequence;
    ctx->location = arena_print(ctx->arena, "/api/people/%lld", (long long)out->id);
    return error;
}

HANDLER(person_edit, person, person)
{
    struct person change;
    enum error error = person_for_reader(ctx, ADMINISTRATORS, in->id, &change);
    if (error || (error = check_match(ctx, change.changed_seq)))
        return error;
    fields_merge(ROW(person, &change), in, ctx->given);
    if (person_is_erased(&change))
        return fail_erased(ctx);
    if ((error = person_check(ctx, &change)) || (error = person_update(ctx, &change)))
        return error;
    error = person_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

HANDLER(person_reveal, reason, person_revealed)
{
    out->reason = in->reason;
    ctx->revealed = true;
    return person_find(ctx, in->id, &out->person);
}

/* --- Everything about a person -------------------------------------------------------------- */

static void records_member(struct ctx *ctx, struct json *out, const char *name,
                           const struct shape *shape, struct records records)
{
    json_key(out, name);
    json_open(out, '[');
    for (size_t i = 0; i < records.count; i++) {
        const char *item = (const char *)records.items + i * shape->size;
        fields_to_json(ctx, out, (struct row){shape, (void *)(uintptr_t)item});
    }
    json_close(out, ']');
}

static enum error export_own(struct ctx *ctx, int64_t person_id, struct json *out)
{
    struct records consents, attachments;
    enum error error = consents_of(ctx, person_id, &consents);
    if (!error)
        error = attachments_of(ctx, person_id, &attachments);
    if (error)
        return error;
    records_member(ctx, out, "consents", &consent_shape, consents);
    records_member(ctx, out, "attachments", &attachment_shape, attachments);
    return E_OK;
}

/* The reply becomes a file: the person's record, and what each module holds about the person. */
static enum error give_export(struct ctx *ctx, const struct person *person)
{
    struct buf text = {.arena = ctx->arena};
    struct json out = {.out = &text};
    bool before = ctx->revealed;
    enum error error = E_OK;
    ctx->revealed = true;
    json_open(&out, '{');
    json_key(&out, "person");
    fields_to_json(ctx, &out, (struct row){&person_shape, (void *)(uintptr_t)person});
    for (size_t m = 0; !error && m < module_count; m++)
        if (modules[m]->person_export)
            error = modules[m]->person_export(ctx, person->id, &out);
    json_close(&out, '}');
    ctx->revealed = before;
    ctx->file = buf_str(&text);
    ctx->file_type = STR("application/json");
    ctx->file_name = arena_print(ctx->arena, "person-%lld.json", (long long)person->id);
    return error;
}

HANDLER(person_export, person_number, person)
{
    enum error error = person_for_reader(ctx, 0, in->id, out);
    return error ? error : give_export(ctx, out);
}

HANDLER(person_export_for, reason, person_revealed)
{
    enum error error = person_find(ctx, in->id, &out->person);
    out->reason = in->reason;
    if (!error)
        error = give_export(ctx, &out->person);
    ctx->revealed = true;
    return error;
}

#define TO_READ  .effort = WORK, .roles = SIGNED_IN | OPERATOR
#define TO_WRITE .effort = WORK, .roles = ADMINISTRATORS
static const struct route routes[] = {
    {"GET", "/api/people", "人员", "People", .list = &person_list, .effort = WORK,
     .roles = OVERSEERS},
    {"POST", "/api/people", "登记一个人", "Record a person", .handler = &person_add_handler,
     .created = 201, TO_WRITE},
    {"GET", "/api/people/{id}", "一个人；本人看到全文，他人看到掩码",
     "A person; unmasked for the person only", .handler = &person_show_handler, TO_READ},
    {"PATCH", "/api/people/{id}", "更正", "Correct it", .handler = &person_edit_handler,
     .partial = true, .match = true, TO_READ},
    {"POST", "/api/people/{id}/reveal", "看一次全文；理由会被记录",
     "Unmasked, once; the reason is recorded", .handler = &person_reveal_handler, TO_WRITE},
    {"GET", "/api/people/{id}/export", "本人：存有的关于自己的一切",
     "Everything that is held about oneself", .handler = &person_export_handler, TO_READ},
    {"POST", "/api/people/{id}/export", "代人导出；理由会被记录",
     "The same for somebody; the reason is recorded", .handler = &person_export_for_handler,
     TO_WRITE},
    {"GET", "/api/people/{id}/mentions", "别处文字里提到此人的地方",
     "Where other texts mention the person", .handler = &mentions_show_handler, TO_WRITE},
    {"POST", "/api/people/{id}/erasure", "依法删除；须由另一人批准",
     "Remove by law; another person has to approve", .handler = &person_erase_handler,
     .approvers = ADMINISTRATORS, TO_WRITE},
    {"GET", "/api/people/{id}/erasure", "依法删除在已存文件里做到哪里",
     "How far an erasure is in the stored files", .handler = &file_erasure_show_handler, TO_WRITE},
    {"GET", "/api/consents", "同意", "Consents", .list = &consent_list, .effort = WORK,
     .roles = OVERSEERS},
    {"GET", "/api/people/{id}/consents", "一个人的同意", "A person's consents",
     .handler = &consents_show_handler, TO_READ},
    {"POST", "/api/consents", "登记同意", "Record a consent", .handler = &consent_give_handler,
     .created = 201, TO_READ},
    {"POST", "/api/consents/{id}/withdrawal", "撤回同意", "Withdraw a consent",
     .handler = &consent_withdraw_handler, TO_READ},
    {"POST", "/api/people/{id}/attachments", "上传附件", "Add an attachment",
     .handler = &attachment_add_handler, .created = 201, .raw = true, .body_max = ATTACHMENT_MAX,
     TO_READ},
    {"GET", "/api/people/{id}/attachments", "一个人的附件", "A person's attachments",
     .handler = &attachments_show_handler, TO_READ},
    {"GET", "/api/attachments/{id}", "本人：下载附件", "Download an attachment of one's own",
     .handler = &attachment_show_handler, TO_READ},
    {"POST", "/api/attachments/{id}/reveal", "下载他人的附件；理由会被记录",
     "Download somebody's attachment; the reason is recorded",
     .handler = &attachment_reveal_handler, TO_WRITE},
};

const struct module people_module = {
    .name = "people",
    .migrations = people_migrations,
    .migration_count = COUNT(people_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .imports = people_imports,
    .job_kinds = &file_erasure_job,
    .job_kind_count = 1,
    .started = erasures_catch_up,
    .person_export = export_own,
};
