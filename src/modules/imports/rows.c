/* Lines of a file as a grid shows them, and where a record came from. */
#include <unistd.h>

#include "base/cell.h"
#include "base/number.h"
#include "core/files.h"
#include "core/import_read.h"
#include "core/import_run.h"
#include "core/record.h"
#include "modules/imports/internal.h"
#include "rows.sql.h"

enum { ROWS_MAX = 500, STATES_MAX = 1000, ROWS_STANDARD = 100, LINEAGE_MAX = 100 };

struct rows_query {
    int64_t id;
    struct maybe_int from, limit;
};
static const struct field rows_query_fields[] = {
    FIELD(struct rows_query, id, "编号", "Number", USE_OUT),
    FIELD(struct rows_query, from, "从第几行起", "From this line on"),
    FIELD(struct rows_query, limit, "最多几行（100；500 为限）", "At most so many lines: 100, 500"),
};
static const SHAPE(rows_query);

struct shown_row {
    int64_t line;
    struct str cells, state, fault;
};
static const struct field shown_row_fields[] = {
    FIELD(struct shown_row, line, "行", "Line"),
    FIELD(struct shown_row, cells, "单元格（含改动）", "Cells, as they were mended", .json = true),
    FIELD(struct shown_row, state, "new 新增，changed 改动，same 不变，wrong 有误；空为还不知道",
          "new, changed, same, wrong; null = not known yet"),
    FIELD(struct shown_row, fault, "这一行为何读不懂", "Why the line cannot be read"),
};
static const SHAPE(shown_row);

struct shown_rows {
    struct records items;
};
static const struct field shown_rows_fields[] = {
    FIELD(struct shown_rows, items, "行", "Lines", .of = &shown_row_shape),
};
static const SHAPE(shown_rows);

/* What is known of a line: it has a problem, or did something. */
struct line_state {
    int64_t line;
    struct str state;
};
static const struct field line_state_fields[] = {
    FIELD(struct line_state, line, "行", "Line"),
    FIELD(struct line_state, state, "状态", "State"),
};
static const SHAPE(line_state);

static const struct correction *correction_of(const struct records *corrections, size_t line,
                                              size_t column)
{
    const struct correction *items = corrections->items;
    for (size_t i = 0; i < corrections->count; i++)
        if (items[i].line == (int64_t)line && items[i].column == (int64_t)column)
            return &items[i];
    return NULL;
}

static struct str cells_json(struct ctx *ctx, const struct import_work *work,
                             const struct sheet_row *row)
{
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    size_t count = row->count > work->columns->count ? row->count : work->columns->count;
    bool text = !str_is(work->import.format, "xlsx");
    json_open(&json, '[');
    for (size_t i = 0; i < count; i++) {
        const struct correction *mended = correction_of(&work->corrections, row->line, i + 1);
        struct str cell = mended ? mended->value : i < row->count ? row->cells[i] : STR("");
        json_text(&json, text && !mended ? cell_disarmed(cell) : cell);
    }
    json_close(&json, ']');
    return buf_str(&out);
}

static struct str state_of(const struct import *import, const struct records *known, int64_t line)
{
    const struct line_state *items = known->items;
    for (size_t i = 0; i < known->count; i++)
        if (items[i].line == line)
            return items[i].state;
    return import->run_seq.known ? STR("same") : STR_NONE;
}

static void close_sheet(void *sheet)
{
    sheet_close(sheet);
}

static enum error read_rows(struct ctx *ctx, const struct import_work *work, int64_t from,
                            size_t limit, const struct records *known, struct records *out)
{
    struct sheet_fault why;
    struct sheet *sheet = sheet_open(work->file, work->import.sheet, &why);
    if (!sheet)
        return fail(ctx, E_INVALID, "%s", "%s", in_language(ctx, why.zh, why.en));
    arena_defer(ctx->arena, close_sheet, sheet);
    struct sheet_row *row = ARENA_NEW(ctx->arena, struct sheet_row);
    struct shown_row *items = arena_array(ctx->arena, limit, sizeof(*items));
    size_t count = 0;
    while (count < limit && sheet_next(sheet, row, &why)) {
        if ((int64_t)row->line < from || (!row->fault && !row->count))
            continue;
        items[count++] = (struct shown_row){
            .line = (int64_t)row->line,
            .cells = cells_json(ctx, work, row),
            .state = row->fault ? STR("wrong") : state_of(&work->import, known, (int64_t)row->line),
            .fault =
                row->fault ? str_of(in_language(ctx, row->fault->zh, row->fault->en)) : STR_NONE};
    }
    *out = (struct records){items, count};
    return E_OK;
}

SHARED_HANDLER(import_rows, rows_query, shown_rows)
{
    struct import import;
    struct import_work *work = ARENA_NEW(ctx->arena, struct import_work);
    struct records known;
    enum error error = import_find_own(ctx, in->id, &import);
    if (error)
        return error;
    int64_t from = in->from.known ? in->from.value : import.header_line + 1;
    int64_t limit = in->limit.known ? in->limit.value : ROWS_STANDARD;
    if (from < 1 || from > IMPORT_LINES_MAX || limit < 1 || limit > ROWS_MAX)
        return complain(ctx, STR("from"), "行号从 1 起，一次最多 %d 行",
                        "lines count from 1, at most %d at a time", (int)ROWS_MAX);
    work->file = -1;
    error = import_open(ctx, in->id, work);
    if (!error && import_file_is_gone(&import))
        error = import_fail_gone(ctx);
    if (!error)
        error =
            db_all(ctx, &sql_import_line_states,
                   ARGS(arg_int("import_id", in->id), arg_int("from_line", from),
                        arg_int("first", import_row_id(in->id, from)),
                        arg_int("end", import_row_id(in->id + 1, 0)), arg_int("limit", STATES_MAX)),
                   &line_state_shape, (size_t)2 * STATES_MAX, &known);
    if (!error)
        error = read_rows(ctx, work, from, (size_t)limit, &known, &out->items);
    import_close(work);
    return error;
}

/* --- Lineage -------------------------------------------------------------------------------- */

struct lineage_query {
    struct str kind, key;
};
static const struct field lineage_query_fields[] = {
    FIELD(struct lineage_query, kind, "记录类型，如 organisation", "Kind, such as organisation",
          .required = true),
    FIELD(struct lineage_query, key, "记录编号", "Id or code of the record", .required = true),
};
static const SHAPE(lineage_query);

struct lineages {
    struct records items;
};
static const struct field lineages_fields[] = {
    FIELD(struct lineages, items, "导入的行，新的在前", "Lines of imports, the newest first",
          .of = &origin_shape),
};
static const SHAPE(lineages);

struct actor_row {
    struct str name;
};
static const struct field actor_row_fields[] = {FIELD(struct actor_row, name, "名称", "Name")};
static const SHAPE(actor_row);

static enum error name_of(struct ctx *ctx, struct str actor, struct str *name)
{
    struct actor_row row;
    int64_t id;
    *name = actor;
    if (!str_starts(actor, STR("account:")) ||
        !int_parse(str_skip(actor, sizeof("account:") - 1), &id))
        return E_OK;
    enum error error =
        db_one(ctx, &sql_importer_name, ARGS(arg_int("id", id)), ROW(actor_row, &row));
    *name = error ? actor : row.name;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* Records without a page of their own are everybody's who may import them. */
static bool is_known_kind(const struct ctx *ctx, struct str kind)
{
    const struct import_target *is = target_of_kind(kind);
    return is && is->table && !is->owned && !is->visibility && role_in(ctx->who->role, is->roles);
}

SHARED_HANDLER(lineage_list, lineage_query, lineages)
{
    enum error error = record_must_see(ctx, in->kind, in->key, NULL);
    if (error == E_NOT_FOUND && is_known_kind(ctx, in->kind))
        error = E_OK;
    if (!error)
        error = import_origins(ctx, in->kind, in->key, LINEAGE_MAX, &out->items);
    struct origin *items = (struct origin *)(uintptr_t)out->items.items;
    for (size_t i = 0; i < out->items.count && !error; i++)
        error = name_of(ctx, items[i].actor, &items[i].actor_name);
    return error;
}
