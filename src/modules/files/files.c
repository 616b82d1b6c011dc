#include "modules/files/files.h"

#include "core/files.h"
#include "core/import.h"
#include "core/personal.h"
#include "core/proposal.h"
#include "core/record.h"
#include "core/rules.h"
#include "files.sql.h"
#include "modules/files/internal.h"

enum { FILES_MAX = 500, MEGABYTE = 1024 * 1024 };

static const struct field file_fields[] = {
    FIELD(struct file, id, "编号", "Number", USE_OUT),
    FIELD(struct file, kind, "记录类型", "Kind of the record", USE_OUT),
    FIELD(struct file, key, "记录编号", "Id or code of the record", USE_OUT),
    FIELD(struct file, part, "是记录所要的哪份材料（代码）；空为其他",
          "Code of the paper that its record asks for; null = another", USE_OUT),
    FIELD(struct file, name, "文件名", "File name", USE_OUT),
    FIELD(struct file, type, "格式（由内容判断）", "Media type, from its content", USE_OUT),
    FIELD(struct file, size, "字节数", "Size in bytes", USE_OUT),
    FIELD(struct file, sha256, "SHA-256", "SHA-256", USE_OUT),
    FIELD(struct file, created_at, "上传时间", "When it was added", USE_OUT),
    FIELD(struct file, created_by, "上传人（公众不可见）", "By whom; the public is not told",
          USE_OUT),
    FIELD(struct file, previewable, "可否预览", "Is there a preview?", USE_OUT),
    FIELD(struct file, changed_seq, "序号", "Sequence number", USE_OUT),
    FIELD(struct file, owner, "计入谁的配额（公众不可见）",
          "Whose quota it counts for; the public is not told", USE_OUT),
    FIELD(struct file, visibility, "记录公开时谁可见此附件；公开须另一人批准",
          "Who sees it where its record is public; publishing takes a second person", USE_OUT,
          .choices = visibility_names),
};
SHAPE(file);

struct file_in {
    struct str kind, key, part, name;
};
static const struct field file_in_fields[] = {
    FIELD(struct file_in, kind, "记录类型，如 document", "Kind, such as document", .required = true,
          .length_max = 64),
    FIELD(struct file_in, key, "记录编号", "Id or code of the record", .required = true,
          .length_max = 200),
    FIELD(struct file_in, part, "是记录所要的哪份材料（代码）",
          "Code of the paper that its record asks for", .length_max = 64),
    FIELD(struct file_in, name, "文件名", "File name", .required = true, .length_max = 1000),
};
static const SHAPE(file_in);

struct file_query {
    struct str kind, key;
};
static const struct field file_query_fields[] = {
    FIELD(struct file_query, kind, "记录类型，如 document", "Kind, such as document",
          .required = true, .length_max = 64),
    FIELD(struct file_query, key, "记录编号", "Id or code of the record", .required = true,
          .length_max = 200),
};
static const SHAPE(file_query);

struct file_page {
    struct records items;
};
static const struct field file_page_fields[] = {
    FIELD(struct file_page, items, "附件", "Files", .of = &file_shape),
};
static const SHAPE(file_page);

struct file_key {
    int64_t id;
};
static const struct field file_key_fields[] = {
    FIELD(struct file_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(file_key);

/* --- Quota ---------------------------------------------------------------------------------- */

/* The organisation, department or area for which somebody acts, or else he himself. */
static struct str owner_of(const struct ctx *ctx)
{
    const struct principal *who = ctx->who;
    if (who->organisation_code.data)
        return arena_print(ctx->arena, "organisation:%.*s", STR_PRINT(who->organisation_code));
    if (who->department_code.data)
        return arena_print(ctx->arena, "department:%.*s", STR_PRINT(who->department_code));
    if (who->area_code.data)
        return arena_print(ctx->arena, "area:%.*s", STR_PRINT(who->area_code));
    return ctx_actor(ctx);
}

static enum error count_in(struct ctx *ctx, struct str owner, int64_t size, int64_t count,
                           int64_t *bytes)
{
    return db_number(ctx, &sql_file_quota_add,
                     ARGS(arg_text("owner", owner), arg_int("size", size), arg_int("count", count)),
                     bytes);
}

static enum error take_quota(struct ctx *ctx, struct str owner, int64_t size)
{
    int64_t most, owner_most, total_most, owned, all;
    enum error error = rule_value(ctx, RULE_FILE_MB, &most);
    if (!error)
        error = rule_value(ctx, RULE_FILE_OWNER_MB, &owner_most);
    if (!error)
        error = rule_value(ctx, RULE_FILE_TOTAL_MB, &total_most);
    if (!error && size > most * MEGABYTE)
        return fail(ctx, E_TOO_LARGE, "附件最多 %lld MB", "a file may have %lld MB at most",
                    (long long)most);
    if (!error)
        error = count_in(ctx, owner, size, 1, &owned);
    if (!error && owned > owner_most * MEGABYTE)
        return fail(ctx, E_TOO_LARGE, "附件合计最多 %lld MB；请先删除不用的",
                    "your files may have %lld MB together: delete what is not needed",
                    (long long)owner_most);
    if (!error)
        error = count_in(ctx, STR(""), size, 1, &all);
    if (!error && all > total_most * MEGABYTE)
        return fail(ctx, E_TOO_LARGE, "系统的附件空间已满（%lld MB）；请联系管理员",
                    "the space for files is used up (%lld MB): ask an administrator",
                    (long long)total_most);
    return error;
}

struct quota_row {
    int64_t bytes, files;
};
static const struct field quota_row_fields[] = {
    FIELD(struct quota_row, bytes, "字节数", "Bytes"),
    FIELD(struct quota_row, files, "文件数", "Files"),
};
static const SHAPE(quota_row);

struct file_quota {
    struct str owner;
    int64_t files, bytes, bytes_max, file_bytes_max;
    struct maybe_int total_bytes, total_bytes_max;
};
static const struct field file_quota_fields[] = {
    FIELD(struct file_quota, owner, "归属", "Whose", USE_OUT),
    FIELD(struct file_quota, files, "附件数", "Files", USE_OUT),
    FIELD(struct file_quota, bytes, "已用字节", "Bytes in use", USE_OUT),
    FIELD(struct file_quota, bytes_max, "最多字节", "Bytes at most", USE_OUT),
    FIELD(struct file_quota, file_bytes_max, "一个附件最多字节", "Bytes of one file at most",
          USE_OUT),
    FIELD(struct file_quota, total_bytes, "全部附件的字节（管理员可见）",
          "Bytes of all files; for administrators", USE_OUT),
    FIELD(struct file_quota, total_bytes_max, "全部附件最多字节（管理员可见）",
          "Bytes of all files at most; for administrators", USE_OUT),
};
static const SHAPE(file_quota);

static enum error used_by(struct ctx *ctx, struct str owner, struct quota_row *used)
{
    enum error error =
        db_one(ctx, &sql_file_quota_show, ARGS(arg_text("owner", owner)), ROW(quota_row, used));
    return error == E_NOT_FOUND ? E_OK : error;
}

HANDLER(file_quota_show, nothing, file_quota)
{
    struct quota_row used, all = {0};
    int64_t most, owner_most, total_most;
    bool oversees = role_in(ctx->who->role, OVERSEERS);
    (void)in;
    out->owner = owner_of(ctx);
    enum error error = used_by(ctx, out->owner, &used);
    if (!error && oversees)
        error = used_by(ctx, STR(""), &all);
    if (!error)
        error = rule_value(ctx, RULE_FILE_MB, &most);
    if (!error)
        error = rule_value(ctx, RULE_FILE_OWNER_MB, &owner_most);
    if (!error)
        error = rule_value(ctx, RULE_FILE_TOTAL_MB, &total_most);
    if (error)
        return error;
    out->files = used.files;
    out->bytes = used.bytes;
    out->bytes_max = owner_most * MEGABYTE;
    out->file_bytes_max = most * MEGABYTE;
    out->total_bytes = (struct maybe_int){all.bytes, oversees};
    out->total_bytes_max = (struct maybe_int){total_most * MEGABYTE, oversees};
    return E_OK;
}

/* --- Files ---------------------------------------------------------------------------------- */

static void show(const struct ctx *ctx, struct file *file)
{
    file->previewable = file_is_previewable(file->type);
    if (ctx->who->role == ROLE_PUBLIC)
        file->created_by = file->owner = STR_NONE;
}

static enum error find(struct ctx *ctx, int64_t id, struct file *file)
{
    return db_one(ctx, &sql_record_file_show, ARGS(arg_int("id", id)), ROW(file, file));
}

/* Does anybody at all see the record? */
static enum error is_record_public(struct ctx *ctx, struct str kind, struct str key, bool *public)
{
    const struct principal *reader = ctx->who;
    ctx->who = &principal_public;
    enum error error = record_must_see(ctx, kind, key, NULL);
    ctx->who = reader;
    *public = error == E_OK;
    if (error != E_NOT_FOUND)
        return error;
    ctx_clear(ctx);
    return E_OK;
}

static enum error may_write(struct ctx *ctx, struct str kind, struct str key, bool *may)
{
    struct row record;
    enum error error =
        ctx->who->role == ROLE_PUBLIC ? E_FORBIDDEN : record_must_write(ctx, kind, key, &record);
    *may = error == E_OK;
    if (error != E_FORBIDDEN && error != E_NOT_FOUND)
        return error;
    ctx_clear(ctx);
    return E_OK;
}

/* Files of one record that the reader may see: those that are published as far as he is cleared,
 * and all where he sees more of the record than the public does. */
static enum error sees_all(struct ctx *ctx, struct str kind, struct str key, bool *all)
{
    bool public = true;
    enum error error = is_record_public(ctx, kind, key, &public);
    *all = !public;
    return error || *all ? error : may_write(ctx, kind, key, all);
}

static bool is_cleared(const struct ctx *ctx, const struct file *file)
{
    bool own = ctx->who->account_id && str_equal(file->owner, owner_of(ctx));
    return own || file->visibility <= clearance(ctx);
}

enum error file_find(struct ctx *ctx, int64_t id, struct file *file)
{
    enum error error = find(ctx, id, file);
    if (!error)
        error = record_must_see(ctx, file->kind, file->key, NULL);
    bool seen = !error && is_cleared(ctx, file);
    if (!error && !seen)
        error = sees_all(ctx, file->kind, file->key, &seen);
    show(ctx, file);
    return error ? error : seen ? E_OK : E_NOT_FOUND;
}

static enum error check_new(struct ctx *ctx, const struct file *file)
{
    struct row record;
    if (!file->size)
        return fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    if (str_is(file->kind, file_shape.name))
        return fail(ctx, E_INVALID, "附件不能再有附件；请附到它所属的记录上",
                    "a file has no files of its own: add it to the record");
    enum error error = record_must_write(ctx, file->kind, file->key, &record);
    if (!error && shape_is_personal(record.shape))
        return fail(ctx, E_INVALID, "关于个人的文件请用 /api/people/{id}/attachments，它会加密",
                    "a file about a person goes to /api/people/{id}/attachments, which seals it");
    return error ? error : file_name_check(ctx, file->name, file->type);
}

HANDLER(file_add, file_in, file)
{
    const struct upload *upload = ctx->upload;
    *out = (struct file){.kind = in->kind,
                         .key = in->key,
                         .part = in->part,
                         .name = file_name_clean(ctx->arena, in->name),
                         .type = upload->type,
                         .size = upload->size,
                         .sha256 = str_of(upload->sha256),
                         .created_at = ctx->now,
                         .created_by = ctx->who->account_id ? ctx->who->name : ctx_actor(ctx),
                         .changed_seq = ctx->sequence,
                         .owner = owner_of(ctx),
                         .visibility = VISIBILITY_BUREAU};
    enum error error = check_new(ctx, out);
    if (!error)
        error = take_quota(ctx, out->owner, out->size);
    if (!error)
        error = files_keep(ctx, upload);
    if (!error)
        error = db_insert(ctx, &sql_record_file_insert, FROM(file, out), &out->id);
    struct str id = arena_print(ctx->arena, "%lld", (long long)out->id);
    if (!error)
        error = files_refer(ctx, upload, "file", id);
    show(ctx, out);
    ctx->etag = out->changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/files/%.*s", STR_PRINT(id));
    return error;
}

HANDLER(files_show, file_query, file_page)
{
    enum error error = record_must_see(ctx, in->kind, in->key, NULL);
    if (!error)
        error = db_all(ctx, &sql_record_files_of, FROM(file_query, in), &file_shape, FILES_MAX,
                       &out->items);
    struct file *files = (void *)(uintptr_t)out->items.items;
    bool all = false;
    size_t kept = 0;
    if (!error && out->items.count)
        error = sees_all(ctx, in->kind, in->key, &all);
    for (size_t i = 0; !error && i < out->items.count; i++)
        if (all || is_cleared(ctx, &files[i])) {
            show(ctx, &files[i]);
            files[kept++] = files[i];
        }
    out->items.count = kept;
    return error;
}

HANDLER(file_show, file_key, file)
{
    enum error error = file_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

/* In place of being saved, only what a browser draws without running anything. */
HANDLER(file_content, file_key, file)
{
    enum error error = file_find(ctx, in->id, out);
    if (!error)
        error = files_send(ctx, out->sha256);
    ctx->file_type = out->type;
    ctx->file_name = out->name;
    ctx->file_inline = str_starts(out->type, STR("image/"));
    ctx->cache_control = STR("private, no-cache");
    return error;
}

/* What becomes public, or no longer is, takes a second person; as of documents. */
HANDLER(file_publish, publication, file)
{
    struct row record;
    enum error error = file_find(ctx, in->id, out);
    if (!error)
        error = record_must_write(ctx, out->kind, out->key, &record);
    if (!error && ctx->if_match.data)
        error = check_match(ctx, out->changed_seq);
    if (error)
        return error;
    if (in->visibility == out->visibility)
        return fail(ctx, E_CONFLICT, "它现在的公开范围就是这样",
                    "it is as visible as that already");
    ctx->etag = out->changed_seq;
    if (in->visibility == VISIBILITY_PUBLIC || out->visibility == VISIBILITY_PUBLIC)
        error = approval_required(ctx);
    if (!error)
        error = db_do(ctx, &sql_record_file_publish, FROM(publication, in));
    if (!error)
        error = file_find(ctx, in->id, out);
    if (!error)
        ctx->etag = out->changed_seq;
    return error;
}

/* --- Records that are taken back ------------------------------------------------------------ */

enum { KEPT_AT_ONCE = 500 };

static enum error fail_kept(struct ctx *ctx, const struct file *file, int64_t line)
{
    return fail(ctx, E_CONFLICT, "第 %lld 行的记录 %.*s 有附件“%.*s”；请先删除附件，再撤销导入",
                "the record of line %lld, %.*s, has the file \"%.*s\": delete the file, then undo "
                "the import",
                (long long)line, STR_PRINT(file->key), STR_PRINT(file->name));
}

/* An import that made records cannot be undone while these have files: nobody would find them. */
static enum error keep_records_of_files(struct ctx *ctx, int64_t import_id, struct str kind)
{
    struct str after = STR("");
    for (size_t count = KEPT_AT_ONCE; count == KEPT_AT_ONCE;) {
        struct records files;
        enum error error = db_all(
            ctx, &sql_record_files_of_kind,
            ARGS(arg_text("kind", kind), arg_text("beyond", after), arg_int("limit", KEPT_AT_ONCE)),
            &file_shape, KEPT_AT_ONCE, &files);
        if (error)
            return error;
        count = files.count;
        for (size_t i = 0; i < count; i++) {
            const struct file *file = &((const struct file *)files.items)[i];
            int64_t line = 0;
            after = file->key;
            error = import_line_made(ctx, import_id, kind, file->key, &line);
            if (error || line)
                return error ? error : fail_kept(ctx, file, line);
        }
    }
    return E_OK;
}

HANDLER(file_remove, file_key, file)
{
    int64_t left;
    struct row record;
    enum error error = find(ctx, in->id, out);
    if (!error)
        error = record_must_write(ctx, out->kind, out->key, &record);
    if (!error)
        error = db_do(ctx, &sql_record_file_remove, FROM(file_key, in));
    if (!error)
        error = count_in(ctx, out->owner, -out->size, -1, &left);
    if (!error)
        error = count_in(ctx, STR(""), -out->size, -1, &left);
    if (!error)
        error = files_release(ctx, out->sha256, "file",
                              arena_print(ctx->arena, "%lld", (long long)in->id));
    show(ctx, out);
    return error;
}

static const struct route routes[] = {
    GET_WORK("/api/files", files_show, "一条记录的附件", "The files of a record"),
    POST_FILE("/api/files", file_add, FILE_MAX, "上传附件；内容就是请求体",
              "Add a file to a record; the body is its content", .roles = SIGNED_IN | OPERATOR),
    GET_POINT("/api/files/{id}", file_show, "一个附件", "A file"),
    GET_WORK("/api/files/{id}/content", file_content, "附件的内容", "Its content"),
    GET_WORK("/api/files/{id}/preview", file_preview, "附件的预览（PNG）", "A preview of it (PNG)"),
    ACT("/api/files/{id}/publication", file_publish, "提请公开（或不再公开）一个附件",
        "Publish a file, or withdraw it", .roles = EDITORS, .approvers = APPROVERS),
    DELETE("/api/files/{id}", file_remove, "删除附件", "Delete a file",
           .roles = SIGNED_IN | OPERATOR),
    GET_WORK("/api/file_quota", file_quota_show, "附件的空间", "Space for files",
             .roles = SIGNED_IN | OPERATOR),
};

const struct module files_module = {
    .name = "files",
    .migrations = files_migrations,
    .migration_count = COUNT(files_migrations),
    .routes = routes,
    .import_undone = keep_records_of_files,
    .route_count = COUNT(routes),
};
