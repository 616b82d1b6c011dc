#include "modules/indicators/outlook.h"

#include <stdio.h>

#include "base/number.h"

#include "stats/projection.h"

static const struct field outlook_fields[] = {
    FIELD(struct outlook, projected, "按以往走势外推", "Projected as it went", .of = &figure_shape),
    FIELD(struct outlook, low, "八成区间下限", "Lower end of the 80 % interval"),
    FIELD(struct outlook, high, "八成区间上限", "Upper end of the 80 % interval"),
    FIELD(struct outlook, method, "方法", "Method: linear or compound"),
    FIELD(struct outlook, reach, "能否达到", "likely, open or unlikely"),
    FIELD(struct outlook, rule, "依据", "How it was worked out, in Chinese"),
    FIELD(struct outlook, rule_en, "依据（英文）", "How it was worked out"),
};
SHAPE(outlook);

enum { POINTS_MAX = 32 };

/* A projection is not known to more than three digits. */
static double rounded(double value)
{
    char text[32];
    double result = value;
    snprintf(text, sizeof(text), "%.3g", value);
    return real_parse(str_of(text), &result) ? result : value;
}

static double year_of(struct date date)
{
    int year, month, day;
    date_split(date, &year, &month, &day);
    struct date first = date_of(year, 1, 1), next = date_of(year + 1, 1, 1);
    return year + (double)(date.days + 1 - first.days) / (next.days - first.days);
}

static const char *reach_of(const struct projection *projection, double target, int direction)
{
    bool low = direction > 0 ? projection->range.low >= target : projection->range.low <= target;
    bool high = direction > 0 ? projection->range.high >= target : projection->range.high <= target;
    return low && high ? "likely" : low || high ? "open" : "unlikely";
}

static struct record projected_figure(struct arena *arena, const struct observation *target,
                                      const struct projection *projection, bool compound,
                                      const struct observation *const *used, struct outlook *out)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);
    struct term *terms = arena_array(arena, projection->points, sizeof(*terms));
    for (size_t i = 0; i < projection->points; i++)
        terms[i] = term_of(arena_print(arena, "x%zu", i + 1).data, used[i]);
    out->rule =
        arena_print(arena, "以近 %zu 个可比数%s外推到目标期末，八成区间（最小二乘的预测区间）",
                    projection->points, compound ? "按固定增速" : "按直线");
    out->rule_en = arena_print(arena,
                               "the last %zu comparable values extended %s to the end of the "
                               "target's period; 80 %% prediction interval of least squares",
                               projection->points,
                               compound ? "at a constant rate of growth" : "in a straight line");
    *formula = (struct formula){compound ? STR("exp(OLS(ln x))") : STR("OLS(x)"),
                                out->rule,
                                out->rule_en,
                                {terms, projection->points}};
    struct figure figure = {.value = rounded(projection->value),
                            .unit = target->unit,
                            .approximation = STR("about"),
                            .formula = {formula},
                            .records = STR_NONE};
    return figure_record(arena, figure);
}

struct record outlook_of(struct arena *arena, const struct observation *target, int direction,
                         bool grows, const struct observation *const *actuals, size_t count)
{
    struct projection_point points[POINTS_MAX];
    const struct observation *used[POINTS_MAX];
    struct projection projection;
    size_t kept = 0;
    if (!direction || !count || actuals[count - 1]->period_end.days >= target->period_end.days)
        return (struct record){NULL};
    for (size_t i = 0; i < count; i++)
        if (str_is(actuals[i]->approximation, "exact") && kept < POINTS_MAX) {
            used[kept] = actuals[i];
            points[kept++] =
                (struct projection_point){year_of(actuals[i]->period_end), actuals[i]->value};
        }
    double at = year_of(target->period_end);
    bool compound = grows && projection_of(points, kept, PROJECTION_COMPOUND, at, &projection);
    if (!compound && !projection_of(points, kept, PROJECTION_LINEAR, at, &projection))
        return (struct record){NULL};
    struct outlook *out = ARENA_NEW(arena, struct outlook);
    out->projected = projected_figure(arena, target, &projection, compound,
                                      &used[kept - projection.points], out);
    out->low = rounded(projection.range.low);
    out->high = rounded(projection.range.high);
    out->method = compound ? STR("compound") : STR("linear");
    out->reach = str_of(reach_of(&projection, target->value, direction));
    return (struct record){out};
}
