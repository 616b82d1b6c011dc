#include "text/pinyin.h"

#include "pinyin.table.h"

enum { STARTS_WORD = 0x8000, READING_MASK = 0x1FF };

static inline uint16_t entry_of(uint32_t point)
{
    return pinyin_blocks[(uint32_t)pinyin_index[point >> 6] << 6 | (point & 63)];
}

/* The first of the words that begin with this character, which there is. */
static size_t first_word(uint32_t point)
{
    size_t low = 0, high = COUNT(polyphones);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (polyphones[middle].word[0] < point)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* The longest word of the table that begins here. */
static const struct polyphone *find_word(const uint32_t *points, size_t count, size_t *length)
{
    const struct polyphone *best = NULL;
    *length = 0;
    for (size_t i = first_word(points[0]);
         i < COUNT(polyphones) && polyphones[i].word[0] == points[0]; i++) {
        const uint32_t *word = polyphones[i].word;
        size_t same = 0;
        while (same < count && word[same] && word[same] == points[same])
            same++;
        if (!word[same] && same > *length) {
            best = &polyphones[i];
            *length = same;
        }
    }
    return best;
}

void pinyin_read(const uint32_t *points, size_t count, uint16_t *syllables)
{
    for (size_t i = 0; i < count;) {
        uint16_t entry = entry_of(points[i]);
        size_t length = 0;
        const struct polyphone *word =
            entry & STARTS_WORD ? find_word(points + i, count - i, &length) : NULL;
        if (word)
            memcpy(syllables + i, word->reading, length * sizeof(*syllables));
        else {
            syllables[i] = entry & READING_MASK;
            length = 1;
        }
        i += length;
    }
}

const char *pinyin_text(uint16_t syllable)
{
    return pinyin_syllables[syllable < COUNT(pinyin_syllables) ? syllable : 0];
}

/* The first syllable that is not before `text`, comparing only as many letters as that has. */
static uint16_t lower_bound(struct str text, bool behind)
{
    size_t low = 1, high = COUNT(pinyin_syllables);
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strncmp(pinyin_syllables[middle], text.data, text.length);
        if (order < 0 || (behind && order == 0))
            low = middle + 1;
        else
            high = middle;
    }
    return (uint16_t)low;
}

static uint16_t find_syllable(struct str text)
{
    uint16_t at = lower_bound(text, false);
    return at < COUNT(pinyin_syllables) && str_is(text, pinyin_syllables[at]) ? at : 0;
}

struct cutting {
    struct pinyin_way *ways, way;
    size_t count, steps;
};

enum { STEPS_MAX = 400 }; /* "nananana…" has ever so many ways */

/* Every way for the rest, longer syllables first. */
static void cut(struct cutting *cutting, struct str rest)
{
    if (cutting->count == PINYIN_WAYS || cutting->steps++ > STEPS_MAX ||
        cutting->way.count == PINYIN_SYLLABLES_MAX)
        return;
    uint16_t low = lower_bound(rest, false), behind = lower_bound(rest, true);
    if (low < behind) {
        struct pinyin_way *way = &cutting->ways[cutting->count++];
        *way = cutting->way;
        way->count++;
        way->last_low = low;
        way->last_high = (uint16_t)(behind - 1);
    }
    size_t longest = rest.length > PINYIN_LONGEST ? PINYIN_LONGEST : rest.length - 1;
    for (size_t length = longest; length > 0; length--) {
        uint16_t syllable = find_syllable(str_first(rest, length));
        if (!syllable)
            continue;
        cutting->way.syllables[cutting->way.count++] = syllable;
        cut(cutting, str_skip(rest, length));
        cutting->way.count--;
    }
}

size_t pinyin_cut(struct str letters, struct pinyin_way ways[PINYIN_WAYS])
{
    struct cutting cutting = {.ways = ways};
    if (letters.length)
        cut(&cutting, letters);
    return cutting.count;
}
