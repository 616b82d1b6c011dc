/* A plan in one table: what each indicator was at its beginning and at its end. */
#include <math.h>

#include "modules/indicators/internal.h"

#include "scorecard.sql.h"

enum { VALUES_MAX = 5000 };

struct scorecard_row {
    struct str indicator_code, indicator_name, indicator_name_en, measure, direction;
    struct record from, to, multiple, change;
    bool doubled;
    struct str note, note_en;
};
static const struct field scorecard_row_fields[] = {
    FIELD(struct scorecard_row, indicator_code, "指标", "Indicator"),
    FIELD(struct scorecard_row, indicator_name, "指标名", "Name of the indicator"),
    FIELD(struct scorecard_row, indicator_name_en, "指标英文名", "English name"),
    FIELD(struct scorecard_row, measure, "量的类型", "Measure"),
    FIELD(struct scorecard_row, direction, "方向", "Direction"),
    FIELD(struct scorecard_row, from, "期初", "At the beginning", .of = &figure_shape),
    FIELD(struct scorecard_row, to, "期末", "At the end", .of = &figure_shape),
    FIELD(struct scorecard_row, multiple, "期末为期初的倍数", "End over beginning",
          .of = &figure_shape),
    FIELD(struct scorecard_row, change, "变化", "Change", .of = &figure_shape),
    FIELD(struct scorecard_row, doubled, "翻番", "Doubled"),
    FIELD(struct scorecard_row, note, "为何不可比", "Why they cannot be compared, in Chinese"),
    FIELD(struct scorecard_row, note_en, "为何不可比（英文）", "Why they cannot be compared"),
};
static const SHAPE(scorecard_row);

struct scorecard_request {
    int64_t from, to;
    struct str area_code;
};
static const struct field scorecard_request_fields[] = {
    FIELD(struct scorecard_request, from, "期初年", "First year", .required = true),
    FIELD(struct scorecard_request, to, "期末年", "Last year", .required = true),
    FIELD(struct scorecard_request, area_code, "区域（空为全市）", "Area; empty = the city"),
};
static const SHAPE(scorecard_request);

struct scorecard {
    int64_t from, to, compared, improved, doubled, incomparable;
    struct records items;
};
static const struct field scorecard_fields[] = {
    FIELD(struct scorecard, from, "期初年", "First year"),
    FIELD(struct scorecard, to, "期末年", "Last year"),
    FIELD(struct scorecard, compared, "可比的指标", "Indicators that can be compared"),
    FIELD(struct scorecard, improved, "其中向好", "Of these better"),
    FIELD(struct scorecard, doubled, "其中翻番", "Of these doubled"),
    FIELD(struct scorecard, incomparable, "不可比的指标", "Indicators that cannot"),
    FIELD(struct scorecard, items, "各指标", "The indicators", .of = &scorecard_row_shape),
};
static const SHAPE(scorecard);

static struct record computed(struct arena *arena, const char *expression, double value,
                              struct str unit, const struct observation *from,
                              const struct observation *to)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);
    struct term *terms = arena_array(arena, 2, sizeof(*terms));
    terms[0] = term_of("a", from);
    terms[1] = term_of("b", to);
    *formula = (struct formula){str_of(expression),
                                STR("期末 b 与期初 a 相比"),
                                STR("the end, b, against the beginning, a"),
                                {terms, 2}};
    bool exact = str_is(from->approximation, "exact") && str_is(to->approximation, "exact");
    struct figure figure = {.value = value,
                            .unit = unit,
                            .approximation = exact ? STR("exact") : STR("about"),
                            .formula = {formula},
                            .records = STR_NONE};
    return figure_record(arena, figure);
}

static bool is_better(const struct scorecard_row *row, double from, double to)
{
    return (str_is(row->direction, "up") && to > from) ||
           (str_is(row->direction, "down") && to < from);
}

static void compare(struct arena *arena, const struct observation *from,
                    const struct observation *to, struct scorecard_row *row, struct scorecard *out)
{
    row->from = figure_record(arena, figure_of(from));
    row->to = figure_record(arena, figure_of(to));
    if (from->definition_version != to->definition_version) {
        row->note =
            arena_print(arena, "口径不同：第 %lld 版与第 %lld 版",
                        (long long)from->definition_version, (long long)to->definition_version);
        row->note_en =
            arena_print(arena, "different definitions: versions %lld and %lld",
                        (long long)from->definition_version, (long long)to->definition_version);
        out->incomparable++;
        return;
    }
    bool percent = str_is(from->unit, "%");
    row->change = computed(arena, "b - a", to->value - from->value,
                           percent ? STR("百分点") : from->unit, from, to);
    if (from->value > 0 && !str_is(row->measure, "rank") && !str_is(row->measure, "growth_rate")) {
        row->multiple = computed(arena, "b / a", to->value / from->value, STR("倍"), from, to);
        row->doubled = to->value >= 2 * from->value;
    }
    out->compared++;
    out->improved += is_better(row, from->value, to->value);
    out->doubled += row->doubled;
}

static const struct observation *best_of(const struct observation *all, size_t count,
                                         struct str year)
{
    const struct observation *best = NULL;
    for (size_t i = 0; i < count; i++)
        if (str_equal(all[i].period, year) && (!best || observation_compare(&all[i], best) > 0))
            best = &all[i];
    return best;
}

static enum error judge(struct ctx *ctx, struct records rows, struct str from, struct str to,
                        struct scorecard *out)
{
    const struct observation *all = rows.items;
    struct scorecard_row *list = arena_array(ctx->arena, rows.count + 1, sizeof(*list));
    for (size_t first = 0, next; first < rows.count; first = next) {
        for (next = first + 1;
             next < rows.count && str_equal(all[next].indicator_code, all[first].indicator_code);)
            next++;
        const struct observation *a = best_of(&all[first], next - first, from);
        const struct observation *b = best_of(&all[first], next - first, to);
        struct indicator indicator;
        if (!a || !b)
            continue;
        enum error error = indicator_find(ctx, a->indicator_code, &indicator);
        if (error)
            return error;
        struct scorecard_row *row = &list[out->items.count++];
        *row = (struct scorecard_row){.indicator_code = indicator.code,
                                      .indicator_name = indicator.name,
                                      .indicator_name_en = indicator.name_en,
                                      .measure = indicator.measure,
                                      .direction = indicator.direction};
        compare(ctx->arena, a, b, row, out);
    }
    out->items.items = list;
    return E_OK;
}

SHARED_HANDLER(scorecard_show, scorecard_request, scorecard)
{
    struct str area_code = in->area_code;
    struct records rows;
    enum error error = area_or_city(ctx, &area_code);
    if (!error && (in->from < 1900 || in->to > 2200))
        error = complain(ctx, STR("from"), "应在 1900 到 2200 之间", "must be from 1900 to 2200");
    if (!error && in->from >= in->to)
        error = complain(ctx, STR("to"), "应晚于期初年", "must be after the first year");
    if (error)
        return error;
    struct str from = arena_print(ctx->arena, "%lld", (long long)in->from);
    struct str to = arena_print(ctx->arena, "%lld", (long long)in->to);
    out->from = in->from;
    out->to = in->to;
    error = db_all(ctx, &sql_scorecard_values,
                   ARGS(arg_text("area_code", area_code), arg_text("from_year", from),
                        arg_text("to_year", to)),
                   &observation_shape, VALUES_MAX, &rows);
    return error ? error : judge(ctx, rows, from, to, out);
}
