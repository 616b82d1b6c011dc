/* Where any of several byte strings stands, in one pass over the bytes: a table of the first two
 * bytes sorts out nearly all places, whatever the number of strings. */
#ifndef BASE_FINDER_H
#define BASE_FINDER_H

#include "base/base.h"

struct finder {
    const struct str *needles; /* of the caller, 2 bytes or more each */
    size_t count;
    uint8_t pairs[65536 / 8]; /* which two bytes a needle begins with */
};

void finder_init(struct finder *finder, const struct str *needles, size_t count);
/* The first place at or after `from`, SIZE_MAX where there is none. Of needles that begin at the
 * same place it is the longest; `*which` is its number. */
size_t finder_next(const struct finder *finder, struct str bytes, size_t from, size_t *which);

#endif
