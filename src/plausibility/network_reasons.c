/* Why a level is bounded as it is: the figures that cannot be left out. */
#include <math.h>
#include <stdlib.h>

#include "plausibility/network_run.h"

enum { REASONS_MAX = 256 };

/* The ties from which a level's bounds came, and those from which theirs came. */
static size_t ties_behind(const struct network *network, size_t level, uint32_t ties[REASONS_MAX])
{
    uint32_t levels[REASONS_MAX] = {(uint32_t)level};
    size_t level_count = 1, tie_count = 0;
    for (size_t at = 0; at < level_count; at++) {
        const struct level *it = &network->levels[levels[at]];
        const uint32_t from[] = {it->low_from, it->high_from};
        for (size_t f = 0; f < COUNT(from); f++) {
            size_t seen = 0;
            while (seen < tie_count && ties[seen] != from[f])
                seen++;
            if (from[f] == TIE_NONE || seen < tie_count || tie_count == REASONS_MAX)
                continue;
            const struct tie *tie = &network->ties[from[f]];
            ties[tie_count++] = from[f];
            for (uint32_t t = 0; t <= tie->term_count; t++) {
                uint32_t next = t ? tie->terms[t - 1] : tie->target;
                size_t known = 0;
                while (known < level_count && levels[known] != next)
                    known++;
                if (known == level_count && level_count < REASONS_MAX)
                    levels[level_count++] = next;
            }
        }
    }
    return tie_count;
}

/* The interval of a level by some ties alone. */
static struct level level_by(struct arena *arena, const struct network *network, size_t level,
                             const uint32_t *ties, size_t tie_count, size_t without)
{
    struct network small = {.tie_count = tie_count};
    uint32_t names[REASONS_MAX * 2];
    small.ties = arena_array(arena, tie_count + 1, sizeof(*small.ties));
    small.levels = arena_array(arena, COUNT(names), sizeof(*small.levels));
    names[small.level_count++] = (uint32_t)level;
    size_t kept = 0;
    for (size_t i = 0; i < tie_count; i++) {
        struct tie tie = network->ties[ties[i]];
        if (i == without || small.level_count + TIE_TERMS_MAX + 1 > COUNT(names))
            continue;
        for (uint32_t t = 0; t <= tie.term_count; t++) {
            uint32_t *end = t ? &tie.terms[t - 1] : &tie.target, name = 0;
            while (name < small.level_count && names[name] != *end)
                name++;
            if (name == small.level_count)
                names[small.level_count++] = *end;
            *end = name;
        }
        small.ties[kept++] = tie;
    }
    small.tie_count = kept;
    for (size_t i = 0; i < small.level_count; i++)
        small.levels[i] = (struct level){
            .now = {-INFINITY, INFINITY}, .low_from = TIE_NONE, .high_from = TIE_NONE};
    network_tighten(arena, &small);
    /* A contradiction may come out at a neighbour. */
    for (size_t i = 0; i < small.level_count; i++)
        small.levels[0].empty = small.levels[0].empty || small.levels[i].empty;
    return small.levels[0];
}

static bool says_as_much(const struct level *found, const struct level *whole)
{
    double slack = LEAST_MOVE * 100;
    if (whole->empty || found->empty)
        return whole->empty && found->empty;
    return found->now.low >= whole->now.low - slack * fabs(whole->now.low) &&
           found->now.high <= whole->now.high + slack * fabs(whole->now.high);
}

static int by_place(const void *one, const void *other)
{
    size_t a = *(const size_t *)one, b = *(const size_t *)other;
    return (a > b) - (a < b);
}

size_t network_reasons(struct arena *arena, const struct network *network, size_t level,
                       size_t *figures, size_t most)
{
    uint32_t ties[REASONS_MAX];
    size_t tie_count = ties_behind(network, level, ties), count = 0;
    const struct level *whole = &network->levels[level];
    /* Each trial needs a small network, and of many figures there are many trials. */
    struct arena trial = {.escape = arena->escape};
    for (size_t i = tie_count; i-- > 0;) { /* the farthest first */
        arena_reset(&trial);
        struct level found = level_by(&trial, network, level, ties, tie_count, i);
        if (!says_as_much(&found, whole))
            continue;
        memmove(&ties[i], &ties[i + 1], (tie_count - i - 1) * sizeof(*ties));
        tie_count--;
    }
    arena_free(&trial);
    for (size_t i = 0; i < tie_count && count < most; i++)
        if (network->ties[ties[i]].figure != FIGURE_NONE)
            figures[count++] = network->ties[ties[i]].figure;
    qsort(figures, count, sizeof(*figures), by_place);
    return count;
}
