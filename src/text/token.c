#include "text/token.h"

#include "base/utf8.h"
#include "text/fold.h"
#include "text/pinyin.h"

enum {
    POINT_BITS = 21,
    LETTER_BITS = 6,
    WORD_BITS = LETTER_BITS * TOKEN_WORD_LETTERS,
    INITIAL_BITS = 5,
    SYLLABLE_BITS = 9,
    RUN_MAX = 256 /* characters read together; a longer run goes on in the next */
};
#define POINT_MASK ((UINT64_C(1) << POINT_BITS) - 1)

static inline uint64_t of_class(unsigned class, uint64_t value)
{
    return (uint64_t) class << TOKEN_CLASS_SHIFT | value;
}

static inline uint64_t letter_of(char c)
{
    return c >= 'a' ? (uint64_t)(c - 'a') + 1 : (uint64_t)(c - '0') + 27;
}

/* The first 9 letters at most, from the left, so that the order is the alphabet's. */
static uint64_t pack_word(struct str word)
{
    uint64_t value = 0;
    int shift = WORD_BITS;
    for (size_t i = 0; i < word.length && i < TOKEN_WORD_LETTERS; i++)
        value |= letter_of(word.data[i]) << (shift -= LETTER_BITS);
    return value;
}

static size_t put_word(struct str word, unsigned offset, uint64_t *tokens)
{
    size_t count = 0;
    if (word.length <= TOKEN_WORD_LETTERS) {
        tokens[0] = of_class(TOKEN_TITLE_WORD + offset, pack_word(word));
        return 1;
    }
    tokens[count++] = of_class(TOKEN_TITLE_LONG + offset, pack_word(word));
    for (size_t length = TOKEN_BEGIN_LEAST; length < TOKEN_WORD_LETTERS; length++)
        tokens[count++] = of_class(TOKEN_TITLE_BEGIN + offset, pack_word(str_first(word, length)));
    for (struct str rest = str_skip(word, TOKEN_WORD_LETTERS); rest.length;
         rest = str_skip(rest, TOKEN_WORD_LETTERS))
        tokens[count++] = of_class(TOKEN_TITLE_REST + offset, pack_word(rest));
    return count;
}

static inline uint64_t pair_of(uint32_t first, uint32_t second)
{
    return (uint64_t)first << POINT_BITS | second;
}

static size_t put_pairs(const uint32_t *points, size_t count, enum token_class class,
                        uint64_t *tokens)
{
    for (size_t i = 0; i < count; i++)
        tokens[i] = of_class(class, pair_of(points[i], points[i + 1]));
    return count;
}

static inline uint64_t initial_of(uint16_t syllable)
{
    return syllable ? (uint64_t)(*pinyin_text(syllable) - 'a') + 1 : 0;
}

/* What is no Chinese (kana) ends a run of syllables. */
static size_t put_pinyin(const uint32_t *points, size_t count, uint64_t *tokens)
{
    uint16_t syllables[RUN_MAX + TOKEN_INITIALS] = {0};
    size_t written = 0;
    pinyin_read(points, count, syllables);
    for (size_t i = 0; i < count; i++) {
        uint64_t initials = 0;
        bool ended = false;
        if (!syllables[i])
            continue;
        for (size_t k = 0; k < TOKEN_INITIALS; k++) {
            ended = ended || !syllables[i + k];
            initials = initials << INITIAL_BITS | (ended ? 0 : initial_of(syllables[i + k]));
        }
        tokens[written++] = of_class(TOKEN_TITLE_INITIALS, initials);
        tokens[written++] = of_class(TOKEN_TITLE_PINYIN,
                                     (uint64_t)syllables[i] << SYLLABLE_BITS | syllables[i + 1]);
    }
    return written;
}

/* The characters of one class from `*at` on, at most RUN_MAX, and a 0 or the next behind them. */
static size_t take_run(struct str text, size_t *at, uint32_t points[RUN_MAX + 1])
{
    size_t count = 0;
    while (*at < text.length) {
        size_t next = *at;
        uint32_t point = utf8_next(text, &next);
        if (point < 0x80 || char_class(point) != CHAR_IDEOGRAPH)
            break;
        points[count] = point;
        if (count == RUN_MAX)
            return count; /* it is the first of the next run, too */
        count++;
        *at = next;
    }
    points[count] = 0;
    return count;
}

static inline bool is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static size_t tokens_of(struct str text, bool title, uint64_t *tokens)
{
    uint32_t points[RUN_MAX + 1];
    size_t count = 0, at = 0;
    while (at < text.length) {
        if (is_word(text.data[at])) {
            size_t end = at + 1;
            while (end < text.length && is_word(text.data[end]))
                end++;
            count += put_word((struct str){text.data + at, end - at},
                              title ? 0 : TOKEN_TEXT_OFFSET_WORD, tokens + count);
            at = end;
            continue;
        }
        if ((unsigned char)text.data[at] < 0x80) {
            at++;
            continue;
        }
        size_t run = take_run(text, &at, points);
        if (!run)
            utf8_next(text, &at);
        count += put_pairs(points, run, title ? TOKEN_TITLE_PAIR : TOKEN_TEXT_PAIR, tokens + count);
        if (title)
            count += put_pinyin(points, run, tokens + count);
    }
    return count;
}

size_t tokens_of_title(struct str folded, uint64_t *tokens)
{
    return tokens_of(folded, true, tokens);
}

size_t tokens_of_text(struct str folded, uint64_t *tokens)
{
    return tokens_of(folded, false, tokens);
}

/* --- Asking --------------------------------------------------------------------------------- */

static struct token_range only(uint64_t token)
{
    return (struct token_range){token, token};
}

struct token_range token_of_pair(bool title, uint32_t first, uint32_t second)
{
    return only(of_class(title ? TOKEN_TITLE_PAIR : TOKEN_TEXT_PAIR, pair_of(first, second)));
}

struct token_range token_of_point(bool title, uint32_t point)
{
    uint64_t low = of_class(title ? TOKEN_TITLE_PAIR : TOKEN_TEXT_PAIR, pair_of(point, 0));
    return (struct token_range){low, low | POINT_MASK};
}

/* The packed words that begin with this one. */
static struct token_range beginning(unsigned class, struct str word)
{
    uint64_t low = of_class(class, pack_word(word));
    size_t open =
        TOKEN_WORD_LETTERS - (word.length < TOKEN_WORD_LETTERS ? word.length : TOKEN_WORD_LETTERS);
    return (struct token_range){low, low | ((UINT64_C(1) << (open * LETTER_BITS)) - 1)};
}

size_t tokens_of_word(bool title, struct str word, bool prefix, struct token_range *ranges,
                      size_t *either)
{
    unsigned offset = title ? 0 : TOKEN_TEXT_OFFSET_WORD;
    size_t count = 0;
    if (word.length <= TOKEN_WORD_LETTERS) {
        ranges[count++] = prefix ? beginning(TOKEN_TITLE_WORD + offset, word)
                                 : only(of_class(TOKEN_TITLE_WORD + offset, pack_word(word)));
        if (prefix && word.length == TOKEN_WORD_LETTERS)
            ranges[count++] = only(of_class(TOKEN_TITLE_LONG + offset, pack_word(word)));
        else if (prefix && word.length >= TOKEN_BEGIN_LEAST)
            ranges[count++] = only(of_class(TOKEN_TITLE_BEGIN + offset, pack_word(word)));
        *either = count;
        return count;
    }
    *either = 1;
    ranges[count++] = only(of_class(TOKEN_TITLE_LONG + offset, pack_word(word)));
    for (struct str rest = str_skip(word, TOKEN_WORD_LETTERS); rest.length && count < TOKEN_ASKED;
         rest = str_skip(rest, TOKEN_WORD_LETTERS))
        ranges[count++] = rest.length < TOKEN_WORD_LETTERS && prefix
                              ? beginning(TOKEN_TITLE_REST + offset, rest)
                              : only(of_class(TOKEN_TITLE_REST + offset, pack_word(rest)));
    return count;
}

size_t tokens_of_initials(struct str letters, struct token_range *ranges, size_t most)
{
    uint64_t values[PINYIN_SYLLABLES_MAX];
    if (!letters.length || letters.length > COUNT(values))
        return 0;
    for (size_t i = 0; i < letters.length; i++) {
        if (letters.data[i] < 'a' || letters.data[i] > 'z')
            return 0;
        values[i] = letter_of(letters.data[i]);
    }
    size_t first = letters.length < TOKEN_INITIALS ? letters.length : TOKEN_INITIALS;
    size_t count = letters.length - first + 1;
    for (size_t i = 0; i < count && count <= most; i++) {
        uint64_t value = 0, open = 0;
        for (size_t k = 0; k < TOKEN_INITIALS; k++) {
            value = value << INITIAL_BITS | (k < first ? values[i + k] : 0);
            open = open << INITIAL_BITS | (k < first ? 0 : (1 << INITIAL_BITS) - 1);
        }
        value = of_class(TOKEN_TITLE_INITIALS, value);
        ranges[i] = (struct token_range){value, value | open};
    }
    return count <= most ? count : 0;
}

struct token_range token_of_syllables(uint16_t first, uint16_t second_low, uint16_t second_high)
{
    uint64_t low = (uint64_t)first << SYLLABLE_BITS;
    return (struct token_range){of_class(TOKEN_TITLE_PINYIN, low | second_low),
                                of_class(TOKEN_TITLE_PINYIN, low | second_high)};
}

struct token_range token_of_syllable(uint16_t low, uint16_t high)
{
    return (struct token_range){
        of_class(TOKEN_TITLE_PINYIN, (uint64_t)low << SYLLABLE_BITS),
        of_class(TOKEN_TITLE_PINYIN, (uint64_t)high << SYLLABLE_BITS | (PINYIN_SYLLABLES - 1))};
}
