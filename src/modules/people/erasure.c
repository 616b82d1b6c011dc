/* Erasure: the person's key is destroyed, and what is not sealed with it is removed: consents'
 * texts, attachments, blind indexes, mentions in other records' texts, contents of events. */
#include "core/erasure.h"
#include "core/audit.h"
#include "core/file_erasure.h"
#include "core/personal.h"
#include "core/proposal.h"
#include "core/redact.h"
#include "core/sequence.h"
#include "modules/people/internal.h"
#include "person_erasure.sql.h"

enum { ERASED_MAX = 1000000, PREVIEW_SECONDS = 20 };

struct person_uid {
    int64_t id;
    struct str uid;
};
static const struct field person_uid_fields[] = {
    FIELD(struct person_uid, id, "编号", "Number"),
    FIELD(struct person_uid, uid, "标识", "Identifier"),
};
static const SHAPE(person_uid);

/* --- Mentions ------------------------------------------------------------------------------- */

static enum error needles_of(struct ctx *ctx, const struct person *person, bool with_name,
                             struct needles *needles)
{
    *needles = (struct needles){.count = 0};
    needles_add(ctx->arena, needles, person->phone);
    needles_add(ctx->arena, needles, person->email);
    needles_add(ctx->arena, needles, person->id_number);
    if (with_name)
        needles_add(ctx->arena, needles, person->name);
    return needles_from_events(ctx, person->id, with_name, needles);
}

struct mentions_request {
    int64_t id;
    bool keep_name;
};
static const struct field mentions_request_fields[] = {
    FIELD(struct mentions_request, id, "人员编号", "Number of the person", USE_OUT),
    FIELD(struct mentions_request, keep_name, "不找姓名（姓名也是常用词时）",
          "Not for the name (where it is a common word as well)"),
};
static const SHAPE(mentions_request);

struct mentions {
    int64_t person_id;
    struct records items, files;
    int64_t unread_files, files_left;
};
static const struct field mentions_fields[] = {
    FIELD(struct mentions, person_id, "人员编号", "Number of the person"),
    FIELD(struct mentions, items, "提到的地方", "Where the person is mentioned",
          .of = &place_shape),
    FIELD(struct mentions, files, "提到此人的文件（列 = 文件的摘要）",
          "Files that mention the person (the column is the file's digest)", .of = &place_shape),
    FIELD(struct mentions, unread_files, "读不出文字的文件（如图片）",
          "Files without readable text, such as pictures"),
    FIELD(struct mentions, files_left, "时间不够、没有看的文件",
          "Files not looked at for lack of time"),
};
static const SHAPE(mentions);

SHARED_HANDLER(mentions_show, mentions_request, mentions)
{
    struct person person;
    enum error error = person_find(ctx, in->id, &person);
    out->person_id = in->id;
    if (error || person_is_erased(&person))
        return error ? error : fail_erased(ctx);
    struct needles needles;
    error = needles_of(ctx, &person, !in->keep_name, &needles);
    if (!error)
        error = mentions_find(ctx, &needles, &out->items);
    return error ? error
                 : file_erasure_preview(ctx, &needles, PREVIEW_SECONDS, &out->files,
                                        &out->unread_files, &out->files_left);
}

/* --- Erasing -------------------------------------------------------------------------------- */

static enum error erase_in_modules(struct ctx *ctx, int64_t id)
{
    enum error error = E_OK;
    for (size_t m = 0; !error && m < module_count; m++)
        if (modules[m]->person_erase)
            error = modules[m]->person_erase(ctx, id);
    return error;
}

static enum error erase_own(struct ctx *ctx, int64_t id)
{
    struct args person = ARGS(arg_int("person_id", id));
    enum error error = db_do(ctx, &sql_consents_erase, person);
    if (!error)
        error = db_do(ctx, &sql_chunks_erase, person);
    if (!error)
        error = db_do(ctx, &sql_attachments_erase, person);
    return error ? error : erase_in_modules(ctx, id);
}

/* What has to be scrubbed: every table that was written, a name for each. */
static struct str tables_written(struct arena *arena, const struct records *places)
{
    struct buf tables = {.arena = arena};
    const struct place *place = places->items;
    buf_add(&tables, STR("person person_key personal_index consent attachment attachment_chunk"
                         " search_fresh search_block search_page search_text search_order"));
    for (size_t m = 0; m < module_count; m++)
        if (modules[m]->person_tables)
            buf_print(&tables, " %s", modules[m]->person_tables);
    for (size_t i = 0; i < places->count; i++)
        buf_print(&tables, " %.*s", STR_PRINT(place[i].table_name));
    return buf_str(&tables);
}

/* `line` is for the list; STR("") when it is there already. */
static void note(struct ctx *ctx, struct str line, const struct records *places)
{
    struct erasure *erasure = ARENA_NEW(ctx->arena, struct erasure);
    const struct erasure none = {STR(""), STR("")};
    const struct erasure *before = ctx->erasure ? ctx->erasure : &none;
    struct buf lines = {.arena = ctx->arena}, tables = {.arena = ctx->arena};
    buf_add(&lines, before->lines);
    if (line.length)
        buf_print(&lines, "%s%.*s", lines.length ? "\n" : "", STR_PRINT(line));
    struct str written = tables_written(ctx->arena, places);
    buf_print(&tables, "%.*s%s%.*s", STR_PRINT(before->tables), before->tables.length ? " " : "",
              STR_PRINT(written));
    *erasure = (struct erasure){buf_str(&lines), buf_str(&tables)};
    ctx->erasure = erasure;
}

static struct str line_of(struct arena *arena, struct str uid, bool keep_name)
{
    return keep_name ? arena_print(arena, "%.*s keep_name", STR_PRINT(uid)) : uid;
}

/* `listed` = the list of erasures has the person already. */
static enum error erase(struct ctx *ctx, int64_t id, bool keep_name, bool listed,
                        struct records *places)
{
    struct person person;
    struct person_uid uid;
    enum error error = person_find(ctx, id, &person);
    if (error)
        return error;
    error = db_one(ctx, &sql_person_erase, ARGS(arg_int("id", id)), (struct row){NULL, NULL});
    if (error)
        return explain(ctx, error, E_ERASED, "已经删除过了", "has been removed already");
    struct needles needles;
    if ((error = needles_of(ctx, &person, !keep_name, &needles)) ||
        (error = db_one(ctx, &sql_person_uid, ARGS(arg_int("id", id)), ROW(person_uid, &uid))) ||
        (error = erase_own(ctx, id)) || (error = mentions_redact(ctx, &needles, places)) ||
        (error = file_erasure_begin(ctx, id, &needles)) || (error = person_key_destroy(ctx, id)))
        return error;
    note(ctx, listed ? STR("") : line_of(ctx->arena, uid.uid, keep_name), places);
    return E_OK;
}

struct erasure_request {
    int64_t id;
    struct str reason;
    bool keep_name;
};
static const struct field erasure_request_fields[] = {
    FIELD(struct erasure_request, id, "人员编号", "Number of the person", USE_OUT),
    FIELD(struct erasure_request, reason, "理由", "Reason", .required = true,
          .length_max = PROPOSAL_REASON_MAX),
    FIELD(struct erasure_request, keep_name, "别处文字里的姓名保留（姓名也是常用词时）",
          "Leave the name in other texts (where it is a common word as well)"),
};
static const SHAPE(erasure_request);

struct erased {
    int64_t id;
    struct instant erased_at;
    struct records places;
};
static const struct field erased_fields[] = {
    FIELD(struct erased, id, "人员编号", "Number of the person"),
    FIELD(struct erased, erased_at, "删除的时间", "When it was removed"),
    FIELD(struct erased, places, "别处被删去的文字", "Where texts elsewhere were redacted",
          .of = &place_shape),
};
static const SHAPE(erased);

SHARED_HANDLER(person_erase, erasure_request, erased)
{
    struct person person;
    enum error error = person_find(ctx, in->id, &person);
    if (error || person_is_erased(&person))
        return error ? error : fail_erased(ctx);
    if ((error = approval_required(ctx)))
        return error;
    out->id = in->id;
    out->erased_at = ctx->now;
    return erase(ctx, in->id, in->keep_name, false, &out->places);
}

/* How far it is in the files. */
SHARED_HANDLER(file_erasure_show, person_number, file_erasure)
{
    return file_erasure_find(ctx, in->id, out);
}

/* --- After a restore ------------------------------------------------------------------------ */

/* A line of the list whose person this database still has. */
static enum error erase_again(struct ctx *ctx, struct str line)
{
    struct str moment, uid;
    if (!str_cut(&line, ' ', &moment) || !str_cut(&line, ' ', &uid))
        return E_OK;
    bool keep_name = str_is(line, "keep_name");
    struct person_uid person;
    struct records places;
    enum error error =
        db_one(ctx, &sql_person_by_uid, ARGS(arg_text("uid", uid)), ROW(person_uid, &person));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    ctx->person_keys = NULL;
    if ((error = sequence_take(ctx)) || (error = erase(ctx, person.id, keep_name, true, &places)))
        return error;
    return audit_note(ctx, ctx_actor(ctx), "erasure", STR("erased"),
                      arena_print(ctx->arena, "%lld", (long long)person.id));
}

/* Erased here, and not listed: the program ended before its files were scrubbed. Whether the name
 * was to stay is not known any more, so in a restored database it does. */
static enum error note_unlisted(struct ctx *ctx, struct str list)
{
    struct records persons, none = {NULL, 0};
    enum error error =
        db_all(ctx, &sql_persons_erased, NO_ARGS, &person_uid_shape, ERASED_MAX, &persons);
    const struct person_uid *person = persons.items;
    for (size_t i = 0; !error && i < persons.count; i++)
        if (!list.length ||
            !memmem(list.data, list.length, person[i].uid.data, person[i].uid.length))
            note(ctx, line_of(ctx->arena, person[i].uid, true), &none);
    return error;
}

enum error erasures_catch_up(struct ctx *ctx)
{
    struct str list, line, rest;
    enum error error = erasures_read(ctx, &list);
    rest = list;
    while (!error && rest.length && str_cut(&rest, '\n', &line))
        error = erase_again(ctx, line);
    if (!error)
        error = note_unlisted(ctx, list);
    return error ? error : file_erasures_resume(ctx);
}
