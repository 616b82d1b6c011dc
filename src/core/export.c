/* Lists as files: CSV that Excel opens in Chinese (byte order mark, CRLF as RFC 4180 has it) and
 * XLSX with numbers as numbers. */
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "base/csv.h"
#include "base/number.h"
#include "core/audit_sealer.h"
#include "core/list.h"

struct sink {
    void *state;
    void (*begin)(void *state, const struct shape *shape);
    void (*row)(void *state, struct ctx *ctx, struct row row);
    bool (*end)(void *state);
};

struct csv_file {
    FILE *out;
};

/* Of a record inside a record a table shows its value, where it has one: a figure's. */
static const struct field *inner_value(const struct field *field)
{
    return field->kind == KIND_RECORD ? field_find(field->of, STR("value")) : NULL;
}

static bool is_column(const struct field *field)
{
    bool plain = field->kind != KIND_RECORD && field->kind != KIND_RECORDS;
    return field_has(field, USE_OUT) && (plain || inner_value(field));
}

/* The text of a cell, and the field that says what kind of value it is. */
static struct str cell_text(struct arena *arena, const struct field **field, const void *record)
{
    const struct field *inner = inner_value(*field);
    if (!inner)
        return field_shown(arena, *field, record);
    struct record nested;
    memcpy(&nested, (const char *)record + (*field)->offset, sizeof(nested));
    *field = inner;
    return nested.value ? field_shown(arena, inner, nested.value) : STR_NONE;
}

static void csv_begin(void *state, const struct shape *shape)
{
    struct csv_file *csv = state;
    fputs("\xEF\xBB\xBF", csv->out);
    const char *comma = "";
    for (size_t i = 0; i < shape->count; i++)
        if (is_column(&shape->fields[i])) {
            fprintf(csv->out, "%s%s", comma, shape->fields[i].name);
            comma = ",";
        }
    fputs("\r\n", csv->out);
}

/* A cell that a spreadsheet would take for a formula gets an apostrophe in front. */
static bool looks_like_formula(const struct field *field, struct str text)
{
    double number;
    return field->kind == KIND_TEXT && text.length && strchr("=+-@\t\r", *text.data) &&
           !real_parse(text, &number);
}

static void csv_row(void *state, struct ctx *ctx, struct row row)
{
    struct csv_file *csv = state;
    struct buf line = {.arena = ctx->arena};
    bool first = true;
    for (size_t i = 0; i < row.shape->count; i++) {
        const struct field *field = &row.shape->fields[i];
        if (!is_column(field))
            continue;
        if (!first)
            buf_char(&line, ',');
        first = false;
        struct str text = cell_text(ctx->arena, &field, row.value);
        if (looks_like_formula(field, text))
            text = arena_print(ctx->arena, "'%.*s", STR_PRINT(text));
        csv_cell(&line, text);
    }
    buf_add(&line, STR("\r\n"));
    fwrite(line.data, 1, line.length, csv->out);
}

static bool csv_end(void *state)
{
    struct csv_file *csv = state;
    bool good = !ferror(csv->out); /* closing tells of the last block only */
    return fclose(csv->out) == 0 && good;
}

struct xlsx_file {
    lxw_workbook *book;
    lxw_worksheet *sheet;
    lxw_row_t next;
    char *path;
    int file;
};

static void xlsx_begin(void *state, const struct shape *shape)
{
    struct xlsx_file *xlsx = state;
    lxw_format *bold = workbook_add_format(xlsx->book);
    format_set_bold(bold);
    lxw_col_t column = 0;
    for (size_t i = 0; i < shape->count; i++)
        if (is_column(&shape->fields[i]))
            worksheet_write_string(xlsx->sheet, 0, column++, shape->fields[i].name, bold);
    worksheet_freeze_panes(xlsx->sheet, 1, 0);
    xlsx->next = 1;
}

static void xlsx_row(void *state, struct ctx *ctx, struct row row)
{
    struct xlsx_file *xlsx = state;
    lxw_col_t column = 0;
    for (size_t i = 0; i < row.shape->count; i++) {
        const struct field *field = &row.shape->fields[i];
        if (!is_column(field))
            continue;
        struct str text = cell_text(ctx->arena, &field, row.value);
        double number;
        bool numeric = !field->choices && field->kind <= KIND_MAYBE_REAL;
        if (numeric && text.data && real_parse(text, &number))
            worksheet_write_number(xlsx->sheet, xlsx->next, column, number, NULL);
        else if (text.data)
            worksheet_write_string(xlsx->sheet, xlsx->next, column,
                                   arena_str(ctx->arena, text).data, NULL);
        column++;
    }
    xlsx->next++;
}

/* The library writes to a path only, so the workbook is copied from there into our file. */
static bool xlsx_end(void *state)
{
    struct xlsx_file *xlsx = state;
    bool good = workbook_close(xlsx->book) == LXW_NO_ERROR;
    FILE *in = good ? fopen(xlsx->path, "rb") : NULL;
    char block[16 * 1024];
    for (size_t n; good && in && (n = fread(block, 1, sizeof(block), in)) > 0;)
        good = write(xlsx->file, block, n) == (ssize_t)n;
    good = good && in && !ferror(in);
    if (in)
        fclose(in);
    unlink(xlsx->path);
    return good;
}

static enum error no_file(struct ctx *ctx)
{
    return fail(ctx, E_DISK_FULL, "导出文件写不下来；请检查临时文件夹的空间",
                "the export could not be written: check the space of the temporary folder");
}

struct export_run {
    const struct sink *sink;
    struct row row;
    size_t rows, rows_max;
};

static enum error export_row(struct ctx *ctx, void *state)
{
    struct export_run *run = state;
    run->sink->row(run->sink->state, ctx, run->row);
    run->rows++;
    return E_OK;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

/* Each page has its own use of a second arena, so that memory does not grow with the list. */
static enum error export_page(struct ctx *ctx, struct list_request *request, struct arena *page,
                              struct export_run *run, struct str *next)
{
    struct arena *whole = ctx->arena;
    ctx->arena = page;
    run->row = (struct row){request->list->row, arena_alloc(page, request->list->row->size)};
    fields_clear(run->row);
    enum error error = list_each(ctx, request, export_row, run, run->row, next);
    *next = arena_str(whole, *next);
    ctx->detail = arena_str(whole, ctx->detail);
    ctx->arena = whole;
    ctx->person_keys = NULL; /* they lie in the page */
    arena_reset(page);
    return error;
}

/* The next page reads anew: a long export must not keep an old snapshot alive. */
static enum error next_snapshot(struct ctx *ctx)
{
    enum db_status status = db_commit(ctx->db);
    if (status == DB_OK)
        status = db_begin(ctx->db, false);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

static enum error check_ceilings(struct ctx *ctx, const struct export_run *run, time_t began)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if (run->rows > run->rows_max)
        return fail(ctx, E_TOO_LARGE, "这种格式最多导出 %zu 行；请加筛选条件，或改用 CSV",
                    "this format takes at most %zu rows: narrow the list, or take CSV",
                    run->rows_max);
    if (now.tv_sec - began > LIST_EXPORT_SECONDS)
        return fail(ctx, E_TIMEOUT, "导出用时过长，请加筛选条件",
                    "the export took too long: narrow it");
    return E_OK;
}

static enum error export_pages(struct ctx *ctx, struct list_request *request,
                               struct export_run *run, struct arena *page)
{
    struct timespec began;
    struct str next;
    clock_gettime(CLOCK_MONOTONIC, &began);
    for (;;) {
        enum error error = export_page(ctx, request, page, run, &next);
        if (!error)
            error = check_ceilings(ctx, run, began.tv_sec);
        if (error || !next.data || (error = next_snapshot(ctx)))
            return error;
        request->after = next;
    }
}

static enum error export_to(struct ctx *ctx, struct list_request *request, const struct sink *sink,
                            size_t rows_max)
{
    struct export_run run = {.sink = sink, .rows_max = rows_max};
    struct arena *page = ARENA_NEW(ctx->arena, struct arena);
    page->escape = ctx->arena->escape;
    arena_defer(ctx->arena, free_arena, page);
    sink->begin(sink->state, request->list->row);
    enum error error = export_pages(ctx, request, &run, page);
    bool written = sink->end(sink->state);
    return error ? error : written ? E_OK : no_file(ctx);
}

const char *export_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

/* What is to be exported: a list, page by page, or records that are there already. */
struct export_job {
    struct list_request *request;
    const struct shape *shape;
    struct records records;
};

static enum error export_records(struct ctx *ctx, const struct export_job *job,
                                 const struct sink *sink)
{
    sink->begin(sink->state, job->shape);
    for (size_t i = 0; i < job->records.count; i++) {
        const char *item = (const char *)job->records.items + i * job->shape->size;
        sink->row(sink->state, ctx, (struct row){job->shape, (void *)(uintptr_t)item});
    }
    return sink->end(sink->state) ? E_OK : no_file(ctx);
}

static enum error export_with(struct ctx *ctx, const struct export_job *job,
                              const struct sink *sink, size_t rows_max)
{
    return job->request ? export_to(ctx, job->request, sink, rows_max)
                        : export_records(ctx, job, sink);
}

static enum error export_as(struct ctx *ctx, const struct export_job *job, enum list_format format,
                            int file)
{
    if (format == LIST_CSV) {
        struct csv_file csv = {fdopen(dup(file), "wb")};
        if (!csv.out)
            return no_file(ctx);
        return export_with(ctx, job, &(struct sink){&csv, csv_begin, csv_row, csv_end},
                           LIST_CSV_ROWS);
    }
    struct str name = arena_print(ctx->arena, "%s/kechuang-export-XXXXXX", export_folder());
    char *path = (char *)(uintptr_t)name.data;
    int made = mkstemp(path);
    if (made < 0)
        return no_file(ctx);
    close(made);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = (char *)(uintptr_t)export_folder()};
    struct xlsx_file xlsx = {.path = path, .file = file};
    xlsx.book = workbook_new_opt(path, &options);
    xlsx.sheet = xlsx.book ? workbook_add_worksheet(xlsx.book, NULL) : NULL;
    if (!xlsx.sheet) {
        unlink(path);
        return no_file(ctx);
    }
    return export_with(ctx, job, &(struct sink){&xlsx, xlsx_begin, xlsx_row, xlsx_end},
                       LIST_XLSX_ROWS);
}

static void let_others_export(void *flag)
{
    atomic_flag_clear((atomic_flag *)flag);
}

/* What may still change is not exported as if it stood still. */
static enum error export_at_sealed(struct ctx *ctx, struct list_request *request)
{
    int64_t sealed;
    enum error error = sequence_sealed(ctx, ctx->sequence, &sealed);
    if (sealed < ctx->sequence)
        ctx->sequence = sealed;
    request->as_of = (struct maybe_int){ctx->sequence, true};
    return error;
}

enum error list_export(struct ctx *ctx, struct list_request *request, enum list_format format,
                       int file)
{
    if (ctx->exporting && atomic_flag_test_and_set((atomic_flag *)ctx->exporting))
        return fail(ctx, E_BUSY, "另一个导出正在进行，请稍后再试",
                    "another export is under way: try again in a moment");
    struct arena *scope = ARENA_NEW(ctx->arena, struct arena);
    if (ctx->exporting) /* also when the request ends by running out of memory */
        arena_defer(scope, let_others_export, ctx->exporting);
    arena_defer(ctx->arena, free_arena, scope);
    request->limit = LIST_EXPORT_PAGE;
    struct export_job job = {.request = request};
    enum error error = E_OK;
    if (request->list->versioned && !request->as_of.known)
        error = export_at_sealed(ctx, request);
    if (!error)
        error = export_as(ctx, &job, format, file);
    arena_free(scope);
    return error;
}

enum error records_export(struct ctx *ctx, const struct shape *shape, struct records records,
                          enum list_format format, int file)
{
    struct export_job job = {NULL, shape, records};
    return export_as(ctx, &job, format, file);
}
