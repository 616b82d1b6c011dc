/* What is not said, or was noted when the figure was recorded. */
#include <stdlib.h>

#include "plausibility/rules.h"

static bool contains(struct str text, const char *word)
{
    size_t length = strlen(word);
    for (size_t at = 0; at + length <= text.length; at++)
        if (memcmp(text.data + at, word, length) == 0)
            return true;
    return false;
}

/* The vocabulary of notes: whoever records a figure writes down what the text left open. */
static const char *const hidden_dates[] = {"原文无年度", "统计年度未写明", "数据年度未写明",
                                           "指标年度未写明"};
static const char *const unstated_periods[] = {"期限未写明", "当年或多年", "当年或累计未写明",
                                               "当年获批或历年累计未写明", "是否累计未写明"};
static const char *const dropped_hedges[] = {"省去“预计”", "未带预计", "省略“预计”"};

#define NOTES(figure, words) notes((figure), (words), COUNT(words))
static bool notes(const struct checked_figure *figure, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (contains(figure->note, words[i]))
            return true;
    return false;
}

/* A figure and those that repeat it, or that it repeats. */
static size_t with_repeats(const struct check *check, size_t place,
                           size_t figures[FINDING_FIGURES_MAX])
{
    const struct checked_figure *figure = figure_at(check, place);
    size_t first = figure->original == FIGURE_NONE ? place : figure->original, count = 0;
    figures[count++] = first;
    for (size_t i = figure_at(check, first)->repeated;
         i != FIGURE_NONE && count < FINDING_FIGURES_MAX; i = figure_at(check, i)->repeated_next)
        figures[count++] = i;
    return count;
}

static void report_note(struct check *check, size_t place, const char *why, const char *why_en)
{
    size_t figures[FINDING_FIGURES_MAX];
    size_t count = with_repeats(check, place, figures);
    report(check, figures, count,
           arena_print(check->arena, "“%.*s”%.*s：%s", STR_PRINT(figure_name(check, place)),
                       STR_PRINT(figure_words(check, place)), why),
           arena_print(check->arena, "%.*s: %.*s: %s", STR_PRINT(figure_name_en(check, place)),
                       STR_PRINT(figure_words_en(check, place)), why_en),
           figure_number(check, place));
}

/* A figure whose repeat was reported already is not reported again. */
static bool is_first_said(const struct checked_figure *figure)
{
    return figure->original == FIGURE_NONE;
}

/* The level that a rate of growth would be computed with: the next of the same series. */
static size_t next_level(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    const struct series *series = series_of(check->set, figure->indicator, figure->key_area,
                                            figure->key_scope, figure->key_among);
    for (size_t i = 0; series && i < series->count; i++) {
        size_t next = series_figure(check, series, i);
        if (is_fact_level(figure_at(check, next)) && same_kind(figure_at(check, next), figure) &&
            figure_at(check, next)->end.days > figure->end.days)
            return next;
    }
    return FIGURE_NONE;
}

static void report_hidden_date(struct check *check, size_t place)
{
    size_t figures[FINDING_FIGURES_MAX];
    size_t count = with_repeats(check, place, figures), next = FIGURE_NONE;
    struct period period;
    if (period_parse(figure_at(check, place)->period, &period) && period.kind == PERIOD_DAY)
        next = next_level(check, place);
    if (next != FIGURE_NONE && count < FINDING_FIGURES_MAX)
        figures[count++] = next;
    report(check, figures, count,
           arena_print(check->arena, "“%.*s”%.*s：原文未写统计年度，用于比较或计算增速之前待核",
                       STR_PRINT(figure_name(check, place)), STR_PRINT(figure_words(check, place))),
           arena_print(check->arena,
                       "%.*s: %.*s: the year is not stated; to be verified before it is compared "
                       "or a rate is computed",
                       STR_PRINT(figure_name_en(check, place)),
                       STR_PRINT(figure_words_en(check, place))),
           next == FIGURE_NONE
               ? figure_number(check, place)
               : arena_print(check->arena, "%s → %s", figure_number(check, place).data,
                             figure_number(check, next).data));
}

void find_hidden_dates(struct check *check)
{
    for (size_t i = 0; i < check->set->count; i++) {
        const struct checked_figure *figure = figure_at(check, i);
        if (is_first_said(figure) && measure_is_level(figure->measure) &&
            figure->measure != MEASURE_RANK && figure->measure != MEASURE_STREAK &&
            NOTES(figure, hidden_dates))
            report_hidden_date(check, i);
    }
}

void find_unstated_periods(struct check *check)
{
    for (size_t i = 0; i < check->set->count; i++)
        if (is_first_said(figure_at(check, i)) && NOTES(figure_at(check, i), unstated_periods) &&
            figure_at(check, i)->measure == MEASURE_FLOW)
            report_note(check, i, "原文未写明年度或年限，不宜当作年度数使用",
                        "neither year nor span is stated: not to be used as a yearly value");
}

void find_dropped_hedges(struct check *check)
{
    const struct figure_set *set = check->set;
    for (size_t i = 0; i < set->count; i++) {
        const struct checked_figure *figure = &set->figures[i];
        if (is_first_said(figure) && NOTES(figure, dropped_hedges))
            report_note(
                check, i, "一处未带“预计”，另一处写明预计，按预计数采用",
                "one place says it without \"estimated\", another with: used as an estimate");
        else if (figure->original != FIGURE_NONE &&
                 (figure->status <= FIGURE_PRELIMINARY) !=
                     (figure_at(check, figure->original)->status <= FIGURE_PRELIMINARY) &&
                 figure->status != FIGURE_TARGET)
            report_note(
                check, i, "同一数值一处作预计、一处作实际，按预计数采用",
                "estimated in one place and stated as fact in another: used as an estimate");
    }
}

/* --- Periods that had not ended --------------------------------------------------------------- */

static bool states_completion(const struct checked_figure *figure)
{
    static const char *const words[] = {"称完成", "即完成", "期未满", "顺利完成"};
    return NOTES(figure, words);
}

/* A figure of how long a period is, where the same text says it. */
static size_t length_of_period(const struct check *check, const struct checked_figure *figure)
{
    const struct figure_set *set = check->set;
    for (size_t n = 0; n < set->indicator_count; n++) {
        const struct series *series =
            set->indicators[n].measure == MEASURE_DURATION
                ? series_of(set, n, figure->key_area, figure->key_scope, figure->key_among)
                : NULL;
        for (size_t i = 0; series && i < series->count; i++) {
            size_t place = series_figure(check, series, i);
            if (figure_at(check, place)->key_source == figure->key_source &&
                str_equal(figure_at(check, place)->period, figure->period))
                return place;
        }
    }
    return FIGURE_NONE;
}

void find_unclosed_periods(struct check *check)
{
    for (size_t i = 0; i < check->set->count; i++) {
        const struct checked_figure *figure = figure_at(check, i);
        struct period period;
        if (!is_first_said(figure) || !figure_is_fact(figure) || !states_completion(figure) ||
            !period_parse(figure->period, &period) || period.kind != PERIOD_RANGE ||
            !date_known(figure->published_on) || figure->published_on.days >= figure->end.days)
            continue;
        size_t figures[2] = {i, length_of_period(check, figure)};
        char published[DATE_TEXT], end[DATE_TEXT];
        date_print(figure->published_on, published);
        date_print(figure->end, end);
        report(check, figures, COUNT(figures),
               arena_print(
                   check->arena,
                   "“%.*s”%.*s，发布于%s，而时期到%s才结束：是截至发布日的判断，终期结果待年度统计",
                   STR_PRINT(figure_name(check, i)), STR_PRINT(figure_words(check, i)), published,
                   end),
               arena_print(check->arena,
                           "%.*s: %.*s was published on %s, and the period ends on %s: a judgement "
                           "as of that day, the final result is still to come",
                           STR_PRINT(figure_name_en(check, i)),
                           STR_PRINT(figure_words_en(check, i)), published, end),
               arena_print(check->arena, "%s < %s", published, end));
    }
}

/* --- Growth without a level ------------------------------------------------------------------- */

/* Whether the series has a level for the period of a rate. */
static bool has_level(const struct check *check, const struct series *series,
                      const struct checked_figure *rate)
{
    for (size_t i = 0; i < series->count; i++) {
        const struct checked_figure *level = figure_at(check, series_figure(check, series, i));
        if (measure_is_level(level->measure) && level->end.days == rate->end.days &&
            figure_is_fact(level))
            return true;
    }
    return false;
}

static bool lacks_level(const struct check *check, const struct series *series, size_t place)
{
    const struct checked_figure *rate = figure_at(check, place);
    return rate->measure == MEASURE_GROWTH_RATE && is_first_said(rate) && figure_is_fact(rate) &&
           rate->attached == FIGURE_NONE &&
           measure_is_level(figure_indicator(check->set, rate)->measure) &&
           !has_level(check, series, rate);
}

struct rate {
    uint32_t source;
    size_t place;
};

static int compare_rates(const void *one, const void *other)
{
    const struct rate *a = one, *b = other;
    if (a->source != b->source)
        return a->source < b->source ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

/* One finding for each source that states rates so. */
void find_growth_without_level(struct check *check)
{
    const struct figure_set *set = check->set;
    struct rate *rates = arena_array(check->arena, set->count + 1, sizeof(*rates));
    size_t count = 0;
    for (size_t s = 0; s < set->series_count; s++)
        for (size_t i = 0; i < set->series[s].count; i++) {
            size_t place = series_figure(check, &set->series[s], i);
            if (lacks_level(check, &set->series[s], place))
                rates[count++] = (struct rate){figure_at(check, place)->key_source, place};
        }
    qsort(rates, count, sizeof(*rates), compare_rates);
    for (size_t first = 0, next; first < count; first = next) {
        size_t figures[FINDING_FIGURES_MAX], listed = 0;
        struct buf zh = {.arena = check->arena}, en = {.arena = check->arena};
        for (next = first; next < count && rates[next].source == rates[first].source; next++) {
            size_t place = rates[next].place;
            if (listed == FINDING_FIGURES_MAX)
                continue;
            buf_print(&zh, "%s“%.*s”%.*s", listed ? "、" : "", STR_PRINT(figure_name(check, place)),
                      STR_PRINT(figure_words(check, place)));
            buf_print(&en, "%s%.*s: %.*s", listed ? "; " : "",
                      STR_PRINT(figure_name_en(check, place)),
                      STR_PRINT(figure_words_en(check, place)));
            figures[listed++] = place;
        }
        report(check, figures, listed,
               arena_print(check->arena, "%s：只公布增速而未公布该期数值，不宜以别期的数代替",
                           buf_str(&zh).data),
               arena_print(check->arena,
                           "%s: rates without the levels of their periods: other periods' values "
                           "must not stand in",
                           buf_str(&en).data),
               figure_number(check, figures[0]));
    }
}
