#include "core/search_query.h"

#include <stdlib.h>

#include "core/search_asking.h"

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

/* --- Scores --------------------------------------------------------------------------------- */

static const double match_weights[] = {
    [MATCH_NONE] = 0,  [MATCH_PARTS] = 0.5, [MATCH_TEXT] = 1,   [MATCH_PINYIN] = 2,
    [MATCH_TITLE] = 4, [MATCH_BEGINS] = 6,  [MATCH_WHOLE] = 12,
};

enum { TEXT_LENGTH = 200, TITLE_SHARE = 4 };

/* A part of a word (two characters) says less than a word where a title has it, and nothing by
 * beginning it. */
static const double part_in_title = 3;
/* A line is read under the title of its document. */
static const double in_label = 2;

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
        bool labelled = relaxed && folded->label.length &&
                        memmem(folded->label.data, folded->label.length,
                               query->words[i].folded.data, query->words[i].folded.length);
        double of_match = match_weights[found.match];
        if (relaxed && of_match > part_in_title)
            of_match = part_in_title;
        double weight = 1 + weight_of(asking->visible_count, counts[i]);
        double times = (double)found.times;
        double in_text = times / (times + 0.5 + 0.75 * (double)folded->text.length / TEXT_LENGTH);
        bool in_title = found.match >= MATCH_PINYIN && folded->title.length;
        double of_title =
            in_title ? (double)query->words[i].folded.length / (double)folded->title.length : 0;
        candidate->score += labelled ? weight * in_label : 0;
        candidate->score += weight * (of_match + (relaxed ? 1 : TITLE_SHARE) * of_title +
                                      (in_title ? in_text / TITLE_SHARE : in_text));
    }

    return found_count > 0;
}

static int compare_candidates(const void *a, const void *b)
{
    const struct candidate *one = a, *other = b;
    if (one->score > other->score || one->score < other->score)
        return one->score > other->score ? -1 : 1;
    int order = str_compare(search_entry_title(&one->entry), search_entry_title(&other->entry));
    order = order ? order : str_compare(one->entry.kind, other->entry.kind);
    return order ? order : str_compare(one->entry.key, other->entry.key);
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
            if (!asking_holds(asking, b, asking->permissions[k].kind_range))
                continue;
            struct bitmap of_kind = {{0}}, all = matches->tiers[0][b];
            bitmap_or(&all, &matches->tiers[1][b]);
            if (asking_any(asking, b, (struct clause){asking->permissions[k].kind_range, 1},
                           &of_kind))
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
            asking_any(asking, b, (struct clause){range, 1}, &of_kind);
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
    enum error error = candidates_take(asking, matches, &list);
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
        error = candidates_take(asking, matches, &list);
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
    enum error error = asking_open(asking);
    if (!error)
        error = asking_prepare(asking, query);
    if (error)
        return error;
    struct matches matches = matches_new(asking);
    if (!match_all(asking, counts, &matches))
        return store_damaged(ctx);
    error = answer_with(asking, counts, &matches, answer);
    give_words(asking, counts, answer);
    if (error || answer->total || answer->kinds.count)
        return error;
    error = asking_prepare(asking, query_pieces(ctx->arena, query));
    matches = matches_new(asking);
    if (!error && !match_parts(asking, part_counts, &matches))
        error = store_damaged(ctx);
    answer->relaxed = !error && total_of(&matches) > 0;
    return error ? error : answer_with(asking, part_counts, &matches, answer);
}
