/* The work of an import: each line against what is in the database; what is right is written. */
#include "core/import_run.h"

#include <stdlib.h>
#include <unistd.h>

#include "core/files.h"
#include "core/import_cell.h"
#include "core/import_read.h"
#include "core/ownership.h"
#include "core/search.h"
#include "import_run.sql.h"

enum {
    KNOWN_SLOTS = 4096,
    SEEN_FIRST = 1 << 12,
    BULK_BYTES = 8 * 1024 * 1024,
    NOTED_AT_ONCE = 12, /* rows of import_row in one statement */
    NOTED_COLUMNS = 5
};

/* Keys that the file has had so far, by their hash, each with its line. */
struct seen {
    struct seen_key {
        uint64_t hash; /* 0 = free */
        uint32_t line;
    } __attribute__((packed)) * slots;
    size_t size, count;
};

struct pass {
    struct ctx *ctx;
    struct job_run *run;
    struct import_work *work;
    bool write;
    struct seen seen;
    uint64_t known[KNOWN_SLOTS]; /* hashes of table and code of what is known to exist */
    uint64_t mapped, keys;       /* fields: that have a column, that are the natural key */
    struct digest *digest;
    struct search_bulk *search;             /* NULL = such records are not searched */
    struct import_row noted[NOTED_AT_ONCE]; /* of this batch, not yet written */
    size_t noted_count;
    bool soon;  /* rows may be kept back and sent many at a time: nobody knows then which failed */
    bool stop;  /* nothing will be kept: one wrong line is enough */
    bool empty; /* the table was, so that no line but the file's own can be there */
};

/* --- Opening -------------------------------------------------------------------------------- */

/* What a feed brought is written by the program, but no further than the department whose data set
 * it is. */
static void confine(struct ctx *ctx, const struct import *import)
{
    if (!import->department_code.data || ctx->who->account_id)
        return;
    struct principal *who = ARENA_NEW(ctx->arena, struct principal);
    *who = *ctx->who;
    who->department_code = import->department_code;
    ctx->who = who;
}

enum error import_open(struct ctx *ctx, int64_t id, struct import_work *work)
{
    *work = (struct import_work){.file = -1, .arena = ctx->arena};
    enum error error = import_find(ctx, id, &work->import);
    if (error)
        return explain(ctx, error, E_NOT_FOUND, "没有这次导入", "there is no such import");
    const struct import_target *is = target_named(work->import.target);
    if (!is)
        return fail(ctx, E_CONFLICT, "不再能导入“%.*s”", "\"%.*s\" can no longer be imported",
                    STR_PRINT(work->import.target));
    confine(ctx, &work->import);
    if (!role_in(ctx->who->role, is->roles))
        return fail(ctx, E_FORBIDDEN, "您现在的身份不能导入%s",
                    "the role you act in may not import %s", in_language(ctx, is->zh, is->en));
    work->target = target_of(ctx->arena, is);
    work->columns = ARENA_NEW(ctx->arena, struct import_columns);
    error = import_columns_read(ctx, is, work->import.columns, work->columns);
    if (!error)
        error = db_all(ctx, &sql_import_corrections, ARGS(arg_int("import_id", id)),
                       &import_correction_shape, IMPORT_CORRECTIONS_MAX, &work->corrections);
    if (error || import_file_is_gone(&work->import))
        return error;
    return files_open(ctx, work->import.file_sha256, &work->file);
}

void import_close(struct import_work *work)
{
    arena_free(&work->scope);
    if (work->file >= 0)
        close(work->file);
    work->file = -1;
}

/* --- Problems ------------------------------------------------------------------------------- */

static void keep_problem(struct pass *pass, size_t line, const struct line_problem *problem)
{
    struct import_work *work = pass->work;
    struct arena *arena = work->arena;
    const struct import_target *is = work->target.is;
    if (work->problem_count++ >= IMPORT_PROBLEMS_MAX)
        return;
    const struct field *field = problem->field.data ? field_find(is->shape, problem->field) : NULL;
    struct str value = import_cell_shown(pass->ctx->arena, is, field, problem->value);
    if (!work->problems)
        work->problems = arena_array(arena, IMPORT_PROBLEMS_MAX, sizeof(*work->problems));
    work->problems[work->problem_kept++] =
        (struct import_problem){.import_id = work->import.id,
                                .line = (int64_t)line,
                                .column = (int64_t)problem->column,
                                .heading = arena_str(arena, problem->heading),
                                .field = arena_str(arena, problem->field),
                                .value = arena_str(arena, value),
                                .message = arena_str(arena, problem->message)};
}

static void wrong(struct pass *pass, const struct import_line *line)
{
    for (const struct line_problem *problem = line->problems; problem; problem = problem->next)
        keep_problem(pass, line->line, problem);
    pass->work->counts.wrong++;
    pass->stop = pass->write && str_is(pass->work->import.mode, "all");
}

/* A refusal of the row as a whole points at the column that says whose it is. */
static void point_at_owner(struct ctx *ctx, const struct import_target *is)
{
    const struct ownership *owned = is->owned;
    const char *column = role_infos[ctx->who->role].scope == SCOPE_AREA         ? owned->area
                         : role_infos[ctx->who->role].scope == SCOPE_DEPARTMENT ? owned->department
                                                                                : NULL;
    struct str detail = ctx->detail;
    if (ctx->error == E_FORBIDDEN && column)
        complain(ctx, str_of(column), "%.*s", "%.*s", STR_PRINT(detail));
}

/* Does the failure concern this row alone? What the database cannot do ends the import. */
static bool is_about_row(const struct ctx *ctx)
{
    return ctx->db_status == DB_OK || ctx->db_status == DB_UNIQUE ||
           ctx->db_status == DB_CONSTRAINT;
}

/* --- Keys ----------------------------------------------------------------------------------- */

static struct seen_key *slot_of(const struct seen *seen, uint64_t hash)
{
    size_t at = hash & (seen->size - 1);
    while (seen->slots[at].hash && seen->slots[at].hash != hash)
        at = (at + 1) & (seen->size - 1);
    return &seen->slots[at];
}

static void seen_grow(struct ctx *ctx, struct seen *seen)
{
    struct seen bigger = {.size = seen->size ? 2 * seen->size : SEEN_FIRST, .count = seen->count};
    bigger.slots = calloc(bigger.size, sizeof(*bigger.slots));
    if (!bigger.slots)
        arena_exhausted(ctx->arena);
    for (size_t i = 0; i < seen->size; i++)
        if (seen->slots[i].hash)
            *slot_of(&bigger, seen->slots[i].hash) = seen->slots[i];
    free(seen->slots);
    *seen = bigger;
}

/* The line that had this key before, 0 = none has. */
static size_t seen_before(struct pass *pass, struct str key, size_t line)
{
    struct seen *seen = &pass->seen;
    uint64_t hash = hash_bytes(HASH_SEED, key.data, key.length);
    hash += hash == 0;
    if (4 * (seen->count + 1) > 3 * seen->size)
        seen_grow(pass->ctx, seen);
    struct seen_key *slot = slot_of(seen, hash);
    if (slot->hash)
        return slot->line;
    *slot = (struct seen_key){hash, (uint32_t)line};
    seen->count++;
    return 0;
}

static enum error check_once(struct pass *pass, const struct import_line *line, struct str key)
{
    size_t before = key.length ? seen_before(pass, key, line->line) : 0;
    const struct import_target *is = pass->work->target.is;
    if (!before)
        return E_OK;
    if (import_is_personal(is)) /* the column says which value it is; nobody else need know */
        return complain(pass->ctx, str_of(is->key[0]), "与第 %zu 行重复", "repeats line %zu",
                        before);
    return complain(pass->ctx, str_of(is->key[0]), "与第 %zu 行重复：%.*s",
                    "repeats line %zu: %.*s", before, STR_PRINT(key));
}

/* --- References ----------------------------------------------------------------------------- */

/* Few codes are referred to by many rows: each is looked up once in a while. */
static enum error check_reference(struct pass *pass, const struct field *field, const void *record)
{
    struct ctx *ctx = pass->ctx;
    struct str code = field_text(ctx->arena, field, record);
    uint64_t hash = hash_bytes(hash_bytes(HASH_SEED, field->refers, strlen(field->refers)),
                               code.data, code.length);
    bool there = pass->known[hash % KNOWN_SLOTS] == hash;
    const struct import_target *is = pass->work->target.is;
    if (!there && !pass->write && is->table && strcmp(is->table, field->refers) == 0 &&
        pass->seen.size) /* a line above will have made it */
        there = slot_of(&pass->seen, hash_bytes(HASH_SEED, code.data, code.length))->hash != 0;
    enum error error = there ? E_OK : code_exists(ctx, field->refers, code, &there);
    if (error)
        return error;
    if (!there)
        return complain(ctx, str_of(field->name), "没有代码为“%.*s”的记录",
                        "nothing has the code \"%.*s\"", STR_PRINT(code));
    pass->known[hash % KNOWN_SLOTS] = hash;
    return E_OK;
}

static enum error check_references(struct pass *pass, const void *record, uint64_t which)
{
    const struct shape *shape = pass->work->target.is->shape;
    enum error error = E_OK;
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if (!field->refers || !(which >> i & 1) || field_is_null(field, record))
            continue;
        enum error found = check_reference(pass, field, record);
        if (found && found != E_INVALID)
            return found;
        error = found ? found : error;
    }
    return error;
}

/* --- One row -------------------------------------------------------------------------------- */

static bool differs(struct arena *arena, const struct field *field, const void *a, const void *b)
{
    if (field_is_null(field, a) || field_is_null(field, b))
        return field_is_null(field, a) != field_is_null(field, b);
    return !str_equal(field_text(arena, field, a), field_text(arena, field, b));
}

/* What the line says over what is there; false when that is the same. */
static bool merge(struct pass *pass, void *now, const struct import_line *line)
{
    const void *said = line->record;
    const struct shape *shape = pass->work->target.is->shape;
    uint64_t changed = 0;
    for (size_t i = 0; i < shape->count; i++)
        if ((pass->mapped & ~pass->keys) >> i & 1 &&
            import_cell_says(&shape->fields[i], !(line->given >> i & 1)) &&
            differs(pass->ctx->arena, &shape->fields[i], now, said))
            changed |= UINT64_C(1) << i;
    fields_merge((struct row){shape, now}, said, (struct field_set){changed});
    return changed != 0;
}

static int64_t visibility_of(const struct import_target *is, const void *record)
{
    const struct field *field =
        is->visibility ? field_find(is->shape, str_of(is->visibility)) : NULL;
    return field ? *(const int64_t *)((const char *)record + field->offset) : VISIBILITY_BUREAU;
}

/* What a new record has beside what the line gives. */
static enum error complete_new(struct pass *pass, struct import_line *line)
{
    struct ctx *ctx = pass->ctx;
    const struct import_target *is = pass->work->target.is;
    struct row row = {is->shape, line->record};
    const struct field *field =
        is->visibility ? field_find(is->shape, str_of(is->visibility)) : NULL;
    if (field && !(line->given >> (field - is->shape->fields) & 1) && !field->required)
        *(int64_t *)((char *)line->record + field->offset) = VISIBILITY_BUREAU;
    if (is->owned)
        ownership_fill_in(ctx, is->owned, row);
    return fields_check(ctx, row, ~pass->mapped, line->given);
}

static enum error check_owner(struct pass *pass, const void *record)
{
    struct ctx *ctx = pass->ctx;
    const struct import_target *is = pass->work->target.is;
    if (!is->owned)
        return E_OK;
    enum error error =
        ownership_require(ctx, is->owned, (struct row){is->shape, (void *)(uintptr_t)record});
    if (error == E_FORBIDDEN)
        point_at_owner(ctx, is);
    return error;
}

/* A row before it is written. */
struct row_state {
    void *was, *record; /* `was` NULL: a new one */
    bool same;
    struct str was_json;
};

static bool is_or_was_public(const struct import_target *is, const struct row_state *state)
{
    return visibility_of(is, state->record) == VISIBILITY_PUBLIC ||
           (state->was && visibility_of(is, state->was) == VISIBILITY_PUBLIC);
}

static enum error check_visibility(struct ctx *ctx, const struct import_target *is,
                                   const struct row_state *state)
{
    if (!is->only_wider || !state->was ||
        visibility_of(is, state->record) <= visibility_of(is, state->was))
        return E_OK;
    return complain(ctx, str_of(is->visibility), "修订不能比原来的公开范围更小",
                    "a revision cannot be less visible than what it revises");
}

static enum error judge(struct pass *pass, struct import_line *line, struct row_state *state)
{
    struct ctx *ctx = pass->ctx;
    const struct target *target = &pass->work->target;
    size_t size = target->is->shape->size;
    void *now = arena_alloc(ctx->arena, size);
    fields_clear((struct row){target->is->shape, now});
    enum error error = pass->empty ? E_NOT_FOUND : target_find(ctx, target, line->record, now);
    if (error && error != E_NOT_FOUND)
        return error;
    *state = (struct row_state){.record = line->record};
    if (error) {
        error = complete_new(pass, line);
    } else {
        state->was = arena_alloc(ctx->arena, size);
        memcpy(state->was, now, size);
        state->record = now;
        error = check_owner(pass, state->was);
        state->same = !error && !merge(pass, now, line);
    }
    if (!error)
        error = check_once(pass, line, target_key(ctx->arena, target->is, state->record));
    if (error || state->same)
        return error;
    error = check_owner(pass, state->record);
    if (!error)
        error = check_visibility(ctx, target->is, state);
    if (!error)
        error = check_references(pass, state->record, state->was ? pass->mapped : UINT64_MAX);
    if (!error && target->is->check)
        error = target->is->check(ctx, state->record);
    return error;
}

/* Several lines in one statement: on PostgreSQL each statement is a way there and back. */
static enum error write_notes(struct pass *pass)
{
    struct ctx *ctx = pass->ctx;
    struct arg *args =
        arena_array(ctx->arena, (size_t)NOTED_AT_ONCE * NOTED_COLUMNS, sizeof(*args));
    struct buf text = {.arena = ctx->arena};
    size_t count = 0;
    if (!pass->noted_count)
        return E_OK;
    buf_add(&text, STR("INSERT INTO import_row (id, record_key, key_hash, cells, was) VALUES "));
    for (size_t i = 0; i < pass->noted_count; i++) {
        const struct import_row *row = &pass->noted[i];
        const char *const names[] = {arena_print(ctx->arena, "id_%zu", i).data,
                                     arena_print(ctx->arena, "record_key_%zu", i).data,
                                     arena_print(ctx->arena, "key_hash_%zu", i).data,
                                     arena_print(ctx->arena, "cells_%zu", i).data,
                                     arena_print(ctx->arena, "was_%zu", i).data};
        buf_print(&text, "%s(:%s, :%s, :%s, :%s, :%s)", i ? ", " : "", names[0], names[1], names[2],
                  names[3], names[4]);
        args[count++] = arg_int(names[0], row->id);
        args[count++] = arg_text(names[1], row->record_key);
        args[count++] = arg_int(names[2], row->key_hash);
        args[count++] = arg_text(names[3], row->cells);
        args[count++] = arg_text(names[4], row->was);
    }
    pass->noted_count = 0;
    struct sql sql = {"import_row_insert", buf_str(&text)};
    return db_do(ctx, &sql, (struct args){{NULL, NULL}, args, count});
}

static enum error note_row(struct pass *pass, const struct import_line *line,
                           const struct row_state *state)
{
    struct ctx *ctx = pass->ctx;
    const struct import_work *work = pass->work;
    struct import_row row = {.id = import_row_id(work->import.id, (int64_t)line->line),
                             .record_key =
                                 target_name_of(ctx->arena, work->target.is, state->record),
                             .cells = line->cells,
                             .was = state->was_json};
    row.key_hash = import_key_hash(work->import.kind, row.record_key);
    enum error error = import_row_seal(ctx, work->target.is, state->record, &row);
    if (error)
        return error;
    import_row_digest(pass->digest, &row);
    if (pass->soon)
        return db_do_soon(ctx, &sql_import_row_insert, FROM(import_row, &row));
    if (pass->noted_count == NOTED_AT_ONCE && (error = write_notes(pass)))
        return error;
    pass->noted[pass->noted_count++] = row;
    return E_OK;
}

static struct str record_json(struct ctx *ctx, const struct import_target *is, void *record)
{
    struct buf out = {.arena = ctx->arena};
    struct json json = {.out = &out};
    bool before = ctx->revealed;
    ctx->revealed = true; /* it is kept sealed */
    fields_to_json(ctx, &json, (struct row){is->shape, record});
    ctx->revealed = before;
    return buf_str(&out);
}

static enum error store(struct pass *pass, const struct import_line *line, struct row_state *state)
{
    struct ctx *ctx = pass->ctx;
    if (state->was)
        state->was_json = record_json(ctx, pass->work->target.is, state->was);
    const struct target *target = &pass->work->target;
    enum error error = pass->soon && !state->was
                           ? target_store_soon(ctx, target, state->record)
                           : target_store(ctx, target, state->record, state->was);
    if (error && pass->empty && ctx->db_status == DB_UNIQUE)
        ctx->db_status = DB_AGAIN; /* a rival has filled the table meanwhile: once more */
    return error ? error : note_row(pass, line, state);
}

/* Row by row, one that the database refuses leaves the others alone. */
static enum error store_apart(struct pass *pass, const struct import_line *line,
                              struct row_state *state)
{
    struct ctx *ctx = pass->ctx;
    enum db_status status = db_savepoint(ctx->db);
    if (db_failed(status))
        return fail_database(ctx, status);
    enum error error = store(pass, line, state);
    status = error ? db_savepoint_drop(ctx->db) : db_savepoint_keep(ctx->db);
    return db_failed(status) ? fail_database(ctx, status) : error;
}

static void count(struct pass *pass, const struct row_state *state)
{
    struct import_work *work = pass->work;
    if (state->same)
        work->counts.same++;
    else if (state->was)
        work->counts.changed++;
    else
        work->counts.new ++;
    if (!state->same && is_or_was_public(work->target.is, state))
        work->public_count++;
}

static enum error take_line(struct pass *pass, struct import_line *line)
{
    struct ctx *ctx = pass->ctx;
    struct row_state state;
    if (line->problems) {
        wrong(pass, line);
        return E_OK;
    }
    enum error error = judge(pass, line, &state);
    bool apart = str_is(pass->work->import.mode, "rows");
    if (!error && !pass->write && !state.same && pass->work->told)
        error = pass->work->told(ctx, pass->work->told_state, state.record);
    if (!error && pass->write && !state.same)
        error = (apart ? store_apart : store)(pass, line, &state);
    if (!error) {
        count(pass, &state);
        bool searched = pass->search && pass->write && !state.same;
        const void *found;
        error = searched ? target_found(ctx, pass->work->target.is, state.record, &found) : E_OK;
        return error || !searched ? error : search_bulk_put(pass->search, found, !state.was);
    }
    if (!is_about_row(ctx) || (pass->soon && ctx->db_status != DB_OK))
        return error;
    import_line_blame(ctx, pass->work->target.is->shape, pass->work->columns, line, ctx->arena);
    wrong(pass, line);
    return E_OK;
}

/* --- All rows ------------------------------------------------------------------------------- */

static enum error take_batch(struct pass *pass, struct import_batch *batch)
{
    struct ctx *ctx = pass->ctx;
    struct import_work *work = pass->work;
    struct arena *own = ctx->arena;
    enum error error = E_OK;
    batch->arena.escape = own->escape;
    ctx->arena = &batch->arena;
    for (size_t i = 0; i < batch->count && !error && !pass->stop; i++)
        error = take_line(pass, &batch->lines[i]);
    if (!error && !pass->stop)
        error = write_notes(pass);
    if (batch->end.zh && !error && !pass->stop) {
        struct import_line end = {.line =
                                      batch->count ? batch->lines[batch->count - 1].line + 1 : 0};
        fail(ctx, E_INVALID, "%s", "%s", in_language(ctx, batch->end.zh, batch->end.en));
        import_line_blame(ctx, work->target.is->shape, work->columns, &end, ctx->arena);
        wrong(pass, &end);
        pass->stop = true;
    }
    work->row_count += (int64_t)batch->count;
    ctx->detail = arena_str(own, ctx->detail);
    ctx->arena = own;
    return error;
}

static enum error take_all(struct pass *pass, struct import_reader *reader)
{
    struct ctx *ctx = pass->ctx;
    struct import_work *work = pass->work;
    for (bool last = false; !last && !pass->stop;) {
        struct import_batch *batch = import_reader_take(reader);
        last = batch->last;
        enum error error = take_batch(pass, batch);
        import_reader_give(reader, batch);
        if (error)
            return error;
        if (pass->run)
            job_progress(pass->run, work->row_count, work->import.row_count);
        if (pass->run && job_is_cancelled(pass->run))
            return fail(ctx, E_CONFLICT, "已取消，什么也没有导入",
                        "cancelled: nothing was imported");
    }
    return E_OK;
}

static void stop_reader(void *reader)
{
    import_reader_stop(reader);
}

static void forget(void *state)
{
    struct pass *pass = state;
    char hex[DIGEST_HEX + 1];
    free(pass->seen.slots);
    if (pass->digest && !digest_end(pass->digest, hex))
        pass->digest = NULL;
}

static void which_fields(struct pass *pass)
{
    const struct import_target *is = pass->work->target.is;
    for (size_t i = 0; i < pass->work->columns->count; i++)
        if (pass->work->columns->items[i].field)
            pass->mapped |= UINT64_C(1)
                            << (pass->work->columns->items[i].field - is->shape->fields);
    for (size_t i = 0; is->key[i]; i++)
        pass->keys |=
            UINT64_C(1) << (field_find(is->shape, str_of(is->key[i])) - is->shape->fields);
}

/* Two columns whose headings name one field: which of them is meant nobody has said. Where somebody
 * has chosen, there is no guess any more. */
static enum error check_headings(const struct pass *pass)
{
    const struct import_columns *columns = pass->work->columns;
    struct ctx *ctx = pass->ctx;
    for (size_t i = 0; i < columns->count; i++) {
        const struct import_column *taken = &columns->items[i];
        bool guessed = taken->field && taken->guess &&
                       (strcmp(taken->guess, "name") == 0 || strcmp(taken->guess, "label") == 0);
        for (size_t j = 0; j < columns->count && guessed; j++)
            if (!columns->items[j].field &&
                import_field_named(ctx->arena, pass->work->target.is->shape,
                                   columns->items[j].heading) == taken->field)
                return complain(ctx, str_of(taken->field->name),
                                "第 %zu 列“%.*s”和第 %zu 列“%.*s”说的是同一个字段；请指定用哪一列",
                                "column %zu, \"%.*s\", and column %zu, \"%.*s\", are the same "
                                "field: say which one is meant",
                                i + 1, STR_PRINT(taken->heading), j + 1,
                                STR_PRINT(columns->items[j].heading));
    }
    return E_OK;
}

/* Without the key nothing could be found again; of targets with functions of their own they say so
 * themselves. */
static enum error check_columns(const struct pass *pass)
{
    const struct import_target *is = pass->work->target.is;
    enum error error = E_OK;
    for (size_t i = 0; is->table && is->key[i]; i++) {
        const struct field *field = field_find(is->shape, str_of(is->key[i]));
        if (!(pass->mapped >> (field - is->shape->fields) & 1))
            error =
                complain(pass->ctx, str_of(field->name), "没有列对应“%s”（%s）；请指定哪一列是它",
                         "no column goes to \"%s\" (%s): say which one does",
                         in_language(pass->ctx, field->zh, field->en), field->name);
    }
    if (!error)
        error = check_headings(pass);
    if (!pass->mapped)
        error = fail(pass->ctx, E_INVALID, "没有一列对应到字段", "no column goes to a field");
    return error;
}

static enum error is_empty(struct ctx *ctx, const char *table, bool *empty)
{
    struct sql any = {"table_any", arena_print(ctx->arena, "SELECT 1 FROM %s LIMIT 1", table)};
    enum error error = db_one(ctx, &any, NO_ARGS, (struct row){NULL, NULL});
    *empty = error == E_NOT_FOUND;
    return *empty ? E_OK : error;
}

static enum error bulk_begin(struct ctx *ctx, const struct import_work *work)
{
    const char *table = work->target.is->table ? work->target.is->table : "";
    enum db_status status =
        db_bulk_begin(ctx->db, arena_print(ctx->arena, "import_row%s%s", *table ? " " : "", table));
    return db_failed(status) ? fail_database(ctx, status) : E_OK;
}

static enum error send_rows(struct pass *pass)
{
    enum db_status status = pass->soon ? db_settle(pass->ctx->db) : DB_OK;
    return db_failed(status) ? fail_database(pass->ctx, status) : E_OK;
}

/* The database refused one of many rows: the transaction begins anew, to find out which. */
static void again_one_by_one(struct pass *pass)
{
    struct ctx *ctx = pass->ctx;
    if (ctx->db_status != DB_UNIQUE && ctx->db_status != DB_CONSTRAINT)
        return;
    ctx->db_status = DB_AGAIN;
    pass->work->one_by_one = true;
}

enum error import_pass(struct ctx *ctx, struct job_run *run, struct import_work *work, bool write)
{
    arena_free(&work->scope); /* of a try before this one */
    struct pass *pass = ARENA_NEW(ctx->arena, struct pass);
    *pass = (struct pass){.ctx = ctx, .run = run, .work = work, .write = write};
    pass->soon =
        write && !db_is_sqlite(ctx->db) && str_is(work->import.mode, "all") && !work->one_by_one;
    work->counts = (struct import_counts){0};
    work->row_count = work->public_count = 0;
    work->problem_count = 0;
    work->problem_kept = 0;
    which_fields(pass);
    enum error error = check_columns(pass);
    if (error)
        return error;
    struct import_reading reading = {.import = &work->import,
                                     .target = work->target.is,
                                     .columns = work->columns,
                                     .corrections = work->corrections.items,
                                     .correction_count = work->corrections.count,
                                     .file = work->file,
                                     .language = ctx->language,
                                     .who = ctx->who};
    struct import_reader *reader = import_reader_start(&reading);
    if (!reader)
        return fail(ctx, E_INVALID, "文件读不下去：工作表可能已不是原来的那张",
                    "the file cannot be read: the sheet may not be what it was");
    /* Also when the work ends by running out of memory. */
    if (work->target.is->table && (error = is_empty(ctx, work->target.is->table, &pass->empty)))
        return error;
    if (write && work->import.file_size >= BULK_BYTES && (error = bulk_begin(ctx, work)))
        return error;
    work->scope.escape = ctx->arena->escape;
    arena_defer(&work->scope, forget, pass);
    arena_defer(&work->scope, stop_reader, reader);
    pass->digest = write ? digest_begin(DIGEST_SHA256) : NULL;
    const struct searchable *kind = write ? target_searched(work->target.is) : NULL;
    pass->search = kind ? search_bulk_begin(ctx, kind) : NULL;
    error = take_all(pass, reader);
    if (!error && pass->search)
        error = search_bulk_end(pass->search);
    if (!error)
        error = send_rows(pass);
    if (error && pass->soon)
        again_one_by_one(pass);
    struct digest *digest = error ? NULL : pass->digest;
    pass->digest = error ? pass->digest : NULL;
    if (digest && !digest_end(digest, work->digest))
        arena_exhausted(ctx->arena);
    arena_free(&work->scope);
    if (!error && write && work->import.file_size >= BULK_BYTES) {
        enum db_status status = db_bulk_end(ctx->db);
        error = db_failed(status) ? fail_database(ctx, status) : E_OK;
    }
    return error;
}
