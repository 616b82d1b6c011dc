/* Series as the API shows them: lines, where a definition breaks, and why lines are not joined. */
#include "core/audit_sealer.h"
#include "core/sequence.h"
#include "modules/areas/areas.h"
#include "modules/indicators/derive.h"
#include "modules/indicators/implied.h"
#include "modules/indicators/lines.h"

/* --- Why two lines are not one -------------------------------------------------------------- */

struct refusal {
    struct str a, b, reason, reason_en;
};
static const struct field refusal_fields[] = {
    FIELD(struct refusal, a, "一条线", "One line"),
    FIELD(struct refusal, b, "另一条线", "The other"),
    FIELD(struct refusal, reason, "为何不能相连", "Why they cannot be joined, in Chinese"),
    FIELD(struct refusal, reason_en, "英文原因", "Why they cannot be joined"),
};
static const SHAPE(refusal);

static struct refusal refusal_between(struct arena *arena, const struct line *a,
                                      const struct line *b)
{
    struct refusal refusal = {a->key, b->key, STR_NONE, STR_NONE};
    if (!str_equal(a->measure, b->measure)) {
        refusal.reason =
            arena_print(arena, "量的类型不同：%s与%s", measure_words(a->measure, LANGUAGE_ZH),
                        measure_words(b->measure, LANGUAGE_ZH));
        refusal.reason_en = arena_print(arena, "different measures: %s and %s",
                                        measure_words(a->measure, LANGUAGE_EN),
                                        measure_words(b->measure, LANGUAGE_EN));
    } else if (!str_equal(a->unit, b->unit)) {
        refusal.reason =
            arena_print(arena, "单位不同：%.*s 与 %.*s", STR_PRINT(a->unit), STR_PRINT(b->unit));
        refusal.reason_en = arena_print(arena, "different units: %.*s and %.*s", STR_PRINT(a->unit),
                                        STR_PRINT(b->unit));
    } else if (a->definition_version != b->definition_version) {
        refusal.reason =
            arena_print(arena, "口径不同：第 %lld 版与第 %lld 版", (long long)a->definition_version,
                        (long long)b->definition_version);
        refusal.reason_en =
            arena_print(arena, "different definitions: versions %lld and %lld",
                        (long long)a->definition_version, (long long)b->definition_version);
    }
    return refusal;
}

static struct records refusals_among(struct arena *arena, struct records lines)
{
    const struct line *list = lines.items;
    struct refusal *refusals =
        arena_array(arena, lines.count * (lines.count + 1) / 2 + 1, sizeof(*refusals));
    size_t count = 0;
    for (size_t i = 0; i < lines.count; i++)
        for (size_t j = i + 1; j < lines.count; j++) {
            struct refusal refusal = refusal_between(arena, &list[i], &list[j]);
            if (refusal.reason.data)
                refusals[count++] = refusal;
        }
    return (struct records){refusals, count};
}

/* --- Where a definition changes ------------------------------------------------------------- */

struct line_break {
    struct date period_end;
    struct str reason, reason_en;
};
static const struct field line_break_fields[] = {
    FIELD(struct line_break, period_end, "断点", "Where it breaks"),
    FIELD(struct line_break, reason, "原因", "Why, in Chinese"),
    FIELD(struct line_break, reason_en, "英文原因", "Why"),
};
static const SHAPE(line_break);

/* A version's first measured point marks the break from the version before. */
static struct records breaks_among(struct arena *arena, struct records lines)
{
    const struct line *list = lines.items;
    struct line_break *breaks = arena_array(arena, lines.count + 1, sizeof(*breaks));
    size_t count = 0;
    for (size_t i = 0; i < lines.count; i++) {
        if (list[i].definition_version < 2 || list[i].derived || !list[i].points.count ||
            str_is(list[i].status_class, "target"))
            continue;
        const struct point *first = list[i].points.items;
        bool known = false;
        for (size_t j = 0; j < count; j++)
            known = known || breaks[j].period_end.days == first->period_end.days;
        if (!known)
            breaks[count++] = (struct line_break){
                first->period_end,
                arena_print(arena, "自此按第 %lld 版口径", (long long)list[i].definition_version),
                arena_print(arena, "definition %lld from here",
                            (long long)list[i].definition_version)};
    }
    return (struct records){breaks, count};
}

/* --- Routes --------------------------------------------------------------------------------- */

struct series_request {
    struct str indicator_code, area_code;
    struct maybe_int as_of;
    struct date published_by;
};
static const struct field series_request_fields[] = {
    FIELD(struct series_request, indicator_code, "指标", "Indicator", .required = true),
    FIELD(struct series_request, area_code, "区域", "Area", .required = true),
    FIELD(struct series_request, as_of, "按当时已记录的内容（提交序号）",
          "What had been recorded at this sequence number"),
    FIELD(struct series_request, published_by, "只要此日之前发布的", "Published by this day"),
};
static const SHAPE(series_request);

struct series {
    struct str indicator_code, area_code;
    struct records lines, breaks, refusals;
    bool truncated;
};
static const struct field series_fields[] = {
    FIELD(struct series, indicator_code, "指标", "Indicator"),
    FIELD(struct series, area_code, "区域", "Area"),
    FIELD(struct series, lines, "各条线", "Lines", .of = &line_shape),
    FIELD(struct series, breaks, "口径断点", "Breaks of the definition", .of = &line_break_shape),
    FIELD(struct series, refusals, "为何不能相连", "Why lines are not joined",
          .of = &refusal_shape),
    FIELD(struct series, truncated, "太长，只有最近的各点",
          "Too long: only the newest points are here"),
};
static const SHAPE(series);

/* Puts `more` behind the lines. */
static void add_lines(struct arena *arena, struct records *lines, struct records more)
{
    if (!more.count)
        return;
    struct line *all = arena_array(arena, lines->count + more.count, sizeof(*all));
    if (lines->count)
        memcpy(all, lines->items, lines->count * sizeof(*all));
    memcpy(&all[lines->count], more.items, more.count * sizeof(*all));
    *lines = (struct records){all, lines->count + more.count};
}

static enum error add_derived(struct ctx *ctx, const struct series_query *query,
                              const struct indicator *indicator, struct records *lines)
{
    struct derivation derivation;
    struct records derived;
    enum error error = derivation_find(ctx, query->indicator_code, &derivation);
    if (error)
        return error == E_NOT_FOUND ? E_OK : error;
    error = derived_lines(ctx, query, &derivation, indicator->unit, indicator->measure, &derived);
    if (!error)
        add_lines(ctx->arena, lines, derived);
    return error;
}

static enum error check_asked(struct ctx *ctx, struct str indicator_code, struct str area_code,
                              struct indicator *indicator)
{
    struct area area;
    enum error error = indicator_find(ctx, indicator_code, indicator);
    if ((error = explain(ctx, error, E_NOT_FOUND, "没有这个指标", "there is no such indicator")))
        return error;
    error = area_find(ctx, area_code, &area);
    return explain(ctx, error, E_NOT_FOUND, "没有这个区域", "there is no such area");
}

SHARED_HANDLER(series_show, series_request, series)
{
    struct indicator indicator;
    struct records observations;
    struct series_query query = {.indicator_code = in->indicator_code,
                                 .area_code = in->area_code,
                                 .as_of = in->as_of.known ? in->as_of.value : 0,
                                 .published_by = in->published_by};
    enum error error = check_asked(ctx, in->indicator_code, in->area_code, &indicator);
    if (!error)
        error = sequence_read(ctx);
    if (!error && in->as_of.known && (in->as_of.value < 1 || in->as_of.value > ctx->sequence))
        error = complain(ctx, STR("as_of"), "应为 1 到 %lld", "must be from 1 to %lld",
                         (long long)ctx->sequence);
    if (!error && in->as_of.known)
        error = sequence_settled(ctx, in->as_of.value);
    if (!error)
        error = series_observations(ctx, &query, &observations);
    if (error)
        return error;
    out->indicator_code = in->indicator_code;
    out->area_code = in->area_code;
    out->truncated = observations.count == SERIES_MAX;
    out->lines = lines_of(ctx->arena, observations);
    add_lines(ctx->arena, &out->lines, implied_lines(ctx->arena, &indicator, observations));
    if ((error = add_derived(ctx, &query, &indicator, &out->lines)))
        return error;
    out->breaks = breaks_among(ctx->arena, out->lines);
    out->refusals = refusals_among(ctx->arena, out->lines);
    return E_OK;
}

struct joined_request {
    struct str indicator_code, with, area_code;
};
static const struct field joined_request_fields[] = {
    FIELD(struct joined_request, indicator_code, "指标", "Indicator", .required = true),
    FIELD(struct joined_request, with, "另一个指标", "The other indicator", .required = true),
    FIELD(struct joined_request, area_code, "区域", "Area", .required = true),
};
static const SHAPE(joined_request);

/* Two indicators are one series only if they are one: each code names one definition. */
SHARED_HANDLER(joined_show, joined_request, series)
{
    struct indicator first, second;
    struct records observations;
    enum error error = check_asked(ctx, in->indicator_code, in->area_code, &first);
    if (!error)
        error = check_asked(ctx, in->with, in->area_code, &second);
    if (error)
        return error;
    if (!str_equal(first.code, second.code))
        return fail(ctx, E_NOT_JOINABLE,
                    "“%.*s”（%s，%.*s）与“%.*s”（%s，%.*s）是两个指标，定义不同，不能连成一条线",
                    "\"%.*s\" (%s, %.*s) and \"%.*s\" (%s, %.*s) are two indicators with "
                    "different definitions: they cannot form one line",
                    STR_PRINT(ctx->language == LANGUAGE_EN ? first.name_en : first.name),
                    measure_words(first.measure, ctx->language), STR_PRINT(first.unit),
                    STR_PRINT(ctx->language == LANGUAGE_EN ? second.name_en : second.name),
                    measure_words(second.measure, ctx->language), STR_PRINT(second.unit));
    struct series_query query = {.indicator_code = in->indicator_code,
                                 .area_code = in->area_code,
                                 .published_by = DATE_NONE};
    if ((error = series_observations(ctx, &query, &observations)))
        return error;
    out->lines = lines_of(ctx->arena, observations);
    out->refusals = refusals_among(ctx->arena, out->lines);
    if (out->refusals.count) {
        const struct refusal *why = out->refusals.items;
        return fail(ctx, E_NOT_JOINABLE, "%.*s", "%.*s",
                    STR_PRINT(ctx->language == LANGUAGE_EN ? why->reason_en : why->reason));
    }
    out->indicator_code = in->indicator_code;
    out->area_code = in->area_code;
    return E_OK;
}
