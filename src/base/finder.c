#include "base/finder.h"

#include <stdint.h>
#include <string.h>

static unsigned pair_at(const char *at)
{
    return (unsigned char)at[0] | (unsigned)(unsigned char)at[1] << 8;
}

void finder_init(struct finder *finder, const struct str *needles, size_t count)
{
    *finder = (struct finder){.needles = needles, .count = count};
    for (size_t i = 0; i < count; i++) {
        unsigned pair = pair_at(needles[i].data);
        finder->pairs[pair / 8] |= (uint8_t)(1U << pair % 8);
    }
}

static bool longest_at(const struct finder *finder, struct str rest, size_t *which)
{
    size_t longest = 0;
    for (size_t i = 0; i < finder->count; i++) {
        struct str needle = finder->needles[i];
        if (needle.length > longest && str_starts(rest, needle)) {
            longest = needle.length;
            *which = i;
        }
    }
    return longest > 0;
}

size_t finder_next(const struct finder *finder, struct str bytes, size_t from, size_t *which)
{
    for (size_t at = from; at + 1 < bytes.length; at++) {
        unsigned pair = pair_at(bytes.data + at);
        if (finder->pairs[pair / 8] & 1U << pair % 8 &&
            longest_at(finder, str_skip(bytes, at), which))
            return at;
    }
    return SIZE_MAX;
}
