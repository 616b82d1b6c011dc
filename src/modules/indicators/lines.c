#include "modules/indicators/lines.h"

#include "lines.sql.h"

static const struct field point_fields[] = {
    FIELD(struct point, period, "时期", "Period"),
    FIELD(struct point, period_start, "时期起", "Start of the period"),
    FIELD(struct point, period_end, "时期止", "End of the period"),
    FIELD(struct point, value, "数值", "Value"),
    FIELD(struct point, low, "可能的最小值", "Least it can be"),
    FIELD(struct point, high, "可能的最大值", "Most it can be"),
    FIELD(struct point, approximation, "精确程度", "Approximation"),
    FIELD(struct point, status, "性质", "Status"),
    FIELD(struct point, observation_id, "观测", "Observation"),
    FIELD(struct point, formula, "公式", "Formula", .of = &formula_shape),
    FIELD(struct point, published, "发布时间", "When it was published"),
    FIELD(struct point, source_code, "来源", "Source"),
};
SHAPE(point);

static const struct field line_fields[] = {
    FIELD(struct line, key, "线的代号", "Key of the line"),
    FIELD(struct line, status_class, "实际、估计、目标或推算",
          "actual, estimate, target or implied"),
    FIELD(struct line, measure, "量的类型", "Measure"),
    FIELD(struct line, unit, "单位", "Unit"),
    FIELD(struct line, definition_version, "口径版本", "Version of the definition"),
    FIELD(struct line, derived, "由其他指标算得", "Computed from other indicators"),
    FIELD(struct line, points, "各点", "Points", .of = &point_shape),
};
SHAPE(line);

const char *status_class(struct str status)
{
    if (str_is(status, "target") || str_is(status, "implied"))
        return str_is(status, "target") ? "target" : "implied";
    return str_is(status, "estimate") || str_is(status, "preliminary") ? "estimate" : "actual";
}

static int finality(struct str status)
{
    static const char *const order[] = {"implied",     "target", "estimate", "preliminary",
                                        "as_reported", "final",  "revised"};
    for (int i = 0; i < (int)COUNT(order); i++)
        if (str_is(status, order[i]))
            return i;
    return -1;
}

int observation_compare(const struct observation *a, const struct observation *b)
{
    int difference = finality(a->status) - finality(b->status);
    if (!difference)
        difference =
            (int)str_is(b->source_kind, "bulletin") - (int)str_is(a->source_kind, "bulletin");
    if (!difference) /* DATE_NONE is before every day */
        difference = (a->published_on.days > b->published_on.days) -
                     (a->published_on.days < b->published_on.days);
    if (!difference)
        difference = (int)b->second_hand - (int)a->second_hand;
    if (!difference)
        difference = (a->id > b->id) - (a->id < b->id);
    return difference;
}

/* The newest were read first, so that a series too long for a page loses its oldest points. */
static void oldest_first(struct records *observations)
{
    struct observation *all = (struct observation *)(uintptr_t)observations->items;
    for (size_t i = 0, j = observations->count; i + 1 < j--; i++) {
        struct observation swap = all[i];
        all[i] = all[j];
        all[j] = swap;
    }
}

/* Leaves what had been published by a day; what is not known to have been is left out. */
static void keep_published(struct records *observations, struct date by)
{
    struct observation *all = (struct observation *)(uintptr_t)observations->items;
    size_t kept = 0;
    for (size_t i = 0; i < observations->count; i++)
        if (date_known(all[i].published_on) && all[i].published_on.days <= by.days)
            all[kept++] = all[i];
    observations->count = kept;
}

enum error series_observations(struct ctx *ctx, const struct series_query *query,
                               struct records *observations)
{
    struct arg area = arg_text("area_code", query->area_code);
    struct arg indicator = arg_text("indicator_code", query->indicator_code);
    struct arg limit = arg_int("limit", SERIES_MAX);
    enum error error = query->as_of
                           ? db_all(ctx, &sql_series_as_of,
                                    ARGS(area, indicator, arg_int("as_of", query->as_of), limit),
                                    &observation_shape, SERIES_MAX, observations)
                           : db_all(ctx, &sql_series_now, ARGS(area, indicator, limit),
                                    &observation_shape, SERIES_MAX, observations);
    if (!error)
        oldest_first(observations);
    if (!error && date_known(query->published_by))
        keep_published(observations, query->published_by);
    return error;
}

enum error series_newest(struct ctx *ctx, const struct indicator *indicator, struct str area_code,
                         struct observation *newest)
{
    return db_one(ctx, &sql_series_newest,
                  ARGS(arg_text("indicator_code", indicator->code),
                       arg_text("area_code", area_code), arg_text("measure", indicator->measure),
                       arg_text("unit", indicator->unit)),
                  ROW(observation, newest));
}

static bool same_line(const struct observation *a, const struct observation *b)
{
    return strcmp(status_class(a->status), status_class(b->status)) == 0 &&
           str_equal(a->measure, b->measure) && str_equal(a->unit, b->unit) &&
           a->definition_version == b->definition_version;
}

static struct point point_of(const struct observation *o)
{
    return (struct point){.period = o->period,
                          .period_start = o->period_start,
                          .period_end = o->period_end,
                          .value = o->value,
                          .low = o->low,
                          .high = o->high,
                          .approximation = o->approximation,
                          .status = o->status,
                          .observation_id = {o->id, true},
                          .published = o->published,
                          .source_code = o->source_code};
}

/* All observations of the line that `first` begins; those taken are marked. */
static void fill_line(struct arena *arena, const struct observation *all, size_t count,
                      size_t first, bool *taken, struct line *line)
{
    const struct observation **best = arena_array(arena, count, sizeof(const struct observation *));
    size_t points = 0;
    for (size_t i = first; i < count; i++) {
        if (taken[i] || !same_line(&all[first], &all[i]))
            continue;
        taken[i] = true;
        /* The same period may be there already; periods that end together stand side by side. */
        size_t p = points;
        while (p && best[p - 1]->period_end.days == all[i].period_end.days)
            if (str_equal(best[--p]->period, all[i].period))
                break;
        bool again = p < points && str_equal(best[p]->period, all[i].period);
        if (!again)
            best[points++] = &all[i];
        else if (observation_compare(&all[i], best[p]) > 0)
            best[p] = &all[i];
    }
    struct point *list = arena_array(arena, points, sizeof(*list));
    for (size_t i = 0; i < points; i++)
        list[i] = point_of(best[i]);
    const struct observation *o = &all[first];
    line->status_class = str_of(status_class(o->status));
    line->measure = o->measure;
    line->unit = o->unit;
    line->definition_version = o->definition_version;
    line->points = (struct records){list, points};
    line->key =
        arena_print(arena, "%s/%.*s/%.*s/%lld", line->status_class.data, STR_PRINT(line->measure),
                    STR_PRINT(line->unit), (long long)line->definition_version);
}

struct records lines_of(struct arena *arena, struct records observations)
{
    const struct observation *all = observations.items;
    bool *taken = arena_array(arena, observations.count, sizeof(*taken));
    struct line *lines = arena_array(arena, observations.count, sizeof(*lines));
    size_t count = 0;
    for (size_t i = 0; i < observations.count; i++)
        if (!taken[i])
            fill_line(arena, all, observations.count, i, taken, &lines[count++]);
    return (struct records){lines, count};
}
