#include "modules/cases/cases.h"

#include <inttypes.h>

#include "cases.sql.h"
#include "core/notice.h"
#include "core/ownership.h"
#include "modules/cases/flaws.h"
#include "modules/cases/handlers.h"
#include "modules/inbox/inbox.h"
#include "modules/notes/notes.h"

enum { PAGE = 100, PAGE_MAX = 500, BOARD_MAX = 5000 };

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

static enum error must_be_sound(struct ctx *ctx, const struct template_view *template)
{
    struct records flaws;
    enum error error = template_flaws(ctx, template, &flaws);
    const struct template_flaw *flaw = flaws.items;
    if (error || !flaws.count)
        return error;
    return fail(ctx, E_CONFLICT, "模板有误：%.*s（%.*s）", "the template has a flaw: %.*s (%.*s)",
                STR_PRINT(flaw->text), STR_PRINT(flaw->code));
}

/* Whoever applies for his organisation must be able to do its steps: an institute cannot begin what
 * only enterprises go on with. */
static enum error must_be_for_reader(struct ctx *ctx, const struct template_view *template)
{
    const struct template_step *step = template->steps.items;
    const struct role_info *own = &role_infos[ctx->who->role];
    for (size_t i = 0; own->scope == SCOPE_ORGANISATION && i < template->steps.count; i++)
        if (str_is(step[i].party, "applicant") && !str_is(step[i].role, own->name))
            return fail(ctx, E_FORBIDDEN, "这件事的“%.*s”由别的角色办，您的单位不能申请",
                        "\"%.*s\" is for another role: your organisation cannot apply for this",
                        STR_PRINT(ctx->language == LANGUAGE_EN ? step[i].name_en : step[i].name));
    return E_OK;
}

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
    error = must_be_sound(ctx, &work->template);
    if (!error)
        error = must_be_for_reader(ctx, &work->template);
    if (error)
        return error;
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
    return error ? error : case_view_fill(ctx, &work, out);
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
    return error ? error : case_view_fill(ctx, &work, out);
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

/* Whoever is mentioned is told, if he is of a party. */
static enum error tell_mentioned(struct ctx *ctx, const struct case_work *work, struct str text)
{
    struct str rest = text, name;
    enum error error = E_OK;
    for (int told = 0; !error && told < MENTIONS_MAX && mention_next(&rest, &name); told++) {
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
    if (!in->text.length)
        return complain(ctx, STR("text"), "请写内容", "say something");
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
    return error ? error : case_view_fill(ctx, &work, out);
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
    return templates_check(ctx, folder);
}

static const struct notice_kind notices[] = {
    {"case.step_open", "轮到您办一步", "It is your turn in a case", CHANNEL_EMAIL, false, false},
    {"case.step_due", "一步的时限快到了", "The limit of a step is running out", CHANNEL_EMAIL,
     false, false},
    {"case.step_late", "一步超期了", "A step is late", CHANNEL_EMAIL, true, false},
    {"case.mention", "有人在留言里提到您", "Somebody mentions you in a note", CHANNEL_EMAIL, false,
     true},
    {"case.limit", "一步的时限改了", "The limit of a step was changed", CHANNEL_EMAIL, false, true},
    {"case.outcome", "一件事没有办成或要重办", "A case was refused or is to be done again",
     CHANNEL_EMAIL, true, false},
    {"case.done", "一件事办结了", "A case has been completed", CHANNEL_EMAIL, false, true},
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
