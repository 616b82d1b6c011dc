#include "core/search_query.h"

#include <stdlib.h>

#include "base/number.h"
#include "core/ownership.h"
#include "core/search_match.h"
#include "core/search_store.h"

/* --- The shapes of the answer --------------------------------------------------------------- */

static const struct field search_part_fields[] = {
    FIELD(struct search_part, text, "文字", "Text", USE_OUT),
    FIELD(struct search_part, hit, "是否命中", "Is it what was looked for?", USE_OUT),
};
static const SHAPE(search_part);
static const struct field search_word_fields[] = {
    FIELD(struct search_word, text, "词", "Word", USE_OUT),
    FIELD(struct search_word, count, "含有它的条数", "How many hold it", USE_OUT),
};
static const SHAPE(search_word);
static const struct field search_kind_count_fields[] = {
    FIELD(struct search_kind_count, kind, "类型", "Kind", USE_OUT),
    FIELD(struct search_kind_count, zh, "类型名", "What such a thing is called", USE_OUT),
    FIELD(struct search_kind_count, en, "类型英文名", "The same in English", USE_OUT),
    FIELD(struct search_kind_count, count, "条数", "How many", USE_OUT),
};
static const SHAPE(search_kind_count);
static const struct field search_hit_fields[] = {
    FIELD(struct search_hit, kind, "类型", "Kind", USE_OUT),
    FIELD(struct search_hit, key, "代码或编号", "Code or number", USE_OUT),
    FIELD(struct search_hit, title, "标题", "Title", USE_OUT, .of = &search_part_shape),
    FIELD(struct search_hit, title_en, "英文标题", "Title in English", USE_OUT),
    FIELD(struct search_hit, snippet, "所在文字", "The words and what is around them", USE_OUT,
          .of = &search_part_shape),
    FIELD(struct search_hit, address, "页面地址", "Address of its page", USE_OUT),
    FIELD(struct search_hit, sample, "是否样例", "Is it a sample?", USE_OUT),
    FIELD(struct search_hit, visibility, "公开范围", "Who may see it", USE_OUT,
          .choices = visibility_names),
};
static const SHAPE(search_hit);
static const struct field search_answer_fields[] = {
    FIELD(struct search_answer, query, "所查", "What was looked for", USE_OUT),
    FIELD(struct search_answer, words, "各词", "Its words", USE_OUT, .of = &search_word_shape),
    FIELD(struct search_answer, total, "条数", "How many were found", USE_OUT),
    FIELD(struct search_answer, truncated, "太多，只比较了一部分",
          "There are too many: only a part of them was compared", USE_OUT),
    FIELD(struct search_answer, relaxed, "没有全部含有的，这些含有其中一部分",
          "None holds all words: these hold a part of them", USE_OUT),
    FIELD(struct search_answer, kinds, "各类条数", "How many of each kind", USE_OUT,
          .of = &search_kind_count_shape),
    FIELD(struct search_answer, items, "结果", "What was found", USE_OUT, .of = &search_hit_shape),
    FIELD(struct search_answer, next, "下一页的 after", "`after` of the next page", USE_OUT),
};
SHAPE(search_answer);

/* --- Who asks ------------------------------------------------------------------------------- */

enum { KINDS_MAX = 64, OWN_AREAS_MAX = 200 };

/* What the reader may find of one kind. */
struct permission {
    const struct searchable *kind;
    bool all;    /* nothing of it is kept from him */
    bool public; /* what his clearance lets him see */
    size_t kind_range;
    struct clause own; /* ranges of what is his own */
};

struct asking {
    struct ctx *ctx;
    const struct search_request *request;
    struct store store;
    struct query *query;
    struct permission permissions[KINDS_MAX];
    size_t permission_count;
    struct clause visibilities; /* ranges of what is visible to him */
    struct str own_areas[OWN_AREAS_MAX];
    size_t own_area_count;

    /* For each range and block, the postings. */
    struct held *held;
    size_t block_count;

    struct fresh *fresh;
    size_t fresh_count;
    uint64_t **fresh_tokens; /* sorted, of each fresh entry */
    size_t *fresh_token_counts;
    struct bitmap **shadows; /* of each block: entries that fresh ones replace; NULL = none */

    struct bitmap *visible; /* of each block */
    bool *fresh_visible;
    int64_t visible_count;
};

static enum error add_area(struct ctx *ctx, void *state, const struct db_cursor *cursor)
{
    struct asking *asking = state;
    struct db_value code = {.type = DB_TEXT};
    db_column(cursor, 0, &code);
    if (asking->own_area_count < OWN_AREAS_MAX)
        asking->own_areas[asking->own_area_count++] = arena_str(ctx->arena, code.text);
    return E_OK;
}

static struct clause own_ranges(struct asking *asking, const struct searchable *kind)
{
    const struct principal *who = asking->ctx->who;
    struct query *query = asking->query;
    struct clause own = {query->range_count, 0};
    const char *column = kind->owned ? ownership_column(who, kind->owned) : NULL;
    uint64_t token = 0;
    if (!column)
        return own;
    if (column == kind->owned->area)
        for (size_t i = 0; i < asking->own_area_count; i++) {
            token = search_token_owner('a', asking->own_areas[i]);
            query_add_range(query, (struct token_range){token, token});
        }
    else if (column == kind->owned->organisation)
        token = strcmp(column, kind->key) == 0
                    ? search_token_key(str_of(kind->shape->name), who->organisation_code)
                    : search_token_owner('o', who->organisation_code);
    else if (column == kind->owned->department)
        token = search_token_owner('d', who->department_code);
    else
        token = search_token_account(who->account_id);
    if (column != kind->owned->area)
        query_add_range(query, (struct token_range){token, token});
    own.count = query->range_count - own.first;
    return own;
}

static void add_permission(struct asking *asking, const struct searchable *kind)
{
    enum role role = asking->ctx->who->role;
    if (!role_in(role, kind->roles ? kind->roles : (uint32_t)ANYONE) ||
        asking->permission_count == KINDS_MAX)
        return;
    bool confined = kind->owned && role_infos[role].scope != SCOPE_ALL;
    uint64_t token = search_token_kind(str_of(kind->shape->name));
    struct permission permission = {
        .kind = kind,
        .all = !kind->guarded && !confined,
        .public = kind->guarded,
        .kind_range = query_add_range(asking->query, (struct token_range){token, token})};
    if (confined)
        permission.own = own_ranges(asking, kind);
    asking->permissions[asking->permission_count++] = permission;
}

static enum error read_permissions(struct asking *asking)
{
    struct ctx *ctx = asking->ctx;
    struct query *query = asking->query;
    enum error error = E_OK;
    if (role_infos[ctx->who->role].scope == SCOPE_AREA)
        error = db_rows(ctx, ownership_own_areas(), NO_ARGS, add_area, asking);
    asking->visibilities.first = query->range_count;
    for (int64_t i = 0; i <= clearance(ctx); i++, asking->visibilities.count++) {
        uint64_t token = search_token_visibility(i);
        query_add_range(query, (struct token_range){token, token});
    }
    for (size_t m = 0; m < module_count; m++)
        for (size_t i = 0; i < modules[m]->searchable_count; i++)
            add_permission(asking, &modules[m]->searchables[i]);
    return error;
}

/* --- Postings ------------------------------------------------------------------------------- */

/* Those of one range in one block; a list, newest first. */
struct held {
    struct held *next;
    struct posting posting;
};

static enum error keep_posting(void *state, size_t range, struct store_block *block,
                               const struct posting *posting)
{
    struct asking *asking = state;
    struct arena *arena = asking->ctx->arena;
    size_t at = range * asking->block_count + (size_t)(block - asking->store.blocks);
    struct held *held = ARENA_NEW(arena, struct held);
    *held = (struct held){asking->held[at].next, *posting};
    held->posting.data = arena_str(arena, posting->data);
    asking->held[at].next = held;
    return E_OK;
}

static enum error read_postings(struct asking *asking)
{
    asking->block_count = asking->store.count;
    asking->held =
        arena_array(asking->ctx->arena, asking->query->range_count * asking->block_count + 1,
                    sizeof(*asking->held));
    return store_postings(&asking->store, asking->query->ranges, asking->query->range_count,
                          keep_posting, asking);
}

/* Adds the entries of a block in which one of the ranges is. */
static bool any_of(const struct asking *asking, size_t block, struct clause clause,
                   struct bitmap *into)
{
    bool good = true;
    for (size_t i = clause.first; i < clause.first + clause.count; i++)
        for (const struct held *held = asking->held[i * asking->block_count + block].next; held;
             held = held->next)
            good &= posting_or(&held->posting, asking->store.blocks[block].entries, into);
    return good;
}

static bool group_entries(const struct asking *asking, size_t block, const struct group *group,
                          struct bitmap *into)
{
    const struct query *query = asking->query;
    struct bitmap all, one;
    bool good = true;
    for (size_t i = 0; i < group->count; i++) {
        struct bitmap *target = i ? &one : &all;
        memset(target, 0, sizeof(*target));
        good &= any_of(asking, block, query->clauses[group->first + i], target);
        if (i)
            bitmap_and(&all, &one);
    }
    bitmap_or(into, &all);
    return good;
}

/* In titles and in texts. */
static bool word_entries(const struct asking *asking, size_t block, const struct word *word,
                         struct bitmap *titles, struct bitmap *texts)
{
    bool good = true;
    memset(titles, 0, sizeof(*titles));
    memset(texts, 0, sizeof(*texts));
    for (size_t i = word->first; i < word->first + word->count; i++) {
        const struct group *group = &asking->query->groups[i];
        good &= group_entries(asking, block, group, group->title ? titles : texts);
    }
    bitmap_and(titles, &asking->visible[block]);
    bitmap_and(texts, &asking->visible[block]);
    return good;
}

/* --- Fresh entries -------------------------------------------------------------------------- */

static int compare_tokens(const void *a, const void *b)
{
    const uint64_t *one = a, *other = b;
    return (*one > *other) - (*one < *other);
}

static void sort_tokens(struct asking *asking, size_t i)
{
    struct arena *arena = asking->ctx->arena;
    const struct search_entry *entry = &asking->fresh[i].entry;
    size_t room = search_entry_tokens_room(entry);
    char *scratch = arena_alloc(arena, room);
    uint64_t *tokens = arena_array(arena, room, sizeof(*tokens));
    asking->fresh_token_counts[i] = search_entry_tokens(entry, scratch, tokens);
    qsort(tokens, asking->fresh_token_counts[i], sizeof(*tokens), compare_tokens);
    asking->fresh_tokens[i] = tokens;
}

static bool has_range(const struct asking *asking, size_t i, struct token_range range)
{
    const uint64_t *tokens = asking->fresh_tokens[i];
    size_t low = 0, high = asking->fresh_token_counts[i];
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (tokens[middle] < range.low)
            low = middle + 1;
        else
            high = middle;
    }
    return low < asking->fresh_token_counts[i] && tokens[low] <= range.high;
}

static bool has_any(const struct asking *asking, size_t i, struct clause clause)
{
    for (size_t k = clause.first; k < clause.first + clause.count; k++)
        if (has_range(asking, i, asking->query->ranges[k]))
            return true;
    return false;
}

static bool has_word(const struct asking *asking, size_t i, const struct word *word, bool title)
{
    const struct query *query = asking->query;
    for (size_t g = word->first; g < word->first + word->count; g++) {
        const struct group *group = &query->groups[g];
        size_t k = 0;
        while (k < group->count && has_any(asking, i, query->clauses[group->first + k]))
            k++;
        if (k == group->count && group->title == title)
            return true;
    }
    return false;
}

static bool may_see_fresh(const struct asking *asking, size_t i)
{
    for (size_t k = 0; k < asking->permission_count; k++) {
        const struct permission *permission = &asking->permissions[k];
        if (!has_range(asking, i, asking->query->ranges[permission->kind_range]))
            continue;
        return permission->all ||
               (permission->public && has_any(asking, i, asking->visibilities)) ||
               has_any(asking, i, permission->own);
    }
    return false;
}

/* The entry that a fresh one replaces is not to be found; where it has moved since, it is looked
 * for. */
static enum error shadow(struct asking *asking, const struct fresh *fresh)
{
    int64_t id = fresh->replaces;
    enum error error = E_OK;
    if (id == SEARCH_NONE)
        return E_OK;
    struct store_block *block = store_find_block(&asking->store, id >> 16);
    if (!block) {
        error = store_find(&asking->store, fresh->entry.kind, fresh->entry.key, &id);
        block = id == SEARCH_NONE ? NULL : store_find_block(&asking->store, id >> 16);
    }
    if (error || !block)
        return error;
    size_t at = (size_t)(block - asking->store.blocks);
    if (!asking->shadows[at])
        asking->shadows[at] = ARENA_NEW(asking->ctx->arena, struct bitmap);
    bitmap_set(asking->shadows[at], (size_t)(id & (SEARCH_BLOCK - 1)));
    return E_OK;
}

static enum error read_fresh(struct asking *asking)
{
    struct arena *arena = asking->ctx->arena;
    enum error error = store_fresh(asking->ctx, false, &asking->fresh, &asking->fresh_count);
    size_t count = asking->fresh_count + 1;
    asking->fresh_tokens = arena_array(arena, count, sizeof(*asking->fresh_tokens));
    asking->fresh_token_counts = arena_array(arena, count, sizeof(*asking->fresh_token_counts));
    asking->shadows = arena_array(arena, asking->store.count + 1, sizeof(struct bitmap *));
    for (size_t i = 0; i < asking->fresh_count && !error; i++) {
        error = shadow(asking, &asking->fresh[i]);
        if (!asking->fresh[i].removed)
            sort_tokens(asking, i);
    }
    return error;
}

/* --- What the reader may see ---------------------------------------------------------------- */

static bool visible_of_kind(const struct asking *asking, size_t block,
                            const struct permission *permission, const struct bitmap *cleared,
                            struct bitmap *into)
{
    struct bitmap of_kind = {{0}}, own = {{0}};
    bool good = any_of(asking, block, (struct clause){permission->kind_range, 1}, &of_kind);
    if (!permission->all) {
        good &= any_of(asking, block, permission->own, &own);
        if (permission->public)
            bitmap_or(&own, cleared);
        bitmap_and(&of_kind, &own);
    }
    bitmap_or(into, &of_kind);
    return good;
}

static bool find_visible(struct asking *asking)
{
    struct arena *arena = asking->ctx->arena;
    bool good = true;
    asking->visible = arena_array(arena, asking->store.count + 1, sizeof(*asking->visible));
    asking->fresh_visible = arena_array(arena, asking->fresh_count + 1, sizeof(bool));
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap cleared = {{0}}, *visible = &asking->visible[b];
        good &= any_of(asking, b, asking->visibilities, &cleared);
        for (size_t k = 0; k < asking->permission_count; k++)
            good &= visible_of_kind(asking, b, &asking->permissions[k], &cleared, visible);
        if (asking->store.blocks[b].gone)
            bitmap_drop(visible, asking->store.blocks[b].gone);
        if (asking->shadows[b])
            bitmap_drop(visible, asking->shadows[b]);
        asking->visible_count += (int64_t)bitmap_count(visible);
    }
    for (size_t i = 0; i < asking->fresh_count; i++) {
        asking->fresh_visible[i] = !asking->fresh[i].removed && may_see_fresh(asking, i);
        asking->visible_count += asking->fresh_visible[i];
    }
    return good;
}

/* --- Candidates ----------------------------------------------------------------------------- */

enum { TIERS = 2, LEVELS_MAX = 4096 };

/* Entries that hold what is asked for, in tiers: a lower tier only when those above it leave room.
 */
struct matches {
    struct bitmap *tiers[TIERS]; /* of each block */
    int8_t *fresh_tier;          /* -1 = none */
    int64_t counts[TIERS];
};

struct candidate {
    struct search_entry entry;
    int64_t id; /* or SEARCH_NONE - 1 - the number of a fresh one */
    uint32_t order;
    double score;
    struct folded_entry folded;
};

struct candidates {
    struct candidate *items;
    size_t count;
};

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

static enum error take_candidates(struct asking *asking, const struct matches *matches,
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

static struct matches new_matches(const struct asking *asking)
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

/* How many hold each word, and which hold all: in titles (tier 0), or somewhere. */
static bool match_all(struct asking *asking, int64_t *counts, struct matches *matches)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap in_titles = asking->visible[b], anywhere = asking->visible[b], titles, texts;
        for (size_t i = 0; i < query->word_count; i++) {
            good &= word_entries(asking, b, &query->words[i], &titles, &texts);
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
            bool title = has_word(asking, f, &query->words[i], true);
            bool any = title || has_word(asking, f, &query->words[i], false);
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

/* The rarer a part, the more it weighs: the logarithm of how many of the visible do not hold it. */
static unsigned weight_of(int64_t visible, int64_t count)
{
    unsigned weight = 0;
    for (int64_t part = (visible + 1) * 16 / (count + 1); part > 1; part /= 2)
        weight++;
    return count ? weight : 0;
}

enum { TITLE_TIMES = 2 };

struct scores {
    uint16_t *of; /* of the entries of each block, SEARCH_BLOCK apiece */
    uint16_t *of_fresh;
    uint16_t best;
};

static void add_scores(const struct bitmap *bits, unsigned weight, uint16_t *scores)
{
    for (size_t at = bitmap_next(bits, 0); at < SEARCH_BLOCK; at = bitmap_next(bits, at + 1))
        scores[at] = (uint16_t)(scores[at] + weight);
}

static bool count_parts(struct asking *asking, int64_t *counts)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t i = 0; i < query->word_count; i++) {
        struct bitmap titles, texts;
        for (size_t b = 0; b < asking->store.count; b++) {
            good &= word_entries(asking, b, &query->words[i], &titles, &texts);
            bitmap_or(&titles, &texts);
            counts[i] += (int64_t)bitmap_count(&titles);
        }
        for (size_t f = 0; f < asking->fresh_count; f++)
            counts[i] += asking->fresh_visible[f] && (has_word(asking, f, &query->words[i], true) ||
                                                      has_word(asking, f, &query->words[i], false));
    }
    return good;
}

static bool score_parts(struct asking *asking, const int64_t *counts, struct scores *scores)
{
    const struct query *query = asking->query;
    bool good = true;
    for (size_t i = 0; i < query->word_count; i++) {
        unsigned weight = weight_of(asking->visible_count, counts[i]);
        struct bitmap titles, texts;
        for (size_t b = 0; b < asking->store.count && weight; b++) {
            uint16_t *of = scores->of + b * SEARCH_BLOCK;
            good &= word_entries(asking, b, &query->words[i], &titles, &texts);
            bitmap_drop(&texts, &titles);
            add_scores(&titles, TITLE_TIMES * weight, of);
            add_scores(&texts, weight, of);
        }
        for (size_t f = 0; f < asking->fresh_count; f++) {
            if (!asking->fresh_visible[f])
                continue;
            bool title = has_word(asking, f, &query->words[i], true);
            bool any = title || has_word(asking, f, &query->words[i], false);
            scores->of_fresh[f] =
                (uint16_t)(scores->of_fresh[f] + (title ? TITLE_TIMES : any) * weight);
        }
    }
    return good;
}

/* The score at which SEARCH_COMPARED entries are reached, but at least a third of the best. */
static uint16_t edge_of(const struct asking *asking, struct scores *scores)
{
    uint32_t *levels = arena_array(asking->ctx->arena, LEVELS_MAX, sizeof(*levels));
    for (size_t i = 0; i < asking->store.count * SEARCH_BLOCK; i++)
        levels[scores->of[i] < LEVELS_MAX ? scores->of[i] : LEVELS_MAX - 1]++;
    for (size_t i = 0; i < asking->fresh_count; i++)
        levels[scores->of_fresh[i] < LEVELS_MAX ? scores->of_fresh[i] : LEVELS_MAX - 1]++;
    uint32_t sum = 0;
    size_t level = LEVELS_MAX - 1;
    while (level > 0 && !levels[level])
        level--;
    scores->best = (uint16_t)level;
    size_t least = level / 3 ? level / 3 : 1;
    while (level > least && sum + levels[level] <= SEARCH_COMPARED)
        sum += levels[level--];
    return (uint16_t)level;
}

static void add_tier(struct matches *matches, size_t block, size_t at, uint16_t score,
                     uint16_t edge)
{
    size_t tier = score > edge ? 0 : 1;
    bitmap_set(&matches->tiers[tier][block], at);
    matches->counts[tier]++;
}

static bool match_parts(struct asking *asking, int64_t *counts, struct matches *matches)
{
    struct arena *arena = asking->ctx->arena;
    struct scores scores = {
        .of = arena_array(arena, asking->store.count * SEARCH_BLOCK + 1, sizeof(*scores.of)),
        .of_fresh = arena_array(arena, asking->fresh_count + 1, sizeof(*scores.of_fresh))};
    bool good = count_parts(asking, counts) && score_parts(asking, counts, &scores);
    uint16_t edge = edge_of(asking, &scores);
    for (size_t b = 0; b < asking->store.count && scores.best; b++)
        for (size_t at = 0; at < asking->store.blocks[b].entries; at++)
            if (scores.of[b * SEARCH_BLOCK + at] >= edge)
                add_tier(matches, b, at, scores.of[b * SEARCH_BLOCK + at], edge);
    for (size_t f = 0; f < asking->fresh_count && scores.best; f++)
        if (scores.of_fresh[f] >= edge) {
            matches->fresh_tier[f] = scores.of_fresh[f] > edge ? 0 : 1;
            matches->counts[matches->fresh_tier[f]]++;
        }
    return good;
}

/* --- Scores --------------------------------------------------------------------------------- */

static const double match_weights[] = {
    [MATCH_NONE] = 0,  [MATCH_PARTS] = 0.5, [MATCH_TEXT] = 1,   [MATCH_PINYIN] = 2,
    [MATCH_TITLE] = 4, [MATCH_BEGINS] = 6,  [MATCH_WHOLE] = 12,
};

enum { TEXT_LENGTH = 200, TITLE_SHARE = 4 };

/* What the words weigh that the entry has, each more where it is called so, and in short texts.
 * False where one of them is not there after all. */
static bool score_entry(const struct asking *asking, const int64_t *counts, bool relaxed,
                        struct candidate *candidate)
{
    const struct query *query = asking->query;
    const struct folded_entry *folded = &candidate->folded;
    size_t found_count = 0;
    candidate->score = 0;
    for (size_t i = 0; i < query->word_count; i++) {
        struct found found = match_word(folded, &query->words[i]);
        if (relaxed && found.match == MATCH_PARTS)
            found.match = MATCH_NONE; /* the words are parts themselves */
        if (!found.match && !relaxed)
            return false;
        found_count += found.match != MATCH_NONE;
        double weight = 1 + weight_of(asking->visible_count, counts[i]);
        double times = (double)found.times;
        double in_text = times / (times + 0.5 + 0.75 * (double)folded->text.length / TEXT_LENGTH);
        bool in_title = found.match >= MATCH_PINYIN && folded->title.length;
        double of_title =
            in_title ? (double)query->words[i].folded.length / (double)folded->title.length : 0;
        candidate->score += weight * (match_weights[found.match] + TITLE_SHARE * of_title +
                                      (in_title ? in_text / TITLE_SHARE : in_text));
    }

    return found_count > 0;
}

static int compare_texts(struct str a, struct str b)
{
    size_t length = a.length < b.length ? a.length : b.length;
    int order = length ? memcmp(a.data, b.data, length) : 0;
    return order ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->score > other->score || one->score < other->score)
        return one->score > other->score ? -1 : 1;
    int order = compare_texts(search_entry_title(&one->entry), search_entry_title(&other->entry));
    order = order ? order : compare_texts(one->entry.kind, other->entry.kind);
    return order ? order : compare_texts(one->entry.key, other->entry.key);
}

/* Is there a newer one that is fresh? Only where blocks were put together while it was written. */
static bool is_outdated(const struct asking *asking, const struct candidate *candidate)
{
    if (candidate->id < 0)
        return false;
    for (size_t i = 0; i < asking->fresh_count; i++)
        if (str_equal(asking->fresh[i].entry.kind, candidate->entry.kind) &&
            str_equal(asking->fresh[i].entry.key, candidate->entry.key))
            return true;
    return false;
}

/* Scores and sorts; what does not hold the words after all is left out, and counted. */
static size_t rank(const struct asking *asking, const int64_t *counts, bool relaxed,
                   struct candidates *list)
{
    size_t kept = 0;
    for (size_t i = 0; i < list->count; i++) {
        struct candidate candidate = list->items[i];
        if (!candidate.entry.kind.data || is_outdated(asking, &candidate))
            continue;
        candidate.folded = fold_entry(asking->ctx->arena, &candidate.entry);
        if (score_entry(asking, counts, relaxed, &candidate))
            list->items[kept++] = candidate;
    }
    size_t dropped = list->count - kept;
    list->count = kept;
    if (kept)
        qsort(list->items, kept, sizeof(*list->items), compare_candidates);
    return dropped;
}

/* --- The answer ----------------------------------------------------------------------------- */

enum { SNIPPET_CHARACTERS = 90 };

static void give_kinds(struct asking *asking, const struct matches *matches,
                       const struct candidates *ranked, bool truncated,
                       struct search_answer *answer)
{
    struct search_kind_count *counts = arena_array(asking->ctx->arena, KINDS_MAX, sizeof(*counts));
    size_t count = 0;
    for (size_t k = 0; k < asking->permission_count; k++) {
        const struct searchable *kind = asking->permissions[k].kind;
        struct search_kind_count one = {str_of(kind->shape->name), str_of(kind->zh),
                                        str_of(kind->en), 0};
        for (size_t i = 0; !truncated && i < ranked->count; i++)
            one.count += str_equal(ranked->items[i].entry.kind, one.kind);
        for (size_t b = 0; truncated && b < asking->store.count; b++) {
            struct bitmap of_kind = {{0}}, all = matches->tiers[0][b];
            bitmap_or(&all, &matches->tiers[1][b]);
            if (any_of(asking, b, (struct clause){asking->permissions[k].kind_range, 1}, &of_kind))
                bitmap_and(&all, &of_kind);
            one.count += (int64_t)bitmap_count(&all);
        }
        for (size_t f = 0; truncated && f < asking->fresh_count; f++)
            one.count +=
                matches->fresh_tier[f] >= 0 && str_equal(asking->fresh[f].entry.kind, one.kind);
        if (one.count)
            counts[count++] = one;
    }
    answer->kinds = (struct records){counts, count};
}

/* The texts of several fields, one behind the other. */
static struct str shown_text(struct arena *arena, struct str text)
{
    struct str copy = arena_str(arena, text);
    for (size_t i = 0; i < copy.length; i++)
        if (text.data[i] == SEARCH_BETWEEN)
            ((char *)(uintptr_t)copy.data)[i] = ' ';
    return copy;
}

static struct search_hit hit_of(const struct asking *asking, const struct candidate *candidate,
                                const struct query *marks)
{
    struct arena *arena = asking->ctx->arena;
    const struct search_entry *entry = &candidate->entry;
    const struct searchable *kind = search_kind_named(entry->kind);
    return (struct search_hit){
        .kind = entry->kind,
        .key = entry->key,
        .title = mark_words(arena, search_entry_title(entry), marks, 0, true),
        .title_en = entry->title_en,
        .snippet =
            mark_words(arena, shown_text(arena, entry->text), marks, SNIPPET_CHARACTERS, false),
        .address = search_entry_address(arena, kind, entry),
        .sample = entry->sample,
        .visibility = entry->visibility};
}

static void give_items(const struct asking *asking, const struct candidates *ranked,
                       struct search_answer *answer)
{
    const struct search_request *request = asking->request;
    size_t after = request->after < ranked->count ? request->after : ranked->count;
    size_t count = ranked->count - after < request->limit ? ranked->count - after : request->limit;
    struct search_hit *hits = arena_array(asking->ctx->arena, count + 1, sizeof(*hits));
    for (size_t i = 0; i < count; i++)
        hits[i] = hit_of(asking, &ranked->items[after + i], asking->query);
    answer->items = (struct records){hits, count};
    if (after + count < ranked->count)
        answer->next = arena_print(asking->ctx->arena, "%zu", after + count);
}

static void give_words(const struct asking *asking, const int64_t *counts,
                       struct search_answer *answer)
{
    const struct query *query = asking->query;
    struct search_word *words =
        arena_array(asking->ctx->arena, query->word_count + 1, sizeof(*words));
    for (size_t i = 0; i < query->word_count; i++)
        words[i] = (struct search_word){query->words[i].text, counts[i]};
    answer->words = (struct records){words, query->word_count};
}

/* Only a kind that was asked for is counted and shown; the others' counts are told as well. */
static void keep_kind(struct asking *asking, struct matches *matches)
{
    const struct str wanted = asking->request->kind;
    size_t range = RANGES_MAX;
    for (size_t k = 0; k < asking->permission_count; k++)
        if (str_is(wanted, asking->permissions[k].kind->shape->name))
            range = asking->permissions[k].kind_range;
    memset(matches->counts, 0, sizeof(matches->counts));
    for (size_t b = 0; b < asking->store.count; b++) {
        struct bitmap of_kind = {{0}};
        if (range < RANGES_MAX)
            any_of(asking, b, (struct clause){range, 1}, &of_kind);
        for (size_t tier = 0; tier < TIERS; tier++) {
            bitmap_and(&matches->tiers[tier][b], &of_kind);
            matches->counts[tier] += (int64_t)bitmap_count(&matches->tiers[tier][b]);
        }
    }
    for (size_t f = 0; f < asking->fresh_count; f++) {
        if (matches->fresh_tier[f] < 0)
            continue;
        if (str_equal(asking->fresh[f].entry.kind, wanted))
            matches->counts[matches->fresh_tier[f]]++;
        else
            matches->fresh_tier[f] = -1;
    }
}

static enum error prepare(struct asking *asking, struct query *query)
{
    asking->query = query;
    asking->permission_count = 0;
    asking->visibilities.count = 0;
    asking->visible_count = 0;
    asking->own_area_count = 0;
    enum error error = read_permissions(asking);
    if (!error)
        error = read_postings(asking);
    if (!error && !find_visible(asking))
        error = store_damaged(asking->ctx);
    return error;
}

static int64_t total_of(const struct matches *matches)
{
    int64_t total = 0;
    for (size_t tier = 0; tier < TIERS; tier++)
        total += matches->counts[tier];
    return total;
}

/* Finds, ranks and fills in all but the words. */
static enum error answer_with(struct asking *asking, const int64_t *counts, struct matches *matches,
                              struct search_answer *answer)
{
    struct candidates list;
    enum error error = take_candidates(asking, matches, &list);
    if (error)
        return error;
    answer->total = total_of(matches);
    answer->truncated = answer->total > SEARCH_COMPARED;
    size_t dropped = rank(asking, counts, answer->relaxed, &list);
    if (!answer->truncated)
        answer->total -= (int64_t)dropped;
    give_kinds(asking, matches, &list, answer->truncated, answer);
    if (asking->request->kind.length) {
        keep_kind(asking, matches);
        struct search_answer of_kind = {.relaxed = answer->relaxed};
        error = take_candidates(asking, matches, &list);
        dropped = error ? 0 : rank(asking, counts, answer->relaxed, &list);
        of_kind.total = total_of(matches);
        answer->truncated = of_kind.total > SEARCH_COMPARED;
        answer->total = of_kind.total - (answer->truncated ? 0 : (int64_t)dropped);
    }
    if (!error)
        give_items(asking, &list, answer);
    return error;
}

enum error search_ask(struct ctx *ctx, const struct search_request *request,
                      struct search_answer *answer)
{
    struct asking *asking = ARENA_NEW(ctx->arena, struct asking);
    int64_t counts[PIECES_MAX] = {0}, part_counts[PIECES_MAX] = {0};
    *asking = (struct asking){.ctx = ctx, .request = request};
    *answer = (struct search_answer){.query = request->query, .next = STR_NONE};
    struct query *query = query_read(ctx->arena, request->query);
    if (!query->word_count)
        return E_OK;
    enum error error = store_open(ctx, &asking->store);
    if (!error)
        error = read_fresh(asking);
    if (!error)
        error = prepare(asking, query);
    if (error)
        return error;
    struct matches matches = new_matches(asking);
    if (!match_all(asking, counts, &matches))
        return store_damaged(ctx);
    error = answer_with(asking, counts, &matches, answer);
    give_words(asking, counts, answer);
    if (error || answer->total || answer->kinds.count)
        return error;
    error = prepare(asking, query_pieces(ctx->arena, query));
    matches = new_matches(asking);
    if (!error && !match_parts(asking, part_counts, &matches))
        error = store_damaged(ctx);
    answer->relaxed = !error && total_of(&matches) > 0;
    return error ? error : answer_with(asking, part_counts, &matches, answer);
}
