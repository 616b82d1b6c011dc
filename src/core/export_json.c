/* A whole list as one JSON document: what it is, its rows as the pages have them, how many. */
#include "core/export.h"

static void begin(struct export *to)
{
    json_open(&to->json, '{');
    json_key(&to->json, "about");
    json_open(&to->json, '{');
    export_describe(to);
    json_close(&to->json, '}');
    json_key(&to->json, "items");
    json_open(&to->json, '[');
}

static void row(struct export *to, struct row row)
{
    struct ctx *ctx = to->ctx;
    const struct column *last = &to->columns[to->column_count - 1];
    if (to->rows > 1) /* one row a line, for tools that read lines */
        buf_add(&to->out, STR(",\n"));
    to->json.comma = false;
    json_open(&to->json, '{');
    fields_to_json_members(ctx, &to->json, row);
    if (last->link) {
        json_key(&to->json, last->field->name);
        json_text(&to->json, column_text(ctx->arena, last, row));
    }
    json_close(&to->json, '}');
}

static void end(struct export *to)
{
    json_close(&to->json, ']');
    json_key(&to->json, "rows");
    json_int(&to->json, to->rows);
    json_key(&to->json, "sample_rows");
    json_int(&to->json, to->sample_rows);
    json_close(&to->json, '}');
}

const struct file_format json_format = {.ending = "json",
                                        .type = "application/json",
                                        .rows_max = LIST_FILE_ROWS,
                                        .begin = begin,
                                        .row = row,
                                        .end = end};
