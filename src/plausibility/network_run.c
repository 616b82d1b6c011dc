#include "plausibility/network_run.h"

#include <math.h>

/* Rounding of our own arithmetic. */
static const double SLACK = 1e-9;
/* Cycles close in on a fixed point in ever smaller steps; so often a tie is applied at most. */
enum { VISITS_MAX = 64 };

static void move_low(struct network *network, uint32_t level, double low, uint32_t tie, bool *moved)
{
    struct level *it = &network->levels[level];
    if (!(low > it->now.low) ||
        (isfinite(it->now.low) && low - it->now.low <= LEAST_MOVE * fmax(fabs(low), 1e-300)))
        return;
    it->now.low = low;
    it->low_from = tie;
    *moved = true;
}

static void move_high(struct network *network, uint32_t level, double high, uint32_t tie,
                      bool *moved)
{
    struct level *it = &network->levels[level];
    if (!(high < it->now.high) ||
        (isfinite(it->now.high) && it->now.high - high <= LEAST_MOVE * fmax(fabs(high), 1e-300)))
        return;
    it->now.high = high;
    it->high_from = tie;
    *moved = true;
}

static bool narrow(struct network *network, uint32_t level, struct interval to, uint32_t tie)
{
    bool moved = false;
    if (!isnan(to.low))
        move_low(network, level, to.low, tie, &moved);
    if (!isnan(to.high))
        move_high(network, level, to.high, tie, &moved);
    return moved;
}

/* Levels that are scaled are amounts: what is below nothing is nothing. */
static struct interval positive(struct interval interval)
{
    return (struct interval){fmax(interval.low, 0), interval.high};
}

static struct interval quotient(struct interval above, struct interval below)
{
    return (struct interval){below.high > 0 ? above.low / below.high : 0,
                             below.low > 0 ? above.high / below.low : INFINITY};
}

/* Sends intervals through a tie both ways. Marks the levels that moved. */
static void apply_tie(struct network *network, uint32_t index, bool moved[TIE_TERMS_MAX + 1])
{
    const struct tie *tie = &network->ties[index];
    struct level *levels = network->levels;
    struct interval target = levels[tie->target].now;
    memset(moved, 0, TIE_TERMS_MAX + 1);
    switch (tie->kind) {
    case TIE_BOUND:
        moved[0] = narrow(network, tie->target, (struct interval){tie->low, tie->high}, index);
        return;
    case TIE_SHIFT: {
        struct interval base = levels[tie->terms[0]].now;
        moved[0] = narrow(network, tie->target,
                          (struct interval){base.low + tie->low, base.high + tie->high}, index);
        moved[1] = narrow(network, tie->terms[0],
                          (struct interval){target.low - tie->high, target.high - tie->low}, index);
        return;
    }
    case TIE_SCALE: {
        struct interval base = positive(levels[tie->terms[0]].now), scale = {tie->low, tie->high};
        target = positive(target);
        moved[0] = narrow(network, tie->target,
                          (struct interval){base.low * tie->low, base.high * tie->high}, index);
        moved[1] = narrow(network, tie->terms[0], quotient(target, scale), index);
        return;
    }
    case TIE_SUM: {
        struct interval sum = {0, 0};
        for (uint32_t i = 0; i < tie->term_count; i++) {
            sum.low += levels[tie->terms[i]].now.low;
            sum.high += levels[tie->terms[i]].now.high;
        }
        moved[0] = narrow(network, tie->target, sum, index);
        for (uint32_t i = 0; i < tie->term_count; i++) {
            struct interval term = levels[tie->terms[i]].now;
            /* ∞ − ∞ is not known, and narrow() leaves what is not known alone. */
            moved[i + 1] = narrow(network, tie->terms[i],
                                  (struct interval){target.low - (sum.high - term.high),
                                                    target.high - (sum.low - term.low)},
                                  index);
        }
        return;
    }
    case TIE_RATIO: {
        struct interval above = positive(levels[tie->terms[0]].now);
        struct interval below = positive(levels[tie->terms[1]].now), ratio = quotient(above, below);
        target = positive(target);
        moved[0] = narrow(network, tie->target,
                          (struct interval){tie->low * ratio.low, tie->low * ratio.high}, index);
        moved[1] = narrow(network, tie->terms[0],
                          (struct interval){target.low * below.low / tie->low,
                                            target.high * below.high / tie->low},
                          index);
        struct interval other = quotient(above, target);
        moved[2] = narrow(network, tie->terms[1],
                          (struct interval){tie->low * other.low, tie->low * other.high}, index);
        return;
    }
    }
}

static bool is_empty(const struct level *level)
{
    double slack = SLACK * fmax(fabs(level->now.low), fabs(level->now.high));
    return level->now.low > level->now.high + slack;
}

/* Ties that wait to be applied: a ring, each tie once in it. */
struct run {
    struct arena *arena;
    struct network *network;
    uint32_t *queue, *visits;
    bool *waiting;
    size_t head, count, capacity;
};

static void await(struct run *run, uint32_t tie)
{
    if (run->waiting[tie] || run->visits[tie] >= VISITS_MAX)
        return;
    run->waiting[tie] = true;
    run->queue[(run->head + run->count++) % run->capacity] = tie;
}

static void await_ties_of(struct run *run, uint32_t level)
{
    const struct network *network = run->network;
    for (size_t i = network->first_tie[level]; i < network->first_tie[level + 1]; i++)
        await(run, network->ties_of[i]);
}

static void settle(struct run *run)
{
    struct network *network = run->network;
    bool moved[TIE_TERMS_MAX + 1];
    while (run->count) {
        uint32_t index = run->queue[run->head];
        const struct tie *tie = &network->ties[index];
        run->head = (run->head + 1) % run->capacity;
        run->count--;
        run->waiting[index] = false;
        run->visits[index]++;
        bool stuck = network->levels[tie->target].empty;
        for (uint32_t i = 0; i < tie->term_count; i++)
            stuck = stuck || network->levels[tie->terms[i]].empty;
        if (stuck)
            continue;
        apply_tie(network, index, moved);
        for (uint32_t i = 0; i <= tie->term_count; i++) {
            uint32_t level = i ? tie->terms[i - 1] : tie->target;
            if (!moved[i])
                continue;
            if (is_empty(&network->levels[level]))
                network->levels[level].empty = true;
            else
                await_ties_of(run, level);
        }
    }
}

static struct run run_of(struct arena *arena, struct network *network)
{
    size_t count = network->tie_count + 1;
    return (struct run){.arena = arena,
                        .network = network,
                        .queue = arena_array(arena, count, sizeof(uint32_t)),
                        .visits = arena_array(arena, count, sizeof(uint32_t)),
                        .waiting = arena_array(arena, count, sizeof(bool)),
                        .capacity = count};
}

/* Which ties touch which level. */
static void index_ties(struct arena *arena, struct network *network)
{
    size_t total = 0;
    network->first_tie = arena_array(arena, network->level_count + 2, sizeof(size_t));
    for (size_t i = 0; i < network->tie_count; i++) {
        const struct tie *tie = &network->ties[i];
        network->first_tie[tie->target + 2]++;
        for (uint32_t t = 0; t < tie->term_count; t++)
            network->first_tie[tie->terms[t] + 2]++;
        total += 1 + tie->term_count;
    }
    for (size_t i = 2; i < network->level_count + 2; i++)
        network->first_tie[i] += network->first_tie[i - 1];
    network->ties_of = arena_array(arena, total + 1, sizeof(uint32_t));
    for (size_t i = 0; i < network->tie_count; i++) {
        const struct tie *tie = &network->ties[i];
        network->ties_of[network->first_tie[tie->target + 1]++] = (uint32_t)i;
        for (uint32_t t = 0; t < tie->term_count; t++)
            network->ties_of[network->first_tie[tie->terms[t] + 1]++] = (uint32_t)i;
    }
}

void network_tighten(struct arena *arena, struct network *network)
{
    index_ties(arena, network);
    struct run run = run_of(arena, network);
    for (size_t i = 0; i < network->tie_count; i++)
        await(&run, (uint32_t)i);
    settle(&run);
}
