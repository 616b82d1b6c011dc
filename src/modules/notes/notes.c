#include "modules/notes/notes.h"

#include <ctype.h>

#include "core/notice.h"
#include "core/query.h"
#include "core/record.h"
#include "notes.sql.h"

enum { NOTES_MAX = 1000, GRANTS_MAX = 20 };

struct record_note {
    int64_t id;
    struct str kind, key;
    struct instant at;
    struct str actor, name, text;
    int64_t changed_seq;
};
static const struct field record_note_fields[] = {
    FIELD(struct record_note, id, "编号", "Number", USE_OUT),
    FIELD(struct record_note, kind, "记录类型，如 proposal", "Kind of record, such as proposal",
          .required = true, .length_max = 64),
    FIELD(struct record_note, key, "记录编号", "Id or code of the record", .required = true,
          .length_max = 200),
    FIELD(struct record_note, at, "时间", "When", USE_OUT),
    FIELD(struct record_note, actor, "谁", "Who", USE_OUT),
    FIELD(struct record_note, name, "登录名", "Log-in name", USE_OUT),
    FIELD(struct record_note, text, "内容；写 @ 和登录名可提醒对方；请勿写个人信息",
          "Text; @ and a log-in name tells somebody; no personal data, please", .required = true,
          .length_max = 2000),
    FIELD(struct record_note, changed_seq, "序号", "Sequence number", USE_OUT),
};
static const SHAPE(record_note);

struct note_query {
    struct str kind, key;
};
static const struct field note_query_fields[] = {
    FIELD(struct note_query, kind, "记录类型", "Kind of record", .required = true,
          .length_max = 64),
    FIELD(struct note_query, key, "记录编号", "Id or code of the record", .required = true,
          .length_max = 200),
};
static const SHAPE(note_query);

struct note_page {
    struct records items;
};
static const struct field note_page_fields[] = {
    FIELD(struct note_page, items, "留言，先写的在前", "Notes, oldest first",
          .of = &record_note_shape),
};
static const SHAPE(note_page);

HANDLER(notes_show, note_query, note_page)
{
    enum error error = record_must_see(ctx, in->kind, in->key, NULL);
    return error ? error
                 : db_all(ctx, &sql_notes_of,
                          ARGS(arg_text("kind", in->kind), arg_text("key", in->key),
                               arg_int("limit", NOTES_MAX)),
                          &record_note_shape, NOTES_MAX, &out->items);
}

/* --- Mentions ------------------------------------------------------------------------------- */

bool mention_next(struct str *rest, struct str *name)
{
    size_t at = str_find(*rest, '@');
    if (at == rest->length)
        return false;
    *rest = str_skip(*rest, at + 1);
    size_t length = 0;
    while (length < rest->length &&
           (isalnum((unsigned char)rest->data[length]) || strchr("._-", rest->data[length])))
        length++;
    *name = str_first(*rest, length);
    return true;
}

struct mentioned {
    int64_t account_id, grant_id;
    struct str name, role, organisation_code, area_code, department_code;
};
static const struct field mentioned_fields[] = {
    FIELD(struct mentioned, account_id, "", ""),
    FIELD(struct mentioned, grant_id, "", ""),
    FIELD(struct mentioned, name, "", ""),
    FIELD(struct mentioned, role, "", ""),
    FIELD(struct mentioned, organisation_code, "", ""),
    FIELD(struct mentioned, area_code, "", ""),
    FIELD(struct mentioned, department_code, "", ""),
};
static const SHAPE(mentioned);

/* Would he find the record, if he asked for it under this grant? */
static bool would_see(struct ctx *ctx, const struct mentioned *grant,
                      const struct record_note *note)
{
    const struct principal *asking = ctx->who;
    struct principal he = {.account_id = grant->account_id,
                           .grant_id = grant->grant_id,
                           .name = grant->name,
                           .organisation_code = grant->organisation_code,
                           .area_code = grant->area_code,
                           .department_code = grant->department_code};
    while (he.role < ROLE_COUNT - 1 && !str_is(grant->role, role_infos[he.role].name))
        he.role++;
    ctx->who = &he;
    enum error error = record_must_see(ctx, note->kind, note->key, NULL);
    ctx->who = asking;
    if (error)
        ctx_clear(ctx);
    return !error;
}

static enum error tell(struct ctx *ctx, const struct record_note *note, int64_t account_id)
{
    struct notice notice = {.kind = "note.mention",
                            .account_id = account_id,
                            .subject_kind = note->kind,
                            .subject_key = note->key,
                            .text = STR("有人在一条记录的留言里提到您"),
                            .text_en = STR("Somebody mentions you in a note on a record"),
                            .address = arena_print(ctx->arena, "/notes/%.*s/%.*s",
                                                   STR_PRINT(note->kind), STR_PRINT(note->key))};
    return notice_send(ctx, &notice);
}

static enum error tell_mentioned(struct ctx *ctx, const struct record_note *note)
{
    struct str rest = note->text, name;
    enum error error = E_OK;
    for (int told = 0; !error && told < MENTIONS_MAX && mention_next(&rest, &name); told++) {
        struct records grants;
        error = db_all(ctx, &sql_note_mentioned,
                       ARGS(arg_text("name", name), arg_int("limit", GRANTS_MAX)), &mentioned_shape,
                       GRANTS_MAX, &grants);
        const struct mentioned *grant = grants.items;
        for (size_t i = 0; !error && i < grants.count; i++)
            if (would_see(ctx, &grant[i], note)) {
                error = tell(ctx, note, grant[i].account_id);
                break;
            }
    }
    return error;
}

HANDLER(note_add, record_note, record_note)
{
    struct record_note made = *in;
    int64_t id;
    if (!in->text.length)
        return complain(ctx, STR("text"), "请写内容", "say something");
    enum error error = record_must_see(ctx, in->kind, in->key, NULL);
    made.actor = ctx_actor(ctx);
    made.name = ctx->who->account_id ? ctx->who->name : ctx_actor(ctx);
    if (!error)
        error = db_insert(ctx, &sql_note_insert, FROM(record_note, &made), &id);
    if (!error)
        error = tell_mentioned(ctx, &made);
    return error ? error
                 : db_one(ctx, &sql_note_show, ARGS(arg_int("id", id)), ROW(record_note, out));
}

static const struct notice_kind notices[] = {
    {"note.mention", "有人在一条记录的留言里提到您", "Somebody mentions you in a note on a record",
     CHANNEL_EMAIL, false, false},
};

static const struct route routes[] = {
    GET_TABLE("/api/notes", notes_show, "一条记录的留言", "Notes on a record",
              .roles = SIGNED_IN | OPERATOR),
    POST("/api/notes", note_add, "给一条记录留言", "Add a note to a record",
         .roles = SIGNED_IN | OPERATOR),
};

const struct module notes_module = {
    .name = "notes",
    .migrations = notes_migrations,
    .migration_count = COUNT(notes_migrations),
    .notice_kinds = notices,
    .notice_kind_count = COUNT(notices),
    .routes = routes,
    .route_count = COUNT(routes),
};
