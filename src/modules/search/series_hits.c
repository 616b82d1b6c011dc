/* Rules, not scores: the longest name of an area that the query holds is the area; what is left,
 * without years and words of asking, is looked for in the names of indicators. */
#include <ctype.h>
#include <stdlib.h>

#include "modules/areas/areas.h"
#include "modules/indicators/indicators.h"
#include "modules/search/internal.h"
#include "series_hits.sql.h"
#include "text/fold.h"

enum { AREAS_MAX = 2000, INDICATORS_MAX = 5000, WORDS_MAX = 12, NAME_MIN = 2 };

static bool is_word(char c)
{
    return isdigit((unsigned char)c) || (c >= 'a' && c <= 'z');
}

/* Where `part` stands in the folded text, not in the midst of a word of letters; `text.length` =
 * nowhere. */
static size_t place_of(struct str text, struct str part)
{
    for (size_t i = 0; part.length && i + part.length <= text.length; i++) {
        size_t end = i + part.length;
        bool cut = (i && is_word(text.data[i - 1]) && is_word(part.data[0])) ||
                   (end < text.length && is_word(text.data[end]) && is_word(text.data[end - 1]));
        if (!cut && memcmp(text.data + i, part.data, part.length) == 0)
            return i;
    }
    return text.length;
}

static void blank(struct str text, size_t at, size_t length)
{
    memset((char *)(uintptr_t)text.data + at, ' ', length);
}

/* --- The area ------------------------------------------------------------------------------- */

struct named_area {
    const struct area *area;
    size_t at, length;
};

static void try_name(struct arena *arena, struct str query, const struct area *area,
                     struct str name, struct named_area *best)
{
    struct str folded = text_fold(arena, name);
    size_t at = folded.length >= NAME_MIN ? place_of(query, folded) : query.length;
    if (at < query.length && folded.length > best->length)
        *best = (struct named_area){area, at, folded.length};
}

/* In the order of codes, so that of two of one name the first is meant, unless it is no more. */
static struct named_area area_in(struct ctx *ctx, struct str query, struct records areas)
{
    struct named_area best = {NULL, 0, 0};
    const struct area *items = areas.items;
    for (int past = 0; past < 2; past++)
        for (size_t i = 0; i < areas.count; i++) {
            const struct area *area = &items[i];
            if (area_valid_on(area, ctx->today) != (past == 0))
                continue;
            try_name(ctx->arena, query, area, area->name, &best);
            try_name(ctx->arena, query, area, area->short_name, &best);
            try_name(ctx->arena, query, area, area->name_en, &best);
            try_name(ctx->arena, query, area, area->short_name_en, &best);
        }
    return best;
}

/* --- The indicator -------------------------------------------------------------------------- */

/* Words that ask and name nothing. */
static const char *const asking[] = {"是多少", "有多少", "多少", "怎么样", "情况", "数据",
                                     "历年",   "近年",   "全部", "的",     NULL};

static void drop_asking(struct str text)
{
    for (size_t i = 0; asking[i]; i++) {
        struct str word = str_of(asking[i]);
        for (size_t at; (at = place_of(text, word)) < text.length;)
            blank(text, at, word.length);
    }
}

/* 2023, 2023年, 2023年度: which year is chosen on the page. */
static void drop_years(struct str text)
{
    for (size_t i = 0; i + 4 <= text.length; i++) {
        bool year = (memcmp(text.data + i, "19", 2) == 0 || memcmp(text.data + i, "20", 2) == 0) &&
                    isdigit((unsigned char)text.data[i + 2]) &&
                    isdigit((unsigned char)text.data[i + 3]) &&
                    (i == 0 || !is_word(text.data[i - 1])) &&
                    (i + 4 == text.length || !is_word(text.data[i + 4]));
        if (!year)
            continue;
        blank(text, i, 4);
        struct str behind = str_skip(text, i + 4);
        if (str_starts(behind, STR("年度")))
            blank(text, i + 4, sizeof("年度") - 1);
        else if (str_starts(behind, STR("年")))
            blank(text, i + 4, sizeof("年") - 1);
    }
}

static size_t words_of(struct str text, struct str words[WORDS_MAX])
{
    struct str word;
    size_t count = 0;
    while (count < WORDS_MAX && str_cut(&text, ' ', &word))
        if (word.length)
            words[count++] = word;
    return count;
}

/* How well a name is meant: 0 not at all, 1 holds the words, 2 begins with the first, 3 is it. */
static int fit_of(struct str name, const struct str *words, size_t count)
{
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        if (place_of(name, words[i]) == name.length)
            return 0;
        length += words[i].length;
    }
    return length == name.length ? 3 : str_starts(name, words[0]) ? 2 : 1;
}

struct meant {
    const struct indicator *indicator;
    int fit;
    size_t length;
};

static int by_fit(const void *a, const void *b)
{
    const struct meant *x = a, *y = b;
    if (x->fit != y->fit)
        return y->fit - x->fit;
    if (x->length != y->length)
        return x->length < y->length ? -1 : 1;
    return strcmp(x->indicator->code.data, y->indicator->code.data);
}

static size_t indicators_in(struct ctx *ctx, const struct str *words, size_t count,
                            struct records indicators, struct meant *meant)
{
    const struct indicator *items = indicators.items;
    size_t found = 0;
    for (size_t i = 0; i < indicators.count; i++) {
        struct str names[] = {text_fold(ctx->arena, items[i].name),
                              text_fold(ctx->arena, items[i].name_en),
                              text_fold(ctx->arena, items[i].code)};
        int best = 0;
        for (size_t n = 0; n < COUNT(names); n++) {
            int fit = fit_of(names[n], words, count);
            best = fit > best && (n < 2 || fit == 3) ? fit : best;
        }
        if (best)
            meant[found++] = (struct meant){&items[i], best, names[0].length};
    }
    if (found)
        qsort(meant, found, sizeof(*meant), by_fit);
    return found;
}

/* --- Hits ----------------------------------------------------------------------------------- */

static struct search_part *part(struct arena *arena, struct str text, bool hit)
{
    struct search_part *made = ARENA_NEW(arena, struct search_part);
    *made = (struct search_part){text, hit};
    return made;
}

/* "2023：7565 家" is the newest figure. */
static struct str newest_words(struct arena *arena, const struct observation *o)
{
    struct buf out = {.arena = arena};
    buf_print(&out, "%.*s：", STR_PRINT(o->period));
    buf_real(&out, o->value);
    buf_print(&out, " %.*s", STR_PRINT(o->unit));
    return buf_str(&out);
}

static struct search_hit hit_of(struct arena *arena, const struct area *area,
                                const struct indicator *indicator, const struct observation *newest)
{
    struct search_part *title = arena_array(arena, 3, sizeof(*title));
    title[0] = (struct search_part){area->short_name, true};
    title[1] = (struct search_part){STR(" · "), false};
    title[2] = (struct search_part){indicator->name, true};
    return (struct search_hit){
        .kind = STR(SERIES_KIND),
        .key = arena_print(arena, "%.*s/%.*s", STR_PRINT(indicator->code), STR_PRINT(area->code)),
        .title = {title, 3},
        .title_en = arena_print(arena, "%.*s · %.*s", STR_PRINT(area->short_name_en),
                                STR_PRINT(indicator->name_en)),
        .snippet = {part(arena, newest_words(arena, newest), false), 1},
        .address = arena_print(arena, "/indicators/%.*s?area=%.*s", STR_PRINT(indicator->code),
                               STR_PRINT(area->code)),
        .sample = newest->sample,
        .visibility = newest->visibility};
}

static enum error hits_of(struct ctx *ctx, const struct area *area, const struct meant *meant,
                          size_t count, struct records *hits)
{
    struct search_hit *items = arena_array(ctx->arena, SERIES_HITS, sizeof(*items));
    size_t found = 0;
    enum error error = E_OK;
    for (size_t i = 0; i < count && found < SERIES_HITS && !error; i++) {
        struct observation newest;
        error = series_newest(ctx, meant[i].indicator, area->code, &newest);
        if (!error)
            items[found++] = hit_of(ctx->arena, area, meant[i].indicator, &newest);
        else if (error == E_NOT_FOUND)
            error = E_OK;
    }
    *hits = (struct records){items, found};
    return error;
}

enum error series_hits(struct ctx *ctx, struct str query, struct records *hits)
{
    struct records areas, indicators;
    struct str text = text_fold(ctx->arena, query), words[WORDS_MAX];
    *hits = (struct records){NULL, 0};
    if (!text.length)
        return E_OK;
    text = arena_str(ctx->arena, text);
    enum error error = db_all(ctx, &sql_search_areas, NO_ARGS, &area_shape, AREAS_MAX, &areas);
    if (error)
        return error;
    struct named_area named = area_in(ctx, text, areas);
    if (!named.area)
        return E_OK;
    blank(text, named.at, named.length);
    drop_asking(text);
    drop_years(text);
    size_t count = words_of(text, words);
    if (!count || (count == 1 && words[0].length < NAME_MIN))
        return E_OK;
    error =
        db_all(ctx, &sql_search_indicators, NO_ARGS, &indicator_shape, INDICATORS_MAX, &indicators);
    struct meant *meant = arena_array(ctx->arena, indicators.count + 1, sizeof(*meant));
    if (error)
        return error;
    return hits_of(ctx, named.area, meant, indicators_in(ctx, words, count, indicators, meant),
                   hits);
}
