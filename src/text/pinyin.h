/* How Chinese reads: a syllable for each character, without tones, with ü written v.
 *
 * A character of several readings takes its usual one, except in the words of
 * src/text/polyphones.csv (重庆 is chong qing). Syllables are numbered in the order of the
 * alphabet, from 1, so that those which begin alike stand together. */
#ifndef TEXT_PINYIN_H
#define TEXT_PINYIN_H

#include "base/base.h"

enum { PINYIN_SYLLABLES = 512, PINYIN_LONGEST = 6, PINYIN_WAYS = 8, PINYIN_SYLLABLES_MAX = 24 };

/* Reads the characters `points`; 0 for what is not Chinese. */
void pinyin_read(const uint32_t *points, size_t count, uint16_t *syllables);
/* "chang"; "" of 0. */
const char *pinyin_text(uint16_t syllable);

/* Letters cut into syllables: "changan" as chang an and as chan gan. The last may be unfinished:
 * it is any from `last_low` to `last_high`. Gives up to PINYIN_WAYS ways, longer syllables first.
 */
struct pinyin_way {
    uint16_t syllables[PINYIN_SYLLABLES_MAX]; /* all but the last */
    size_t count;                             /* of all, with the last */
    uint16_t last_low, last_high;
};
size_t pinyin_cut(struct str letters, struct pinyin_way ways[PINYIN_WAYS]);

#endif
