/* Numbers in sentences. */
#ifndef PLAUSIBILITY_WORDS_H
#define PLAUSIBILITY_WORDS_H

#include "base/arena.h"

/* A number to six significant digits, large ones in 10⁸; and in Chinese words, in 万 and 亿. */
struct str number_words(struct arena *arena, double number);
struct str amount_words(struct arena *arena, double number);

#endif
