/* A question under way: between search_asking.c, which reads what the blocks and the fresh entries
 * have of it and what its reader may see, search_candidates.c, which chooses the entries to be
 * compared, and search_query.c, which scores them and answers. */
#ifndef CORE_SEARCH_ASKING_H
#define CORE_SEARCH_ASKING_H

#include "core/search_match.h"
#include "core/search_store.h"

enum { KINDS_MAX = 64, OWN_AREAS_MAX = 200, TIERS = 2 };

/* What the reader may find of one kind. */
struct permission {
    const struct searchable *kind;
    bool all;    /* nothing of it is kept from him */
    bool public; /* what his clearance lets him see */
    size_t kind_range;
    struct clause own; /* ranges of what is his own */
};

struct held;
struct asking {
    struct ctx *ctx;
    const struct search_request *request;
    struct store store;
    struct query *query;
    struct permission permissions[KINDS_MAX];
    size_t permission_count;
    struct clause visibilities; /* ranges of what is visible to him */
    struct str own_areas[OWN_AREAS_MAX];
    size_t own_area_count;

    /* For each range and block, the postings. */
    struct held *held;
    size_t block_count;

    struct fresh *fresh;
    size_t fresh_count;
    uint64_t **fresh_tokens; /* sorted, of each fresh entry */
    size_t *fresh_token_counts;
    struct bitmap **shadows; /* of each block: entries that fresh ones replace; NULL = none */

    struct bitmap *visible; /* of each block */
    bool *fresh_visible;
    int64_t visible_count;
};

/* Blocks and fresh entries, once for all; then what a query asks for, and what is visible. */
enum error asking_open(struct asking *asking) MUST_USE;
enum error asking_prepare(struct asking *asking, struct query *query) MUST_USE;
/* Has the block any posting of the range? */
bool asking_holds(const struct asking *asking, size_t block, size_t range);
/* Adds the entries of a block in which one of the ranges is. False where the index is damaged, as
 * below. */
bool asking_any(const struct asking *asking, size_t block, struct clause clause,
                struct bitmap *into);
/* The visible entries that hold the word, in titles and in texts. */
bool asking_word(const struct asking *asking, size_t block, const struct word *word,
                 struct bitmap *titles, struct bitmap *texts);
/* Has the fresh entry the word, in a title or in its text? */
bool asking_fresh_has(const struct asking *asking, size_t i, const struct word *word, bool title);

/* Entries that hold what is asked for, in tiers: a lower tier only when those above it leave room.
 */
struct matches {
    struct bitmap *tiers[TIERS]; /* of each block */
    int8_t *fresh_tier;          /* -1 = none */
    int64_t counts[TIERS];
};

struct candidate {
    struct search_entry entry;
    int64_t id; /* or SEARCH_NONE - 1 - the number of a fresh one */
    uint32_t order;
    double score;
    struct folded_entry folded;
};

struct candidates {
    struct candidate *items;
    size_t count;
};

struct matches matches_new(const struct asking *asking);
/* How many hold each word, and which hold all: in titles (tier 0), or somewhere. */
bool match_all(struct asking *asking, int64_t *counts, struct matches *matches);
/* The same of parts: those that hold the rarest, the best in tier 0. */
bool match_parts(struct asking *asking, int64_t *counts, struct matches *matches);
/* The rarer a part, the more it weighs: the logarithm of how many of the visible there are to one
 * that holds it. */
unsigned weight_of(int64_t visible, int64_t count);
/* Those to be compared, with their entries. */
enum error candidates_take(struct asking *asking, const struct matches *matches,
                           struct candidates *list) MUST_USE;

#endif
