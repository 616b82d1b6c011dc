/* Another limit for a step, by whom the template lets approve it. */
#include <inttypes.h>

#include "core/audit.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"

enum { AMOUNT_MAX = 10000 };

struct relimit {
    int64_t id, amount;
    struct str reason;
};
static const struct field relimit_fields[] = {
    FIELD(struct relimit, id, "编号", "Number", USE_OUT),
    FIELD(struct relimit, amount, "时限改为多少，从起算算起，单位照模板",
          "The new limit, counted from the start, in the template's unit", .required = true),
    FIELD(struct relimit, reason, "理由", "Reason", .required = true, .length_max = 1000),
};
static const SHAPE(relimit);

static bool approves(const struct ctx *ctx, const struct template_step *of)
{
    return ctx->who->role == ROLE_OPERATOR ||
           (of->limit_role.length && str_is(of->limit_role, role_infos[ctx->who->role].name));
}

static bool has_clock(const struct case_step *step)
{
    return step->clock_id.known && (str_is(step->state, "open") || str_is(step->state, "paused"));
}

bool case_may_relimit(const struct ctx *ctx, const struct template_step *of,
                      const struct case_step *step)
{
    return approves(ctx, of) && has_clock(step);
}

static enum error check(struct ctx *ctx, const struct relimit *in, const struct template_step *of,
                        const struct case_step *step)
{
    if (!approves(ctx, of))
        return of->limit_role.length
                   ? fail(ctx, E_FORBIDDEN, "按模板，改这一步的时限由 %.*s 批准",
                          "by the template, %.*s approves another limit of this step",
                          STR_PRINT(of->limit_role))
                   : fail(ctx, E_FORBIDDEN, "按模板，这一步的时限不能改",
                          "by the template, the limit of this step cannot be changed");
    if (in->amount < 1 || in->amount > AMOUNT_MAX)
        return complain(ctx, STR("amount"), "应在 1 到 %d 之间", "must be between 1 and %d",
                        AMOUNT_MAX);
    return has_clock(step)
               ? E_OK
               : fail(ctx, E_CONFLICT, "这一步现在没有计时", "this step has no clock now");
}

static enum error tell(struct ctx *ctx, const struct case_work *work, const struct case_step *step,
                       const struct template_step *of, const struct relimit *in)
{
    enum limit_unit unit = template_limit_unit(of->limit_unit);
    static const char *const zh[] = {"小时", "个半日", "个工作日", "个自然日"};
    static const char *const en[] = {"hours", "half days", "workdays", "natural days"};
    struct str text = arena_print(ctx->arena, "%.*s：时限改为 %" PRId64 " %s", STR_PRINT(of->name),
                                  in->amount, zh[unit]);
    struct str text_en = arena_print(ctx->arena, "%.*s: its limit is now %" PRId64 " %s",
                                     STR_PRINT(of->name_en), in->amount, en[unit]);
    enum error error = case_tell(ctx, work, step, "case.limit", text, text_en);
    return error ? error
                 : case_note(ctx, work->file.id, ctx_actor(ctx), ctx_actor(ctx),
                             arena_print(ctx->arena, "%.*s：%.*s", STR_PRINT(text),
                                         STR_PRINT(in->reason)));
}

static enum error find(struct ctx *ctx, int64_t id, struct case_work *work, struct case_step **step)
{
    struct case_step found;
    enum error error = case_step_find(ctx, id, &found);
    if (!error)
        error = case_see(ctx, found.case_id, work);
    if (!error)
        error = case_claim(ctx, found.case_id);
    if (!error)
        error = case_read(ctx, found.case_id, work);
    if (!error)
        *step = case_step_of(work, found.code);
    return error;
}

SHARED_HANDLER(case_step_relimit, relimit, case_step)
{
    struct case_work work;
    struct case_step *step;
    struct clock_row clock;
    enum error error = find(ctx, in->id, &work, &step);
    if (error)
        return error;
    const struct template_step *of = template_step_of(&work.template, step->code);
    enum limit_unit unit = template_limit_unit(of->limit_unit);
    error = check(ctx, in, of, step);
    if (!error)
        error = clock_relimit(ctx, step->clock_id.value, template_limit_amount(in->amount, unit),
                              unit, in->reason, &clock);
    if (!error)
        error = case_step_mark(ctx, &work, step, clock.due_at,
                               step->late && clock.marks == CLOCK_MARKS);
    if (!error)
        error = tell(ctx, &work, step, of, in);
    if (!error)
        error = audit_also(ctx, "update", ROW(case_file, &work.file));
    return error ? error : case_step_find(ctx, in->id, out);
}
