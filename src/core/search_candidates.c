/* Which entries are compared with the query. */
#include <stdlib.h>

#include "core/search_asking.h"
#include "core/search_planes.h"

/* --- Candidates ----------------------------------------------------------------------------- */

static int compare_orders(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    return (one->order > other->order) - (one->order < other->order);
}

static int compare_ids(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    return (one->id > other->id) - (one->id < other->id);
}

/* The first `most` of a tier in each block: the first of all are among them. */
static size_t gather(const struct asking *asking, const struct matches *matches, size_t tier,
                     size_t most, struct candidate **out)
{
    struct arena *arena = asking->ctx->arena;
    size_t room = asking->store.count * (most < 64 ? 64 : most) + asking->fresh_count + 1,
           count = 0;
    struct candidate *list = arena_array(arena, room, sizeof(*list));
    for (size_t b = 0; b < asking->store.count; b++) {
        const struct bitmap *bits = &matches->tiers[tier][b];
        size_t taken = 0;
        for (size_t at = bitmap_next(bits, 0); at < SEARCH_BLOCK && taken < most;
             at = bitmap_next(bits, at + 1), taken++)
            list[count++].id = entry_id(&asking->store.blocks[b], at);
    }
    *out = list;
    return count;
}

static enum error read_orders(struct asking *asking, struct candidate *list, size_t count)
{
    struct arena *arena = asking->ctx->arena;
    int64_t *ids = arena_array(arena, count + 1, sizeof(*ids));
    uint32_t *orders = arena_array(arena, count + 1, sizeof(*orders));
    for (size_t i = 0; i < count; i++)
        ids[i] = list[i].id;
    enum error error = store_orders(&asking->store, ids, count, orders);
    for (size_t i = 0; i < count; i++)
        list[i].order = orders[i];
    return error;
}

static size_t add_fresh(const struct asking *asking, const struct matches *matches, size_t tier,
                        struct candidate *list, size_t count)
{
    for (size_t i = 0; i < asking->fresh_count; i++)
        if (matches->fresh_tier[i] == (int8_t)tier)
            list[count++] = (struct candidate){.id = SEARCH_NONE - 1 - (int64_t)i,
                                               .order = search_entry_order(&asking->fresh[i].entry),
                                               .entry = asking->fresh[i].entry};
    return count;
}

/* Up to `most` of a tier. Of more, the first by their order, with all that are equal to the last of
 * them, so that it does not matter in which block they lie. */
static enum error take_tier(struct asking *asking, const struct matches *matches, size_t tier,
                            size_t most, struct candidates *to)
{
    struct candidate *list;
    size_t count = gather(asking, matches, tier, most + 1, &list);
    enum error error = E_OK;
    bool cut = matches->counts[tier] > (int64_t)most;
    if (cut)
        error = read_orders(asking, list, count);
    count = add_fresh(asking, matches, tier, list, count);
    if (cut) {
        qsort(list, count, sizeof(*list), compare_orders);
        size_t kept = most;
        while (kept < count && kept < 2 * most && list[kept].order == list[most - 1].order)
            kept++;
        count = kept;
    }
    struct candidate *all = arena_array(asking->ctx->arena, to->count + count, sizeof(*all));
    if (to->count)
        memcpy(all, to->items, to->count * sizeof(*all));
    if (count)
        memcpy(all + to->count, list, count * sizeof(*all));
    *to = (struct candidates){all, to->count + count};
    return error;
}

static enum error read_entries(struct asking *asking, struct candidates *list)
{
    struct arena *arena = asking->ctx->arena;
    int64_t *ids = arena_array(arena, list->count + 1, sizeof(*ids));
    struct search_entry *entries = arena_array(arena, list->count + 1, sizeof(*entries));
    size_t first = 0;
    if (list->count)
        qsort(list->items, list->count, sizeof(*list->items), compare_ids);
    while (first < list->count && list->items[first].id < 0)
        first++;
    size_t count = list->count - first;
    for (size_t i = 0; i < count; i++)
        ids[i] = list->items[first + i].id;
    enum error error = store_entries(&asking->store, ids, count, entries);
    for (size_t i = 0; i < count; i++)
        list->items[first + i].entry = entries[i];
    return error;
}

enum error candidates_take(struct asking *asking, const struct matches *matches,
                           struct candidates *list)
{
    enum error error = E_OK;
    size_t most = SEARCH_COMPARED;
    *list = (struct candidates){NULL, 0};
    for (size_t tier = 0; tier < TIERS && list->count < most && !error; tier++)
        if (matches->counts[tier])
            error = take_tier(asking, matches, tier, most - list->count, list);
    return error ? error : read_entries(asking, list);
}

/* --- Matching all words --------------------------------------------------------------------- */

struct matches matches_new(const struct asking *asking)
{
    struct arena *arena = asking->ctx->arena;
    struct matches matches = {.counts = {0}};
    for (size_t tier = 0; tier < TIERS; tier++)
        matches.tiers[tier] =
            arena_array(arena, asking->store.count + 1, sizeof(*matches.tiers[tier]));
    matches.fresh_tier = arena_alloc(arena, asking->fresh_count + 1);
    memset(matches.fresh_tier, -1, asking->fresh_count + 1);
    return matches;
}

bool match_all(struct asking *asking, int64_t *counts, struct matches *matches)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap in_titles = asking->visible[b], anywhere = asking->visible[b], titles, texts;
        for (size_t i = 0; i < query->word_count; i++) {
            good &= asking_word(asking, b, &query->words[i], &titles, &texts);
            bitmap_or(&texts, &titles);
            counts[i] += (int64_t)bitmap_count(&texts);
            bitmap_and(&in_titles, &titles);
            bitmap_and(&anywhere, &texts);
        }
        bitmap_drop(&anywhere, &in_titles);
        matches->tiers[0][b] = in_titles;
        matches->tiers[1][b] = anywhere;
        matches->counts[0] += (int64_t)bitmap_count(&in_titles);
        matches->counts[1] += (int64_t)bitmap_count(&anywhere);
    }
    for (size_t f = 0; f < asking->fresh_count; f++) {
        bool in_titles = true, anywhere = true;
        for (size_t i = 0; asking->fresh_visible[f] && i < query->word_count; i++) {
            bool title = asking_fresh_has(asking, f, &query->words[i], true);
            bool any = title || asking_fresh_has(asking, f, &query->words[i], false);
            counts[i] += any;
            in_titles &= title;
            anywhere &= any;
        }
        if (!asking->fresh_visible[f] || !anywhere)
            continue;
        matches->fresh_tier[f] = in_titles ? 0 : 1;
        matches->counts[in_titles ? 0 : 1]++;
    }
    return good;
}

/* --- Matching the rarest parts -------------------------------------------------------------- */

unsigned weight_of(int64_t visible, int64_t count)
{
    unsigned weight = 0;
    for (int64_t part = (visible + 1) * 16 / (count + 1); part > 1; part /= 2)
        weight++;
    return count ? weight : 0;
}

enum { TITLE_TIMES = 2 };

struct scores {
    struct planes *of; /* of the entries of each block */
    uint16_t *of_fresh;
};

static bool count_parts(struct asking *asking, int64_t *counts)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t i = 0; i < query->word_count; i++) {
        struct bitmap titles, texts;
        for (size_t b = 0; b < asking->store.count; b++) {
            good &= asking_word(asking, b, &query->words[i], &titles, &texts);
            bitmap_or(&titles, &texts);
            counts[i] += (int64_t)bitmap_count(&titles);
        }
        for (size_t f = 0; f < asking->fresh_count; f++)
            counts[i] +=
                asking->fresh_visible[f] && (asking_fresh_has(asking, f, &query->words[i], true) ||
                                             asking_fresh_has(asking, f, &query->words[i], false));
    }
    return good;
}

static struct scores scores_new(const struct asking *asking, const int64_t *counts)
{
    struct arena *arena = asking->ctx->arena;
    unsigned most = 0;
    for (size_t i = 0; i < asking->query->word_count; i++)
        most += TITLE_TIMES * weight_of(asking->visible_count, counts[i]);
    struct scores scores = {
        .of = arena_array(arena, asking->store.count + 1, sizeof(*scores.of)),
        .of_fresh = arena_array(arena, asking->fresh_count + 1, sizeof(*scores.of_fresh))};
    for (size_t b = 0; b < asking->store.count; b++)
        scores.of[b] = planes_new(arena, most);
    return scores;
}

static bool score_parts(struct asking *asking, const int64_t *counts, struct scores *scores)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t i = 0; i < query->word_count; i++) {
        unsigned weight = weight_of(asking->visible_count, counts[i]);
        struct bitmap titles, texts;
        for (size_t b = 0; b < asking->store.count && weight; b++) {
            good &= asking_word(asking, b, &query->words[i], &titles, &texts);
            bitmap_drop(&texts, &titles);
            planes_add(&scores->of[b], &titles, TITLE_TIMES * weight);
            planes_add(&scores->of[b], &texts, weight);
        }
        for (size_t f = 0; f < asking->fresh_count; f++) {
            if (!asking->fresh_visible[f])
                continue;
            bool title = asking_fresh_has(asking, f, &query->words[i], true);
            bool any = title || asking_fresh_has(asking, f, &query->words[i], false);
            scores->of_fresh[f] =
                (uint16_t)(scores->of_fresh[f] + (title ? TITLE_TIMES : any) * weight);
        }
    }
    return good;
}

/* Do more than `most` entries have this score? */
static bool reached_by_more(const struct asking *asking, const struct scores *scores,
                            unsigned score, size_t most)
{
    size_t count = 0;
    for (size_t i = 0; i < asking->fresh_count; i++)
        count += scores->of_fresh[i] >= score;
    for (size_t b = 0; b < asking->store.count && count <= most; b++) {
        struct bitmap those;
        planes_at_least(&scores->of[b], score, &those);
        count += bitmap_count(&those);
    }
    return count > most;
}

/* The highest score that more than `most` entries reach; 0 = none. Bit by bit from the highest. */
static unsigned highest_reached(const struct asking *asking, const struct scores *scores,
                                size_t most)
{
    unsigned score = 0;
    for (unsigned bit = UINT16_WIDTH; bit-- > 0;)
        if (reached_by_more(asking, scores, score | 1U << bit, most))
            score |= 1U << bit;
    return score;
}

/* Those with the score at which more than SEARCH_COMPARED entries are reached, but at least a fifth
 * of the best, are in tier 1; those above it in tier 0. */
static void choose(const struct asking *asking, const struct scores *scores,
                   struct matches *matches)
{
    unsigned best = highest_reached(asking, scores, 0);
    unsigned least = best / 5 ? best / 5 : 1;
    unsigned edge = highest_reached(asking, scores, SEARCH_COMPARED);
    edge = edge > least ? edge : least;
    if (!best)
        return;
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap *above = &matches->tiers[0][b], *at = &matches->tiers[1][b];
        planes_at_least(&scores->of[b], edge + 1, above);
        planes_at_least(&scores->of[b], edge, at);
        bitmap_drop(at, above);
        matches->counts[0] += (int64_t)bitmap_count(above);
        matches->counts[1] += (int64_t)bitmap_count(at);
    }
    for (size_t f = 0; f < asking->fresh_count; f++)
        if (scores->of_fresh[f] >= edge) {
            matches->fresh_tier[f] = scores->of_fresh[f] > edge ? 0 : 1;
            matches->counts[matches->fresh_tier[f]]++;
        }
}

bool match_parts(struct asking *asking, int64_t *counts, struct matches *matches)
{
    bool good = count_parts(asking, counts);
    struct scores scores = scores_new(asking, counts);
    good &= score_parts(asking, counts, &scores);
    choose(asking, &scores, matches);
    return good;
}
