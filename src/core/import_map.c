/* Which column of a table goes to which field: guessed from its headings, remembered, changed by
 * whoever imports. */
#include <jansson.h>
#include <unistd.h>

#include "base/cell.h"
#include "base/utf8.h"
#include "core/files.h"
#include "core/import.h"
#include "import_map.sql.h"
#include "json/read.h"

/* --- As JSON -------------------------------------------------------------------------------- */

static void write_text(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    if (text.data)
        json_text(json, text);
    else
        json_none(json);
}

struct str import_columns_json(struct arena *arena, const struct import_columns *columns)
{
    struct buf out = {.arena = arena};
    struct json json = {.out = &out};
    json_open(&json, '[');
    for (size_t i = 0; i < columns->count; i++) {
        const struct import_column *column = &columns->items[i];
        json_open(&json, '{');
        json_key(&json, "number");
        json_int(&json, (int64_t)i + 1);
        write_text(&json, "heading", column->heading);
        write_text(&json, "field", str_of(column->field ? column->field->name : NULL));
        write_text(&json, "guess", str_of(column->guess));
        json_key(&json, "samples");
        json_open(&json, '[');
        for (size_t s = 0; s < IMPORT_SAMPLES; s++)
            if (column->samples[s].data)
                json_text(&json, column->samples[s]);
        json_close(&json, ']');
        json_close(&json, '}');
    }
    json_close(&json, ']');
    return buf_str(&out);
}

static const char *const guesses[] = {"name", "label", "remembered", "value", NULL};

static struct str member(const json_t *object, const char *name)
{
    const json_t *text = json_object_get(object, name);
    return json_is_string(text) ? (struct str){json_string_value(text), json_string_length(text)}
                                : STR_NONE;
}

enum error import_columns_read(struct ctx *ctx, const struct import_target *target, struct str text,
                               struct import_columns *columns)
{
    struct json_error why;
    const json_t *list = json_read(ctx->arena, text, &why), *item;
    size_t i;
    columns->count = 0;
    if (!json_is_array(list) || json_array_size(list) > SHEET_COLUMNS_MAX)
        return fail(ctx, E_INTERNAL, "列的对应读不懂", "the columns cannot be read");
    json_array_foreach((json_t *)(uintptr_t)list, i, item)
    {
        struct import_column *column = &columns->items[columns->count++];
        struct str field = member(item, "field"), guess = member(item, "guess");
        *column = (struct import_column){.heading = member(item, "heading")};
        column->field = field.data ? field_find(target->shape, field) : NULL;
        for (size_t g = 0; guess.data && guesses[g]; g++)
            if (str_is(guess, guesses[g]))
                column->guess = guesses[g];
        const json_t *samples = json_object_get(item, "samples"), *sample;
        size_t s;
        json_array_foreach((json_t *)(uintptr_t)samples, s, sample) if (s < IMPORT_SAMPLES)
            column->samples[s] =
            (struct str){json_string_value(sample), json_string_length(sample)};
    }
    return E_OK;
}

/* --- Guessing ------------------------------------------------------------------------------- */

/* Headings and labels alike: without blanks, notes in brackets and marks, in small letters. */
static struct str plain(struct arena *arena, struct str text)
{
    struct buf out = {.arena = arena};
    for (size_t i = 0; i < text.length;) {
        size_t from = i;
        uint32_t point = utf8_next(text, &i);
        if (point == '(' || point == 0xFF08 || point == ';' || point == 0xFF1A || point == ':')
            break;
        bool blank = point <= ' ' || point == 0x3000 || point == '*' || point == '_' ||
                     point == '-' || point == 0xA0;
        if (blank)
            continue;
        if (point >= 'A' && point <= 'Z')
            buf_char(&out, (char)(point - 'A' + 'a'));
        else
            buf_add(&out, (struct str){text.data + from, i - from});
    }
    return buf_str(&out);
}

static bool is_taken(const struct import_columns *columns, const struct field *field)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].field == field)
            return true;
    return false;
}

/* The field that this heading names, and how. */
static const struct field *named_by(struct arena *arena, const struct shape *shape,
                                    struct str heading, const char **how)
{
    struct str wanted = plain(arena, heading);
    if (!wanted.length)
        return NULL;
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!target_takes(field))
            continue;
        bool name =
            str_is(heading, field->name) || str_equal(wanted, plain(arena, str_of(field->name)));
        bool label = str_equal(wanted, plain(arena, str_of(field->zh))) ||
                     str_equal(wanted, plain(arena, str_of(field->en)));
        *how = name ? "name" : "label";
        if (name || label)
            return field;
    }
    return NULL;
}

const struct field *import_field_named(struct arena *arena, const struct shape *shape,
                                       struct str heading)
{
    const char *how;
    return named_by(arena, shape, heading, &how);
}

static bool are_choices(const struct field *field, const struct import_column *column)
{
    size_t known = 0, count = 0;
    for (size_t s = 0; s < IMPORT_SAMPLES && column->samples[s].data; s++, count++)
        for (size_t c = 0; field->choices[c]; c++)
            known += str_is(column->samples[s], field->choices[c]);
    return count && known == count;
}

/* A column whose heading says nothing may still hold nothing but one field's choices. */
static void guess_by_values(const struct shape *shape, struct import_columns *columns)
{
    for (size_t f = 0; f < shape->count; f++) {
        const struct field *field = &shape->fields[f];
        if (!field->choices || !target_takes(field) || is_taken(columns, field))
            continue;
        for (size_t i = 0; i < columns->count; i++)
            if (!columns->items[i].field && are_choices(field, &columns->items[i])) {
                columns->items[i].field = field;
                columns->items[i].guess = "value";
                break;
            }
    }
}

static struct str digest_of_headings(struct arena *arena, const struct import_columns *columns)
{
    char *hex = arena_alloc(arena, DIGEST_HEX + 1);
    struct digest *digest = digest_begin(DIGEST_SHA256);
    for (size_t i = 0; i < columns->count; i++)
        digest_part(digest, columns->items[i].heading);
    if (!digest_end(digest, hex))
        arena_exhausted(arena);
    return (struct str){hex, DIGEST_HEX};
}

struct mapping {
    struct str columns;
};
static const struct field mapping_fields[] = {
    FIELD(struct mapping, columns, "列", "Columns"),
};
static const SHAPE(mapping);

static enum error remembered(struct ctx *ctx, const struct import_target *target,
                             struct import_columns *columns)
{
    struct mapping mapping;
    struct import_columns *then = ARENA_NEW(ctx->arena, struct import_columns);
    enum error error = db_one(ctx, &sql_import_mapping_find,
                              ARGS(arg_text("target", str_of(target->name)),
                                   arg_text("headings", digest_of_headings(ctx->arena, columns))),
                              ROW(mapping, &mapping));
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    error = import_columns_read(ctx, target, mapping.columns, then);
    for (size_t i = 0; i < columns->count && i < then->count && !error; i++) {
        columns->items[i].field = then->items[i].field;
        columns->items[i].guess = then->items[i].field ? "remembered" : NULL;
    }
    return error;
}

enum error import_columns_remember(struct ctx *ctx, const struct import *import,
                                   const struct import_columns *columns)
{
    return db_do(ctx, &sql_import_mapping_keep,
                 ARGS(arg_text("target", import->target),
                      arg_text("headings", digest_of_headings(ctx->arena, columns)),
                      arg_text("columns", import_columns_json(ctx->arena, columns))));
}

/* --- The first lines ------------------------------------------------------------------------ */

struct head {
    struct str cells[IMPORT_HEAD_LINES][SHEET_COLUMNS_MAX];
    size_t counts[IMPORT_HEAD_LINES], lines[IMPORT_HEAD_LINES];
    size_t count;
    const struct sheet_fault *fault; /* of the first line that cannot be read */
    size_t fault_line, fault_column;
};

static enum error no_line(struct ctx *ctx, const struct head *head, const struct sheet_fault *why)
{
    static const struct sheet_fault none = {"请检查第一行是不是标题",
                                            "look whether the first line has the headings"};
    if (!head->fault || why->zh)
        return fail(ctx, E_INVALID, "文件里没有能读的行：%s",
                    "the file has no line that can be read: %s",
                    in_language(ctx, why->zh ? why->zh : none.zh, why->zh ? why->en : none.en));
    return fail(ctx, E_INVALID,
                "文件里没有能读的行：第 %zu 行第 %zu 列，%s；请改好文件，或另存为 XLSX 再传",
                "the file has no line that can be read: line %zu, column %zu: %s; mend the file, "
                "or save it as XLSX, and send it again",
                head->fault_line, head->fault_column,
                in_language(ctx, head->fault->zh, head->fault->en));
}

static enum error read_head(struct ctx *ctx, struct sheet *sheet, int64_t from, struct head *head)
{
    struct sheet_row *row = ARENA_NEW(ctx->arena, struct sheet_row);
    struct sheet_fault why;
    while (head->count < IMPORT_HEAD_LINES && sheet_next(sheet, row, &why)) {
        if (row->fault && !head->fault) {
            head->fault = row->fault;
            head->fault_line = row->line;
            head->fault_column = row->fault_column;
        }
        if (row->fault || (int64_t)row->line < from)
            continue;
        size_t n = head->count++;
        head->lines[n] = row->line;
        head->counts[n] = row->count;
        for (size_t i = 0; i < row->count; i++)
            head->cells[n][i] = arena_str(ctx->arena, cell_disarmed(row->cells[i]));
    }
    if (!head->count)
        return no_line(ctx, head, &why);
    return E_OK;
}

/* The line that names most fields; where none names any, the first with most cells. */
static size_t heading_line(struct ctx *ctx, const struct import_target *target,
                           const struct head *head)
{
    size_t best = 0, best_score = 0;
    const char *how;
    for (size_t n = 0; n < head->count; n++) {
        size_t named = 0, filled = 0;
        for (size_t i = 0; i < head->counts[n]; i++) {
            filled += head->cells[n][i].length > 0;
            named += named_by(ctx->arena, target->shape, head->cells[n][i], &how) != NULL;
        }
        size_t score = named * 1000 + (named ? 0 : filled);
        if (score > best_score) {
            best = n;
            best_score = score;
        }
    }
    return best;
}

static enum error make_columns(struct ctx *ctx, const struct import_target *target,
                               const struct head *head, size_t heading,
                               struct import_columns *columns)
{
    for (size_t i = 0; i < head->counts[heading]; i++) {
        struct import_column *column = &columns->items[columns->count++];
        const char *how = NULL;
        column->heading = head->cells[heading][i];
        const struct field *field = named_by(ctx->arena, target->shape, column->heading, &how);
        bool free = field && !is_taken(columns, field);
        column->field = free ? field : NULL;
        column->guess = free ? how : NULL;
        size_t samples = 0;
        for (size_t n = heading + 1; n < head->count && samples < IMPORT_SAMPLES; n++)
            if (i < head->counts[n] && head->cells[n][i].length)
                column->samples[samples++] = str_first(
                    head->cells[n][i], utf8_offset(head->cells[n][i], IMPORT_SAMPLE_CHARACTERS));
    }
    guess_by_values(target->shape, columns);
    enum error error = remembered(ctx, target, columns);
    for (size_t i = 0; i < columns->count; i++)
        for (size_t s = 0; s < IMPORT_SAMPLES; s++)
            columns->items[i].samples[s] = import_cell_shown(
                ctx->arena, target, columns->items[i].field, columns->items[i].samples[s]);
    return error;
}

static struct str sheet_list(struct arena *arena, const struct sheet *sheet)
{
    struct buf out = {.arena = arena};
    struct json json = {.out = &out};
    const struct str *names;
    size_t count = sheet_names(sheet, &names);
    json_open(&json, '[');
    for (size_t i = 0; i < count; i++)
        json_text(&json, names[i]);
    json_close(&json, ']');
    return buf_str(&out);
}

static void close_sheet(void *sheet)
{
    sheet_close(sheet);
}

static enum error inspect(struct ctx *ctx, const struct import_target *target, int file,
                          struct import *import)
{
    struct sheet_fault why;
    struct sheet *sheet = sheet_open(file, import->sheet, &why);
    if (!sheet)
        return fail(ctx, E_INVALID, "%s", "%s", in_language(ctx, why.zh, why.en));
    arena_defer(ctx->arena, close_sheet, sheet);
    struct head *head = ARENA_NEW(ctx->arena, struct head);
    struct import_columns *columns = ARENA_NEW(ctx->arena, struct import_columns);
    enum error error = read_head(ctx, sheet, import->header_line, head);
    if (error)
        return error;
    size_t heading = import->header_line ? 0 : heading_line(ctx, target, head);
    import->header_line = (int64_t)head->lines[heading];
    import->format = str_of(sheet_format(sheet));
    import->encoding = str_of(sheet_encoding(sheet));
    import->sheets = sheet_list(ctx->arena, sheet);
    if (*sheet_name(sheet))
        import->sheet = arena_str(ctx->arena, str_of(sheet_name(sheet)));
    error = make_columns(ctx, target, head, heading, columns);
    import->columns = import_columns_json(ctx->arena, columns);
    return error;
}

enum error import_inspect(struct ctx *ctx, const struct import_target *target, int file,
                          struct import *import)
{
    return inspect(ctx, target, file, import);
}

enum error import_inspect_again(struct ctx *ctx, const struct import_target *target,
                                struct import *import)
{
    int file;
    enum error error = files_open(ctx, import->file_sha256, &file);
    if (error)
        return error;
    error = inspect(ctx, target, file, import);
    close(file);
    return error;
}
