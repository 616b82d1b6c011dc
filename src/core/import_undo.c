/* Taking an import back: its lines from the last to the first, each record as it was. */
#include "core/import_run.h"
#include "core/search.h"
#include "import_undo.sql.h"

enum { PAGE = 500 };

struct undoing {
    struct ctx *ctx;
    struct import_work *work;
    struct search_bulk *search; /* NULL = such records are not searched */
    struct import_row row;
};

/* --- Has it been changed? ------------------------------------------------------------------- */

/* The number under which the record was written last, where its shape has one. */
static int64_t written_at(const struct shape *shape, const void *record)
{
    static const char *const names[] = {"changed_seq", "recorded_seq"};
    for (size_t i = 0; i < COUNT(names); i++) {
        const struct field *field = field_find(shape, str_of(names[i]));
        if (field && field->kind == KIND_INT)
            return *(const int64_t *)((const char *)record + field->offset);
    }
    return 0;
}

static bool is_mapped(const struct import_columns *columns, const struct field *field)
{
    for (size_t i = 0; i < columns->count; i++)
        if (columns->items[i].field == field)
            return true;
    return false;
}

/* In the columns of the import; `wholly`: in all, since a later import may have had others. */
static bool says_the_same(struct ctx *ctx, const struct import_work *work, bool wholly,
                          const void *a, const void *b)
{
    const struct shape *shape = work->target.is->shape;
    for (size_t i = 0; i < shape->count; i++) {
        const struct field *field = &shape->fields[i];
        if ((is_mapped(work->columns, field) || (wholly && target_takes(field))) &&
            !str_equal(field_text(ctx->arena, field, a), field_text(ctx->arena, field, b)))
            return false;
    }
    return true;
}

static enum error is_untouched(struct undoing *u, const void *after, const void *now, bool *good)
{
    struct ctx *ctx = u->ctx;
    const struct import_target *is = u->work->target.is;
    int64_t at = written_at(is->shape, now);
    struct str name = target_name_of(ctx->arena, is, now);
    bool same = says_the_same(ctx, u->work, !at, after, now);
    *good = str_equal(name, u->row.record_key) && (at ? at == u->work->import.run_seq.value : same);
    if (*good || !at || !same)
        return E_OK;
    /* An import that came later, and was undone, has put it back as this one had left it. */
    enum error error =
        db_one(ctx, &sql_import_put_back,
               ARGS(arg_int("at", at), arg_text("kind", u->work->import.kind),
                    arg_text("key", name), arg_int("since", u->work->import.run_seq.value)),
               (struct row){NULL, NULL});
    *good = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

struct toucher {
    struct str actor;
    int64_t sequence;
};
static const struct field toucher_fields[] = {
    FIELD(struct toucher, actor, "操作人", "Who"),
    FIELD(struct toucher, sequence, "序号", "Sequence number"),
};
static const SHAPE(toucher);

/* Whoever changed it: by an event of its own, or by a later import. */
static enum error say_who(struct undoing *u, const char *zh, const char *en)
{
    struct ctx *ctx = u->ctx;
    struct import_work *work = u->work;
    struct toucher toucher;
    enum error error =
        db_one(ctx, &sql_import_toucher,
               ARGS(arg_text("kind", work->import.kind), arg_text("key", u->row.record_key),
                    arg_int("key_hash", u->row.key_hash), arg_int("after", u->row.id),
                    arg_int("since", work->import.run_seq.value)),
               ROW(toucher, &toucher));
    if (error && error != E_NOT_FOUND)
        return error;
    if (work->problem_count++ >= IMPORT_PROBLEMS_MAX)
        return E_OK;
    struct arena *arena = work->arena;
    if (!work->problems)
        work->problems = arena_array(arena, IMPORT_PROBLEMS_MAX, sizeof(*work->problems));
    struct str who = error ? STR("?") : toucher.actor;
    work->problems[work->problem_kept++] = (struct import_problem){
        .import_id = work->import.id,
        .line = u->row.id - import_row_id(work->import.id, 0),
        .value = arena_str(arena, u->row.record_key),
        .message = arena_print(arena, "%s: %.*s, %lld", in_language(ctx, zh, en), STR_PRINT(who),
                               (long long)toucher.sequence)};
    return E_OK;
}

/* --- Back ----------------------------------------------------------------------------------- */

static enum error put_back(struct undoing *u, void *now)
{
    struct ctx *ctx = u->ctx;
    const struct target *target = &u->work->target;
    struct row was = {target->is->shape, arena_alloc(ctx->arena, target->is->shape->size)};
    enum error error;
    fields_clear(was); /* what was null is written as null again */
    if (u->row.was.data) {
        error = import_row_before(ctx, target->is, u->row.was, was);
        if (!error)
            error = target_store(ctx, target, was.value, now);
        const void *found;
        if (!error && u->search && !(error = target_found(ctx, target->is, was.value, &found)))
            error = search_bulk_put(u->search, found, false);
        return error;
    }
    error = target_remove(ctx, target, now);
    if (!error && u->search)
        error = search_bulk_remove(u->search, u->row.record_key);
    if (error && ctx->db_status == DB_CONSTRAINT)
        return fail(ctx, E_CONFLICT, "第 %lld 行的记录 %.*s 已被别的记录引用，不能撤销",
                    "the record of line %lld, %.*s, is referred to by others: it cannot be undone",
                    (long long)(u->row.id - import_row_id(u->work->import.id, 0)),
                    STR_PRINT(u->row.record_key));
    return error;
}

static enum error undo_row(struct undoing *u)
{
    struct ctx *ctx = u->ctx;
    const struct target *target = &u->work->target;
    size_t size = target->is->shape->size;
    struct row after = {target->is->shape, arena_alloc(ctx->arena, size)};
    void *now = arena_alloc(ctx->arena, size);
    bool good = false;
    fields_clear((struct row){target->is->shape, now});
    enum error error =
        import_row_after(ctx, target->is, u->work->columns, u->row.was, u->row.cells, after);
    if (error)
        return error == E_ERASED ? E_OK : error; /* by law: there is nothing to put back */
    error = target_find(ctx, target, after.value, now);
    if (error == E_INVALID) { /* it no longer is what the line is about */
        ctx_clear(ctx);
        return say_who(u, "导入以后又改过", "it was changed after the import");
    }
    if (error == E_NOT_FOUND)
        return say_who(u, "这条记录已被删除", "the record is gone");
    if (!error)
        error = is_untouched(u, after.value, now, &good);
    if (!error && !good)
        return say_who(u, "导入以后又改过", "it was changed after the import");
    /* One that was changed is enough; the others are only looked at, so that all are named. */
    return error || u->work->problem_count ? error : put_back(u, now);
}

/* The rows of one page, from the last on. */
static enum error undo_page(struct undoing *u, struct arena *page, int64_t *before, size_t *count)
{
    struct ctx *ctx = u->ctx;
    struct arena *own = ctx->arena;
    struct records rows;
    page->escape = own->escape;
    ctx->arena = page;
    enum error error = db_all(ctx, &sql_import_rows_back,
                              ARGS(arg_int("first", import_row_id(u->work->import.id, 0)),
                                   arg_int("before", *before), arg_int("limit", PAGE)),
                              &import_row_shape, PAGE, &rows);
    *count = error ? 0 : rows.count;
    for (size_t i = 0; i < *count && !error; i++) {
        u->row = ((const struct import_row *)rows.items)[i];
        *before = u->row.id;
        error = undo_row(u);
    }
    ctx->detail = arena_str(own, ctx->detail);
    ctx->arena = own;
    arena_reset(page);
    return error;
}

static void free_arena(void *arena)
{
    arena_free(arena);
}

static enum error ask_modules(struct ctx *ctx, const struct import *import)
{
    enum error error = E_OK;
    for (size_t m = 0; m < module_count && !error; m++)
        if (modules[m]->import_undone)
            error = modules[m]->import_undone(ctx, import->id, import->kind);
    return error;
}

enum error import_take_back(struct ctx *ctx, struct job_run *run, struct import_work *work)
{
    const struct searchable *kind = target_searched(work->target.is);
    struct undoing u = {.ctx = ctx, .work = work};
    struct arena *page = ARENA_NEW(ctx->arena, struct arena);
    int64_t before = import_row_id(work->import.id + 1, 0), done = 0;
    size_t count = PAGE;
    enum error error = ask_modules(ctx, &work->import);
    arena_defer(ctx->arena, free_arena, page);
    work->problem_count = 0;
    work->problem_kept = 0;
    u.search = kind ? search_bulk_begin(ctx, kind) : NULL;
    while (count == PAGE && !error) {
        error = undo_page(&u, page, &before, &count);
        done += (int64_t)count;
        job_progress(run, done, work->import.row_count);
        if (!error && job_is_cancelled(run))
            error = fail(ctx, E_CONFLICT, "已取消，没有撤销", "cancelled: nothing was undone");
    }
    if (!error && work->problem_count)
        error = fail(ctx, E_CONFLICT, "有 %lld 条记录在导入以后又改过，没有撤销；见问题清单",
                     "%lld records were changed after the import, and nothing was undone: see the "
                     "list",
                     (long long)work->problem_count);
    if (!error && u.search)
        error = search_bulk_end(u.search);
    if (!error && work->target.is->settled)
        error = work->target.is->settled(ctx);
    return error;
}
