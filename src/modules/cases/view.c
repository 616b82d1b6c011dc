/* A case as its page shows it: steps with their clocks, what was filled in, what happened. */
#include <stdlib.h>

#include "case_view.sql.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"

enum { NOTES_MAX = 1000, HISTORY_MAX = 500 };

/* --- One case ------------------------------------------------------------------------------- */

/* A clock as it stands now. */
struct case_clock {
    int64_t clock_id;
    struct str phase;
    struct instant due_at;
    int64_t elapsed_seconds, limit_seconds;
    bool overdue, provisional;
};
static const struct field case_clock_fields[] = {
    FIELD(struct case_clock, clock_id, "计时", "Clock"),
    FIELD(struct case_clock, phase, "计时状态", "Its phase"),
    FIELD(struct case_clock, due_at, "到期", "Due"),
    FIELD(struct case_clock, elapsed_seconds, "已用（工作秒）", "Elapsed, in working seconds"),
    FIELD(struct case_clock, limit_seconds, "时限（工作秒）", "Limit, in working seconds"),
    FIELD(struct case_clock, overdue, "已超期", "Is it overdue?"),
    FIELD(struct case_clock, provisional, "含未公布日历的日子，属暂定",
          "Provisional: the calendar has not been announced"),
};
static const SHAPE(case_clock);

struct step_line {
    int64_t id;
    struct str code, name, name_en, after, state, role, party;
    struct maybe_int clock_id;
    struct instant opened_at, responded_at, ended_at, due_at;
    bool late;
    struct str clock_phase;
    struct maybe_int elapsed_seconds, limit_seconds;
    bool provisional;
    struct record response;
    struct maybe_int limit_amount;
    struct str limit_unit;
    bool may_relimit;
};
static const struct field step_line_fields[] = {
    FIELD(struct step_line, id, "编号", "Number"),
    FIELD(struct step_line, code, "代码", "Code"),
    FIELD(struct step_line, name, "步骤", "Step"),
    FIELD(struct step_line, name_en, "英文名", "Name in English"),
    FIELD(struct step_line, after, "在哪些步骤之后", "After which steps"),
    FIELD(struct step_line, state, "状态", "State"),
    FIELD(struct step_line, role, "由哪个角色办", "Role that does it"),
    FIELD(struct step_line, party, "由谁办", "Who does it"),
    FIELD(struct step_line, clock_id, "计时", "Clock"),
    FIELD(struct step_line, opened_at, "轮到的时间", "When its turn came"),
    FIELD(struct step_line, responded_at, "首次响应的时间", "When it was first responded to"),
    FIELD(struct step_line, ended_at, "结束的时间", "When it ended"),
    FIELD(struct step_line, due_at, "到期", "Due"),
    FIELD(struct step_line, late, "已超期", "Is it late?"),
    FIELD(struct step_line, clock_phase, "计时状态", "Phase of its clock"),
    FIELD(struct step_line, elapsed_seconds, "已用（工作秒）", "Elapsed, in working seconds"),
    FIELD(struct step_line, limit_seconds, "时限（工作秒）", "Limit, in working seconds"),
    FIELD(struct step_line, provisional, "含未公布日历的日子，属暂定",
          "Provisional: the calendar has not been announced"),
    FIELD(struct step_line, response, "首次响应的计时；空为没有",
          "Clock of the first response; null = none", .of = &case_clock_shape),
    FIELD(struct step_line, limit_amount, "模板里的时限", "Limit by the template"),
    FIELD(struct step_line, limit_unit, "时限的单位", "Unit of the limit"),
    FIELD(struct step_line, may_relimit, "您可批准改时限", "May you approve another limit?"),
};
static const SHAPE(step_line);

struct case_note_row {
    int64_t id;
    struct instant at;
    struct str actor, name, text;
};
static const struct field case_note_row_fields[] = {
    FIELD(struct case_note_row, id, "编号", "Number"),
    FIELD(struct case_note_row, at, "时间", "When"),
    FIELD(struct case_note_row, actor, "谁", "Who"),
    FIELD(struct case_note_row, name, "姓名或登录名", "Log-in name"),
    FIELD(struct case_note_row, text, "内容", "Text"),
};
static const SHAPE(case_note_row);

static const struct field case_view_fields[] = {
    FIELD(struct case_view, steps, "步骤", "Steps", .of = &step_line_shape),
    FIELD(struct case_view, answers, "已填内容", "What has been filled in",
          .of = &form_field_shape),
    FIELD(struct case_view, notes, "留言和提醒", "Notes and reminders", .of = &case_note_row_shape),
    FIELD(struct case_view, next, "可办的步骤", "What can be done with it", .of = &next_step_shape),
};
SHAPE_EXTENDING(case_view, case_file);

struct named {
    struct str name, name_en, code;
};
static const struct field named_fields[] = {
    FIELD(struct named, name, "", ""),
    FIELD(struct named, name_en, "", ""),
    FIELD(struct named, code, "", ""),
};
static const SHAPE(named);

static enum error name_party(struct ctx *ctx, const struct case_step *step, struct str *name)
{
    struct organisation organisation;
    struct named department;
    enum error error = E_OK;
    *name = step->area_code;
    if (step->organisation_code.data) {
        error = organisation_find(ctx, step->organisation_code, &organisation);
        *name = error ? step->organisation_code : organisation.name;
    } else if (step->department_code.data) {
        error = db_one(ctx, &sql_case_department, ARGS(arg_text("code", step->department_code)),
                       ROW(named, &department));
        *name = error                          ? step->department_code
                : ctx->language == LANGUAGE_EN ? department.name_en
                                               : department.name;
    }
    return error == E_NOT_FOUND ? E_OK : error;
}

static enum error read_clock(struct ctx *ctx, struct maybe_int id, struct case_clock *out)
{
    struct clock_row row;
    struct clock_reading reading;
    enum error error = clock_read(ctx, id.value, &row, &reading);
    if (!error)
        *out =
            (struct case_clock){id.value,      row.phase,       row.due_at,         reading.elapsed,
                                reading.limit, reading.overdue, reading.provisional};
    return error;
}

static enum error read_clocks(struct ctx *ctx, const struct case_step *step, struct step_line *line)
{
    struct case_clock clock;
    enum error error = E_OK;
    if (step->clock_id.known && !(error = read_clock(ctx, step->clock_id, &clock))) {
        line->due_at = clock.due_at;
        line->clock_phase = clock.phase;
        line->elapsed_seconds = (struct maybe_int){clock.elapsed_seconds, true};
        line->limit_seconds = (struct maybe_int){clock.limit_seconds, true};
        line->provisional = clock.provisional;
    }
    if (error || !step->response_clock_id.known)
        return error;
    struct case_clock *response = ARENA_NEW(ctx->arena, struct case_clock);
    line->response = (struct record){response};
    return read_clock(ctx, step->response_clock_id, response);
}

static enum error lines_of(struct ctx *ctx, const struct case_work *work, struct records *out)
{
    const struct case_step *step = work->steps.items;
    struct step_line *lines = arena_array(ctx->arena, work->steps.count + 1, sizeof(*lines));
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->steps.count; i++) {
        const struct template_step *of = template_step_of(&work->template, step[i].code);
        lines[i] = (struct step_line){.id = step[i].id,
                                      .code = step[i].code,
                                      .name = of->name,
                                      .name_en = of->name_en,
                                      .after = of->after,
                                      .state = step[i].state,
                                      .role = step[i].role,
                                      .clock_id = step[i].clock_id,
                                      .opened_at = step[i].opened_at,
                                      .responded_at = step[i].responded_at,
                                      .ended_at = step[i].ended_at,
                                      .due_at = INSTANT_NONE,
                                      .late = step[i].late,
                                      .limit_amount = of->limit_amount,
                                      .limit_unit = of->limit_unit,
                                      .may_relimit = case_may_relimit(ctx, of, &step[i])};
        error = name_party(ctx, &step[i], &lines[i].party);
        if (!error)
            error = read_clocks(ctx, &step[i], &lines[i]);
    }
    *out = (struct records){lines, work->steps.count};
    return error;
}

enum error case_view_fill(struct ctx *ctx, const struct case_work *work, struct case_view *out)
{
    struct str party = case_party_of_reader(ctx);
    struct str applicant =
        case_party_of(ctx->arena, work->file.organisation_code, STR(""), STR(""));
    out->file = work->file;
    enum error error = lines_of(ctx, work, &out->steps);
    if (!error)
        error = case_form(ctx, work, STR_NONE, true, &out->answers);
    if (!error)
        error = db_all(ctx, &sql_case_notes,
                       ARGS(arg_int("case_id", work->file.id), arg_int("limit", NOTES_MAX)),
                       &case_note_row_shape, NOTES_MAX, &out->notes);
    if (str_equal(party, applicant) || party.length == 0)
        out->next = lifecycle_next(ctx, &case_file_lifecycle, work->file.state);
    ctx->etag = work->file.changed_seq;
    return error;
}

struct case_key {
    int64_t id;
};
static const struct field case_key_fields[] = {
    FIELD(struct case_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(case_key);

SHARED_HANDLER(case_show, case_key, case_view)
{
    struct case_work work;
    enum error error = case_see(ctx, in->id, &work);
    if (!error)
        error = case_view_fill(ctx, &work, out);
    ctx->etag = 0; /* its clocks go on */
    return error;
}

/* --- Timeline ------------------------------------------------------------------------------- */

struct moment {
    struct instant at;
    struct str step, what, what_en, actor, reason;
};
static const struct field moment_fields[] = {
    FIELD(struct moment, at, "时间", "When"),
    FIELD(struct moment, step, "步骤代码；空为整件事", "Code of the step; null = the case"),
    FIELD(struct moment, what, "经过", "What happened"),
    FIELD(struct moment, what_en, "英文", "In English"),
    FIELD(struct moment, actor, "谁", "Who"),
    FIELD(struct moment, reason, "理由或内容", "Reason or text"),
};
static const SHAPE(moment);

struct timeline {
    struct records items;
};
static const struct field timeline_fields[] = {
    FIELD(struct timeline, items, "经过，先发生的在前", "What happened, oldest first",
          .of = &moment_shape),
};
static const SHAPE(timeline);

static const char *event_name(const struct lifecycle *lifecycle, const struct step_taken *taken,
                              bool english)
{
    const struct transition *step = lifecycle_step(lifecycle, taken->from_state, taken->event);
    return step ? (english ? step->en : step->zh) : taken->event.data;
}

static enum error add_history(struct ctx *ctx, const struct lifecycle *lifecycle, int64_t key,
                              struct str code, struct moment *moments, size_t *count)
{
    struct records history = {NULL, 0};
    enum error error = lifecycle_history(ctx, lifecycle, key, HISTORY_MAX, &history);
    const struct step_taken *taken = history.items;
    for (size_t i = 0; !error && i < history.count && *count < HISTORY_MAX; i++)
        moments[(*count)++] = (struct moment){taken[i].at,
                                              code,
                                              str_of(event_name(lifecycle, &taken[i], false)),
                                              str_of(event_name(lifecycle, &taken[i], true)),
                                              taken[i].actor,
                                              taken[i].reason};
    return error;
}

static int by_time(const void *a, const void *b)
{
    const struct moment *left = a, *right = b;
    return (left->at.seconds > right->at.seconds) - (left->at.seconds < right->at.seconds);
}

SHARED_HANDLER(case_timeline, case_key, timeline)
{
    struct case_work work;
    struct records notes = {NULL, 0};
    enum error error = case_see(ctx, in->id, &work);
    if (error)
        return error;
    struct moment *moments = arena_array(ctx->arena, HISTORY_MAX, sizeof(*moments));
    size_t count = 0;
    moments[count++] = (struct moment){work.file.started_at, STR_NONE, STR("申请"), STR("Begun"),
                                       work.file.started_by, STR_NONE};
    error = add_history(ctx, &case_file_lifecycle, in->id, STR_NONE, moments, &count);
    const struct case_step *step = work.steps.items;
    for (size_t i = 0; !error && i < work.steps.count; i++)
        error = add_history(ctx, &case_step_lifecycle, step[i].id, step[i].code, moments, &count);
    if (!error)
        error = db_all(ctx, &sql_case_notes,
                       ARGS(arg_int("case_id", in->id), arg_int("limit", NOTES_MAX)),
                       &case_note_row_shape, NOTES_MAX, &notes);
    const struct case_note_row *note = notes.items;
    for (size_t i = 0; !error && i < notes.count && count < HISTORY_MAX; i++)
        moments[count++] = (struct moment){note[i].at,  STR_NONE,     STR("留言"),
                                           STR("Note"), note[i].name, note[i].text};
    qsort(moments, count, sizeof(*moments), by_time);
    out->items = (struct records){moments, count};
    return error;
}
