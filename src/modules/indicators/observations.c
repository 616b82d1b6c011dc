/* Observations: the list, recording, revising, and the rules that each one obeys. */
#include <math.h>

#include "base/number.h"
#include "core/audit.h"
#include "core/ownership.h"
#include "core/proposal.h"
#include "modules/areas/areas.h"
#include "modules/documents/documents.h"
#include "modules/indicators/internal.h"
#include "observations.sql.h"
#include "stats/interval.h"

static const char *const statuses[] = {"as_reported", "estimate", "preliminary", "final",
                                       "revised",     "target",   "implied",     NULL};

static const struct field observation_fields[] = {
    FIELD(struct observation, id, "编号", "Number", USE_OUT | USE_SORT),
    FIELD(struct observation, fact_id, "事实编号", "Number of the fact", USE_BOTH | USE_FILTER,
          .length_max = 60),
    FIELD(struct observation, indicator_code, "指标", "Indicator", USE_BOTH | USE_FILTER,
          .required = true),
    FIELD(struct observation, indicator_name, "指标名", "Name of the indicator", USE_OUT),
    FIELD(struct observation, indicator_name_en, "指标英文名", "English name", USE_OUT),
    FIELD(struct observation, definition_version, "口径版本", "Version of the definition"),
    FIELD(struct observation, area_code, "区域", "Area", USE_BOTH | USE_FILTER, .required = true),
    FIELD(struct observation, area_name, "区域名", "Name of the area", USE_OUT),
    FIELD(struct observation, area_name_en, "区域英文名", "English name", USE_OUT),
    FIELD(struct observation, scope, "所指主体（空为区域本身）",
          "The body it is about; empty = the area itself", .length_max = 200),
    FIELD(struct observation, among, "比较范围（位次）", "Among whom it is ranked",
          .length_max = 200),
    FIELD(struct observation, period, "所属时期", "The period it is valid for",
          USE_BOTH | USE_FILTER, .required = true, .length_max = 40),
    FIELD(struct observation, period_start, "时期起", "Start of the period", USE_OUT),
    FIELD(struct observation, period_end, "时期止", "End of the period", USE_OUT | USE_SORT),
    FIELD(struct observation, value, "数值（基本单位）", "Value, in the unit itself",
          .required = true),
    FIELD(struct observation, value_high, "区间上端", "Upper end of a printed range"),
    FIELD(struct observation, low, "可能的最小值", "Least it can be", USE_OUT),
    FIELD(struct observation, high, "可能的最大值", "Most it can be", USE_OUT),
    FIELD(struct observation, unit, "单位", "Unit", .required = true, .length_max = 60),
    FIELD(struct observation, status, "性质", "Status", USE_BOTH | USE_FILTER, .required = true,
          .choices = statuses),
    FIELD(struct observation, measure, "量的类型", "Measure", .required = true,
          .choices = indicator_measures),
    FIELD(struct observation, approximation, "精确程度", "Approximation", .required = true,
          .choices = approximation_names),
    FIELD(struct observation, base_period, "比较期", "Base period", .length_max = 40),
    FIELD(struct observation, attaches_to, "所附的数", "The figure it qualifies", .length_max = 60),
    FIELD(struct observation, repeats, "与此同文", "It repeats this figure", .length_max = 60),
    FIELD(struct observation, published, "发布时间", "When it was published", .length_max = 10,
          .dated = true),
    FIELD(struct observation, published_on, "发布日（推定到日）",
          "Day of publication at the latest", USE_OUT),
    FIELD(struct observation, source_code, "来源", "Source", USE_BOTH | USE_FILTER,
          .refers = "source"),
    FIELD(struct observation, source_title, "来源名称", "Title of the source", USE_OUT),
    FIELD(struct observation, source_title_en, "来源英文名", "English title", USE_OUT),
    FIELD(struct observation, source_kind, "来源类型", "Kind of the source", USE_OUT),
    FIELD(struct observation, second_hand, "是否转载", "Is it second-hand?", USE_OUT),
    FIELD(struct observation, line, "行", "Line"),
    FIELD(struct observation, token, "数字原文", "The number as printed", .length_max = 200),
    FIELD(struct observation, note, "说明", "Note", .length_max = 1000),
    FIELD(struct observation, department_code, "填报部门（空为本局）",
          "Department that keeps it; empty = the bureau", .refers = "department"),
    FIELD(struct observation, visibility, "公开范围", "Who may see it",
          .choices = visibility_names),
    FIELD(struct observation, sample, "样例", "Is it a sample?", USE_OUT),
    FIELD(struct observation, recorded_seq, "记录序号", "Sequence when recorded", USE_OUT),
    FIELD(struct observation, replaced_seq, "被修订的序号", "Sequence when replaced", USE_OUT),
};
SHAPE(observation);

/* A district keeps its own figures and those of its predecessors, a department those it reports. */
const struct ownership observation_owned = {.area = "area_code", .department = "department_code"};

const struct list observation_list = {.base = &sql_observation_list,
                                      .row = &observation_shape,
                                      .key = "id",
                                      .sort = "id",
                                      .owned = &observation_owned,
                                      .guarded = true,
                                      .versioned = true,
                                      .lineage = "/api/observations/{id}/lineage"};

struct observation_key {
    int64_t id;
};
static const struct field observation_key_fields[] = {
    FIELD(struct observation_key, id, "编号", "Number", USE_OUT),
};
static const SHAPE(observation_key);

enum error observation_find(struct ctx *ctx, int64_t id, struct observation *observation)
{
    enum error error =
        db_one(ctx, &sql_observation_show, ARGS(arg_int("id", id)), ROW(observation, observation));
    return error ? error
                 : ownership_may_see(ctx, &observation_owned, ROW(observation, observation),
                                     observation->visibility);
}

/* --- Rules ---------------------------------------------------------------------------------- */

/* Units that a measure brings with it, whatever the indicator's own unit is. */
static const struct {
    const char *measure, *unit;
} measure_units[] = {{"growth_rate", "%"}, {"growth_rate", "倍"},   {"multiple", "倍"},
                     {"share", "%"},       {"change_pp", "百分点"}, {"rank", "位"},
                     {"rank", "级"},       {"rank_change", "位"},   {"streak", "年"},
                     {"streak", "月"},     {"index", "%"}};

static bool unit_of_measure(struct str measure, struct str unit)
{
    for (size_t i = 0; i < COUNT(measure_units); i++)
        if (str_is(measure, measure_units[i].measure) && str_is(unit, measure_units[i].unit))
            return true;
    /* A duration says its own unit of time; a name with a number in it has no unit of ours. */
    return str_is(measure, "duration") || str_is(measure, "name");
}

/* A growth rate in yuan is none; a share or an index may have the indicator's own unit. */
static bool brings_unit(struct str measure)
{
    static const char *const always[] = {"growth_rate", "multiple",    "change_pp",
                                         "rank",        "rank_change", "streak"};
    for (size_t i = 0; i < COUNT(always); i++)
        if (str_is(measure, always[i]))
            return true;
    return false;
}

/* The checks below read the records themselves, so nothing need ask beforehand whether they exist,
 * and take their names: a stored observation is as a reader would find it. */
static enum error no_such_code(struct ctx *ctx, const char *field, struct str code)
{
    return complain(ctx, str_of(field), "没有代码为“%.*s”的记录", "nothing has the code \"%.*s\"",
                    STR_PRINT(code));
}

static enum error check_unit(struct ctx *ctx, struct observation *o)
{
    struct indicator indicator;
    enum error error = indicator_find(ctx, o->indicator_code, &indicator);
    if (error)
        return error == E_NOT_FOUND ? no_such_code(ctx, "indicator_code", o->indicator_code)
                                    : error;
    o->indicator_name = indicator.name;
    o->indicator_name_en = indicator.name_en;
    bool own = str_equal(o->unit, indicator.unit) &&
               (!brings_unit(o->measure) || str_equal(o->measure, indicator.measure));
    if (own || unit_of_measure(o->measure, o->unit))
        return E_OK;
    error = db_one(ctx, &sql_unit_known, ARGS(arg_text("unit", o->unit)), (struct row){NULL, NULL});
    if (error && error != E_NOT_FOUND)
        return error;
    if (error)
        return complain(ctx, STR("unit"), "没有单位“%.*s”；这个指标的单位是“%.*s”",
                        "there is no unit \"%.*s\"; this indicator's is \"%.*s\"",
                        STR_PRINT(o->unit), STR_PRINT(indicator.unit));
    return complain(ctx, STR("unit"), "这个指标的单位是“%.*s”，请换算后再登记",
                    "this indicator's unit is \"%.*s\": convert the value",
                    STR_PRINT(indicator.unit));
}

static enum error check_area(struct ctx *ctx, struct observation *o, struct date day)
{
    struct area area;
    enum error error = area_find(ctx, o->area_code, &area);
    if (error)
        return error == E_NOT_FOUND ? no_such_code(ctx, "area_code", o->area_code) : error;
    o->area_name = area.name;
    o->area_name_en = area.name_en;
    if (str_is(o->status, "target") || area_valid_on(&area, day))
        return E_OK; /* a target may lie beyond what is known of areas; what was measured may not */
    char text[DATE_TEXT];
    date_print(day, text);
    return complain(ctx, STR("area_code"), "“%.*s”在 %s 不存在；请用当时的区域",
                    "\"%.*s\" did not exist on %s: take the area of that day",
                    STR_PRINT(ctx->language == LANGUAGE_EN ? area.name_en : area.name), text);
}

static enum error check_definition(struct ctx *ctx, struct observation *o)
{
    if (!o->definition_version)
        o->definition_version = 1;
    enum error error =
        db_one(ctx, &sql_definition_exists, FROM(observation, o), (struct row){NULL, NULL});
    if (error != E_NOT_FOUND)
        return error;
    return complain(ctx, STR("definition_version"), "指标 %.*s 没有第 %lld 版口径",
                    "the indicator %.*s has no definition %lld", STR_PRINT(o->indicator_code),
                    (long long)o->definition_version);
}

static void set_interval(struct observation *o)
{
    struct interval interval = interval_of(o->value, approximation_of(o->approximation));
    if (o->value_high.known)
        interval.high = o->value_high.value;
    o->low = (struct maybe_real){isfinite(interval.low) ? interval.low : 0, isfinite(interval.low)};
    o->high =
        (struct maybe_real){isfinite(interval.high) ? interval.high : 0, isfinite(interval.high)};
}

static enum error complete(struct ctx *ctx, struct observation *o)
{
    struct period period;
    if (!period_parse(o->period, &period))
        return complain(ctx, STR("period"),
                        "应为 2025、2025Q3、2025-10、2025-12-31 或 2021/2025 这样的时期",
                        "must be a period such as 2025, 2025Q3, 2025-10, 2025-12-31 or 2021/2025");
    bool measured = !str_is(o->status, "target") && !str_is(o->status, "implied");
    if (measured && date_known(period.start) && period.start.days > ctx->today.days)
        return complain(ctx, STR("period"), "这个时期还没有开始：只能是目标",
                        "this period has not begun: it can only have a target");
    o->period_start = period.start;
    o->period_end = period_last(period);
    o->published_on = DATE_NONE; /* unknown stays unknown */
    if (o->published.data && !publication_parse(o->published, &o->published_on))
        return complain(ctx, STR("published"), "应为 2026、2026-03 或 2026-03-03",
                        "must be 2026, 2026-03 or 2026-03-03");
    if (o->published_on.days > ctx->today.days)
        o->published_on = ctx->today; /* "2026" is no later than the day it was recorded */
    if (!o->fact_id.data)
        o->fact_id = arena_print(ctx->arena, "U%lld", (long long)ctx->sequence);
    set_interval(o);
    return E_OK;
}

/* U1, U2, … are given to figures that come without a number of their own. */
static bool is_automatic(struct str fact_id)
{
    struct str digits = str_skip(fact_id, 1);
    int64_t number;
    return str_starts(fact_id, STR("U")) && int_parse(digits, &number);
}

/* Whoever sees a figure sees the title of its source. */
static enum error check_source(struct ctx *ctx, struct observation *o)
{
    struct source source = {.title = STR_NONE};
    enum error error = o->source_code.data ? source_find(ctx, o->source_code, &source) : E_OK;
    if (!error && o->source_code.data)
        error = source_may_be_cited(ctx, &source, o->visibility);
    if (error)
        return error == E_NOT_FOUND ? no_such_code(ctx, "source_code", o->source_code) : error;
    o->source_title = source.title;
    o->source_title_en = source.title_en;
    o->source_kind = source.kind;
    o->second_hand = source.second_hand;
    return E_OK;
}

enum error fact_must_exist(struct ctx *ctx, const char *field, struct str fact_id)
{
    enum error error =
        db_one(ctx, &sql_fact_exists, ARGS(arg_text("fact_id", fact_id)), (struct row){NULL, NULL});
    if (error != E_NOT_FOUND)
        return error;
    return complain(ctx, str_of(field), "没有编号为“%.*s”的事实", "there is no fact \"%.*s\"",
                    STR_PRINT(fact_id));
}

static enum error check_citation(struct ctx *ctx, const struct observation *o)
{
    if (o->line.known && o->line.value < 1)
        return complain(ctx, STR("line"), "行号从 1 起", "lines count from 1");
    if (!o->source_code.data && (o->line.known || o->token.data))
        return complain(ctx, STR("source_code"), "写了行号或数字原文，就要写来源",
                        "a line or a number as printed needs its source");
    return o->repeats.data ? fact_must_exist(ctx, "repeats", o->repeats) : E_OK;
}

static enum error observation_check(struct ctx *ctx, struct observation *o)
{
    enum error error = check_citation(ctx, o);
    if (!error)
        error = check_source(ctx, o);
    if (!error)
        error = complete(ctx, o);
    if (!error)
        error = check_unit(ctx, o);
    if (!error)
        error = check_definition(ctx, o);
    if (error)
        return error;
    if (o->value_high.known && o->value_high.value < o->value)
        return complain(ctx, STR("value_high"), "应不小于 value", "must not be below value");
    return check_area(ctx, o, o->period_end);
}

enum { LIKE_MAX = 2 };
enum { TALLY_SLOTS = 16 }; /* migrations/0003_tally_slots.sql */

static enum error tally(struct ctx *ctx, int64_t visibility, int64_t by)
{
    /* A row is locked until the commit: on PostgreSQL writers are spread over several. */
    int64_t slot = db_is_sqlite(ctx->db) ? 0 : ctx->sequence % TALLY_SLOTS;
    return db_do(ctx, &sql_observation_tally_add,
                 ARGS(arg_int("visibility", visibility), arg_int("by", by), arg_int("slot", slot)));
}

enum error observation_store(struct ctx *ctx, struct observation *o)
{
    enum error error = observation_check(ctx, o);
    if (error)
        return error;
    if ((error = db_insert(ctx, &sql_observation_insert, FROM(observation, o), &o->id)))
        return error == E_CONFLICT && ctx->db_status == DB_UNIQUE
                   ? fail(ctx, E_CONFLICT, "事实编号 %.*s 已经有了；改数请用修订",
                          "the fact %.*s is there already: revise it to change it",
                          STR_PRINT(o->fact_id))
                   : error;
    o->recorded_seq = ctx->sequence;
    o->replaced_seq = (struct maybe_int){0, false};
    error = tally(ctx, o->visibility, 1);
    if (error || !o->source_code.data)
        return error;
    return citation_add(ctx, "observation", o->id, o->source_code, o->line, o->token,
                        o->visibility);
}

/* --- Routes --------------------------------------------------------------------------------- */

SHARED_HANDLER(observation_show, observation_key, observation)
{
    enum error error = observation_find(ctx, in->id, out);
    ctx->etag = error ? 0 : out->replaced_seq.known ? out->replaced_seq.value : out->recorded_seq;
    return error;
}

static void say_where(struct ctx *ctx, const struct observation *made)
{
    ctx->etag = made->recorded_seq;
    ctx->location = arena_print(ctx->arena, "/api/observations/%lld", (long long)made->id);
}

/* What is public, or becomes so, takes a second person. */
static enum error require_approval(struct ctx *ctx, struct observation *o)
{
    if (o->visibility != VISIBILITY_PUBLIC)
        return E_OK;
    enum error error = check_source(ctx, o);
    return error ? error : approval_required(ctx);
}

SHARED_HANDLER(observation_create, observation, observation)
{
    struct observation o = *in;
    if (!was_given(ctx, &observation_shape, "visibility"))
        o.visibility = VISIBILITY_BUREAU; /* nothing is published unsaid */
    if (o.fact_id.data && is_automatic(o.fact_id))
        return complain(ctx, STR("fact_id"), "U 加数字的编号由系统给出，请换一个",
                        "U and digits are numbers of the system's own: take another");
    if (!o.source_code.data && !o.note.data)
        return complain(ctx, STR("source_code"), "请注明来源；没有来源文件的，在说明里写明依据",
                        "name the source; where there is none, say in the note what it rests on");
    enum error error = require_approval(ctx, &o);
    if (!error)
        error = observation_store(ctx, &o);
    if (error)
        return error;
    *out = o; /* with all that a reader would find */
    say_where(ctx, out);
    return E_OK;
}

struct revision {
    int64_t id;
    double value;
    struct maybe_real value_high;
    struct str status, approximation, published, source_code;
    struct maybe_int line;
    struct str token, note;
    int64_t visibility;
};
static const struct field revision_fields[] = {
    FIELD(struct revision, id, "编号", "Number", USE_OUT),
    FIELD(struct revision, value, "数值", "Value"),
    FIELD(struct revision, value_high, "区间上端", "Upper end of a printed range"),
    FIELD(struct revision, status, "性质", "Status", .required = true, .choices = statuses),
    FIELD(struct revision, approximation, "精确程度", "Approximation", .required = true,
          .choices = approximation_names),
    FIELD(struct revision, published, "发布时间", "When it was published", .length_max = 10),
    FIELD(struct revision, source_code, "来源", "Source", .refers = "source"),
    FIELD(struct revision, line, "行", "Line"),
    FIELD(struct revision, token, "数字原文", "The number as printed", .length_max = 200),
    FIELD(struct revision, note, "修订原因", "Why it is revised", .required = true,
          .length_max = 1000),
    FIELD(struct revision, visibility, "公开范围", "Who may see it", .choices = visibility_names),
};
static const SHAPE(revision);

/* The newest version, if it is the writer's own. */
static enum error find_to_change(struct ctx *ctx, int64_t id, struct observation *old)
{
    enum error error = observation_find(ctx, id, old);
    if (!error && old->replaced_seq.known)
        return fail(ctx, E_CHANGED, "这一版已被修订；请打开最新的一版再改",
                    "this version has been revised: open the newest one");
    return error ? error : ownership_require(ctx, &observation_owned, ROW(observation, old));
}

static enum error replace(struct ctx *ctx, struct observation *old, struct observation *next,
                          struct observation *out)
{
    enum error error = require_approval(ctx, next);
    /* Claims the old row first: of two who revise at once, one finds it replaced. */
    if (!error)
        error = db_one(ctx, &sql_observation_replace, ARGS(arg_int("id", old->id)),
                       (struct row){NULL, NULL});
    error = explain(ctx, error, E_CHANGED, "这一版刚被别人修订", "someone has just revised it");
    if (!error)
        error = tally(ctx, old->visibility, -1);
    if (!error)
        error = citation_end(ctx, "observation", old->id);
    old->replaced_seq = (struct maybe_int){ctx->sequence, true};
    if (!error)
        error = audit_also(ctx, "replaced", ROW(observation, old));
    if (!error)
        error = observation_store(ctx, next);
    if (error)
        return error;
    *out = *next;
    say_where(ctx, out);
    return E_OK;
}

SHARED_HANDLER(observation_revise, revision, observation)
{
    struct observation old;
    enum error error = find_to_change(ctx, in->id, &old);
    if (!error)
        error = check_match(ctx, old.recorded_seq);
    if (error)
        return error;
    struct revision change = {
        old.id,          old.value, old.value_high, old.status, old.approximation, old.published,
        old.source_code, old.line,  old.token,      STR_NONE,   old.visibility};
    fields_merge(ROW(revision, &change), in, ctx->given);
    /* The old number token does not state the new value. */
    if (was_given(ctx, &revision_shape, "value") && !was_given(ctx, &revision_shape, "token")) {
        change.token = STR_NONE;
        change.line = (struct maybe_int){0, false};
    }
    if (!change.note.data)
        return complain(ctx, STR("note"), "请写明修订原因", "say why it is revised");
    /* The public keeps what it was told: a correction may be more public, never less. */
    if (change.visibility > old.visibility)
        return fail(ctx, E_CONFLICT, "修订不能比原来的公开范围更小",
                    "a revision cannot be less visible than what it revises");
    struct observation next = old;
    next.value = change.value;
    next.value_high = change.value_high;
    next.status = change.status;
    next.approximation = change.approximation;
    next.published = change.published;
    next.source_code = change.source_code;
    next.line = change.line;
    next.token = change.token;
    next.note = change.note;
    next.visibility = change.visibility;
    return replace(ctx, &old, &next, out);
}

/* --- From tables ---------------------------------------------------------------------------- */

/* By its number where the row has one, else the current figure that says the same of the same. */
static enum error find_current(struct ctx *ctx, const void *record, void *now)
{
    const struct observation *o = record;
    struct period period;
    struct records found;
    if (o->fact_id.data)
        return db_one(ctx, &sql_observation_of_fact, FROM(observation, o), ROW(observation, now));
    struct observation asked = *o;
    if (!period_parse(o->period, &period))
        return E_NOT_FOUND; /* the rules will say so */
    asked.period_end = period_last(period);
    enum error error = db_all(ctx, &sql_observation_like, FROM(observation, &asked),
                              &observation_shape, LIKE_MAX, &found);
    if (error || !found.count)
        return error ? error : E_NOT_FOUND;
    if (found.count > 1)
        return complain(ctx, STR("fact_id"), "这样的数现在不止一个，请给出事实编号",
                        "there is more than one such figure: give the number of the fact");
    *(struct observation *)now = *(const struct observation *)found.items;
    return E_OK;
}

/* A figure of a table that has no number of its own gets one that follows from what it is about, so
 * that the same table brings the same figures. */
static struct str number_of(struct arena *arena, const struct observation *o)
{
    const struct str parts[] = {o->indicator_code, o->area_code, o->scope,   o->among,
                                o->period,         o->status,    o->measure, o->base_period};
    char hex[DIGEST_HEX + 1];
    struct digest *digest = digest_begin(DIGEST_SHA256);
    for (size_t i = 0; i < COUNT(parts); i++)
        digest_part(digest, parts[i]);
    if (!digest_end(digest, hex))
        arena_exhausted(arena);
    return arena_print(arena, "T%.16s", hex);
}

static enum error check_row(struct ctx *ctx, void *record)
{
    struct observation *o = record;
    if (!o->fact_id.data)
        o->fact_id = number_of(ctx->arena, o);
    return observation_check(ctx, o);
}

/* As a revision does, but for a whole table: one event says it for all. */
static enum error end_current(struct ctx *ctx, const struct observation *old)
{
    enum error error = db_one(ctx, &sql_observation_replace, ARGS(arg_int("id", old->id)),
                              (struct row){NULL, NULL});
    error = explain(ctx, error, E_CHANGED, "这一版刚被别人修订", "someone has just revised it");
    if (!error)
        error = tally(ctx, old->visibility, -1);
    return error ? error : citation_end(ctx, "observation", old->id);
}

static enum error store_imported(struct ctx *ctx, void *record, void *was)
{
    enum error error = was ? end_current(ctx, was) : E_OK;
    return error ? error : observation_store(ctx, record);
}

static enum error remove_imported(struct ctx *ctx, void *record)
{
    return end_current(ctx, record);
}

const struct import_target observation_target = {"observations",
                                                 "观测",
                                                 "Observations",
                                                 &observation_shape,
                                                 .key = {"fact_id"},
                                                 .check = check_row,
                                                 .find = find_current,
                                                 .store = store_imported,
                                                 .remove = remove_imported,
                                                 .roles = EDITORS,
                                                 .owned = &observation_owned,
                                                 .visibility = "visibility",
                                                 .only_wider = true};

/* Publication is a revision of the visibility alone. */
SHARED_HANDLER(observation_publish, publication, observation)
{
    struct observation old;
    enum error error = find_to_change(ctx, in->id, &old);
    if (error)
        return error;
    if (in->visibility >= old.visibility)
        return fail(ctx, E_CONFLICT, "它现在的公开范围已不小于所请的范围",
                    "it is as visible as that already");
    struct observation next = old;
    next.visibility = in->visibility;
    return replace(ctx, &old, &next, out);
}
