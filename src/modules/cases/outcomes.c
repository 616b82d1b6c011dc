/* What becomes of a case when a step turns out other than done: it ends, or is done again from an
 * earlier step on. */
#include "modules/cases/internal.h"

enum { REASON_BYTES = 900 }; /* of an answer that is told as the reason of a step of a lifecycle */

static bool is_work(const struct case_step *step)
{
    return str_is(step->state, "open") || str_is(step->state, "paused");
}

static enum error cancel(struct ctx *ctx, const struct case_work *work, struct case_step *step)
{
    bool was_work = is_work(step);
    enum error error = lifecycle_pass(ctx, &case_step_lifecycle, step->id, step->state,
                                      "cancelling", STR_NONE, step);
    step->state = STR("cancelled");
    return error || !was_work ? error : case_step_close(ctx, work, step);
}

enum error case_cancel_steps(struct ctx *ctx, struct case_work *work)
{
    struct case_step *step = (struct case_step *)(uintptr_t)work->steps.items;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->steps.count; i++)
        if (is_work(&step[i]) || str_is(step[i].state, "waiting"))
            error = cancel(ctx, work, &step[i]);
    return error;
}

static enum error undo(struct ctx *ctx, const struct case_work *work, struct case_step *step,
                       struct str reason)
{
    enum error error = E_OK;
    if (str_is(step->state, "waiting"))
        return E_OK;
    if (is_work(step))
        error = case_step_close(ctx, work, step);
    if (!error)
        error = lifecycle_take(ctx, &case_step_lifecycle, step->id, step->state, "return", reason,
                               step);
    step->state = STR("waiting");
    return error;
}

enum error case_undo_from(struct ctx *ctx, struct case_work *work, struct str to, struct str reason)
{
    struct case_step *step = (struct case_step *)(uintptr_t)work->steps.items;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->steps.count; i++)
        if (template_comes_after(&work->template, step[i].code, to))
            error = undo(ctx, work, &step[i], reason);
    return error;
}

const struct template_outcome *case_outcome_of(const struct case_work *work, struct str step)
{
    const struct template_outcome *outcome = work->template.outcomes.items;
    for (size_t i = 0; i < work->template.outcomes.count; i++)
        if (str_equal(outcome[i].step, step) &&
            condition_holds(outcome[i].condition, &work->answers))
            return &outcome[i];
    return NULL;
}

static struct str reason_of(const struct case_work *work, const struct template_outcome *outcome)
{
    const struct answer *answer =
        outcome->reason_field.length ? answer_of(&work->answers, outcome->reason_field) : NULL;
    return answer ? answer->value : STR("");
}

enum error case_outcome_check(struct ctx *ctx, const struct case_work *work,
                              const struct template_outcome *outcome)
{
    struct str reason = reason_of(work, outcome);
    if (outcome->reason_field.length && !reason.length)
        return complain(ctx, outcome->reason_field, "“%.*s”要说明理由", "\"%.*s\" needs a reason",
                        STR_PRINT(ctx->language == LANGUAGE_EN ? outcome->name_en : outcome->name));
    if (reason.length > REASON_BYTES)
        return complain(ctx, outcome->reason_field, "理由太长：最多约 300 字",
                        "the reason is too long: about 300 characters at most");
    return E_OK;
}

/* A notice may leave the system by e-mail: it tells a reason that is one of the template's choices,
 * and not a text that somebody wrote; that stands in the case. */
static struct str told_reason(const struct case_work *work, const struct template_outcome *outcome)
{
    const struct template_field *field = work->template.fields.items;
    for (size_t i = 0; i < work->template.fields.count; i++)
        if (str_equal(field[i].code, outcome->reason_field) && str_is(field[i].kind, "choice"))
            return reason_of(work, outcome);
    return STR("");
}

static enum error tell(struct ctx *ctx, const struct case_work *work,
                       const struct template_outcome *outcome)
{
    const struct case_template *template = &work->template.template;
    struct str reason = told_reason(work, outcome);
    return case_tell_applicant(
        ctx, work, "case.outcome",
        arena_print(ctx->arena, "%.*s：%.*s%s%.*s", STR_PRINT(template->name),
                    STR_PRINT(outcome->name), reason.length ? "，" : "", STR_PRINT(reason)),
        arena_print(ctx->arena, "%.*s: %.*s%s%.*s", STR_PRINT(template->name_en),
                    STR_PRINT(outcome->name_en), reason.length ? ": " : "", STR_PRINT(reason)));
}

enum error case_outcome_take(struct ctx *ctx, struct case_work *work,
                             const struct template_outcome *outcome)
{
    struct str reason = reason_of(work, outcome);
    struct str text = arena_print(ctx->arena, "%.*s%s%.*s", STR_PRINT(outcome->name),
                                  reason.length ? "：" : "", STR_PRINT(reason));
    enum error error = tell(ctx, work, outcome);
    if (error)
        return error;
    if (str_is(outcome->effect, "return")) {
        error = case_undo_from(ctx, work, outcome->to_step, text);
        return error ? error : case_advance(ctx, work);
    }
    error = case_cancel_steps(ctx, work);
    if (!error)
        error = lifecycle_pass(ctx, &case_file_lifecycle, work->file.id, work->file.state,
                               "outcome", text, &work->file);
    work->file.state = STR("done");
    return error ? error : case_finish(ctx, work->file.id, outcome->code);
}
