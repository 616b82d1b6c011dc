/* Words for figures, and how alike two names are. */
#include <math.h>

#include "base/utf8.h"
#include "plausibility/rules.h"

struct str number_words(struct arena *arena, double number)
{
    if (fabs(number) >= 1e8)
        return arena_print(arena, "%.6g×10⁸", number / 1e8);
    return arena_print(arena, "%.6g", number);
}

struct str amount_words(struct arena *arena, double number)
{
    if (fabs(number) >= 1e8)
        return arena_print(arena, "%.5g亿", number / 1e8);
    if (fabs(number) >= 1e4)
        return arena_print(arena, "%.5g万", number / 1e4);
    return arena_print(arena, "%.5g", number);
}

/* 2021 → 2021年; other periods as they are written. */
static struct str period_words(const struct check *check, const struct checked_figure *figure)
{
    struct period period;
    bool year = period_parse(figure->period, &period) && period.kind == PERIOD_YEAR;
    return arena_print(check->arena, "%.*s%s", STR_PRINT(figure->period), year ? "年" : "");
}

struct str figure_number(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    static const char *const before[] = {[APPROXIMATION_EXACT] = "",
                                         [APPROXIMATION_ABOUT] = "≈",
                                         [APPROXIMATION_OVER] = "≥",
                                         [APPROXIMATION_UNDER] = "≤"};
    struct buf out = {.arena = check->arena};
    buf_print(&out, "%s%s", before[figure->approximation],
              number_words(check->arena, figure->value).data);
    if (!isnan(figure->value_high))
        buf_print(&out, "–%s", number_words(check->arena, figure->value_high).data);
    return arena_str(check->arena, buf_str(&out));
}

/* What was printed; where that is unknown, the number with its unit. */
static struct str printed(const struct check *check, const struct checked_figure *figure,
                          size_t place)
{
    if (figure->token.length)
        return figure->token;
    return arena_print(check->arena, "%s%.*s", figure_number(check, place).data,
                       STR_PRINT(figure->unit));
}

struct str figure_words(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    static const char *const status[] = {[FIGURE_IMPLIED] = "（推算）",
                                         [FIGURE_TARGET] = "（目标）",
                                         [FIGURE_ESTIMATE] = "（预计）",
                                         [FIGURE_PRELIMINARY] = "（初步）"};
    const char *note = figure->status <= FIGURE_PRELIMINARY ? status[figure->status] : "";
    return arena_print(check->arena, "%.*s的%.*s%s", STR_PRINT(period_words(check, figure)),
                       STR_PRINT(printed(check, figure, place)), note);
}

struct str figure_words_en(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    static const char *const status[] = {[FIGURE_IMPLIED] = ", implied",
                                         [FIGURE_TARGET] = ", target",
                                         [FIGURE_ESTIMATE] = ", estimate",
                                         [FIGURE_PRELIMINARY] = ", preliminary"};
    const char *note = figure->status <= FIGURE_PRELIMINARY ? status[figure->status] : "";
    return arena_print(check->arena, "%s %.*s (%.*s%s)", figure_number(check, place).data,
                       STR_PRINT(figure->unit), STR_PRINT(figure->period), note);
}

struct str figure_name(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    struct str name = figure_indicator(check->set, figure)->name;
    if (!figure->scope.length)
        return name;
    return arena_print(check->arena, "%.*s（%.*s）", STR_PRINT(name), STR_PRINT(figure->scope));
}

struct str figure_name_en(const struct check *check, size_t place)
{
    const struct checked_figure *figure = figure_at(check, place);
    const struct checked_indicator *indicator = figure_indicator(check->set, figure);
    struct str name = indicator->name_en.length ? indicator->name_en : indicator->name;
    if (!figure->scope.length)
        return name;
    return arena_print(check->arena, "%.*s (%.*s)", STR_PRINT(name), STR_PRINT(figure->scope));
}

struct str figures_listed(const struct check *check, const size_t *figures, size_t count,
                          bool english)
{
    struct buf out = {.arena = check->arena};
    for (size_t i = 0; i < count; i++)
        buf_print(
            &out, english ? "%s%.*s: %.*s" : "%s“%.*s”%.*s", i ? (english ? "; " : "；") : "",
            STR_PRINT(english ? figure_name_en(check, figures[i]) : figure_name(check, figures[i])),
            STR_PRINT(english ? figure_words_en(check, figures[i])
                              : figure_words(check, figures[i])));
    return arena_str(check->arena, buf_str(&out));
}

/* --- Names ----------------------------------------------------------------------------------- */

enum { NAME_POINTS_MAX = 64 };

static size_t points_of(struct str text, uint32_t points[NAME_POINTS_MAX])
{
    size_t count = 0, at = 0;
    while (at < text.length && count < NAME_POINTS_MAX)
        points[count++] = utf8_next(text, &at);
    return count;
}

static bool continues(struct str text, size_t at)
{
    return at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80;
}

/* Bytewise, since this is asked of every pair of names beside each other. */
size_t common_beginning(struct str a, struct str b)
{
    size_t bytes = 0, points = 0;
    while (bytes < a.length && bytes < b.length && a.data[bytes] == b.data[bytes])
        bytes++;
    while (bytes && (continues(a, bytes) || continues(b, bytes)))
        bytes--; /* not a whole character */
    for (size_t i = 0; i < bytes; i++)
        points += !continues(a, i);
    return points;
}

size_t common_subsequence(struct str a, struct str b)
{
    uint32_t left[NAME_POINTS_MAX], right[NAME_POINTS_MAX];
    size_t left_count = points_of(a, left), right_count = points_of(b, right);
    size_t best[NAME_POINTS_MAX + 1] = {0};
    for (size_t i = 0; i < left_count; i++) {
        size_t before = 0; /* best[j] of the row above */
        for (size_t j = 0; j < right_count; j++) {
            size_t above = best[j + 1];
            if (left[i] == right[j])
                best[j + 1] = before + 1;
            else if (best[j] > above)
                best[j + 1] = best[j];
            before = above;
        }
    }
    return best[right_count];
}
