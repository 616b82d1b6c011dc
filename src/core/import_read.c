#include "core/import_read.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/cell.h"
#include "core/import_cell.h"

struct import_reader {
    const struct import_reading *reading;
    pthread_t thread;
    pthread_mutex_t mutex; /* of what follows */
    pthread_cond_t changed;
    struct import_batch *free, *ready, **last_ready;
    bool stopping;
    struct import_batch *batches; /* all of them */
    /* Of the thread alone. */
    struct ctx ctx;
    struct sheet *sheet;
    struct sheet_row row;
    size_t next_correction;
    int number_of[SHEET_COLUMNS_MAX]; /* field of each column, -1 = none */
    uint64_t mapped;                  /* fields that have a column */
};

/* --- Problems ------------------------------------------------------------------------------- */

static size_t column_of(const struct import_columns *columns, struct str field)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].field && str_is(field, columns->items[i].field->name))
            return i + 1;
    return 0;
}

static void blame(struct import_line *line, struct arena *arena, struct line_problem problem)
{
    struct line_problem *kept = ARENA_NEW(arena, struct line_problem);
    *kept = problem;
    if (!line->problems)
        line->last_problem = &line->problems;
    *line->last_problem = kept;
    line->last_problem = &kept->next;
}

/* What the line says there; a number that is missing is no 0. */
static struct str value_of(struct arena *arena, const struct import_line *line,
                           const struct shape *shape, const struct field *field)
{
    bool said = field && line->record && line->given >> (field - shape->fields) & 1;
    return said ? field_text(arena, field, line->record) : STR_NONE;
}

void import_line_blame(struct ctx *ctx, const struct shape *shape,
                       const struct import_columns *columns, struct import_line *line,
                       struct arena *arena)
{
    for (const struct complaint *c = ctx->complaints; c; c = c->next) {
        size_t column = column_of(columns, c->field);
        const struct field *field = column ? columns->items[column - 1].field : NULL;
        blame(
            line, arena,
            (struct line_problem){.column = column,
                                  .heading = column ? columns->items[column - 1].heading : STR_NONE,
                                  .field = arena_str(arena, c->field),
                                  .value = value_of(arena, line, shape, field),
                                  .message = arena_str(arena, c->message)});
    }
    if (!ctx->complaints)
        blame(line, arena, (struct line_problem){.message = arena_str(arena, ctx->detail)});
    ctx_clear(ctx);
}

static void blame_cell(struct import_reader *reader, struct import_line *line, size_t i,
                       struct str value, struct str message)
{
    const struct import_column *column = &reader->reading->columns->items[i];
    struct arena *arena = reader->ctx.arena;
    blame(line, arena,
          (struct line_problem){.column = i + 1,
                                .heading = column->heading,
                                .field = str_of(column->field ? column->field->name : NULL),
                                .value = arena_str(arena, value),
                                .message = message});
}

/* --- One line ------------------------------------------------------------------------------- */

static struct str text_of(struct import_reader *reader, size_t i)
{
    struct str text = i < reader->row.count ? reader->row.cells[i] : STR("");
    return strcmp(sheet_format(reader->sheet), "xlsx") == 0 ? text : cell_disarmed(text);
}

/* Corrections are in order, as the lines are; true when the line has any. */
static bool correct(struct import_reader *reader)
{
    const struct import_reading *reading = reader->reading;
    struct sheet_row *row = &reader->row;
    bool any = false;
    for (; reader->next_correction < reading->correction_count; reader->next_correction++) {
        const struct correction *c = &reading->corrections[reader->next_correction];
        if (c->line > (int64_t)row->line)
            break;
        if (c->line < (int64_t)row->line || c->column < 1 || c->column > SHEET_COLUMNS_MAX)
            continue;
        while (row->count < (size_t)c->column) {
            row->cells[row->count] = STR("");
            row->broken[row->count++] = false;
        }
        row->cells[c->column - 1] = c->value;
        row->broken[c->column - 1] = false;
        any = true;
    }
    return any;
}

static bool is_empty(const struct import_reader *reader)
{
    for (size_t i = 0; i < reader->row.count; i++)
        if (reader->row.cells[i].length && reader->number_of[i] >= 0)
            return false;
    return true;
}

static void read_cell(struct import_reader *reader, struct import_line *line, size_t i)
{
    struct ctx *ctx = &reader->ctx;
    const struct field *field = reader->reading->columns->items[i].field;
    struct str text = text_of(reader, i);
    if (i < reader->row.count && reader->row.broken[i]) {
        blame_cell(reader, line, i, text,
                   str_of(in_language(ctx, "表格软件算不出这一格",
                                      "the spreadsheet shows an error "
                                      "here")));
        return;
    }
    text = import_cell(ctx->arena, field, text);
    if (text.length)
        line->given |= UINT64_C(1) << reader->number_of[i];
    if (field_parse(ctx, field, line->record, text) == E_OK)
        return;
    blame_cell(reader, line, i, text, ctx->complaints ? ctx->complaints->message : ctx->detail);
    ctx_clear(ctx);
}

static void add_cell(struct json *json, struct import_reader *reader, size_t i)
{
    json_text(json, text_of(reader, i));
}

static void read_line(struct import_reader *reader, struct import_line *line)
{
    const struct import_reading *reading = reader->reading;
    struct ctx *ctx = &reader->ctx;
    const struct shape *shape = reading->target->shape;
    *line = (struct import_line){.line = reader->row.line};
    line->record = arena_alloc(ctx->arena, shape->size);
    struct row row = {shape, line->record};
    fields_clear(row);
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    json_open(&json, '[');
    size_t last = reading->columns->count;
    for (size_t i = 0; i < last; i++)
        if (reader->number_of[i] >= 0) {
            read_cell(reader, line, i);
            add_cell(&json, reader, i);
        }
    json_close(&json, ']');
    line->cells = buf_str(&out);
    for (size_t i = last; i < reader->row.count; i++)
        if (reader->row.cells[i].length) {
            blame(line, ctx->arena,
                  (struct line_problem){
                      .column = i + 1,
                      .value = arena_str(ctx->arena, reader->row.cells[i]),
                      .message = str_of(in_language(ctx, "这一列没有标题：这一行比标题行长",
                                                    "this column has no heading: the line is "
                                                    "longer than that of the headings"))});
            break;
        }
    if (!line->problems && fields_check(ctx, row, reader->mapped, line->given))
        import_line_blame(ctx, shape, reading->columns, line, ctx->arena);
}

static void broken_line(struct import_reader *reader, struct import_line *line)
{
    const struct ctx *ctx = &reader->ctx;
    const struct sheet_row *row = &reader->row;
    *line = (struct import_line){.line = row->line};
    blame(
        line, ctx->arena,
        (struct line_problem){.column = row->fault_column,
                              .message = str_of(in_language(ctx, row->fault->zh, row->fault->en))});
}

/* False at the end. */
static bool next_line(struct import_reader *reader, struct import_batch *batch)
{
    while (sheet_next(reader->sheet, &reader->row, &batch->end)) {
        if ((int64_t)reader->row.line <= reader->reading->import->header_line)
            continue;
        bool corrected = correct(reader);
        if (!reader->row.fault && !corrected && is_empty(reader))
            continue;
        if (reader->row.line > IMPORT_LINES_MAX) {
            batch->end = (struct sheet_fault){"行数太多，请分几个文件导入",
                                              "too many lines: import it in several files"};
            return false;
        }
        struct import_line *line = &batch->lines[batch->count++];
        if (reader->row.fault)
            broken_line(reader, line);
        else
            read_line(reader, line);
        return true;
    }
    return false;
}

/* --- The thread ----------------------------------------------------------------------------- */

static struct import_batch *wait_for(struct import_reader *reader, struct import_batch **list)
{
    pthread_mutex_lock(&reader->mutex);
    while (!*list && !reader->stopping)
        pthread_cond_wait(&reader->changed, &reader->mutex);
    struct import_batch *batch = reader->stopping ? NULL : *list;
    if (batch) {
        *list = batch->next;
        if (!reader->ready)
            reader->last_ready = &reader->ready;
    }
    pthread_mutex_unlock(&reader->mutex);
    return batch;
}

static void hand_over(struct import_reader *reader, struct import_batch *batch)
{
    batch->next = NULL;
    pthread_mutex_lock(&reader->mutex);
    *reader->last_ready = batch;
    reader->last_ready = &batch->next;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->mutex);
}

static const struct sheet_fault no_memory = {"内存不足", "out of memory"};

static void fill(struct import_reader *reader, struct import_batch *batch)
{
    jmp_buf escape;
    reader->ctx.arena = &batch->arena;
    batch->arena.escape = &escape;
    batch->count = 0;
    batch->last = false;
    batch->end = (struct sheet_fault){NULL, NULL};
    if (setjmp(escape) != 0) {
        batch->last = true;
        batch->end = no_memory;
        return;
    }
    while (batch->count < IMPORT_BATCH && !batch->last)
        batch->last = !next_line(reader, batch);
}

static void *reader_main(void *state)
{
    struct import_reader *reader = state;
    bool last = false;
    while (!last) {
        struct import_batch *batch = wait_for(reader, &reader->free);
        if (!batch)
            break;
        fill(reader, batch);
        last = batch->last;
        hand_over(reader, batch);
    }
    return NULL;
}

static bool begin(struct import_reader *reader, struct sheet_fault *why)
{
    const struct import_reading *reading = reader->reading;
    reader->sheet = sheet_open(reading->file, reading->import->sheet, why);
    for (size_t i = 0; i < reading->columns->count; i++) {
        const struct field *field = reading->columns->items[i].field;
        reader->number_of[i] = field ? (int)(field - reading->target->shape->fields) : -1;
        if (field)
            reader->mapped |= UINT64_C(1) << reader->number_of[i];
    }
    for (size_t i = reading->columns->count; i < SHEET_COLUMNS_MAX; i++)
        reader->number_of[i] = 0; /* a cell without a heading makes a line one that is not empty */
    return reader->sheet != NULL;
}

struct import_reader *import_reader_start(const struct import_reading *reading)
{
    struct import_reader *reader = calloc(1, sizeof(*reader));
    struct sheet_fault why;
    if (!reader)
        return NULL;
    reader->reading = reading;
    reader->ctx = (struct ctx){.language = reading->language, .who = reading->who};
    reader->last_ready = &reader->ready;
    pthread_mutex_init(&reader->mutex, NULL);
    pthread_cond_init(&reader->changed, NULL);
    reader->batches = calloc(IMPORT_BATCHES, sizeof(*reader->batches));
    for (size_t i = 0; reader->batches && i < IMPORT_BATCHES; i++) {
        reader->batches[i].next = reader->free;
        reader->free = &reader->batches[i];
    }
    if (reader->batches && begin(reader, &why) &&
        pthread_create(&reader->thread, NULL, reader_main, reader) == 0)
        return reader;
    sheet_close(reader->sheet);
    reader->sheet = NULL;
    free(reader->batches);
    free(reader);
    return NULL;
}

struct import_batch *import_reader_take(struct import_reader *reader)
{
    return wait_for(reader, &reader->ready);
}

void import_reader_give(struct import_reader *reader, struct import_batch *batch)
{
    arena_reset(&batch->arena);
    pthread_mutex_lock(&reader->mutex);
    batch->next = reader->free;
    reader->free = batch;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->mutex);
}

void import_reader_stop(struct import_reader *reader)
{
    pthread_mutex_lock(&reader->mutex);
    reader->stopping = true;
    pthread_cond_broadcast(&reader->changed);
    pthread_mutex_unlock(&reader->mutex);
    pthread_join(reader->thread, NULL);
    for (size_t i = 0; i < IMPORT_BATCHES; i++)
        arena_free(&reader->batches[i].arena);
    sheet_close(reader->sheet);
    pthread_mutex_destroy(&reader->mutex);
    pthread_cond_destroy(&reader->changed);
    free(reader->batches);
    free(reader);
}
