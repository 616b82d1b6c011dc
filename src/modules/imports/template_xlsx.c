/* The empty workbook for a target: headings in the reader's language with a note of what is allowed
 * in each column, cells typed and checked by the spreadsheet itself as far as it can, and a second
 * sheet that lists the fields. Whoever fills it in and sends it back finds every column mapped. */
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xlsxwriter.h>

#include "core/export.h"
#include "modules/imports/internal.h"

enum {
    LINES = 10000,   /* that the spreadsheet checks */
    LIST_MOST = 255, /* characters of a list that a cell offers */
    WIDTH_LEAST = 12,
    WIDTH_MOST = 40,
    TEMPLATE_MOST = 4 << 20
};

struct template
{
    struct ctx *ctx;
    const struct import_target *is;
    lxw_workbook *book;
    lxw_worksheet *rows, *about;
    lxw_format *bold, *text, *day;
};

static bool is_key(const struct import_target *is, const struct field *field)
{
    for (size_t i = 0; is->key[i]; i++)
        if (strcmp(is->key[i], field->name) == 0)
            return true;
    return false;
}

/* The label, where an import would take it for this very field; else the name. */
static struct str heading_of(const struct template *to, const struct field *field)
{
    struct str label = str_of(in_language(to->ctx, field->zh, field->en));
    return import_field_named(to->ctx->arena, to->is->shape, label) == field ? label
                                                                             : str_of(field->name);
}

static struct str choices_of(struct arena *arena, const struct field *field)
{
    struct buf out = {.arena = arena};
    for (size_t i = 0; field->choices && field->choices[i]; i++)
        buf_print(&out, "%s%s", i ? ", " : "", field->choices[i]);
    return buf_str(&out);
}

static const char *kind_words(const struct ctx *ctx, const struct field *field)
{
    if (field->choices)
        return in_language(ctx, "选项之一", "one of the choices");
    switch (field->kind) {
    case KIND_INT:
    case KIND_MAYBE_INT:
        return in_language(ctx, "整数", "whole number");
    case KIND_REAL:
    case KIND_MAYBE_REAL:
        return in_language(ctx, "数", "number");
    case KIND_BOOL:
        return in_language(ctx, "true（是）或 false（否）", "true or false");
    case KIND_DATE:
        return in_language(ctx, "日期，如 2026-01-31", "day, such as 2026-01-31");
    case KIND_INSTANT:
        return in_language(ctx, "时刻，如 2026-01-31T08:00:00Z",
                           "moment, such as 2026-01-31T08:00:00Z");
    case KIND_TEXT:
    case KIND_RECORD:
    case KIND_RECORDS:
        break;
    }
    return in_language(ctx, "文字", "text");
}

static struct str need_words(const struct template *to, const struct field *field)
{
    bool key = is_key(to->is, field);
    if (!key && !field->required)
        return STR("");
    return str_of(key ? in_language(to->ctx, "认定同一条记录", "says which record it is")
                      : in_language(to->ctx, "必填", "required"));
}

static struct str note_of(const struct template *to, const struct field *field)
{
    struct ctx *ctx = to->ctx;
    struct buf out = {.arena = ctx->arena};
    struct str need = need_words(to, field), choices = choices_of(ctx->arena, field);
    buf_print(&out, "%s\n%s", field->name, kind_words(ctx, field));
    if (need.length)
        buf_print(&out, "\n%.*s", STR_PRINT(need));
    if (choices.length)
        buf_print(&out, "\n%.*s", STR_PRINT(choices));
    if (field->refers)
        buf_print(&out, "\n%s %s", in_language(ctx, "代码，属于", "code of"), field->refers);
    return buf_str(&out);
}

/* What the spreadsheet itself refuses. */
static void check_cells(const struct template *to, lxw_col_t at, const struct field *field)
{
    lxw_data_validation rule = {.validate = LXW_VALIDATION_TYPE_ANY};
    bool listed = field->choices && choices_of(to->ctx->arena, field).length <= LIST_MOST;
    if (listed) {
        rule.validate = LXW_VALIDATION_TYPE_LIST;
        rule.value_list = (char **)(uintptr_t)field->choices;
    } else if (field->kind == KIND_INT || field->kind == KIND_MAYBE_INT) {
        rule.validate = LXW_VALIDATION_TYPE_INTEGER;
    } else if (field->kind == KIND_REAL || field->kind == KIND_MAYBE_REAL) {
        rule.validate = LXW_VALIDATION_TYPE_DECIMAL;
    }
    if (rule.validate == LXW_VALIDATION_TYPE_ANY || (field->choices && !listed))
        return;
    if (!listed) {
        rule.criteria = LXW_VALIDATION_CRITERIA_BETWEEN;
        rule.minimum_number = -1e15;
        rule.maximum_number = 1e15;
    }
    worksheet_data_validation_range(to->rows, 1, at, LINES, at, &rule);
}

static void write_column(const struct template *to, lxw_col_t at, const struct field *field)
{
    struct arena *arena = to->ctx->arena;
    struct str heading = heading_of(to, field);
    double width = (double)heading.length;
    width = width < WIDTH_LEAST ? WIDTH_LEAST : width > WIDTH_MOST ? WIDTH_MOST : width;
    bool text = field->kind == KIND_TEXT || field->choices; /* so that 00123 stays 00123 */
    worksheet_set_column(to->rows, at, at, width,
                         text                       ? to->text
                         : field->kind == KIND_DATE ? to->day
                                                    : NULL);
    worksheet_write_string(to->rows, 0, at, arena_str(arena, heading).data, to->bold);
    worksheet_write_comment(to->rows, 0, at, arena_str(arena, note_of(to, field)).data);
    check_cells(to, at, field);
}

static void write_about(const struct template *to, lxw_row_t row, const struct str *cells,
                        size_t count, lxw_format *format)
{
    for (size_t i = 0; i < count; i++)
        worksheet_write_string(to->about, row, (lxw_col_t)i,
                               arena_str(to->ctx->arena, cells[i]).data, format);
}

static void fill_in(const struct template *to)
{
    struct ctx *ctx = to->ctx;
    const struct shape *shape = to->is->shape;
    const struct str heads[] = {str_of(in_language(ctx, "标题", "Heading")),
                                str_of(in_language(ctx, "字段", "Field")),
                                str_of(in_language(ctx, "要求", "Needed")),
                                str_of(in_language(ctx, "类型", "Kind")),
                                str_of(in_language(ctx, "可选的值", "Choices")),
                                str_of(in_language(ctx, "须是谁的代码", "Code of"))};
    lxw_col_t at = 0;
    worksheet_set_column(to->about, 0, COUNT(heads) - 1, WIDTH_MOST, NULL);
    write_about(to, 0, heads, COUNT(heads), to->bold);
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!target_takes(field))
            continue;
        const struct str cells[] = {
            heading_of(to, field),         str_of(field->name),
            need_words(to, field),         str_of(kind_words(ctx, field)),
            choices_of(ctx->arena, field), str_of(field->refers ? field->refers : "")};
        write_column(to, at++, field);
        write_about(to, at, cells, COUNT(cells), NULL);
    }
    worksheet_freeze_panes(to->rows, 1, 0);
}

static lxw_format *format_of(lxw_workbook *book, const char *number_format)
{
    lxw_format *format = workbook_add_format(book);
    if (number_format)
        format_set_num_format(format, number_format);
    else
        format_set_bold(format);
    return format;
}

static bool write_book(struct ctx *ctx, const struct import_target *is, int file)
{
    lxw_workbook_options options = {.tmpdir = (char *)(uintptr_t)export_folder()};
    struct template to = {.ctx = ctx, .is = is};
    lxw_doc_properties properties = {.created = 1};
    to.book = workbook_new_opt(arena_print(ctx->arena, "/proc/self/fd/%d", file).data, &options);
    if (!to.book)
        return false;
    to.rows = workbook_add_worksheet(to.book, NULL);
    to.about = workbook_add_worksheet(to.book, in_language(ctx, "说明", "About"));
    to.bold = format_of(to.book, NULL);
    to.text = format_of(to.book, "@");
    to.day = format_of(to.book, "yyyy-mm-dd");
    workbook_set_properties(to.book, &properties);
    if (to.rows && to.about)
        fill_in(&to);
    return workbook_close(to.book) == LXW_NO_ERROR && to.rows && to.about;
}

struct str template_workbook(struct ctx *ctx, const struct import_target *is)
{
    int file = memfd_create("template", MFD_CLOEXEC);
    if (file < 0)
        return STR_NONE;
    off_t size = write_book(ctx, is, file) ? lseek(file, 0, SEEK_END) : 0;
    struct str bytes = STR_NONE;
    if (size > 0 && size <= TEMPLATE_MOST) {
        char *data = arena_alloc(ctx->arena, (size_t)size);
        if (pread(file, data, (size_t)size, 0) == size)
            bytes = (struct str){data, (size_t)size};
    }
    close(file);
    return bytes;
}
