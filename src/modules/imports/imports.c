#include "modules/imports/imports.h"

#include "core/files.h"
#include "core/ownership.h"
#include "core/proposal.h"
#include "core/search.h"
#include "imports.sql.h"
#include "modules/imports/internal.h"

enum { NAME_MAX_BYTES = 200, CORRECTIONS_AT_ONCE = 2000 };

static const struct list import_list = {.base = &sql_import_list,
                                        .row = &import_shape,
                                        .key = "id",
                                        .sort = "-id",
                                        .owned = &import_owned,
                                        .private = true,
                                        .finish = import_finish};

static const struct list problem_list = {.base = &sql_import_problem_list,
                                         .row = &import_problem_shape,
                                         .key = "id",
                                         .sort = "id",
                                         .owned = &import_owned,
                                         .private = true};

static const struct field import_key_fields[] = {
    FIELD(struct import_key, id, "编号", "Number", USE_OUT),
};
const SHAPE(import_key);

enum error import_find_own(struct ctx *ctx, int64_t id, struct import *out)
{
    enum error error = import_find(ctx, id, out);
    bool own = out->account_id == ctx->who->account_id || role_in(ctx->who->role, OVERSEERS);
    return error ? error : own ? E_OK : E_NOT_FOUND;
}

HANDLER(import_show, import_key, import)
{
    enum error error = import_find_own(ctx, in->id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    return error;
}

static enum error finish(struct ctx *ctx, int64_t id, struct import *out)
{
    enum error error = import_find(ctx, id, out);
    ctx->etag = error ? 0 : out->changed_seq;
    ctx->location = arena_print(ctx->arena, "/api/imports/%lld", (long long)id);
    return error;
}

/* --- Sending -------------------------------------------------------------------------------- */

struct upload_query {
    struct str target, name, mode;
};
static const char *const modes[] = {"all", "rows", NULL};
static const struct field upload_query_fields[] = {
    FIELD(struct upload_query, target, "导入到（见 /api/import_targets）",
          "Target, of /api/import_targets", .required = true, .length_max = 60),
    FIELD(struct upload_query, name, "文件名", "Name of the file", .length_max = NAME_MAX_BYTES),
    FIELD(struct upload_query, mode, "all 全部或全不（缺省），rows 逐行",
          "all (or nothing, the default), or rows", .choices = modes),
};
static const SHAPE(upload_query);

/* The target, if whoever asks may import into it. */
static enum error own_target(struct ctx *ctx, struct str name, const struct import_target **target)
{
    *target = target_named(name);
    if (!*target)
        return complain(ctx, STR("target"), "没有这个导入对象", "there is no such target");
    if (!role_in(ctx->who->role, (*target)->roles))
        return fail(ctx, E_FORBIDDEN, "您现在的身份不能导入%s",
                    "the role you act in may not import %s",
                    in_language(ctx, (*target)->zh, (*target)->en));
    return E_OK;
}

/* Format and headings are read before the transaction. */
static enum error inspect_upload(struct ctx *ctx, const void *query)
{
    const struct upload_query *in = query;
    const struct import_target *target;
    struct import *import = ARENA_NEW(ctx->arena, struct import);
    fields_clear(ROW(import, import));
    enum error error = own_target(ctx, in->target, &target);
    if (!error && !ctx->upload)
        error = fail(ctx, E_INVALID, "文件是空的", "the file is empty");
    if (!error)
        error = import_inspect(ctx, target, ctx->upload->file, import);
    if (!error) {
        import->target = str_of(target->name);
        import->kind = str_of(target->shape->name);
    }
    ctx->carried = import;
    return error;
}

HANDLER(import_create, upload_query, import)
{
    struct import made = *(const struct import *)ctx->carried;
    made.mode = in->mode.data ? in->mode : STR("all");
    made.state = STR("uploaded");
    made.file_name = in->name.length ? in->name : STR("粘贴 · pasted");
    made.file_sha256 = str_of(ctx->upload->sha256);
    made.file_size = ctx->upload->size;
    made.account_id = ctx->who->account_id;
    made.department_code = made.account_id ? STR_NONE : ctx->who->department_code;
    made.created_by = ctx_actor(ctx);
    made.created_at = ctx->now;
    int64_t id;
    enum error error = db_insert(ctx, &sql_import_insert, FROM(import, &made), &id);
    if (!error)
        error =
            files_refer(ctx, ctx->upload, "import", arena_print(ctx->arena, "%lld", (long long)id));
    return error ? error : finish(ctx, id, out);
}

/* --- Columns and cells ---------------------------------------------------------------------- */

struct column_choice {
    int64_t number;
    struct str field;
};
static const struct field column_choice_fields[] = {
    FIELD(struct column_choice, number, "列号，从 1 起", "Number of the column, from 1",
          .required = true),
    FIELD(struct column_choice, field, "字段（空为不导入）", "Field; null = it is not imported",
          .length_max = 60),
};
static const SHAPE(column_choice);

struct import_change {
    int64_t id;
    struct str mode, sheet;
    struct maybe_int header_line;
    struct records columns;
};
static const struct field import_change_fields[] = {
    FIELD(struct import_change, id, "编号", "Number", USE_OUT),
    FIELD(struct import_change, mode, "方式", "Mode", .choices = modes),
    FIELD(struct import_change, sheet, "工作表", "Sheet", .length_max = 200),
    FIELD(struct import_change, header_line, "标题行", "Line of the headings"),
    FIELD(struct import_change, columns, "列的对应", "Which column goes to which field",
          .of = &column_choice_shape),
};
static const SHAPE(import_change);

static enum error choose_column(struct ctx *ctx, const struct import_target *target,
                                const struct column_choice *choice, struct import_columns *columns)
{
    const struct field *field =
        choice->field.length ? field_find(target->shape, choice->field) : NULL;
    if (choice->number < 1 || (size_t)choice->number > columns->count)
        return complain(ctx, STR("columns"), "没有第 %lld 列", "there is no column %lld",
                        (long long)choice->number);
    if (choice->field.length && !(field && target_takes(field)))
        return complain(ctx, STR("columns"), "没有字段 %.*s", "there is no field %.*s",
                        STR_PRINT(choice->field));
    for (size_t i = 0; i < columns->count; i++)
        if (field && columns->items[i].field == field)
            columns->items[i].field = NULL; /* the column that is chosen now has it instead */
    columns->items[choice->number - 1].field = field;
    columns->items[choice->number - 1].guess = NULL;
    return E_OK;
}

static enum error choose_columns(struct ctx *ctx, const struct import_target *target,
                                 struct records choices, struct import *import)
{
    struct import_columns *columns = ARENA_NEW(ctx->arena, struct import_columns);
    enum error error = import_columns_read(ctx, target, import->columns, columns);
    for (size_t i = 0; i < choices.count && !error; i++)
        error =
            choose_column(ctx, target, &((const struct column_choice *)choices.items)[i], columns);
    if (error)
        return error;
    import->columns = import_columns_json(ctx->arena, columns);
    return import_columns_remember(ctx, import, columns);
}

/* What it was checked for no longer holds. */
static enum error begin_again(struct ctx *ctx, const struct import *import)
{
    return str_is(import->state, "uploaded")
               ? E_OK
               : lifecycle_take(ctx, &import_lifecycle, import->id, import->state, "change",
                                STR_NONE, import);
}

static enum error find_to_change(struct ctx *ctx, int64_t id, struct import *import,
                                 const struct import_target **target)
{
    enum error error = import_find_own(ctx, id, import);
    return error ? error : own_target(ctx, import->target, target);
}

HANDLER(import_edit, import_change, import)
{
    struct import import;
    const struct import_target *target;
    enum error error = find_to_change(ctx, in->id, &import, &target);
    if (!error)
        error = check_match(ctx, import.changed_seq);
    if (!error)
        error = begin_again(ctx, &import);
    if (error)
        return error;
    if (in->mode.data)
        import.mode = in->mode;
    if (in->sheet.data)
        import.sheet = in->sheet;
    if (in->header_line.known || in->sheet.data) {
        import.header_line = in->header_line.known ? in->header_line.value : 0;
        error = import_inspect_again(ctx, target, &import);
    }
    if (!error && in->columns.count)
        error = choose_columns(ctx, target, in->columns, &import);
    if (!error)
        error = db_do(ctx, &sql_import_update, FROM(import, &import));
    return error ? error : finish(ctx, in->id, out);
}

struct cell_change {
    int64_t line, column;
    struct str value;
};
static const struct field cell_change_fields[] = {
    FIELD(struct cell_change, line, "行", "Line", .required = true),
    FIELD(struct cell_change, column, "列", "Column", .required = true),
    FIELD(struct cell_change, value, "改成", "New value"),
};
static const SHAPE(cell_change);

struct corrections_given {
    int64_t id;
    struct records cells;
};
static const struct field corrections_given_fields[] = {
    FIELD(struct corrections_given, id, "编号", "Number", USE_OUT),
    FIELD(struct corrections_given, cells, "改动的单元格", "Cells that are mended",
          .required = true, .of = &cell_change_shape),
};
static const SHAPE(corrections_given);

static enum error correct(struct ctx *ctx, const struct import *import,
                          const struct cell_change *cell)
{
    if (cell->line <= import->header_line || cell->line > IMPORT_LINES_MAX || cell->column < 1 ||
        cell->column > SHEET_COLUMNS_MAX)
        return complain(ctx, STR("cells"), "没有第 %lld 行第 %lld 列",
                        "there is no line %lld, column %lld", (long long)cell->line,
                        (long long)cell->column);
    return db_do(ctx, &sql_import_correct,
                 ARGS(arg_int("import_id", import->id), arg_int("line", cell->line),
                      arg_int("number", cell->column),
                      arg_text("value", cell->value.data ? cell->value : STR(""))));
}

HANDLER(import_mend, corrections_given, import)
{
    struct import import;
    const struct import_target *target;
    int64_t count = 0;
    enum error error = find_to_change(ctx, in->id, &import, &target);
    if (!error)
        error = begin_again(ctx, &import);
    if (!error && in->cells.count > CORRECTIONS_AT_ONCE)
        error = complain(ctx, STR("cells"), "一次最多改 %d 格", "at most %d cells at a time",
                         CORRECTIONS_AT_ONCE);
    for (size_t i = 0; i < in->cells.count && !error; i++)
        error = correct(ctx, &import, &((const struct cell_change *)in->cells.items)[i]);
    if (!error)
        error = db_number(ctx, &sql_import_correction_count, ARGS(arg_int("import_id", in->id)),
                          &count);
    if (!error && count > IMPORT_CORRECTIONS_MAX)
        error = fail(ctx, E_TOO_LARGE, "一次导入最多改 %d 格；请改好文件再传",
                     "at most %d cells of an import are mended: mend the file and send it again",
                     (int)IMPORT_CORRECTIONS_MAX);
    if (!error)
        error = db_do(ctx, &sql_import_update, FROM(import, &import));
    return error ? error : finish(ctx, in->id, out);
}

/* --- Work ----------------------------------------------------------------------------------- */

static enum error begin(struct ctx *ctx, const struct import *import, const char *event,
                        const char *job, struct import *out)
{
    struct str subject = arena_print(ctx->arena, "%lld", (long long)import->id);
    enum error error =
        lifecycle_take(ctx, &import_lifecycle, import->id, import->state, event, STR_NONE, import);
    if (!error)
        error = job_start(ctx, job, subject);
    return error ? error : finish(ctx, import->id, out);
}

HANDLER(import_check, import_key, import)
{
    struct import import;
    const struct import_target *target;
    enum error error = find_to_change(ctx, in->id, &import, &target);
    return error ? error : begin(ctx, &import, "check", IMPORT_CHECK, out);
}

/* Where the same record, sent alone, would wait for a second person, the table does. How many
 * records become public is known from the check. */
static enum error require_approval(struct ctx *ctx, const struct import_target *target,
                                   const struct import *import)
{
    if (!target->visibility)
        return E_OK;
    if (!str_is(import->state, "checked") && ctx->who->account_id)
        return fail(ctx, E_CONFLICT, "请先检查：其中可能有要公开的记录，须另一人批准",
                    "check it first: some records may become public, which takes a second person");
    ctx->etag = import->changed_seq;
    return import->public_count ? approval_required(ctx) : E_OK;
}

HANDLER(import_run, import_key, import)
{
    struct import import;
    const struct import_target *target;
    enum error error = find_to_change(ctx, in->id, &import, &target);
    if (!error && ctx->if_match.data) /* what is approved is what was proposed */
        error = check_match(ctx, import.changed_seq);
    if (!error && !lifecycle_step(&import_lifecycle, import.state, STR("run")))
        error = lifecycle_take(ctx, &import_lifecycle, import.id, import.state, "run", STR_NONE,
                               &import);
    if (!error)
        error = require_approval(ctx, target, &import);
    return error ? error : begin(ctx, &import, "run", IMPORT_RUN, out);
}

/* What the public reads goes as it came: with a second person. */
HANDLER(import_undo, import_key, import)
{
    struct import import;
    const struct import_target *target;
    enum error error = find_to_change(ctx, in->id, &import, &target);
    if (!error && ctx->if_match.data)
        error = check_match(ctx, import.changed_seq);
    if (error)
        return error;
    if (import.public_count && str_is(import.state, "done")) {
        ctx->etag = import.changed_seq;
        error = approval_required(ctx);
    }
    return error ? error : begin(ctx, &import, "undo", IMPORT_UNDO, out);
}

static enum error cancel_jobs(struct ctx *ctx, int64_t id)
{
    static const char *const kinds[] = {IMPORT_CHECK, IMPORT_RUN};
    struct str subject = arena_print(ctx->arena, "%lld", (long long)id);
    enum error error = E_OK;
    for (size_t i = 0; i < COUNT(kinds) && !error; i++)
        error = job_cancel(ctx, kinds[i], subject);
    return error;
}

/* A run holds the writer of SQLite: it is told to stop before this write stands in line. */
static enum error cancel_early(struct ctx *ctx, const void *key)
{
    const struct import_key *in = key;
    struct import import;
    enum error error = import_find_own(ctx, in->id, &import);
    if (!error && lifecycle_step(&import_lifecycle, import.state, STR("cancellation")))
        error = cancel_jobs(ctx, in->id);
    return error == E_NOT_FOUND ? fail(ctx, E_NOT_FOUND, "没有这次导入", "there is no such import")
                                : error;
}

HANDLER(import_cancel, import_key, import)
{
    struct import import;
    enum error error = import_find_own(ctx, in->id, &import);
    if (!error && !str_is(import.state, "cancelled"))
        error = lifecycle_take(ctx, &import_lifecycle, import.id, import.state, "cancellation",
                               STR_NONE, &import);
    if (!error)
        error = cancel_jobs(ctx, in->id);
    return error ? error : finish(ctx, in->id, out);
}

/* --- The file ------------------------------------------------------------------------------- */

enum error import_fail_gone(struct ctx *ctx)
{
    return fail(ctx, E_NOT_FOUND,
                "文件含个人信息，导入后不再保留；各行所写的以本人的密钥封存，由记录的来历可查",
                "the file has personal data and was not kept after it was imported; what each line "
                "wrote is sealed with that person's key, and the record's lineage names the line");
}

HANDLER(import_source, import_key, import)
{
    enum error error = import_find_own(ctx, in->id, out);
    if (!error && import_file_is_gone(out))
        error = import_fail_gone(ctx);
    if (!error)
        error = files_send(ctx, out->file_sha256);
    ctx->file_type = STR("application/octet-stream");
    ctx->file_name = out->file_name;
    return error;
}

/* --- Routes --------------------------------------------------------------------------------- */

enum { IMPORTERS = STAFF };

static const struct route routes[] = {
    GET_TABLE("/api/import_targets", import_target_list, "可以导入什么", "What can be imported",
              .roles = IMPORTERS),
    GET_POINT("/api/import_targets/{name}/template.csv", template_show, "空白模板",
              "An empty table to fill in", .roles = IMPORTERS),
    GET_WORK("/api/import_targets/{name}/template.xlsx", template_xlsx, "空白工作簿",
             "An empty workbook to fill in", .roles = IMPORTERS),
    POST_FILE("/api/imports", import_create, FILE_MAX, "上传表格（CSV、粘贴的表格、XLSX）",
              "Send a table: CSV, what was copied from a spreadsheet, XLSX", .roles = IMPORTERS,
              .prelude = inspect_upload),
    GET_LIST("/api/imports", import_list, "导入", "Imports", .roles = IMPORTERS),
    GET_POINT("/api/imports/{id}", import_show, "一次导入", "An import", .roles = IMPORTERS),
    PATCH("/api/imports/{id}", import_edit, "改方式、工作表、标题行、列的对应",
          "Change mode, sheet, line of headings, columns", .roles = IMPORTERS),
    POST("/api/imports/{id}/corrections", import_mend, "改单元格（文件保持原样）",
         "Mend cells; the file stays as it came", .roles = IMPORTERS),
    ACT("/api/imports/{id}/check", import_check, "检查，不导入", "Check it, import nothing",
        .roles = IMPORTERS),
    ACT("/api/imports/{id}/run", import_run, "导入", "Import it", .roles = IMPORTERS,
        .approvers = APPROVERS),
    ACT("/api/imports/{id}/cancellation", import_cancel, "取消", "Cancel", .roles = IMPORTERS,
        .prelude = cancel_early),
    ACT("/api/imports/{id}/undo", import_undo, "撤销整个导入", "Undo the whole import",
        .roles = IMPORTERS, .approvers = APPROVERS),
    GET_LIST("/api/imports/{import_id}/problems", problem_list, "一次导入的问题",
             "Problems of an import", .roles = IMPORTERS),
    GET_TABLE("/api/imports/{id}/rows", import_rows, "文件的行", "Lines of the file",
              .roles = IMPORTERS),
    GET_WORK("/api/imports/{id}/source", import_source, "上传的文件", "The file as it came",
             .roles = IMPORTERS),
    GET_TABLE("/api/lineage", lineage_list, "一条记录由哪些导入而来",
              "Which imports a record came from", .roles = IMPORTERS),
};

static const struct searchable searchables[] = {
    {&import_shape, "导入", "Import", "id", "/imports/{key}", .all = &sql_import_list,
     .owned = &import_owned, .roles = IMPORTERS, .private = true},
};

static const struct lifecycle *const lifecycles[] = {&import_lifecycle, NULL};

const struct module imports_module = {
    .name = "imports",
    .searchables = searchables,
    .searchable_count = COUNT(searchables),
    .lifecycles = lifecycles,
    .routes = routes,
    .route_count = COUNT(routes),
    .job_kinds = import_job_kinds,
    .job_kind_count = IMPORT_JOB_KINDS,
};
