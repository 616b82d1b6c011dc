#include "core/search_match.h"

#include <stdlib.h>

#include "base/utf8.h"
#include "text/fold.h"
#include "text/pinyin.h"

enum { POINTS_MAX = 256 };

/* --- Taking a query apart ------------------------------------------------------------------- */

size_t query_add_range(struct query *query, struct token_range range)
{
    if (query->range_count == RANGES_MAX)
        return RANGES_MAX - 1;
    query->ranges[query->range_count] = range;
    return query->range_count++;
}

/* One clause of the ranges that were just added, from `first` on. */
static void add_clause(struct query *query, size_t first)
{
    if (query->clause_count < RANGES_MAX)
        query->clauses[query->clause_count++] = (struct clause){first, query->range_count - first};
}

static void add_range_clause(struct query *query, struct token_range range)
{
    size_t first = query->range_count;
    query_add_range(query, range);
    add_clause(query, first);
}

static void add_group(struct query *query, struct word *word, size_t first, bool title)
{
    if (query->clause_count == first || query->group_count == RANGES_MAX)
        return;
    query->groups[query->group_count++] = (struct group){first, query->clause_count - first, title};
    word->count++;
}

static bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static size_t read_ideographs(struct str text, size_t *at, uint32_t points[POINTS_MAX])
{
    size_t count = 0;
    while (*at < text.length && count < POINTS_MAX) {
        size_t next = *at;
        uint32_t point = utf8_next(text, &next);
        if (point < 0x80 || char_class(point) != CHAR_IDEOGRAPH)
            break;
        points[count++] = point;
        *at = next;
    }
    return count;
}

/* A character alone may stand before any other; of several, each pair is there. */
static void ask_ideographs(struct query *query, const uint32_t *points, size_t count, bool title)
{
    if (count == 1)
        add_range_clause(query, token_of_point(title, points[0]));
    for (size_t i = 0; i + 1 < count; i++)
        add_range_clause(query, token_of_pair(title, points[i], points[i + 1]));
}

static void ask_letters(struct query *query, struct str letters, bool prefix, bool title)
{
    struct token_range ranges[TOKEN_ASKED];
    size_t either, count = tokens_of_word(title, letters, prefix, ranges, &either);
    size_t first = query->range_count;
    for (size_t i = 0; i < either; i++)
        query_add_range(query, ranges[i]);
    add_clause(query, first);
    for (size_t i = either; i < count; i++)
        add_range_clause(query, ranges[i]);
}

/* All runs of the word, in a title or in a text. Its last letters may go on. */
static void ask_runs(struct query *query, struct word *word, bool title)
{
    size_t first = query->clause_count, at = 0;
    uint32_t points[POINTS_MAX];
    struct str text = word->folded;
    while (at < text.length) {
        size_t end = at;
        while (end < text.length && is_word(text.data[end]))
            end++;
        if (end > at) {
            bool prefix = end == text.length && !word->exact && end - at > 1;
            ask_letters(query, (struct str){text.data + at, end - at}, prefix, title);
            at = end;
            continue;
        }
        size_t count = read_ideographs(text, &at, points);
        if (!count)
            utf8_next(text, &at);
        ask_ideographs(query, points, count, title);
    }
    add_group(query, word, first, title);
}

static void ask_initials(struct query *query, struct word *word)
{
    struct token_range ranges[PINYIN_SYLLABLES_MAX];
    size_t first = query->clause_count;
    size_t count = tokens_of_initials(word->folded, ranges, COUNT(ranges));
    for (size_t i = 0; i < count; i++)
        add_range_clause(query, ranges[i]);
    add_group(query, word, first, true);
}

static void ask_syllables(struct query *query, struct word *word, const struct pinyin_way *way)
{
    size_t first = query->clause_count;
    if (way->count == 1)
        add_range_clause(query, token_of_syllable(way->last_low, way->last_high));
    for (size_t i = 0; i + 2 < way->count; i++)
        add_range_clause(query, token_of_syllables(way->syllables[i], way->syllables[i + 1],
                                                   way->syllables[i + 1]));
    if (way->count > 1)
        add_range_clause(query, token_of_syllables(way->syllables[way->count - 2], way->last_low,
                                                   way->last_high));
    add_group(query, word, first, true);
}

static void ask_pinyin(struct query *query, struct word *word)
{
    struct pinyin_way ways[PINYIN_WAYS];
    size_t count = pinyin_cut(word->folded, ways);
    for (size_t i = 0; i < count; i++)
        ask_syllables(query, word, &ways[i]);
}

static bool is_latin(struct str folded)
{
    for (size_t i = 0; i < folded.length; i++)
        if (folded.data[i] < 'a' || folded.data[i] > 'z')
            return false;
    return folded.length > 1;
}

static void ask_word(struct query *query, struct word *word)
{
    word->first = query->group_count;
    ask_runs(query, word, true);
    ask_runs(query, word, false);
    word->latin = !word->exact && is_latin(word->folded);
    if (!word->latin)
        return;
    ask_initials(query, word);
    ask_pinyin(query, word);
}

static void add_word(struct arena *arena, struct query *query, struct str text, bool exact)
{
    struct word word = {.text = text, .folded = text_fold(arena, text), .exact = exact};
    size_t most = SEARCH_WORDS_MAX;
    if (query->word_count == most)
        return;
    ask_word(query, &word);
    if (word.count)
        query->words[query->word_count++] = word;
}

static const struct str quotes[] = {STR_INIT("\""), STR_INIT("“"),  STR_INIT("”"),
                                    STR_INIT("「"), STR_INIT("」"), STR_INIT("＂")};

static size_t quote_at(struct str text)
{
    for (size_t i = 0; i < COUNT(quotes); i++)
        if (str_starts(text, quotes[i]))
            return quotes[i].length;
    return 0;
}

struct query *query_read(struct arena *arena, struct str text)
{
    struct query *query = ARENA_NEW(arena, struct query);
    size_t start = 0;
    bool quoted = false;
    for (size_t at = 0; at <= text.length;) {
        size_t next = at, quote = quote_at(str_skip(text, at));
        uint32_t point = at < text.length ? utf8_next(text, &next) : ' ';
        bool ends = at == text.length || quote || (!quoted && char_class(point) == CHAR_SPACE) ||
                    (!quoted && point == 0x3000);
        if (ends && at > start)
            add_word(arena, query, (struct str){text.data + start, at - start}, quoted);
        if (at == text.length)
            break;
        quoted = quote ? !quoted : quoted;
        at = quote ? at + quote : next;
        start = ends ? at : start;
    }
    return query;
}

/* --- The smallest parts --------------------------------------------------------------------- */

static void add_piece(struct query *pieces, struct str folded)
{
    struct word word = {.text = folded, .folded = folded, .exact = true};
    if (pieces->word_count == PIECES_MAX)
        return;
    for (size_t i = 0; i < pieces->word_count; i++)
        if (str_equal(pieces->words[i].folded, folded))
            return;
    ask_word(pieces, &word);
    if (word.count)
        pieces->words[pieces->word_count++] = word;
}

/* Each pair of neighbours of a run of ideographs; one that stands alone by itself. */
static void add_pairs(struct query *pieces, struct str run)
{
    size_t at = 0, before = 0, count = 0;
    while (at < run.length) {
        size_t start = at;
        utf8_next(run, &at);
        if (count++)
            add_piece(pieces, (struct str){run.data + before, at - before});
        before = start;
    }
    if (count == 1)
        add_piece(pieces, run);
}

struct query *query_pieces(struct arena *arena, const struct query *query)
{
    struct query *pieces = ARENA_NEW(arena, struct query);
    uint32_t points[POINTS_MAX];
    for (size_t i = 0; i < query->word_count; i++) {
        struct str text = query->words[i].folded;
        for (size_t at = 0; at < text.length;) {
            size_t end = at;
            while (end < text.length && is_word(text.data[end]))
                end++;
            if (end > at)
                add_piece(pieces, (struct str){text.data + at, end - at});
            at = end;
            size_t start = at;
            if (read_ideographs(text, &at, points))
                add_pairs(pieces, (struct str){text.data + start, at - start});
            else if (at < text.length && !is_word(text.data[at]))
                utf8_next(text, &at);
        }
    }
    return pieces;
}

/* --- One entry ------------------------------------------------------------------------------ */

struct folded_entry fold_entry(struct arena *arena, const struct search_entry *entry)
{
    return (struct folded_entry){text_fold(arena, entry->title), text_fold(arena, entry->title_en),
                                 text_fold(arena, entry->names), text_fold(arena, entry->codes),
                                 text_fold(arena, entry->text),  text_fold(arena, entry->label)};
}

/* Letters and digits are found where a word begins (and, exactly, where it ends). */
static bool stands_alone(struct str text, size_t at, const struct word *word)
{
    struct str folded = word->folded;
    size_t end = at + folded.length;
    if (is_word(folded.data[0]) && at && is_word(text.data[at - 1]))
        return false;
    bool whole = word->exact || folded.length == 1;
    return !(whole && is_word(folded.data[folded.length - 1]) && end < text.length &&
             is_word(text.data[end]));
}

/* From `from` on; the length where it is not there. */
static size_t find_word(struct str text, size_t from, const struct word *word)
{
    struct str folded = word->folded;
    while (from + folded.length <= text.length) {
        const char *found =
            memmem(text.data + from, text.length - from, folded.data, folded.length);
        if (!found)
            break;
        size_t at = (size_t)(found - text.data);
        if (stands_alone(text, at, word))
            return at;
        from = at + 1;
    }
    return text.length;
}

/* The characters of a folded title as they read, and where they stand. */
struct reading {
    uint32_t points[POINTS_MAX];
    uint16_t syllables[POINTS_MAX];
    size_t starts[POINTS_MAX + 1];
    size_t count;
};

static void read_title(struct str title, struct reading *reading)
{
    size_t at = 0;
    *reading = (struct reading){.count = 0};
    while (at < title.length && reading->count < POINTS_MAX) {
        reading->starts[reading->count] = at;
        reading->points[reading->count++] = utf8_next(title, &at);
    }
    reading->starts[reading->count] = at;
    pinyin_read(reading->points, reading->count, reading->syllables);
}

/* How many characters from `from` on have these letters as initials, or as pinyin; 0 = they do not.
 */
static size_t reads_as(const struct reading *reading, size_t from, struct str letters)
{
    size_t i = 0;
    while (i < letters.length && from + i < reading->count &&
           *pinyin_text(reading->syllables[from + i]) == letters.data[i])
        i++;
    if (i == letters.length)
        return i;
    struct str rest = letters;
    for (i = from; rest.length && i < reading->count; i++) {
        struct str syllable = str_of(pinyin_text(reading->syllables[i]));
        if (!syllable.length)
            return 0;
        if (rest.length <= syllable.length)
            return str_starts(syllable, rest) ? i + 1 - from : 0;
        if (!str_starts(rest, syllable))
            return 0;
        rest = str_skip(rest, syllable.length);
    }
    return 0;
}

static bool find_reading(struct str title, struct str letters, size_t *start, size_t *end)
{
    struct reading reading;
    read_title(title, &reading);
    for (size_t from = 0; from < reading.count; from++) {
        size_t length = reads_as(&reading, from, letters);
        if (!length)
            continue;
        *start = reading.starts[from];
        *end = reading.starts[from + length];
        return true;
    }
    return false;
}

static enum match match_title(struct str title, const struct word *word)
{
    size_t start, end, at = find_word(title, 0, word);
    if (at < title.length)
        return at ? MATCH_TITLE : word->folded.length == title.length ? MATCH_WHOLE : MATCH_BEGINS;
    return word->latin && find_reading(title, word->folded, &start, &end) ? MATCH_PINYIN
                                                                          : MATCH_NONE;
}

struct found match_word(const struct folded_entry *entry, const struct word *word)
{
    const struct str titles[] = {entry->title, entry->title_en, entry->names, entry->codes};
    struct found found = {MATCH_NONE, 0};
    for (size_t i = 0; i < COUNT(titles); i++) {
        enum match match = match_title(titles[i], word);
        found.match = match > found.match ? match : found.match;
    }
    for (size_t at = 0; found.times < MATCH_TIMES; at++, found.times++)
        if ((at = find_word(entry->text, at, word)) >= entry->text.length)
            break;
    if (found.times && !found.match)
        found.match = MATCH_TEXT;
    /* Its pairs stand there, though not behind each other: 重庆…科技. */
    if (!found.match && !word->exact && (unsigned char)word->folded.data[0] >= 0x80)
        found.match = MATCH_PARTS;
    return found;
}

/* --- Marks ---------------------------------------------------------------------------------- */

enum { MARKS_MAX = 64, BEFORE = 12 };

struct marks {
    struct stretch at[MARKS_MAX];
    size_t count;
};

static void add_mark(struct marks *marks, struct stretch stretch)
{
    if (marks->count < MARKS_MAX && stretch.end > stretch.start)
        marks->at[marks->count++] = stretch;
}

static int compare_stretches(const void *a, const void *b)
{
    const struct stretch *one = a, *other = b;
    return (one->start > other->start) - (one->start < other->start);
}

static void find_marks(const struct folded *folded, const struct query *query, bool title,
                       struct marks *marks)
{
    struct str text = folded->text;
    for (size_t i = 0; i < query->word_count; i++) {
        const struct word *word = &query->words[i];
        size_t start, end;
        bool any = false;
        for (size_t at = 0; (at = find_word(text, at, word)) < text.length;
             at += word->folded.length) {
            add_mark(marks, folded_stretch(folded, at, at + word->folded.length));
            any = true;
            if (marks->count == MARKS_MAX)
                return;
        }
        if (!any && title && word->latin && find_reading(text, word->folded, &start, &end))
            add_mark(marks, folded_stretch(folded, start, end));
    }
    qsort(marks->at, marks->count, sizeof(*marks->at), compare_stretches);
}

/* So many characters further on, or back. */
static size_t move(struct str text, size_t at, size_t characters, bool back)
{
    while (characters-- && (back ? at > 0 : at < text.length)) {
        at += back ? (size_t)-1 : 1;
        while (at > 0 && at < text.length && ((unsigned char)text.data[at] & 0xC0) == 0x80)
            at += back ? (size_t)-1 : 1;
    }
    return at;
}

struct records mark_words(struct arena *arena, struct str text, const struct query *query,
                          size_t around, bool title)
{
    struct marks marks = {.count = 0};
    struct folded folded = text_fold_mapped(arena, text);
    find_marks(&folded, query, title, &marks);
    size_t start = 0, end = text.length, count = 0;
    if (around) {
        start = marks.count ? move(text, marks.at[0].start, BEFORE, true) : 0;
        end = move(text, start, around, false);
    }
    struct search_part *parts = arena_array(arena, 2 * marks.count + 1, sizeof(*parts));
    for (size_t i = 0; i < marks.count; i++) {
        struct stretch mark = marks.at[i];
        if (mark.start < start || mark.end > end)
            continue;
        if (mark.start > start)
            parts[count++] = (struct search_part){{text.data + start, mark.start - start}, false};
        parts[count++] =
            (struct search_part){{text.data + mark.start, mark.end - mark.start}, true};
        start = mark.end;
    }
    if (end > start)
        parts[count++] = (struct search_part){{text.data + start, end - start}, false};
    return (struct records){parts, count};
}
