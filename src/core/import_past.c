/* Records again, from what import_rows keep: as they were before a line, and after it. */
#include <jansson.h>

#include "core/import_cell.h"
#include "core/import_run.h"
#include "json/read.h"

/* --- Records again -------------------------------------------------------------------------- */

/* A value of a record that was kept as JSON. */
static enum error read_value(struct ctx *ctx, const struct field *field, void *record,
                             const json_t *value)
{
    if (json_is_string(value))
        return field_parse(ctx, field, record,
                           (struct str){json_string_value(value), json_string_length(value)});
    if (json_is_integer(value))
        return field_parse(ctx, field, record,
                           arena_print(ctx->arena, "%lld", (long long)json_integer_value(value)));
    struct buf number = {.arena = ctx->arena};
    if (json_is_real(value)) {
        buf_real(&number, json_real_value(value));
        return field_parse(ctx, field, record, buf_str(&number));
    }
    if (json_is_boolean(value))
        return field_parse(ctx, field, record, json_is_true(value) ? STR("true") : STR("false"));
    return E_OK; /* null, as fields_clear() left it */
}

enum error import_row_before(struct ctx *ctx, const struct import_target *is, struct str text,
                             struct row row)
{
    struct json_error why;
    bool erased;
    enum error error = import_row_open(ctx, is, &text, &erased);
    if (error || erased)
        return error ? error : E_ERASED;
    const json_t *object = json_read(ctx->arena, text, &why);
    error =
        object ? E_OK
               : fail(ctx, E_INTERNAL, "导入前的记录读不懂", "the record of before cannot be read");
    for (size_t i = 0; i < row.shape->count && !error; i++) {
        const struct field *field = &row.shape->fields[i];
        const json_t *value = json_object_get(object, field->name);
        if (value && field->kind != KIND_RECORD && field->kind != KIND_RECORDS)
            error = read_value(ctx, field, row.value, value);
    }
    return error;
}

/* What the line said, over the record. */
static enum error read_cells(struct ctx *ctx, const struct import_columns *columns, struct str text,
                             struct row row)
{
    struct json_error why;
    const json_t *list = json_read(ctx->arena, text, &why);
    enum error error =
        list ? E_OK : fail(ctx, E_INTERNAL, "导入的行读不懂", "an imported line cannot be read");
    size_t next = 0;
    for (size_t i = 0; i < columns->count && !error; i++) {
        const struct field *field = columns->items[i].field;
        if (!field)
            continue;
        const json_t *cell = json_array_get(list, next++);
        struct str value = {json_string_value(cell), json_string_length(cell)};
        value = import_cell(ctx->arena, field, value);
        if (import_cell_says(field, !value.length))
            error = field_parse(ctx, field, row.value, value);
    }
    return error;
}

enum error import_row_after(struct ctx *ctx, const struct import_target *is,
                            const struct import_columns *columns, struct str was, struct str cells,
                            struct row row)
{
    const struct field *visibility =
        is->visibility ? field_find(is->shape, str_of(is->visibility)) : NULL;
    fields_clear(row);
    if (visibility) /* nothing is published unsaid */
        *(int64_t *)((char *)row.value + visibility->offset) = VISIBILITY_BUREAU;
    bool erased;
    enum error error = import_row_open(ctx, is, &cells, &erased);
    if (!error && erased)
        error = E_ERASED;
    if (!error && was.data)
        error = import_row_before(ctx, is, was, row);
    return error ? error : read_cells(ctx, columns, cells, row);
}

/* --- For the history of a record ------------------------------------------------------------ */

static struct str json_of(struct ctx *ctx, struct row row)
{
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    fields_to_json(NULL, &json, row);
    return buf_str(&out);
}

static enum error state_after(struct ctx *ctx, const struct origin *line, struct str *body)
{
    const struct import_target *is = target_named(line->target);
    struct import_columns *columns = ARENA_NEW(ctx->arena, struct import_columns);
    if (!is)
        return E_OK;
    struct row row = {is->shape, arena_alloc(ctx->arena, is->shape->size)};
    enum error error = import_columns_read(ctx, is, line->columns, columns);
    if (!error)
        error = import_row_after(ctx, is, columns, line->was, line->cells, row);
    if (error)
        return error == E_ERASED ? E_OK : error;
    if (!line->was.data && is->check && is->check(ctx, row.value) != E_OK)
        ctx_clear(ctx); /* a rule of today says nothing of then; what it fills in is welcome */
    const struct field *seq = field_find(is->shape, STR("changed_seq"));
    if (seq && seq->kind == KIND_INT)
        *(int64_t *)((char *)row.value + seq->offset) = line->run_seq.value;
    *body = json_of(ctx, row);
    return E_OK;
}

/* What an undoing put back. */
static enum error state_before(struct ctx *ctx, const struct origin *line, struct str *body)
{
    const struct import_target *is = target_named(line->target);
    *body = line->was;
    if (!line->was.data || !is || !import_is_personal(is))
        return E_OK;
    struct row row = {is->shape, arena_alloc(ctx->arena, is->shape->size)};
    fields_clear(row);
    enum error error = import_row_before(ctx, is, line->was, row);
    *body = error ? STR_NONE : json_of(ctx, row);
    return error == E_ERASED ? E_OK : error;
}

enum error import_pasts(struct ctx *ctx, struct str kind, struct str key, int64_t last, size_t most,
                        struct records *out)
{
    struct records lines;
    enum error error = import_origins(ctx, kind, key, most, &lines);
    struct import_past *pasts = arena_array(ctx->arena, 2 * lines.count + 1, sizeof(*pasts));
    size_t count = 0;
    for (size_t i = 0; i < lines.count && !error; i++) {
        const struct origin *line = &((const struct origin *)lines.items)[i];
        if (line->undo_seq.known && line->undo_seq.value <= last) {
            struct import_past *past = &pasts[count++];
            *past = (struct import_past){line->undo_seq.value, line->undone_at, line->undo_actor,
                                         "undo", STR_NONE};
            error = state_before(ctx, line, &past->body);
        }
        if (error || !line->run_seq.known || line->run_seq.value > last)
            continue;
        struct import_past *past = &pasts[count++];
        *past = (struct import_past){line->run_seq.value, line->recorded_at, line->actor, "import",
                                     STR_NONE};
        error = state_after(ctx, line, &past->body);
    }
    *out = (struct records){pasts, count};
    return error;
}
