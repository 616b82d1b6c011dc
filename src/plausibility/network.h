/* What figures say of each other: intervals that tighten one another until nothing tightens.
 *
 * A variable is a level that was or could have been published: one indicator, version, area, scope,
 * comparison set, unit and time. Figures bound it by what was printed; rates, multiples, changes
 * and formulas tie variables together. Of several figures for one variable the most final bounds
 * it, so that a final never loses to an estimate or to what is only implied; targets take no part.
 *
 * Where a variable's interval becomes empty, the figures cannot all be true; the smallest set of
 * them (none can be left out) is found by leaving out one after the other. */
#ifndef PLAUSIBILITY_NETWORK_H
#define PLAUSIBILITY_NETWORK_H

#include "plausibility/figures.h"

enum tie_kind {
    TIE_BOUND, /* target within low … high */
    TIE_SCALE, /* target = base × (low … high) */
    TIE_SHIFT, /* target = base + (low … high) */
    TIE_SUM,   /* target = Σ terms */
    TIE_RATIO  /* target = low × terms[0] / terms[1] */
};
enum { TIE_TERMS_MAX = 8 };

struct tie {
    enum tie_kind kind;
    uint32_t target;
    uint32_t terms[TIE_TERMS_MAX];
    uint32_t term_count;
    double low, high;
    size_t figure; /* that says so; FIGURE_NONE = a formula */
};

struct level {
    size_t like;       /* a figure of the same series; what bounds it where that is published */
    struct str period; /* as it was written where it first came up */
    struct date start, end; /* start is DATE_NONE for stocks */
    struct interval now;
    uint32_t low_from, high_from; /* ties that bound it; TIE_NONE = none */
    bool published;               /* some figure says it itself */
    bool empty;                   /* nothing is left of its interval; it stands still then */
};
#define TIE_NONE UINT32_MAX

struct network {
    struct level *levels;
    size_t level_count;
    struct tie *ties;
    size_t tie_count;
    uint32_t *ties_of; /* ties that touch level i: ties_of[first_tie[i]] … */
    size_t *first_tie;
};

/* Builds it and tightens until nothing moves. */
struct network *network_settle(struct arena *arena, const struct figure_set *set);

/* The figures without which a level's interval would not be what it is (of an empty one: the
 * smallest set that cannot be true together), in the order of their places. Returns how many, at
 * most `most`. */
size_t network_reasons(struct arena *arena, const struct network *network, size_t level,
                       size_t *figures, size_t most);

/* The interval of the base that a rate, multiple or change gives from its level. */
struct interval implied_base(const struct checked_figure *change, struct interval level);

#endif
