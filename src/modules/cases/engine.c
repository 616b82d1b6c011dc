/* How a case moves from step to step. */
#include <assert.h>
#include <inttypes.h>

#include "case_engine.sql.h"
#include "core/notice.h"
#include "modules/cases/internal.h"
#include "modules/clocks/clocks.h"
#include "modules/inbox/inbox.h"

enum { TALLY_SLOTS = 16, PARTIES_MAX = 200 };

/* --- Lifecycles ----------------------------------------------------------------------------- */

static const struct lifecycle_state case_file_states[] = {
    {"running", "办理中", "Running", false},
    {"done", "已办结", "Done", true},
    {"withdrawn", "已撤回", "Withdrawn", true},
};
static const struct transition case_file_steps[] = {
    STEP("completion", "running", "done", "办结", "Complete", .clock = CLOCK_ENDS),
    STEP("outcome", "running", "done", "按一步的结果办结", "Ended by the outcome of a step",
         .clock = CLOCK_ENDS),
    STEP("withdrawal", "running", "withdrawn", "撤回", "Withdraw", .roles = CASE_STARTERS,
         .reason = true, .clock = CLOCK_ENDS),
};
const LIFECYCLE(case_file, "case_file", "一件事", "Case");

static const struct lifecycle_state case_step_states[] = {
    {"waiting", "未到", "Not yet", false},   {"open", "待办", "Open", false},
    {"paused", "暂停", "Paused", false},     {"done", "已办", "Done", true},
    {"skipped", "不需要", "Left out", true}, {"cancelled", "已取消", "Cancelled", true},
};
static const struct transition case_step_steps[] = {
    STEP("opening", "waiting", "open", "轮到", "Its turn comes", .clock = CLOCK_STARTS),
    STEP("skipping", "waiting", "skipped", "不需要", "It is not needed"),
    STEP("completion", "open", "done", "办结", "Complete", .roles = CASE_WORKERS,
         .clock = CLOCK_ENDS),
    STEP("pause", "open", "paused", "暂停（等材料）", "Pause, for want of material",
         .roles = CASE_WORKERS, .reason = true, .clock = CLOCK_PAUSES),
    STEP("resumption", "paused", "open", "继续", "Go on", .roles = CASE_WORKERS,
         .clock = CLOCK_RESUMES),
    STEP("return", "open", "waiting", "退回前面的步骤", "Send back to an earlier step",
         .roles = CASE_WORKERS, .reason = true, .clock = CLOCK_ENDS),
    /* An earlier step was sent back: what came after it is done again. */
    STEP("return", "paused", "waiting", "退回前面的步骤", "Send back to an earlier step",
         .roles = CASE_WORKERS, .reason = true, .clock = CLOCK_ENDS),
    STEP("return", "done", "waiting", "被退回", "It was sent back", .roles = CASE_WORKERS,
         .reason = true),
    STEP("return", "skipped", "waiting", "被退回", "It was sent back", .roles = CASE_WORKERS,
         .reason = true),
    STEP("cancelling", "waiting", "cancelled", "随整件事取消", "The case was ended"),
    STEP("cancelling", "open", "cancelled", "随整件事取消", "The case was ended",
         .clock = CLOCK_ENDS),
    STEP("cancelling", "paused", "cancelled", "随整件事取消", "The case was ended",
         .clock = CLOCK_ENDS),
};
const LIFECYCLE(case_step, "case_step", "一件事的步骤", "Step of a case");

/* --- Reading -------------------------------------------------------------------------------- */

enum error case_read(struct ctx *ctx, int64_t id, struct case_work *out)
{
    struct args which = ARGS(arg_int("case_id", id));
    enum error error =
        db_one(ctx, &sql_case_show, ARGS(arg_int("id", id)), ROW(case_file, &out->file));
    if (!error)
        error =
            template_read(ctx, out->file.template_code, out->file.template_version, &out->template);
    if (!error)
        error = db_all(ctx, &sql_case_steps, which, &case_step_shape, CASE_STEPS_MAX, &out->steps);
    return error ? error : case_read_answers(ctx, out);
}

enum error case_read_answers(struct ctx *ctx, struct case_work *work)
{
    return db_all(ctx, &sql_case_answers, ARGS(arg_int("case_id", work->file.id)), &answer_shape,
                  CASE_FIELDS_MAX, &work->answers);
}

enum error case_step_find(struct ctx *ctx, int64_t id, struct case_step *step)
{
    return db_one(ctx, &sql_case_step_show, ARGS(arg_int("id", id)), ROW(case_step, step));
}

enum error case_claim(struct ctx *ctx, int64_t id)
{
    return db_do(ctx, &sql_case_touch, ARGS(arg_int("id", id)));
}

enum error case_finish(struct ctx *ctx, int64_t id, struct str outcome)
{
    return db_do(ctx, &sql_case_finished, ARGS(arg_int("id", id), arg_text("outcome", outcome)));
}

struct str case_party_of(struct arena *arena, struct str organisation_code, struct str area_code,
                         struct str department_code)
{
    struct str audience =
        inbox_audience(arena, STR(""), organisation_code, area_code, department_code);
    return audience.length ? str_skip(audience, 1) : audience;
}

struct str case_party_of_reader(struct ctx *ctx)
{
    const struct principal *who = ctx->who;
    enum scope scope = role_infos[who->role].scope;
    if (scope == SCOPE_ALL)
        return STR("");
    struct str party =
        case_party_of(ctx->arena, who->organisation_code, who->area_code, who->department_code);
    return scope == SCOPE_ACCOUNT || !party.length ? STR_NONE : party;
}

enum error case_see(struct ctx *ctx, int64_t id, struct case_work *out)
{
    int64_t one;
    struct str party = case_party_of_reader(ctx);
    if (!party.data)
        return E_NOT_FOUND;
    enum error error = db_number(ctx, &sql_case_is_party,
                                 ARGS(arg_text("party", party), arg_int("case_id", id)), &one);
    return error ? error : case_read(ctx, id, out);
}

struct case_step *case_step_of(const struct case_work *work, struct str code)
{
    struct case_step *step = (struct case_step *)(uintptr_t)work->steps.items;
    for (size_t i = 0; i < work->steps.count; i++)
        if (str_equal(step[i].code, code))
            return &step[i];
    return NULL;
}

struct str case_step_key(struct ctx *ctx, const struct case_step *step)
{
    return arena_print(ctx->arena, "%" PRId64, step->id);
}

enum error case_note(struct ctx *ctx, int64_t case_id, struct str actor, struct str name,
                     struct str text)
{
    return db_do(ctx, &sql_case_note_insert,
                 ARGS(arg_int("case_id", case_id), arg_text("actor", actor), arg_text("name", name),
                      arg_text("text", text)));
}

/* --- Parties and the board ------------------------------------------------------------------ */

struct party_row {
    struct str party;
    int64_t case_id;
};
static const struct field party_row_fields[] = {
    FIELD(struct party_row, party, "", ""),
    FIELD(struct party_row, case_id, "", ""),
};
static const SHAPE(party_row);

static enum error count_for(struct ctx *ctx, const struct case_work *work, struct str party,
                            struct str step, int64_t open_by, int64_t late_by)
{
    return db_do(ctx, &sql_case_tally_add,
                 ARGS(arg_text("party", party), arg_text("template_code", work->file.template_code),
                      arg_int("template_version", work->file.template_version),
                      arg_text("step", step), arg_int("slot", ctx->sequence % TALLY_SLOTS),
                      arg_int("open_by", open_by), arg_int("late_by", late_by)));
}

/* On the board of each party. */
static enum error count(struct ctx *ctx, const struct case_work *work, struct str step,
                        int64_t open_by, int64_t late_by)
{
    struct records parties;
    enum error error = db_all(ctx, &sql_case_parties, ARGS(arg_int("case_id", work->file.id)),
                              &party_row_shape, PARTIES_MAX, &parties);
    const struct party_row *row = parties.items;
    for (size_t i = 0; !error && i < parties.count; i++)
        error = count_for(ctx, work, row[i].party, step, open_by, late_by);
    return error;
}

static bool is_work(const struct case_step *step)
{
    return str_is(step->state, "open") || str_is(step->state, "paused");
}

enum error case_add_party(struct ctx *ctx, struct case_work *work, struct str party)
{
    int64_t id;
    enum error error =
        db_number(ctx, &sql_case_party_insert,
                  ARGS(arg_text("party", party), arg_int("case_id", work->file.id)), &id);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error; /* it was one already */
    const struct case_step *step = work->steps.items;
    for (size_t i = 0; !error && i < work->steps.count; i++)
        if (is_work(&step[i]))
            error = count_for(ctx, work, party, step[i].code, 1, step[i].late);
    return error;
}

/* --- Steps ---------------------------------------------------------------------------------- */

/* Where the step is done. */
static enum error resolve(struct ctx *ctx, const struct case_work *work,
                          const struct template_step *of, struct case_step *step)
{
    struct str party = of->party;
    step->organisation_code = step->area_code = step->department_code = STR_NONE;
    if (str_is(party, "applicant"))
        step->organisation_code = work->file.organisation_code;
    else if (str_is(party, "area"))
        step->area_code = work->file.area_code;
    else if (str_starts(party, STR("department:")))
        step->department_code = str_skip(party, strlen("department:"));
    else if (str_starts(party, STR("field:"))) {
        const struct answer *answer = answer_of(&work->answers, str_skip(party, strlen("field:")));
        if (!answer)
            return fail(ctx, E_INVALID, "还没有选定由谁办“%.*s”",
                        "nobody has been named for \"%.*s\"", STR_PRINT(of->name));
        step->organisation_code = answer->value;
    }
    return E_OK;
}

static struct str or_empty(struct str text)
{
    return text.data ? text : STR("");
}

static enum error start_one(struct ctx *ctx, const struct case_step *step, const char *kind,
                            struct maybe_int amount, struct str unit_name, struct maybe_int *id,
                            struct instant *due_at)
{
    struct clock_row clock;
    *due_at = INSTANT_NONE;
    *id = (struct maybe_int){0, false};
    if (!amount.known)
        return E_OK;
    enum limit_unit unit = template_limit_unit(unit_name);
    enum error error = clock_begin(ctx, kind, STR("case_step"), case_step_key(ctx, step),
                                   template_limit_amount(amount.value, unit), unit, &clock);
    *id = (struct maybe_int){error ? 0 : clock.id, !error};
    *due_at = error ? INSTANT_NONE : clock.due_at;
    return error;
}

static enum error start_clocks(struct ctx *ctx, const struct template_step *of,
                               struct case_step *step, struct instant *due_at,
                               struct instant *respond_by)
{
    enum error error =
        start_one(ctx, step, "handling", of->limit_amount, of->limit_unit, &step->clock_id, due_at);
    return error ? error
                 : start_one(ctx, step, "response", of->response_amount, of->response_unit,
                             &step->response_clock_id, respond_by);
}

enum error case_step_responded(struct ctx *ctx, struct case_step *step)
{
    struct clock_row clock;
    if (!step->response_clock_id.known || step->responded_at.seconds != INSTANT_NONE.seconds)
        return E_OK;
    enum error error =
        clock_happen(ctx, step->response_clock_id.value, CLOCK_STOP, STR_NONE, &clock);
    step->responded_at = ctx->now;
    if (!error)
        error = inbox_await_response(ctx, STR("case_step"), case_step_key(ctx, step), INSTANT_NONE);
    return error ? error : db_do(ctx, &sql_case_step_response_given, FROM(case_step, step));
}

static enum error offer(struct ctx *ctx, const struct case_work *work,
                        const struct template_step *of, const struct case_step *step,
                        struct instant due_at, struct instant respond_by)
{
    const struct case_file *file = &work->file;
    struct inbox_item item = {
        .kind = STR("case_step"),
        .subject_key = case_step_key(ctx, step),
        .address = arena_print(ctx->arena, "/cases/%" PRId64, file->id),
        .title = arena_print(ctx->arena, "%.*s：%.*s", STR_PRINT(work->template.template.name),
                             STR_PRINT(of->name)),
        .title_en = arena_print(ctx->arena, "%.*s: %.*s",
                                STR_PRINT(work->template.template.name_en), STR_PRINT(of->name_en)),
        .about = file->organisation_name,
        .role_audience = inbox_audience(ctx->arena, step->role, or_empty(step->organisation_code),
                                        or_empty(step->area_code), or_empty(step->department_code)),
        .due_at = due_at,
        .respond_by = respond_by};
    return inbox_put(ctx, &item);
}

enum error case_tell(struct ctx *ctx, const struct case_work *work, const struct case_step *step,
                     const char *kind, struct str text, struct str text_en)
{
    struct notice notice = {.kind = kind,
                            .role = arena_str(ctx->arena, step->role).data,
                            .organisation_code = step->organisation_code,
                            .area_code = step->area_code,
                            .department_code = step->department_code,
                            .subject_kind = STR("case_file"),
                            .subject_key = arena_print(ctx->arena, "%" PRId64, work->file.id),
                            .text = text,
                            .text_en = text_en,
                            .address = arena_print(ctx->arena, "/cases/%" PRId64, work->file.id)};
    return notice_send(ctx, &notice);
}

static enum error tell_of_turn(struct ctx *ctx, const struct case_work *work,
                               const struct template_step *of, const struct case_step *step)
{
    const struct case_template *template = &work->template.template;
    return case_tell(ctx, work, step, "case.step_open",
                     arena_print(ctx->arena, "轮到您办：%.*s·%.*s", STR_PRINT(template->name),
                                 STR_PRINT(of->name)),
                     arena_print(ctx->arena, "It is your turn: %.*s, %.*s",
                                 STR_PRINT(template->name_en), STR_PRINT(of->name_en)));
}

static enum error open_step(struct ctx *ctx, struct case_work *work, const struct template_step *of,
                            struct case_step *step)
{
    struct instant due_at, respond_by;
    enum error error = resolve(ctx, work, of, step);
    if (!error)
        error = case_add_party(ctx, work,
                               case_party_of(ctx->arena, or_empty(step->organisation_code),
                                             or_empty(step->area_code),
                                             or_empty(step->department_code)));
    if (!error)
        error = lifecycle_pass(ctx, &case_step_lifecycle, step->id, step->state, "opening",
                               STR_NONE, step);
    if (!error)
        error = start_clocks(ctx, of, step, &due_at, &respond_by);
    step->late = false;
    step->responded_at = INSTANT_NONE;
    if (!error)
        error = db_do(ctx, &sql_case_step_opened, FROM(case_step, step));
    if (!error)
        error = count(ctx, work, step->code, 1, 0);
    if (!error)
        error = offer(ctx, work, of, step, due_at, respond_by);
    if (!error)
        error = tell_of_turn(ctx, work, of, step);
    step->state = STR("open");
    return error;
}

enum error case_step_close(struct ctx *ctx, const struct case_work *work, struct case_step *step)
{
    struct clock_row clock;
    enum error error = E_OK;
    if (step->clock_id.known)
        error = clock_happen(ctx, step->clock_id.value, CLOCK_STOP, STR_NONE, &clock);
    if (!error)
        error = case_step_responded(ctx, step);
    if (!error)
        error = inbox_take_out(ctx, STR("case_step"), case_step_key(ctx, step));
    if (!error)
        error = count(ctx, work, step->code, -1, -(int64_t)step->late);
    return error ? error
                 : db_do(ctx, &sql_case_step_ended,
                         FROM_AND(case_step, step, arg_text("ended_by", ctx_actor(ctx))));
}

enum error case_step_mark(struct ctx *ctx, const struct case_work *work, struct case_step *step,
                          struct instant due_at, bool late)
{
    enum error error = inbox_redate(ctx, STR("case_step"), case_step_key(ctx, step), due_at, late);
    if (error || step->late == late)
        return error;
    step->late = late;
    error = db_do(ctx, &sql_case_step_late, FROM(case_step, step));
    return error ? error : count(ctx, work, step->code, 0, late ? 1 : -1);
}

static bool is_over(const struct case_step *step)
{
    return str_is(step->state, "done") || str_is(step->state, "skipped");
}

static bool has_turn(const struct case_work *work, const struct template_step *of)
{
    struct str rest = of->after, code;
    while (str_cut(&rest, ' ', &code))
        if (!is_over(case_step_of(work, code)))
            return false;
    return true;
}

static enum error skip(struct ctx *ctx, struct case_step *step)
{
    enum error error = lifecycle_pass(ctx, &case_step_lifecycle, step->id, step->state, "skipping",
                                      STR_NONE, step);
    step->state = STR("skipped");
    return error;
}

enum error case_tell_applicant(struct ctx *ctx, const struct case_work *work, const char *kind,
                               struct str text, struct str text_en)
{
    static const char *const roles[] = {"enterprise", "institute"};
    enum error error = E_OK;
    for (size_t i = 0; !error && i < COUNT(roles); i++) {
        struct case_step applicant = {.role = str_of(roles[i]),
                                      .organisation_code = work->file.organisation_code};
        error = case_tell(ctx, work, &applicant, kind, text, text_en);
    }
    return error;
}

static enum error complete(struct ctx *ctx, struct case_work *work)
{
    const struct case_template *template = &work->template.template;
    enum error error = lifecycle_pass(ctx, &case_file_lifecycle, work->file.id, work->file.state,
                                      "completion", STR_NONE, &work->file);
    work->file.state = STR("done");
    if (!error)
        error = case_tell_applicant(
            ctx, work, "case.done",
            arena_print(ctx->arena, "已办结：%.*s", STR_PRINT(template->name)),
            arena_print(ctx->arena, "Completed: %.*s", STR_PRINT(template->name_en)));
    return error ? error : case_finish(ctx, work->file.id, STR_NONE);
}

enum error case_advance(struct ctx *ctx, struct case_work *work)
{
    const struct template_step *of = work->template.steps.items;
    enum error error = E_OK;
    size_t over = 0;
    for (bool moved = true; moved && !error;) {
        moved = false;
        over = 0;
        for (size_t i = 0; !error && i < work->template.steps.count; i++) {
            struct case_step *step = case_step_of(work, of[i].code);
            assert(step);
            over += is_over(step);
            if (!str_is(step->state, "waiting") || !has_turn(work, &of[i]))
                continue;
            error = condition_holds(of[i].condition, &work->answers)
                        ? open_step(ctx, work, &of[i], step)
                        : skip(ctx, step);
            moved = true;
        }
    }
    return error || over < work->template.steps.count ? error : complete(ctx, work);
}
