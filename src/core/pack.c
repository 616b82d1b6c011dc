#include "core/pack.h"

#include <errno.h>
#include <glob.h>
#include <stdio.h>

#include "base/csv.h"
#include "base/number.h"
#include "base/utf8.h"
#include "core/audit.h"
#include "core/search.h"
#include "core/sequence.h"
#include "core/target.h"
#include "pack.sql.h"

enum { PACK_FILE_MAX = 64 << 20, PACK_ERRORS_MAX = 20 };

/* Reading one file: which column goes to which field, and where we are. */
struct reading {
    struct ctx *ctx;
    const struct pack_file *file;
    struct target target;
    const char *path;
    const struct field *fields[CSV_COLUMNS_MAX];
    size_t column_count;
    size_t errors;
    struct buf report; /* a line for each error */
    bool missing;      /* what is there already stays as it is */
    size_t added;
};

enum error pack_read_file(struct ctx *ctx, const char *path, size_t most, struct str *text)
{
    FILE *in = fopen(path, "rb");
    if (!in)
        return fail(ctx, E_NOT_FOUND, "%s：打不开（%s）", "%s: cannot be opened (%s)", path,
                    strerror(errno));
    struct buf all = {.arena = ctx->arena};
    char block[16 * 1024];
    for (size_t n; all.length <= most && (n = fread(block, 1, sizeof(block), in)) > 0;)
        buf_add(&all, (struct str){block, n});
    bool broken = ferror(in) != 0;
    fclose(in);
    if (broken)
        return fail(ctx, E_MALFORMED, "%s：读不下去", "%s: cannot be read", path);
    if (all.length > most)
        return fail(ctx, E_TOO_LARGE, "%s：超过 %zu 字节", "%s: more than %zu bytes", path, most);
    *text = buf_str(&all);
    return E_OK;
}

/* Adds what was complained about to the report, with its place, and forgets it: several errors are
 * told at once. */
static void report(struct reading *reading, size_t line, size_t column)
{
    struct ctx *ctx = reading->ctx;
    struct buf *out = &reading->report;
    buf_print(out, "%s:%zu:%zu: ", reading->path, line, column);
    if (!ctx->complaints)
        buf_add(out, ctx->detail);
    for (const struct complaint *c = ctx->complaints; c; c = c->next)
        buf_print(out, "%s%.*s: %.*s", c == ctx->complaints ? "" : "; ", STR_PRINT(c->field),
                  STR_PRINT(c->message));
    buf_char(out, '\n');
    reading->errors++;
    ctx_clear(ctx);
}

/* The report becomes the reason. */
static enum error fail_with_report(struct reading *reading)
{
    struct ctx *ctx = reading->ctx;
    buf_print(&reading->report, "%s",
              in_language(ctx, "城市包有误，什么也没有载入",
                          "the pack has errors and nothing was loaded"));
    ctx->detail = buf_str(&reading->report);
    return ctx->error = E_INVALID;
}

static enum error fail_file(struct reading *reading, size_t line, size_t column, const char *zh,
                            const char *en)
{
    return fail(reading->ctx, E_INVALID, "%s:%zu:%zu: %s", "%s:%zu:%zu: %s", reading->path, line,
                column, in_language(reading->ctx, zh, en));
}

static enum error read_heading(struct reading *reading, const struct csv_record *record)
{
    struct ctx *ctx = reading->ctx;
    const struct shape *shape = reading->target.is->shape;
    uint64_t seen = 0;
    reading->column_count = record->count;
    for (size_t i = 0; i < record->count; i++) {
        const struct field *field = field_find(shape, record->cells[i]);
        uint64_t bit = field ? UINT64_C(1) << (field - shape->fields) : 0;
        if (!field || !field_has(field, USE_IN) || (seen & bit))
            return fail(ctx, E_INVALID, "%s:1:%zu: 没有这一列，或重复：%.*s",
                        "%s:1:%zu: no such column, or twice: %.*s", reading->path,
                        record->columns[i], STR_PRINT(record->cells[i]));
        seen |= bit;
        reading->fields[i] = field;
    }
    for (size_t i = 0; i < shape->count; i++)
        if (shape->fields[i].required && !(seen >> i & 1))
            return fail(ctx, E_INVALID, "%s:1:1: 缺少列：%s", "%s:1:1: missing column: %s",
                        reading->path, shape->fields[i].name);
    return E_OK;
}

/* The column of the first complaint, so that the report points at the cell. */
static size_t complaint_column(const struct reading *reading, const struct csv_record *record)
{
    for (size_t i = 0; reading->ctx->complaints && i < record->count; i++)
        if (reading->fields[i] && str_is(reading->ctx->complaints->field, reading->fields[i]->name))
            return record->columns[i];
    return 1;
}

/* Unless the database has a record of that key, whoever may have changed it since. */
static enum error add_missing(struct reading *reading, void *record)
{
    struct ctx *ctx = reading->ctx;
    const struct import_target *is = reading->target.is;
    const struct searchable *kind = target_searched(is);
    void *now = arena_alloc(ctx->arena, is->shape->size);
    const void *found;
    enum error error = target_find(ctx, &reading->target, record, now);
    if (error != E_NOT_FOUND)
        return error;
    ctx_clear(ctx);
    error = target_store(ctx, &reading->target, record, NULL);
    reading->added += !error;
    if (error || !kind || (error = target_found(ctx, is, record, &found)))
        return error;
    return search_put(ctx, (struct row){kind->shape, (void *)(uintptr_t)found});
}

static enum error read_record(struct reading *reading, const struct csv_record *record,
                              struct row row)
{
    struct ctx *ctx = reading->ctx;
    if (record->count != reading->column_count)
        return fail(ctx, E_INVALID, "有 %zu 列，应为 %zu 列", "has %zu columns instead of %zu",
                    record->count, reading->column_count);
    fields_clear(row);
    enum error error = E_OK;
    uint64_t given = 0;
    for (size_t i = 0; i < record->count; i++) {
        if (field_parse(ctx, reading->fields[i], row.value, record->cells[i]))
            error = E_INVALID;
        if (record->cells[i].length)
            given |= UINT64_C(1) << (reading->fields[i] - row.shape->fields);
    }
    if (error || (error = fields_check(ctx, row, UINT64_MAX, given)) ||
        (error = fields_check_references(ctx, row, UINT64_MAX)))
        return error;
    const struct import_target *is = reading->target.is;
    const struct field *sample = field_find(is->shape, STR("sample"));
    if (sample)
        *(bool *)((char *)row.value + sample->offset) = reading->file->sample;
    if (is->check && (error = is->check(ctx, row.value)))
        return error;
    return reading->missing ? add_missing(reading, row.value)
                            : target_store(ctx, &reading->target, row.value, NULL);
}

static enum error load_text(struct reading *reading, struct str text)
{
    struct ctx *ctx = reading->ctx;
    size_t bad = utf8_check(text);
    if (bad != text.length) {
        struct str before = str_first(text, bad);
        size_t line = 1;
        for (size_t at; (at = str_find(before, '\n')) < before.length; line++)
            before = str_skip(before, at + 1);
        return fail_file(reading, line, before.length + 1, "不是 UTF-8 文字", "is not UTF-8 text");
    }
    struct csv csv = csv_open(ctx->arena, text);
    struct csv_record *record = ARENA_NEW(ctx->arena, struct csv_record);
    if (!csv_next(&csv, record))
        return fail_file(reading, 1, 1, "没有标题行", "there is no heading line");
    enum error error = read_heading(reading, record);
    const struct shape *shape = reading->target.is->shape;
    struct row row = {shape, arena_alloc(ctx->arena, shape->size)};
    while (!error && csv_next(&csv, record)) {
        if (!read_record(reading, record, row))
            continue;
        bool refused = ctx->db_status == DB_UNIQUE || ctx->db_status == DB_CONSTRAINT;
        if (ctx->db_status != DB_OK && !refused)
            return ctx->error;
        bool ends_transaction = refused; /* PostgreSQL takes no more after it */
        report(reading, record->line, complaint_column(reading, record));
        if (ends_transaction || reading->errors == PACK_ERRORS_MAX)
            break;
    }
    if (!error && csv.error)
        error = fail_file(reading, csv.error_line, csv.error_column, csv.error, csv.error);
    return !error && reading->errors ? fail_with_report(reading) : error;
}

/* With `added`, only what is missing; it is counted there. */
static enum error load_path(struct ctx *ctx, const struct pack_file *file, const char *path,
                            size_t *added)
{
    struct reading reading = {.ctx = ctx,
                              .file = file,
                              .path = path,
                              .report = {.arena = ctx->arena},
                              .missing = added != NULL};
    reading.target = target_of(ctx->arena, file->target);
    struct str text = STR_NONE;
    enum error error = pack_read_file(ctx, path, PACK_FILE_MAX, &text);
    error = error ? error : load_text(&reading, text);
    if (added)
        *added += reading.added;
    return error;
}

static enum error load_file(struct ctx *ctx, const char *folder, const struct pack_file *file)
{
    struct str pattern =
        arena_print(ctx->arena, "%s%s/%s", folder, file->sample ? "/demo" : "", file->name);
    glob_t found = {0};
    if (glob(pattern.data, 0, NULL, &found) != 0) {
        globfree(&found);
        return file->optional ? E_OK
                              : fail(ctx, E_NOT_FOUND, "城市包缺少文件：%s",
                                     "the city pack lacks %s", pattern.data);
    }
    enum error error = E_OK;
    for (size_t i = 0; i < found.gl_pathc && !error; i++)
        error = load_path(ctx, file, arena_str(ctx->arena, str_of(found.gl_pathv[i])).data, NULL);
    globfree(&found);
    return error;
}

static enum error setting(struct ctx *ctx, const char *key, struct str *value)
{
    struct setting_row {
        struct str value;
    };
    static const struct field setting_row_fields[] = {FIELD(struct setting_row, value, "", "")};
    static const struct shape shape = {"setting", sizeof(struct setting_row), setting_row_fields, 1,
                                       NULL};
    struct setting_row row;
    enum error error = db_one(ctx, &sql_setting_find, ARGS(arg_text("key", str_of(key))),
                              (struct row){&shape, &row});
    *value = error ? STR_NONE : row.value;
    return error;
}

static enum error is_set(struct ctx *ctx, const char *key, bool *set)
{
    struct str value;
    enum error error = setting(ctx, key, &value);
    *set = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

/* Whatever starts "today" starts on the city's day, which may not be that of Greenwich. */
static enum error keep_the_citys_day(struct ctx *ctx)
{
    enum error error = pack_utc_offset(ctx, &ctx->utc_offset_minutes);
    ctx->today = date_at(ctx->now, ctx->utc_offset_minutes);
    return error;
}

static enum error load_files(struct ctx *ctx, const char *folder, bool samples)
{
    enum error error = E_OK;
    for (size_t m = 0; m < module_count && !error; m++) {
        for (size_t i = 0; i < modules[m]->pack_file_count && !error; i++)
            if (modules[m]->pack_files[i].sample == samples)
                error = load_file(ctx, folder, &modules[m]->pack_files[i]);
        if (!error) /* the city's settings are those of the first module */
            error = keep_the_citys_day(ctx);
    }
    for (size_t m = 0; m < module_count && !samples && !error; m++)
        error = modules[m]->pack_loaded ? modules[m]->pack_loaded(ctx, folder) : E_OK;
    return error;
}

/* --- What later programs bring -------------------------------------------------------------- */

#define FILES_SETTING "pack_files"

/* The files of which this program makes records, so that the next one knows what it did not. */
static struct str file_names(struct arena *arena)
{
    struct buf out = {.arena = arena};
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->pack_file_count; i++)
            if (!modules[m]->pack_files[i].sample)
                buf_print(&out, "%s%s", out.length ? " " : "", modules[m]->pack_files[i].name);
    return buf_str(&out);
}

static enum error note_files(struct ctx *ctx)
{
    return db_do(
        ctx, &sql_setting_keep,
        ARGS(arg_text("key", STR(FILES_SETTING)), arg_text("value", file_names(ctx->arena))));
}

/* Is it the pack of the city that the database has? */
static enum error is_this_city(struct ctx *ctx, const char *folder, bool *same)
{
    struct str id, text = STR_NONE;
    const char *path = arena_print(ctx->arena, "%s/pack.csv", folder).data;
    enum error error = setting(ctx, "id", &id);
    if (!error)
        error = pack_read_file(ctx, path, PACK_FILE_MAX, &text);
    *same = false;
    if (error)
        return error;
    struct csv csv = csv_open(ctx->arena, text);
    struct csv_record *record = ARENA_NEW(ctx->arena, struct csv_record);
    while (csv_next(&csv, record))
        *same |=
            record->count >= 2 && str_is(record->cells[0], "id") && str_equal(record->cells[1], id);
    return E_OK;
}

static enum error add_from(struct ctx *ctx, const char *folder, const struct pack_file *file,
                           size_t *added)
{
    struct str pattern = arena_print(ctx->arena, "%s/%s", folder, file->name);
    glob_t found = {0};
    enum error error = E_OK;
    if (file->sample || !file->target->table || glob(pattern.data, 0, NULL, &found) != 0)
        return E_OK;
    for (size_t i = 0; i < found.gl_pathc && !error; i++)
        error = load_path(ctx, file, arena_str(ctx->arena, str_of(found.gl_pathv[i])).data, added);
    globfree(&found);
    return error;
}

enum error pack_complete(struct ctx *ctx, const char *folder, size_t *added)
{
    struct str known;
    bool same = false;
    *added = 0;
    enum error error =
        db_is_sqlite(ctx->db) ? E_OK : db_do(ctx, &sql_pack_lock_on_postgres, NO_ARGS);
    if (!error)
        error = setting(ctx, FILES_SETTING, &known);
    if (error && error != E_NOT_FOUND)
        return error;
    if (!error && str_equal(known, file_names(ctx->arena)))
        return E_OK;
    error = is_this_city(ctx, folder, &same);
    if (error || !same)
        return error;
    error = sequence_take(ctx);
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->pack_file_count && !error; i++)
            error = add_from(ctx, folder, &modules[m]->pack_files[i], added);
    if (!error)
        error = note_files(ctx);
    return error ? error : audit_note(ctx, STR("system"), "pack", STR(""), STR(""));
}

/* --- All ------------------------------------------------------------------------------------ */

static enum error load_missing(struct ctx *ctx, const char *folder, bool pack, bool samples)
{
    enum error error = sequence_take(ctx);
    if (!error && pack)
        error = load_files(ctx, folder, false);
    if (!error && samples)
        error = load_files(ctx, folder, true);
    if (!error && samples)
        error = db_do(ctx, &sql_setting_put,
                      ARGS(arg_text("key", STR("demo")), arg_text("value", STR("true"))));
    if (!error && pack)
        error = note_files(ctx);
    if (!error)
        error = search_rebuild(ctx);
    return error ? error
                 : audit_note(ctx, STR("system"), pack ? "pack" : "samples", STR(""), STR(""));
}

enum error pack_ensure(struct ctx *ctx, const char *folder, bool demo)
{
    bool loaded, sampled;
    enum error error = is_set(ctx, "id", &loaded);
    if (!error)
        error = is_set(ctx, "demo", &sampled);
    if (error || (loaded && (sampled || !demo)))
        return error;
    /* Two that start at once: the second waits here, and then finds it done. */
    if (!db_is_sqlite(ctx->db) && (error = db_do(ctx, &sql_pack_lock_on_postgres, NO_ARGS)))
        return error;
    if ((error = is_set(ctx, "id", &loaded)) || (error = is_set(ctx, "demo", &sampled)))
        return error;
    if (loaded && (sampled || !demo))
        return E_OK;
    return load_missing(ctx, folder, !loaded, demo && !sampled);
}

enum error pack_utc_offset(struct ctx *ctx, int *minutes)
{
    struct str text;
    int64_t number = 0;
    enum error error = setting(ctx, "utc_offset_minutes", &text);
    if (error && error != E_NOT_FOUND)
        return error;
    if (text.data && (!int_parse(text, &number) || number < -720 || number > 840))
        return fail(ctx, E_INVALID, "pack.csv：utc_offset_minutes 应为 -720 到 840",
                    "pack.csv: utc_offset_minutes must be from -720 to 840");
    *minutes = (int)number;
    return E_OK;
}
