#include "core/search_planes.h"

struct planes planes_new(struct arena *arena, unsigned most)
{
    struct planes planes = {.height = 1};
    while (most >> planes.height)
        planes.height++;
    planes.bits = arena_array(arena, planes.height, sizeof(*planes.bits));
    return planes;
}

/* Adds what is carried, and leaves what is carried on. */
static void add_to_plane(struct bitmap *plane, struct bitmap *carried)
{
    for (size_t i = 0; i < BITMAP_WORDS; i++) {
        uint64_t both = plane->words[i] & carried->words[i];
        plane->words[i] ^= carried->words[i];
        carried->words[i] = both;
    }
}

void planes_add(struct planes *planes, const struct bitmap *which, unsigned number)
{
    for (unsigned bit = 0; bit < planes->height; bit++) {
        if (!(number >> bit & 1))
            continue;
        struct bitmap carried = *which;
        for (unsigned k = bit; k < planes->height; k++)
            add_to_plane(&planes->bits[k], &carried);
    }
}

/* From the lowest bit on: where this bit of the number is 1, the entry's has to be; where it is 0,
 * an entry's 1 outweighs whatever stands below. */
void planes_at_least(const struct planes *planes, unsigned number, struct bitmap *into)
{
    bool reachable = number >> planes->height == 0;
    memset(into, reachable ? 0xFF : 0, sizeof(*into));
    for (unsigned bit = 0; reachable && bit < planes->height; bit++)
        if (number >> bit & 1)
            bitmap_and(into, &planes->bits[bit]);
        else
            bitmap_or(into, &planes->bits[bit]);
}
