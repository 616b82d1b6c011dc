/* Search tokens: what an index of texts is asked for.
 *
 * A token is a number: four bits say of what class it is, the rest what it holds, so that tokens
 * which begin alike follow each other. Of folded text:
 *
 *   ideographs   each with the one behind it (the last of a run with none): 重庆市 = 重庆, 庆市, 市
 *                so one character is a range of tokens, two are one token, more are several
 *   words        [0-9a-z] up to 9 characters, more in further tokens; the beginning of a word is a
 *                range. Longer words (codes) have their beginnings of 2 to 8 as tokens, too, so
 * that no range ever runs over all the codes of a register pinyin       of titles: each syllable
 * with the next, and four initials from each character on */
#ifndef TEXT_TOKEN_H
#define TEXT_TOKEN_H

#include "base/base.h"

enum token_class {
    TOKEN_TITLE_PAIR = 1,
    TOKEN_TITLE_WORD,
    TOKEN_TITLE_LONG,  /* the first 9 of a longer word */
    TOKEN_TITLE_REST,  /* what follows them, by nines */
    TOKEN_TITLE_BEGIN, /* its first 2 … 8 */
    TOKEN_TITLE_INITIALS,
    TOKEN_TITLE_PINYIN,
    TOKEN_TEXT_PAIR,
    TOKEN_TEXT_WORD,
    TOKEN_TEXT_LONG,
    TOKEN_TEXT_REST,
    TOKEN_TEXT_BEGIN,
    TOKEN_KEY,    /* a record, by the hash of its kind and key */
    TOKEN_ACCESS, /* whose it is, by the hash of what says so */
    TOKEN_COMMON  /* its kind, and who sees it: by the hash, and few in any index */
};
enum { TOKEN_CLASS_SHIFT = 59, TOKEN_WORD_LETTERS = 9, TOKEN_BEGIN_LEAST = 2, TOKEN_INITIALS = 4 };
/* From the class of a title's tokens to that of a text's. */
enum { TOKEN_TEXT_OFFSET_WORD = TOKEN_TEXT_WORD - TOKEN_TITLE_WORD };

/* The tokens from `low` to `high`. */
struct token_range {
    uint64_t low, high;
};

/* How many tokens `length` bytes of folded text may give. */
static inline size_t tokens_room(size_t length)
{
    return 3 * length + 8;
}
/* Writes the tokens of a folded text, some more than once, and returns how many. */
size_t tokens_of_title(struct str folded, uint64_t *tokens);
size_t tokens_of_text(struct str folded, uint64_t *tokens);
/* Of a hash: of a record, or of who may find it. */
static inline uint64_t token_of_hash(enum token_class class, uint64_t hash)
{
    return (uint64_t) class << TOKEN_CLASS_SHIFT | hash >> (64 - TOKEN_CLASS_SHIFT);
}

/* What to ask for. `title`: in titles, else in texts. */
struct token_range token_of_pair(bool title, uint32_t first, uint32_t second);
/* Any pair that begins with this character. */
struct token_range token_of_point(bool title, uint32_t point);
/* A word as it is, or (prefix) any that begins so: up to TOKEN_ASKED ranges in `ranges`; a text has
 * the word where it has one of the first `either` of them and all of the others. */
enum { TOKEN_ASKED = 8 };
size_t tokens_of_word(bool title, struct str word, bool prefix, struct token_range *ranges,
                      size_t *either);
/* Initials: all of the ranges. 0 where there are more than `most` of them or none. */
size_t tokens_of_initials(struct str letters, struct token_range *ranges, size_t most);
/* Two syllables that follow each other, of which the second may be one of several. */
struct token_range token_of_syllables(uint16_t first, uint16_t second_low, uint16_t second_high);
/* One syllable, out of several. */
struct token_range token_of_syllable(uint16_t low, uint16_t high);

#endif
