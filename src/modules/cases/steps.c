/* A step of a case: its form, and what can be done with it. */
#include <inttypes.h>

#include "case_steps.sql.h"
#include "core/audit.h"
#include "core/ownership.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"
#include "modules/inbox/inbox.h"

static const char *const step_states[] = {"waiting", "open",      "paused", "done",
                                          "skipped", "cancelled", NULL};
static const struct field case_step_fields[] = {
    FIELD(struct case_step, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct case_step, case_id, "一件事", "Case", USE_OUT),
    FIELD(struct case_step, position, "次序", "Order", USE_OUT),
    FIELD(struct case_step, code, "步骤代码", "Code of the step", USE_OUT),
    FIELD(struct case_step, state, "状态", "State", USE_OUT, .choices = step_states),
    FIELD(struct case_step, role, "由哪个角色办", "Role that does it", USE_OUT),
    FIELD(struct case_step, organisation_code, "由哪家单位办", "Organisation that does it",
          USE_OUT),
    FIELD(struct case_step, area_code, "由哪个区县办", "District that does it", USE_OUT),
    FIELD(struct case_step, department_code, "由哪个部门办", "Department that does it", USE_OUT),
    FIELD(struct case_step, clock_id, "计时", "Clock", USE_OUT),
    FIELD(struct case_step, response_clock_id, "首次响应的计时", "Clock of the first response",
          USE_OUT),
    FIELD(struct case_step, opened_at, "轮到的时间", "When its turn came", USE_OUT),
    FIELD(struct case_step, responded_at, "首次响应的时间", "When the first response was given",
          USE_OUT),
    FIELD(struct case_step, ended_at, "结束的时间", "When it ended", USE_OUT),
    FIELD(struct case_step, ended_by, "谁结束的", "Who ended it", USE_OUT),
    FIELD(struct case_step, late, "已超期", "Is it late?", USE_OUT),
    FIELD(struct case_step, changed_seq, "序号", "Sequence of the last change", USE_OUT),
};
SHAPE(case_step);

static const struct ownership case_step_owned = {
    .organisation = "organisation_code", .area = "area_code", .department = "department_code"};
const struct list case_step_list = {.base = &sql_case_step_list,
                                    .row = &case_step_shape,
                                    .key = "id",
                                    .sort = "-id",
                                    .owned = &case_step_owned};

/* --- Showing -------------------------------------------------------------------------------- */

struct step_view {
    struct case_step step;
    struct str name, name_en;
    bool may_act;
    struct records fields, materials, next;
};
static const struct field step_view_fields[] = {
    FIELD(struct step_view, name, "步骤", "Step"),
    FIELD(struct step_view, name_en, "英文名", "Name in English"),
    FIELD(struct step_view, may_act, "您现在能办", "Can you act on it now?"),
    FIELD(struct step_view, fields, "表单", "Form", .of = &form_field_shape),
    FIELD(struct step_view, materials, "材料", "Materials", .of = &step_material_shape),
    FIELD(struct step_view, next, "可办的步骤", "What can be done", .of = &next_step_shape),
};
static const SHAPE_EXTENDING(step_view, case_step);

enum error case_step_is_for_reader(struct ctx *ctx, const struct case_step *step, bool *is)
{
    *is = ctx->who->role == ROLE_OPERATOR;
    if (*is || !str_is(step->role, role_infos[ctx->who->role].name))
        return E_OK;
    bool anywhere =
        !step->organisation_code.data && !step->area_code.data && !step->department_code.data;
    *is = anywhere;
    return anywhere ? E_OK
                    : ownership_holds(ctx, &case_step_owned,
                                      (struct row){&case_step_shape, (void *)(uintptr_t)step}, is);
}

static enum error show(struct ctx *ctx, const struct case_work *work, struct case_step *step,
                       struct step_view *out)
{
    const struct template_step *of = template_step_of(&work->template, step->code);
    out->step = *step;
    out->name = of->name;
    out->name_en = of->name_en;
    enum error error = case_step_is_for_reader(ctx, step, &out->may_act);
    out->may_act = out->may_act && (str_is(step->state, "open") || str_is(step->state, "paused"));
    if (!error)
        error = case_form(ctx, work, step->code, false, &out->fields);
    if (!error)
        error = case_materials(ctx, work, step, &out->materials);
    if (out->may_act)
        out->next = lifecycle_next(ctx, &case_step_lifecycle, step->state);
    ctx->etag = step->changed_seq;
    return error;
}

static enum error find(struct ctx *ctx, int64_t id, struct case_work *work, struct case_step **step)
{
    struct case_step found;
    enum error error = case_step_find(ctx, id, &found);
    if (!error)
        error = case_see(ctx, found.case_id, work);
    if (!error)
        *step = case_step_of(work, found.code);
    return error;
}

struct step_key {
    int64_t id;
};
static const struct field step_key_fields[] = {
    FIELD(struct step_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(step_key);

SHARED_HANDLER(case_step_show, step_key, step_view)
{
    struct case_work work;
    struct case_step *step;
    enum error error = find(ctx, in->id, &work, &step);
    if (!error)
        error = show(ctx, &work, step, out);
    ctx->etag = 0; /* files come and go, and who can be named */
    return error;
}

/* --- Doing ---------------------------------------------------------------------------------- */

/* The step as it is once nobody else can change it, where whoever asks may act on it. */
static enum error claim(struct ctx *ctx, int64_t id, struct case_work *work,
                        struct case_step **step)
{
    bool is = false, stands_in = true;
    int64_t claimed_by;
    enum error error = find(ctx, id, work, step);
    if (!error)
        error = case_claim(ctx, work->file.id);
    if (!error)
        error = find(ctx, id, work, step);
    if (!error)
        error = case_step_is_for_reader(ctx, *step, &is);
    if (!error && !is)
        return fail(ctx, E_FORBIDDEN, "这一步由别的单位或角色办",
                    "this step is for another organisation or role");
    if (!error)
        error = inbox_claimed_by(ctx, STR("case_step"), case_step_key(ctx, *step), &claimed_by);
    if (!error && claimed_by)
        error = inbox_stands_in(ctx, claimed_by, &stands_in);
    if (!error && !stands_in)
        return fail(ctx, E_CONFLICT, "这一步已由同事领取；请他转交",
                    "a colleague has claimed this step: ask him to hand it over");
    return error ? error : case_step_responded(ctx, *step);
}

/* As it is after the change; the case is in the log, too. */
static enum error finish(struct ctx *ctx, int64_t id, struct step_view *out)
{
    struct case_work work;
    struct case_step *step;
    enum error error = find(ctx, id, &work, &step);
    if (!error)
        error = audit_also(ctx, "update", ROW(case_file, &work.file));
    return error ? error : show(ctx, &work, step, out);
}

struct completion {
    int64_t id;
    struct records answers;
    struct str note;
};
static const struct field completion_fields[] = {
    FIELD(struct completion, id, "编号", "Number", USE_OUT),
    FIELD(struct completion, answers, "表单", "Form", .of = &answer_shape),
    FIELD(struct completion, note, "说明", "Note", .length_max = 1000),
};
static const SHAPE(completion);

static enum error unknown_answers(struct ctx *ctx, const struct records *given,
                                  const struct records *form)
{
    const struct answer *answer = given->items;
    const struct form_field *field = form->items;
    for (size_t i = 0; i < given->count; i++) {
        size_t at = 0;
        while (at < form->count && !str_equal(field[at].code, answer[i].code))
            at++;
        if (at == form->count)
            complain(ctx, answer[i].code, "这一步没有这个字段", "this step has no such field");
    }
    return ctx->error;
}

static enum error keep(struct ctx *ctx, const struct case_step *step,
                       const struct template_field *field, struct str value)
{
    struct answer answer = {field->code, step->id, value};
    return db_do(ctx, value.length ? &sql_case_answer_put : &sql_case_answer_remove,
                 FROM_AND(answer, &answer, arg_int("case_id", step->case_id)));
}

/* Checks everything before anything is written, so that all mistakes are told at once. */
static enum error take_answers(struct ctx *ctx, struct case_work *work,
                               const struct case_step *step, const struct records *given)
{
    struct records form;
    const struct template_field *field = work->template.fields.items;
    struct str *values = arena_array(ctx->arena, work->template.fields.count + 1, sizeof(*values));
    enum error error = case_form(ctx, work, step->code, false, &form);
    if (error || (error = unknown_answers(ctx, given, &form)))
        return error;
    for (size_t i = 0, n = 0; i < work->template.fields.count; i++) {
        if (!str_equal(field[i].step, step->code))
            continue;
        const struct form_field *shown = (const struct form_field *)form.items + n++;
        const struct answer *answer = answer_of(given, field[i].code);
        struct str text = answer ? answer->value : shown->value;
        if (answer_check(ctx, &field[i], text.data ? text : STR(""), &values[i]))
            error = ctx->error;
    }
    for (size_t i = 0; !error && i < work->template.fields.count; i++)
        if (str_equal(field[i].step, step->code))
            error = keep(ctx, step, &field[i], values[i]);
    return error ? error : case_read_answers(ctx, work);
}

static enum error check_rule(struct ctx *ctx, const struct case_work *work,
                             const struct template_step *of)
{
    if (!of->rule.length || condition_holds(of->rule, &work->answers))
        return E_OK;
    struct str zh = of->rule_text.length ? of->rule_text : of->rule;
    struct str text =
        ctx->language == LANGUAGE_EN && of->rule_text_en.length ? of->rule_text_en : zh;
    return fail(ctx, E_INVALID, "%.*s", "%.*s", STR_PRINT(text));
}

SHARED_HANDLER(case_step_complete, completion, step_view)
{
    struct case_work work;
    struct case_step *step;
    enum error error = claim(ctx, in->id, &work, &step);
    if (error)
        return error;
    const struct template_step *of = template_step_of(&work.template, step->code);
    /* First, so that what is no open step is told as that. */
    error = lifecycle_take(ctx, &case_step_lifecycle, step->id, step->state, "completion", in->note,
                           step);
    if (!error)
        error = take_answers(ctx, &work, step, &in->answers);
    if (error)
        return error;
    const struct template_outcome *outcome = case_outcome_of(&work, step->code);
    error =
        outcome ? case_outcome_check(ctx, &work, outcome) : case_materials_check(ctx, &work, step);
    if (!error && !outcome)
        error = check_rule(ctx, &work, of);
    if (!error)
        error = case_step_close(ctx, &work, step);
    if (error)
        return error;
    step->state = STR("done");
    error = outcome ? case_outcome_take(ctx, &work, outcome) : case_advance(ctx, &work);
    return error ? error : finish(ctx, in->id, out);
}

struct step_reason {
    int64_t id;
    struct str reason;
};
static const struct field step_reason_fields[] = {
    FIELD(struct step_reason, id, "编号", "Number", USE_OUT),
    FIELD(struct step_reason, reason, "理由", "Reason", .required = true, .length_max = 1000),
};
static const SHAPE(step_reason);

static enum error turn_clock(struct ctx *ctx, const struct case_work *work, struct case_step *step,
                             enum clock_event_kind kind, struct str reason)
{
    struct clock_row clock = {.due_at = INSTANT_NONE};
    enum error error = E_OK;
    if (step->clock_id.known)
        error = clock_happen(ctx, step->clock_id.value, kind, reason, &clock);
    return error ? error : case_step_mark(ctx, work, step, clock.due_at, step->late);
}

SHARED_HANDLER(case_step_pause, step_reason, step_view)
{
    struct case_work work;
    struct case_step *step;
    enum error error = claim(ctx, in->id, &work, &step);
    if (!error)
        error = lifecycle_take(ctx, &case_step_lifecycle, step->id, step->state, "pause",
                               in->reason, step);
    if (!error)
        error = turn_clock(ctx, &work, step, CLOCK_PAUSE, in->reason);
    return error ? error : finish(ctx, in->id, out);
}

SHARED_HANDLER(case_step_resume, step_key, step_view)
{
    struct case_work work;
    struct case_step *step;
    enum error error = claim(ctx, in->id, &work, &step);
    if (!error)
        error = lifecycle_take(ctx, &case_step_lifecycle, step->id, step->state, "resumption",
                               STR_NONE, step);
    if (!error)
        error = turn_clock(ctx, &work, step, CLOCK_RESUME, STR_NONE);
    return error ? error : finish(ctx, in->id, out);
}

/* --- Sending back --------------------------------------------------------------------------- */

struct sending_back {
    int64_t id;
    struct str to, reason;
};
static const struct field sending_back_fields[] = {
    FIELD(struct sending_back, id, "编号", "Number", USE_OUT),
    FIELD(struct sending_back, to, "退回到哪一步（代码）", "Code of the step that is done again",
          .required = true, .length_max = 40),
    FIELD(struct sending_back, reason, "理由：哪里要改", "Why: what has to be mended",
          .required = true, .length_max = 1000),
};
static const SHAPE(sending_back);

SHARED_HANDLER(case_step_send_back, sending_back, step_view)
{
    struct case_work work;
    struct case_step *step;
    enum error error = claim(ctx, in->id, &work, &step);
    if (error)
        return error;
    if (!str_is(step->state, "open"))
        return fail(ctx, E_CONFLICT, "只有待办的步骤能退回", "only an open step can be sent back");
    bool earlier = case_step_of(&work, in->to) && !str_equal(in->to, step->code) &&
                   template_comes_after(&work.template, step->code, in->to);
    if (!earlier)
        return complain(ctx, STR("to"), "不是这一步之前的步骤", "is no step before this one");
    error = case_undo_from(ctx, &work, in->to, in->reason);
    if (!error)
        error = case_advance(ctx, &work);
    return error ? error : finish(ctx, in->id, out);
}
