/* Indicators with nearly one name: declared, or found by their names. */
#include "plausibility/rules.h"

enum { OF_EACH = 3 };

/* The newest levels of an indicator in an area, whatever their scope. */
static size_t newest_levels(const struct check *check, size_t indicator, uint32_t area,
                            size_t figures[OF_EACH])
{
    const struct figure_set *set = check->set;
    size_t count = 0;
    for (size_t s = set->series_of_indicator[indicator];
         s < set->series_of_indicator[indicator + 1]; s++)
        for (size_t i = set->series[s].count; i-- > 0;) {
            size_t place = series_figure(check, &set->series[s], i);
            const struct checked_figure *figure = figure_at(check, place);
            bool level = states_level(figure) || figure->measure == MEASURE_INCREMENT ||
                         figure->measure == MEASURE_NAME;
            if (figure->key_area == area && level && figure->original == FIGURE_NONE &&
                count < OF_EACH)
                figures[count++] = place;
        }
    return count;
}

/* Declared pairs make groups; the root of each is its least member. */
static size_t root_of(size_t *parent, size_t n)
{
    while (parent[n] != n)
        n = parent[n] = parent[parent[n]];
    return n;
}

static void unite(size_t *parent, size_t a, size_t b)
{
    a = root_of(parent, a);
    b = root_of(parent, b);
    if (a < b)
        parent[b] = a;
    else
        parent[a] = b;
}

static bool periods_apart(const struct check *check, const struct series *a, const struct series *b)
{
    bool any = false;
    for (size_t i = 0; i < a->count; i++)
        for (size_t j = 0; j < b->count; j++) {
            const struct checked_figure *x = figure_at(check, series_figure(check, a, i));
            const struct checked_figure *y = figure_at(check, series_figure(check, b, j));
            if (!states_level(x) || !states_level(y))
                continue;
            any = true;
            if (x->end.days == y->end.days)
                return false;
        }
    return any;
}

enum { FEW_LEVELS = 6 };

/* Names nearly one, one unit, few levels, no period in common: a reader might join them. */
static bool look_like_one(const struct check *check, size_t a, size_t b)
{
    const struct figure_set *set = check->set;
    const struct checked_indicator *x = &set->indicators[a], *y = &set->indicators[b];
    if (!str_equal(x->unit, y->unit) || !str_equal(x->topic, y->topic) || x->measure != y->measure)
        return false;
    size_t shared = 3 * common_subsequence(x->name, y->name); /* UTF-8: three bytes each */
    size_t shorter = x->name.length < y->name.length ? x->name.length : y->name.length;
    if (shared * 100 < shorter * 75 || 2 * shared * 100 < (x->name.length + y->name.length) * 70)
        return false;
    for (size_t s = set->series_of_indicator[a]; s < set->series_of_indicator[a + 1]; s++) {
        const struct checked_figure *first =
            figure_at(check, series_figure(check, &set->series[s], 0));
        const struct series *other =
            series_of(set, b, first->key_area, first->key_scope, first->key_among);
        if (other && set->series[s].count <= FEW_LEVELS && other->count <= FEW_LEVELS &&
            periods_apart(check, &set->series[s], other))
            return true;
    }
    return false;
}

static void report_group(struct check *check, size_t *parent, size_t root)
{
    const struct figure_set *set = check->set;
    size_t figures[FINDING_FIGURES_MAX], count = 0, indicators = 0;
    uint32_t area = UINT32_MAX;
    /* The area of the first figure of the group; where members have none there, they stay out. */
    for (size_t n = root; n < set->indicator_count; n++) {
        size_t newest[OF_EACH];
        if (root_of(parent, n) != root ||
            set->series_of_indicator[n] == set->series_of_indicator[n + 1])
            continue;
        const struct series *series = &set->series[set->series_of_indicator[n]];
        if (area == UINT32_MAX)
            area = figure_at(check, series_figure(check, series, 0))->key_area;
        size_t found = newest_levels(check, n, area, newest);
        for (size_t i = 0; i < found && count < COUNT(figures); i++)
            figures[count++] = newest[found - 1 - i];
        indicators += found > 0;
    }
    if (indicators < 2)
        return;
    struct str why = STR("名称相近而定义、范围或发布者不同，不连成一列，不相减");
    for (size_t r = set->relation_count; r-- > 0;)
        if (set->relations[r].kind == RELATION_NEAR_HOMONYM && set->relations[r].note.length &&
            root_of(parent, set->relations[r].a) == root)
            why = arena_print(check->arena, "%.*s；不连成一列，不相减",
                              STR_PRINT(set->relations[r].note));
    report_break(check, figures, count, why.data,
                 "nearly one name, other definitions, scopes or publishers: no one series, no "
                 "difference");
}

void find_near_homonyms(struct check *check)
{
    const struct figure_set *set = check->set;
    size_t *parent = arena_array(check->arena, set->indicator_count + 1, sizeof(*parent));
    for (size_t n = 0; n < set->indicator_count; n++)
        parent[n] = n;
    for (size_t r = 0; r < set->relation_count; r++)
        if (set->relations[r].kind == RELATION_NEAR_HOMONYM)
            unite(parent, set->relations[r].a, set->relations[r].b);
    for (size_t a = 0; a < set->indicator_count; a++)
        for (size_t b = a + 1; b < set->indicator_count; b++)
            if (root_of(parent, a) != root_of(parent, b) && look_like_one(check, a, b))
                unite(parent, a, b);
    for (size_t n = 0; n < set->indicator_count; n++)
        if (root_of(parent, n) == n)
            report_group(check, parent, n);
}
