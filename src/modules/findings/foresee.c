/* What an import of observations would bring: its lines are looked at as a dry run looks at them,
 * and stand among the figures that are there, without being written. */
#include <stdatomic.h>

#include "core/import_run.h"
#include "core/ownership.h"
#include "core/record.h"
#include "modules/findings/checked.h"
#include "modules/findings/internal.h"

enum { LINES_MAX = 20000, FORESEEN_MAX = 200 };

struct foreseen {
    struct str rule, kind;
    int64_t severity;
    struct str statement, statement_en, arithmetic, fact_ids;
};
static const struct field foreseen_fields[] = {
    FIELD(struct foreseen, rule, "规则", "Rule"),
    FIELD(struct foreseen, kind, "性质", "Kind"),
    FIELD(struct foreseen, severity, "轻重，0 最重", "Severity, 0 is the gravest"),
    FIELD(struct foreseen, statement, "看到了什么", "What was seen"),
    FIELD(struct foreseen, statement_en, "英文", "In English"),
    FIELD(struct foreseen, arithmetic, "算式", "Arithmetic"),
    FIELD(struct foreseen, fact_ids, "涉及的数（事实编号，空格分隔）",
          "Its figures: numbers of facts, with blanks between"),
};
static const SHAPE(foreseen);

struct foreseen_list {
    struct records items;
    int64_t line_count;
    bool truncated;
};
static const struct field foreseen_list_fields[] = {
    FIELD(struct foreseen_list, items, "存疑，重的在前", "Findings, gravest first",
          .of = &foreseen_shape),
    FIELD(struct foreseen_list, line_count, "会新增或改动的行",
          "Lines that would be new or change"),
    FIELD(struct foreseen_list, truncated, "还有更多，没有列出", "There are more than are listed"),
};
static const SHAPE(foreseen_list);

struct import_number {
    int64_t id;
};
static const struct field import_number_fields[] = {
    FIELD(struct import_number, id, "导入编号", "Number of the import", USE_OUT),
};
static const SHAPE(import_number);

struct lines {
    struct arena *arena;
    struct observation *list;
    size_t count, capacity;
};

/* The texts are the batch's: they are copied. */
static enum error take(struct ctx *ctx, void *state, const void *record)
{
    struct lines *lines = state;
    if (lines->count == LINES_MAX)
        return fail(ctx, E_TOO_LARGE, "超过 %d 行，导入之后再核对",
                    "more than %d lines: they are checked after the import", (int)LINES_MAX);
    if (lines->count == lines->capacity) {
        size_t more = lines->capacity ? 2 * lines->capacity : 64;
        lines->list =
            arena_grow(lines->arena, lines->list, lines->capacity * sizeof(struct observation),
                       more * sizeof(struct observation));
        lines->capacity = more;
    }
    struct observation *o = &lines->list[lines->count++];
    *o = *(const struct observation *)record;
    for (size_t i = 0; i < observation_shape.count; i++) {
        const struct field *field = &observation_shape.fields[i];
        struct str *text = (struct str *)(void *)((char *)o + field->offset);
        if (field->kind == KIND_TEXT)
            *text = arena_str(lines->arena, *text);
    }
    return E_OK;
}

static void close_work(void *work)
{
    import_close(work);
}

static enum error read_lines(struct ctx *ctx, int64_t id, struct lines *lines)
{
    struct import_work *work = ARENA_NEW(ctx->arena, struct import_work);
    enum error error = import_open(ctx, id, work);
    if (error)
        return error;
    arena_defer(ctx->arena, close_work, work);
    if (work->file < 0 || !str_is(work->import.target, "observations"))
        return E_OK;
    work->told = take;
    work->told_state = lines;
    return import_pass(ctx, NULL, work, false);
}

/* As with a finding that is kept: no less confidential than its figures, and an officer's own where
 * those are. */
static enum error may_see(struct ctx *ctx, const struct checked_set *checked,
                          const struct finding *finding, bool *may)
{
    struct finding_access access = finding_access(checked, finding);
    struct kept_finding kept = {.own_area_code = access.area_code,
                                .own_department_code = access.department_code};
    kept.visibility = access.visibility > VISIBILITY_BUREAU ? access.visibility : VISIBILITY_BUREAU;
    enum error error =
        ownership_may_see(ctx, &finding_owned, ROW(kept_finding, &kept), kept.visibility);
    *may = error == E_OK;
    return error == E_NOT_FOUND ? E_OK : error;
}

static struct foreseen show(struct ctx *ctx, const struct figure_set *set,
                            const struct finding *finding)
{
    struct buf facts = {.arena = ctx->arena};
    for (size_t i = 0; i < finding->figure_count; i++)
        buf_print(&facts, "%s%.*s", i ? " " : "",
                  STR_PRINT(set->figures[finding->figures[i]].fact_id));
    return (struct foreseen){.rule = str_of(finding->rule->name),
                             .kind = str_of(finding_kind_names[finding->rule->kind]),
                             .severity = finding->rule->kind,
                             .statement = finding->statement,
                             .statement_en = finding->statement_en,
                             .arithmetic = finding->arithmetic,
                             .fact_ids = buf_str(&facts)};
}

static bool is_about(const struct finding *finding, const bool *brought)
{
    for (size_t i = 0; i < finding->figure_count; i++)
        if (brought[finding->figures[i]])
            return true;
    return false;
}

static enum error list(struct ctx *ctx, const struct checked_set *checked, const bool *brought,
                       const struct findings *found, struct foreseen_list *out)
{
    struct foreseen *items = arena_array(ctx->arena, FORESEEN_MAX, sizeof(*items));
    size_t count = 0;
    out->truncated = found->truncated;
    for (int severity = 0; finding_kind_names[severity]; severity++)
        for (size_t i = 0; i < found->count; i++) {
            const struct finding *finding = &found->list[i];
            bool may = false;
            if ((int)finding->rule->kind != severity || !is_about(finding, brought))
                continue;
            enum error error = may_see(ctx, checked, finding, &may);
            if (error)
                return error;
            if (may && count == FORESEEN_MAX)
                out->truncated = true;
            else if (may)
                items[count++] = show(ctx, &checked->set, finding);
        }
    out->items = (struct records){items, count};
    return E_OK;
}

static void let_others(void *flag)
{
    atomic_flag_clear((atomic_flag *)flag);
}

/* Like an export it is long work, and takes memory for all figures: one at a time. */
static enum error be_alone(struct ctx *ctx)
{
    if (ctx->exporting && atomic_flag_test_and_set((atomic_flag *)ctx->exporting)) {
        ctx->retry_after_seconds = 5;
        return fail(ctx, E_BUSY, "正在导出或核对另一张表，请稍后再试",
                    "another table is being exported or checked: try again in a moment");
    }
    if (ctx->exporting)
        arena_defer(ctx->arena, let_others, ctx->exporting);
    return E_OK;
}

SHARED_HANDLER(import_finding_list, import_number, foreseen_list)
{
    struct arena *arena = check_arena(ctx);
    struct lines lines = {.arena = arena};
    struct checked_set checked;
    struct str key = arena_print(ctx->arena, "%lld", (long long)in->id);
    enum error error = record_must_see(ctx, STR("import"), key, NULL);
    if (!error)
        error = read_lines(ctx, in->id, &lines);
    out->line_count = (int64_t)lines.count;
    if (error || !lines.count || (error = be_alone(ctx)))
        return error;
    struct checked_request asked = {.instead = lines.list, .instead_count = lines.count};
    size_t *places = arena_array(arena, lines.count, sizeof(*places));
    error = checked_set_read(ctx, arena, &asked, places, &checked);
    if (error)
        return error;
    struct findings found = plausibility_check(arena, &checked.set);
    bool *brought = arena_array(arena, checked.set.count, sizeof(*brought));
    for (size_t i = 0; i < lines.count; i++)
        brought[places[i]] = true;
    return list(ctx, &checked, brought, &found, out);
}
