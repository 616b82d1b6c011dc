#include "modules/cases/cases.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/number.h"
#include "cases.sql.h"
#include "core/notice.h"
#include "core/ownership.h"
#include "modules/cases/handlers.h"
#include "modules/clocks/clocks.h"
#include "modules/inbox/inbox.h"

enum {
    PAGE = 100,
    PAGE_MAX = 500,
    NOTES_MAX = 1000,
    HISTORY_MAX = 500,
    BOARD_MAX = 5000,
    MENTIONS_MAX = 10
};

static const char *const states[] = {"running", "done", "withdrawn", NULL};
static const struct field case_file_fields[] = {
    FIELD(struct case_file, id, "编号", "Number", USE_OUT),
    FIELD(struct case_file, template_code, "哪一件事", "Template", .required = true,
          .length_max = 60),
    FIELD(struct case_file, template_version, "模板版本", "Version of the template", USE_OUT),
    FIELD(struct case_file, template_name, "名称", "Name", USE_OUT),
    FIELD(struct case_file, template_name_en, "英文名", "Name in English", USE_OUT),
    FIELD(struct case_file, organisation_code, "申请单位", "Applicant", .refers = "organisation",
          .length_max = 40),
    FIELD(struct case_file, organisation_name, "单位名称", "Name of the applicant", USE_OUT),
    FIELD(struct case_file, area_code, "区县", "District", USE_OUT),
    FIELD(struct case_file, state, "状态", "State", USE_OUT, .choices = states),
    FIELD(struct case_file, outcome, "按哪一步的什么结果办结（代码）；空为全部办完或撤回",
          "Code of the outcome by which it ended; null = all was done, or it was withdrawn",
          USE_OUT),
    FIELD(struct case_file, outcome_name, "结果", "Outcome, in Chinese", USE_OUT),
    FIELD(struct case_file, outcome_name_en, "结果（英文）", "Outcome", USE_OUT),
    FIELD(struct case_file, started_at, "申请时间", "When it was begun", USE_OUT),
    FIELD(struct case_file, started_by, "谁申请的", "Who began it", USE_OUT),
    FIELD(struct case_file, ended_at, "结束时间", "When it ended", USE_OUT),
    FIELD(struct case_file, changed_seq, "序号", "Sequence of the last change", USE_OUT),
};
SHAPE(case_file);

/* --- One case ------------------------------------------------------------------------------- */

struct step_line {
    int64_t id;
    struct str code, name, name_en, after, state, role, party;
    struct maybe_int clock_id;
    struct instant opened_at, ended_at, due_at;
    bool late;
    struct str clock_phase;
    struct maybe_int elapsed_seconds, limit_seconds;
    bool provisional;
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
    FIELD(struct step_line, ended_at, "结束的时间", "When it ended"),
    FIELD(struct step_line, due_at, "到期", "Due"),
    FIELD(struct step_line, late, "已超期", "Is it late?"),
    FIELD(struct step_line, clock_phase, "计时状态", "Phase of its clock"),
    FIELD(struct step_line, elapsed_seconds, "已用（工作秒）", "Elapsed, in working seconds"),
    FIELD(struct step_line, limit_seconds, "时限（工作秒）", "Limit, in working seconds"),
    FIELD(struct step_line, provisional, "含未公布日历的日子，属暂定",
          "Provisional: the calendar has not been announced"),
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

struct case_view {
    struct case_file file;
    struct records steps, answers, notes, next;
};
static const struct field case_view_fields[] = {
    FIELD(struct case_view, steps, "步骤", "Steps", .of = &step_line_shape),
    FIELD(struct case_view, answers, "已填内容", "What has been filled in",
          .of = &form_field_shape),
    FIELD(struct case_view, notes, "留言和提醒", "Notes and reminders", .of = &case_note_row_shape),
    FIELD(struct case_view, next, "可办的步骤", "What can be done with it", .of = &next_step_shape),
};
static const SHAPE_EXTENDING(case_view, case_file);

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

static enum error read_clock(struct ctx *ctx, struct step_line *line)
{
    struct clock_row row;
    struct clock_reading reading;
    if (!line->clock_id.known)
        return E_OK;
    enum error error = clock_read(ctx, line->clock_id.value, &row, &reading);
    if (error)
        return error;
    line->due_at = row.due_at;
    line->clock_phase = row.phase;
    line->elapsed_seconds = (struct maybe_int){reading.elapsed, true};
    line->limit_seconds = (struct maybe_int){reading.limit, true};
    line->provisional = reading.provisional;
    return E_OK;
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
                                      .ended_at = step[i].ended_at,
                                      .due_at = INSTANT_NONE,
                                      .late = step[i].late};
        error = name_party(ctx, &step[i], &lines[i].party);
        if (!error)
            error = read_clock(ctx, &lines[i]);
    }
    *out = (struct records){lines, work->steps.count};
    return error;
}

static enum error show(struct ctx *ctx, const struct case_work *work, struct case_view *out)
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

HANDLER(case_show, case_key, case_view)
{
    struct case_work work;
    enum error error = case_see(ctx, in->id, &work);
    if (!error)
        error = show(ctx, &work, out);
    ctx->etag = 0; /* its clocks go on */
    return error;
}

/* --- Beginning, ending ---------------------------------------------------------------------- */

static enum error insert_steps(struct ctx *ctx, const struct case_work *work)
{
    const struct template_step *of = work->template.steps.items;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->template.steps.count; i++) {
        struct case_step step = {.case_id = work->file.id,
                                 .position = of[i].position,
                                 .code = of[i].code,
                                 .role = of[i].role};
        error = db_do(ctx, &sql_case_step_insert, FROM(case_step, &step));
    }
    return error;
}

static enum error add_parties(struct ctx *ctx, struct case_work *work)
{
    struct str organisation =
        case_party_of(ctx->arena, work->file.organisation_code, STR(""), STR(""));
    enum error error = case_add_party(ctx, work, STR(""));
    if (!error)
        error = case_add_party(ctx, work, organisation);
    if (!error && work->file.area_code.length)
        error = case_add_party(ctx, work,
                               case_party_of(ctx->arena, STR(""), work->file.area_code, STR("")));
    return error;
}

static const struct ownership case_owned = {.organisation = "organisation_code",
                                            .area = "area_code"};

static enum error begin(struct ctx *ctx, const struct case_file *in, struct case_work *work)
{
    struct organisation organisation;
    struct case_file made = *in;
    ownership_fill_in(ctx, &case_owned, ROW(case_file, &made));
    if (!made.organisation_code.data)
        return complain(ctx, STR("organisation_code"), "请说明为哪家单位办",
                        "for which organisation?");
    enum error error = template_read(ctx, in->template_code, 0, &work->template);
    if (error)
        return error == E_NOT_FOUND ? complain(ctx, STR("template_code"), "没有这件事，或已停办",
                                               "there is no such case, or it is not taken any more")
                                    : error;
    struct str flaw = template_flaw(ctx, &work->template);
    if (flaw.data)
        return fail(ctx, E_CONFLICT, "模板有误：%.*s", "the template has a flaw: %.*s",
                    STR_PRINT(flaw));
    error = organisation_find(ctx, made.organisation_code, &organisation);
    made.area_code = error ? STR_NONE : organisation.area_code;
    made.template_version = work->template.template.version;
    made.started_by = ctx_actor(ctx);
    /* An enterprise for itself, a district for those that sit in it. */
    if (!error && role_infos[ctx->who->role].scope != SCOPE_DEPARTMENT)
        error = ownership_require(ctx, &case_owned, ROW(case_file, &made));
    return error ? error : db_insert(ctx, &sql_case_insert, FROM(case_file, &made), &work->file.id);
}

HANDLER(case_create, case_file, case_view)
{
    struct case_work work = {.file = {.id = 0}};
    enum error error = begin(ctx, in, &work);
    if (!error)
        error = insert_steps(ctx, &work);
    if (!error)
        error = case_read(ctx, work.file.id, &work);
    if (!error)
        error = add_parties(ctx, &work);
    if (!error)
        error = case_advance(ctx, &work);
    if (!error)
        error = case_read(ctx, work.file.id, &work);
    ctx->location = arena_print(ctx->arena, "/api/cases/%" PRId64, work.file.id);
    return error ? error : show(ctx, &work, out);
}

struct withdrawal {
    int64_t id;
    struct str reason;
};
static const struct field withdrawal_fields[] = {
    FIELD(struct withdrawal, id, "编号", "Number", USE_OUT),
    FIELD(struct withdrawal, reason, "理由", "Reason", .required = true, .length_max = 1000),
};
static const SHAPE(withdrawal);

HANDLER(case_withdraw, withdrawal, case_view)
{
    struct case_work work;
    enum error error = case_see(ctx, in->id, &work);
    if (!error)
        error = case_claim(ctx, in->id);
    if (!error)
        error = case_see(ctx, in->id, &work);
    if (!error && role_infos[ctx->who->role].scope != SCOPE_DEPARTMENT)
        error = ownership_require(ctx, &case_owned, ROW(case_file, &work.file));
    if (!error)
        error = lifecycle_take(ctx, &case_file_lifecycle, in->id, work.file.state, "withdrawal",
                               in->reason, &work.file);
    if (!error)
        error = case_cancel_steps(ctx, &work);
    if (!error)
        error = case_finish(ctx, in->id, STR_NONE);
    if (!error)
        error = case_see(ctx, in->id, &work);
    return error ? error : show(ctx, &work, out);
}

struct new_note {
    int64_t id;
    struct str text;
};
static const struct field new_note_fields[] = {
    FIELD(struct new_note, id, "编号", "Number", USE_OUT),
    FIELD(struct new_note, text, "内容；请勿写个人信息", "Text; no personal data, please",
          .required = true, .length_max = 2000),
};
static const SHAPE(new_note);

/* The next "@name" of a text; false when there is none. */
static bool next_mention(struct str *rest, struct str *name)
{
    size_t at = str_find(*rest, '@');
    if (at == rest->length)
        return false;
    *rest = str_skip(*rest, at + 1);
    size_t length = 0;
    while (length < rest->length &&
           (isalnum((unsigned char)rest->data[length]) || strchr("._-", rest->data[length])))
        length++;
    *name = str_first(*rest, length);
    return true;
}

/* Whoever is mentioned is told, if he is of a party. */
static enum error tell_mentioned(struct ctx *ctx, const struct case_work *work, struct str text)
{
    struct str rest = text, name;
    enum error error = E_OK;
    for (int told = 0; !error && told < MENTIONS_MAX && next_mention(&rest, &name); told++) {
        int64_t account_id;
        error =
            db_number(ctx, &sql_case_mentioned,
                      ARGS(arg_text("name", name), arg_int("case_id", work->file.id)), &account_id);
        struct notice notice = {
            .kind = "case.mention",
            .account_id = error ? 0 : account_id,
            .subject_kind = STR("case_file"),
            .subject_key = arena_print(ctx->arena, "%" PRId64, work->file.id),
            .text = arena_print(ctx->arena, "有人在留言里提到您：%.*s",
                                STR_PRINT(work->file.template_name)),
            .text_en = arena_print(ctx->arena, "Somebody mentions you in a note: %.*s",
                                   STR_PRINT(work->file.template_name_en)),
            .address = arena_print(ctx->arena, "/cases/%" PRId64, work->file.id)};
        error = error == E_NOT_FOUND ? E_OK : error ? error : notice_send(ctx, &notice);
    }
    return error;
}

/* Whoever has the turn and says something has responded. */
static enum error respond(struct ctx *ctx, const struct case_work *work)
{
    struct case_step *step = (struct case_step *)(uintptr_t)work->steps.items;
    enum error error = E_OK;
    for (size_t i = 0; !error && i < work->steps.count; i++) {
        bool is = false;
        if (str_is(step[i].state, "open") && ctx->who->role != ROLE_OPERATOR)
            error = case_step_is_for_reader(ctx, &step[i], &is);
        if (!error && is)
            error = case_step_responded(ctx, &step[i]);
    }
    return error;
}

HANDLER(case_note_add, new_note, case_view)
{
    struct case_work work;
    enum error error = case_see(ctx, in->id, &work);
    if (!error)
        error = case_claim(ctx, in->id);
    if (!error)
        error = case_see(ctx, in->id, &work);
    if (!error)
        error = respond(ctx, &work);
    struct str name = ctx->who->account_id ? ctx->who->name : ctx_actor(ctx);
    if (!error)
        error = case_note(ctx, in->id, ctx_actor(ctx), name, in->text);
    if (!error)
        error = tell_mentioned(ctx, &work, in->text);
    if (!error)
        error = case_see(ctx, in->id, &work);
    return error ? error : show(ctx, &work, out);
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

HANDLER(case_timeline, case_key, timeline)
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

/* --- Lists ---------------------------------------------------------------------------------- */

struct case_query {
    struct str template_code, state;
    struct maybe_int before, limit;
};
static const struct field case_query_fields[] = {
    FIELD(struct case_query, template_code, "哪一件事", "Template", .length_max = 60),
    FIELD(struct case_query, state, "状态", "State", .choices = states),
    FIELD(struct case_query, before, "接着上一页（上一页的 next）", "`next` of the page before"),
    FIELD(struct case_query, limit, "最多几条", "At most so many"),
};
static const SHAPE(case_query);

struct case_page {
    struct records items;
    struct maybe_int next;
};
static const struct field case_page_fields[] = {
    FIELD(struct case_page, items, "一件事，新的在前", "Cases, newest first",
          .of = &case_file_shape),
    FIELD(struct case_page, next, "下一页", "The next page"),
};
static const SHAPE(case_page);

HANDLER(case_list, case_query, case_page)
{
    struct str party = case_party_of_reader(ctx);
    size_t limit = in->limit.known ? (size_t)in->limit.value : PAGE;
    if (in->limit.known && (in->limit.value < 1 || in->limit.value > PAGE_MAX))
        return complain(ctx, STR("limit"), "应在 1 到 %d 之间", "must be between 1 and %d",
                        PAGE_MAX);
    if (!party.data)
        return E_OK;
    enum error error =
        db_all(ctx, &sql_case_page,
               ARGS(arg_text("party", party),
                    arg_int("before", in->before.known ? in->before.value : INT64_MAX),
                    arg_text("template_code", in->template_code.data ? in->template_code : STR("")),
                    arg_text("state", in->state.data ? in->state : STR("")),
                    arg_int("limit", (int64_t)limit)),
               &case_file_shape, limit, &out->items);
    if (!error && out->items.count == limit)
        out->next =
            (struct maybe_int){((const struct case_file *)out->items.items)[limit - 1].id, true};
    return error;
}

struct board_line {
    struct str template_code;
    int64_t template_version;
    struct str template_name, template_name_en, step, step_name, step_name_en;
    int64_t open_count, late_count;
};
static const struct field board_line_fields[] = {
    FIELD(struct board_line, template_code, "哪一件事", "Template"),
    FIELD(struct board_line, template_version, "版本", "Version"),
    FIELD(struct board_line, template_name, "名称", "Name"),
    FIELD(struct board_line, template_name_en, "英文名", "Name in English"),
    FIELD(struct board_line, step, "步骤代码", "Code of the step"),
    FIELD(struct board_line, step_name, "步骤", "Step"),
    FIELD(struct board_line, step_name_en, "步骤英文名", "Step in English"),
    FIELD(struct board_line, open_count, "在办", "Open"),
    FIELD(struct board_line, late_count, "其中超期", "Late among these"),
};
static const SHAPE(board_line);

struct case_board {
    struct records items;
};
static const struct field case_board_fields[] = {
    FIELD(struct case_board, items, "各步骤", "Step by step", .of = &board_line_shape),
};
static const SHAPE(case_board);

HANDLER(case_board, nothing, case_board)
{
    struct str party = case_party_of_reader(ctx);
    (void)in;
    if (!party.data)
        return E_OK;
    return db_all(ctx, &sql_case_board, ARGS(arg_text("party", party)), &board_line_shape,
                  BOARD_MAX, &out->items);
}

/* --- The module ----------------------------------------------------------------------------- */

static enum error pack_loaded(struct ctx *ctx, const char *folder)
{
    (void)folder;
    return templates_check(ctx);
}

static const struct notice_kind notices[] = {
    {"case.step_open", "轮到您办一步", "It is your turn in a case", false, CHANNEL_EMAIL},
    {"case.step_due", "一步的时限快到了", "The limit of a step is running out", false,
     CHANNEL_EMAIL},
    {"case.step_late", "一步超期了", "A step is late", true, CHANNEL_EMAIL},
    {"case.mention", "有人在留言里提到您", "Somebody mentions you in a note", false, CHANNEL_EMAIL},
    {"case.limit", "一步的时限改了", "The limit of a step was changed", false, CHANNEL_EMAIL},
    {"case.outcome", "一件事没有办成或要重办", "A case was refused or is to be done again", true,
     CHANNEL_EMAIL},
    {"case.done", "一件事办结了", "A case has been completed", false, CHANNEL_EMAIL},
};

/* --- Routes --------------------------------------------------------------------------------- */

static const struct route routes[] = {
    GET_LIST("/api/case_templates", case_template_list, "一件事模板", "Case templates"),
    GET_WORK("/api/case_templates/{code}", case_template_show, "一个模板", "A case template"),
    GET_TABLE("/api/case_simulations/{code}", case_simulate, "模拟一件事的忙闲",
              "What a case does under load", .roles = CASE_READERS),
    GET_TABLE("/api/cases", case_list, "一件事", "Cases", .roles = CASE_READERS),
    GET_WORK("/api/cases/{id}", case_show, "一件事的办理", "A case", .roles = CASE_READERS),
    GET_TABLE("/api/case_timelines/{id}", case_timeline, "一件事的经过", "What happened in a case",
              .roles = CASE_READERS),
    GET_TABLE("/api/case_board", case_board, "各步骤在办和超期", "Open and late work, step by step",
              .roles = CASE_READERS),
    POST("/api/cases", case_create, "申请办一件事", "Begin a case", .roles = CASE_STARTERS),
    ACT("/api/cases/{id}/withdrawal", case_withdraw, "撤回", "Withdraw a case",
        .roles = CASE_STARTERS),
    ACT("/api/cases/{id}/notes", case_note_add, "留言", "Add a note", .roles = CASE_READERS),
    GET_LIST("/api/case_steps", case_step_list, "一件事的步骤", "Steps of cases",
             .roles = CASE_READERS),
    GET_WORK("/api/case_steps/{id}", case_step_show, "一个步骤和它的表单",
             "A step of a case with its form", .roles = CASE_READERS),
    ACT("/api/case_steps/{id}/completion", case_step_complete, "办结一步", "Complete a step",
        .roles = CASE_WORKERS),
    ACT("/api/case_steps/{id}/pause", case_step_pause, "暂停一步", "Pause a step",
        .roles = CASE_WORKERS),
    ACT("/api/case_steps/{id}/resumption", case_step_resume, "继续一步", "Go on with a step",
        .roles = CASE_WORKERS),
    ACT("/api/case_steps/{id}/return", case_step_send_back, "退回前面的步骤",
        "Send back to an earlier step", .roles = CASE_WORKERS),
    ACT("/api/case_steps/{id}/limit", case_step_relimit, "改一步的时限（按模板由谁批准）",
        "Change the limit of a step, by whom the template says", .roles = CASE_READERS),
    POST("/api/case_clock_rounds", case_clock_round, "看一遍到点的计时（程序自己用）",
         "Look at the clocks that are due (for the program itself)", .roles = OPERATOR),
};

static const struct lifecycle *const lifecycles[] = {&case_file_lifecycle, &case_step_lifecycle,
                                                     NULL};

const struct module cases_module = {
    .name = "cases",
    .lifecycles = lifecycles,
    .notice_kinds = notices,
    .notice_kind_count = COUNT(notices),
    .migrations = cases_migrations,
    .migration_count = COUNT(cases_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .pack_files = template_files,
    .pack_file_count = TEMPLATE_FILES,
    .imports = template_imports,
    .pack_loaded = pack_loaded,
    .tick = cases_tick,
};
