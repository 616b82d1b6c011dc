/* Units of figures, as far as arithmetic needs them: 元, 亿元, 件/万人, %.
 *
 * A unit is a scale and a product of powers of things. 亿元/万人 is 10^4 元·人^-1. What is counted
 * is a thing of its own kind: 家 and 个 do not add up. % and 百分点 are pure numbers of scale
 * 1/100. Prefixes are 十 百 千 万 亿 and their products; 千瓦时 and the like are words, not
 * prefixes. */
#ifndef STATS_UNITS_H
#define STATS_UNITS_H

#include "base/buf.h"

enum { UNIT_THINGS_MAX = 6 };

struct unit {
    struct {
        struct str name; /* borrowed from the text */
        int power;       /* never 0 */
    } things[UNIT_THINGS_MAX];
    size_t count; /* sorted by name */
    double scale;
};

/* A pure number. */
#define UNIT_ONE ((struct unit){.scale = 1})

/* Reads "亿元/万人", "元", "%", "人年/万人"; "" is a pure number. Parentheses as in 台(套) are part
 * of the name's look and left out. False when it has too many parts. */
bool unit_parse(struct str text, struct unit *unit);
/* a × b or a ÷ b. False when the product has too many parts. */
bool unit_combine(const struct unit *a, const struct unit *b, bool divided, struct unit *result);
/* The same things in the same powers, whatever the scale. */
bool unit_same_things(const struct unit *a, const struct unit *b);
/* "件/元", "10000 元/人", "1": for messages. */
void unit_print(struct buf *out, const struct unit *unit);

#endif
