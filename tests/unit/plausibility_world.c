#include "unit/plausibility_world.h"

#include <math.h>

#include "base/number.h"
#include "unit/unit.h"

static const struct checked_indicator indicators[] = {
    {.code = STR_INIT("STOCK"),
     .name = STR_INIT("高新技术企业数"),
     .unit = STR_INIT("家"),
     .measure = MEASURE_STOCK,
     .frequency = STR_INIT("year")},
    {.code = STR_INIT("WIDER"),
     .name = STR_INIT("科技型企业数"),
     .unit = STR_INIT("家"),
     .measure = MEASURE_STOCK},
    {.code = STR_INIT("NEW"),
     .name = STR_INIT("新认定高新技术企业数"),
     .unit = STR_INIT("家"),
     .measure = MEASURE_INCREMENT},
    {.code = STR_INIT("ZONE"),
     .name = STR_INIT("两江企业数"),
     .unit = STR_INIT("家"),
     .measure = MEASURE_STOCK},
    {.code = STR_INIT("TOTAL"),
     .name = STR_INIT("知识价值贷合计"),
     .unit = STR_INIT("元"),
     .measure = MEASURE_CUMULATIVE},
    {.code = STR_INIT("PART"),
     .name = STR_INIT("知识价值贷发放额"),
     .unit = STR_INIT("元"),
     .measure = MEASURE_CUMULATIVE},
    {.code = STR_INIT("REST"),
     .name = STR_INIT("引导额"),
     .unit = STR_INIT("元"),
     .measure = MEASURE_CUMULATIVE},
    {.code = STR_INIT("FLOW"),
     .name = STR_INIT("研发经费"),
     .unit = STR_INIT("元"),
     .measure = MEASURE_FLOW},
    {.code = STR_INIT("GDP"),
     .name = STR_INIT("地区生产总值"),
     .unit = STR_INIT("元"),
     .measure = MEASURE_FLOW},
    {.code = STR_INIT("RATIO"),
     .name = STR_INIT("投入强度"),
     .unit = STR_INIT("%"),
     .measure = MEASURE_RATIO},
    {.code = STR_INIT("SHARE"),
     .name = STR_INIT("企业诉求满意度"),
     .unit = STR_INIT("%"),
     .measure = MEASURE_SHARE},
    {.code = STR_INIT("COUNT"),
     .name = STR_INIT("企业诉求受理件数"),
     .unit = STR_INIT("件"),
     .measure = MEASURE_CUMULATIVE},
    {.code = STR_INIT("RANK"),
     .name = STR_INIT("综合科技创新水平指数西部排名"),
     .unit = STR_INIT("位"),
     .measure = MEASURE_RANK,
     .direction = STR_INIT("down")},
    {.code = STR_INIT("STREAK"),
     .name = STR_INIT("综合科技创新水平指数西部第一连续年数"),
     .unit = STR_INIT("年"),
     .measure = MEASURE_STREAK},
    {.code = STR_INIT("DAYS"),
     .name = STR_INIT("办理时长"),
     .unit = STR_INIT("天"),
     .measure = MEASURE_DURATION},
    {.code = STR_INIT("NEAR"),
     .name = STR_INIT("科技创新平台数"),
     .unit = STR_INIT("个"),
     .measure = MEASURE_STOCK},
    {.code = STR_INIT("NEARER"),
     .name = STR_INIT("市科技创新平台数"),
     .unit = STR_INIT("个"),
     .measure = MEASURE_STOCK},
};

static size_t indicator_named(struct str code)
{
    for (size_t i = 0; i < COUNT(indicators); i++)
        if (str_equal(indicators[i].code, code))
            return i;
    fail_msg("no indicator %.*s", STR_PRINT(code));
}

enum { STOCK, WIDER, NEW, ZONE, TOTAL, RATIO = 9 };
static const struct indicator_relation relations[] = {
    {.a = STOCK, .b = WIDER, .kind = RELATION_PART_OF},
    {.a = ZONE, .b = STOCK, .kind = RELATION_PART_OF},
    {.a = NEW, .b = STOCK, .kind = RELATION_GROSS_OF},
};
static const struct indicator_formula formulas[] = {
    {TOTAL, STR_INIT("PART + REST")},
    {RATIO, STR_INIT("100 * FLOW / GDP")},
};

void world_begin(struct world *world)
{
    memset(world, 0, sizeof(*world));
    world->set =
        (struct figure_set){.indicators = (struct checked_indicator *)(uintptr_t)indicators,
                            .indicator_count = COUNT(indicators),
                            .figures = world->figures,
                            .relations = relations,
                            .relation_count = COUNT(relations),
                            .formulas = formulas,
                            .formula_count = COUNT(formulas),
                            .today = date_of(2026, 11, 25)};
}

static enum approximation approximation_named(struct str word)
{
    static const char *const names[] = {"exact", "about", "over", "under"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(word, names[i]))
            return (enum approximation)i;
    fail_msg("no approximation %.*s", STR_PRINT(word));
}

static void set_key(struct checked_figure *figure, struct str key, struct str value)
{
    double number = 0;
    if (str_is(key, "status"))
        figure->status = figure_status_of(value);
    else if (str_is(key, "area"))
        figure->area_code = value;
    else if (str_is(key, "scope"))
        figure->scope = value;
    else if (str_is(key, "approx"))
        figure->approximation = approximation_named(value);
    else if (str_is(key, "base"))
        figure->base_period = value;
    else if (str_is(key, "of"))
        figure->attaches_to = value;
    else if (str_is(key, "repeats"))
        figure->repeats = value;
    else if (str_is(key, "published"))
        assert_true(publication_parse(value, &figure->published_on));
    else if (str_is(key, "source"))
        figure->source_code = value;
    else if (str_is(key, "token"))
        figure->token = value;
    else if (str_is(key, "note"))
        figure->note = value;
    else if (str_is(key, "version") && real_parse(value, &number))
        figure->definition_version = (int64_t)number;
    else if (str_is(key, "high") && real_parse(value, &number))
        figure->value_high = number;
    else
        fail_msg("no key %.*s", STR_PRINT(key));
}

struct checked_figure *world_add(struct world *world, const char *line)
{
    struct str rest = arena_str(&world->arena, str_of(line)), words[6], word;
    for (size_t i = 0; i < COUNT(words); i++)
        assert_true(str_cut(&rest, ' ', &words[i]));
    assert_true(world->set.count < WORLD_MAX);
    struct checked_figure *figure = &world->figures[world->set.count++];
    struct period period;
    assert_true(period_parse(words[2], &period));
    *figure = (struct checked_figure){.fact_id = words[0],
                                      .indicator = indicator_named(words[1]),
                                      .definition_version = 1,
                                      .area_code = STR("CQ"),
                                      .period = words[2],
                                      .start = period.start,
                                      .end = period_last(period),
                                      .value_high = NAN,
                                      .unit = words[4],
                                      .status = FIGURE_AS_REPORTED,
                                      .measure = measure_of(words[5]),
                                      .published_on = date_of(2026, 1, 1),
                                      .source_code = STR("S"),
                                      .token = words[3]};
    assert_true(real_parse(words[3], &figure->value));
    while (str_cut(&rest, ' ', &word)) {
        struct str value = word, key;
        str_cut(&value, '=', &key);
        set_key(figure, key, value);
    }
    return figure;
}

void world_check(struct world *world)
{
    figures_prepare(&world->arena, &world->set);
    world->findings = plausibility_check(&world->arena, &world->set);
}

const struct finding *world_finding(const struct world *world, const char *rule)
{
    for (size_t i = 0; i < world->findings.count; i++)
        if (strcmp(world->findings.list[i].rule->name, rule) == 0)
            return &world->findings.list[i];
    return NULL;
}

const char *finding_figures(struct world *world, const struct finding *finding)
{
    struct buf out = {.arena = &world->arena};
    for (size_t i = 0; finding && i < finding->figure_count; i++) {
        if (i)
            buf_char(&out, ' ');
        buf_add(&out, world->set.figures[finding->figures[i]].fact_id);
    }
    return arena_str(&world->arena, buf_str(&out)).data;
}

void world_end(struct world *world)
{
    arena_free(&world->arena);
}
