#include "core/export.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "core/audit_sealer.h"
#include "core/sequence.h"

enum { WAITING_MAX = 64 * 1024 };

const char *export_folder(void)
{
    const char *folder = getenv("TMPDIR");
    return folder && *folder ? folder : "/tmp";
}

const struct file_format *list_format_of(enum list_format form)
{
    static const struct file_format *const formats[] = {[LIST_PAGE] = NULL,
                                                        [LIST_CSV] = &csv_format,
                                                        [LIST_XLSX] = &xlsx_format,
                                                        [LIST_JSON] = &json_format,
                                                        [LIST_CSV_METADATA] = &csv_metadata_format};
    return formats[form];
}

/* --- Columns -------------------------------------------------------------------------------- */

/* Of a record inside a record a table shows its value, where it has one: a figure's. */
static const struct field *inner_value(const struct field *field)
{
    return field->kind == KIND_RECORD ? field_find(field->of, STR("value")) : NULL;
}

/* The column that leads from a row to where it comes from. */
static const struct field lineage_field = {.name = "lineage",
                                           .zh = "来源追溯地址",
                                           .en = "Address that says where it comes from",
                                           .kind = KIND_TEXT};

static void choose_columns(struct export *to)
{
    for (size_t i = 0; i < to->shape->count; i++) {
        const struct field *field = &to->shape->fields[i], *inner = inner_value(field);
        bool plain = field->kind != KIND_RECORD && field->kind != KIND_RECORDS;
        if (field_has(field, USE_OUT) && (plain || inner) && to->column_count < FIELDS_MAX - 1)
            to->columns[to->column_count++] = (struct column){.field = field, .inner = inner};
    }
    if (to->list && to->list->lineage)
        to->columns[to->column_count++] =
            (struct column){.field = &lineage_field, .link = to->list->lineage};
}

struct str column_name(const struct column *column)
{
    return str_of(column->field->name);
}

struct str column_title(const struct column *column, enum language language)
{
    return str_of(language == LANGUAGE_EN ? column->field->en : column->field->zh);
}

enum kind column_kind(const struct column *column)
{
    const struct field *field = column->inner ? column->inner : column->field;
    return field->choices ? KIND_TEXT : field->kind;
}

/* The address with the row's values in the places of its {field}s. */
static struct str link_text(struct arena *arena, const char *link, struct row row)
{
    struct buf out = {.arena = arena};
    for (const char *open; (open = strchr(link, '{')); link = strchr(open, '}') + 1) {
        buf_add(&out, (struct str){link, (size_t)(open - link)});
        struct str name = {open + 1, (size_t)(strchr(open, '}') - open) - 1};
        buf_add(&out, field_shown(arena, field_find(row.shape, name), row.value));
    }
    buf_add(&out, str_of(link));
    return buf_str(&out);
}

struct str column_text(struct arena *arena, const struct column *column, struct row row)
{
    if (column->link)
        return link_text(arena, column->link, row);
    if (!column->inner)
        return field_shown(arena, column->field, row.value);
    struct record nested;
    memcpy(&nested, (const char *)row.value + column->field->offset, sizeof(nested));
    return nested.value ? field_shown(arena, column->inner, nested.value) : STR_NONE;
}

const char *export_option(const struct export *to)
{
    const struct file_format *format = to->format;
    for (size_t i = 0; to->request && to->request->option.data && format->option_choices[i]; i++)
        if (str_is(to->request->option, format->option_choices[i]))
            return format->option_choices[i];
    return format->option_choices ? format->option_choices[0] : "";
}

/* --- The file ------------------------------------------------------------------------------- */

void export_flush(struct export *to)
{
    struct str rest = buf_str(&to->out);
    while (rest.length && !to->broken) {
        ssize_t written = write(to->file, rest.data, rest.length);
        to->broken = written <= 0;
        if (!to->broken)
            rest = str_skip(rest, (size_t)written);
    }
    to->out.length = 0;
}

static void write_row(struct export *to, struct row row, const struct field *sample)
{
    to->rows++;
    if (sample)
        to->sample_rows += *((const bool *)row.value + sample->offset);
    to->format->row(to, row);
    if (to->out.length >= WAITING_MAX)
        export_flush(to);
}

static const struct field *sample_field(const struct shape *shape)
{
    const struct field *field = field_find(shape, STR("sample"));
    return field && field->kind == KIND_BOOL ? field : NULL;
}

static enum error no_file(struct ctx *ctx)
{
    return fail(ctx, E_DISK_FULL, "导出文件写不下来；请检查临时文件夹的空间",
                "the export could not be written: check the space of the temporary folder");
}

/* --- Pages ---------------------------------------------------------------------------------- */

struct export_run {
    struct export *to;
    struct row row;
    const struct field *sample;
    time_t began;
};

static enum error export_row(struct ctx *ctx, void *state)
{
    struct export_run *run = state;
    (void)ctx;
    write_row(run->to, run->row, run->sample);
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

static enum error check_ceilings(struct ctx *ctx, const struct export_run *run)
{
    struct timespec now;
    size_t most = run->to->format->rows_max;
    clock_gettime(CLOCK_MONOTONIC, &now);
    if ((size_t)run->to->rows > most)
        return fail(ctx, E_TOO_LARGE, "这种格式最多导出 %zu 行；请加筛选条件，或改用 CSV",
                    "this format takes at most %zu rows: narrow the list, or take CSV", most);
    if (now.tv_sec - run->began > LIST_EXPORT_SECONDS)
        return fail(ctx, E_TIMEOUT, "导出用时过长，请加筛选条件",
                    "the export took too long: narrow it");
    return run->to->broken ? no_file(ctx) : E_OK;
}

static enum error export_pages(struct ctx *ctx, struct list_request *request,
                               struct export_run *run)
{
    struct timespec began;
    struct str next = STR_NONE;
    struct arena *page = ARENA_NEW(ctx->arena, struct arena);
    page->escape = ctx->arena->escape;
    arena_defer(ctx->arena, free_arena, page);
    clock_gettime(CLOCK_MONOTONIC, &began);
    run->began = began.tv_sec;
    do {
        enum error error = export_page(ctx, request, page, run, &next);
        if (!error)
            error = check_ceilings(ctx, run);
        if (error)
            return error;
        request->after = next;
    } while (next.data);
    return E_OK;
}

/* --- Standing still ------------------------------------------------------------------------- */

static void let_others_export(void *flag)
{
    atomic_flag_clear((atomic_flag *)flag);
}

struct deadline {
    struct db_conn *conn;
    int before_ms;
};

static void restore_deadline(void *state)
{
    const struct deadline *deadline = state;
    db_deadline(deadline->conn, deadline->before_ms);
}

/* A snapshot with the time that an export may take; what has been read of the old one is not
 * used any more. */
static enum error begin_snapshot(struct ctx *ctx, struct arena *scope)
{
    struct deadline *deadline = ARENA_NEW(scope, struct deadline);
    enum db_status status = db_commit(ctx->db);
    *deadline = (struct deadline){ctx->db, db_deadline(ctx->db, LIST_EXPORT_SECONDS * 1000)};
    arena_defer(scope, restore_deadline, deadline);
    if (status == DB_OK)
        status = db_begin(ctx->db, false);
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

/* Rows that keep their past are read as they were at a sealed number, whatever the snapshot shows
 * besides; of others the snapshot must be one in which no number is missing. */
static enum error stand_still(struct ctx *ctx, struct list_request *request)
{
    if (!request->list->versioned)
        return sequence_stand_still(ctx);
    enum error error = sequence_read(ctx);
    int64_t sealed = 0;
    if (error || request->as_of.known)
        return error;
    error = sequence_sealed(ctx, ctx->sequence, &sealed);
    if (sealed < ctx->sequence)
        ctx->sequence = sealed;
    request->as_of = (struct maybe_int){ctx->sequence, true};
    return error;
}

static enum error export_list(struct export *to, struct list_request *request, struct arena *scope)
{
    struct ctx *ctx = to->ctx;
    struct export_run run = {.to = to, .sample = sample_field(to->shape)};
    request->limit = LIST_EXPORT_PAGE;
    enum error error = begin_snapshot(ctx, scope);
    if (!error)
        error = stand_still(ctx, request);
    if (error)
        return error;
    to->format->begin(to);
    error = export_pages(ctx, request, &run);
    to->format->end(to); /* also after a failure: it may have files of its own */
    return error;
}

/* Only one at a time: it is long work for everybody else's machine. */
static enum error export_list_alone(struct export *to, struct list_request *request)
{
    struct ctx *ctx = to->ctx;
    if (ctx->exporting && atomic_flag_test_and_set((atomic_flag *)ctx->exporting))
        return fail(ctx, E_BUSY, "另一个导出正在进行，请稍后再试",
                    "another export is under way: try again in a moment");
    struct arena *scope = ARENA_NEW(ctx->arena, struct arena);
    if (ctx->exporting) /* also when the request ends by running out of memory */
        arena_defer(scope, let_others_export, ctx->exporting);
    arena_defer(ctx->arena, free_arena, scope);
    enum error error = export_list(to, request, scope);
    arena_free(scope);
    return error;
}

/* What is there already, or a file that says nothing about rows. */
static enum error export_records(struct export *to, struct records records)
{
    const struct field *sample = sample_field(to->shape);
    enum error error = sequence_read(to->ctx);
    if (error)
        return error;
    to->format->begin(to);
    for (size_t i = 0; to->format->row && i < records.count; i++) {
        const char *item = (const char *)records.items + i * to->shape->size;
        write_row(to, (struct row){to->shape, (void *)(uintptr_t)item}, sample);
    }
    to->format->end(to);
    return E_OK;
}

enum error export_file(struct ctx *ctx, const struct export_job *job, int file, struct export *done)
{
    *done = (struct export){.ctx = ctx,
                            .format = job->format,
                            .shape = job->request ? job->request->list->row : job->shape,
                            .list = job->request ? job->request->list : NULL,
                            .request = job->request,
                            .path = job->path,
                            .query = job->query,
                            .out = {.arena = ctx->arena},
                            .file = file};
    done->json = (struct json){.out = &done->out};
    choose_columns(done);
    buf_reserve(&done->out, 2 * (size_t)WAITING_MAX);
    enum error error = job->request && job->format->row ? export_list_alone(done, job->request)
                                                        : export_records(done, job->records);
    export_flush(done);
    return error ? error : done->broken ? no_file(ctx) : E_OK;
}

/* --- What a file says about itself ---------------------------------------------------------- */

static void member(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    json_text(json, text);
}

void export_describe(struct export *to)
{
    static const char *const kinds[] = {
        [KIND_INT] = "integer",       [KIND_MAYBE_INT] = "integer", [KIND_REAL] = "number",
        [KIND_MAYBE_REAL] = "number", [KIND_BOOL] = "boolean",      [KIND_TEXT] = "text",
        [KIND_DATE] = "date",         [KIND_INSTANT] = "instant",   [KIND_RECORD] = "record",
        [KIND_RECORDS] = "records"};
    struct json *json = &to->json;
    member(json, "path", to->path);
    member(json, "query", to->query.length ? to->query : STR_NONE);
    json_key(json, "seq");
    json_int(json, to->ctx->sequence);
    member(json, "key", str_of(to->list ? to->list->key : NULL));
    json_key(json, "fields");
    json_open(json, '[');
    for (size_t i = 0; i < to->column_count; i++) {
        json_open(json, '{');
        member(json, "name", column_name(&to->columns[i]));
        member(json, "zh", column_title(&to->columns[i], LANGUAGE_ZH));
        member(json, "en", column_title(&to->columns[i], LANGUAGE_EN));
        member(json, "kind", str_of(kinds[column_kind(&to->columns[i])]));
        json_close(json, '}');
    }
    json_close(json, ']');
}
