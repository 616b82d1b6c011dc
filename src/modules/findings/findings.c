/* Findings as they are kept: the list, one of them, and what people make of it. */
#include "modules/findings/findings.h"

#include "base/number.h"
#include "core/audit.h"
#include "core/ownership.h"
#include "core/proposal.h"
#include "findings.sql.h"
#include "modules/findings/internal.h"
#include "plausibility/check.h"

enum { HISTORY_MAX = 500 };

static const char *const states[] = {"open", "explained", "accepted", "corrected", NULL};

static const struct field kept_finding_fields[] = {
    FIELD(struct kept_finding, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct kept_finding, rule, "规则", "Rule", USE_OUT | USE_FILTER),
    FIELD(struct kept_finding, kind, "性质：矛盾、疑问、不可连列、提示",
          "Kind: contradiction, question, not joinable, notice", USE_OUT | USE_FILTER,
          .choices = finding_kind_names),
    FIELD(struct kept_finding, severity, "轻重，0 最重", "Severity, 0 is the gravest",
          USE_OUT | USE_SORT),
    FIELD(struct kept_finding, statement, "看到了什么", "What was seen", USE_OUT),
    FIELD(struct kept_finding, statement_en, "英文", "In English", USE_OUT),
    FIELD(struct kept_finding, arithmetic, "算式", "Arithmetic", USE_OUT),
    FIELD(struct kept_finding, indicator_code, "指标（首个数的）", "Indicator of the first figure",
          USE_OUT),
    FIELD(struct kept_finding, indicator_name, "指标名", "Name of the indicator", USE_OUT),
    FIELD(struct kept_finding, indicator_name_en, "指标英文名", "English name", USE_OUT),
    FIELD(struct kept_finding, area_code, "区域（首个数的）", "Area of the first figure", USE_OUT),
    FIELD(struct kept_finding, area_name, "区域名", "Name of the area", USE_OUT),
    FIELD(struct kept_finding, area_name_en, "区域英文名", "English name", USE_OUT),
    FIELD(struct kept_finding, figure_count, "涉及几个数", "How many figures it is about", USE_OUT),
    FIELD(struct kept_finding, sample, "样例", "Is one of them a sample?", USE_OUT),
    FIELD(struct kept_finding, state, "状态：待核、已说明、已接受、已更正",
          "State: open, explained, accepted, corrected", USE_OUT | USE_FILTER, .choices = states),
    FIELD(struct kept_finding, reason, "最近一步的理由", "Reason of the last step", USE_OUT),
    FIELD(struct kept_finding, owner_id, "负责人（账户编号）", "Who looks after it: account",
          USE_OUT | USE_FILTER),
    FIELD(struct kept_finding, owner_name, "负责人", "Who looks after it", USE_OUT),
    FIELD(struct kept_finding, own_area_code, "哪个区域的干部可以处理",
          "Officers of this area may handle it", USE_OUT),
    FIELD(struct kept_finding, own_department_code, "哪个部门的干部可以处理",
          "Officers of this department may handle it", USE_OUT),
    FIELD(struct kept_finding, visibility_allowed, "所涉的数最多公开到哪里",
          "How visible its figures let it be", USE_OUT, .choices = visibility_names),
    FIELD(struct kept_finding, visibility, "公开范围", "Who may see it", USE_OUT,
          .choices = visibility_names),
    FIELD(struct kept_finding, found_at, "何时发现", "When it was found", USE_OUT),
    FIELD(struct kept_finding, gone_seq, "自哪个序号起不再发现",
          "Sequence since when it is found no more", USE_OUT),
    FIELD(struct kept_finding, changed_seq, "最近改动的序号", "Sequence of the last change",
          USE_OUT | USE_SORT),
};
SHAPE(kept_finding);

const struct ownership finding_owned = {.area = "own_area_code",
                                        .department = "own_department_code"};

/* Who looks after it and what was said about it is the bureau's business. */
static enum error finish(struct ctx *ctx, void *row)
{
    struct kept_finding *finding = row;
    if (clearance(ctx) >= VISIBILITY_BUREAU || role_in(ctx->who->role, FINDING_HANDLERS))
        return E_OK;
    finding->reason = finding->owner_name = STR_NONE;
    finding->own_area_code = finding->own_department_code = STR_NONE;
    finding->owner_id = (struct maybe_int){0, false};
    return E_OK;
}

const struct list_filter finding_filters[FINDING_FILTERS] = {
    {"fact_id", "涉及这个数（事实编号）", "About this figure (number of the fact)", KIND_TEXT,
     "id IN (SELECT finding_id FROM finding_figure WHERE fact_id = :fact_id)"},
    {"indicator_code", "涉及这个指标", "About this indicator", KIND_TEXT,
     "id IN (SELECT finding_id FROM finding_figure WHERE indicator_code = :indicator_code)"},
    {"area_code", "涉及这个区域", "About this area", KIND_TEXT,
     "id IN (SELECT finding_id FROM finding_figure WHERE area_code = :area_code)"},
};

const struct list finding_list = {.base = &sql_finding_list,
                                  .row = &kept_finding_shape,
                                  .key = "id",
                                  .sort = "severity",
                                  .filters = finding_filters,
                                  .filter_count = FINDING_FILTERS,
                                  .owned = &finding_owned,
                                  .guarded = true,
                                  .finish = finish};

/* --- What can become of it ------------------------------------------------------------------- */

static const struct lifecycle_state finding_states[] = {
    {"open", "待核", "Open", false},
    {"explained", "已说明", "Explained", true},
    {"accepted", "已接受", "Accepted", true},
    {"corrected", "已更正", "Corrected", true},
};
static const struct transition finding_steps[] = {
    STEP("explanation", "open", "explained", "说明", "Explain", .roles = FINDING_HANDLERS,
         .reason = true),
    STEP("acceptance", "open", "accepted", "接受", "Accept", .roles = FINDING_HANDLERS,
         .reason = true),
    STEP("correction", "open", "corrected", "已更正", "Corrected", .roles = FINDING_HANDLERS,
         .reason = true),
    STEP("reopening", "explained", "open", "重新打开", "Reopen", .roles = FINDING_HANDLERS,
         .reason = true),
    STEP("reopening", "accepted", "open", "重新打开", "Reopen", .roles = FINDING_HANDLERS,
         .reason = true),
    STEP("reopening", "corrected", "open", "重新打开", "Reopen", .roles = FINDING_HANDLERS,
         .reason = true),
    /* A later check finds it no more, and then perhaps again. */
    STEP("disappearance", "open", "corrected", "不再发现", "Found no more"),
    STEP("disappearance", "explained", "corrected", "不再发现", "Found no more", .data = true),
    STEP("disappearance", "accepted", "corrected", "不再发现", "Found no more", .data = true),
    STEP("recurrence", "corrected", "open", "再次发现", "Found again", .data = true),
};
const LIFECYCLE(finding, "finding", "存疑", "Finding");

enum error finding_find(struct ctx *ctx, int64_t id, struct kept_finding *out)
{
    enum error error =
        db_one(ctx, &sql_finding_show, ARGS(arg_int("id", id)), ROW(kept_finding, out));
    if (!error)
        error = ownership_may_see(ctx, &finding_owned, ROW(kept_finding, out), out->visibility);
    return error ? error : finish(ctx, out);
}

/* --- One finding ----------------------------------------------------------------------------- */

struct finding_key {
    int64_t id;
};
static const struct field finding_key_fields[] = {
    FIELD(struct finding_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(finding_key);

struct finding_figure {
    int64_t position;
    struct str fact_id;
    int64_t observation_id;
    struct str indicator_code, indicator_name, indicator_name_en, area_code, area_name,
        area_name_en, scope, period;
    double value;
    struct maybe_real value_high;
    struct str unit, status, measure, approximation, source_code, source_title, source_title_en;
    struct maybe_int line;
    struct str token, published;
    struct maybe_int replaced_seq, current_id;
};
static const struct field finding_figure_fields[] = {
    FIELD(struct finding_figure, position, "次序", "Position"),
    FIELD(struct finding_figure, fact_id, "事实编号", "Number of the fact"),
    FIELD(struct finding_figure, observation_id, "发现时的观测",
          "The observation when it was found"),
    FIELD(struct finding_figure, indicator_code, "指标", "Indicator"),
    FIELD(struct finding_figure, indicator_name, "指标名", "Name of the indicator"),
    FIELD(struct finding_figure, indicator_name_en, "指标英文名", "English name"),
    FIELD(struct finding_figure, area_code, "区域", "Area"),
    FIELD(struct finding_figure, area_name, "区域名", "Name of the area"),
    FIELD(struct finding_figure, area_name_en, "区域英文名", "English name"),
    FIELD(struct finding_figure, scope, "所指主体", "The body it is about"),
    FIELD(struct finding_figure, period, "所属时期", "The period it is valid for"),
    FIELD(struct finding_figure, value, "数值", "Value"),
    FIELD(struct finding_figure, value_high, "区间上端", "Upper end of a printed range"),
    FIELD(struct finding_figure, unit, "单位", "Unit"),
    FIELD(struct finding_figure, status, "性质", "Status"),
    FIELD(struct finding_figure, measure, "量的类型", "Measure"),
    FIELD(struct finding_figure, approximation, "精确程度", "Approximation"),
    FIELD(struct finding_figure, source_code, "来源", "Source"),
    FIELD(struct finding_figure, source_title, "来源名称", "Title of the source"),
    FIELD(struct finding_figure, source_title_en, "来源英文名", "English title"),
    FIELD(struct finding_figure, line, "行", "Line"),
    FIELD(struct finding_figure, token, "数字原文", "The number as printed"),
    FIELD(struct finding_figure, published, "发布时间", "When it was published"),
    FIELD(struct finding_figure, replaced_seq, "此后被修订的序号", "Sequence when it was replaced"),
    FIELD(struct finding_figure, current_id, "现在的观测", "The observation now"),
};
static const SHAPE(finding_figure);

struct finding_event {
    struct str event, name, name_en, to_state;
    struct instant at;
    struct str actor, reason;
};
static const struct field finding_event_fields[] = {
    FIELD(struct finding_event, event, "哪一步", "Step"),
    FIELD(struct finding_event, name, "名称", "Name"),
    FIELD(struct finding_event, name_en, "英文名", "English name"),
    FIELD(struct finding_event, to_state, "成为", "It became"),
    FIELD(struct finding_event, at, "时间", "When"),
    FIELD(struct finding_event, actor, "谁", "Who"),
    FIELD(struct finding_event, reason, "理由", "Reason"),
};
static const SHAPE(finding_event);

struct finding_detail {
    struct kept_finding finding;
    struct str rule_title, rule_title_en, rule_test, rule_test_en;
    struct records figures, next_steps, history;
};
static const struct field finding_detail_fields[] = {
    FIELD(struct finding_detail, rule_title, "规则名称", "Name of the rule"),
    FIELD(struct finding_detail, rule_title_en, "规则英文名", "The same in English"),
    FIELD(struct finding_detail, rule_test, "规则查什么", "What the rule looks for"),
    FIELD(struct finding_detail, rule_test_en, "英文", "In English"),
    FIELD(struct finding_detail, figures, "涉及的数，最能说明的在前",
          "Its figures, most telling first", .of = &finding_figure_shape),
    FIELD(struct finding_detail, next_steps, "可以做什么", "What can be done",
          .of = &next_step_shape),
    FIELD(struct finding_detail, history, "经过，先发生的在前", "What happened, oldest first",
          .of = &finding_event_shape),
};
static const SHAPE_EXTENDING(finding_detail, kept_finding);

static const struct rule *rule_named(struct str name)
{
    for (size_t i = 0; i < rule_count; i++)
        if (str_is(name, rules[i].name))
            return &rules[i];
    return NULL;
}

/* "account:12" → that account's name. */
static enum error actor_name(struct ctx *ctx, struct str *actor)
{
    struct actor_row {
        struct str name;
    } row = {STR_NONE};
    static const struct field actor_row_fields[] = {FIELD(struct actor_row, name, "", "")};
    static const SHAPE(actor_row);
    int64_t id;
    if (!str_starts(*actor, STR("account:")) || !int_parse(str_skip(*actor, 8), &id))
        return E_OK;
    enum error error =
        db_one(ctx, &sql_finding_actor, ARGS(arg_int("id", id)), ROW(actor_row, &row));
    if (!error)
        *actor = row.name;
    return error == E_NOT_FOUND ? E_OK : error;
}

static enum error read_history(struct ctx *ctx, int64_t id, struct records *out)
{
    struct records taken;
    enum error error = lifecycle_history(ctx, &finding_lifecycle, id, HISTORY_MAX, &taken);
    const struct step_taken *steps = taken.items;
    struct finding_event *events =
        arena_array(ctx->arena, error ? 1 : taken.count + 1, sizeof(*events));
    for (size_t i = 0; !error && i < taken.count; i++) {
        const struct transition *step =
            lifecycle_step(&finding_lifecycle, steps[i].from_state, steps[i].event);
        events[i] = (struct finding_event){steps[i].event,
                                           str_of(step ? step->zh : steps[i].event.data),
                                           str_of(step ? step->en : steps[i].event.data),
                                           steps[i].to_state,
                                           steps[i].at,
                                           steps[i].actor,
                                           steps[i].reason};
        error = actor_name(ctx, &events[i].actor);
        *out = (struct records){events, i + 1};
    }
    return error;
}

static enum error show(struct ctx *ctx, int64_t id, struct finding_detail *out)
{
    bool own = false;
    enum error error = finding_find(ctx, id, &out->finding);
    if (error)
        return error;
    const struct rule *rule = rule_named(out->finding.rule);
    if (rule) {
        out->rule_title = str_of(rule->title);
        out->rule_title_en = str_of(rule->title_en);
        out->rule_test = str_of(rule->test);
        out->rule_test_en = str_of(rule->test_en);
    }
    ctx->etag = out->finding.changed_seq;
    error = db_all(ctx, &sql_finding_figures, ARGS(arg_int("id", id)), &finding_figure_shape,
                   FINDING_FIGURES_MAX, &out->figures);
    if (!error)
        error = ownership_holds(ctx, &finding_owned, ROW(kept_finding, &out->finding), &own);
    if (!error && own)
        out->next_steps = lifecycle_next(ctx, &finding_lifecycle, out->finding.state);
    /* What was said about it is for those who may say something. */
    if (!error && (clearance(ctx) >= VISIBILITY_BUREAU || own))
        error = read_history(ctx, id, &out->history);
    return error;
}

SHARED_HANDLER(finding_show, finding_key, finding_detail)
{
    return show(ctx, in->id, out);
}

/* A finding that is to be changed: the reader's own, and as he saw it. */
static enum error find_to_change(struct ctx *ctx, int64_t id, struct kept_finding *out)
{
    enum error error = finding_find(ctx, id, out);
    if (!error)
        error = ownership_require(ctx, &finding_owned, ROW(kept_finding, out));
    if (!error && ctx->if_match.data)
        error = check_match(ctx, out->changed_seq);
    return error;
}

struct finding_step {
    int64_t id;
    struct str event, reason;
};
static const char *const events[] = {"explanation", "acceptance", "correction", "reopening", NULL};
static const struct field finding_step_fields[] = {
    FIELD(struct finding_step, id, "编号", "Number", USE_OUT),
    FIELD(struct finding_step, event, "说明、接受、更正或重新打开",
          "Explain, accept, correct or reopen", .required = true, .choices = events),
    FIELD(struct finding_step, reason, "理由", "Reason", .required = true,
          .length_max = LIFECYCLE_REASON_MAX),
};
static const SHAPE(finding_step);

SHARED_HANDLER(finding_step, finding_step, finding_detail)
{
    struct kept_finding finding;
    enum error error = find_to_change(ctx, in->id, &finding);
    if (!error)
        error = lifecycle_take(ctx, &finding_lifecycle, in->id, finding.state,
                               arena_str(ctx->arena, in->event).data, in->reason, &finding);
    if (!error)
        error = db_do(ctx, &sql_finding_decided,
                      ARGS(arg_int("id", in->id), arg_text("reason", in->reason)));
    return error ? error : show(ctx, in->id, out);
}

/* --- Whose it is ----------------------------------------------------------------------------- */

struct finding_taking {
    int64_t id;
    bool release;
};
static const struct field finding_taking_fields[] = {
    FIELD(struct finding_taking, id, "编号", "Number", USE_OUT),
    FIELD(struct finding_taking, release, "放回，不再由我负责", "Give it back"),
};
static const SHAPE(finding_taking);

SHARED_HANDLER(finding_owner, finding_taking, finding_detail)
{
    struct kept_finding finding;
    enum error error = find_to_change(ctx, in->id, &finding);
    int64_t mine = ctx->who->account_id;
    if (!error && !mine)
        error =
            fail(ctx, E_CONFLICT, "负责人须是登录的用户", "an owner has to be somebody signed in");
    if (!error && in->release && finding.owner_id.known && finding.owner_id.value != mine)
        error = fail(ctx, E_CONFLICT, "它由 %.*s 负责", "it is looked after by %.*s",
                     STR_PRINT(finding.owner_name));
    struct arg owner = arg_int("owner_id", mine);
    owner.value.null = in->release;
    if (!error)
        error = db_do(ctx, &sql_finding_given, ARGS(arg_int("id", in->id), owner));
    return error ? error : show(ctx, in->id, out);
}

/* --- Publication ----------------------------------------------------------------------------- */

SHARED_HANDLER(finding_publish, publication, finding_detail)
{
    struct kept_finding finding;
    enum error error = find_to_change(ctx, in->id, &finding);
    if (error)
        return error;
    if (in->visibility < finding.visibility_allowed)
        return fail(ctx, E_CONFLICT, "所涉的数还没有公开到这个范围",
                    "its figures are not that visible");
    if (in->visibility == finding.visibility)
        return fail(ctx, E_CONFLICT, "它现在就是这个公开范围", "it is that visible already");
    if (in->visibility == VISIBILITY_PUBLIC && !ctx->if_match.data)
        ctx->etag = finding.changed_seq;
    if (in->visibility == VISIBILITY_PUBLIC && (error = approval_required(ctx)))
        return error;
    error = db_do(ctx, &sql_finding_shown_to,
                  ARGS(arg_int("id", in->id), arg_int("visibility", in->visibility)));
    return error ? error : show(ctx, in->id, out);
}

/* --- Module ---------------------------------------------------------------------------------- */

static const struct route routes[] = {
    GET_LIST("/api/findings", finding_list, "存疑：核对中发现的对不上、不宜连列之处",
             "Findings: what does not add up, or must not be put together"),
    GET_WORK("/api/findings/{id}", finding_show, "一条存疑", "A finding"),
    ACT("/api/findings/{id}/steps", finding_step, "说明、接受、更正或重新打开，写明理由",
        "Explain, accept, correct or reopen it, with the reason", .roles = FINDING_HANDLERS),
    ACT("/api/findings/{id}/owner", finding_owner, "由我负责，或放回",
        "Look after it, or give it back", .roles = FINDING_HANDLERS),
    ACT("/api/findings/{id}/publication", finding_publish, "改公开范围；公开要另一人批准",
        "Change who may see it; the public takes a second person", .roles = FINDING_HANDLERS,
        .approvers = APPROVERS),
    GET_TABLE("/api/finding_rules", finding_rule_list, "核对的规则", "The rules of the check"),
    GET_TABLE("/api/finding_counts", finding_count_list, "存疑的条数，按规则、性质与状态",
              "How many findings there are, by rule, kind and state"),
    GET_TABLE("/api/finding_marks", finding_mark_list, "哪些数有待核的存疑",
              "Which figures have open findings"),
    GET_TABLE("/api/observations/{id}/findings", observation_finding_list, "涉及一个观测的存疑",
              "Findings about an observation"),
    GET_TABLE("/api/imports/{id}/findings", import_finding_list,
              "一次导入会带来的存疑（只看，不写）",
              "Findings that an import would bring; nothing is written", .roles = FINDING_HANDLERS),
    GET_WORK("/api/finding_check", finding_check_show, "上一次核对，和正在进行的",
             "The last check, and the one under way", .roles = STAFF),
    ACT("/api/finding_checks", finding_check_start, "现在核对", "Check now",
        .roles = ANALYSTS | ADMINISTRATORS),
};

static const struct lifecycle *const lifecycles[] = {&finding_lifecycle, NULL};

const struct module findings_module = {
    .name = "findings",
    .migrations = findings_migrations,
    .migration_count = COUNT(findings_migrations),
    .routes = routes,
    .route_count = COUNT(routes),
    .job_kinds = &finding_job_kind,
    .job_kind_count = 1,
    .lifecycles = lifecycles,
    .tick = findings_tick,
};
