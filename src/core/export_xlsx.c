/* A workbook with typed cells: numbers, days and moments as such, truths, and everything else as
 * text, codes among it, which nothing can take for a formula.
 *
 * The heading is in the reader's language; the second sheet says what the file is, and of each
 * column the field's name, both titles and the kind, so that it can be read back by either. */
#include <stdlib.h>
#include <xlsxwriter.h>

#include "base/number.h"
#include "core/export.h"

enum { WIDTH_MOST = 40, NARROW = 12, WIDE = 24 };

struct workbook {
    lxw_workbook *book;
    lxw_worksheet *rows, *about;
    lxw_format *bold, *day, *moment;
};

static void write_text(lxw_worksheet *sheet, lxw_row_t row, lxw_col_t column, struct str text,
                       struct arena *arena, lxw_format *format)
{
    if (text.data)
        worksheet_write_string(sheet, row, column, arena_str(arena, text).data, format);
}

/* --- Cells ---------------------------------------------------------------------------------- */

/* Excel counts days from 1900, with a day too many in that February. */
enum { EXCEL_DAY_OF_1970 = 25569, EXCEL_FIRST_GOOD_DAY = 61 };
#define EXACT_MOST 9007199254740992.0 /* 2^53: beyond it a spreadsheet changes digits */

static bool write_number(struct workbook *to, lxw_row_t row, lxw_col_t at, double number,
                         lxw_format *format)
{
    worksheet_write_number(to->rows, row, at, number, format);
    return true;
}

static bool write_day(struct workbook *to, lxw_row_t row, lxw_col_t at, double days,
                      lxw_format *format)
{
    days += EXCEL_DAY_OF_1970;
    return days >= EXCEL_FIRST_GOOD_DAY && write_number(to, row, at, days, format);
}

/* False where the value's type has no such cell: then it is a text. */
static bool write_typed(struct workbook *to, struct ctx *ctx, lxw_row_t row, lxw_col_t at,
                        enum kind kind, struct str text)
{
    double number;
    struct date date;
    struct instant instant;
    switch (kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
        return real_parse(text, &number) && number <= EXACT_MOST && number >= -EXACT_MOST &&
               write_number(to, row, at, number, NULL);
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        return real_parse(text, &number) && write_number(to, row, at, number, NULL);
    case KIND_BOOL:
        worksheet_write_boolean(to->rows, row, at, str_is(text, "true"), NULL);
        return true;
    case KIND_DATE:
        return date_parse(text, &date) && write_day(to, row, at, date.days, to->day);
    case KIND_INSTANT: /* as the clock shows it where the city is */
        return instant_parse(text, &instant) &&
               write_day(to, row, at,
                         (double)(instant.seconds + (int64_t)ctx->utc_offset_minutes * 60) / 86400,
                         to->moment);
    case KIND_TEXT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return false;
}

static void row(struct export *to, struct row record)
{
    struct workbook *workbook = to->state;
    lxw_row_t at = (lxw_row_t)to->rows; /* below the heading */
    if (to->broken)
        return;
    for (size_t i = 0; i < to->column_count; i++) {
        struct str text = column_text(to->ctx->arena, &to->columns[i], record);
        if (text.data &&
            !write_typed(workbook, to->ctx, at, (lxw_col_t)i, column_kind(&to->columns[i]), text))
            write_text(workbook->rows, at, (lxw_col_t)i, text, to->ctx->arena, NULL);
    }
}

/* --- The heading, and what the file is ------------------------------------------------------ */

/* A title that another column has, too, is told apart by the field's name. */
static struct str heading(const struct export *to, size_t n)
{
    struct str title = column_title(&to->columns[n], to->ctx->language);
    for (size_t i = 0; i < to->column_count; i++)
        if (i != n && str_equal(title, column_title(&to->columns[i], to->ctx->language)))
            return arena_print(to->ctx->arena, "%.*s (%s)", STR_PRINT(title),
                               to->columns[n].field->name);
    return title;
}

static double width_of(const struct export *to, size_t n)
{
    enum kind kind = column_kind(&to->columns[n]);
    double title = (double)column_title(&to->columns[n], to->ctx->language).length;
    double width = kind == KIND_TEXT || kind == KIND_INSTANT ? WIDE : NARROW;
    return title > width ? (title < WIDTH_MOST ? title : WIDTH_MOST) : width;
}

static void write_heading(struct export *to)
{
    struct workbook *workbook = to->state;
    for (size_t i = 0; i < to->column_count; i++) {
        lxw_col_t at = (lxw_col_t)i;
        worksheet_set_column(workbook->rows, at, at, width_of(to, i), NULL);
        write_text(workbook->rows, 0, at, heading(to, i), to->ctx->arena, workbook->bold);
    }
    worksheet_freeze_panes(workbook->rows, 1, 0);
}

static void write_fact(struct export *to, lxw_row_t row, const char *zh, const char *en,
                       struct str text)
{
    struct workbook *workbook = to->state;
    struct arena *arena = to->ctx->arena;
    write_text(workbook->about, row, 0, str_of(in_language(to->ctx, zh, en)), arena,
               workbook->bold);
    write_text(workbook->about, row, 1, text, arena, NULL);
}

static const char *kind_words(const struct ctx *ctx, enum kind kind)
{
    switch (kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
        return in_language(ctx, "整数", "whole number");
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        return in_language(ctx, "数", "number");
    case KIND_BOOL:
        return in_language(ctx, "是或否", "true or false");
    case KIND_DATE:
        return in_language(ctx, "日期", "day");
    case KIND_INSTANT:
        return in_language(ctx, "时刻", "moment");
    case KIND_TEXT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return in_language(ctx, "文字", "text");
}

static void write_fields(struct export *to, lxw_row_t row)
{
    struct workbook *workbook = to->state;
    struct arena *arena = to->ctx->arena;
    static const char *const heads[][2] = {
        {"字段", "Field"}, {"中文", "Chinese"}, {"英文", "English"}, {"类型", "Kind"}};
    for (size_t i = 0; i < COUNT(heads); i++)
        write_text(workbook->about, row, (lxw_col_t)i,
                   str_of(in_language(to->ctx, heads[i][0], heads[i][1])), arena, workbook->bold);
    for (size_t i = 0; i < to->column_count; i++) {
        const struct column *column = &to->columns[i];
        struct str cells[] = {column_name(column), column_title(column, LANGUAGE_ZH),
                              column_title(column, LANGUAGE_EN),
                              str_of(kind_words(to->ctx, column_kind(column)))};
        for (size_t c = 0; c < COUNT(cells); c++)
            write_text(workbook->about, row + 1 + (lxw_row_t)i, (lxw_col_t)c, cells[c], arena,
                       NULL);
    }
}

/* Its rows must come in order: the library keeps one row at a time. */
static void write_about(struct export *to)
{
    struct arena *arena = to->ctx->arena;
    struct workbook *workbook = to->state;
    int minutes = to->ctx->utc_offset_minutes;
    worksheet_set_column(workbook->about, 0, 0, WIDE, NULL);
    worksheet_set_column(workbook->about, 1, 2, WIDTH_MOST, NULL);
    write_fact(to, 0, "来自", "From", to->path);
    write_fact(to, 1, "查询", "Query", to->query);
    write_fact(to, 2, "截至提交序号", "As of sequence",
               arena_print(arena, "%lld", (long long)to->ctx->sequence));
    write_fact(to, 3, "行数", "Rows", arena_print(arena, "%lld", (long long)to->rows));
    write_fact(to, 4, "其中样例（不是真实数据）", "Of these made up (no real data)",
               arena_print(arena, "%lld", (long long)to->sample_rows));
    write_fact(to, 5, "时刻所用时区", "Time zone of moments",
               arena_print(arena, "UTC%+03d:%02d", minutes / 60, abs(minutes) % 60));
    write_fields(to, 7);
}

/* --- The file ------------------------------------------------------------------------------- */

static lxw_format *new_format(lxw_workbook *book, const char *number_format, bool bold)
{
    lxw_format *format = workbook_add_format(book);
    if (bold)
        format_set_bold(format);
    if (number_format)
        format_set_num_format(format, number_format);
    return format;
}

/* The library writes to a path; ours has none but this. */
static void begin(struct export *to)
{
    struct arena *arena = to->ctx->arena;
    struct workbook *workbook = ARENA_NEW(arena, struct workbook);
    lxw_workbook_options options = {.constant_memory = LXW_TRUE,
                                    .tmpdir = (char *)(uintptr_t)export_folder()};
    to->state = workbook;
    workbook->book =
        workbook_new_opt(arena_print(arena, "/proc/self/fd/%d", to->file).data, &options);
    if (workbook->book) {
        workbook->rows = workbook_add_worksheet(workbook->book, NULL);
        workbook->about =
            workbook_add_worksheet(workbook->book, in_language(to->ctx, "说明", "About"));
    }
    if (!workbook->rows || !workbook->about) {
        to->broken = true;
        return;
    }
    /* The same bytes for the same content. */
    lxw_doc_properties properties = {.created = 1};
    workbook_set_properties(workbook->book, &properties);
    workbook->bold = new_format(workbook->book, NULL, true);
    workbook->day = new_format(workbook->book, "yyyy-mm-dd", false);
    workbook->moment = new_format(workbook->book, "yyyy-mm-dd hh:mm:ss", false);
    write_heading(to);
}

static void end(struct export *to)
{
    struct workbook *workbook = to->state;
    if (!workbook->rows || !workbook->about)
        return;
    write_about(to);
    if (workbook_close(workbook->book) != LXW_NO_ERROR)
        to->broken = true;
}

const struct file_format xlsx_format = {
    .ending = "xlsx",
    .type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    .rows_max = LIST_XLSX_ROWS,
    .begin = begin,
    .row = row,
    .end = end};
