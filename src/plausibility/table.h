/* Texts to small numbers: the n-th different text gets n. Open addressing; grows in the arena. */
#ifndef PLAUSIBILITY_TABLE_H
#define PLAUSIBILITY_TABLE_H

#include "base/arena.h"

struct table_entry {
    struct str text;
    uint32_t key;
    bool taken;
};
struct table {
    struct table_entry *entries;
    size_t capacity, count; /* capacity is a power of two, or 0 */
};

/* The number of a text, which is given one when it is new. NULL and "" are the same text. */
uint32_t table_key(struct arena *arena, struct table *table, struct str text);
/* False where the text has none, and for the empty text. */
bool table_find(const struct table *table, struct str text, uint32_t *key);

#endif
