/* Where in the files of a pack a template's flaws stand. */
#include "base/csv.h"
#include "base/number.h"
#include "core/pack.h"
#include "modules/cases/flaws.h"

enum { FILE_MAX_BYTES = 64 << 20 };

/* The number of a heading; count where there is none. */
static size_t heading(const struct csv_record *headings, const char *name)
{
    size_t i = 0;
    while (i < headings->count && !str_is(headings->cells[i], name))
        i++;
    return i;
}

static bool cell_is(const struct csv_record *record, size_t column, struct str text)
{
    return column < record->count && str_equal(record->cells[column], text);
}

/* The template's row in case_templates.csv has `code` and `version`, rows of its parts say
 * `template_code`, `template_version` and a code of their own. */
static bool is_row(const struct csv_record *headings, const struct csv_record *record,
                   const struct template_view *view, const struct template_flaw *flaw)
{
    bool part = heading(headings, "template_code") < headings->count;
    size_t version = heading(headings, part ? "template_version" : "version");
    size_t step = heading(headings, "step");
    int64_t number;
    return cell_is(record, heading(headings, part ? "template_code" : "code"),
                   view->template.code) &&
           version < record->count && int_parse(record->cells[version], &number) &&
           number == view->template.version &&
           cell_is(record, heading(headings, "code"), flaw->code) &&
           (!flaw->step.data || step == headings->count || cell_is(record, step, flaw->step));
}

/* Line and column of the cell, or 0, 0. */
static void find(struct ctx *ctx, struct str text, const struct template_view *view,
                 const struct template_flaw *flaw, size_t *line, size_t *column)
{
    struct csv csv = csv_open(ctx->arena, text);
    struct csv_record *headings = ARENA_NEW(ctx->arena, struct csv_record);
    struct csv_record *record = ARENA_NEW(ctx->arena, struct csv_record);
    *line = *column = 0;
    if (!csv_next(&csv, headings))
        return;
    size_t at = heading(headings, flaw->column.data);
    while (csv_next(&csv, record))
        if (is_row(headings, record, view, flaw)) {
            *line = record->line;
            *column = at < record->count ? record->columns[at] : 1;
            return;
        }
}

struct str flaws_report(struct ctx *ctx, const struct template_view *view, struct records flaws,
                        const char *folder)
{
    struct buf out = {.arena = ctx->arena};
    const struct template_flaw *flaw = flaws.items;
    for (size_t i = 0; i < flaws.count; i++) {
        struct str path =
            arena_print(ctx->arena, "%s/%.*s", folder ? folder : "", STR_PRINT(flaw[i].file));
        struct str text = STR_NONE;
        size_t line = 0, column = 0;
        if (folder && !pack_read_file(ctx, path.data, FILE_MAX_BYTES, &text))
            find(ctx, text, view, &flaw[i], &line, &column);
        if (line)
            buf_print(&out, "%.*s:%zu:%zu: ", STR_PRINT(path), line, column);
        else
            buf_print(&out, "%.*s: ", STR_PRINT(flaw[i].file));
        buf_print(&out, "%.*s %.*s %.*s: %.*s\n", STR_PRINT(view->template.template_key),
                  STR_PRINT(flaw[i].code), STR_PRINT(flaw[i].column), STR_PRINT(flaw[i].text));
    }
    return buf_str(&out);
}
