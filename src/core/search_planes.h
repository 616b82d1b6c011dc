/* A small number for each entry of a block, added up for all of them at once: plane k holds bit k
 * of every number, so that adding to thousands of entries is a few operations on bitmaps. */
#ifndef CORE_SEARCH_PLANES_H
#define CORE_SEARCH_PLANES_H

#include "core/search_block.h"

struct planes {
    struct bitmap *bits;
    unsigned height; /* how many planes there are: sums stay below 1 << height */
};

/* Planes for sums up to `most`, all 0. */
struct planes planes_new(struct arena *arena, unsigned most);
/* Adds the number to that of each of these entries. */
void planes_add(struct planes *planes, const struct bitmap *which, unsigned number);
/* The entries whose number is at least this, which is not 0. */
void planes_at_least(const struct planes *planes, unsigned number, struct bitmap *into);

#endif
