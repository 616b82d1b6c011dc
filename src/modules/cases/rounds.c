/* What becomes of a case as time goes on. */
#include "base/number.h"
#include "core/notice.h"
#include "core/ticker.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"
#include "modules/inbox/inbox.h"

/* A share of a step's limit is over: its parties read it in the case, and late work comes first. */
static enum error passed(struct ctx *ctx, const struct clock_row *clock, int mark)
{
    struct case_step found;
    struct case_work work;
    int64_t id;
    if (!int_parse(clock->subject_key, &id))
        return E_OK;
    enum error error = case_step_find(ctx, id, &found);
    if (!error)
        error = case_read(ctx, found.case_id, &work);
    if (error)
        return error;
    struct case_step *step = case_step_of(&work, found.code);
    const struct template_step *of = template_step_of(&work.template, found.code);
    bool response = str_is(clock->kind, "response");
    error = response
                ? inbox_await_response(ctx, STR("case_step"), clock->subject_key, clock->due_at)
                : case_step_mark(ctx, &work, step, clock->due_at, clock->marks == CLOCK_MARKS);
    if (error || mark < 0)
        return error;
    bool over = mark == CLOCK_MARKS - 1;
    struct str zh =
        arena_print(ctx->arena, "%.*s：%s%s时限已用 %d%%", STR_PRINT(of->name),
                    over ? "已超期，" : "", response ? "首次响应的" : "", clock_mark_percent[mark]);
    struct str en =
        arena_print(ctx->arena, "%.*s: %d%% of its limit %sare over", STR_PRINT(of->name_en),
                    clock_mark_percent[mark], response ? "of first response " : "");
    error = case_tell(ctx, &work, step, over ? "case.step_late" : "case.step_due", zh, en);
    if (error)
        return error;
    struct str text = arena_print(ctx->arena, "%.*s · %.*s", STR_PRINT(zh), STR_PRINT(en));
    return case_note(ctx, found.case_id, STR("system"), STR("system"), text);
}

struct clock_round {
    int64_t looked_at;
};
static const struct field clock_round_fields[] = {
    FIELD(struct clock_round, looked_at, "看过的计时", "Clocks that were looked at"),
};
static const SHAPE(clock_round);

SHARED_HANDLER(case_clock_round, nothing, clock_round)
{
    (void)in;
    return clocks_round(ctx, STR("case_step"), passed, &out->looked_at);
}

enum error cases_tick(struct ctx *ctx, const struct ticking *ticking)
{
    bool due = false;
    enum error error = ticking_begin(ctx);
    if (!error)
        error = clocks_are_due(ctx, STR("case_step"), &due);
    ticking_end(ctx);
    struct request request = {.method = STR("POST"), .path = STR("/api/case_clock_rounds")};
    if (!error && due)
        ticking_call(ctx, ticking, request);
    return error;
}
