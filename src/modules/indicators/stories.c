/* The story of a period: what was said of it first, and what became of that. Estimate, preliminary,
 * final and revised values of one period in the order in which the world was told. */
#include <math.h>

#include "modules/areas/areas.h"
#include "modules/indicators/internal.h"
#include "stats/interval.h"

#include "stories.sql.h"

enum { ROWS_MAX = 5000 };

struct story_step {
    struct str status;
    struct record figure,
        change; /* change: against the step before; an unknown record = the first */
    struct str published, source_code, source_title, source_title_en;
    struct maybe_int line;
    bool replaced;
};
static const struct field story_step_fields[] = {
    FIELD(struct story_step, status, "性质", "Status"),
    FIELD(struct story_step, figure, "数", "The figure", .of = &figure_shape),
    FIELD(struct story_step, change, "比前一次", "Against the one before", .of = &figure_shape),
    FIELD(struct story_step, published, "发布", "Published"),
    FIELD(struct story_step, source_code, "来源", "Source"),
    FIELD(struct story_step, source_title, "来源名称", "Title of the source"),
    FIELD(struct story_step, source_title_en, "来源英文名称", "English title"),
    FIELD(struct story_step, line, "行", "Line"),
    FIELD(struct story_step, replaced, "已被本局修订替换", "Replaced by a revision here"),
};
static const SHAPE(story_step);

struct story {
    struct str period, measure, unit, statement, statement_en;
    struct records steps;
};
static const struct field story_fields[] = {
    FIELD(struct story, period, "时期", "Period"),
    FIELD(struct story, measure, "量的类型", "Measure"),
    FIELD(struct story, unit, "单位", "Unit"),
    FIELD(struct story, statement, "来历", "The story, in Chinese"),
    FIELD(struct story, statement_en, "来历（英文）", "The story"),
    FIELD(struct story, steps, "各次", "Its steps", .of = &story_step_shape),
};
static const SHAPE(story);

struct stories_request {
    struct str indicator_code, area_code;
};
static const struct field stories_request_fields[] = {
    FIELD(struct stories_request, indicator_code, "指标", "Indicator", .required = true),
    FIELD(struct stories_request, area_code, "区域", "Area", .required = true),
};
static const SHAPE(stories_request);

struct stories {
    struct records items;
};
static const struct field stories_fields[] = {
    FIELD(struct stories, items, "各期", "The periods", .of = &story_shape),
};
static const SHAPE(stories);

static bool same_story(const struct observation *a, const struct observation *b)
{
    return str_equal(a->period, b->period) && str_equal(a->measure, b->measure) &&
           str_equal(a->unit, b->unit) && str_equal(a->among, b->among);
}

static const struct {
    const char *name, *zh, *en;
} statuses[] = {{"estimate", "预计", "estimated"},
                {"preliminary", "初步数", "preliminary"},
                {"as_reported", "报道", "reported"},
                {"final", "终值", "final"},
                {"revised", "修订", "revised"}};

static const char *status_words(struct str status, bool english)
{
    for (size_t i = 0; i < COUNT(statuses); i++)
        if (str_is(status, statuses[i].name))
            return english ? statuses[i].en : statuses[i].zh;
    return "";
}

static void say_number(struct buf *out, struct str unit, double value, bool english)
{
    bool large = str_is(unit, "元") && fabs(value) >= 1e8;
    buf_real(out, large ? value / 1e8 : value);
    if (large)
        buf_add(out, english ? STR("×10⁸") : STR("亿"));
    if (english && !str_is(unit, "%"))
        buf_char(out, ' ');
    buf_add(out, unit);
}

static double difference(const struct observation *a, const struct observation *b)
{
    return decimal_difference(b->value, a->value);
}

static void say(struct story *story, struct arena *arena, const struct observation *const *steps,
                size_t count)
{
    struct buf zh = {.arena = arena}, en = {.arena = arena};
    for (size_t i = 0; i < count; i++) {
        const struct observation *o = steps[i];
        buf_print(&zh, "%s%.*s%s", i ? "；" : "", STR_PRINT(o->published),
                  status_words(o->status, false));
        buf_print(&en, "%s%.*s %s ", i ? "; " : "", STR_PRINT(o->published),
                  status_words(o->status, true));
        say_number(&zh, o->unit, o->value, false);
        say_number(&en, o->unit, o->value, true);
        double change = i ? difference(steps[i - 1], o) : 0;
        if (change == 0)
            continue;
        buf_print(&zh, "（%s", change > 0 ? "高" : "低");
        buf_print(&en, " (%s", change > 0 ? "+" : "−");
        bool percent = str_is(o->unit, "%");
        say_number(&zh, percent ? STR("个百分点") : o->unit, fabs(change), false);
        say_number(&en, percent ? STR("points") : o->unit, fabs(change), true);
        buf_add(&zh, STR("）"));
        buf_char(&en, ')');
    }
    story->statement = arena_str(arena, buf_str(&zh));
    story->statement_en = arena_str(arena, buf_str(&en));
}

static struct record change_figure(struct arena *arena, const struct observation *from,
                                   const struct observation *to)
{
    struct formula *formula = ARENA_NEW(arena, struct formula);
    struct term *terms = arena_array(arena, 2, sizeof(*terms));
    terms[0] = term_of("a", from);
    terms[1] = term_of("b", to);
    *formula = (struct formula){STR("b - a"),
                                STR("后一次 b 与前一次 a 之差"),
                                STR("the later value, b, less the one before, a"),
                                {terms, 2}};
    struct figure figure = {.value = difference(from, to),
                            .unit = str_is(to->unit, "%") ? STR("百分点") : to->unit,
                            .approximation = STR("exact"),
                            .formula = {formula},
                            .records = STR_NONE};
    return figure_record(arena, figure);
}

/* Those of one period whose value or status differs from the one before; a story has two at least,
 * and two values. */
static bool tell(struct arena *arena, const struct observation *all, size_t count,
                 struct story *story)
{
    const struct observation **kept = arena_array(arena, count, sizeof(const struct observation *));
    size_t steps = 0;
    bool changed = false;
    for (size_t i = 0; i < count; i++) {
        if (steps && kept[steps - 1]->value == all[i].value &&
            str_equal(kept[steps - 1]->status, all[i].status))
            continue;
        changed = changed || (steps && kept[steps - 1]->value != all[i].value);
        kept[steps++] = &all[i];
    }
    if (!changed)
        return false;
    struct story_step *list = arena_array(arena, steps, sizeof(*list));
    for (size_t i = 0; i < steps; i++) {
        const struct observation *o = kept[i];
        list[i] = (struct story_step){.status = o->status,
                                      .figure = figure_record(arena, figure_of(o)),
                                      .published = o->published,
                                      .source_code = o->source_code,
                                      .source_title = o->source_title,
                                      .source_title_en = o->source_title_en,
                                      .line = o->line,
                                      .replaced = o->replaced_seq.known};
        if (i && kept[i - 1]->value != o->value)
            list[i].change = change_figure(arena, kept[i - 1], o);
    }
    *story = (struct story){
        .period = all->period, .measure = all->measure, .unit = all->unit, .steps = {list, steps}};
    say(story, arena, kept, steps);
    return true;
}

SHARED_HANDLER(stories_show, stories_request, stories)
{
    struct indicator indicator;
    struct area area;
    struct records rows;
    enum error error = indicator_find(ctx, in->indicator_code, &indicator);
    if ((error = explain(ctx, error, E_NOT_FOUND, "没有这个指标", "there is no such indicator")))
        return error;
    error = explain(ctx, area_find(ctx, in->area_code, &area), E_NOT_FOUND, "没有这个区域",
                    "there is no such area");
    if (!error)
        error = db_all(ctx, &sql_story_rows,
                       ARGS(arg_text("indicator_code", in->indicator_code),
                            arg_text("area_code", in->area_code), arg_int("limit", ROWS_MAX)),
                       &observation_shape, ROWS_MAX, &rows);
    if (error)
        return error;
    const struct observation *all = rows.items;
    struct story *list = arena_array(ctx->arena, rows.count + 1, sizeof(*list));
    for (size_t first = 0, next; first < rows.count; first = next) {
        for (next = first + 1; next < rows.count && same_story(&all[first], &all[next]);)
            next++;
        if (tell(ctx->arena, &all[first], next - first, &list[out->items.count]))
            out->items.count++;
    }
    out->items.items = list;
    return E_OK;
}
