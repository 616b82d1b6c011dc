#include "core/import.h"

#include "base/digest.h"
#include "core/import_read.h"
#include "core/import_run.h"
#include "import.sql.h"

static const char *const modes[] = {"all", "rows", NULL};

static const struct lifecycle_state import_states[] = {
    {"uploaded", "已上传", "Uploaded", true},   {"checking", "检查中", "Being checked", false},
    {"checked", "已检查", "Checked", true},     {"running", "导入中", "Running", false},
    {"done", "已导入", "Imported", true},       {"failed", "未导入", "Failed", true},
    {"cancelled", "已取消", "Cancelled", true}, {"undone", "已撤销", "Undone", true},
};
enum { IMPORTERS = STAFF };
/* Checks and runs begin from whatever is not under way. */
#define FROM_REST(state)                                                                           \
    STEP("check", state, "checking", "检查", "Check", .roles = IMPORTERS),                         \
        STEP("run", state, "running", "导入", "Import", .roles = IMPORTERS),                       \
        STEP("change", state, "uploaded", "改列的对应或单元格", "Change columns or cells",         \
             .roles = IMPORTERS)
static const struct transition import_steps[] = {
    FROM_REST("uploaded"),
    FROM_REST("checked"),
    FROM_REST("failed"),
    FROM_REST("cancelled"),
    STEP("checked", "checking", "checked", "检查完", "The check has ended"),
    STEP("completion", "running", "done", "导入完", "All is imported"),
    STEP("failure", "checking", "failed", "检查不下去", "The check failed"),
    STEP("failure", "running", "failed", "没有导入", "Nothing was imported"),
    STEP("cancellation", "checking", "cancelled", "取消", "Cancel", .roles = IMPORTERS),
    STEP("cancellation", "running", "cancelled", "取消", "Cancel", .roles = IMPORTERS),
    STEP("undo", "done", "running", "撤销整个导入", "Undo the whole import", .roles = IMPORTERS),
    STEP("taken_back", "running", "undone", "撤销完", "All is as it was"),
    STEP("not_taken_back", "running", "done", "不能撤销", "It cannot be undone"),
};
LIFECYCLE(import, "import", "导入", "Import");

static const struct field import_counts_fields[] = {
    FIELD(struct import_counts, new, "新增", "New"),
    FIELD(struct import_counts, changed, "改动", "Changed"),
    FIELD(struct import_counts, same, "不变", "The same"),
    FIELD(struct import_counts, wrong, "有误", "Wrong"),
};
static const SHAPE(import_counts);
static const struct field import_progress_fields[] = {
    FIELD(struct import_progress, done, "已读行数", "Lines read"),
    FIELD(struct import_progress, total, "总行数（0 为未知）", "Of so many; 0 = not known"),
};
static const SHAPE(import_progress);

static const struct field import_fields[] = {
    FIELD(struct import, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct import, target, "导入到", "Target", USE_OUT | USE_FILTER, .search = SEARCH_CODE),
    FIELD(struct import, kind, "记录类型", "Kind of its records", USE_OUT),
    FIELD(struct import, mode, "方式：all 全部或全不，rows 逐行",
          "Mode: all or nothing, or row by row", USE_OUT, .choices = modes),
    FIELD(struct import, state, "状态", "State", USE_OUT | USE_FILTER),
    FIELD(struct import, file_name, "文件名", "Name of the file", USE_OUT, .search = SEARCH_TITLE),
    FIELD(struct import, file_sha256, "文件 SHA-256", "SHA-256 of the file", USE_OUT),
    FIELD(struct import, file_size, "文件字节数", "Bytes of the file", USE_OUT),
    FIELD(struct import, file_kept, "原文件是否保留（含个人信息的不保留）",
          "Is the file kept? One with personal data is not", USE_OUT),
    FIELD(struct import, format, "格式", "Format", USE_OUT),
    FIELD(struct import, encoding, "编码", "Encoding", USE_OUT),
    FIELD(struct import, sheet, "工作表", "Sheet", USE_OUT),
    FIELD(struct import, sheets, "全部工作表", "All sheets", USE_OUT, .json = true),
    FIELD(struct import, header_line, "标题行", "Line of the headings", USE_OUT),
    FIELD(struct import, columns, "各列及其对应的字段", "Columns and the fields they go to",
          USE_OUT, .json = true),
    FIELD(struct import, row_count, "行数", "Lines", USE_OUT),
    FIELD(struct import, new_count, "新增行数", "New", USE_OUT),
    FIELD(struct import, changed_count, "改动行数", "Changed", USE_OUT),
    FIELD(struct import, same_count, "不变行数", "The same", USE_OUT),
    FIELD(struct import, wrong_count, "有误行数", "Wrong", USE_OUT),
    FIELD(struct import, problem_count, "问题数", "Problems; so many are listed at most: 1,000",
          USE_OUT),
    FIELD(struct import, public_count, "将公开的行数（须另一人批准）",
          "Lines that become public, which takes a second person", USE_OUT),
    FIELD(struct import, counts, "行数", "Lines by what they do", USE_OUT,
          .of = &import_counts_shape),
    FIELD(struct import, progress, "进度", "Progress", USE_OUT, .of = &import_progress_shape),
    FIELD(struct import, rows_digest, "各行所做的摘要", "Digest of what each line did", USE_OUT),
    FIELD(struct import, message, "说明", "What came of it", USE_OUT),
    FIELD(struct import, department_code, "只写这个部门的记录（由报送通道而来）",
          "Writes records of this department only (it came by a feed)", USE_OUT),
    FIELD(struct import, account_id, "账户（0 为启动者）", "Account; 0 = the operator",
          USE_OUT | USE_FILTER),
    FIELD(struct import, created_by, "上传人", "Who sent it", USE_OUT),
    FIELD(struct import, created_at, "上传时间", "When it was sent", USE_OUT),
    FIELD(struct import, run_seq, "导入的序号", "Number of the import in the log", USE_OUT),
    FIELD(struct import, undo_seq, "撤销的序号", "Number of the undoing", USE_OUT),
    FIELD(struct import, changed_seq, "最近改动的序号", "Sequence of the last change", USE_OUT),
};
SHAPE(import);

const struct ownership import_owned = {.account = "account_id"};

static const struct field import_problem_fields[] = {
    FIELD(struct import_problem, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct import_problem, import_id, "导入", "Import", USE_OUT | USE_FILTER),
    FIELD(struct import_problem, line, "行", "Line", USE_OUT),
    FIELD(struct import_problem, column, "列（0 为整行）", "Column; 0 = the line as a whole",
          USE_OUT),
    FIELD(struct import_problem, heading, "标题", "Heading", USE_OUT),
    FIELD(struct import_problem, field, "字段", "Field", USE_OUT),
    FIELD(struct import_problem, value, "值", "Value", USE_OUT),
    FIELD(struct import_problem, message, "问题", "What is wrong", USE_OUT),
};
SHAPE(import_problem);

static const struct field import_correction_fields[] = {
    FIELD(struct correction, line, "行", "Line"),
    FIELD(struct correction, column, "列", "Column"),
    FIELD(struct correction, value, "改成", "New value"),
};
const struct shape import_correction_shape = {"correction", sizeof(struct correction),
                                              import_correction_fields,
                                              COUNT(import_correction_fields), NULL};

static const struct field import_row_fields[] = {
    FIELD(struct import_row, id, "编号", "Number"),
    FIELD(struct import_row, record_key, "记录编号", "Id or code of the record"),
    FIELD(struct import_row, key_hash, "编号的散列", "Hash of kind and key"),
    FIELD(struct import_row, cells, "单元格", "Cells", .json = true),
    FIELD(struct import_row, was, "导入前的记录", "The record before", .json = true),
};
SHAPE(import_row);

/* --- Finding -------------------------------------------------------------------------------- */

static const char *job_of(const struct import *import)
{
    return str_is(import->state, "checking") ? IMPORT_CHECK
           : import->run_seq.known           ? IMPORT_UNDO
                                             : IMPORT_RUN;
}

enum error import_finish(struct ctx *ctx, void *record)
{
    struct import *import = record;
    struct import_counts *counts = ARENA_NEW(ctx->arena, struct import_counts);
    struct import_progress *progress = ARENA_NEW(ctx->arena, struct import_progress);
    *counts = (struct import_counts){import->new_count, import->changed_count, import->same_count,
                                     import->wrong_count};
    *progress = (struct import_progress){import->row_count, import->row_count};
    import->file_kept = !import_file_is_gone(import);
    import->counts.value = counts;
    import->progress.value = progress;
    if (!str_is(import->state, "checking") && !str_is(import->state, "running"))
        return E_OK;
    struct job job;
    struct str subject = arena_print(ctx->arena, "%lld", (long long)import->id);
    enum error error = job_find(ctx, job_of(import), subject, &job);
    if (!error)
        *progress = (struct import_progress){job.done, job.total};
    return error == E_NOT_FOUND ? E_OK : error;
}

enum error import_find(struct ctx *ctx, int64_t id, struct import *import)
{
    enum error error = db_one(ctx, &sql_import_show, ARGS(arg_int("id", id)), ROW(import, import));
    return error ? error : import_finish(ctx, import);
}

/* --- Rows ----------------------------------------------------------------------------------- */

int64_t import_key_hash(struct str kind, struct str key)
{
    uint64_t hash = hash_bytes(hash_bytes(HASH_SEED, kind.data, kind.length), key.data, key.length);
    return (int64_t)(hash >> 1); /* a number that both databases order the same */
}

enum error import_line_made(struct ctx *ctx, int64_t import_id, struct str kind, struct str key,
                            int64_t *line)
{
    int64_t first = import_row_id(import_id, 0), id = first;
    enum error error =
        db_number(ctx, &sql_import_row_made,
                  ARGS(arg_int("key_hash", import_key_hash(kind, key)), arg_text("key", key),
                       arg_int("first", first), arg_int("end", import_row_id(import_id + 1, 0))),
                  &id);
    *line = error ? 0 : id - first;
    return error == E_NOT_FOUND ? E_OK : error;
}

void import_row_digest(struct digest *digest, const struct import_row *row)
{
    digest_number(digest, row->id);
    digest_part(digest, row->record_key);
    digest_part(digest, row->cells);
    digest_part(digest, row->was);
}

enum { ROWS_AT_ONCE = 1000 };

static enum error digest_page(struct ctx *ctx, struct digest *digest, int64_t before,
                              int64_t *after, size_t *count)
{
    struct records rows;
    enum error error = db_all(
        ctx, &sql_import_rows_on,
        ARGS(arg_int("after", *after), arg_int("before", before), arg_int("limit", ROWS_AT_ONCE)),
        &import_row_shape, ROWS_AT_ONCE, &rows);
    *count = error ? 0 : rows.count;
    for (size_t i = 0; i < *count; i++) {
        const struct import_row *row = &((const struct import_row *)rows.items)[i];
        import_row_digest(digest, row);
        *after = row->id;
    }
    return error;
}

enum error import_rows_digest(struct ctx *ctx, int64_t import_id, char hex[DIGEST_HEX + 1])
{
    struct digest *digest = digest_begin(DIGEST_SHA256);
    struct arena *own = ctx->arena, page = {.escape = own->escape};
    int64_t after = import_row_id(import_id, -1), before = import_row_id(import_id + 1, 0);
    size_t count = ROWS_AT_ONCE;
    enum error error = E_OK;
    ctx->arena = &page;
    while (!error && count == ROWS_AT_ONCE) {
        error = digest_page(ctx, digest, before, &after, &count);
        ctx->detail = arena_str(own, ctx->detail);
        arena_reset(&page);
    }
    ctx->arena = own;
    arena_free(&page);
    if (!digest_end(digest, hex))
        arena_exhausted(own);
    return error;
}

static const struct field origin_fields[] = {
    FIELD(struct origin, import_id, "导入", "Import"),
    FIELD(struct origin, line, "行", "Line of the file"),
    FIELD(struct origin, file_name, "文件名", "Name of the file"),
    FIELD(struct origin, action, "new 新增，changed 改动，undone 已撤销",
          "new, changed, or undone since"),
    FIELD(struct origin, recorded_at, "时刻", "When"),
    FIELD(struct origin, actor_name, "操作人", "Who"),
};
SHAPE(origin);

/* As the database has it; the rest follows. */
static const struct field origin_row_fields[] = {
    FIELD(struct origin, import_id, "导入", "Import"),
    FIELD(struct origin, file_name, "文件名", "File"),
    FIELD(struct origin, recorded_at, "时刻", "When"),
    FIELD(struct origin, actor, "操作人", "Who"),
    FIELD(struct origin, undo_actor, "撤销人", "Who undid it"),
    FIELD(struct origin, undone_at, "撤销时刻", "When it was undone"),
    FIELD(struct origin, target, "导入到", "Target"),
    FIELD(struct origin, cells, "单元格", "Cells"),
    FIELD(struct origin, was, "之前", "Before"),
    FIELD(struct origin, columns, "列", "Columns"),
    FIELD(struct origin, row_id, "行号", "Row"),
    FIELD(struct origin, run_seq, "序号", "Number"),
    FIELD(struct origin, undo_seq, "撤销序号", "Undone"),
};
static const struct shape origin_row_shape = {"origin", sizeof(struct origin), origin_row_fields,
                                              COUNT(origin_row_fields), NULL};

enum error import_origins(struct ctx *ctx, struct str kind, struct str key, size_t most,
                          struct records *out)
{
    enum error error =
        db_all(ctx, &sql_import_lineage,
               ARGS(arg_text("kind", kind), arg_text("key", key),
                    arg_int("key_hash", import_key_hash(kind, key)),
                    arg_int("per_import", IMPORT_LINES_MAX + 1), arg_int("limit", (int64_t)most)),
               &origin_row_shape, most, out);
    struct origin *items = (struct origin *)(uintptr_t)out->items;
    for (size_t i = 0; i < out->count && !error; i++) {
        struct origin *item = &items[i];
        item->line = item->row_id - import_row_id(item->import_id, 0);
        item->action = item->undo_seq.known ? STR("undone")
                       : item->was.data     ? STR("changed")
                                            : STR("new");
    }
    return error;
}
