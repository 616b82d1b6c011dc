#include "plausibility/figures.h"

#include <math.h>
#include <stdlib.h>

#include "base/number.h"
#include "base/utf8.h"
#include "plausibility/table.h"

static const char *const measures[] = {
    [MEASURE_STOCK] = "stock",
    [MEASURE_FLOW] = "flow",
    [MEASURE_CUMULATIVE] = "cumulative",
    [MEASURE_SHARE] = "share",
    [MEASURE_RATIO] = "ratio",
    [MEASURE_INDEX] = "index",
    [MEASURE_RANK] = "rank",
    [MEASURE_STREAK] = "streak",
    [MEASURE_DURATION] = "duration",
    [MEASURE_THRESHOLD] = "threshold",
    [MEASURE_INCREMENT] = "increment",
    [MEASURE_NET_INCREMENT] = "net_increment",
    [MEASURE_GROWTH_RATE] = "growth_rate",
    [MEASURE_CHANGE_PP] = "change_pp",
    [MEASURE_CHANGE_ABS] = "change_abs",
    [MEASURE_MULTIPLE] = "multiple",
    [MEASURE_RANK_CHANGE] = "rank_change",
    [MEASURE_NAME] = "name",
};

enum measure measure_of(struct str text)
{
    for (size_t i = 0; i < COUNT(measures); i++)
        if (str_is(text, measures[i]))
            return (enum measure)i;
    return MEASURE_OTHER;
}

enum figure_status figure_status_of(struct str text)
{
    static const char *const names[] = {"implied",     "target", "estimate", "preliminary",
                                        "as_reported", "final",  "revised"};
    for (size_t i = 0; i < COUNT(names); i++)
        if (str_is(text, names[i]))
            return (enum figure_status)i;
    return FIGURE_AS_REPORTED;
}

/* --- What was printed ----------------------------------------------------------------------- */

static bool is_digit(uint32_t point)
{
    return (point >= '0' && point <= '9') || (point >= 0xff10 && point <= 0xff19);
}

/* The first number in Arabic digits: its digits as ASCII, and how many stand after the point. */
static bool printed_number(struct str token, double *number, int *decimals)
{
    char digits[32];
    size_t length = 0, at = 0;
    bool point = false;
    *decimals = 0;
    while (at < token.length && length < sizeof(digits) - 1) {
        uint32_t c = utf8_next(token, &at);
        if (is_digit(c)) {
            digits[length++] = (char)(c >= 0xff10 ? c - 0xff10 + '0' : c);
            *decimals += point;
        } else if ((c == '.' || c == 0xff0e) && length && !point) {
            digits[length++] = '.';
            point = true;
        } else if (length && c != ',' && c != 0xff0c) {
            break;
        }
    }
    while (length && digits[length - 1] == '.')
        length--;
    return length && real_parse((struct str){digits, length}, number);
}

double printed_step(struct str token, double value)
{
    double number;
    int decimals;
    if (value == 0)
        return 1;
    if (!printed_number(token, &number, &decimals) || number <= 0)
        return last_digit_unit(value); /* 八项, 首位 */
    double scale = fabs(value) / number;
    /* The token may be a part of a longer number, or the value a converted one: then nothing is
     * known of its last digit but what the value itself shows. */
    double exponent = log10(scale);
    if (fabs(exponent - round(exponent)) > 1e-6)
        return last_digit_unit(value);
    return pow(10, round(exponent) - decimals);
}

/* Things are counted in ones, and what is printed to the last one has no last digit to doubt. */
static bool is_counted(const struct checked_figure *figure)
{
    static const bool counted[] = {
        [MEASURE_STOCK] = true,       [MEASURE_FLOW] = true,          [MEASURE_CUMULATIVE] = true,
        [MEASURE_RANK] = true,        [MEASURE_STREAK] = true,        [MEASURE_THRESHOLD] = true,
        [MEASURE_INCREMENT] = true,   [MEASURE_NET_INCREMENT] = true, [MEASURE_CHANGE_ABS] = true,
        [MEASURE_RANK_CHANGE] = true, [MEASURE_NAME] = true,          [MEASURE_OTHER] = false};
    return counted[figure->measure] && !str_is(figure->unit, "%");
}

/* 2.1倍 of 2.16 is common: what is printed may have been rounded or cut off. A count that is
 * printed in full is itself. */
static struct interval printed_interval(const struct checked_figure *figure)
{
    double high = isnan(figure->value_high) ? figure->value : figure->value_high;
    switch (figure->approximation) {
    case APPROXIMATION_OVER:
        return (struct interval){figure->value, INFINITY};
    case APPROXIMATION_UNDER:
        return (struct interval){-INFINITY, high};
    case APPROXIMATION_ABOUT: {
        double unit = fmax(figure->step, last_digit_unit(figure->value));
        return (struct interval){figure->value - unit / 2, high + unit};
    }
    case APPROXIMATION_EXACT:
        break;
    }
    return (struct interval){figure->value - figure->step / 2, high + figure->step};
}

/* --- Equal texts, equal numbers -------------------------------------------------------------- */

static void give_keys(struct arena *arena, struct figure_set *set)
{
    struct table area = {0}, scope = {0}, among = {0}, source = {0}, unit = {0};
    for (size_t i = 0; i < set->count; i++) {
        struct checked_figure *figure = &set->figures[i];
        figure->key_area = table_key(arena, &area, figure->area_code);
        figure->key_scope = table_key(arena, &scope, figure->scope);
        figure->key_among = table_key(arena, &among, figure->among);
        figure->key_source = table_key(arena, &source, figure->source_code);
        figure->key_unit = table_key(arena, &unit, figure->unit);
    }
}

static void link_figures(struct arena *arena, struct figure_set *set)
{
    struct table facts = {0};
    size_t *places = arena_array(arena, set->count + 1, sizeof(*places));
    for (size_t i = 0; i < set->count; i++) {
        places[table_key(arena, &facts, set->figures[i].fact_id)] = i;
        set->figures[i].repeated = set->figures[i].repeated_next = FIGURE_NONE;
    }
    for (size_t i = 0; i < set->count; i++) {
        struct checked_figure *figure = &set->figures[i];
        uint32_t key;
        figure->attached =
            table_find(&facts, figure->attaches_to, &key) ? places[key] : FIGURE_NONE;
        figure->original = table_find(&facts, figure->repeats, &key) ? places[key] : FIGURE_NONE;
        if (figure->original == i)
            figure->original = FIGURE_NONE;
    }
    for (size_t i = set->count; i-- > 0;) {
        struct checked_figure *figure = &set->figures[i];
        if (figure->original == FIGURE_NONE)
            continue;
        figure->repeated_next = set->figures[figure->original].repeated;
        set->figures[figure->original].repeated = i;
    }
}

size_t figure_find(const struct figure_set *set, struct str fact_id)
{
    for (size_t i = 0; i < set->count; i++)
        if (str_equal(set->figures[i].fact_id, fact_id))
            return i;
    return FIGURE_NONE;
}

/* --- Series ---------------------------------------------------------------------------------- */

struct sort_key {
    uint32_t indicator, area, scope, among;
    int32_t end, start;
    size_t place;
};

static int compare_keys(const void *one, const void *other)
{
    const struct sort_key *a = one, *b = other;
    const int64_t left[] = {a->indicator, a->area, a->scope, a->among, a->end, a->start};
    const int64_t right[] = {b->indicator, b->area, b->scope, b->among, b->end, b->start};
    for (size_t i = 0; i < COUNT(left); i++)
        if (left[i] != right[i])
            return left[i] < right[i] ? -1 : 1;
    return (a->place > b->place) - (a->place < b->place);
}

static bool same_series(const struct sort_key *a, const struct sort_key *b)
{
    return a->indicator == b->indicator && a->area == b->area && a->scope == b->scope &&
           a->among == b->among;
}

static void sort_series(struct arena *arena, struct figure_set *set)
{
    struct sort_key *keys = arena_array(arena, set->count + 1, sizeof(*keys));
    for (size_t i = 0; i < set->count; i++) {
        const struct checked_figure *figure = &set->figures[i];
        keys[i] = (struct sort_key){(uint32_t)figure->indicator,
                                    figure->key_area,
                                    figure->key_scope,
                                    figure->key_among,
                                    figure->end.days,
                                    figure->start.days,
                                    i};
    }
    qsort(keys, set->count, sizeof(*keys), compare_keys);
    set->order = arena_array(arena, set->count + 1, sizeof(*set->order));
    set->series = arena_array(arena, set->count + 1, sizeof(*set->series));
    set->series_of_indicator =
        arena_array(arena, set->indicator_count + 2, sizeof(*set->series_of_indicator));
    set->series_count = 0;
    for (size_t i = 0; i < set->count; i++) {
        set->order[i] = keys[i].place;
        if (!i || !same_series(&keys[i - 1], &keys[i])) {
            set->series[set->series_count++] = (struct series){i, 0};
            set->series_of_indicator[keys[i].indicator + 1]++;
        }
        set->series[set->series_count - 1].count++;
    }
    for (size_t i = 1; i <= set->indicator_count; i++)
        set->series_of_indicator[i] += set->series_of_indicator[i - 1];
}

void figures_prepare(struct arena *arena, struct figure_set *set)
{
    give_keys(arena, set);
    link_figures(arena, set);
    for (size_t i = 0; i < set->count; i++) {
        struct checked_figure *figure = &set->figures[i];
        struct period base;
        figure->base_end = period_parse(figure->base_period, &base) ? period_last(base) : DATE_NONE;
        figure->step = printed_step(figure->token, figure->value);
        if (figure->step <= 1 && is_counted(figure))
            figure->step = 0;
        figure->printed = printed_interval(figure);
    }
    sort_series(arena, set);
}

const struct series *series_of(const struct figure_set *set, size_t indicator, uint32_t key_area,
                               uint32_t key_scope, uint32_t key_among)
{
    size_t low = set->series_of_indicator[indicator];
    size_t high = set->series_of_indicator[indicator + 1];
    const uint32_t asked[] = {key_area, key_scope, key_among};
    while (low < high) {
        size_t middle = (low + high) / 2;
        const struct checked_figure *figure = &set->figures[set->order[set->series[middle].first]];
        const uint32_t there[] = {figure->key_area, figure->key_scope, figure->key_among};
        size_t i = 0;
        while (i < COUNT(asked) && asked[i] == there[i])
            i++;
        if (i == COUNT(asked))
            return &set->series[middle];
        if (there[i] < asked[i])
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
