/* CSV that Excel opens in Chinese (byte order mark, CRLF as RFC 4180 has it), and its description
 * by CSV on the Web (W3C, Metadata Vocabulary for Tabular Data), which stands beside it. */
#include "base/cell.h"
#include "core/export.h"

static void csv_begin(struct export *to)
{
    buf_add(&to->out, STR("\xEF\xBB\xBF"));
    for (size_t i = 0; i < to->column_count; i++) {
        if (i)
            buf_char(&to->out, ',');
        cell_write(&to->out, column_name(&to->columns[i]));
    }
    buf_add(&to->out, STR("\r\n"));
}

static void csv_row(struct export *to, struct row row)
{
    for (size_t i = 0; i < to->column_count; i++) {
        struct str text = column_text(to->ctx->arena, &to->columns[i], row);
        if (i)
            buf_char(&to->out, ',');
        if (column_kind(&to->columns[i]) == KIND_TEXT)
            cell_write(&to->out, text);
        else
            buf_add(&to->out, text);
    }
    buf_add(&to->out, STR("\r\n"));
}

static void csv_end(struct export *to)
{
    (void)to; /* CSV has no end */
}

const struct file_format csv_format = {.ending = "csv",
                                       .type = "text/csv; charset=utf-8",
                                       .rows_max = LIST_FILE_ROWS,
                                       .begin = csv_begin,
                                       .row = csv_row,
                                       .end = csv_end};

/* --- CSV on the Web ------------------------------------------------------------------------- */

static void member(struct json *json, const char *key, struct str text)
{
    json_key(json, key);
    json_text(json, text);
}

static void truth(struct json *json, const char *key, bool value)
{
    json_key(json, key);
    json_bool(json, value);
}

static void in_both_languages(struct json *json, const char *key, struct str zh, struct str en)
{
    json_key(json, key);
    json_open(json, '{');
    member(json, "zh", zh);
    member(json, "en", en);
    json_close(json, '}');
}

/* A choice is a text of which the pattern says what it can be. */
static void write_choices(struct json *json, const char *const *choices)
{
    struct buf pattern = {.arena = json->out->arena};
    for (size_t i = 0; choices[i]; i++)
        buf_print(&pattern, "%s%s", i ? "|" : "", choices[i]);
    json_open(json, '{');
    member(json, "base", STR("string"));
    member(json, "format", buf_str(&pattern));
    json_close(json, '}');
}

static void write_datatype(struct json *json, const struct column *column)
{
    static const char *const types[] = {
        [KIND_INT] = "integer",       [KIND_MAYBE_INT] = "integer", [KIND_REAL] = "double",
        [KIND_MAYBE_REAL] = "double", [KIND_BOOL] = "boolean",      [KIND_TEXT] = "string",
        [KIND_DATE] = "date",         [KIND_INSTANT] = "dateTime",  [KIND_RECORD] = "string",
        [KIND_RECORDS] = "string"};
    const struct field *field = column->inner ? column->inner : column->field;
    json_key(json, "datatype");
    if (field->choices)
        write_choices(json, field->choices);
    else if (field->json)
        json_text(json, STR("json"));
    else
        json_text(json, str_of(column->link ? "anyURI" : types[field->kind]));
}

static void write_column(struct json *json, const struct column *column)
{
    const struct field *field = column->field;
    json_open(json, '{');
    member(json, "name", column_name(column));
    json_key(json, "titles"); /* "und": the heading as it stands in the file */
    json_open(json, '{');
    member(json, "und", column_name(column));
    member(json, "zh", column_title(column, LANGUAGE_ZH));
    member(json, "en", column_title(column, LANGUAGE_EN));
    json_close(json, '}');
    write_datatype(json, column);
    if (field->required)
        truth(json, "required", true);
    if (field->personal)
        member(json, "dc:description", STR("个人信息，已遮盖 · personal data, masked"));
    json_close(json, '}');
}

static void write_schema(struct export *to, struct json *json)
{
    json_key(json, "tableSchema");
    json_open(json, '{');
    json_key(json, "columns");
    json_open(json, '[');
    for (size_t i = 0; i < to->column_count; i++)
        write_column(json, &to->columns[i]);
    json_close(json, ']');
    if (to->list)
        member(json, "primaryKey", str_of(to->list->key));
    json_close(json, '}');
}

static void write_dialect(struct json *json)
{
    json_key(json, "dialect");
    json_open(json, '{');
    member(json, "encoding", STR("utf-8"));
    member(json, "delimiter", STR(","));
    member(json, "quoteChar", STR("\""));
    truth(json, "doubleQuote", true);
    json_key(json, "lineTerminators");
    json_open(json, '[');
    json_text(json, STR("\r\n"));
    json_close(json, ']');
    truth(json, "header", true);
    json_key(json, "headerRowCount");
    json_int(json, 1);
    truth(json, "skipInitialSpace", false);
    truth(json, "trim", false);
    json_close(json, '}');
}

/* What a reader has to know and the vocabulary has no word for. */
static void write_notes(struct export *to, struct json *json)
{
    json_key(json, "notes");
    json_open(json, '[');
    static const struct {
        const char *column, *zh, *en;
    } notes[] = {
        {NULL, "文件开头有 UTF-8 字节序标记（BOM）",
         "The file begins with a UTF-8 byte order mark"},
        {NULL, "以 = + - @ 等开头、会被当作公式的文字，前面加了一个撇号，读入时去掉",
         "A text that a spreadsheet would run as a formula has an apostrophe in front: take it "
         "off"},
        {"sample", "sample 为 true 的行是样例，不是真实数据",
         "Rows in which sample is true are made up, not real data"},
        {"source_code", "每行的来源：source_code、source_title、line（行）、token（数字原文）",
         "Where each row comes from: source_code, source_title, line, token (as printed)"},
        {"lineage", "lineage 是说明每个数来龙去脉的地址（相对于本文件）",
         "lineage is the address at which each number's origin is told (relative to this file)"}};
    for (size_t i = 0; i < COUNT(notes); i++) {
        bool told = !notes[i].column;
        for (size_t c = 0; notes[i].column && c < to->column_count; c++)
            told = told || str_is(column_name(&to->columns[c]), notes[i].column);
        if (!told)
            continue;
        json_open(json, '{');
        in_both_languages(json, "note", str_of(notes[i].zh), str_of(notes[i].en));
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void metadata_begin(struct export *to)
{
    struct json *json = &to->json;
    struct str name = str_skip(to->path, sizeof("/api/") - 1);
    json_open(json, '{');
    json_key(json, "@context");
    json_open(json, '[');
    json_text(json, STR("http://www.w3.org/ns/csvw"));
    json_open(json, '{');
    member(json, "@language", STR("zh"));
    json_close(json, '}');
    json_close(json, ']');
    /* Relative to this description, which has the same address and another ending. */
    struct str last = str_skip(name, 0);
    for (size_t at; (at = str_find(last, '/')) < last.length;)
        last = str_skip(last, at + 1);
    member(json, "url",
           arena_print(to->ctx->arena, "%.*s.csv%s%.*s", STR_PRINT(last),
                       to->query.length ? "?" : "", STR_PRINT(to->query)));
    write_notes(to, json);
    write_dialect(json);
    write_schema(to, json);
}

static void metadata_end(struct export *to)
{
    json_close(&to->json, '}');
}

const struct file_format csv_metadata_format = {.ending = "csv-metadata.json",
                                                .type = "application/csvm+json",
                                                .begin = metadata_begin,
                                                .end = metadata_end,
                                                .shown = true};
